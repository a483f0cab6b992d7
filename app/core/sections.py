"""models.json field by field, with errors that name the field: what `app.core.manifest` reads it with."""

from __future__ import annotations

from typing import Any, NoReturn

from app.core.errors import MeasureError
from app.shared.codes import MODEL_UNAVAILABLE


class Section:
    """One object of the document, read field by field with errors that name the field."""

    def __init__(self, document: dict[str, Any], name: str) -> None:
        fields = document.get(name)
        if not isinstance(fields, dict):
            fail(f"'{name}' is missing")
        self.name, self.fields = name, fields

    def value(self, field: str) -> Any:
        if field not in self.fields:
            raise ValueError(f"{self.name}.{field} is missing")
        return self.fields[field]

    def text(self, field: str) -> str:
        value = self.value(field)
        if not isinstance(value, str) or not value:
            raise ValueError(f"{self.name}.{field} must be a text, not {value!r}")
        return value

    def number(self, field: str) -> float:
        value = self.value(field)
        if not is_number(value):
            raise ValueError(f"{self.name}.{field} must be a number, not {value!r}")
        return float(value)

    def positive_int(self, field: str) -> int:
        value = self.number(field)
        if value < 1 or value != int(value):
            raise ValueError(f"{self.name}.{field} must be a whole number above 0, not {value!r}")
        return int(value)

    def fraction(self, field: str) -> float:
        value = self.number(field)
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{self.name}.{field} must lie in 0..1, not {value!r}")
        return value

    def flag(self, field: str) -> bool:
        value = self.value(field)
        if not isinstance(value, bool):
            raise ValueError(f"{self.name}.{field} must be true or false, not {value!r}")
        return value

    def object(self, field: str) -> Section:
        """The object inside this one, under the name `field`."""
        inner = Section(self.fields, field)
        inner.name = f"{self.name}.{field}"
        return inner

    def list(self, field: str) -> list[Any]:
        value = self.value(field)
        if not isinstance(value, list):
            raise ValueError(f"{self.name}.{field} must be a list, not {value!r}")
        return value

    def numbers(self, field: str) -> tuple[float, ...]:
        values = self.list(field)
        return tuple(numbers_of(values, len(values), f"{self.name}.{field}"))

    def three_numbers(self, field: str) -> tuple[float, float, float]:
        first, second, third = numbers_of(self.list(field), 3, f"{self.name}.{field}")
        return first, second, third


def numbers_of(values: Any, count: int, name: str) -> list[float]:
    """A list of `count` numbers as floats; ValueError names it where it is something else."""
    if not isinstance(values, list) or len(values) != count or not all(is_number(value) for value in values):
        raise ValueError(f"{name} must be {count} numbers, not {values!r}")
    return [float(value) for value in values]


def is_number(value: Any) -> bool:
    """Whether JSON's `value` is one; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def fail(reason: str) -> NoReturn:
    """Raise the MeasureError of a models.json that cannot be used."""
    raise MeasureError(MODEL_UNAVAILABLE, f"models.json cannot be used: {reason}")
