"""Where the words beside a nail's box stand: clear of every box, and of the words beside others, if there is room."""

# Letters are about so wide, as a share of their height, and reach so far below their line.
LETTER_WIDTH, BELOW_LINE = 0.6, 0.25
# Between a box and its words, as a share of their height.
GAP = 0.2
# Where they may stand: under or over the box, from its left side on or up to its right one, or beside it.
UNDER_FROM_LEFT, UNDER_TO_RIGHT, OVER_FROM_LEFT, OVER_TO_RIGHT, LEFT, RIGHT = range(6)
OVER_FIRST = OVER_FROM_LEFT, OVER_TO_RIGHT, UNDER_FROM_LEFT, UNDER_TO_RIGHT, LEFT, RIGHT
UNDER_FIRST = UNDER_FROM_LEFT, UNDER_TO_RIGHT, RIGHT, LEFT, OVER_FROM_LEFT, OVER_TO_RIGHT
# Of a box on the right, words go to the left: there is more room.
UNDER_FIRST_ON_THE_RIGHT = UNDER_TO_RIGHT, UNDER_FROM_LEFT, LEFT, RIGHT, OVER_TO_RIGHT, OVER_FROM_LEFT


class Labels:
    """Places for the words in a picture of `width` x `height` pixels, one after the other."""

    def __init__(self, width, height, boxes):
        """`boxes`, (x1, y1, x2, y2) in pixels of the picture, are what no words should cover."""
        self._width, self._height = width, height
        self._taken = list(boxes)

    def over(self, box, text, text_px):
        """The start of the line, (x, y), of a text with letters of `text_px`: over the box, if it is free there."""
        return self._place(box, text, text_px, OVER_FIRST)

    def under(self, box, text, text_px):
        """The same, under it."""
        on_the_right = box[0] > self._width / 2
        return self._place(box, text, text_px, UNDER_FIRST_ON_THE_RIGHT if on_the_right else UNDER_FIRST)

    def _place(self, box, text, text_px, order):
        x1, y1, x2, y2 = box
        wide, high, gap = LETTER_WIDTH * text_px * len(text), text_px, GAP * text_px
        below, above, middle = y2 + gap, y1 - gap - high, (y1 + y2 - high) / 2
        corners = {
            UNDER_FROM_LEFT: (x1, below),
            UNDER_TO_RIGHT: (x2 - wide, below),
            OVER_FROM_LEFT: (x1, above),
            OVER_TO_RIGHT: (x2 - wide, above),
            LEFT: (x1 - gap - wide, middle),
            RIGHT: (x2 + gap, middle),
        }
        best, least = None, None
        for place in order:
            left = max(0, min(corners[place][0], self._width - wide))
            top = max(0, min(corners[place][1], self._height - high))
            spot = left, top, left + wide, top + high
            covered = sum([_common_px(spot, other) for other in self._taken])
            if least is None or covered < least:
                best, least = spot, covered
            if not covered:
                break
        self._taken.append(best)
        return best[0], best[3] - BELOW_LINE * text_px


def _common_px(one, other):
    """The area that two boxes have in common."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0
