"""The one exception that carries an error code from `codes` to a person."""

from __future__ import annotations


class MeasureError(Exception):
    """There is no reading.

    Attributes:
        code: one of `codes.ERROR_CODES`.
        message: one English sentence that names the thing and the way out.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
