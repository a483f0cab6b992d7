"""`python -m trainer data`: what it takes and from where, what it says of it, and that it spoils nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.files import sha256_of
from tests.real_photos import DATASET, needs_real_photos
from tests.trainer.publisher import publisher
from tests.trainer.small_data import ROOT, SmallData, small_data, tarred, zipped
from trainer.config import DEFAULT_CONFIG, read_data_config
from trainer.data import published
from trainer.data.dataset import DataError, read_dataset


@pytest.fixture
def small(tmp_path: Path) -> SmallData:
    return small_data(tmp_path)


def oddly_laid_out(files: dict[str, bytes]) -> dict[str, bytes]:
    """Other folders and names, and things that are not of the data set."""
    photos = {f"Data v2/IMG_{number}.JPG": data for number, (name, data) in enumerate(files.items()) if "photo" in name}
    others = {"__MACOSX/._1.jpg": b"fork", "readme.txt": b"read", "faces/1.jpg": b"another 1.jpg"}
    others["faces/metadata.csv"] = files["metadata.csv"].replace(b"session", b"day")
    return {**others, **photos, "tables/Patients.CSV": files["metadata.csv"]}


def test_it_says_what_the_data_set_is(small):
    said = small.fetch(small.config(), "--from", small.folder / "source").stderr
    for words in ("haemoglobin", "Yakimov", "10.1038/s41597-024-03895-9", "6760179", "licence: ", "Cite", " MB"):
        assert words in said
    assert "6 patients, 6 photographs" in said and str(small.target) in said


def test_what_is_complete_is_left_alone(small):
    shutil.copytree(small.folder / "source", small.target)
    with publisher() as server:
        done = small.fetch(small.config(server.collection))
        assert server.asked == []
    assert done.returncode == 0 and "already complete" in done.stderr and small.is_whole()


def test_a_collection_of_archives_is_fetched(small):
    photos = {name: data for name, data in small.files.items() if name != "metadata.csv"}
    with publisher() as server:
        server.files = {
            (1, "paper.pdf"): b"%PDF",
            (1, "photo.zip"): zipped({"everything.tar.gz": tarred(photos)}),
            (2, "metadata.csv"): small.files["metadata.csv"],
        }
        done = small.fetch(small.config(server.collection))
        # What cannot be of the data set is not fetched.
        assert {path for path, _ in server.asked} == {"/stored/2", "/stored/3"}
    assert done.returncode == 0 and small.is_whole(), done.stderr
    assert "CC BY 4.0" in done.stderr and "MB: " in done.stderr
    assert len(read_dataset(small.target, pytest.fail)) == 6


def test_a_collection_of_single_files_over_many_pages_is_fetched(small):
    with publisher() as server:
        server.files = {(1, f"other{number}.txt"): b"x" for number in range(105)}
        server.files |= {(1 + n % 2, Path(name).name): data for n, (name, data) in enumerate(small.files.items())}
        done = small.fetch(small.config(server.listed))
    assert done.returncode == 0 and small.is_whole(), done.stderr


def test_only_what_is_missing_is_fetched(small):
    shutil.copytree(small.folder / "source", small.target)
    (small.target / "photo/4.jpg").unlink()
    with publisher() as server:
        server.files = {(1, Path(name).name): data for name, data in small.files.items()}
        done = small.fetch(small.config(server.collection))
        assert len(server.asked) == 1
    assert done.returncode == 0 and "1 of 7 files are not there yet" in done.stderr and small.is_whole()


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "files"])
def test_what_somebody_downloaded_is_taken_however_it_is_laid_out(small, kind):
    given, odd = small.folder / "given", oddly_laid_out(small.files)
    sources = [given]
    if kind == "zip":
        given.write_bytes(zipped(odd))
    elif kind == "tar":
        given.write_bytes(tarred(odd))
    else:
        given.mkdir()
        (given / "photos.zip").write_bytes(zipped(odd))
        if kind == "files":
            table = small.folder / "source/metadata.csv"
            sources = [given / "photos.zip", table]
    before = sha256_of(given) if given.is_file() else ""
    done = small.fetch(small.config(), *(word for source in sources for word in ("--from", source)))
    assert done.returncode == 0 and small.is_whole(), done.stderr
    assert given.exists() and (not before or sha256_of(given) == before)


def test_a_name_in_an_archive_is_no_place(small):
    given = small.folder / "given.zip"
    given.write_bytes(zipped({f"../../{Path(name).name}": data for name, data in small.files.items()}))
    config = small.config()
    before = set(small.folder.iterdir())
    assert small.fetch(config, "--from", given).returncode == 0
    assert small.is_whole() and set(small.folder.iterdir()) - before == {small.target}


@pytest.mark.parametrize("content", [b"", b"no archive", b"Rar!\x1a\x07\x01\x00 and so on"])
def test_what_is_no_archive_is_said(small, content):
    given = small.folder / "given.rar"
    given.write_bytes(content)
    done = small.fetch(small.config(), "--from", given)
    assert done.returncode == 1 and str(given) in done.stderr and "unpack it" in done.stderr
    assert "7 of 7 files are still missing" in done.stderr


def test_a_damaged_archive_gives_what_is_sound(small):
    given = small.folder / "given.tgz"
    whole = tarred(small.files)
    given.write_bytes(whole[: len(whole) // 2])
    done = small.fetch(small.config(), "--from", given)
    assert done.returncode == 1 and str(given) in done.stderr and "download it again" in done.stderr
    assert list(small.target.rglob("*.jpg"))
    assert all(path.read_bytes() == small.files[f"photo/{path.name}"] for path in small.target.rglob("*.jpg"))
    given.write_bytes(whole)
    assert small.fetch(small.config(), "--from", given).returncode == 0 and small.is_whole()


def test_no_such_file(small):
    done = small.fetch(small.config(), "--from", small.folder / "nowhere.zip")
    assert done.returncode == 1 and "nowhere.zip" in done.stderr and "--from" in done.stderr


def test_a_wrong_photograph_is_named_with_the_way_out(small):
    spoiled = {**small.files, "photo/3.jpg": small.files["photo/3.jpg"][:-1] + b"?"}
    given = small.folder / "given.zip"
    given.write_bytes(zipped(spoiled))
    done = small.fetch(small.config(), "--from", given)
    error = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and "1 of 7 files are still missing: photo/3.jpg" in error
    assert sha256_of(spoiled["photo/3.jpg"])[:12] in error and sha256_of(small.files["photo/3.jpg"])[:12] in error
    assert "--from" in error and str(given) in error
    assert not (small.target / "photo/3.jpg").exists() and (small.target / "photo/2.jpg").exists()


def test_what_lies_there_under_a_name_of_the_list_is_kept_aside(small):
    shutil.copytree(small.folder / "source", small.target)
    (small.target / "photo/2.jpg").write_bytes(b"somebody's own")
    done = small.fetch(small.config(), "--from", small.folder / "source")
    assert done.returncode == 0 and "2.jpg.other" in done.stderr
    assert (small.target / "photo/2.jpg.other").read_bytes() == b"somebody's own"
    assert (small.target / "photo/2.jpg").read_bytes() == small.files["photo/2.jpg"]


def test_a_table_that_is_written_otherwise_is_taken(small):
    lines = small.files["metadata.csv"].replace(b"\r\n", b"\n").splitlines(keepends=True)
    other = b"\xef\xbb\xbf" + b"".join([lines[0], *reversed(lines[1:])])
    given = small.folder / "given.zip"
    given.write_bytes(zipped({**small.files, "metadata.csv": other}))
    done = small.fetch(small.config(), "--from", given)
    assert done.returncode == 0 and "says the same of every patient, in another order" in done.stderr
    assert (small.target / "metadata.csv").read_bytes() == other
    assert small.fetch(small.config()).returncode == 0


def test_a_table_that_says_something_else_is_not_taken_but_kept(small):
    rows = small.files["metadata.csv"].decode().splitlines()
    rows[2] = rows[2].replace("session1", "session9")
    other = "\n".join([*rows[:5], *rows[6:], rows[5].replace("5,", "77,", 1)]).encode()
    given = small.folder / "given.zip"
    given.write_bytes(zipped({**small.files, "metadata.csv": other}))
    done = small.fetch(small.config(), "--from", given)
    error = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and "metadata.csv (" in error
    for words in (
        "1 patient (5) without a row",
        "1 patient (2) with another row",
        "1 patient (77) with a row too many",
    ):
        assert words in error
    assert not (small.target / "metadata.csv").exists()
    assert (small.target / "metadata.csv.other").read_bytes() == other


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"PATIENT_ID,HB_LEVEL_GperL\n1,2\n", "no column MEASUREMENT_DATE"),
        (b",".join(name.encode() for name in published.COLUMNS) + b"\n1,a,2,[],[]\n1,a,2,[],[]\n", "twice"),
    ],
)
def test_what_is_no_table_is_said(table, said):
    (difference,) = published.table_differences(table, {"1": "0" * 64})
    assert said in difference


@pytest.mark.parametrize("line", ["", "abc  photo/1.jpg", f"{'0' * 64} photo/1.jpg", f"{'0' * 64}  ../1.jpg"])
def test_a_list_that_is_none_is_one_line(tmp_path, line):
    (tmp_path / "list").write_text(line and line + "\n")
    with pytest.raises(DataError, match="list"):
        published.read_listing(tmp_path / "list", tmp_path / "list")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("tries = 3", "tries = 0", "tries"),
        ("tries = 3", "", "tries is missing"),
        ("tries = 3", "tries = 3\nspeed = 1", "speed"),
        ("[data]", "[date]", "date"),
        ("mirrors = []", "mirrors = [{ ftp = 'x' }]", "archive"),
        ("mirrors = []", "mirrors = [{ collection = 'x', files = 'y' }]", "{id}"),
        ("all.sha256", "none.sha256", "none.sha256"),
    ],
)
def test_a_wrong_configuration_is_one_line(small, before, after, said):
    config = small.config()
    text = config.read_text()
    assert before in text
    config.write_text(text.replace(before, after, 1))
    done = small.fetch(config)
    assert done.returncode == 1 and said in done.stderr


def test_from_is_of_this_step_alone():
    command = [sys.executable, "-m", "trainer", "evaluate", "--from", "x.zip"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2 and "--from" in done.stderr


def test_the_shipped_configuration_names_mirrors_and_the_whole_data_set():
    config = read_data_config()
    assert len(config.mirrors) >= 2 and all(
        str(published.PAGE.rpartition(".")[2]) in str(one) for one in config.mirrors
    )
    listing = published.read_listing(config.hashes, config.rows)
    assert listing.photographs == 251 and len(listing.rows) == 250
    assert set(listing.files) >= {f"photo/{patient}.jpg" for patient in listing.rows}


@needs_real_photos
def test_the_lists_are_those_of_the_data_set():
    config = read_data_config()
    listing = published.read_listing(config.hashes, config.rows)
    assert {path: sha256_of(DATASET / path) for path in listing.files} == listing.files
    assert published.row_hashes((DATASET / "metadata.csv").read_bytes()) == listing.rows
    assert config.total_bytes == sum((DATASET / path).stat().st_size for path in listing.files)


def clone(folder: Path, mirror: str) -> Path:
    """The trainer as in a fresh clone, where there is no data, with another mirror in its configuration."""
    for name in ("app", "trainer", "static/models", "bootstrap.py", "pyproject.toml"):
        place = folder / "clone" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place)
    config = folder / "clone" / DEFAULT_CONFIG.relative_to(ROOT)
    head, _, rest = config.read_text().partition("mirrors = [")
    config.write_text(f"{head}mirrors = [{mirror}]{rest.partition(chr(10) + ']')[2]}")
    return folder / "clone"


# What every other step begins with.
READ = """
from trainer.data.dataset import find_dataset, read_dataset
folder = find_dataset(None)
print(len(read_dataset(folder, print)), "patients in", folder)
"""


@needs_real_photos
def test_from_a_fresh_clone_the_next_step_finds_what_this_one_fetched(tmp_path):
    files = {path.relative_to(DATASET).as_posix(): path.read_bytes() for path in DATASET.rglob("*.*")}
    with publisher() as server:
        server.files = {(1, "Dataset.zip"): zipped({f"Dataset/{name}": data for name, data in files.items()})}
        server.faults.cut_after = [30_000_000]
        folder = clone(tmp_path, server.collection)
        names = ("HEMOLENS_DATA", "HEMOLENS_WILD", "HEMOLENS_HANDS", "PYTHONPATH")
        environment = {name: value for name, value in os.environ.items() if name not in names}
        said = []
        for words in (["-m", "trainer", "data"], ["-c", READ]):
            done = subprocess.run(
                [sys.executable, *words],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=500,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            said.append(done.stdout + done.stderr)
        assert server.begins()[1] > 29_000_000
    assert "complete: all 252 files" in said[0] and str(folder / "data/yakimov2024") in said[0]
    assert said[1].splitlines()[-1] == f"250 patients in {folder / 'data/yakimov2024'}"
    assert "185.jpg: has no row" in said[1]
