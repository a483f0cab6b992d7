"""Read a quantised MobileNet from a TFLite file and write it as a float ONNX backbone.

The weights stay the bytes they are (uint8 or int8) and are made floats inside the graph by Cast, Sub and Mul.
ONNX Runtime folds those three when it loads the file; it does not fold DequantizeLinear, which would then run
again for every frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from trainer.data.dataset import DataError

OPSET = 17
INPUT_NAME, OUTPUT_NAME = "image", "embedding"
# TensorFlow's "same" padding depends on the size; these networks halve it five times, so that multiples of 32
# give every stage an even size and one padding for all of them.
SIDE_STEP_PX = 32

CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
# Where the features end: what follows is the classifier.
POOLINGS = ("AVERAGE_POOL_2D", "MEAN")


@dataclass(frozen=True, slots=True)
class TfliteBackbone:
    """`model` takes `image` (N, 3, side, side) in -1..1 and gives `embedding` (N, features); side is free."""

    model: onnx.ModelProto
    side_px: int
    features: int


def import_tflite(path: Path) -> TfliteBackbone:
    """Convert MobileNetV1 or V2 up to the spatial mean of its last feature map.

    Raises:
        DataError: the file is not such a network; the message names the operator that is in the way.
    """
    import tflite

    data = path.read_bytes()
    # A TFLite file carries this identifier; without it the reader below would interpret noise.
    if data[4:8] != b"TFL3":
        raise DataError(f"{path}: not a TFLite file")
    graph = tflite.Model.GetRootAsModel(data, 0)
    return _Converter(graph, path).convert()


class _Converter:
    def __init__(self, flat: Any, path: Path) -> None:
        import tflite

        self.flat, self.path = flat, path
        self.subgraph = flat.Subgraphs(0)
        codes = vars(tflite.BuiltinOperator).items()
        self.operator_names = {code: name for name, code in codes if isinstance(code, int)}
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.values: dict[int, str] = {}  # TFLite tensor -> name of the ONNX value that holds it

    def convert(self) -> TfliteBackbone:
        source = int(self.subgraph.Inputs(0))
        _, height, width, channels = (int(size) for size in self.subgraph.Tensors(source).ShapeAsNumpy())
        if channels != 3 or height != width or height % SIDE_STEP_PX:
            raise DataError(
                f"{self.path}: input of {width}x{height}x{channels}, expected an RGB square with a side that is a "
                f"multiple of {SIDE_STEP_PX} px"
            )
        self.values[source] = INPUT_NAME
        for index in range(self.subgraph.OperatorsLength()):
            operator = self.subgraph.Operators(index)
            name = self._operator_name(operator)
            if name in POOLINGS:
                features = self._spatial_mean(operator)
                return TfliteBackbone(self._finish(features), side_px=height, features=features)
            self._convert_operator(name, operator)
        raise DataError(f"{self.path}: has no spatial mean, so where its features end is unknown")

    def _operator_name(self, operator: Any) -> str:
        code = self.flat.OperatorCodes(operator.OpcodeIndex())
        # Newer files use the wider field; older ones leave it 0.
        name: str = self.operator_names.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()), "unknown")
        return name

    def _convert_operator(self, name: str, operator: Any) -> None:
        if name == "QUANTIZE":
            # A change of encoding alone, from uint8 to int8: the numbers stay.
            self.values[int(operator.Outputs(0))] = self.values[int(operator.Inputs(0))]
        elif name in CONVOLUTIONS:
            self._convolution(operator, depthwise=name == "DEPTHWISE_CONV_2D")
        elif name == "ADD":
            first, second = (self.values[int(tensor)] for tensor in operator.InputsAsNumpy())
            self._emit("Add", [first, second], operator.Outputs(0))
        else:
            raise DataError(f"{self.path}: operator {name} is not one of a MobileNetV1 or V2")

    def _convolution(self, operator: Any, depthwise: bool) -> None:
        import tflite

        source, weight, bias = (int(tensor) for tensor in operator.InputsAsNumpy())
        target = int(operator.Outputs(0))
        options = tflite.DepthwiseConv2DOptions() if depthwise else tflite.Conv2DOptions()
        options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
        stride = options.StrideH()
        kernel = int(self.subgraph.Tensors(weight).ShapeAsNumpy()[1])
        if options.StrideW() != stride or options.DilationHFactor() != 1 or stride not in (1, 2):
            raise DataError(f"{self.path}: a convolution with stride {stride}x{options.StrideW()} or dilation")
        if options.Padding() == tflite.Padding.SAME:
            total = kernel - stride if kernel > 1 else 0
            before = total // 2
            pads = [before, before, total - before, total - before]
        else:
            pads = [0, 0, 0, 0]
        groups = int(self.subgraph.Tensors(weight).ShapeAsNumpy()[3]) if depthwise else 1
        inputs = [self.values[source], self._weight(weight, depthwise), self._bias(bias)]
        self._emit(
            "Conv",
            inputs,
            target,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=pads,
            group=groups,
        )
        self._activation(options.FusedActivationFunction(), target)

    def _activation(self, function: int, target: int) -> None:
        import tflite

        if function == tflite.ActivationFunctionType.NONE:
            return
        if function != tflite.ActivationFunctionType.RELU6:
            raise DataError(f"{self.path}: activation {function}; only ReLU6 is known here")
        if not any(constant.name == "relu6_low" for constant in self.constants):
            self._constant("relu6_low", np.float32(0))
            self._constant("relu6_high", np.float32(6))
        self._emit("Clip", [self.values[target], "relu6_low", "relu6_high"], target)

    def _weight(self, tensor: int, depthwise: bool) -> str:
        """TFLite (out, height, width, in), or (1, height, width, out) depthwise -> ONNX (out, in, height, width)."""
        name = f"weight_{tensor}"
        stored, scale, zero_point, axis = self._quantised(tensor)
        order = (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)
        if len(scale) > 1 and axis != order[0]:
            raise DataError(f"{self.path}: weights scaled along axis {axis}, expected one scale an output channel")
        self._constant(name, np.ascontiguousarray(stored.transpose(order)))
        self._constant(f"{name}_zero_point", zero_point.astype(np.float32).reshape(-1, 1, 1, 1))
        self._constant(f"{name}_scale", scale.astype(np.float32).reshape(-1, 1, 1, 1))
        self.nodes += [
            helper.make_node("Cast", [name], [f"{name}_cast"], to=TensorProto.FLOAT),
            helper.make_node("Sub", [f"{name}_cast", f"{name}_zero_point"], [f"{name}_centred"]),
            helper.make_node("Mul", [f"{name}_centred", f"{name}_scale"], [f"{name}_float"]),
        ]
        return f"{name}_float"

    def _bias(self, tensor: int) -> str:
        stored, scale, _, _ = self._quantised(tensor)
        self._constant(f"bias_{tensor}", (stored * scale.astype(np.float64)).astype(np.float32))
        return f"bias_{tensor}"

    def _quantised(self, tensor: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        """A constant's stored numbers, and scale and zero point (1,) or (channels,) along an axis."""
        import tflite

        types = {
            tflite.TensorType.UINT8: np.uint8,
            tflite.TensorType.INT8: np.int8,
            tflite.TensorType.INT32: np.int32,
        }
        entry = self.subgraph.Tensors(tensor)
        quantisation = entry.Quantization()
        buffer = self.flat.Buffers(entry.Buffer())
        scaled = quantisation is not None and quantisation.ScaleLength() > 0
        if entry.Type() not in types or not scaled or not buffer.DataLength():
            raise DataError(f"{self.path}: tensor {entry.Name().decode()!r} is not a quantised constant")
        stored = np.frombuffer(buffer.DataAsNumpy().tobytes(), dtype=types[entry.Type()]).reshape(entry.ShapeAsNumpy())
        scale = quantisation.ScaleAsNumpy()
        zero_point = quantisation.ZeroPointAsNumpy() if quantisation.ZeroPointLength() else np.zeros(len(scale))
        return stored, scale, zero_point, quantisation.QuantizedDimension()

    def _spatial_mean(self, operator: Any) -> int:
        source = int(operator.Inputs(0))
        self.nodes += [
            helper.make_node("GlobalAveragePool", [self.values[source]], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], [OUTPUT_NAME], axis=1),
        ]
        return int(self.subgraph.Tensors(source).ShapeAsNumpy()[-1])

    def _emit(self, kind: str, inputs: list[str], target: int, **attributes: Any) -> None:
        name = f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        self.values[int(target)] = name

    def _constant(self, name: str, values: Any) -> None:
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))

    def _finish(self, features: int) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "backbone",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, ["n", 3, "side", "side"])],
            [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["n", features])],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model
