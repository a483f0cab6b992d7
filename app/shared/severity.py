"""Severity of anaemia: which classes a haemoglobin value, or the interval around it, falls into.

MicroPython reads this file as well: no import but `app.shared.groups`.
"""

from app.shared.groups import LIMITS_G_L, NOT_STATED, Person

SEVERE = "severe"
MODERATE = "moderate"
MILD = "mild"
NORMAL = "normal"
# From the worst to the best.
LABELS = (SEVERE, MODERATE, MILD, NORMAL)

# Where moderate, mild and normal begin for whoever does not state a group.
LOWER_LIMITS_G_DL = tuple(limit / 10 for limit in LIMITS_G_L[NOT_STATED])
# Haemoglobin is compared to a thousandth of a g/dL, so that 10.9 less 0.4 is 10.5.
DIGITS = 3


def severity_label(hb_g_dl: float, limits_g_dl: tuple[float, ...] = LOWER_LIMITS_G_DL) -> str:
    """The class of one value in g/dL; a value on a limit belongs to the better class."""
    compared = round(hb_g_dl, DIGITS)
    return LABELS[sum(compared >= limit for limit in limits_g_dl)]


def severity_set(
    low_g_dl: float, high_g_dl: float, limits_g_dl: tuple[float, ...] = LOWER_LIMITS_G_DL
) -> tuple[str, ...]:
    """Every class that the interval [low, high] in g/dL cannot exclude, from the worst to the best.

    Raises:
        ValueError: the interval is upside down.
    """
    if not low_g_dl <= high_g_dl:
        raise ValueError(f"interval from {low_g_dl} to {high_g_dl}")
    worst = LABELS.index(severity_label(low_g_dl, limits_g_dl))
    best = LABELS.index(severity_label(high_g_dl, limits_g_dl))
    return LABELS[worst : best + 1]


def classify(hb_g_dl: float, low_g_dl: float, high_g_dl: float, person: Person | None = None) -> dict[str, object]:
    """A reading by the person's limits: the object `severity` of a reading's JSON.

    Args:
        hb_g_dl, low_g_dl, high_g_dl: the value and its interval as measured.
        person: whose it is; None: not stated.

    Returns:
        `group`, `table`, `label` of the value and `set` of the interval; without limits `label` is None and `set`
        empty.
    """
    person = person or Person()
    limits = person.limits_g_dl
    value, low, high = (person.adjusted_g_dl(each) for each in (hb_g_dl, low_g_dl, high_g_dl))
    return {
        "group": person.group,
        "table": person.table,
        "label": None if limits is None else severity_label(value, limits),
        "set": [] if limits is None else list(severity_set(low, high, limits)),
    }


def comparison(hb_g_dl: float, person: Person | None = None) -> dict[str, object]:
    """How a value comes to its class, step by step: the object `comparison` of a reading's JSON.

    Returns:
        `adjustments_g_dl` {elevation, smoking}, which come off the measured value; `adjusted_g_dl`, what is left and
        compared; `limits_g_dl`, where moderate, mild and no anaemia begin, or None; `note`, what must be said, or None.
    """
    person = person or Person()
    limits = person.limits_g_dl
    return {
        "adjustments_g_dl": person.adjustments_g_dl(),
        "adjusted_g_dl": round(person.adjusted_g_dl(hb_g_dl), DIGITS),
        "limits_g_dl": None if limits is None else list(limits),
        "note": person.note,
    }
