"""A narrow YOLOv8 out of a wide one: nothing is lost where nothing is narrower, and little where much is."""

from __future__ import annotations

import numpy as np
import pytest

from tests.drawn_hand import draw_hand
from tests.trainer.conftest import drawn
from tests.trainer.made_yolo import export_untrained, quantise
from trainer.data.dataset import DataError, read_dataset
from trainer.detector.narrow import narrow_down
from trainer.detector.quantised import as_input
from trainer.detector.start import find_start_weights
from trainer.detector.steps import WildTraining
from trainer.tools.progress import Progress
from trainer.tools.torch_parts import import_torch_parts

SIDE_PX = 96
INTO_THE_HEAD = (15, 18, 21)


@pytest.fixture(scope="module")
def images():
    hands = [draw_hand(3, SIDE_PX, SIDE_PX, skin=(150 + 10 * index, 140, 120), seed=index) for index in range(8)]
    return [as_input(np.asarray(hand.picture.convert("RGB"))) for hand in hands]


def network_of(width, seed):
    """A YOLOv8 of two classes whose normalisations do something."""
    torch = import_torch_parts()
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(seed)
    plan = {**DetectionModel("yolov8n.yaml", verbose=False).yaml, "scales": {"n": [0.33, width, 1024]}}
    network = DetectionModel(plan, nc=2, verbose=False)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.weight.data.uniform_(0.5, 1.5)
            part.bias.data.normal_(0.0, 0.3)
            part.momentum = 1.0
    return network


def doubled(wide, narrow):
    """Values of the wide network's shape, of which each channel is there twice and counts half."""
    if wide.ndim == 0:
        return narrow
    out = narrow.repeat_interleave(len(wide) // len(narrow), 0)
    if wide.ndim < 4:
        return out
    times = wide.shape[1] // narrow.shape[1]
    return out.repeat_interleave(times, 1) / times


def features(network, images, layer):
    """(pixels, C) of what comes out of a layer, normalised by the images themselves."""
    torch = import_torch_parts()
    found = []
    hook = network.model[layer].register_forward_hook(lambda _, __, out: found.append(out))
    with torch.no_grad():
        network.train()(torch.from_numpy(np.concatenate(images)))
    hook.remove()
    return found[0].permute(0, 2, 3, 1).reshape(-1, found[0].shape[1]).double().numpy()


def explained(theirs, ours):
    """The share of the variance of `theirs` (pixels, C) that sums of `ours` tell."""
    theirs, ours = theirs - theirs.mean(axis=0), ours - ours.mean(axis=0)
    left = theirs - ours @ np.linalg.lstsq(ours, theirs, rcond=None)[0]
    return 1 - np.square(left).sum() / np.square(theirs).sum()


def test_as_wide_as_before_it_is_the_same(images):
    wide, other = network_of(0.125, seed=1), network_of(0.125, seed=2)
    before = [features(wide, images, layer) for layer in INTO_THE_HEAD]
    assert not np.allclose(before[0], features(other, images, INTO_THE_HEAD[0]), atol=0.1)
    narrow_down(wide, other, images)
    for layer, theirs in zip(INTO_THE_HEAD, before, strict=True):
        assert features(other, images, layer) == pytest.approx(theirs, abs=1e-3)


def test_of_channels_that_say_the_same_one_is_enough(images):
    narrow = network_of(0.125, seed=1)
    wide, other = network_of(0.25, seed=2), network_of(0.125, seed=3)
    wide.load_state_dict(
        {name: doubled(values, narrow.state_dict()[name]) for name, values in wide.state_dict().items()}
    )
    # Its means and variances are then those of these images.
    features(wide, images, 0)
    narrow_down(wide, other, images)
    for layer in INTO_THE_HEAD[:2]:
        theirs = features(narrow, images, layer)
        assert explained(theirs, features(other, images, layer)) > 0.95
        assert explained(theirs, features(network_of(0.125, seed=3), images, layer)) < 0.8


def test_the_small_detector_starts_from_it_and_keeps_it(tmp_path):
    file = tmp_path / "made_int8.onnx"
    for name in ("export", "other"):
        (tmp_path / name).mkdir()
    file.write_bytes(quantise(export_untrained(tmp_path / "export"), by_channel=True).SerializeToString())
    patients = read_dataset(drawn(tmp_path / "data", 6, 6).write(), lambda line: None)
    training = WildTraining(patients, [], tmp_path, Progress(), find_start_weights(str(file), tmp_path, Progress()))
    start = training.narrowed()
    held = start.read_bytes()
    assert start == training.narrowed() and start.read_bytes() == held
    file.write_bytes(quantise(export_untrained(tmp_path / "other"), by_channel=False).SerializeToString())
    other = WildTraining(patients, [], tmp_path, Progress(), find_start_weights(str(file), tmp_path, Progress()))
    with pytest.raises(DataError, match="another start weights"):
        other.narrowed()
