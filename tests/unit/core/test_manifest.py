"""models.json is read strictly: what is missing or wrong is named."""

import copy
import json

import pytest

from app.core.errors import MeasureError
from app.core.manifest import ColourSpec, View, parse_manifest
from app.shared.codes import MODEL_UNAVAILABLE

GOOD = {
    "schema": 7,
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
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "views": [
            {"name": "nail", "along": 0, "size": 0.8, "round": False},
            {"name": "fold", "along": 0.45, "size": 0.9, "round": True},
        ],
        "mirror": True,
    },
    "interval": {
        "coverage": 0.9,
        "at_g_dl": [11, 14],
        "below_g_dl": [5, 3],
        "above_g_dl": [4, 2],
        "mean_half_width_g_dl": 4.1,
    },
    "likeness": {
        "polish": -0.5,
        "not_a_nail": 1.5,
        "glare": 0.5,
        "blur": 0.25,
        "pressed": 2.0,
        "no_nails": 0.5,
        "strangeness": [0.5, 1.0, 3.0],
        "share_beyond": [1.0, 0.4, 0.0],
        "least_p_value": 0.01,
    },
    "training_light": {
        "luma": [120, 210],
        "centre": [7.3, 0.3, -0.07],
        "precision": [16, 0, 0, 0, 25, 0, 0, 0, 64],
        "farthest": 3,
    },
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
    assert manifest.estimator.views[1] == View("fold", 0.45, 0.9, round=True)
    assert manifest.interval.mean_half_width_g_dl == 4.1
    assert manifest.plausible_g_dl == (4.0, 20.0)
    assert manifest.identity() == {"detector": "aa", "estimator": "bb"}


def test_a_detector_has_free_sides_where_its_stride_is_named():
    assert parse_manifest(json.dumps(GOOD)).detector.stride_px is None
    assert parse_manifest(changed(("detector", "stride_px"), 32)).detector.stride_px == 32


def test_models_that_do_not_say_whether_a_nail_is_one_are_read():
    assert parse_manifest(json.dumps(GOOD)).likeness.least_p_value == 0.01
    assert parse_manifest(changed(("likeness",), None)).likeness is None


SECTIONS = ("detector", "estimator", "interval", "likeness", "training_light")
LEAVES = [(section, field) for section in SECTIONS for field in GOOD[section]]


@pytest.mark.parametrize("path", [*LEAVES, ("detector",), ("estimator",), ("interval",), ("training_light",)])
def test_a_missing_field_is_named(path):
    with pytest.raises(MeasureError) as caught:
        parse_manifest(changed(path, None))
    assert caught.value.code == MODEL_UNAVAILABLE
    assert path[-1] in caught.value.message


