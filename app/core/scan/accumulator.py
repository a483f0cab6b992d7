"""A scan: many frames of the same nails, made into one reading.

Thirty frames of one finger are one sample, not thirty: the frames say how steadily a nail is read, and only the
fingers say how much nails differ. So every nail is followed through the frames and read by itself, as the median of
its frames without their outliers; the person is made of the nails, as for a photo.

A frame with a reason does not count, and nothing of it goes into the reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from app.core.arrays import FloatArray
from app.core.errors import MeasureError, plausible_error, refused_error, untrusted_error
from app.core.find.tracking import match_boxes
from app.core.find.ways import SHARE
from app.core.manifest import Manifest
from app.core.reading import Light, Nail, Reading, Skin, reading_of
from app.core.typical import typical_of_nails
from app.shared.codes import (
    CAMERA_FROZEN,
    FRAME_OTHER_REFERENCE,
    FRAME_OTHER_SIZE,
    FRAME_OUTLIER,
    FRAME_REPEATED,
    IMPLAUSIBLE,
    LIKENESS_REASONS,
    NAIL_SELDOM,
    NO_NAIL,
    STRANGE_NAILS,
    TOO_FEW_FRAMES,
    TOO_SLOW,
    UNRELIABLE,
    UNUSABLE_NAILS,
)

FRAMES = 30
# A reading stands on at least half of its frames.
LEAST_FRAMES = 15
# So many repeated frames in a row, 6 s of a camera that is asked every 80 ms, come from one that stands still.
MOST_REPEATED = 75
# A scan ends after so many frames a wanted one, however many of them were new.
MOST_A_FRAME = 8
# A nail counts that was read in this share of the frames that count. It is that of the looks at a photo, since each
# frame of a hand that moves is looked at in another way.
LEAST_SHARE = SHARE
# One that does not count is told of where it was seen in half of them: what flickers up is a false alarm more often.
STAYED_SHARE = 0.5
# Values this many interquartile ranges beyond the quartiles are outliers: J. W. Tukey, Exploratory Data Analysis, 1977.
FENCE_IN_IQR = 1.5
# Frames of a still nail agree to some hundredths of a g/dL, and are no outliers among each other. Where they spread by
# the second of these, g/dL, something moves under the reading that is not the blood: light, focus, the hand.
LEAST_FENCE_G_DL, MOST_SPREAD_G_DL = 0.1, 1.0


@dataclass(slots=True)
class _Track:
    """One nail through the frames: index of the frame -> what was seen there."""

    last_box: FloatArray
    seen: dict[int, Nail] = field(default_factory=dict)

    def values(self, frames: list[Frame]) -> dict[int, float]:
        """Those of the frames that count."""
        return {
            index: nail.hb_g_dl
            for index, nail in self.seen.items()
            if nail.hb_g_dl is not None and frames[index].hb_g_dl is not None
        }

    def usable(self) -> list[int]:
        """The frames in which the nail itself could be measured."""
        return [index for index, nail in self.seen.items() if nail.hb_g_dl is not None]


@dataclass(frozen=True, slots=True)
class Frame:
    """What one frame gave: the value of its nails together, or why it has none."""

    hb_g_dl: float | None
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """For the dots and the debug panel."""
        return {"hb_g_dl": None if self.hb_g_dl is None else round(self.hb_g_dl, 3), "reason": self.reason}


class Scan:
    """Takes the readings of frames one by one and concludes."""

    def __init__(self, manifest: Manifest, frames: int = FRAMES) -> None:
        self.manifest = manifest
        self.goal = frames
        self.least = min(LEAST_FRAMES, frames)
        self.frames: list[Frame] = []
        self._tracks: list[_Track] = []
        self._skins: list[tuple[Skin, ...]] = []
        self._lights: list[Light] = []
        self._size = (0, 0)
        self._repeated_in_a_row = 0
        self._frozen = False

    def add(self, reading: Reading) -> Frame:
        """The next frame, measured."""
        index = len(self.frames)
        if (reading.width, reading.height) != self._size:
            # Another picture: nothing in it can be compared with what was there.
            self._size = (reading.width, reading.height)
            self._tracks, self._skins, self._lights = [], [() for _ in self.frames], [Light() for _ in self.frames]
            self.frames = [
                frame if frame.reason == FRAME_REPEATED else Frame(None, FRAME_OTHER_SIZE) for frame in self.frames
            ]
        self._follow(index, reading.nails)
        self._repeated_in_a_row = 0
        return self._append(self._frame_of(reading), reading.skin, reading.light)

    def repeat(self) -> Frame:
        """The camera gave a picture again that it had given before: it is not measured."""
        self._repeated_in_a_row += 1
        self._frozen = self._frozen or self._repeated_in_a_row >= MOST_REPEATED
        return self._append(Frame(None, FRAME_REPEATED), (), Light())

    def _append(self, frame: Frame, skin: tuple[Skin, ...], light: Light) -> Frame:
        self.frames.append(frame)
        self._skins.append(skin)
        self._lights.append(light)
        return frame

    @property
    def counting(self) -> int:
        """How many frames have a value so far."""
        return sum(frame.hb_g_dl is not None for frame in self.frames)

    @property
    def new(self) -> int:
        """How many frames showed something new so far."""
        return sum(frame.reason != FRAME_REPEATED for frame in self.frames)

    @property
    def hopeless(self) -> bool:
        """Whether too few frames are left for a reading."""
        return self.counting + self.goal - self.new < self.least or self._frozen

    @property
    def finished(self) -> bool:
        """Whether no further frame is wanted."""
        return self.new >= self.goal or len(self.frames) >= MOST_A_FRAME * self.goal or self.hopeless

    def conclude(self, late: bool = False) -> Reading:
        """The reading of all frames; its `error` says why there is no value.

        Args:
            late: the device had no time for all that were wanted: then half of those that there are must count.
        """
        still = self._still()
        self._settle_light()
        needed = -(-self.new // 2) if late and self.new >= self.least else self.least
        if self.counting < needed:
            return self._reading(still, {}, None, self._too_few(late), {})
        values_of = {number: track.values(self.frames) for number, track in enumerate(self._tracks)}
        counted = {
            number: _kept(values) for number, values in values_of.items() if len(values) >= LEAST_SHARE * self.counting
        }
        if not counted:
            self._keep(set(), NAIL_SELDOM)
            message = "no nail stayed in view for a third of the frames; keep hand and phone still"
            return self._reading(still, {}, None, MeasureError(UNRELIABLE, message), {})
        of_nail = {number: float(np.median(list(values.values()))) for number, values in counted.items()}
        hb_g_dl = typical_of_nails(list(of_nail.values()))
        by_frame = self._by_frame(counted, of_nail, hb_g_dl)
        values = np.array(list(by_frame.values()))
        spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        self._keep({frame for number in counted for frame in values_of[number]}, NAIL_SELDOM)
        self._keep(set(by_frame), FRAME_OUTLIER)
        untrusted = untrusted_error(self._left_out(counted), len(counted))
        if untrusted:
            return self._reading(still, {}, None, untrusted, {})
        error = plausible_error(hb_g_dl, self.manifest.plausible_g_dl)
        if spread > MOST_SPREAD_G_DL:
            message = (
                f"the frames differ by {spread:.1f} g/dL (standard deviation), more than {MOST_SPREAD_G_DL:g}: "
                "keep hand and phone still, in even light"
            )
            error = MeasureError(UNRELIABLE, message)
        figures = {
            "std_dev_g_dl": round(spread, 3),
            "range_g_dl": [round(float(values.min()), 3), round(float(values.max()), 3)],
        }
        return self._reading(still, of_nail, hb_g_dl, error, figures)

    def _settle_light(self) -> None:
        """White paper is there or it is not: its frames and the others come from two instruments, and the fewer do not
        count."""
        counting = [number for number, frame in enumerate(self.frames) if frame.hb_g_dl is not None]
        known = [number for number in counting if self._lights[number].known]
        fewer = known if len(known) * 2 < len(counting) else set(counting) - set(known)
        for number in fewer:
            self.frames[number] = Frame(None, FRAME_OTHER_REFERENCE)

    def _light(self) -> Light:
        """That of the frames that count, else of all: the middle one of each of the paper's channels, and what most of
        them say."""
        every = [number for number, frame in enumerate(self.frames) if frame.reason != FRAME_REPEATED]
        counting = [number for number in every if self.frames[number].hb_g_dl is not None]
        lights = [self._lights[number] for number in counting or every]
        if not lights:
            return Light()
        reference = _most_said([light.reference for light in lights])
        colours = [
            light.rgb_linear for light in lights if light.rgb_linear is not None and light.reference == reference
        ]
        red, green, blue = np.median(colours, axis=0).tolist() if colours else (0.0, 0.0, 0.0)
        return Light(reference, (red, green, blue) if colours else None, _most_said([light.judged for light in lights]))

    def _follow(self, index: int, nails: tuple[Nail, ...]) -> None:
        before = np.array([track.last_box for track in self._tracks]).reshape(-1, 4)
        now = np.array([nail.box for nail in nails]).reshape(-1, 4)
        known = set()
        for track, number in match_boxes(before, now):
            self._tracks[track].last_box = now[number]
            self._tracks[track].seen[index] = nails[number]
            known.add(number)
        for number, nail in enumerate(nails):
            if number not in known:
                self._tracks.append(_Track(now[number], {index: nail}))

    def _frame_of(self, reading: Reading) -> Frame:
        used = [nail.hb_g_dl for nail in reading.nails if nail.hb_g_dl is not None]
        if not used or (reading.error is not None and reading.error.code in (STRANGE_NAILS, UNUSABLE_NAILS)):
            reasons = Counter(nail.reason for nail in reading.nails if nail.reason)
            return Frame(None, reasons.most_common(1)[0][0] if reasons else NO_NAIL)
        hb_g_dl = typical_of_nails(used)
        if plausible_error(hb_g_dl, self.manifest.plausible_g_dl):
            return Frame(None, IMPLAUSIBLE)
        return Frame(hb_g_dl, None)

    def _by_frame(
        self, counted: dict[int, dict[int, float]], of_nail: dict[int, float], hb_g_dl: float
    ) -> dict[int, float]:
        """What each frame alone would say of the person, the differences between fingers taken out: otherwise a
        finger that is missing in some frames would look like unrest."""
        off: dict[int, list[float]] = {}
        for number, values in counted.items():
            for frame, value in values.items():
                off.setdefault(frame, []).append(value - of_nail[number])
        return {frame: hb_g_dl + float(np.mean(differences)) for frame, differences in sorted(off.items())}

    def _keep(self, kept: set[int], reason: str) -> None:
        """Frames that counted so far and are not among these count no more, for this reason."""
        self.frames = [
            replace(frame, reason=reason) if frame.reason is None and index not in kept else frame
            for index, frame in enumerate(self.frames)
        ]

    def _left_out(self, counted: Collection[int]) -> list[str | None]:
        """Why nails do not count that stayed in view."""
        others = [track for number, track in enumerate(self._tracks) if number not in counted and self._stayed(track)]
        return [_usual_reason(track) for track in others]

    def _stayed(self, track: _Track) -> bool:
        return len(track.seen) >= STAYED_SHARE * self.new

    def _still(self) -> int:
        """The first frame that shows most of the nails: the screen keeps its picture while the scan runs."""
        shown = np.zeros(max(1, len(self.frames)))
        for track in self._tracks:
            for frame in track.usable():
                shown[frame] += 1
        return int(shown.argmax())

    def _too_few(self, late: bool) -> MeasureError:
        if self.frames and self.new < self.least:
            mostly_new = 2 * self.new >= len(self.frames)
            if not (late and mostly_new):
                message = f"of {len(self.frames)} pictures only {self.new} were new; {self.least} are needed"
                return MeasureError(CAMERA_FROZEN, message)
            if 2 * self.counting >= self.new:
                message = f"in the time of a scan only {self.new} frames were measured; {self.least} are needed"
                return MeasureError(TOO_SLOW, message)
        reasons = Counter(frame.reason for frame in self.frames if frame.reason not in (None, FRAME_REPEATED))
        if not reasons or reasons.most_common(1)[0][0] == NO_NAIL:
            return MeasureError(TOO_FEW_FRAMES, "nails were seen in too few frames; hold them steadily in the picture")
        why = reasons.most_common(1)[0][0]
        if why in LIKENESS_REASONS:
            return refused_error([why], "the frames")
        message = f"only {self.counting} of {self.new} frames can be used ({why}); change light or distance"
        return MeasureError(TOO_FEW_FRAMES, message)

    def _reading(
        self,
        still: int,
        of_nail: dict[int, float],
        hb_g_dl: float | None,
        error: MeasureError | None,
        figures: dict[str, Any],
    ) -> Reading:
        nails = []
        for number, track in enumerate(self._tracks):
            if number not in of_nail and not self._stayed(track):
                continue
            shown = track.seen.get(still) or track.seen[max(track.seen)]
            reason = None if number in of_nail else _usual_reason(track)
            confidence = float(np.median([nail.confidence for nail in track.seen.values()]))
            p_values = [nail.p_value for nail in track.seen.values() if nail.p_value is not None]
            p_value = float(np.median(p_values)) if p_values else None
            nails.append(Nail(shown.box, confidence, of_nail.get(number), reason, p_value))
        scan = {
            "frames": len(self.frames),
            "frames_goal": self.goal,
            "frames_used": sum(frame.reason is None for frame in self.frames),
            "still": still,
            "reasons": [frame.reason for frame in self.frames],
            **figures,
        }
        skin = self._skins[still] if self._skins else ()
        return reading_of(self.manifest, self._size, tuple(nails), skin, hb_g_dl, error, self._light(), scan)


def _most_said(words: list[str]) -> str:
    return Counter(words).most_common(1)[0][0]


def _usual_reason(track: _Track) -> str:
    """Why a nail that was there does not count: what stood against it in most frames."""
    reasons = Counter(nail.reason or NAIL_SELDOM for nail in track.seen.values())
    return reasons.most_common(1)[0][0]


def _kept(values: dict[int, float]) -> dict[int, float]:
    """Without the outliers, by Tukey's fences, which stand no closer than LEAST_FENCE_G_DL."""
    if not values:
        return {}
    numbers = np.array(list(values.values()))
    low, high = np.percentile(numbers, [25, 75])
    reach = max(FENCE_IN_IQR * (high - low), LEAST_FENCE_G_DL)
    return {frame: value for frame, value in values.items() if low - reach <= value <= high + reach}
