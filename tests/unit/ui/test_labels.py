"""Words beside boxes can be read: they cover neither a nail nor each other, and stay in the picture."""

import pytest

from app.ui.screens.labels import BELOW_LINE, LETTER_WIDTH, Labels

WIDTH, HEIGHT = 640, 480
REASON, REASON_PX, NUMBER_PX = "nail polish", 17, 25
# Of a hand from the right with three painted fingers, close together: the field photograph 20-288-red.png.
CLOSE = [(453, 84, 502, 130), (423, 133, 471, 180), (450, 201, 499, 252), (530, 299, 576, 341)]


def spot(start, text, text_px):
    x, y = start
    bottom = y + BELOW_LINE * text_px
    return x, bottom - text_px, x + LETTER_WIDTH * text_px * len(text), bottom


def apart(one, other):
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def mirrored(boxes):
    return [(WIDTH - x2, y1, WIDTH - x1, y2) for x1, y1, x2, y2 in boxes]


@pytest.mark.parametrize("boxes", [CLOSE, mirrored(CLOSE)], ids=["from the right", "from the left"])
def test_close_nails_have_words_that_cover_nothing(boxes):
    labels = Labels(WIDTH, HEIGHT, boxes)
    spots = [spot(labels.over(box, "1", NUMBER_PX), "1", NUMBER_PX) for box in boxes]
    spots += [spot(labels.under(box, REASON, REASON_PX), REASON, REASON_PX) for box in boxes]
    for place, one in enumerate(spots):
        assert all(apart(one, other) for other in [*boxes, *spots[:place]]), (one, boxes, spots)
        assert one[0] >= 0 and one[1] >= 0 and one[2] <= WIDTH and one[3] <= HEIGHT


def test_a_number_stands_over_its_box_and_a_reason_under_it():
    box = (100, 100, 150, 160)
    labels = Labels(WIDTH, HEIGHT, [box])
    assert spot(labels.over(box, "1", NUMBER_PX), "1", NUMBER_PX)[3] <= 100
    assert spot(labels.under(box, REASON, REASON_PX), REASON, REASON_PX)[1] >= 160


@pytest.mark.parametrize("box", [(0, 0, 40, 40), (600, 0, 640, 40), (0, 440, 40, 480), (600, 440, 640, 480)])
def test_in_a_corner_the_words_stay_in_the_picture(box):
    labels = Labels(WIDTH, HEIGHT, [box])
    for x1, y1, x2, y2 in (
        spot(labels.over(box, "1", NUMBER_PX), "1", NUMBER_PX),
        spot(labels.under(box, REASON, REASON_PX), REASON, REASON_PX),
    ):
        assert x1 >= 0 and y1 >= 0 and x2 <= WIDTH and y2 <= HEIGHT
        assert apart((x1, y1, x2, y2), box)


def test_where_there_is_no_room_words_are_written_all_the_same():
    whole = (0, 0, WIDTH, HEIGHT)
    x, y = Labels(WIDTH, HEIGHT, [whole]).under(whole, REASON, REASON_PX)
    assert 0 <= x < WIDTH and 0 < y < HEIGHT