@pytest.mark.parametrize(
    "path, value, named",
    [
        (("schema",), 1, "schema"),
        (("detector", "side_px"), 0, "side_px"),
        (("detector", "side_px"), "320", "side_px"),
        (("detector", "stride_px"), 0, "stride_px"),
        (("detector", "stride_px"), 48, "multiple of detector.stride_px"),
        (("detector", "confidence"), 1.5, "confidence"),
        (("detector", "class_names"), ["thumb"], "nail"),
        (("estimator", "file"), "", "file"),
        (("estimator", "mean"), [0.5], "mean"),
        (("estimator", "views"), [], "views"),
        (("estimator", "views"), [{"name": "nail"}], "along"),
        (("estimator", "views"), [{"name": "nail", "along": 0, "size": 0}], "size"),
        (("estimator", "views"), [{"name": "nail", "along": 0, "size": 1}], "round"),
        (("estimator", "views"), [{"name": "nail", "along": 90, "size": 1, "round": False}], "within"),
        (("estimator", "views"), [{"name": "nail", "along": 0, "size": 90, "round": False}], "within"),
        (("estimator", "views"), [{"name": "n", "along": 0, "size": 1, "round": False, "turned": 1}], "turned"),
        (("estimator", "color_features"), 67, "color_features"),
        (("estimator", "color_features"), {}, "without_skin"),
        (("estimator", "color_features"), {"without_skin": "black"}, "without_skin"),
        (("estimator", "color_features"), {"without_skin": "mean"}, "mean_skin"),
        (("estimator", "color_features"), {"without_skin": "mean", "mean_skin": [1.0] * 26}, "mean_skin"),
        (("interval", "at_g_dl"), [], "at_g_dl"),
        (("interval", "at_g_dl"), [14, 11], "at_g_dl"),
        (("interval", "below_g_dl"), [5], "below_g_dl"),
        (("interval", "above_g_dl"), [4, -2], "above_g_dl"),
        (("interval", "above_g_dl"), [4, "2"], "above_g_dl"),
        (("interval", "mean_half_width_g_dl"), True, "mean_half_width_g_dl"),
        (("likeness", "polish"), "no", "polish"),
        (("likeness", "no_nails"), None, "no_nails"),
        (("likeness", "strangeness"), [1.0], "strangeness"),
        (("likeness", "strangeness"), [0.5, 3.0, 1.0], "strangeness"),
        (("likeness", "share_beyond"), [1.0, 0.4], "share_beyond"),
        (("likeness", "share_beyond"), [0.0, 0.4, 1.0], "share_beyond"),
        (("likeness", "share_beyond"), [1.0, 0.4, -0.1], "share_beyond"),
        (("likeness", "share_beyond"), [2.0, 0.4, 0.0], "share_beyond"),
        (("likeness", "least_p_value"), 2, "least_p_value"),
        (("training_light", "luma"), [210, 120], "luma"),
        (("training_light", "centre"), [7.3, 0.3], "centre"),
        (("training_light", "precision"), [16, 0, 0], "precision"),
        (("training_light", "farthest"), None, "farthest"),
        (("plausible_g_dl",), [4], "plausible_g_dl"),
    ],
)
def test_a_wrong_field_is_named(path, value, named):
    with pytest.raises(MeasureError) as caught:
        parse_manifest(changed(path, value))
    assert caught.value.code == MODEL_UNAVAILABLE
    assert named in caught.value.message


def test_models_say_how_they_want_colour_and_which_views_turn():
    plain = parse_manifest(json.dumps(GOOD)).estimator
    assert plain.colour is None and all(view.turned for view in plain.views)
    still = [{"name": "nail", "along": 0, "size": 0.875, "round": False, "turned": False}]
    assert not parse_manifest(changed(("estimator", "views"), still)).estimator.views[0].turned
    refused = parse_manifest(changed(("estimator", "color_features"), {"without_skin": "refused"}))
    assert refused.estimator.colour == ColourSpec("refused", ())
    skin = [float(number) for number in range(27)]
    mean = parse_manifest(changed(("estimator", "color_features"), {"without_skin": "mean", "mean_skin": skin}))
    assert mean.estimator.colour == ColourSpec("mean", tuple(skin))


@pytest.mark.parametrize(
    "hb_g_dl, low, high",
    [(11, 6, 15), (14, 11, 16), (12.5, 8.5, 15.5), (9, 4, 13), (4, 0, 8), (17, 14, 19)],
    ids=["first knot", "last knot", "between", "before", "never below nothing", "behind"],
)
def test_the_interval_goes_from_knot_to_knot(hb_g_dl, low, high):
    assert parse_manifest(json.dumps(GOOD)).interval.around(hb_g_dl) == pytest.approx((low, high))


def test_an_interval_as_wide_as_without_a_photo_says_no_more():
    interval = parse_manifest(json.dumps(GOOD)).interval
    assert interval.narrower_than_no_photo(10.0, 18.0)
    assert not interval.narrower_than_no_photo(6.0, 15.0)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", b"\xff\xfe\x00"])
def test_what_is_no_json_object_is_an_error(text):
    with pytest.raises(MeasureError) as caught:
        parse_manifest(text)
    assert caught.value.code == MODEL_UNAVAILABLE
