"""A small quantised MobileNet as a TFLite file, made by code: what the import is tested on where no weights are."""

from __future__ import annotations

from pathlib import Path

import flatbuffers
import numpy as np

FEATURES = 24
SIDE_PX = 64
CHANNELS = 8
# As in the published files: pixels around 128; ReLU6 in 255 steps; what has no ReLU6 around its middle.
PIXELS = (1 / 128, 128)
RELU6 = (6 / 255, 0)
LINEAR = (6 / 128, 128)


class MadeNetwork:
    """Convolution, depthwise convolution, an addition around a bottleneck, the mean over the picture."""

    def __init__(self, seed: int = 5) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self._schema = schema
        self._chance = np.random.default_rng(seed)
        self._model = schema.ModelT(version=3, buffers=[schema.BufferT()], operatorCodes=[])
        self._graph = schema.SubGraphT(tensors=[], operators=[])
        self._model.subgraphs = [self._graph]

    def write(self, path: Path) -> Path:
        """Write the file and name it again."""
        schema, relu6, linear = self._schema, self._schema.ActivationFunctionType.RELU6, 0
        side = SIDE_PX // 2
        picture = self._tensor((1, SIDE_PX, SIDE_PX, 3), schema.TensorType.UINT8, *PIXELS)
        stem = self._convolution(picture, (CHANNELS, 3, 3, 3), (1, side, side, CHANNELS), relu6, RELU6, PIXELS[0], 2)
        deep = self._depthwise(stem, side)
        before = self._convolution(
            deep, (CHANNELS, 1, 1, CHANNELS), (1, side, side, CHANNELS), linear, LINEAR, RELU6[0]
        )
        deep = self._depthwise(before, side, LINEAR[0])
        inside = self._convolution(
            deep, (CHANNELS, 1, 1, CHANNELS), (1, side, side, CHANNELS), linear, LINEAR, RELU6[0]
        )
        added = self._tensor((1, side, side, CHANNELS), schema.TensorType.UINT8, *LINEAR)
        self._operator("ADD", [before, inside], added, schema.AddOptionsT(), "AddOptions")
        last = self._convolution(added, (FEATURES, 1, 1, CHANNELS), (1, side, side, FEATURES), relu6, RELU6, LINEAR[0])
        axes = self._constant(np.array([1, 2], np.int32), schema.TensorType.INT32)
        mean = self._tensor((1, 1, 1, FEATURES), schema.TensorType.UINT8, *RELU6)
        self._operator("MEAN", [last, axes], mean, schema.ReducerOptionsT(keepDims=True), "ReducerOptions")
        self._graph.inputs, self._graph.outputs = [picture], [mean]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        path.write_bytes(bytes(builder.Output()))
        return path

    def _depthwise(self, source, side, source_scale=RELU6[0]):
        schema = self._schema
        options = schema.DepthwiseConv2DOptionsT(
            padding=schema.Padding.SAME, strideH=1, strideW=1, depthMultiplier=1,
            dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=schema.ActivationFunctionType.RELU6,
        )  # fmt: skip
        weights = self._weights((1, 3, 3, CHANNELS), source_scale, CHANNELS, inputs=9)
        target = self._tensor((1, side, side, CHANNELS), schema.TensorType.UINT8, *RELU6)
        self._operator("DEPTHWISE_CONV_2D", [source, *weights], target, options, "DepthwiseConv2DOptions")
        return target

    def _convolution(self, source, weight_shape, shape, activation, scaled, source_scale, stride=1):
        schema = self._schema
        options = schema.Conv2DOptionsT(
            padding=schema.Padding.SAME, strideH=stride, strideW=stride,
            dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=activation,
        )  # fmt: skip
        weights = self._weights(weight_shape, source_scale, weight_shape[0], inputs=int(np.prod(weight_shape[1:])))
        target = self._tensor(shape, schema.TensorType.UINT8, *scaled)
        self._operator("CONV_2D", [source, *weights], target, options, "Conv2DOptions")
        return target

    def _weights(self, shape, source_scale, outputs, inputs):
        schema = self._schema
        # Wide enough that what comes out uses its range.
        scale = 3.0 / (128 * np.sqrt(inputs))
        stored = self._chance.integers(1, 256, shape, dtype=np.uint8)
        bias = self._chance.normal(0.4, 0.3, outputs) / (source_scale * scale)
        return (
            self._constant(stored, schema.TensorType.UINT8, scale, 128),
            self._constant(bias.astype(np.int32), schema.TensorType.INT32, source_scale * scale, 0),
        )

    def _constant(self, stored, kind, scale=None, zero_point=0):
        buffer = self._schema.BufferT(data=np.frombuffer(stored.tobytes(), np.uint8))
        self._model.buffers.append(buffer)
        return self._tensor(stored.shape, kind, scale, zero_point, len(self._model.buffers) - 1)

    def _tensor(self, shape, kind, scale=None, zero_point=0, buffer=0):
        schema = self._schema
        tensor = schema.TensorT(shape=list(shape), type=kind, buffer=buffer, name=f"t{len(self._graph.tensors)}")
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT(
                scale=np.array([scale], np.float32), zeroPoint=np.array([zero_point], np.int64)
            )
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def _operator(self, name, inputs, output, options, options_type):
        schema = self._schema
        code = getattr(schema.BuiltinOperator, name)
        self._model.operatorCodes.append(schema.OperatorCodeT(deprecatedBuiltinCode=code, builtinCode=code, version=1))
        self._graph.operators.append(
            schema.OperatorT(
                opcodeIndex=len(self._model.operatorCodes) - 1,
                inputs=list(inputs),
                outputs=[output],
                builtinOptions=options,
                builtinOptionsType=getattr(schema.BuiltinOptions, options_type),
            )
        )
