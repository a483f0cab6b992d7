"""Imports run downward and in no circle, and a tree that breaks the rule is caught."""

import pytest

from upkeep import imports


@pytest.mark.parametrize("part", imports.ORDER)
def test_no_arrow_runs_upward(part):
    assert imports.arrows(part)
    assert imports.upward(part) == []


@pytest.mark.parametrize("part", imports.ORDER)
def test_no_import_runs_in_a_circle(part):
    assert imports.circles(part) == []


@pytest.fixture
def tree(tmp_path):
    """A part of the house with two rooms, each with one file, by what they import."""

    def made(**imported):
        for room, lines in imported.items():
            (tmp_path / "app/core" / room).mkdir(parents=True)
            (tmp_path / "app/core" / room / "__init__.py").touch()
            (tmp_path / "app/core" / room / "one.py").write_text("\n".join(lines) + "\n")
        return tmp_path

    return made


def test_an_arrow_upward_is_named_with_its_file_and_line(tree):
    root = tree(find=["import json", "from app.core.scan.one import x"], scan=[])
    assert imports.upward("app.core", root) == [
        imports.Arrow("app.core.find", "app.core.scan", "app/core/find/one.py", 2)
    ]


def test_rooms_side_by_side_may_not_import_each_other(tree):
    root = tree(errors=["import app.core.stages.one"], stages=[])
    assert [arrow.imported for arrow in imports.upward("app.core", root)] == ["app.core.stages"]


def test_a_circle_is_found(tree):
    root = tree(find=["from app.core.crops import one"], crops=["from app.core.find import one"])
    assert imports.circles("app.core", root) == [["app.core.crops.one", "app.core.find.one", "app.core.crops.one"]]


def test_a_room_without_a_place_is_refused(tree):
    root = tree(guessing=["import app.core.find.one"], find=[])
    with pytest.raises(LookupError, match=r"app\.core\.guessing has no place"):
        imports.arrows("app.core", root)


def test_the_drawing_leaves_out_what_a_longer_way_says(tree):
    below = "from app.core.pictures import one"
    root = tree(pictures=[], find=[below], crops=[below, "from app.core.find import one"])
    drawn = imports.drawing("app.core", root)
    assert "app_core_crops --> app_core_find" in drawn and "app_core_find --> app_core_pictures" in drawn
    assert "app_core_crops --> app_core_pictures" not in drawn


def test_the_drawing_in_the_documentation_is_the_one_of_these_files():
    text = (imports.ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert f"{imports.OPENING}\n{imports.page()}\n{imports.CLOSING}" in text
