"""What gets no number, as a table: bare nails that are refused, and what is read that should not be."""

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
        ("the same nails under a reflection", NOT_READ, _percent(1 - figures["glare_found"])),
        ("the same out of focus or shaken", NOT_READ, _percent(1 - figures["blur_found"])),
        ("the same pressed pale from the tip on", NOT_READ, _percent(1 - figures["pressed_found"])),
    ]
    ordinary = figures.get("ordinary")
    if ordinary:
        rows += [
            ("ordinary photographs: bare nails", READ, _percent(ordinary["bare_read"])),
            ("ordinary photographs: painted nails", NOT_READ, _percent(ordinary["painted_read"])),
        ]
    hands = figures.get("hands11k")
    if hands:
        behind = hands["behind_nails"]
        rows += [
            ("hands11k: photographs of bare nails", READ, _of(hands["n"], hands["photographs"])),
            ("hands11k: photographs of painted nails", NOT_READ, _of(**hands["painted"])),
            ("hands11k: photographs of palms", NOT_READ, _of(**hands["palms"])),
            ("hands11k: knuckles and skin behind bare nails", NOT_READ, _of(behind["read"], behind["boxes"])),
        ]
    return FigureTable(
        name="strange",
        title="What gets a number",
        header=("what", "should be", "is read"),
        rows=tuple(rows),
        notes=(
            "The first eight rows are shares of nails, by models and limits that had seen nobody of the session. All "
            "that is wrong with these nails was put there by code. A picture of no nail shows nothing else. "
            "A nail that is pressed as a whole looks like one of somebody with little blood, and is read all the same.",
            *(_of_ordinary(ordinary) if ordinary else ()),
            f"Light that no training photograph had (two stops, a third more or less red or blue) is called so in "
            f"{_percent(figures['light']['said'])} of photographs, and that of the training photographs in "
            f"{_percent(figures['light']['false_alarm'])}, by limits from other sessions. How "
            "wide these limits are was settled seeing both figures, which are therefore a little too good.",
            "Behind bare nails: one nail's box after the other is moved along its finger to five places, onto skin and "
            "joints, and the other nails stay. It says what happens if the detector should draw such a box.",
            "hands11k are other people's hands that nothing learned from. But its figures were seen while the recipe "
            "was made, and settled coats, cameras, heads, directions and limits: its rows are too good.",
        ),
    )


def _of_ordinary(ordinary: Mapping[str, Any]) -> tuple[str]:
    return (
        f"The {ordinary['photographs']} ordinary photographs (nails-in-the-wild) are other people's, by any camera in "
        "any light. Each is measured by a model that had seen none of its scene, by limits from the laboratory alone. "
        "How strongly the heads are shrunk was chosen by these two rows, which are therefore a little too good.",
    )


def likeness_words(likeness: Mapping[str, Any] | None) -> str:
    """What is known of it, in a few sentences for the model's card."""
    if not likeness or "metrics" not in likeness:
        return "Whether what it is shown is a bare nail, it does not say."
    found = likeness["metrics"]
    return (
        "It says of each nail whether it is painted, none at all, under a reflection, blurred, pressed pale, or unlike "
        "the bare nails that it learned from; such nails get no number. By models and limits that had seen nobody of "
        f"the session it refuses {_percent(found['false_alarm'])} of bare nails, "
        f"{_percent(found['false_alarm_elsewhere'])} of them as other cameras would take them. It finds "
        f"{_percent(found['polish_found'])} of nails painted by code, {_percent(found['glare_found'])} of those under "
        f"a reflection drawn by code, {_percent(found['blur_found'])} of blurred ones and "
        f"{_percent(found['pressed_found'])} of those pressed pale from the tip on, and reads "
        f"{_percent(found['no_nail_read'])} of what is no nail.{_ordinary_words(found.get('ordinary'))} The recipe was "
        "settled knowing figures of hands11k, which are therefore optimistic."
    )


def _ordinary_words(ordinary: Mapping[str, Any] | None) -> str:
    if not ordinary:
        return ""
    return (
        f" Of nails in {ordinary['photographs']} ordinary photographs it reads {_percent(ordinary['bare_read'])} of "
        f"the bare ones and {_percent(ordinary['painted_read'])} of the painted ones, of scenes not seen."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _of(read: int, photographs: int) -> str:
    return f"{read} of {photographs}"
