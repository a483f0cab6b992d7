"""The narrow YOLOv8, and its loss that judges a class only where the labels can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainer.detector.trained import CLASS_NAMES
from trainer.tools.torch_parts import import_torch_parts

# Channels as a share of YOLOv8's largest; YOLOv8n has 0.25.
WIDTH, DEPTH, MOST_CHANNELS = 0.125, 0.33, 1024
ARCHITECTURE = f"YOLOv8 of width {WIDTH}"


def new_network() -> Any:
    """An untrained ultralytics `DetectionModel` with our two classes, its loss settings at their defaults."""
    import_torch_parts()
    import ultralytics
    from ultralytics.cfg import get_cfg
    from ultralytics.nn.tasks import DetectionModel, yaml_model_load

    plan = yaml_model_load(str(Path(ultralytics.__file__).parent / "cfg/models/v8/yolov8n.yaml"))
    plan["scales"] = {plan["scale"]: [DEPTH, WIDTH, MOST_CHANNELS]}
    network: Any = DetectionModel(plan, nc=len(CLASS_NAMES), verbose=False)
    network.names = dict(enumerate(CLASS_NAMES))
    network.args = get_cfg()
    return network


class MaskedLoss:
    """ultralytics' detection loss, the class loss of which is zero where `known` says that nothing is known.

    Boxes need no mask: only labelled objects have one.
    """

    def __init__(self, network: Any) -> None:
        from ultralytics.utils.loss import v8DetectionLoss

        self.loss = v8DetectionLoss(network)

    def __call__(self, predictions: dict[str, Any], batch: dict[str, Any]) -> Any:
        """One number to minimise.

        Args:
            predictions: the network's in training: `boxes`, `scores` (B, classes, anchors), `feats`.
            batch: `cls`, `bboxes`, `batch_idx` as ultralytics has them, and `known` (B, anchors, classes) bool.

        Raises:
            ValueError: `known` does not fit the network's anchors.
        """
        scores = predictions["scores"]
        known = batch["known"]
        if known.shape != (scores.shape[0], scores.shape[2], scores.shape[1]):
            raise ValueError(f"known has shape {tuple(known.shape)}, scores have {tuple(scores.shape)}")
        # Their weights a class, (1, 1, classes), are multiplied on as they are: a weight an anchor does as well.
        self.loss.class_weights = known.to(scores.dtype)
        total, _ = self.loss(predictions, batch)
        return total.sum()
