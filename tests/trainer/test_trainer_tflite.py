"""The TFLite import against the TFLite interpreter: published networks on real pictures, and a made one on a drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from PIL import Image

from app.runtime.native import NativeNetwork
from tests.drawn_hand import draw_hand
from tests.real_photos import needs_real_photos, patients
from tests.trainer.made_tflite import FEATURES, SIDE_PX, MadeNetwork
from trainer.data.dataset import DataError
from trainer.estimator.tflite_import import import_tflite

WEIGHTS = Path(__file__).resolve().parents[3] / "shared" / "weights"
NETWORKS = {
    "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite": 1024,
    "mobilenet_v1_0.25_128_quant.tflite": 256,
    "mobilenet_v2_1.0_224_quant.tflite": 1280,
    "tf2_mobilenet_v2_1.0_224_ptq.tflite": 1280,
}
needs_weights = pytest.mark.skipif(not WEIGHTS.is_dir(), reason=f"no weights in {WEIGHTS}")


def interpreted(path: Path, pixels: np.ndarray, features: int) -> np.ndarray:
    """The TFLite interpreter's own spatial mean of one picture (side, side, 3) uint8."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels[None])
    interpreter.invoke()
    shapes = ([1, 1, 1, features], [1, features])
    pooled = next(entry for entry in interpreter.get_tensor_details() if entry["shape"].tolist() in shapes)
    scale, zero_point = pooled["quantization"]
    return (interpreter.get_tensor(pooled["index"]).astype(np.float64).ravel() - zero_point) * scale


def with_rounded_activations(model: onnx.ModelProto) -> onnx.ModelProto:
    """The backbone with every activation rounded to the 8 bits that the interpreter has for it: 6 / 255 a step."""
    rounded = onnx.ModelProto()
    rounded.CopyFrom(model)
    rounded.graph.initializer.append(numpy_helper.from_array(np.float32(0.02352848), "step"))
    nodes = []
    for node in rounded.graph.node:
        nodes.append(node)
        if node.op_type in ("Clip", "GlobalAveragePool"):
            name = node.output[0]
            node.output[0] = f"{name}_exact"
            nodes += [
                helper.make_node("Div", [f"{name}_exact", "step"], [f"{name}_steps"]),
                helper.make_node("Round", [f"{name}_steps"], [f"{name}_whole"]),
                helper.make_node("Mul", [f"{name}_whole", "step"], [name]),
            ]
    del rounded.graph.node[:]
    rounded.graph.node.extend(nodes)
    return rounded


def pictures_of(patient_id: str, margin_px: float, side_px: int) -> np.ndarray:
    """The first nail of a patient, so much wider on each side, (side, side, 3) uint8."""
    patient = patients()[patient_id]
    with Image.open(patient.photo) as photo:
        x1, y1, x2, y2 = patient.nail_boxes[0]
        box = (max(0, x1 - margin_px), max(0, y1 - margin_px), x2 + margin_px, y2 + margin_px)
        return np.asarray(photo.convert("RGB").resize((side_px, side_px), box=box))


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def embed(model: onnx.ModelProto, pixels: np.ndarray, centre: float = 127.5, step: float = 1 / 127.5) -> np.ndarray:
    image = ((pixels.astype(np.float32) - centre) * step).transpose(2, 0, 1)[None].astype(np.float32)
    return NativeNetwork(model.SerializeToString()).run_now({"image": image})["embedding"][0].astype(np.float64)


@needs_weights
@needs_real_photos
@pytest.mark.filterwarnings("ignore:.*experimental_preserve_all_tensors")
@pytest.mark.parametrize("name", NETWORKS)
def test_nearly_the_features_of_the_interpreter(name):
    backbone = import_tflite(WEIGHTS / name)
    assert backbone.features == NETWORKS[name]
    for patient_id in ("14", "54", "208"):
        pixels = pictures_of(patient_id, margin_px=90, side_px=backbone.side_px)
        expected = interpreted(WEIGHTS / name, pixels, backbone.features)
        found = embed(backbone.model, pixels)
        # The interpreter rounds every activation to 8 bits. Wrong padding or channels in the wrong order: below 0.91.
        assert cosine(found, expected) > 0.985
        assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(expected), rel=0.1)


@needs_weights
@needs_real_photos
@pytest.mark.filterwarnings("ignore:.*experimental_preserve_all_tensors")
@pytest.mark.parametrize("name", [name for name in NETWORKS if "_v1_" in name])
def test_the_features_of_the_interpreter_once_activations_are_rounded_alike(name):
    backbone = import_tflite(WEIGHTS / name)
    rounded = with_rounded_activations(backbone.model)
    for patient_id in ("14", "54", "208"):
        pixels = pictures_of(patient_id, margin_px=0, side_px=backbone.side_px)
        expected = interpreted(WEIGHTS / name, pixels, backbone.features)
        # The interpreter's own input scale is 1/128 around 128, a hair from the (x - 127.5) / 127.5 of the training.
        assert cosine(embed(rounded, pixels, centre=128, step=1 / 128), expected) > 0.999


@needs_weights
def test_other_sizes_run_too():
    backbone = import_tflite(WEIGHTS / "mobilenet_v1_0.25_128_quant.tflite")
    network = NativeNetwork(backbone.model.SerializeToString())
    for side in (96, 224):
        assert network.run_now({"image": np.zeros((2, 3, side, side), np.float32)})["embedding"].shape == (2, 256)


@pytest.mark.filterwarnings("ignore:.*experimental_preserve_all_tensors")
def test_a_made_network_has_the_features_of_the_interpreter_on_a_drawn_hand(tmp_path):
    path = MadeNetwork().write(tmp_path / "made.tflite")
    backbone = import_tflite(path)
    assert (backbone.features, backbone.side_px) == (FEATURES, SIDE_PX)
    hand = draw_hand()
    for box in hand.nail_boxes:
        pixels = np.asarray(hand.picture.convert("RGB").resize((SIDE_PX, SIDE_PX), box=box))
        expected = interpreted(path, pixels, FEATURES)
        found = embed(backbone.model, pixels, centre=128, step=1 / 128)
        assert cosine(found, expected) > 0.999
        assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(expected), rel=0.02)
        # With red and blue exchanged it would be another picture, and that shows.
        assert cosine(embed(backbone.model, pixels[..., ::-1], centre=128, step=1 / 128), expected) < 0.99
    network = NativeNetwork(backbone.model.SerializeToString())
    for side in (32, 96):
        assert network.run_now({"image": np.zeros((2, 3, side, side), np.float32)})["embedding"].shape == (2, FEATURES)


def test_other_files_are_refused(tmp_path):
    wrong = tmp_path / "wrong.tflite"
    wrong.write_bytes(b"PK\x03\x04 not a network at all")
    with pytest.raises(DataError, match=r"wrong\.tflite"):
        import_tflite(wrong)
