"""The page of licences: it names everything that ships in whole words, and a part without an entry stops the build."""

import io
import json
import re
import shutil
import zipfile
from html import escape, unescape
from pathlib import Path

import pytest

from building import contents, policy
from building.licences import entries as licences
from building.licences import page as licences_page
from building.licences import texts as licence_texts
from building.licences.entries import insides
from building.licences.texts import Part
from building.pipeline import build
from building.places import NODE_MODULES, ROOT, BuildError

NOT_LISTED = {"build.json", "sw.js"}


@pytest.fixture(scope="module")
def files(built_dist: Path) -> dict[str, bytes]:
    """What the page ships, without the compressed copies."""
    paths = [path for path in built_dist.rglob("*") if path.is_file() and path.suffix not in (".br", ".gz")]
    found = {path.relative_to(built_dist).as_posix(): path.read_bytes() for path in sorted(paths)}
    return {path: data for path, data in found.items() if path not in NOT_LISTED}


@pytest.fixture(scope="module")
def parts(files: dict[str, bytes]) -> list[Part]:
    return licences.gather(files)


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> str:
    return files[licences.NAME].decode()


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    """A folder with the packages whose licences are read, to be spoiled."""
    for package in ("@pyscript/core", "polyscript", "html-escaper"):
        shutil.copytree(NODE_MODULES / package, tmp_path / package)
    return tmp_path


