"""The steps in their order, with networks whose answers are known; tests/unit/test_app.py has the real ones."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from app.core.crops.colour import nail_colours
from app.core.errors import MeasureError
from app.core.find.ways import ALL_WAYS
from app.core.manifest import (
    ColourSpec,
    DetectorSpec,
    EstimatorSpec,
    IntervalSpec,
    LightSpec,
    LikenessSpec,
    Manifest,
    View,
)
from app.core.pipeline import MAX_NAILS, Instrument, measure_picture
from app.shared.codes import (
    IMPLAUSIBLE,
    LIGHT_DARK,
    LIKENESS_SIGNS,
    MODEL_UNAVAILABLE,
    NAIL_BLUR,
    NAIL_CUT_OFF,
    NAIL_NO_SKIN,
    NAIL_NOT_A_NAIL,
    NAIL_POLISH,
    NO_NAIL,
    REFERENCE_CLIPPED,
    REFERENCE_UNUSED,
    SPOILED_REASONS,
    STRANGE_NAILS,
    UNUSABLE_NAILS,
)

MANIFEST = Manifest(
    detector=DetectorSpec("d.onnx", "dd", 320, ("nail", "skin"), 0.35, 0.45),
    estimator=EstimatorSpec("e.onnx", "ee", 28, (0.0,) * 3, (1.0,) * 3, (View("nail", 0.0, 0.8),), mirror=True),
    interval=IntervalSpec(0.9, (11.0, 13.0), (4.0, 2.0), (3.0, 1.0), mean_half_width_g_dl=3.25),
    light=LightSpec((120.0, 210.0), (7.3, 0.3, -0.07), (16.0, 0.0, 0.0, 0.0, 25.0, 0.0, 0.0, 0.0, 64.0), farthest=1.5),
    plausible_g_dl=(4.0, 20.0),
    document={},
    interval_reference=IntervalSpec(0.9, (11.0, 13.0), (2.0, 1.5), (1.5, 1.0), mean_half_width_g_dl=3.25),
)
# A photo of 640x480 lies on the canvas at half its size, 40 px from the top.
NAIL_1, NAIL_2, NAIL_3 = (100, 100, 20, 16, 0.9, 0.0), (180, 110, 20, 16, 0.8, 0.0), (240, 160, 20, 16, 0.7, 0.0)
DOUBLE_OF_1 = (104, 100, 20, 16, 0.6, 0.0)
SKIN = (100, 130, 24, 20, 0.0, 0.5)

# What the estimator's other head says more than the first.
BESIDE_PAPER = np.float32(1.5)


class Answers:
    """A network that gives known answers and keeps what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    async def run(self, inputs):
        self.asked.append(inputs)
        return self.answer(inputs)


class Finds(Answers):
    """A detector that finds the same things in a picture, however that lies. In which way a picture lies that it has
    not seen yet, it knows from their order: one after the other, over and over.

    `anchors`: (centre x, centre y, width, height, score of a nail, of skin) on the canvas, upright.
    """

    def __init__(self, anchors):
        super().__init__(self.look)
        self.anchors = anchors
        self.ways = {}
        self.looks = 0

    def look(self, inputs):
        canvas = inputs["images"][0].transpose(1, 2, 0)
        if canvas.tobytes() not in self.ways:
            way = ALL_WAYS[self.looks % len(ALL_WAYS)]
            upright = next(back for other in ALL_WAYS if (way.turned(back := other.turned(canvas)) == canvas).all())
            self.ways |= {each.turned(upright).tobytes(): each for each in ALL_WAYS}
        way = self.ways[canvas.tobytes()]
        self.looks = ALL_WAYS.index(way) + 1
        output = np.zeros((1, 6, 2100), dtype=np.float32)
        for place, anchor in enumerate(self.anchors):
            output[0, :, place] = turned(anchor, way, len(canvas))
        return {"output0": output}


def turned(anchor, way, side_px):
    x, y, width, height, *scores = anchor
    if way.mirrored:
        x = side_px - x
    for _ in range(way.quarters):
        x, y, width, height = y, side_px - x, height, width
    return x, y, width, height, *scores


def instrument(anchors, hb=lambda crops: 10.0 + np.arange(len(crops), dtype=np.float32)):
    detector = Finds(anchors)
    estimator = Answers(
        lambda inputs: {"hb_g_dl": hb(inputs["image"]), "hb_reference_g_dl": hb(inputs["image"]) + BESIDE_PAPER}
    )
    return Instrument(MANIFEST, detector, estimator)


