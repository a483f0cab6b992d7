"""Severity of anaemia: which classes a haemoglobin value, or the interval around it, falls into.

No import: MicroPython reads this file as well.
"""

SEVERE = "severe"
MODERATE = "moderate"
MILD = "mild"
NORMAL = "normal"
# From the worst to the best.
LABELS = (SEVERE, MODERATE, MILD, NORMAL)

GROUP_NOT_STATED = "not_stated"
# The one table of the original system, for everybody: in truth that of adult men (WHO 2011 and 2024).
TABLE_NOT_STATED = "original-2024"
# Where moderate, mild and normal begin; severe is all below the first.
LOWER_LIMITS_G_DL = (8.0, 11.0, 13.0)


def severity_label(hb_g_dl: float) -> str:
    """The class of one value in g/dL; a value on a limit belongs to the better class."""
    return LABELS[sum(hb_g_dl >= limit for limit in LOWER_LIMITS_G_DL)]


def severity_set(low_g_dl: float, high_g_dl: float) -> tuple[str, ...]:
    """Every class that the interval [low, high] in g/dL cannot exclude, from the worst to the best.

    Raises:
        ValueError: the interval is upside down.
    """
    if not low_g_dl <= high_g_dl:
        raise ValueError(f"interval from {low_g_dl} to {high_g_dl}")
    worst = LABELS.index(severity_label(low_g_dl))
    best = LABELS.index(severity_label(high_g_dl))
    return LABELS[worst : best + 1]
