"""models.json is read strictly: what is missing or wrong is named."""

import copy
import json

import pytest

from app.core.codes import MODEL_UNAVAILABLE
from app.core.errors import MeasureError
from app.core.manifest import parse_manifest

GOOD = {
    "schema": 1,
    "detector": {
        "file": "d.onnx",
        "sha256": "aa",
        "side_px": 320,
        "class_names": ["nail", "skin"],
        "confidence": 0.35,
        "iou": 0.45,
    },
    "estimator": {
        "file": "e.onnx",
        "sha256": "bb",
        "side_px": 224,
        "detail_px": 24,
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "views": [{"name": "nail", "along": 0, "size": 0.8}, {"name": "fold", "along": 0.45, "size": 0.9}],
        "mirror": True,
    },
    "interval": {"coverage": 0.9, "half_width_g_dl": 3.1},
    "plausible_g_dl": [4, 20],
    "data": {"name": "words for people"},
}


def changed(path, value):
    document = copy.deepcopy(GOOD)
    section = document
    for name in path[:-1]:
        section = section[name]
    if value is None:
        del section[path[-1]]
    else:
        section[path[-1]] = value
    return json.dumps(document)


def test_a_good_file_is_read():
    manifest = parse_manifest(json.dumps(GOOD))
    assert manifest.detector.class_id("skin") == 1
    assert manifest.estimator.pictures == 4
    assert (manifest.estimator.views[1].along, manifest.estimator.views[1].size) == (0.45, 0.9)
    assert manifest.interval.half_width_g_dl == 3.1
    assert manifest.plausible_g_dl == (4.0, 20.0)
    assert manifest.identity() == {"detector": "aa", "estimator": "bb"}


LEAVES = [(section, field) for section in ("detector", "estimator", "interval") for field in GOOD[section]]


@pytest.mark.parametrize("path", [*LEAVES, ("detector",), ("estimator",), ("interval",)])
def test_a_missing_field_is_named(path):
    with pytest.raises(MeasureError) as caught:
        parse_manifest(changed(path, None))
    assert caught.value.code == MODEL_UNAVAILABLE
    assert path[-1] in caught.value.message


@pytest.mark.parametrize(
    "path, value, named",
    [
        (("schema",), 2, "schema"),
        (("detector", "side_px"), 0, "side_px"),
        (("detector", "side_px"), "320", "side_px"),
        (("detector", "confidence"), 1.5, "confidence"),
        (("detector", "class_names"), ["thumb"], "nail"),
        (("estimator", "file"), "", "file"),
        (("estimator", "mean"), [0.5], "mean"),
        (("estimator", "views"), [], "views"),
        (("estimator", "views"), [{"name": "nail"}], "along"),
        (("estimator", "views"), [{"name": "nail", "along": 0, "size": 0}], "size"),
        (("interval", "half_width_g_dl"), True, "half_width_g_dl"),
        (("plausible_g_dl",), [4], "plausible_g_dl"),
    ],
)
def test_a_wrong_field_is_named(path, value, named):
    with pytest.raises(MeasureError) as caught:
        parse_manifest(changed(path, value))
    assert caught.value.code == MODEL_UNAVAILABLE
    assert named in caught.value.message


@pytest.mark.parametrize("text", ["", "{", "[]", "null", b"\xff\xfe\x00"])
def test_what_is_no_json_object_is_an_error(text):
    with pytest.raises(MeasureError) as caught:
        parse_manifest(text)
    assert caught.value.code == MODEL_UNAVAILABLE
