"""What a detector's training starts from: weights of a YOLOv8n that was trained on COCO, or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.arrays import FloatArray
from app.files import sha256_of
from trainer.config import WEIGHTS_BESIDE_REPOSITORY
from trainer.data.dataset import DataError
from trainer.detector.quantised import agreement, read_quantised, start_network
from trainer.tools.progress import Progress
from trainer.tools.torch_parts import import_torch_parts

WIDE = "yolov8n"
HUB_WEIGHTS = f"{WIDE}.pt"
NO_WEIGHTS = "none"
QUANTISED_SUFFIX = ".onnx"
# What the house keeps for where the hub cannot be reached.
QUANTISED_BESIDE_REPOSITORY = WEIGHTS_BESIDE_REPOSITORY / "yolov8n_coco_int8.onnx"


class UnreachableError(DataError):
    """The published weights cannot be fetched, and nothing lies in their place."""


@dataclass(frozen=True, slots=True)
class StartWeights:
    """What a training starts from: a file and where it is from in words; no file: untrained."""

    file: Path | None
    words: str

    def is_quantised(self) -> bool:
        """Whether its weights are whole numbers in an ONNX file."""
        return self.file is not None and self.file.suffix == QUANTISED_SUFFIX


def untrained() -> StartWeights:
    """Nothing to start from."""
    return StartWeights(None, "none: started untrained")


def weights_or_none(given: str, runs: Path, progress: Progress) -> StartWeights:
    """As `find_start_weights`, but untrained where the published weights are out of reach."""
    try:
        return find_start_weights(given, runs, progress)
    except UnreachableError as error:
        progress.say(f"{error}; now starting untrained")
        return untrained()


def find_start_weights(given: str, runs: Path, progress: Progress) -> StartWeights:
    """`none`, a .pt file, a quantised .onnx file, or the name of weights that ultralytics publishes (fetched once into
    runs/weights; where that fails, the quantised file beside the repository is taken).

    Raises:
        UnreachableError: the published weights cannot be fetched.
        DataError: no such file, or one that does not fit.
    """
    import_torch_parts()
    import ultralytics

    version = f"ultralytics {ultralytics.__version__}"
    if given == NO_WEIGHTS:
        return StartWeights(None, f"none: started untrained from {WIDE}.yaml ({version})")
    if Path(given).is_file():
        return _start_from(Path(given))
    if given != HUB_WEIGHTS:
        raise DataError(
            f"{given}: no such file (--detector-weights takes {HUB_WEIGHTS}, a .pt or {QUANTISED_SUFFIX} FILE or "
            f"{NO_WEIGHTS!r})"
        )

    from ultralytics.utils.downloads import attempt_download_asset

    target = runs / "weights" / HUB_WEIGHTS
    if not target.is_file():
        progress.say(f"fetching {HUB_WEIGHTS}, the weights that ultralytics publishes")
        target.parent.mkdir(parents=True, exist_ok=True)
        # The downloader, its transport and the system each have their own exceptions; the file's absence tells.
        with contextlib.suppress(Exception):
            attempt_download_asset(str(target))
    if not target.is_file():
        unreached = f"{HUB_WEIGHTS}: cannot be fetched from where ultralytics publishes it"
        if QUANTISED_BESIDE_REPOSITORY.is_file():
            progress.say(f"{unreached}; starting from {QUANTISED_BESIDE_REPOSITORY} instead")
            return _start_from(QUANTISED_BESIDE_REPOSITORY)
        raise UnreachableError(
            f"{unreached}; give a checkpoint with --detector-weights FILE.pt, a quantised YOLOv8n of 80 classes with "
            f"--detector-weights FILE{QUANTISED_SUFFIX}, or start untrained with --detector-weights {NO_WEIGHTS}"
        )
    return StartWeights(
        target, f"{HUB_WEIGHTS}, trained on COCO, published with {version}, AGPL-3.0, sha256 {sha256_of(target)}"
    )


def _start_from(file: Path) -> StartWeights:
    if file.suffix == QUANTISED_SUFFIX:
        return StartWeights(file, read_quantised(file).words())
    return StartWeights(file, f"{file.name}, sha256 {sha256_of(file)}")


def wide_network(
    start: StartWeights, images: Sequence[FloatArray], pictures: Sequence[Path], progress: Progress
) -> Any:
    """The YOLOv8n that the file holds, as ultralytics has it.

    Args:
        images: (1, 3, side, side) each, 0 to 1: training pictures for the normalisations of a quantised file.
        pictures: files of photographs, the first of which that file is compared on with what was made of it.

    Raises:
        DataError: it holds none, or a quantised file gives something else than a YOLOv8n of its weights.
    """
    torch = import_torch_parts()
    assert start.file is not None
    if not start.is_quantised():
        try:
            return torch.load(start.file, map_location="cpu", weights_only=False)["model"].float()
        except Exception as error:  # torch's exceptions have no common base
            raise DataError(f"{start.file}: holds no network ({error}) (--detector-weights)") from None
    progress.say(f"making a network of {start.file}")
    read = read_quantised(start.file)
    network = start_network(read, images)
    found = agreement(read, network, pictures)
    progress.say(
        f"the file in ONNX Runtime beside the network made of it, {found.pictures} training photographs: scores "
        f"correlate by {found.correlation:.3f}, the best of a photograph differs by at most {found.best_score:.3f}"
    )
    return network
