"""Whom a haemoglobin belongs to: the limits of each group, and what elevation and smoking take off before comparing.

Facts of the table "who-2024": World Health Organization, "Guideline on haemoglobin cutoffs to define anaemia in
individuals and populations", 2024, ISBN 978-92-4-008854-2. A correction is a change of these numbers and of the
table's name. All in g/L, as the guideline has them.

No import: MicroPython reads this file as well.
"""

NOT_STATED = "not_stated"
INFANT = "infant_under_6_months"

# The one table of the original system, for everybody: in truth that of adult men.
TABLE_NOT_STATED = "original-2024"
TABLE_WHO = "who-2024"

# Where moderate, mild and no anaemia begin; severe is all below the first.
LIMITS_G_L = {
    NOT_STATED: (80, 110, 130),
    "child_6_23_months": (70, 95, 105),
    "child_24_59_months": (70, 100, 110),
    "child_5_11_years": (80, 110, 115),
    "child_12_14_years": (80, 110, 120),
    "woman": (80, 110, 120),
    "man": (80, 110, 130),
    "pregnant_1st_trimester": (70, 100, 110),
    "pregnant_2nd_trimester": (70, 95, 105),
    "pregnant_3rd_trimester": (70, 100, 110),
    # The guideline gives no limits above 65 years: those of adults of the sex stand in.
    "woman_over_65": (80, 110, 120),
    "man_over_65": (80, 110, 130),
}
# In the order of a list to choose from: MicroPython's dicts keep none. For infants there are no limits, so their values
# get no class.
GROUPS = (
    NOT_STATED,
    "woman",
    "man",
    "pregnant_1st_trimester",
    "pregnant_2nd_trimester",
    "pregnant_3rd_trimester",
    "woman_over_65",
    "man_over_65",
    "child_12_14_years",
    "child_5_11_years",
    "child_24_59_months",
    "child_6_23_months",
    INFANT,
)

NOTE_OVER_65 = "over_65"
NOTE_INFANT = "infant"
NOTES = {"woman_over_65": NOTE_OVER_65, "man_over_65": NOTE_OVER_65, INFANT: NOTE_INFANT}

ADJUSTMENTS = ("elevation", "smoking")
# Subtracted from the measured value: one number for each 500 m, from 0 m on.
ELEVATION_STEP_M = 500
ELEVATION_G_L = (0, 4, 8, 11, 14, 18, 21, 25, 29, 33)
# The lowest dry land lies some 430 m below the sea.
LOWEST_M = -500
HIGHEST_M = ELEVATION_STEP_M * len(ELEVATION_G_L) - 1

NOT_SMOKING = "no"
# Cigarettes a day; "some" is a smoker who does not say how many.
SMOKING_G_L = {NOT_SMOKING: 0, "some": 3, "under_10": 3, "10_to_19": 5, "20_or_more": 6}
SMOKING = (NOT_SMOKING, "some", "under_10", "10_to_19", "20_or_more")


class Person:
    """What limits a value is read by: group, elevation in metres and smoking, each as this module names it.

    Raises:
        ValueError: a name that is none of them, or an elevation that the table does not reach.
    """

    def __init__(self, group: str = NOT_STATED, elevation_m: float = 0, smoking: str = NOT_SMOKING) -> None:
        if group not in GROUPS:
            raise ValueError(f"no group {group!r}; there are {', '.join(GROUPS)}")
        if smoking not in SMOKING:
            raise ValueError(f"no smoking {smoking!r}; there are {', '.join(SMOKING)}")
        if not LOWEST_M <= elevation_m <= HIGHEST_M:
            raise ValueError(f"an elevation of {elevation_m} m; the table goes from {LOWEST_M} to {HIGHEST_M} m")
        self.group = group
        self.elevation_m = elevation_m
        self.smoking = smoking

    @property
    def table(self) -> str:
        """The name and version of the table that the limits come from."""
        return TABLE_NOT_STATED if self.group == NOT_STATED else TABLE_WHO

    @property
    def limits_g_dl(self) -> tuple[float, ...] | None:
        """Where moderate, mild and no anaemia begin, g/dL; None where there are no limits."""
        limits = LIMITS_G_L.get(self.group)
        return None if limits is None else tuple(limit / 10 for limit in limits)

    @property
    def note(self) -> str | None:
        """What must be said beside the class: one of NOTES' values, or None."""
        return NOTES.get(self.group)

    def adjustments_g_dl(self) -> dict[str, float]:
        """What comes off the measured value for elevation and for smoking, g/dL; both add up."""
        # Below the sea nothing comes off, as at the shore.
        step = max(0, int(self.elevation_m)) // ELEVATION_STEP_M
        return {"elevation": ELEVATION_G_L[step] / 10, "smoking": SMOKING_G_L[self.smoking] / 10}

    def adjusted_g_dl(self, hb_g_dl: float) -> float:
        """A measured value as it is compared with the limits, g/dL."""
        return hb_g_dl - sum(self.adjustments_g_dl().values())
