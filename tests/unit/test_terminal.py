"""What a terminal gives and can show: names with any sign, in any encoding, wildcards and folders; a line each."""

import io
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from app.__main__ import main
from app.core.errors import MeasureError
from app.shared import codes
from app.terminal import fitting, photos_named, shown
from tests.children import run_here

ROOT = Path(__file__).resolve().parents[2]
# A letter that cp1252 lacks, one that ASCII lacks, a byte that is no UTF-8, and what moves a terminal's cursor.
NAMES = ["π.png", "hä nd.png", os.fsdecode(b"h\xe4nd.png"), "two\nlines \x1b[31m\u202e\x85.png", "-odd.png"]
# What a file says of itself that holds one.
TOO_MANY_PX = (9000, 9000)


def run(folder, *arguments, module="app", **environment):
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    finished = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False, env=environment)
    assert b"Traceback" not in finished.stderr, finished.stderr
    return finished


@pytest.fixture
def named(tmp_path):
    """A folder with a photo under each of the names that this file system takes; once opened, it is refused at once."""
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "BMP")
    photo = bytearray(buffer.getvalue())
    photo[18:26] = struct.pack("<ii", *TOO_MANY_PX)
    for name in NAMES:
        try:
            (tmp_path / name).write_bytes(photo)
        except (OSError, UnicodeError):
            pytest.skip(f"this file system takes no name like {name!a}")
    return tmp_path


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8", "C"])
def test_any_name_in_any_encoding_is_one_line(named, encoding):
    if encoding == "C":
        spoken = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    else:
        # The file system's own encoding stays what it is.
        spoken = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    finished = run(named, "--", *NAMES, **spoken)
    assert finished.returncode == 3
    lines = finished.stdout.decode("utf-8" if encoding == "utf-8" else "cp1252").split("\n")
    assert [line for line in lines if line] == [*lines[: len(NAMES)], lines[-2]]
    assert all(": no reading: " in line and line.isprintable() for line in lines[: len(NAMES)])
    assert lines[3].startswith(r"two\nlines \x1b[31m")
    if encoding != "C":
        assert lines[3].startswith(r"two\nlines \x1b[31m\u202e\x85.png: ")
    if encoding == "ascii":
        assert lines[0].startswith(r"\u03c0.png: ") and lines[2].startswith(r"h\udce4nd.png: ")
    finished = run(named, "--json", "--", *NAMES, **spoken)
    outcomes = [json.loads(line) for line in finished.stdout.decode("ascii").splitlines()]
    names = [outcome["photo"].encode("utf-8", "surrogateescape") for outcome in outcomes]
    assert names == [os.fsencode(name) for name in NAMES]
    assert {outcome["error"]["code"] for outcome in outcomes} == {codes.TOO_LARGE}


def test_a_name_that_begins_with_a_dash_is_told_how(named):
    finished = run(named, "-odd.png")
    assert finished.returncode == 2
    assert b"-odd.png reads like an option: write -- before the names" in finished.stderr


def test_a_folder_is_its_photos_and_one_without_any_says_so(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("b.png", "a.JPG", "._a.JPG", "notes.txt", "c.heic"):
        (photos / name).write_text("not a photo")
    (tmp_path / "empty").mkdir()
    finished = run(tmp_path, "photos", "empty", "nowhere", "", "--json")
    assert finished.returncode == 3
    outcomes = [json.loads(line) for line in finished.stdout.splitlines()]
    read = [str(Path("photos") / name) for name in ("a.JPG", "b.png", "c.heic")]
    assert [outcome["photo"] for outcome in outcomes] == [*read, "empty", "nowhere", ""]
    assert {outcome["error"]["code"] for outcome in outcomes} == {codes.UNREADABLE_IMAGE}
    assert "no photo in this folder" in outcomes[3]["error"]["message"]


def test_a_wildcard_is_what_fits_it_unless_a_file_has_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.jpg", "a.jpg", "hand[1].jpg", "hand1.jpg"):
        Path(name).touch()
    assert list(fitting(["?.jpg", "hand[1].jpg", "*.webp", "x.jpg"])) == [
        "a.jpg",
        "b.jpg",
        "hand[1].jpg",
        "*.webp",
        "x.jpg",
    ]
    assert list(fitting([str(tmp_path / "[ab].jpg")])) == [str(tmp_path / "a.jpg"), str(tmp_path / "b.jpg")]
    with pytest.raises(MeasureError, match="no file fits"):
        photos_named("*.webp")


def test_letters_of_every_script_are_shown_as_they_are():
    for name in ("Händchen.jpg", "يد.jpg", "हाथ\u200d.jpg", "手.jpg", "👋🏽.jpg"):
        assert shown(name) == name


@pytest.mark.parametrize(
    ("written", "adjusted"), [("2400m", 1.4), ("2,400", 1.4), ("-400m", 0), ("٢٤٠٠ م", 1.4), ("8000 ft", 1.4)]
)
def test_an_elevation_is_taken_as_the_page_takes_it(written, adjusted):
    from app.__main__ import _elevation_m, _unmistakable
    from app.shared.groups import Person

    assert _unmistakable(["a", "--elevation", written, "b"]) == ["a", f"--elevation={written}", "b"]
    assert Person("man", _elevation_m(written)).adjustments_g_dl()["elevation"] == adjusted


@pytest.mark.parametrize("written", ["5100", "2400 yards", "high", "2 40", "९०००"])
def test_an_elevation_that_is_none_is_a_usage_error_that_says_why(tmp_path, written):
    finished = run_here(main, tmp_path / "hand.png", "--elevation", written, encoding="ascii")
    assert finished.returncode == 2
    last = finished.stderr.strip().splitlines()[-1]
    assert "the table goes from -500 to 4999 m" in last or ("argument --elevation" in last and "Write" in last)


def test_the_self_test_names_a_folder_on_one_line_too(tmp_path):
    finished = run(tmp_path, "--models", "π\n\x1b[31m", module="app.self_test", PYTHONIOENCODING="ascii")
    assert finished.returncode == 1
    assert finished.stderr.startswith(b"self-test: ") and finished.stderr.count(b"\n") == 1
    assert b"\\u03c0\\n\\x1b[31m" in finished.stderr
