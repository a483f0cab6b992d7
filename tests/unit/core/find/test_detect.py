"""The closer look: when it is taken, where, and what comes of two looks. The answers of the network are known."""

import asyncio
import gc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core.errors import MeasureError
from app.core.find.detect import LEAST_ENLARGED, SMALL_NAIL_PX, closer_window, find
from app.core.find.ways import ALL_WAYS
from app.core.manifest import DetectorSpec
from app.shared.codes import MODEL_UNAVAILABLE

SPEC = DetectorSpec("d.onnx", "dd", 320, ("nail", "skin"), 0.35, 0.45)
SIZE = (1600, 1200)


class Looks:
    """A detector that gives these answers one after the other, in pixels of its canvas: (x, y, w, h, nail, skin)."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.canvases: list[np.ndarray] = []

    async def run(self, inputs):
        self.canvases.append(inputs["images"])
        output = np.zeros((1, 6, 2100), dtype=np.float32)
        for place, anchor in enumerate(self.answers.pop(0)):
            output[0, :, place] = anchor
        return {"output0": output}


def found_by(*answers, size=SIZE, spec=SPEC):
    looks = Looks(*answers)
    found = asyncio.run(find(spec, looks, Image.new("RGB", size)))
    assert not looks.answers
    return found, looks


def test_large_nails_need_one_look():
    found, _ = found_by([(160, 160, 20, 20, 0.9, 0)])
    assert np.allclose(found.boxes, [[750, 550, 850, 650]])


def test_a_detector_with_free_sides_looks_at_a_narrower_canvas():
    narrow = replace(SPEC, stride_px=32)
    for size, shape, anchor in (
        ((1600, 1200), (256, 320), (160, 128, 20, 20, 0.9, 0)),
        ((900, 1600), (320, 192), (96, 160, 20, 20, 0.9, 0)),
        ((800, 800), (320, 320), (160, 160, 20, 20, 0.9, 0)),
    ):
        found, looks = found_by([anchor], size=size, spec=narrow)
        assert looks.canvases[0].shape == (1, 3, *shape)
        middle, side = np.array([*size, *size]) / 2, max(size) / 16
        assert np.allclose(found.boxes, middle + side / 2 * np.array([-1, -1, 1, 1]))


def test_without_a_hint_there_is_nowhere_to_look():
    assert len(found_by([(160, 160, 10, 10, 0.05, 0)])[0]) == 0


def test_small_nails_are_looked_at_again_from_near():
    # Nails of 8 px are 40 px of the photo. They become 24 px: a window of 534 px around the middle of both.
    first = [(160, 160, 8, 8, 0.5, 0), (164, 170, 8, 8, 0.15, 0)]
    closer = [(154, 147, 24, 24, 0.8, 0), (168, 177, 24, 20, 0.7, 0), (2, 100, 4, 20, 0.9, 0)]
    found, _ = found_by(first, closer)
    assert found.confidences.tolist() == pytest.approx([0.8, 0.7])
    middle = np.tile([810.0, 625.0], 2)
    on_canvas = np.array([[142, 135, 166, 159], [156, 167, 180, 187]])
    assert np.allclose(found.boxes, middle + (on_canvas - 160) * 534 / 320, atol=1)


def test_what_only_the_first_look_found_stays():
    found, _ = found_by([(160, 160, 8, 8, 0.5, 0), (164, 170, 8, 8, 0.6, 0)], [(154, 145, 24, 24, 0.8, 0)])
    assert found.confidences.tolist() == pytest.approx([0.8, 0.6])


def test_a_nail_and_skin_are_never_the_same():
    found, _ = found_by([(160, 160, 8, 8, 0.5, 0)], [(160, 160, 24, 24, 0, 0.8)])
    assert found.class_ids.tolist() == [1, 0]


def test_nails_all_over_the_picture_are_not_looked_at_again():
    nails = np.array([[10, 10, 50, 50], [1500, 1100, 1540, 1140]], dtype=float)
    assert closer_window(nails, SIZE, 320) is None


@given(
    st.lists(st.tuples(st.floats(0, 1500), st.floats(0, 1100), st.floats(4, 90), st.floats(4, 90)), min_size=1),
)
def test_a_window_holds_every_nail_and_enlarges(boxes):
    nails = np.array([[x, y, min(x + w, 1600), min(y + h, 1200)] for x, y, w, h in boxes])
    window = closer_window(nails, SIZE, 320)
    middle_px = np.median(np.sqrt((nails[:, 2:] - nails[:, :2]).prod(axis=1))) * 320 / 1600
    if window is None:
        return
    assert middle_px < SMALL_NAIL_PX
    x1, y1, x2, y2 = window
    assert 0 <= x1 < x2 <= 1600 and 0 <= y1 < y2 <= 1200
    assert (nails[:, :2] >= [x1, y1]).all() and (nails[:, 2:] <= [x2, y2]).all()
    assert max(x2 - x1, y2 - y1) - 2 <= 1600 / LEAST_ENLARGED


class Beside:
    """A detector that begins when it is asked, as in the page: what is asked and what is awaited, in their order."""

    def __init__(self, failing=None):
        self.failing, self.story = failing, []

    def run(self, inputs):
        number = sum(what == "asked" for what, _ in self.story)
        self.story.append(("asked", number))

        async def answer():
            self.story.append(("awaited", number))
            if number == self.failing:
                raise MeasureError(MODEL_UNAVAILABLE, "a network failed")
            return {"output0": np.zeros((1, 6, 2100), dtype=np.float32)}

        return answer()


def test_it_is_asked_in_all_ways_before_the_first_answer_is_waited_for():
    beside = Beside()
    asyncio.run(find(SPEC, beside, Image.new("RGB", SIZE), ways=ALL_WAYS))
    numbers = range(len(ALL_WAYS))
    assert beside.story == [("asked", number) for number in numbers] + [("awaited", number) for number in numbers]


# Python would say so of an answer that nobody waits for and nobody lets go of.
@pytest.mark.filterwarnings("error")
def test_where_one_look_fails_the_others_are_let_go_of():
    beside = Beside(failing=2)
    with pytest.raises(MeasureError, match="a network failed"):
        asyncio.run(find(SPEC, beside, Image.new("RGB", SIZE), ways=ALL_WAYS))
    gc.collect()
    assert beside.story[-1] == ("awaited", 2)
