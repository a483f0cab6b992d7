"""The detector for any photo, step by step: start, final, one network a fold, export, figures.

Everything lies under `runs`/wild and is used again while nothing it was made from has changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.core.arrays import IntArray
from app.core.find.ways import ALL_WAYS
from app.files import sha256_of, write_json, write_whole
from trainer.data.dataset import DataError, Patient, dataset_fingerprint
from trainer.data.wild import WildPhoto, named, wild_fingerprint, wild_folds, wild_photos
from trainer.detector.export import export_detector
from trainer.detector.masked_loss import ARCHITECTURE, new_network
from trainer.detector.measure import WANTED_PRECISION, Counts, best_confidence, best_f1, measure_photos
from trainer.detector.metrics import measure_detector
from trainer.detector.narrow import narrow_down
from trainer.detector.quantised import as_input
from trainer.detector.start import StartWeights, untrained, weights_or_none, wide_network
from trainer.detector.trained import SIDE_PX, TrainedDetector, check_same_training
from trainer.detector.training import BASE, BASE_FROM_COCO, WITH_WILD, WITH_WILD_FROM_COCO, Recipe, save, train
from trainer.pictures.wild import Material, Pictures, read_material
from trainer.tools.figures import rounded
from trainer.tools.progress import Progress
from trainer.tools.torch_parts import import_torch_parts

FOLDER = "wild"
# Of a box: from which on it counts. One of them is chosen.
CONFIDENCES = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
# Training pictures that the channels of a wide network are compared on, and the number that they are made from.
NARROWING_PICTURES, NARROWING_SEED = 96, 7


@dataclass(slots=True)
class WildTraining:
    """The trainings of one data set; each reads its pictures only where it has still to be done.

    Attributes:
        patients: the training part of the white-board photographs, nobody else.
        wild: every ordinary photograph; empty where there are none.
    """

    patients: list[Patient]
    wild: list[WildPhoto]
    runs: Path
    progress: Progress
    weights: StartWeights = field(default_factory=untrained)
    _material: Material | None = None

    def narrowed(self) -> Path | None:
        """The wide network of the start weights, if any, made narrow on pictures without ordinary photographs."""
        if self.weights.file is None:
            return None
        folder = self.runs / FOLDER / "narrowed"
        made = folder / "detector.pt"
        made_from = {"start_weights": self.weights.words, "data": dataset_fingerprint(self.patients)}
        check_same_training(folder, made_from)
        if made.is_file():
            return made
        pictures = Pictures(self._read([]), NARROWING_PICTURES, SIDE_PX, NARROWING_SEED)
        images = [as_input(pictures[each][0]) for each in range(NARROWING_PICTURES)]
        wide = wide_network(self.weights, images, [patient.photo for patient in self.patients], self.progress)
        torch = import_torch_parts()
        torch.manual_seed(NARROWING_SEED)
        narrow = new_network()
        narrow_down(wide, narrow, images)
        # The classes are others, and how rare they are is set as for a network that knows nothing of them.
        narrow.model[-1].bias_init()
        write_json(folder / "made-from.json", made_from)
        save(torch, {"model": narrow, "train_args": {}}, made)
        return made

    def base(self) -> Path:
        """What the trainings with ordinary photographs start from; none of these has any part in it.

        It learns from all other pictures, from the start weights made narrow or, without any, from nothing.
        """
        return self._train("base", [], self._recipes()[0], self.narrowed())

    def final(self) -> Path:
        """With every ordinary photograph; without any, the base."""
        return self._train("final", self.wild, self._recipes()[1], self.base()) if self.wild else self.base()

    def shipped(self) -> TrainedDetector:
        """The final network, with what models.json says of it."""
        checkpoint = self.final()
        base, with_wild = self._recipes()
        training: dict[str, Any] = {"patients": len(self.patients), "base": asdict(base)}
        words = self.weights.words
        if self.weights.file is not None:
            words += "; narrowed to the channels that tell most about all"
        if self.wild:
            training |= {"ordinary_photographs": named(self.wild), "then": asdict(with_wild)}
        training["checkpoint"] = "the last, as a running average of the weights"
        return TrainedDetector(checkpoint, ARCHITECTURE, words, training)

    def fold(self, index: int, train_indices: IntArray) -> Path:
        """With those of `train_indices` alone."""
        return self._train(
            f"fold{index + 1}", [self.wild[each] for each in train_indices], self._recipes()[1], self.base()
        )

    def folds(self) -> list[tuple[IntArray, IntArray]]:
        """(train, test) indices into `wild`."""
        return wild_folds(self.wild)

    def _recipes(self) -> tuple[Recipe, Recipe]:
        """Of the base, and of what then learns from ordinary photographs."""
        if self.weights.file is None:
            return BASE, WITH_WILD
        return BASE_FROM_COCO, WITH_WILD_FROM_COCO

    def _train(self, name: str, wild: list[WildPhoto], recipe: Recipe, start: Path | None) -> Path:
        folder = self.runs / FOLDER / name
        parts = (dataset_fingerprint(self.patients), wild_fingerprint(wild))
        data_hash = hashlib.sha256(repr(parts).encode()).hexdigest()
        material = Material((), (), ()) if (folder / "detector.pt").is_file() else self._read(wild)
        return train(folder, f"detector, {name}", material, data_hash, recipe, start, self.progress)

    def _read(self, wild: list[WildPhoto]) -> Material:
        if self._material is None:
            self._material = read_material(self.patients, [], self.progress)
        ordinary = read_material([], wild, self.progress).wild if wild else ()
        return Material(self._material.board, self._material.fingers, ordinary)


def prepare_training(
    patients: list[Patient], wild_folder: Path | None, weights: str, runs: Path, progress: Progress
) -> WildTraining:
    """The trainings on these patients and on the ordinary photographs, if there are any.

    Args:
        weights: as --detector-weights takes them.

    Raises:
        DataError: a folder was named and holds no usable photographs, or start weights that are none.
    """
    start = weights_or_none(weights, runs, progress)
    return WildTraining(patients, wild_photos(wild_folder, progress.say, progress.warn), runs, progress, start)


def measure_folds(training: WildTraining) -> dict[str, Any]:
    """Recall and precision of each fold's own network on the photographs that it did not see, and pooled.

    The networks are trained first where they have not been. A fold is measured at the confidence that is best, see
    `best_confidence`, on the other folds' photographs, each through its own network; the best on all is what ships.

    Raises:
        DataError: there are no ordinary photographs to measure on.
    """
    if not training.wild:
        raise DataError("no ordinary photographs to measure on; say where nails-in-the-wild is with --wild FOLDER")
    found: list[dict[float, Counts]] = []
    shown: list[tuple[bytes, list[WildPhoto]]] = []
    for index, (train_indices, test_indices) in enumerate(training.folds()):
        model = export_detector(training.fold(index, train_indices)).SerializeToString()
        photos = [training.wild[each] for each in test_indices]
        shown.append((model, photos))
        with training.progress.task(f"fold {index + 1}, confidences", len(CONFIDENCES)) as advance:
            found.append({})
            for confidence in CONFIDENCES:
                found[-1][confidence] = measure_photos(model, photos, confidence)
                advance()
    pooled, in_photos, by_f1, folds = Counts(), Counts(), Counts(), []
    for index, (model, photos) in enumerate(shown):
        others = _summed(found[:index] + found[index + 1 :])
        confidence = best_confidence(others)
        counts = found[index][confidence]
        pooled += counts
        in_photos += measure_photos(model, photos, confidence, ALL_WAYS)
        by_f1 += found[index][best_f1(others)]
        folds.append({**counts.figures(), "photographs": len(photos), "confidence": confidence})
        training.progress.say(f"fold {index + 1}: {_words(folds[-1])}")
    figures = {
        **pooled.figures(),
        "photographs": len(training.wild),
        "confidence": best_confidence(_summed(found)),
        "folds": folds,
        # At the same confidences, looked at as the app looks at a photo.
        "in_photos": in_photos.figures(),
        # The rule that chose before: it was left after the figures of both had been seen.
        "by_best_f1": by_f1.figures(),
        "wanted_precision": WANTED_PRECISION,
    }
    training.progress.say(f"all folds: {_words(figures)}")
    return figures


def _summed(folds: list[dict[float, Counts]]) -> dict[float, Counts]:
    return {confidence: sum((fold[confidence] for fold in folds), Counts()) for confidence in CONFIDENCES}


def export_candidate(training: WildTraining, data_yaml: Path) -> dict[str, Any]:
    """Write export/detector.onnx of the final network and figures.json beside its folder; returns the figures."""
    folder = training.runs / FOLDER
    model = export_detector(training.final()).SerializeToString()
    candidate = folder / "export" / "detector.onnx"
    write_whole(candidate, model)
    figures: dict[str, Any] = {"sha256": sha256_of(model), "bytes": len(model)}
    for split in ("val", "test"):
        figures[split] = measure_detector(candidate, data_yaml, training.runs, split)
    if training.wild:
        figures["wild"] = measure_folds(training)
    figures = rounded(figures)
    write_json(folder / "figures.json", figures)
    return figures


def _words(figures: dict[str, Any]) -> str:
    recall, precision = figures["recall"], figures["precision"]
    return f"recall {recall:.3f}, precision {precision:.3f} at IoU 0.5, {figures['nails']} nails"