def colourful(size):
    """What has no colours, or one alone, is no photograph of a hand."""
    colours = np.random.default_rng(1).integers(90, 220, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(colours).filter(ImageFilter.BoxBlur(4))


def measure(measuring, size=(640, 480), picture=None):
    return asyncio.run(measure_picture(measuring, picture or colourful(size)))


def test_the_reading_is_of_all_nails_with_boxes_in_the_photo():
    reading = measure(instrument([NAIL_1, DOUBLE_OF_1, NAIL_2, NAIL_3, SKIN])).as_json()
    assert [nail["box"] for nail in reading["nails"]] == [
        [180, 104, 220, 136],
        [340, 124, 380, 156],
        [460, 224, 500, 256],
    ]
    assert [nail["hb_g_dl"] for nail in reading["nails"]] == [10, 11, 12]
    assert reading["hb_g_dl"] == 11
    assert reading["interval_g_dl"] == [7, 14]
    assert reading["coverage"] == 0.9 and reading["narrower_than_no_photo"] is False
    assert reading["severity"]["label"] == "mild"
    assert reading["severity"]["set"] == ["severe", "moderate", "mild", "normal"]
    assert reading["skin"] == [{"box": [176, 160, 224, 200], "confidence": 0.5}]
    assert reading["quality"] == {"nails_found": 3, "nails_used": 3, "spread_g_dl": 2.0}
    assert reading["models"] == {"detector": "dd", "estimator": "ee"}
    assert "error" not in reading


def test_the_detector_sees_the_letterboxed_photo_in_0_to_1_channels_first():
    measuring = instrument([NAIL_1])
    measure(measuring, picture=Image.new("RGB", (640, 480), (210, 150, 140)))
    (image,) = measuring.detector.asked[0].values()
    assert image.shape == (1, 3, 320, 320) and image.dtype == np.float32
    assert image[0, :, 0, 0] == pytest.approx([114 / 255] * 3)
    assert image[0, :, 160, 160] == pytest.approx([210 / 255, 150 / 255, 140 / 255])


def test_all_nails_go_through_the_estimator_at_once():
    measuring = instrument([NAIL_1, NAIL_2, NAIL_3])
    measure(measuring)
    (asked,) = measuring.estimator.asked
    assert asked["image"].shape == (3, 2, 3, 28, 28)


def test_a_nail_that_is_cut_off_is_listed_but_not_measured():
    at_the_edge = (8, 100, 16, 16, 0.95, 0.0)
    reading = measure(instrument([at_the_edge, NAIL_2])).as_json()
    assert reading["nails"][0]["reason"] == NAIL_CUT_OFF
    assert reading["nails"][0]["used"] is False
    assert reading["nails"][0]["hb_g_dl"] is None
    assert reading["hb_g_dl"] == 10
    assert reading["quality"]["nails_used"] == 1


@pytest.mark.parametrize(
    "anchors, hb_g_dl, code",
    [
        ([], 12.0, NO_NAIL),
        ([SKIN], 12.0, NO_NAIL),
        ([(8, 100, 16, 16, 0.9, 0)], 12.0, UNUSABLE_NAILS),
        ([NAIL_1], 3.9, IMPLAUSIBLE),
        ([NAIL_1], 20.1, IMPLAUSIBLE),
    ],
)
def test_an_outcome_without_a_value_says_why_and_keeps_the_boxes(anchors, hb_g_dl, code):
    reading = measure(instrument(anchors, lambda crops: np.full(len(crops), hb_g_dl, dtype=np.float32))).as_json()
    assert reading["error"]["code"] == code
    assert "hb_g_dl" not in reading and "severity" not in reading
    assert len(reading["nails"]) == sum(anchor[4] > 0 for anchor in anchors)


LIKENESS = LikenessSpec(dict.fromkeys(LIKENESS_SIGNS, 0.0), 0.0, (0.0, 1.0), (1.0, 0.0), least_p_value=0.01)


def tells(anchors, **signs):
    """An instrument whose estimator says this of each nail, by the name of the sign: above 0 it holds."""
    plain = instrument(anchors)
    said = {**dict.fromkeys(LIKENESS_SIGNS, [-1] * len(anchors)), **signs, "strangeness": [0.25] * len(anchors)}

    def answer(inputs):
        nails = len(inputs["image"])
        return {**plain.estimator.answer(inputs), **{name: np.array(of[:nails]) for name, of in said.items()}}

    return Instrument(replace(MANIFEST, likeness=LIKENESS), plain.detector, Answers(answer))


def test_a_nail_unlike_those_it_learned_from_does_not_count_and_says_why():
    reading = measure(tells([NAIL_1, NAIL_2, NAIL_3], not_a_nail=[-1, 1, -1])).as_json()
    assert [nail["reason"] for nail in reading["nails"]] == [None, NAIL_NOT_A_NAIL, None]
    assert [nail["hb_g_dl"] for nail in reading["nails"]] == [10, None, 12]
    assert reading["hb_g_dl"] == 11
    # The rarest of three nails.
    assert reading["strange"] == {"p_value": 1.0, "reasons": [NAIL_NOT_A_NAIL]}


def test_where_most_nails_are_painted_there_is_no_number():
    reading = measure(tells([NAIL_1, NAIL_2, NAIL_3], polish=[1, 1, -0.4])).as_json()
    assert [nail["reason"] for nail in reading["nails"]] == [NAIL_POLISH, NAIL_POLISH, NAIL_POLISH]
    assert reading["error"]["code"] == STRANGE_NAILS and NAIL_POLISH in reading["error"]["message"]
    assert "hb_g_dl" not in reading


@pytest.mark.parametrize("not_a_nail, code", [([1, -1], STRANGE_NAILS), ([1, -1, -1], None)])
def test_half_of_the_nails_are_too_few(not_a_nail, code):
    nails = [NAIL_1, NAIL_2, NAIL_3][: len(not_a_nail)]
    reading = measure(tells(nails, not_a_nail=not_a_nail))
    assert (reading.error.code if reading.error else None) == code


@pytest.mark.parametrize("reason", SPOILED_REASONS)
def test_nails_that_are_badly_photographed_do_not_count_and_say_how(reason):
    nails = [NAIL_1, NAIL_2, NAIL_3]
    one = measure(tells(nails, **{reason: [-3, 2, -3]})).as_json()
    assert [nail["reason"] for nail in one["nails"]] == [None, reason, None] and one["hb_g_dl"] == 11
    # A lamp shines in one nail and not in the next; what is out of focus is so as a whole.
    two = measure(tells(nails, **{reason: [2, 2, -4]}))
    code = two.error.code if two.error else None
    assert (two.hb_g_dl, code) == ((None, UNUSABLE_NAILS) if reason == NAIL_BLUR else (12, None))
    every = measure(tells(nails, **{reason: [2, 2, 2]})).as_json()
    assert every["error"]["code"] == UNUSABLE_NAILS and reason in every["error"]["message"]
    assert every["strange"]["reasons"] == [reason]


def test_models_without_likeness_say_so():
    assert measure(instrument([NAIL_1])).as_json()["strange"] == {"p_value": None, "reasons": []}


@pytest.mark.parametrize(
    "hb",
    [lambda crops: np.array([np.nan] * len(crops)), lambda crops: np.zeros(len(crops) + 1)],
    ids=["nan", "too many"],
)
def test_an_estimator_that_answers_nonsense_is_a_model_error(hb):
    with pytest.raises(MeasureError) as caught:
        measure(instrument([NAIL_1], hb))
    assert caught.value.code == MODEL_UNAVAILABLE


def test_a_detector_of_another_shape_is_a_model_error():
    measuring = instrument([])
    measuring.detector.answer = lambda _inputs: {"output0": np.zeros((1, 84, 2100))[0]}
    with pytest.raises(MeasureError) as caught:
        measure(measuring)
    assert caught.value.code == MODEL_UNAVAILABLE


def test_a_picture_full_of_nails_keeps_the_most_confident():
    anchors = [(20 + 30 * (i % 10), 60 + 30 * (i // 10), 16, 16, 0.9 - i / 100, 0) for i in range(50)]
    reading = measure(instrument(anchors))
    assert len(reading.nails) == MAX_NAILS
    assert min(nail.confidence for nail in reading.nails) > 0.9 - (MAX_NAILS + 1) / 100


def on_paper(level, size=(640, 480)):
    """Colourful and reddish where the nails are and behind them, paper of this level before them."""
    picture = (np.asarray(colourful(size)) * (1.1, 0.9, 0.7)).astype(np.uint8)
    picture[:, : size[0] // 4] = level
    return Image.fromarray(picture)


def test_beside_white_paper_the_other_head_and_its_interval_speak():
    nails = [(100, 100, 20, 16, 0.9, 0.0), (100, 140, 20, 16, 0.8, 0.0), (124, 100, 10, 10, 0.0, 0.6)]
    measuring = instrument(nails, hb=lambda crops: np.full(len(crops), 11.0, dtype=np.float32))
    known = measure(measuring, picture=on_paper(235)).as_json()
    assert known["light"]["reference"]["found"] and known["light"]["reference"]["reason"] is None
    assert known["light"]["reference"]["rgb_linear"] == pytest.approx([0.83] * 3, abs=0.01)
    assert known["hb_g_dl"] == pytest.approx(12.5) and known["interval_g_dl"] == pytest.approx([10.875, 13.625])
    clipped = measure(measuring, picture=on_paper(255)).as_json()
    assert clipped["light"]["reference"] == {"found": False, "reason": REFERENCE_CLIPPED, "rgb_linear": None}
    assert clipped["hb_g_dl"] == pytest.approx(11.0)


def test_in_light_that_nobody_learned_from_a_reading_says_no_more_than_no_photo():
    dark = Image.fromarray((np.asarray(colourful((640, 480))) * 0.4).astype(np.uint8))
    measuring = instrument([NAIL_1, NAIL_2], hb=lambda crops: np.full(len(crops), 13.0, dtype=np.float32))
    reading = measure(measuring, picture=dark)
    assert reading.light.judged == LIGHT_DARK and not reading.light.known
    low, high = reading.interval_g_dl
    assert high - low == pytest.approx(2 * 3.25) and not reading.narrower_than_no_photo
    assert low < reading.hb_g_dl < high


# On their fingers: to the right of the first nail and of the second.
SKIN_1, SKIN_2 = (140, 100, 20, 16, 0.0, 0.9), (220, 110, 20, 16, 0.0, 0.8)
MEAN_SKIN = tuple(float(value) for value in range(100, 127))


def wants_colour(anchors, colour):
    """An instrument whose estimator wants colour features as well, and answers with a nail's first one."""
    plain = instrument(anchors)
    spec = replace(MANIFEST.estimator, colour=colour)
    answer = Answers(lambda inputs: {"hb_g_dl": 8 + inputs["color_features"][:, 0] / 50})
    return Instrument(replace(MANIFEST, estimator=spec, interval_reference=None), plain.detector, answer)


def test_the_estimator_is_given_colour_features_where_it_wants_them():
    picture = colourful((640, 480))
    measuring = wants_colour([NAIL_1, NAIL_2, SKIN_1, SKIN_2], ColourSpec("refused"))
    reading = measure(measuring, picture=picture)
    (asked,) = measuring.estimator.asked
    assert sorted(asked) == ["color_features", "image"] and asked["color_features"].dtype == np.float32
    # An estimator that knows nothing of paper has nobody lay a hand on it.
    assert reading.as_json()["light"]["reference"] == {"found": False, "reason": REFERENCE_UNUSED, "rgb_linear": None}
    boxes, patches = (np.array([each.box for each in found]) for found in (reading.nails, reading.skin))
    assert np.allclose(asked["color_features"], nail_colours(picture, boxes, patches, ColourSpec("refused")))


def test_a_nail_without_skin_does_not_count_or_takes_the_mean_skin_as_the_models_say():
    picture = colourful((640, 480))
    refused = measure(wants_colour([NAIL_1, NAIL_2, SKIN_1], ColourSpec("refused")), picture=picture)
    assert [nail.reason for nail in refused.nails] == [None, NAIL_NO_SKIN] and refused.hb_g_dl is not None
    alone = measure(wants_colour([NAIL_1], ColourSpec("refused")), picture=picture)
    assert alone.error.code == UNUSABLE_NAILS and "skin" in alone.error.message
    measuring = wants_colour([NAIL_1, NAIL_2, SKIN_1], ColourSpec("mean", MEAN_SKIN))
    assert [nail.reason for nail in measure(measuring, picture=picture).nails] == [None, None]
    assert np.allclose(measuring.estimator.asked[0]["color_features"][1, 27:54], MEAN_SKIN)
