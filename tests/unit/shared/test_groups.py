"""WHO 2024: every limit of every group, one unit below and on it; elevation and smoking, every step."""

import pytest

from app.shared.groups import GROUPS, INFANT, TABLE_NOT_STATED, TABLE_WHO, Person
from app.shared.severity import LABELS, MILD, MODERATE, NORMAL, SEVERE, classify, comparison

# Group -> below which there is anaemia, mild and moderate from, severe below: g/L, as the guideline prints them.
GUIDELINE = {
    "child_6_23_months": (105, 95, 70),
    "child_24_59_months": (110, 100, 70),
    "child_5_11_years": (115, 110, 80),
    "child_12_14_years": (120, 110, 80),
    "woman": (120, 110, 80),
    "man": (130, 110, 80),
    "pregnant_1st_trimester": (110, 100, 70),
    "pregnant_2nd_trimester": (105, 95, 70),
    "pregnant_3rd_trimester": (110, 100, 70),
    "woman_over_65": (120, 110, 80),
    "man_over_65": (130, 110, 80),
}
BOUNDARIES = [
    (group, g_l, below, on)
    for group, (normal, mild, moderate) in GUIDELINE.items()
    for g_l, below, on in ((moderate, SEVERE, MODERATE), (mild, MODERATE, MILD), (normal, MILD, NORMAL))
]
# Metres where a step begins, and what comes off from there on, g/L.
ELEVATION = [
    (0, 0), (500, 4), (1000, 8), (1500, 11), (2000, 14), (2500, 18), (3000, 21), (3500, 25), (4000, 29), (4500, 33),
]  # fmt: skip
SMOKING = {"no": 0, "some": 3, "under_10": 3, "10_to_19": 5, "20_or_more": 6}


def label(g_l, person):
    return classify(g_l / 10, 0.0, 20.0, person)["label"]


@pytest.mark.parametrize("group, g_l, below, on", BOUNDARIES)
def test_every_limit(group, g_l, below, on):
    person = Person(group)
    assert [label(each, person) for each in (g_l - 1, g_l, g_l + 1)] == [below, on, on]
    assert person.table == TABLE_WHO


def test_there_is_a_test_for_every_group_with_limits():
    assert sorted(GROUPS) == sorted([*GUIDELINE, "not_stated", INFANT])
    assert Person().table == TABLE_NOT_STATED


@pytest.mark.parametrize("starts_m, g_l", ELEVATION)
def test_every_step_of_elevation(starts_m, g_l):
    for elevation_m in (starts_m, starts_m + 1, starts_m + 499):
        assert Person("man", elevation_m).adjustments_g_dl()["elevation"] == pytest.approx(g_l / 10)
    # On the limit with what comes off: normal; one unit below: mild.
    assert label(130 + g_l, Person("man", starts_m)) == NORMAL
    assert label(129 + g_l, Person("man", starts_m)) == MILD


@pytest.mark.parametrize("smoking, g_l", SMOKING.items())
def test_every_kind_of_smoking(smoking, g_l):
    assert Person("woman", 0, smoking).adjustments_g_dl() == {"elevation": 0, "smoking": pytest.approx(g_l / 10)}
    assert label(120 + g_l, Person("woman", 0, smoking)) == NORMAL
    assert label(119 + g_l, Person("woman", 0, smoking)) == MILD


def test_both_add_up_and_shift_the_interval_too():
    person = Person("man", 1200, "20_or_more")
    found, steps = classify(12.0, 9.0, 13.5, person), comparison(12.0, person)
    assert (found["label"], found["set"]) == (MODERATE, [SEVERE, MODERATE, MILD])
    assert steps["adjustments_g_dl"] == {"elevation": pytest.approx(0.8), "smoking": pytest.approx(0.6)}
    assert steps["adjusted_g_dl"] == pytest.approx(10.6) and steps["limits_g_dl"] == [8, 11, 13]


def test_below_the_sea_is_as_at_the_shore():
    assert Person("man", -400).adjustments_g_dl()["elevation"] == 0


def test_an_infant_gets_no_class_and_a_reason():
    found, steps = classify(9.0, 6.0, 12.0, Person(INFANT)), comparison(9.0, Person(INFANT))
    assert (found["label"], found["set"], steps["limits_g_dl"]) == (None, [], None)
    assert steps["note"] == "infant" and Person("man_over_65").note == "over_65" and Person("man").note is None


def test_whoever_states_nothing_is_read_as_before():
    found = classify(11.4, 0.0, 20.0)
    assert (found["group"], found["label"], found["set"]) == ("not_stated", MILD, list(LABELS))
    assert comparison(11.4)["limits_g_dl"] == [8, 11, 13]


@pytest.mark.parametrize(
    "wrong",
    [
        {"group": "adult"},
        {"smoking": "a pack"},
        {"elevation_m": 5000},
        {"elevation_m": float("nan")},
        {"elevation_m": float("-inf")},
    ],
)
def test_what_the_table_does_not_know_is_an_error(wrong):
    (value,) = wrong.values()
    with pytest.raises(ValueError, match=str(value)):
        Person(**wrong)
