"""A detector's start weights out of a quantised ONNX file: the same function, in training too; wrong files refused."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from tests.drawn_hand import draw_hand
from tests.trainer.conftest import drawn
from tests.trainer.made_yolo import SIDE_PX, export_untrained, quantise
from trainer.config import WEIGHTS_BESIDE_REPOSITORY
from trainer.data.dataset import DataError, read_dataset
from trainer.data.splits import original_split
from trainer.detector import start as start_weights
from trainer.detector.comparison import DetectorRecipe, train_detector
from trainer.detector.quantised import agreement, input_of, read_quantised, start_network
from trainer.detector.start import find_start_weights, weights_or_none
from trainer.detector.trained import SIDE_PX as DETECTOR_PX
from trainer.detector.yolo_dataset import write_yolo_dataset
from trainer.tools.progress import Progress
from trainer.tools.torch_parts import import_torch_parts

REAL = WEIGHTS_BESIDE_REPOSITORY / "yolov8n_coco_int8.onnx"


class NotedProgress(Progress):
    """Keeps the lines that a person would see."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def say(self, line):
        self.lines.append(line)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export_untrained(tmp_path_factory.mktemp("untrained"))


@pytest.fixture(scope="module")
def quantised_file(exported, tmp_path_factory):
    path = tmp_path_factory.mktemp("quantised") / "made_int8.onnx"
    path.write_bytes(quantise(exported, by_channel=False).SerializeToString())
    return path


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Six drawn hands as files."""
    folder = tmp_path_factory.mktemp("pictures")
    for index in range(6):
        hand = draw_hand(3, 320, 240, skin=(150 + 15 * index, 140, 120), seed=index)
        (folder / f"{index}.png").write_bytes(hand.encoded("PNG"))
    return sorted(folder.iterdir())


@pytest.mark.parametrize("by_channel", [False, True])
def test_the_import_gives_what_the_file_gives(exported, pictures, tmp_path, by_channel):
    import onnxruntime

    path = tmp_path / "made.onnx"
    path.write_bytes(quantise(exported, by_channel).SerializeToString())
    read = read_quantised(path)
    network = start_network(read, [input_of(each) for each in pictures])
    image = np.random.default_rng(1).random((1, 3, SIDE_PX, SIDE_PX), dtype=np.float32)
    theirs = onnxruntime.InferenceSession(path).run(None, {"images": image})[0]
    torch = import_torch_parts()
    with torch.no_grad():
        ours = network.eval()(torch.from_numpy(image))[0].numpy()
    assert ours.shape == theirs.shape == (1, 84, 84)
    assert ours[0, :4] == pytest.approx(theirs[0, :4], abs=0.01)
    assert ours[0, 4:] == pytest.approx(theirs[0, 4:], abs=1e-4)
    # Not all the same, or that would say nothing.
    assert theirs[0, :4].std() > 1 and theirs[0, 4:].std() > 0.1
    found = agreement(read, network, pictures)
    assert found.correlation > 0.999 and found.best_score < 1e-4 and found.pictures == 4


def test_it_gives_the_same_in_training(quantised_file, pictures):
    inputs = [input_of(each) for each in pictures]
    network = start_network(read_quantised(quantised_file), inputs)
    torch = import_torch_parts()
    images = torch.cat([torch.from_numpy(each) for each in inputs])
    with torch.no_grad():
        afterwards = network.eval()(images)[1]["scores"]
        in_training = network.train()(images)["scores"]
    difference = float((in_training - afterwards).square().mean().sqrt())
    assert difference < 0.1 * float(afterwards.std())


def test_a_training_starts_from_it(quantised_file, tmp_path):
    torch = import_torch_parts()
    patients = read_dataset(drawn(tmp_path / "data", 8, 8).write(), lambda line: None)
    runs, progress = tmp_path / "runs", NotedProgress()
    yolo = write_yolo_dataset(patients, original_split(patients), runs / "yolo", DETECTOR_PX, Progress())
    start = find_start_weights(str(quantised_file), runs, progress)
    recipe = DetectorRecipe(epochs=1, batch=4, learning_rate=1e-5)
    best = train_detector(yolo.yaml_path, yolo.fingerprint, runs, recipe, start, progress)
    assert any("correlate by 1.000" in line for line in progress.lines)
    trained = torch.load(best, map_location="cpu", weights_only=False)["model"].float().state_dict()
    given = read_quantised(quantised_file).weights
    for name in ("model.0.conv.weight", "model.9.cv2.conv.weight", "model.22.cv3.1.1.conv.weight"):
        assert trained[name].numpy() == pytest.approx(given[name], abs=2e-3)
    # The classes are others.
    assert trained["model.22.cv3.0.2.weight"].shape[0] == 2
    said = json.loads((runs / "detector" / "made-from.json").read_text())["start_weights"]
    assert said == start.words and "made_int8.onnx, sha256 " in said and "AGPL-3.0" in said
    # Nobody has looked where this one is from.
    assert "public repository" not in said


def test_a_file_that_computes_something_else(exported, pictures, tmp_path):
    other = quantise(exported, by_channel=False)
    names = ("model.6.m.0.cv1.conv.weight", "model.6.m.1.cv1.conv.weight")
    swapped = dict(zip(names, reversed(names), strict=True))
    for node in other.graph.node:
        if node.op_type == "Conv":
            node.input[1] = swapped.get(node.input[1], node.input[1])
    path = tmp_path / "other.onnx"
    path.write_bytes(other.SerializeToString())
    read = read_quantised(path)
    with pytest.raises(DataError, match=r"other\.onnx: gives other scores .*--detector-weights") as raised:
        agreement(read, start_network(read, [input_of(each) for each in pictures]), pictures)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("what", ["noise", "another network", "other classes", "no scale"])
def test_a_wrong_file_is_one_clear_line(exported, tmp_path, what):
    path = tmp_path / "wrong.onnx"
    if what == "noise":
        path.write_bytes(b"\x00\x01 no network at all")
        expected = "cannot be read as ONNX"
    elif what == "another network":
        info = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
        graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["x"], ["y"])], "other", [info], [info])
        path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
        expected = "holds no model.0.conv.weight"
    elif what == "other classes":
        model = quantise(exported, by_channel=False)
        weight = _constant(model, "model.22.cv3.0.0.conv.weight_quantized")
        weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight)[:64], weight.name))
        path.write_bytes(model.SerializeToString())
        expected = "model.22.cv3.0.0.conv.weight is 64x64x3x3, and 80x64x3x3 in YOLOv8n with 80 classes"
    else:
        model = quantise(exported, by_channel=False)
        model.graph.initializer.remove(_constant(model, "model.5.conv.weight_scale"))
        path.write_bytes(model.SerializeToString())
        expected = "holds no model.5.conv.weight"
    with pytest.raises(DataError, match=f"^{path}: {expected}.*--detector-weights") as raised:
        find_start_weights(str(path), tmp_path, Progress())
    assert "\n" not in str(raised.value)


@pytest.fixture
def no_hub(monkeypatch):
    """The hub does not answer; nothing is asked for."""
    import_torch_parts()
    from ultralytics.utils import downloads

    def unreachable(file):
        raise ConnectionError(file)

    monkeypatch.setattr(downloads, "attempt_download_asset", unreachable)


def test_without_the_hub_the_file_beside_the_repository_is_taken(no_hub, quantised_file, tmp_path, monkeypatch):
    monkeypatch.setattr(start_weights, "QUANTISED_BESIDE_REPOSITORY", quantised_file)
    progress = NotedProgress()
    start = find_start_weights("yolov8n.pt", tmp_path, progress)
    assert start.file == quantised_file
    assert progress.lines[-1].endswith(f"starting from {quantised_file} instead")


def test_without_the_hub_and_a_file_the_ways_out_are_named(no_hub, tmp_path, monkeypatch):
    monkeypatch.setattr(start_weights, "QUANTISED_BESIDE_REPOSITORY", tmp_path / "none.onnx")
    with pytest.raises(DataError, match=r"^yolov8n.pt: .*FILE\.pt.*FILE\.onnx.*none$"):
        find_start_weights("yolov8n.pt", tmp_path, NotedProgress())


def test_the_small_detector_starts_untrained_where_no_weights_are(no_hub, tmp_path, monkeypatch):
    monkeypatch.setattr(start_weights, "QUANTISED_BESIDE_REPOSITORY", tmp_path / "none.onnx")
    progress = NotedProgress()
    start = weights_or_none("yolov8n.pt", tmp_path, progress)
    assert start.file is None and start.words == "none: started untrained"
    assert "cannot be fetched" in progress.lines[-1] and progress.lines[-1].endswith("now starting untrained")
    # A file that somebody named is not passed over.
    with pytest.raises(DataError, match="no such file"):
        weights_or_none("mine.pt", tmp_path, progress)


@pytest.mark.skipif(not REAL.is_file(), reason=f"no weights in {WEIGHTS_BESIDE_REPOSITORY}")
def test_the_weights_beside_the_repository(pictures):
    read = read_quantised(REAL)
    for words in ("8ea02ba965c1f1ba", "int8 weights of a public repository", "trained on coco", "AGPL-3.0"):
        assert words in read.words()
    network = start_network(read, [input_of(each) for each in pictures[:2]])
    assert agreement(read, network, pictures[:2]).correlation > 0.98


def _constant(model, name):
    (found,) = (each for each in model.graph.initializer if each.name == name)
    return found
