"""Read nails-in-the-wild: ordinary hand photographs with nail boxes, and nothing said of skin.

Layout: `boxes.json`, `images/<NAME>` and, where there are any, `masks/<NAME>` with the nails in white. What
spoils one photograph leaves it out in one line; what spoils everything is a `DataError`.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from sklearn.model_selection import GroupKFold

from app.core.arrays import FloatArray, IntArray, Uint8Array
from app.core.find.detection import iou_matrix
from trainer.data.dataset import DATA_BESIDE_REPOSITORY, WILD_VARIABLE, DataError, Warn, read_photograph
from trainer.data.outlines import rounded_outline

WILD_BESIDE_REPOSITORY = DATA_BESIDE_REPOSITORY.parent / "nails-in-the-wild"
FOLDS = 3
# A mask whose nail covers its box less than this was drawn for something else; the box then speaks alone.
LEAST_MASK_IOU = 0.6
WHITE = 127
# Photographs of painted nails, as one sees by looking at them; the table does not say.
PAINTED = frozenset(
    (
        "34404E67-4BB8-432E-863E-C1BEF5EB37E0.jpg",
        "3493127D-7B19-4E50-94AE-2401BD2A91C8.jpg",
        "9ABD7CB9-7617-4A66-8892-B335FDB0E89F.jpg",
        "F6F9B3E6-FA7B-4DAC-B08C-1AD19BC43A76.jpg",
        "d61d6de4-db67-11e8-9658-0242ac1c0002.jpg",
        "d6321726-db67-11e8-9658-0242ac1c0002.jpg",
    )
)


@dataclass(frozen=True, slots=True)
class WildPhoto:
    """One photograph. Boxes are (N, 4) xyxy in pixels of the upright picture.

    Attributes:
        difficult: (N,) bool: slivers, edge-on or cut nails. Training takes them as nails, measuring counts them
            neither way.
        ignore: (M, 4) regions of which nothing is known; neither training nor measuring counts them.
        group: photographs of one group show the same scene and stay on one side of a split.
        outlines: one (K, 2) polygon of pixels a nail.
        painted: its nails are: `painted` in boxes.json, or named in `PAINTED`.
    """

    name: str
    picture: Path
    width: int
    height: int
    nail_boxes: FloatArray
    difficult: np.ndarray
    ignore: FloatArray
    group: str
    outlines: tuple[FloatArray, ...]
    painted: bool = False

    def pixels(self) -> Uint8Array:
        """(height, width, 3) uint8 sRGB, upright."""
        return np.array(read_photograph(self.picture))


def find_wild(given: str | Path | None) -> Path | None:
    """The folder as given, else from the environment, else beside the repository; None where there is none.

    Raises:
        DataError: a folder was named and is not there.
    """
    for value, source in ((given, "--wild"), (os.environ.get(WILD_VARIABLE), WILD_VARIABLE)):
        if value:
            if not Path(value).is_dir():
                raise DataError(f"{value}: no such folder ({source}); say where nails-in-the-wild is")
            return Path(value)
    return WILD_BESIDE_REPOSITORY if WILD_BESIDE_REPOSITORY.is_dir() else None


def wild_photos(given: str | Path | None, say: Warn, warn: Warn) -> list[WildPhoto]:
    """Those of `find_wild`; none where there is no folder, as `say` is told.

    Raises:
        DataError: as `find_wild` and `read_wild` do.
    """
    folder = find_wild(given)
    if folder is None:
        say("no folder of ordinary photographs: training goes on with those on the white board")
        return []
    say(f"reading {folder}")
    return read_wild(folder, warn)


def read_wild(folder: Path, warn: Warn) -> list[WildPhoto]:
    """Every usable photograph, by name; `warn` gets one line for each thing left out.

    Raises:
        DataError: no table, a table that is no JSON object, or not one usable photograph.
    """
    table = folder / "boxes.json"
    try:
        entries = json.loads(table.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{table}: not found; --wild must name the folder that holds boxes.json and images/") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{table}: cannot be read as JSON ({error})") from None
    if not isinstance(entries, dict):
        raise DataError(f"{table}: expected one object, a photograph's name -> its boxes")
    photos = []
    for name in sorted(entries):
        try:
            photos.append(_read_photo(folder, name, entries[name], f"{table}: {name}"))
        except DataError as error:
            warn(f"{error}; left out")
    if not photos:
        raise DataError(f"{table}: not one usable photograph; the lines above say why")
    return photos


def named(photos: list[WildPhoto]) -> str:
    """What models.json says of a network that learned from them."""
    return f"{len(photos)} of nails-in-the-wild, whose publisher states no licence"


def wild_folds(photos: list[WildPhoto], folds: int = FOLDS) -> list[tuple[IntArray, IntArray]]:
    """(train, test) indices, photographs of one group on one side.

    Raises:
        DataError: fewer groups than folds.
    """
    # A photograph without a group shows a scene of its own.
    groups = np.array([photo.group or photo.name for photo in photos])
    found = len(np.unique(groups))
    if found < folds:
        raise DataError(f"{found} group(s) of photographs, at least {folds} are needed for {folds} folds")
    return list(GroupKFold(folds).split(np.arange(len(photos)), groups=groups))


def wild_fingerprint(photos: list[WildPhoto]) -> str:
    """One hash of the photographs' bytes, boxes, outlines and groups."""
    digest = hashlib.sha256()
    for photo in photos:
        digest.update(hashlib.sha256(photo.picture.read_bytes()).digest())
        marks = [photo.nail_boxes, photo.difficult, photo.ignore, *photo.outlines]
        digest.update(repr((photo.name, photo.group, [mark.tolist() for mark in marks])).encode())
    return digest.hexdigest()


