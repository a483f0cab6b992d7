"""The exception that carries an error code from `codes` to a person, and what is said of nails that do not count."""

from __future__ import annotations

from app.shared.codes import (
    IMPLAUSIBLE,
    LIKENESS_REASONS,
    NAIL_BLUR,
    NAIL_CUT_OFF,
    NAIL_GLARE,
    NAIL_NO_COLOUR,
    NAIL_NO_SKIN,
    NAIL_OVEREXPOSED,
    NAIL_PRESSED,
    NAIL_TOO_DARK,
    NAIL_TOO_SMALL,
    SHARED_REASONS,
    STRANGE_NAILS,
    STRANGE_REASONS,
    UNUSABLE_NAILS,
)

BARE_NAILS = "show bare nails, from above"
# Out of each reason why a nail does not count.
WAYS_OUT = dict.fromkeys(STRANGE_REASONS, BARE_NAILS) | {
    NAIL_TOO_SMALL: "move closer",
    NAIL_CUT_OFF: "show whole nails",
    NAIL_TOO_DARK: "find more light",
    NAIL_OVEREXPOSED: "move out of direct sun, or away from the lamp",
    NAIL_NO_COLOUR: "the picture is grey or toned; take it in colour, without a filter",
    NAIL_NO_SKIN: "show the fingers with the skin behind the nails",
    NAIL_GLARE: "turn the hand until nothing shines in the nails",
    NAIL_BLUR: "hold still until the picture is sharp, or move back a little",
    NAIL_PRESSED: "rest the fingers lightly until their colour is back",
}


class MeasureError(Exception):
    """There is no reading.

    Attributes:
        code: one of `codes.ERROR_CODES`.
        message: one English sentence that names the thing and the way out.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def none_counts_error(reasons: list[str]) -> MeasureError:
    """The error of a picture that shows nails, none of which counts, for these of `codes.NAIL_REASONS`."""
    if set(reasons) <= set(LIKENESS_REASONS):
        return refused_error(reasons, "the nails")
    return _unusable("nails were found, but none can be measured", reasons)


def refused_error(reasons: list[str], of: str) -> MeasureError:
    """The error of a picture or a scan of which most cannot be measured, for these of `codes.LIKENESS_REASONS`."""
    if any(reason in STRANGE_REASONS for reason in reasons):
        message = f"most of {of} are unlike the bare nails that can be measured ({', '.join(sorted(set(reasons)))})"
        return MeasureError(STRANGE_NAILS, f"{message}; {BARE_NAILS}")
    return _unusable(f"most of {of} cannot be measured", reasons)


def untrusted_error(reasons: list[str | None], used: int) -> MeasureError | None:
    """The error of a picture or a scan of which `used` nails count and others do not, for these reasons: where half of
    those that the network judged have one of `codes.SHARED_REASONS`; else None."""
    judged = [reason for reason in reasons if reason in LIKENESS_REASONS]
    shared = [reason for reason in judged if reason in SHARED_REASONS]
    return refused_error(shared, "the nails") if shared and 2 * len(shared) >= used + len(judged) else None


def plausible_error(hb_g_dl: float, plausible_g_dl: tuple[float, float]) -> MeasureError | None:
    """The error of a value that is more likely a mistake than a living person's; None for all others."""
    low, high = plausible_g_dl
    if low <= hb_g_dl <= high:
        return None
    message = (
        f"the value, {hb_g_dl:.1f} g/dL, is outside what is plausible ({low:g} to {high:g}); "
        "take a new photo in better light"
    )
    return MeasureError(IMPLAUSIBLE, message)


def _unusable(problem: str, reasons: list[str]) -> MeasureError:
    why = sorted(set(reasons))
    ways = dict.fromkeys(WAYS_OUT.get(reason, "take another picture") for reason in why)
    return MeasureError(UNUSABLE_NAILS, f"{problem} ({', '.join(why)}); {'; '.join(ways)}")
