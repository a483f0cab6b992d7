"""HemoLens: haemoglobin estimated from photos of fingernails, in the page and from Python.

    from app import measure, open_instrument

    reading = measure(open_instrument(), "hand.jpg")
    print(reading.hb_g_dl, reading.interval_g_dl)

`app.library` has all of it, and loads numpy and ONNX Runtime when the first of these names is asked for. In the page
this package is empty (`building/contents.py`).
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.library import (
        Instrument,
        MeasureError,
        Measurement,
        Models,
        Nail,
        NoReadingError,
        Person,
        Severity,
        Skin,
        measure,
        measure_async,
        open_instrument,
    )

__all__ = [
    "Instrument",
    "MeasureError",
    "Measurement",
    "Models",
    "Nail",
    "NoReadingError",
    "Person",
    "Severity",
    "Skin",
    "measure",
    "measure_async",
    "open_instrument",
]


if not TYPE_CHECKING:
    # Where type checkers saw it, any name would pass for one of this package.
    def __getattr__(name):
        if name in __all__:
            from app import library

            return getattr(library, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
