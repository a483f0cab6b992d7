"""A wheel of the build, unpacked as the engine's worker does it."""

import zipfile

import pytest

from app.engine.wheels import unpack
from building.places import zipped

FILES = {"numpy/__init__.pyc": b"\x00\x01", "numpy/_core/lib.so": bytes(range(256)) * 300, "numpy/empty": b""}


def test_every_file_of_the_build_comes_out_as_it_went_in(tmp_path):
    unpack(zipped(FILES), str(tmp_path))
    found = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == FILES


def test_extras_before_the_bytes_are_not_taken_for_them(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        entry = zipfile.ZipInfo("with-extras")
        entry.extra = b"\x99\x99\x04\x00more"
        archive.writestr(entry, b"content")
        archive.writestr("after", b"the next")
    unpack((tmp_path / "a.whl").read_bytes(), str(tmp_path / "out"))
    assert (tmp_path / "out" / "with-extras").read_bytes() == b"content"
    assert (tmp_path / "out" / "after").read_bytes() == b"the next"


def test_a_damaged_file_is_refused(tmp_path):
    wheel = zipped(FILES)
    damaged = wheel.replace(bytes(range(256)), bytes(range(255)) + b"!", 1)
    assert damaged != wheel
    with pytest.raises(zipfile.BadZipFile, match=r"lib\.so is damaged"):
        unpack(damaged, str(tmp_path))


def test_what_is_compressed_or_no_archive_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"a" * 100)
    for data in ((tmp_path / "a.whl").read_bytes(), b"", b"no archive"):
        with pytest.raises(zipfile.BadZipFile):
            unpack(data, str(tmp_path / "out"))
