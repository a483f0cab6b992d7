"""Every word a person reads, in one place for the terminal and the screens.

MicroPython reads this file as well: no import but `app.core.codes`, `app.core.groups`, `app.core.severity` and
`app.messages`.
"""

from app import messages
from app.core import codes, groups, severity

DISCLAIMER = "For research and teaching. Not a medical device: it cannot diagnose or rule out anaemia."

# What the screen says, by the `data-text` of the element or by name.
SCREEN = {
    "tagline": "Haemoglobin from a photo of your fingernails, worked out on this device alone.",
    "choose-photo": "Choose a photo",
    "another-photo": "Another photo",
    "close": "Close",
    "try-again": "Try again",
    "update": "A new version is ready: use it",
    "tips-title": "For a good photo",
    "tip-light": "Even daylight, no flash, no coloured light.",
    "tip-nails": "Bare nails, no polish; all of them in focus.",
    "tip-surface": "Hand flat on something plain and pale, filling most of the picture.",
    "result-title": "Estimated haemoglobin",
    "best-guess": "Best guess",
    "cannot-exclude": "Cannot be excluded",
    "nails-title": "Each nail by itself",
    "severe-caution": (
        "Severe anaemia is never ruled out here: in tests the range missed the true value of people who had it far "
        "more often than that of others."
    ),
    "as-wide-as-no-photo": (
        "This range is no narrower than one made without any photo: it settles nothing, neither way. "
        "Have your haemoglobin measured from blood."
    ),
    "group-not-stated": "By one table for everybody, in truth that of adult men.",
    "disclaimer": DISCLAIMER,
    "red-flags": (
        "Whatever this says: chest pain, breathlessness at rest, fainting, a racing heart or heavy bleeding "
        "need a doctor at once."
    ),
    "what-to-do": "To know your haemoglobin, have it measured from blood. A photo can only hint at it.",
    "offline-loading": "Saving for offline use",
    "offline-ready": "Ready for offline use",
    "offline-failed": "Not saved for offline use yet; it goes on at the next visit",
    "measuring": "Finding and measuring the nails",
    "photo-alt": "Your photo with the nails that were found",
}

BOOT = {
    messages.STEP_PYTHON: "Starting the measuring engine",
    messages.STEP_NUMERICS: "Loading image processing",
    messages.STEP_NETWORKS: "Opening the two networks",
    messages.STEP_READY: "Ready",
}
QUEUED = "The photo is measured as soon as the engine is ready."

SEVERITY = {
    severity.SEVERE: "severe anaemia",
    severity.MODERATE: "moderate anaemia",
    severity.MILD: "mild anaemia",
    severity.NORMAL: "no anaemia",
}

GROUPS = {
    groups.NOT_STATED: "not stated",
    groups.INFANT: "infants under 6 months",
    "child_6_23_months": "children of 6 to 23 months",
    "child_24_59_months": "children of 24 to 59 months",
    "child_5_11_years": "children of 5 to 11 years",
    "child_12_14_years": "children of 12 to 14 years",
    "woman": "women of 15 to 65 years, not pregnant",
    "man": "men of 15 to 65 years",
    "pregnant_1st_trimester": "pregnancy, first trimester",
    "pregnant_2nd_trimester": "pregnancy, second trimester",
    "pregnant_3rd_trimester": "pregnancy, third trimester",
    "woman_over_65": "women over 65 years",
    "man_over_65": "men over 65 years",
}
TABLES = {
    groups.TABLE_NOT_STATED: "one table for everybody, in truth that of adult men",
    groups.TABLE_WHO: "WHO 2024",
}
NOTES = {
    groups.NOTE_OVER_65: "The guideline gives no limits above 65 years: those of younger adults stand in.",
    groups.NOTE_INFANT: "There are no limits for infants under 6 months, so the value gets no class.",
}
ADJUSTMENTS = {"elevation": "for the elevation", "smoking": "for smoking"}

REASONS = {
    codes.NAIL_TOO_SMALL: "too small",
    codes.NAIL_CUT_OFF: "cut off by the edge",
    codes.NAIL_TOO_DARK: "too dark",
    codes.NAIL_OVEREXPOSED: "overexposed",
}

# Title and way out for each error code; the message that comes with the error names the thing itself.
ERRORS = {
    codes.NO_NAIL: ("No fingernail found", "Lay the hand flat on a plain surface, nails up, in even daylight."),
    codes.UNUSABLE_NAILS: (
        "No nail can be measured",
        "Go closer, keep whole nails in the picture, avoid glare and shade.",
    ),
    codes.IMPLAUSIBLE: ("Outside the plausible range", "Take a new photo in even, white light."),
    codes.UNREADABLE_IMAGE: ("This photo cannot be opened", "Use a JPEG, PNG or WebP photo."),
    codes.TOO_LARGE: ("This photo is too large", "Use a photo of at most 64 megapixels."),
    codes.MODEL_UNAVAILABLE: ("The engine is not available", "Try again, or reload the page while you are online."),
}


def severity_words(labels: list[str]) -> str:
    """The classes that cannot be excluded, as one phrase: "mild or no anaemia"."""
    if not labels:
        return "no class"
    words = [SEVERITY[label] for label in labels]
    if len(words) == 1:
        return words[0]
    # "severe anaemia, moderate anaemia or mild anaemia" says "anaemia" once.
    short = [word.replace(" anaemia", "") for word in words[:-1]]
    return ", ".join(short) + " or " + words[-1]


def comparison_words(classified: dict, compared: dict) -> str:
    """What the class goes by, step by step: "By WHO 2024, for men of 15 to 65 years, after taking off 0.8 g/dL for the
    elevation: 11.2 g/dL is compared with 8, 11 and 13."."""
    words = f"By {TABLES[classified['table']]}"
    if classified["group"] != groups.NOT_STATED:
        words += f", for {GROUPS[classified['group']]}"
    if compared["limits_g_dl"] is not None:
        taken_off = compared["adjustments_g_dl"]
        steps = [f"{taken_off[name]:.1f} g/dL {ADJUSTMENTS[name]}" for name in groups.ADJUSTMENTS if taken_off[name]]
        if steps:
            words += f", after taking off {' and '.join(steps)}"
        moderate, mild, normal = [f"{limit:g}" for limit in compared["limits_g_dl"]]
        words += f": {compared['adjusted_g_dl']:.1f} g/dL is compared with {moderate}, {mild} and {normal}"
    return f"{words}. {NOTES[compared['note']]}" if compared["note"] else f"{words}."


def interval_words(low_g_dl: float, high_g_dl: float) -> str:
    """ "10.4 to 16.4 g/dL"."""
    return f"{low_g_dl:.1f} to {high_g_dl:.1f} g/dL"


def coverage_words(coverage: float) -> str:
    """What the interval means, for a person."""
    return f"For {round(coverage * 100)} of 100 people like those it was tested on, the blood value lies in this range."


def nails_used_words(used: int, found: int) -> str:
    """ "from 3 nails" or "from 2 nails, 1 more not used"."""
    words = "from one nail" if used == 1 else f"from {used} nails"
    return words if used == found else f"{words}, {found - used} more not used"
