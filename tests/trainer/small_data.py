"""A small data set to publish: its files, their lists, a configuration, and `python -m trainer data` run on it."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from app.files import sha256_of
from tests.trainer.conftest import drawn
from trainer.data.published import row_hashes

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class SmallData:
    """Six patients with photographs. `files`: path in the data set's folder -> bytes."""

    folder: Path
    files: dict[str, bytes]

    @property
    def target(self) -> Path:
        """An empty place for what is fetched."""
        return self.folder / "target"

    @property
    def arriving(self) -> list[Path]:
        """What is on its way."""
        return sorted((self.target / ".arriving").glob("*.part"))

    def config(self, *mirrors: str, silence_s: float = 20.0, tries: int = 3) -> Path:
        """A configuration with these mirrors, and hardly a pause after a failure."""
        path = self.folder / "config.toml"
        hashes = "".join(f"{sha256_of(data)}  {name}\n" for name, data in self.files.items())
        rows = "".join(f"{digest}  {patient}\n" for patient, digest in row_hashes(self.files["metadata.csv"]).items())
        (self.folder / "all.sha256").write_text(hashes)
        (self.folder / "rows.sha256").write_text(rows)
        total = sum(map(len, self.files.values()))
        path.write_text(
            f'[data]\nhashes = "all.sha256"\nrows = "rows.sha256"\ntotal_bytes = {total}\nsilence_s = {silence_s}\n'
            f"tries = {tries}\npause_s = 0.01\nmirrors = [{', '.join(mirrors)}]\n"
        )
        return path

    def command(self, config: Path, *options: str | Path) -> list[str]:
        """What fetches it."""
        words = ("data", "--data", self.target, "--config", config, *options)
        return [sys.executable, "-m", "trainer", *map(str, words)]

    def fetch(self, config: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
        """Fetch it; whatever happens, there is no traceback and at most one error, of one line."""
        command = self.command(config, *options)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        assert "Traceback" not in done.stderr and done.stdout == "", done.stderr
        assert done.stderr.count("error: ") == (done.returncode == 1), done.stderr
        return done

    def is_whole(self) -> bool:
        """Whether everything arrived, and nothing else is left there."""
        there = {path.relative_to(self.target).as_posix(): path for path in self.target.rglob("*") if path.is_file()}
        return {name: path.read_bytes() for name, path in there.items()} == self.files


def small_data(folder: Path) -> SmallData:
    """Drawn in `folder`."""
    source = drawn(folder / "source", 6, 6).write()
    files = {path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(source.rglob("*.*"))}
    return SmallData(folder, files)


def zipped(files: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of these."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar of these."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