def wheel_of(contents: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def with_sources(package: Path, sources: list[str]) -> dict[str, bytes]:
    """The page with one script of PyScript, which says that it was bundled from `sources`."""
    (package / "dist" / "x.js.map").write_text(json.dumps({"sources": sources}))
    return {"vendor/pyscript/x.js": b""}


def test_the_page_is_of_what_ships(files: dict[str, bytes], parts: list[Part]) -> None:
    licences.check(files, parts)
    assert files[licences.NAME] == licences_page.page(parts)


def test_every_part_is_named_with_its_version(page: str) -> None:
    headings = unescape("\n".join(re.findall(r"<h[23]>(.*?)</h[23]>", page)))
    locked = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    for name, package in (
        ("MicroPython", "@micropython/micropython-webassembly-pyscript"),
        ("PyScript", "@pyscript/core"),
        ("Pyodide", "pyodide"),
        ("ONNX Runtime Web", "onnxruntime-web"),
    ):
        assert f"{name} {locked[package]}\n" in headings
    for name in ("HemoLens", "CPython and its standard library 3.", "numpy 2.", "pillow 11.", "polyscript up to 0."):
        assert name in headings
    for name in ("coincident", "basic-toml", "zlib", "libjpeg", "FreeType", "What ONNX Runtime carries", "Emscripten"):
        assert name in headings


def test_the_licences_are_there_word_for_word(page: str, files: dict[str, bytes]) -> None:
    own = [ROOT / "LICENSE", *(NODE_MODULES / package / "LICENSE" for package in ("@pyscript/core", "coincident"))]
    texts = [path.read_text("utf-8") for path in own]
    for path, data in files.items():
        if path.endswith(".whl"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                texts += [archive.read(name).decode() for name in archive.namelist() if "LICENSE" in name]
    assert len(texts) == 6
    texts += [licence_texts.text(f"{name}.txt").body for name in ("MPL-2.0", "cpython", "onnxruntime-notices")]
    for text in texts:
        assert f"<pre>\n{escape(text)}</pre>" in page


def test_the_networks_come_with_what_models_json_names(page: str, files: dict[str, bytes]) -> None:
    said = json.loads(files["models/models.json"])
    text = unescape(page)
    for words in (said["data"]["citation"], said["data"]["doi"], said["data"]["licence"]):
        assert words in text
    for name in ("detector", "estimator"):
        assert f"<h3>{said[name]['file']} {said[name]['sha256'][:12]}</h3>" in text
        assert said[name]["training"]["library"] in text
    for licence in licence_texts.spdx_ids(json.dumps(said)):
        assert f"<summary>{licence}</summary>" in text


def test_what_a_network_says_of_itself_is_read() -> None:
    assert licences.stated_licence(b"...\n\x07license\x12\x04MIT!rest") == "MIT!"
    assert licences.stated_licence(b"nothing of it") == ""


def test_every_text_is_explained_and_every_explained_text_is_there() -> None:
    readme = (licence_texts.FOLDER / "README.md").read_text("utf-8")
    named = [name for cell in re.findall(r"^\| (.+?) \|", readme, re.MULTILINE) for name in re.findall("`(.+?)`", cell)]
    there = sorted(path.name for path in licence_texts.FOLDER.glob("*.txt"))
    assert sorted(path.name for name in named for path in licence_texts.FOLDER.glob(name)) == there
    assert {f"{name}.txt" for name in licence_texts.SPDX} <= set(there)


def test_what_binaries_carry_was_looked_up_for_the_versions_that_ship(parts: list[Part]) -> None:
    ships = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    ships |= {part.name: part.version for part in parts if part.name in insides.WHEELS}
    why = "see the README.md of licence-texts: look again at what changed, mend insides.py, then LOOKED_AT"
    assert ships == insides.LOOKED_AT, why


@pytest.mark.parametrize("path", ["vendor/new/part.js", "fonts/somebodys.woff2", "models/another.onnx"])
def test_a_part_without_an_entry_is_named_with_the_way_out(
    path: str, files: dict[str, bytes], parts: list[Part]
) -> None:
    said = rf"{path} has no licence .*OURS of building/licences/entries\.py.*licence-texts/"
    with pytest.raises(BuildError, match=said):
        licences.check({**files, path: b""}, parts)


def test_a_build_with_a_part_without_an_entry_leaves_the_earlier_page(
    built_dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dist"
    shutil.copytree(built_dist, out)
    collect = contents.collect
    monkeypatch.setattr(contents, "collect", lambda *given: {**collect(*given), "vendor/new/part.js": b"new"})
    with pytest.raises(BuildError, match=r"vendor/new/part\.js has no licence"):
        build(out, npm_command=None, offline=True)
    before, after = ({path.relative_to(folder) for path in folder.rglob("*")} for folder in (built_dist, out))
    assert before == after
    assert (out / "build.json").read_bytes() == (built_dist / "build.json").read_bytes()


def test_what_a_script_of_pyscript_was_bundled_from_is_found(node_modules: Path) -> None:
    core = node_modules / "@pyscript" / "core"
    files = with_sources(core, ["../src/core.js", "../node_modules/a/node_modules/html-escaper/index.js"])
    assert [part.name for part in licences.bundled(files, node_modules)] == ["html-escaper"]
    assert licences.package_of("../node_modules/a/node_modules/@of/b/src/c.js") == "@of/b"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("../node_modules/unheard-of/index.js", r"unheard-of ships but is not in node_modules.*npm install"),
        ("../node_modules/polyscript/esm/3rd-party/tar.js", r"3rd-party/tar\.js.*PYSCRIPT of .*/insides\.py"),
    ],
)
def test_a_script_bundled_from_something_unknown_is_refused(source: str, said: str, node_modules: Path) -> None:
    files = with_sources(node_modules / "@pyscript" / "core", [source])
    with pytest.raises(BuildError, match=said):
        list(licences.bundled(files, node_modules))


def test_a_script_that_does_not_say_what_it_is_made_of_is_refused(node_modules: Path) -> None:
    with pytest.raises(BuildError, match=r"vendor/pyscript/y\.js has no map"):
        list(licences.bundled({"vendor/pyscript/y.js": b""}, node_modules))


def test_a_package_without_a_licence_file_gets_the_words_that_it_names(node_modules: Path) -> None:
    package = node_modules / "html-escaper"
    (package / "LICENSE.txt").unlink()
    said = {"version": "1", "license": "isc", "author": "Somebody"}
    (package / "package.json").write_text(json.dumps(said))
    part = licences.npm_package(node_modules, "html-escaper")
    assert part.licence == "ISC"
    assert part.texts[0].body.startswith("Copyright (c) Somebody\n\nPermission to use")
    (package / "package.json").write_text(json.dumps({**said, "license": "Beerware"}))
    with pytest.raises(BuildError, match=r"html-escaper carries no licence file.*Beerware.*licence-texts/"):
        licences.npm_package(node_modules, "html-escaper")


def test_a_wheel_without_a_licence_is_refused() -> None:
    metadata = "Name: toy\nVersion: 1\nLicense-Expression: MIT\n\nwords"
    with pytest.raises(BuildError, match=r"vendor/wheels/toy\.whl carries no licence"):
        licences.wheel("vendor/wheels/toy.whl", wheel_of({"toy-1.dist-info/METADATA": metadata}))
    whole = wheel_of({"toy-1.dist-info/METADATA": metadata, "toy-1.dist-info/licenses/LICENSE": "as you like"})
    part = licences.wheel("vendor/wheels/toy.whl", whole)
    assert (part.name, part.version, part.licence, part.texts[0].body) == ("toy", "1", "MIT", "as you like")


@pytest.mark.parametrize(
    ("words", "ids"),
    [("ultralytics 8, AGPL-3.0", ["AGPL-3.0"]), ("licence apache-2.0; MITRE", ["Apache-2.0"]), ("limits", [])],
)
def test_licences_are_found_in_words(words: str, ids: list[str]) -> None:
    assert licence_texts.spdx_ids(words) == ids


def test_the_page_is_read_without_a_script_and_leads_back(page: str) -> None:
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<script" not in page and "javascript:" not in page.split("<pre>")[0]
    assert [int(level) for level in re.findall(r"<h([1-6])", page)][:2] == [1, 2]
    assert page.count("<h1>") == 1 and not re.search("<h[4-6]", page)
    assert '<a href="./">' in page
    assert set(re.findall(r'(?:href|src)="(.*?)"', page)) == {"./", "./hemolens.css", "./icon.svg"}


def test_the_page_asks_for_no_more_than_the_policy_allows() -> None:
    allowed = dict(part.split(" ", 1) for part in policy.CONTENT_SECURITY_POLICY.split("; "))
    for part in licences_page.POLICY.split("; "):
        name, sources = part.split(" ", 1)
        assert sources == "'none'" or set(sources.split()) <= set(allowed[name].split())


def test_words_are_shown_as_they_are() -> None:
    page = licences_page.page([Part("A & B", "<MIT>", (licence_texts.Text("L", "\n<b> & c\n"),))]).decode()
    assert "<h2>A &amp; B</h2>" in page and "<p>Licence: &lt;MIT&gt;</p>" in page
    assert "<pre>\n\n&lt;b&gt; &amp; c\n</pre>" in page
