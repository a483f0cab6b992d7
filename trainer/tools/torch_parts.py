"""Import torch, timm and ultralytics where torchvision's compiled half does not fit torch.

A CPU build of torch beside the torchvision that package indexes carry lacks the operators `torchvision::nms`
and `torchvision::qnms`, and the import of torchvision fails for want of their names. Naming them is enough for
the import; ultralytics' own `TorchNMS.nms` then stands in for the kernel. Where torchvision is whole, nothing
is changed.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import warnings
from collections.abc import Iterator
from types import ModuleType

NMS_ARGUMENTS = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

# The names live as long as the library object does.
_named: list[object] = []


def import_torch_parts() -> ModuleType:
    """Make `import timm` and `import ultralytics` work; returns torch.

    Raises:
        ImportError: torch itself is not installed.
    """
    # The trainer installs nothing by itself and asks no server anything.
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_OFFLINE", "true")
    # It reports by callbacks instead (trainer.detector.comparison), so that time left stands in one place.
    os.environ.setdefault("YOLO_VERBOSE", "false")
    import torch

    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        schemas = torch.library.Library("torchvision", "FRAGMENT")
        schemas.define("nms" + NMS_ARGUMENTS)
        schemas.define("qnms" + NMS_ARGUMENTS)
        torchvision = importlib.import_module("torchvision")
        _named.append(schemas)

        from ultralytics.utils.nms import TorchNMS

        torchvision.ops.nms = TorchNMS.nms
    return torch


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep ultralytics' own bars and torch's notes on its exporter away: standard output is for results."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
