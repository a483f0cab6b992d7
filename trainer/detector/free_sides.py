"""A detector whose canvas may be narrower than a square: the middles of its cells follow from the picture's shape.

ultralytics exports YOLOv8 for one size, with the middle and the stride of every cell of its three grids as constants.
Here the three grids of the largest canvas stand in the file, and each picture takes of them what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import helper, numpy_helper

from app.core.arrays import FloatArray

STRIDES_PX = (8, 16, 32)
# Sides of a canvas are multiples of the coarsest grid's stride.
STRIDE_PX = max(STRIDES_PX)


def free_sides(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of an exported YOLOv8, (1, 3, side, side) in and (1, 4 + classes, cells) out, that takes every height and
    width up to `side` that is a multiple of `STRIDE_PX`. On the square it answers as before.

    Raises:
        ValueError: the graph is not one that ultralytics exports for one size.
    """
    free = onnx.ModelProto()
    free.CopyFrom(model)
    graph = free.graph
    made_by = {name: node for node in graph.node for name in node.output}

    def before(node: onnx.NodeProto, *steps: tuple[int, str]) -> onnx.NodeProto:
        """Against the flow: each step an input's place, and the operator that must have made it."""
        for place, operator in steps:
            node = made_by[node.input[place]]
            if node.op_type != operator:
                raise KeyError(operator)
        return node

    try:
        joined = made_by[graph.output[0].name]
        scaled = before(joined, (0, "Mul"))
        middle = before(scaled, (0, "Concat"), (0, "Div"), (0, "Add"))
        low, high = before(middle, (0, "Sub")), before(middle, (1, "Add"))
        scores = before(joined, (1, "Sigmoid"), (0, "Concat"))
        maps = [before(scores, (place, "Reshape")).input[0] for place in range(len(STRIDES_PX))]
        picture, answer = (each.type.tensor_type.shape.dim for each in (graph.input[0], graph.output[0]))
        if not picture[2].dim_value == picture[3].dim_value > 0:
            raise KeyError("a square")
    except (KeyError, IndexError):
        raise ValueError("the detector's graph is not YOLOv8's as ultralytics exports it for one size") from None

    middles, strides = "cells_middle", "cells_stride"
    low.input[0] = high.input[0] = middles
    scaled.input[1] = strides
    side_px, cells = picture[3].dim_value, answer[2].dim_value
    nodes = list(graph.node)
    nodes[nodes.index(low) : nodes.index(low)] = _cells(graph, maps, side_px, (middles, strides))
    _replace_nodes(graph, nodes)
    _let_reshape(graph, cells)
    picture[2].dim_param, picture[3].dim_param, answer[2].dim_param = "height", "width", "cells"
    del graph.value_info[:]
    onnx.checker.check_model(free, full_check=True)
    return free


def _cells(graph: onnx.GraphProto, maps: Iterable[str], side_px: int, outputs: tuple[str, str]) -> list[onnx.NodeProto]:
    """Nodes that make (1, 2, cells) middles in cells and (1, 1, cells) strides in px, for the shapes of these maps."""

    def constant(name: str, values: list[int] | FloatArray) -> str:
        graph.initializer.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    nodes, parts = [], []
    from_height, behind_width = constant("cells_from_height", [2]), constant("cells_behind_width", [4])
    corner, sides = constant("cells_corner", [0, 0]), constant("cells_sides", [2, 3])
    flat = constant("cells_flat", [1, 3, -1])
    for stride_px, feature_map in zip(STRIDES_PX, maps, strict=True):
        y, x = np.mgrid[: side_px // stride_px, : side_px // stride_px] + 0.5
        name = f"cells_{stride_px}"
        grid = constant(f"{name}_grid", np.stack([x, y, np.full_like(x, stride_px)])[None].astype(np.float32))
        nodes += [
            helper.make_node("Shape", [feature_map], [f"{name}_shape"]),
            helper.make_node("Slice", [f"{name}_shape", from_height, behind_width], [f"{name}_end"]),
            helper.make_node("Slice", [grid, corner, f"{name}_end", sides], [f"{name}_used"]),
            helper.make_node("Reshape", [f"{name}_used", flat], [f"{name}_flat"]),
        ]
        parts.append(f"{name}_flat")
    split = constant("cells_split", [2, 1])
    nodes += [
        helper.make_node("Concat", parts, ["cells"], axis=2),
        helper.make_node("Split", ["cells", split], list(outputs), axis=1),
    ]
    for node in nodes:
        node.name = f"{node.output[0]}_{node.op_type.lower()}"
    return nodes


def _replace_nodes(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Those of `nodes` that an output needs, and no weight that none of them reads."""
    needed, kept = {output.name for output in graph.output}, []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    weights = [weight for weight in graph.initializer if weight.name in needed]
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in reversed(kept)]
    del graph.node[:]
    graph.node.extend(copies)
    weights = [onnx.TensorProto.FromString(weight.SerializeToString()) for weight in weights]
    del graph.initializer[:]
    graph.initializer.extend(weights)


def _let_reshape(graph: onnx.GraphProto, cells: int) -> None:
    """Where a Reshape names the square's number of cells, it takes as many as there are."""
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for weight in graph.initializer:
        if weight.name in shapes:
            shape = numpy_helper.to_array(weight)
            weight.CopyFrom(numpy_helper.from_array(np.where(shape == cells, -1, shape), weight.name))
