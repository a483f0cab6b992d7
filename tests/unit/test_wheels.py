"""Parts of numpy and Pillow that are imported when nobody has unpacked them yet."""

import importlib
import sys

import pytest

from app.engine.wheels import Later

PACKAGE = "a_package_of_wheels"


@pytest.fixture
def brought(tmp_path, monkeypatch):
    """A package of which one part is there only once it is unpacked; how often it was."""
    inside = tmp_path / PACKAGE
    inside.mkdir()
    (inside / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    times = []

    def unpack_all():
        times.append(1)
        (inside / "later.py").write_text("VALUE = 7\n")

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Later([PACKAGE], unpack_all)])
    yield times
    for name in [each for each in sys.modules if each.startswith(PACKAGE)]:
        del sys.modules[name]


def test_a_part_comes_when_it_is_imported_and_is_unpacked_once(brought):
    importlib.import_module(PACKAGE)
    assert not brought
    assert importlib.import_module(f"{PACKAGE}.later").VALUE == 7
    assert len(brought) == 1


def test_a_part_that_does_not_ship_is_named_with_the_way_out(brought):
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match=rf"{PACKAGE}\.random does not ship: take it off WHEELS_WITHOUT"):
            importlib.import_module(f"{PACKAGE}.random")
    assert len(brought) == 1


def test_what_is_somebody_elses_is_not_asked_about(brought):
    with pytest.raises(ModuleNotFoundError, match="No module named"):
        importlib.import_module(f"another_{PACKAGE}")
    assert not brought
