"""Where parts come from, and what is said when they are not what they should be."""

import shutil
from pathlib import Path

import pytest

from building.parts import npm, wheels
from building.parts.wheels import Wheel
from building.places import ROOT, BuildError, sha256

WHEEL = Wheel("toy", "toy-1-py3-none-any.whl", sha256(b"the official bytes"))


def quiet(line: str) -> None:
    """Nobody reads it here."""


def official(wheels: list[Wheel]) -> dict[str, bytes]:
    """a good place"""
    return {wheel.file_name: b"the official bytes" for wheel in wheels}


def wrong(wheels: list[Wheel]) -> dict[str, bytes]:
    """a wrong place"""
    return {wheel.file_name: b"other bytes" for wheel in wheels}


def unreachable(wheels: list[Wheel]) -> dict[str, bytes]:
    """a far place"""
    raise OSError("no way there")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEMOLENS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_first_place_that_can_be_reached_is_taken_and_kept(cache: Path) -> None:
    [path] = wheels.ensure_wheels([WHEEL], offline=False, say=quiet, sources=[unreachable, official])
    assert path.read_bytes() == b"the official bytes"
    assert cache in path.parents
    assert wheels.ensure_wheels([WHEEL], offline=True, say=quiet) == [path]


def test_other_bytes_are_a_hard_error_and_are_not_kept(cache: Path) -> None:
    with pytest.raises(BuildError, match=r"toy-1.*from a wrong place has sha256 .*nothing was kept"):
        wheels.ensure_wheels([WHEEL], offline=False, say=quiet, sources=[wrong, official])
    assert not WHEEL.cached.exists()


def test_a_spoiled_cache_is_not_believed(cache: Path) -> None:
    wheels.ensure_wheels([WHEEL], offline=False, say=quiet, sources=[official])
    WHEEL.cached.write_bytes(b"spoiled")
    with pytest.raises(BuildError, match=r"not in the cache .*toy-1.*build once without --offline"):
        wheels.ensure_wheels([WHEEL], offline=True, say=quiet)


def test_where_no_place_answers_every_reason_is_named(cache: Path) -> None:
    with pytest.raises(BuildError, match="a far place: no way there"):
        wheels.ensure_wheels([WHEEL], offline=False, say=quiet, sources=[unreachable])


def test_the_wheels_are_the_ones_pyodide_itself_names(built_dist: Path) -> None:
    # DESIGN: checked by hand once, against the official lock.
    found = {wheel.name: wheel for wheel in wheels.wanted_wheels()}
    assert found["numpy"].sha256.startswith("3db3c4f3e044")
    assert found["pillow"].sha256.startswith("52984112ca66")
    assert (built_dist / "vendor" / "wheels" / found["numpy"].file_name).is_file()


def test_an_unreadable_pyodide_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyodide-lock.json").write_text("{")
    with pytest.raises(BuildError, match=r"pyodide-lock\.json"):
        wheels.wanted_wheels(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_lock_names_no_place_and_every_hash() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    assert "://" not in text
    npm.check_lock()


def test_a_lock_of_other_versions_is_refused(repository: Path) -> None:
    package = repository / "package.json"
    package.write_text(package.read_text("utf-8").replace('"0.28.3"', '"0.28.2"'), "utf-8")
    with pytest.raises(BuildError, match=r"package-lock\.json does not fit package\.json"):
        npm.ensure_parts(["npm"], offline=False, root=repository)


def test_without_npm_the_way_out_is_said(repository: Path) -> None:
    with pytest.raises(BuildError, match=r"npm is missing.*install Node 20"):
        npm.ensure_parts(None, offline=False, root=repository)


def test_offline_with_nothing_kept_says_so(
    repository: Path, node_and_npm: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_cache", str(repository / "empty"))
    with pytest.raises(BuildError, match="npm's own cache does not hold all parts: build once with a network"):
        npm.ensure_parts([node_and_npm[1]], offline=True, root=repository)


def test_parts_that_are_not_the_locked_ones_are_noticed(repository: Path) -> None:
    assert npm.parts_match()
    assert not npm.parts_match(repository)
    (repository / "node_modules").mkdir()
    kept = (ROOT / "node_modules" / ".package-lock.json").read_text("utf-8")
    (repository / "node_modules" / ".package-lock.json").write_text(kept, "utf-8")
    assert not npm.parts_match(repository)  # the record is there, the parts are not
