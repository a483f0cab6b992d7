"""What gets no number, as a table: bare nails that are refused, and painted nails, palms and others that are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.report.tables import FigureTable

READ, NOT_READ = "read", "not read"


def strange_table(figures: Mapping[str, Any]) -> FigureTable:
    """`figures`: the object `strange` of `evaluate --json`."""
    rows = [
        ("bare nails of the training photographs", READ, _percent(1 - figures["false_alarm"])),
        ("the same as other cameras would take them", READ, _percent(1 - figures["false_alarm_elsewhere"])),
        ("the same painted by code, any colour and coat", NOT_READ, _percent(1 - figures["polish_found"])),
        ("the same with a clear coat", NOT_READ, _percent(1 - figures["clear_coat_found"])),
        ("fingertips without their nail, skin, the ground", NOT_READ, _percent(figures["no_nail_read"])),
    ]
    hands = figures.get("hands11k")
    if hands:
        rows += [
            ("hands11k: photographs of bare nails", READ, _of(hands["n"], hands["photographs"])),
            ("hands11k: photographs of painted nails", NOT_READ, _of(**hands["painted"])),
            ("hands11k: photographs of palms", NOT_READ, _of(**hands["palms"])),
        ]
    return FigureTable(
        name="strange",
        title="What gets a number",
        header=("what", "should be", "is read"),
        rows=tuple(rows),
        notes=(
            "The first five rows are shares of nails, by models that had seen nobody of the session. The limits are "
            "shares of the same bare nails, so the first two rows are what was asked for, not a test of it.",
            "hands11k are other people's hands that nothing learned from. But its figures were seen while the recipe "
            "was made, and settled coats, cameras, shrinkage, directions and limits: its rows are too good.",
        ),
    )


def likeness_words(likeness: Mapping[str, Any] | None) -> str:
    """What is known of it, in two sentences for the model's card."""
    if not likeness or "metrics" not in likeness:
        return "Whether what it is shown is a bare nail, it does not say."
    found = likeness["metrics"]
    return (
        "It says of each picture whether it is painted, no nail, or unlike the bare nails that it learned from, and "
        f"such nails get no number. By models that had seen nobody of the session it refuses "
        f"{_percent(found['false_alarm'])} of bare nails, {_percent(found['false_alarm_elsewhere'])} of them as other "
        f"cameras would take them, finds {_percent(found['polish_found'])} of nails painted by code and reads "
        f"{_percent(found['no_nail_read'])} of what is no nail. The limits are "
        "shares of those same bare nails, and the recipe was settled knowing figures of hands11k: both are optimistic."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _of(read: int, photographs: int) -> str:
    return f"{read} of {photographs}"
