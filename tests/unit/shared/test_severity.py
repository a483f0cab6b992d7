"""Classes of the "not stated" table: every limit, one below and one above."""

import pytest

from app.shared.severity import LABELS, MILD, MODERATE, NORMAL, SEVERE, severity_label, severity_set


@pytest.mark.parametrize(
    "hb_g_dl, label",
    [(7.9, SEVERE), (8.0, MODERATE), (10.9, MODERATE), (11.0, MILD), (11.4, MILD), (12.9, MILD), (13.0, NORMAL)],
)
def test_limits(hb_g_dl, label):
    assert severity_label(hb_g_dl) == label


@pytest.mark.parametrize(
    "low, high, labels",
    [
        (12.0, 12.5, (MILD,)),
        (12.0, 13.0, (MILD, NORMAL)),
        (7.99, 11.0, (SEVERE, MODERATE, MILD)),
        (0.0, 25.0, LABELS),
        (13.0, 13.0, (NORMAL,)),
    ],
)
def test_an_interval_names_every_class_it_touches(low, high, labels):
    assert severity_set(low, high) == labels


def test_an_interval_upside_down_is_an_error():
    with pytest.raises(ValueError, match="interval"):
        severity_set(13.0, 12.0)
