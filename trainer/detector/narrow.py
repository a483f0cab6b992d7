"""A narrow YOLOv8 out of a wide one with weights, so that what the wide one has learned is not all lost.

Of each layer those channels stay that tell most about all of its channels on training pictures: pivoted Cholesky of
their covariance, each time the channel that explains most of what is not yet explained. The others are written as sums
of those that stay (least squares), and so the next layer's weights do without them. What comes out has to be trained,
but begins with edges and shapes instead of noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.arrays import FloatArray, IntArray
from trainer.tools.torch_parts import import_torch_parts

# Pixels of a layer, over all pictures, that its channels are compared on.
COMPARED_PIXELS = 6000
# Against channels that are nearly sums of each other, as a share of their mean spread.
RIDGE = 1e-3
NO_SPREAD = 1e-6
POOLINGS = 3


@dataclass(frozen=True, slots=True)
class Channels:
    """What flows in the narrow network: which of the wide one's C channels, and all of them out of these.

    Attributes:
        kept: (K,) places, in order.
        expand: (K, C): a pixel's (K,) values times this are about the wide one's (C,).
    """

    kept: IntArray
    expand: FloatArray


def narrow_down(wide: Any, narrow: Any, images: Sequence[FloatArray]) -> None:
    """Give `narrow` weights out of `wide`. Both are YOLOv8 of ultralytics' with equally many layers.

    The last convolutions of the class branches, whose classes are others, stay as they are.

    Args:
        images: (1, 3, side, side) each, 0 to 1: training pictures.

    Raises:
        ValueError: a layer of a kind that YOLOv8 does not have.
    """
    torch = import_torch_parts()
    with torch.no_grad():
        _Narrowing(wide, narrow, _values(wide.eval(), images)).run()


class _Narrowing:
    """One network's way into another, layer by layer; `values` of the wide one's layers, by name and call."""

    def __init__(self, wide: Any, narrow: Any, values: dict[str, list[FloatArray]]) -> None:
        self.wide, self.narrow, self.values = wide, narrow, values

    def run(self) -> None:
        current = Channels(np.arange(3), np.eye(3))
        outputs: list[Channels] = []
        ways = {"Conv": self._conv, "C2f": self._c2f, "SPPF": self._sppf, "Detect": self._detect}
        for index, (wide, narrow) in enumerate(zip(self.wide.model, self.narrow.model, strict=True)):
            came_from = wide.f if isinstance(wide.f, list) else [wide.f]
            given = [current if each == -1 else outputs[each] for each in came_from]
            kind = type(wide).__name__
            if kind == "Concat":
                current = _side_by_side(given)
            elif kind in ways:
                current = ways[kind](f"model.{index}", wide, narrow, given)
            elif kind != "Upsample":
                raise ValueError(f"layer {index} is {kind}, which no YOLOv8 has")
            outputs.append(current)

    def _conv(self, name: str, wide: Any, narrow: Any, given: list[Channels]) -> Channels:
        (before,) = given
        channels = _choose(self._of(name), narrow.conv.weight.shape[0])
        self._take(wide, narrow, before, channels.kept)
        return channels

    def _c2f(self, name: str, wide: Any, narrow: Any, given: list[Channels]) -> Channels:
        half = wide.c
        first = self._of(f"{name}.cv1")
        bottlenecks = [self._of(f"{name}.m.{place}") for place in range(len(wide.m))]
        adds = wide.m[0].add
        passed = _choose(first[:, :half], narrow.c)
        # Where a bottleneck adds what it was given, its channels are the same throughout.
        through = _choose(np.concatenate([first[:, half:], *(bottlenecks if adds else [])]), narrow.c).kept
        self._take(wide.cv1, narrow.cv1, given[0], np.concatenate([passed.kept, half + through]))
        parts = [passed, _expand(first[:, half:], through)]
        for place, (wide_part, narrow_part) in enumerate(zip(wide.m, narrow.m, strict=True)):
            inner = self._conv(f"{name}.m.{place}.cv1", wide_part.cv1, narrow_part.cv1, [parts[-1]])
            values = bottlenecks[place]
            out = _expand(values, through) if adds else _choose(values, narrow.c)
            self._take(wide_part.cv2, narrow_part.cv2, inner, out.kept)
            parts.append(out)
        return self._conv(f"{name}.cv2", wide.cv2, narrow.cv2, [_side_by_side(parts)])

    def _sppf(self, name: str, wide: Any, narrow: Any, given: list[Channels]) -> Channels:
        parts = [self._conv(f"{name}.cv1", wide.cv1, narrow.cv1, given)]
        for call in range(POOLINGS):
            pooled = np.concatenate(self.values[f"{name}.m"][call::POOLINGS])
            parts.append(_expand(pooled, parts[0].kept))
        return self._conv(f"{name}.cv2", wide.cv2, narrow.cv2, [_side_by_side(parts)])

    def _detect(self, name: str, wide: Any, narrow: Any, given: list[Channels]) -> Channels:
        for level, channels in enumerate(given):
            for branch in ("cv2", "cv3"):
                wide_parts, narrow_parts = getattr(wide, branch)[level], getattr(narrow, branch)[level]
                flowing = channels
                for place in range(2):
                    part = f"{name}.{branch}.{level}.{place}"
                    flowing = self._conv(part, wide_parts[place], narrow_parts[place], [flowing])
                if branch == "cv2":
                    _weights(wide_parts[2], narrow_parts[2], flowing, np.arange(len(wide_parts[2].weight)))
        return given[-1]

    def _of(self, name: str) -> FloatArray:
        return np.concatenate(self.values[name])

    @staticmethod
    def _take(wide: Any, narrow: Any, given: Channels, kept: IntArray) -> None:
        _weights(wide.conv, narrow.conv, given, kept)
        # Means and variances of the wide one's: a training's first steps take their own.
        for part in ("weight", "bias", "running_mean", "running_var"):
            getattr(narrow.bn, part).copy_(getattr(wide.bn, part)[kept])


def _values(network: Any, images: Sequence[FloatArray]) -> dict[str, list[FloatArray]]:
    """(pixels, C) of every convolution, bottleneck and pooling, by name; one array a call."""
    torch = import_torch_parts()
    rng = np.random.default_rng(0)
    values: dict[str, list[FloatArray]] = {}
    pixels = max(1, COMPARED_PIXELS // len(images))

    def note(name: str, out: Any) -> None:
        flat = out.permute(0, 2, 3, 1).reshape(-1, out.shape[1])
        some = rng.choice(len(flat), min(len(flat), pixels), replace=False)
        values.setdefault(name, []).append(flat[torch.from_numpy(some)].double().numpy())

    hooks = [
        part.register_forward_hook(lambda _, __, out, name=name: note(name, out))
        for name, part in network.named_modules()
        if type(part).__name__ in ("Conv", "Bottleneck", "MaxPool2d")
    ]
    for image in images:
        network(torch.from_numpy(image))
    for hook in hooks:
        hook.remove()
    return values


def _choose(values: FloatArray, count: int) -> Channels:
    """The `count` channels of (pixels, C) that tell most about all."""
    centred = values - values.mean(axis=0)
    left = centred.T @ centred
    least = NO_SPREAD * max(float(np.diag(left).max()), 1e-12)
    kept: list[int] = []
    for _ in range(count):
        explained = np.square(left).sum(axis=1) / np.maximum(np.diag(left), least)
        explained[kept] = -1.0
        best = int(explained.argmax())
        kept.append(best)
        left = left - np.outer(left[:, best], left[best]) / max(float(left[best, best]), least)
    return _expand(values, np.array(sorted(kept)))


def _expand(values: FloatArray, kept: IntArray) -> Channels:
    """All channels of (pixels, C) out of `kept`."""
    centred = values - values.mean(axis=0)
    those = centred[:, kept]
    ridge = RIDGE * np.trace(those.T @ those) / len(kept) * np.eye(len(kept))
    expand = np.linalg.solve(those.T @ those + ridge, those.T @ centred)
    expand[:, kept] = np.eye(len(kept))
    return Channels(kept, expand)


def _side_by_side(parts: Sequence[Channels]) -> Channels:
    """What a concatenation gives."""
    rows, columns = (sum(part.expand.shape[axis] for part in parts) for axis in (0, 1))
    expand = np.zeros((rows, columns))
    kept, row, column = [], 0, 0
    for part in parts:
        height, width = part.expand.shape
        expand[row : row + height, column : column + width] = part.expand
        kept.append(part.kept + column)
        row, column = row + height, column + width
    return Channels(np.concatenate(kept), expand)


def _weights(wide: Any, narrow: Any, given: Channels, kept: IntArray) -> None:
    """Of a convolution: its outputs `kept`, and its inputs those of `given`, which stand for all."""
    torch = import_torch_parts()
    weights = np.einsum("kc,ochw->okhw", given.expand, wide.weight.double().numpy()[kept])
    narrow.weight.copy_(torch.from_numpy(weights))
    if narrow.bias is not None:
        narrow.bias.copy_(wide.bias[kept])