def _read_photo(folder: Path, name: str, entry: Any, where: str) -> WildPhoto:
    if not isinstance(entry, dict) or Path(name).name != name:
        raise DataError(f"{where}: expected a plain file name and an object with boxes")
    picture = folder / "images" / name
    try:
        width, height = read_photograph(picture).size
    except FileNotFoundError:
        raise DataError(f"{picture}: not found, though boxes.json names it") from None
    if (entry.get("width"), entry.get("height")) != (width, height):
        raise DataError(f"{where}: is {width}x{height}, boxes.json says {entry.get('width')}x{entry.get('height')}")
    nail_boxes = _boxes(entry.get("boxes"), width, height, f"{where}: boxes")
    if not len(nail_boxes):
        raise DataError(f"{where}: boxes is empty")
    ignore = _boxes(entry.get("ignore", []), width, height, f"{where}: ignore")
    group = entry.get("group", "")
    if not isinstance(group, str):
        raise DataError(f"{where}: group is {group!r}, not a name")
    painted = entry.get("painted", name in PAINTED)
    if not isinstance(painted, bool):
        raise DataError(f"{where}: painted is {painted!r}, neither true nor false")
    difficult = np.zeros(len(nail_boxes), dtype=bool)
    for index in entry.get("difficult", []):
        if not isinstance(index, int) or not 0 <= index < len(nail_boxes):
            raise DataError(f"{where}: difficult names box {index!r}, there are {len(nail_boxes)}")
        difficult[index] = True
    outlines = _outlines(folder / "masks" / name, nail_boxes, (width, height))
    return WildPhoto(name, picture, width, height, nail_boxes, difficult, ignore, group, outlines, painted)


def _boxes(value: Any, width: int, height: int, where: str) -> FloatArray:
    try:
        boxes = np.asarray(value, dtype=np.float64).reshape(-1, 4)
    except (TypeError, ValueError):
        raise DataError(f"{where} is not a list of [x1, y1, x2, y2]") from None
    inside = (boxes >= 0).all(axis=1) & (boxes[:, 2] <= width) & (boxes[:, 3] <= height)
    if not (inside & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)).all():
        raise DataError(f"{where} has a box that is empty or outside the {width}x{height} image")
    return boxes


def _outlines(mask_file: Path, boxes: FloatArray, size: tuple[int, int]) -> tuple[FloatArray, ...]:
    """From the mask the convex outline of each nail, else a rounded rectangle in its box."""
    plain = tuple(rounded_outline(box) for box in boxes)
    try:
        with Image.open(mask_file) as opened:
            mask = np.asarray(opened.convert("L")) > WHITE
    except (OSError, ValueError):
        return plain
    if mask.shape != (size[1], size[0]):
        return plain
    return tuple(_mask_outline(mask, box, outline) for box, outline in zip(boxes, plain, strict=True))


def _mask_outline(mask: np.ndarray, box: FloatArray, plain: FloatArray) -> FloatArray:
    x1, y1, x2, y2 = box.astype(int)
    rows, columns = np.nonzero(mask[y1:y2, x1:x2])
    if len(rows) < 3:
        return plain
    hull = cv2.convexHull(np.stack([columns + x1, rows + y1], axis=1).astype(np.float32))[:, 0].astype(np.float64)
    # A pixel reaches half a pixel around its centre.
    drawn = np.array([[hull[:, 0].min(), hull[:, 1].min(), hull[:, 0].max() + 1, hull[:, 1].max() + 1]])
    return hull + 0.5 if iou_matrix(drawn, box[None])[0, 0] >= LEAST_MASK_IOU else plain
