"""The comparison: YOLOv8n trained at 320x320 through ultralytics, on the photographs as they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.files import write_json, write_whole
from trainer.detector.quantised import input_of
from trainer.detector.start import StartWeights, wide_network
from trainer.detector.trained import SIDE_PX, check_same_training
from trainer.detector.training import save
from trainer.tools.progress import Advance, Progress
from trainer.tools.torch_parts import import_torch_parts, quiet

# Which detector is trained: the small one for any photo, or the original system's, as a comparison.
SMALL_DETECTOR = "small"
DETECTORS = (SMALL_DETECTOR, "yolov8n")
ARCHITECTURE = "yolov8n"


@dataclass(frozen=True, slots=True)
class DetectorRecipe:
    """How the detector is trained. The augmentation was fixed before the test split was looked at."""

    epochs: int = 200
    batch: int = 16
    learning_rate: float = 0.002
    seed: int = 0

    def ultralytics_arguments(self) -> dict[str, Any]:
        """The recipe in ultralytics' words."""
        return {
            "imgsz": SIDE_PX,
            "epochs": self.epochs,
            "batch": self.batch,
            # ultralytics gathers gradients up to `nbs` pictures before it takes a step: with 151 pictures and
            # its default of 64 an epoch has two steps.
            "nbs": self.batch,
            "optimizer": "AdamW",
            "lr0": self.learning_rate,
            "lrf": 0.01,
            "cos_lr": True,
            "warmup_epochs": 5,
            "warmup_bias_lr": 0.0,
            "close_mosaic": max(1, self.epochs // 6),
            "degrees": 15.0,
            "scale": 0.3,
            "translate": 0.1,
            "fliplr": 0.5,
            "flipud": 0.5,
            "hsv_h": 0.015,
            "hsv_s": 0.5,
            "hsv_v": 0.4,
            "seed": self.seed,
            "deterministic": True,
            "patience": 0,
            "amp": False,
            "cache": "ram",
            "workers": 1,
            "plots": False,
        }


def train_detector(
    data_yaml: Path, data_hash: str, runs: Path, recipe: DetectorRecipe, start: StartWeights, progress: Progress
) -> Path:
    """Train, or go on with a training that was interrupted; returns the best checkpoint by the val split.

    Raises:
        DataError: the folder holds a training of another recipe, other data or other start weights.
    """
    folder = runs / "detector"
    last, best = folder / "weights" / "last.pt", folder / "weights" / "best.pt"
    finished = folder / "finished.txt"
    made_from = {"recipe": asdict(recipe), "data": data_hash, "start_weights": start.words}
    check_same_training(folder, made_from)
    if finished.is_file() and best.is_file():
        return best

    torch = import_torch_parts()
    from ultralytics import settings
    from ultralytics.models import YOLO

    settings.update({"sync": False})
    epochs_done = torch.load(last, map_location="cpu", weights_only=False)["epoch"] + 1 if last.is_file() else None
    # ultralytics writes epoch -1 into the checkpoints of a training that came to its end.
    if epochs_done != 0:
        write_json(folder / "made-from.json", made_from)
        source = last if epochs_done else _checkpoint(start, data_yaml, runs, progress) or f"{ARCHITECTURE}.yaml"
        model = YOLO(str(source))
        with progress.task("detector, epochs", recipe.epochs, done=epochs_done or 0) as advance, quiet():
            model.add_callback("on_fit_epoch_end", _EpochReport(advance, epochs_done or 0))
            if epochs_done:
                progress.say(f"going on after epoch {epochs_done} of {recipe.epochs}")
                model.train(resume=True)
            else:
                model.train(
                    data=str(data_yaml.resolve()),
                    project=str(runs.resolve()),
                    name=folder.name,
                    exist_ok=True,
                    verbose=False,
                    **recipe.ultralytics_arguments(),
                )
    write_whole(finished, f"{recipe}\n")
    return best


def _checkpoint(start: StartWeights, data_yaml: Path, runs: Path, progress: Progress) -> Path | None:
    """The start weights as ultralytics reads them; a quantised file is made a checkpoint in runs/weights."""
    if start.file is None or not start.is_quantised():
        return start.file
    torch = import_torch_parts()
    pictures = sorted((data_yaml.parent / "images" / "train").iterdir())
    network = wide_network(start, [input_of(picture) for picture in pictures], pictures, progress)
    target = runs / "weights" / f"{start.file.stem}.pt"
    save(torch, {"model": network, "train_args": {}}, target)
    return target


class _EpochReport:
    """Counts each epoch once: ultralytics calls it again after its last validation."""

    def __init__(self, advance: Advance, epochs_done: int) -> None:
        self.advance, self.epochs_done = advance, epochs_done

    def __call__(self, trainer: Any) -> None:
        map50 = trainer.metrics.get("metrics/mAP50(B)")
        if self.epochs_done < trainer.epoch + 1 <= trainer.epochs:
            self.epochs_done = trainer.epoch + 1
            self.advance(1, "" if map50 is None else f"(val mAP50 {float(map50):.3f})")
