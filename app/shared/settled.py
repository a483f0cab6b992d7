"""What looks through the camera agree on: a word on the screen that does not flicker.

MicroPython reads this file as well: no import.
"""

# So many looks in a row make a word hold.
LOOKS = 3
# And after so many without it, whatever they say instead, it holds no longer.
MOST_WITHOUT = 8


class Settled:
    """One word, from look to look."""

    def __init__(self, looks: int = LOOKS, most_without: int = MOST_WITHOUT) -> None:
        self.looks = looks
        self.most_without = most_without
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._holds: str | None = None
        self._last: str | None = None
        self._in_a_row = self._without = 0

    def seen(self, word: str) -> "str | None":
        """The word that holds after another look; None as long as too few looks have agreed."""
        self._in_a_row = self._in_a_row + 1 if word == self._last else 1
        self._last = word
        self._without = 0 if word == self._holds else self._without + 1
        if self._in_a_row >= self.looks or (self._holds is not None and self._without >= self.most_without):
            self._holds, self._without = word, 0
        return self._holds
