"""Write the two networks and models.json, which holds all that the app and a reader must know of them."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app import self_test
from app.core.errors import MeasureError
from app.core.golden import VALUES
from app.core.manifest import SCHEMA, ColourSpec, EstimatorSpec, parse_manifest
from app.files import sha256_of, write_json, write_whole
from trainer.data import published
from trainer.data.dataset import DataError
from trainer.detector.free_sides import STRIDE_PX
from trainer.detector.trained import CLASS_NAMES, CONFIDENCE, NMS_IOU, SIDE_PX, TrainedDetector
from trainer.estimator.backbones import Backbone
from trainer.estimator.head import CLIP, STD_FLOOR, Head, RidgeHead
from trainer.estimator.lite0 import NAME as LITE0
from trainer.estimator.regressors import CATBOOST
from trainer.evaluate.interval import COVERAGE
from trainer.recipes import MEAN_OF_NAILS, OURS, RIDGE_BY_DEPTH, Recipe
from trainer.report.model_cards import write_cards
from trainer.tools.figures import rounded

# The head that is no sum, see trainer.estimator.regressors.
TREES = "catboost"
SCIKIT_LEARN = f"scikit-learn {version('scikit-learn')}"
DETECTOR_FILE, ESTIMATOR_FILE = "detector.onnx", "estimator.onnx"
# Below and above, a reading is more likely a mistake than a living person's haemoglobin.
PLAUSIBLE_G_DL = (4.0, 20.0)

DATA = {
    "name": "yakimov2024",
    "citation": f"{published.AUTHORS}, {published.TITLE}, {published.JOURNAL}",
    "doi": published.DOI,
    "licence": published.LICENCE,
}
FITTED_ON = (
    "all patients of the data set; the metrics are those of models of the same recipe that saw nobody of the "
    "measured patient's session, so the reading of a photograph of this data set is no test of accuracy"
)
COMPARED_BACKBONES = ("mobilenet_v1_1.0_224_quant_embedding_extractor", "mobilenet_v1_0.25_128_quant", LITE0)
CHOSEN_AMONG = (
    "about eighty recipes on the same leave-one-session-out folds: MobileNetV1 1.0 and 0.25, sides from 96 to 224 px, "
    "nine views of nail and finger and their combinations, five limits of detail, with and without colour features, "
    "seven depths of the network, with and without the mirror image, median, mean and Hodges-Lehmann estimate of the "
    "nails, with none to eight simulated lights, with and without other backgrounds; recipes that saw a rim of the "
    "white board of the training photographs were left aside although up to 0.14 g/dL better. Then some thirty with "
    "EfficientNet-Lite0 at 64, 80, 96 and 128 px: seven sets of depths, 24, 32 and 48 px of detail, none, two or four "
    "simulated lights, which weigh as much as the photographs or a quarter of it, and seven ways to read the colour of "
    "the white board. "
    "For light that nothing shows, learning from no other light would err by 0.04 g/dL less here and by 0.9 more where "
    "the white balance is off by 20 %; it was left aside. The chosen one's figure is optimistic by a few hundredths of "
    "a g/dL"
)


def detector_entry(
    model: bytes, trained: TrainedDetector, metrics: dict[str, Any], difference: dict[str, float]
) -> dict[str, Any]:
    """The section `detector` of models.json."""
    return {
        "file": DETECTOR_FILE,
        "sha256": sha256_of(model),
        "bytes": len(model),
        "side_px": SIDE_PX,
        "stride_px": STRIDE_PX,
        "class_names": list(CLASS_NAMES),
        "confidence": metrics["wild"]["confidence"] if "wild" in metrics else CONFIDENCE,
        "iou": NMS_IOU,
        "architecture": trained.architecture,
        "start_weights": trained.start_weights,
        # ultralytics' own, of its weights and of what its code trains.
        "licence": "AGPL-3.0",
        "training": {
            **trained.training,
            "optimizer": "AdamW",
            "library": f"ultralytics {version('ultralytics')}, AGPL-3.0",
            "stored": "weights as float16, computed in float32",
            "largest_difference_to_pytorch": difference,
        },
        "metrics": metrics,
    }


def estimator_entry(
    model: bytes,
    spec: EstimatorSpec,
    backbone: Backbone,
    recipe: Recipe,
    heads: dict[str, Head],
    metrics: dict[str, Any],
    patients: int,
    ordinary_photographs: str | None = None,
) -> dict[str, Any]:
    """The section `estimator` of models.json; `ordinary_photographs`: what of those it learned from as well."""
    by_depth = {name: list(head.alphas) for name, head in heads.items() if isinstance(head, RidgeHead)}
    chosen = {"alphas": by_depth} if by_depth else {}
    compared = recipe.name == OURS and backbone.name in COMPARED_BACKBONES
    return {
        "file": spec.file,
        "sha256": sha256_of(model),
        "bytes": len(model),
        "side_px": spec.side_px,
        "mean": list(spec.mean),
        "std": list(spec.std),
        "views": [asdict(view) for view in spec.views],
        "mirror": spec.mirror,
        **({} if spec.colour is None else {"color_features": _colour_entry(spec.colour)}),
        "backbone": backbone.name,
        "backbone_weights": backbone.weights,
        "head": "ridge" if recipe.head == RIDGE_BY_DEPTH else recipe.head,
        "training": {
            "patients": patients,
            **({"ordinary_photographs": ordinary_photographs} if ordinary_photographs else {}),
            "fitted_on": FITTED_ON,
            **({"learned_from": "the mean of each person's nails"} if recipe.learn_from == MEAN_OF_NAILS else {}),
            **chosen,
            **(
                {"trees": CATBOOST}
                if recipe.head == TREES
                else {"alpha_chosen_by": "session-grouped folds, mean absolute error a patient"}
            ),
            "std_floor": STD_FLOOR,
            "clip": CLIP,
            "patient": "median of the means of all pairs of nails (Hodges-Lehmann)",
            "chosen_among": CHOSEN_AMONG if compared else "nothing: no comparison was made",
            "library": f"catboost {version('catboost')}" if recipe.head == TREES else SCIKIT_LEARN,
        },
        "metrics": metrics,
    }


def _colour_entry(colour: ColourSpec) -> dict[str, Any]:
    """What `app.core.manifest` reads again."""
    mean_skin = {"mean_skin": list(colour.mean_skin)} if colour.mean_skin else {}
    return {"without_skin": colour.without_skin, **mean_skin}


def publish(out: Path, detector: bytes, estimator: bytes, document: dict[str, Any]) -> None:
    """Write both networks, models.json, cards and golden values, each whole. models.json comes after the networks: its
    hashes tell a half-done folder from a finished one.

    Raises:
        DataError: the models give no reading of the test picture, so that there are no golden values.
    """
    document = {"schema": SCHEMA, **rounded(document), "plausible_g_dl": list(PLAUSIBLE_G_DL), "data": DATA}
    write_whole(out / document["detector"]["file"], detector)
    write_whole(out / document["estimator"]["file"], estimator)
    write_json(out / "models.json", document)
    # The app's own reader has the last word.
    parse_manifest((out / "models.json").read_bytes())
    write_cards(out, document)
    try:
        self_test.renew(out)
    except MeasureError as error:
        (out / VALUES).unlink(missing_ok=True)
        raise DataError(
            f"{out}: the models are written, but {error.message}; without {VALUES} a page of them cannot check itself"
        ) from None


def interval_entry(interval: dict[str, Any]) -> dict[str, Any]:
    """The section `interval` of models.json."""
    elsewhere = ("target", "knots", "mean_half_width", "method")
    return {
        "coverage": COVERAGE,
        **interval["knots"],
        "mean_half_width_g_dl": interval["mean_half_width"],
        "method": interval["method"],
        "metrics": {name: value for name, value in interval.items() if name not in elsewhere},
    }
