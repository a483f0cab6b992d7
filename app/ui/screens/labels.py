"""Where the words beside a nail's box stand: clear of every box, and of the words beside others, if there is room."""

# Letters are about so wide, as a share of their height, and reach so far below their line.
LETTER_WIDTH, BELOW_LINE = 0.6, 0.25
# Between a box and its words, as a share of their height.
GAP = 0.2


class Labels:
    """Places for the words in a picture of `width` x `height` pixels, one after the other."""

    def __init__(self, width, height, boxes):
        """`boxes`, (x1, y1, x2, y2) in pixels of the picture, are what no words should cover."""
        self._width, self._height = width, height
        self._taken = list(boxes)

    def over(self, box, text, text_px):
        """The start of the line, (x, y), of a text with letters of `text_px`: over the box, if it is free there."""
        return self._place(box, text, text_px, (2, 3, 0, 1, 4, 5))

    def under(self, box, text, text_px):
        """The same, under it. To the middle of the picture, where more room is."""
        far = box[0] > self._width / 2
        return self._place(box, text, text_px, (1, 0, 4, 5, 3, 2) if far else (0, 1, 5, 4, 2, 3))

    def _place(self, box, text, text_px, order):
        x1, y1, x2, y2 = box
        wide, high, gap = LETTER_WIDTH * text_px * len(text), text_px, GAP * text_px
        below, above, middle = y2 + gap, y1 - gap - high, (y1 + y2 - high) / 2
        corners = (
            (x1, below),
            (x2 - wide, below),
            (x1, above),
            (x2 - wide, above),
            (x1 - gap - wide, middle),
            (x2 + gap, middle),
        )
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
