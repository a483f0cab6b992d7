"""Whose everything in dist/ is, and under which licence: a file that no entry covers stops the build.

Versions, names and texts come out of the very packages that ship; insides.py adds what those do not tell.
"""

from __future__ import annotations

import email.parser
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from building.licences import insides
from building.licences.texts import Part, Text, general_text, spdx_id, spdx_ids, text
from building.models import recipe_in_words
from building.places import NODE_MODULES, ROOT, BuildError
from building.python.pyscript_edits import WORKER

NAME = "licences.html"

# What we made ourselves. Anything new in static/ is named here, or it is somebody else's and gets an entry.
OURS = (
    NAME,
    "engine-shim.mjs",
    "engine.json",
    "engine.py",
    "engine.zip",
    "guard.js",
    "hemolens.css",
    "icon.svg",
    "icons/",
    "index.html",
    "manifest.webmanifest",
    "memory.mjs",
    "models/golden.json",
    "models/golden.png",
    "networks.mjs",
    "screen.json",
    "screen.pack.json",
    "screenshots/",
)

PYSCRIPT = "vendor/pyscript/"
PYODIDE_LOCK = "vendor/pyodide/pyodide-lock.json"
MODELS = "models/models.json"

# Files of a package that hold its licence.
LICENCE_FILE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)

# What models.json says of where a network comes from, and of its training.
ORIGINS = (
    ("architecture", "Architecture"),
    ("backbone", "Backbone"),
    ("licence", "Licence of the weights"),
    ("start_weights", "Started from"),
    ("backbone_weights", "Weights of the backbone"),
    ("ordinary_photographs", "Ordinary photographs beside the data above"),
    ("library", "Trained with"),
)

# Where a script was bundled by jsDelivr, it begins with what from.
BUNDLED_FROM = re.compile(r"Original file: /npm/(?:@[\w.-]+/)?[\w.-]+@([\w.-]+)/")


def gather(files: dict[str, bytes], node_modules: Path = NODE_MODULES) -> list[Part]:
    """Everything that ships, in the order of the page."""
    cpython = replace(insides.CPYTHON, version=json.loads(files[PYODIDE_LOCK])["info"]["python"])
    micropython = "@micropython/micropython-webassembly-pyscript"
    pyscript = npm_part("PyScript", PYSCRIPT, node_modules, "@pyscript/core", tuple(bundled(files, node_modules)))
    # What it keeps in vendor/memory/ is of it and of the wheels, which are named behind it.
    pyodide = npm_part("Pyodide", "vendor/pyodide/", node_modules, "pyodide", (cpython, *insides.PYODIDE))
    runtime = npm_part("ONNX Runtime Web", "vendor/ort/", node_modules, "onnxruntime-web", insides.ONNX_RUNTIME)
    return [
        ours(),
        *models(files),
        npm_part("MicroPython", "vendor/micropython/", node_modules, micropython, insides.MICROPYTHON),
        changed_by(pyscript, "python/pyscript_edits.py"),
        replace(pyodide, covers=(*pyodide.covers, "vendor/memory/")),
        *(wheel(path, data) for path, data in files.items() if path.endswith(".whl")),
        changed_by(runtime, "onnx/lean_runtime.py"),
        insides.COMPILED_WITH,
    ]


def changed_by(part: Part, module: str) -> Part:
    """The same part with a word on what changed it."""
    return replace(part, note=f"{part.note}. Changed here, see building/{module} of HemoLens.")


def check(files: dict[str, bytes], parts: list[Part]) -> None:
    """Every file is covered by an entry."""
    covered = [path for part in parts for path in part.covers]
    for file in files:
        if not any(file.startswith(path) if path.endswith("/") else file == path for path in covered):
            raise BuildError(
                f"{file} has no licence on {NAME}: if it is our own work, name it in OURS of "
                f"building/licences/entries.py, else give it an entry there, with its text in licence-texts/ beside it"
            )


def ours() -> Part:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    words = Text("Licence", (ROOT / "LICENSE").read_text("utf-8"))
    return Part("HemoLens", project["license"], (words,), project["version"], "The page and its Python.", covers=OURS)


def models(files: dict[str, bytes]) -> Iterator[Part]:
    """The networks, with the data, code and weights that they come from, as models.json names them."""
    if MODELS not in files:
        return
    said: dict[str, Any] = json.loads(files[MODELS])
    networks = [value for value in said.values() if isinstance(value, dict) and "file" in value]
    notes = [f"Recipe: {recipe_in_words(said)}."] if "recipe" in said else []
    if "data" in said:
        data = said["data"]
        citation, doi = data.get("citation", "data that models.json does not name"), data.get("doi", "none")
        notes.append(f"Trained on {citation}, doi {doi}. Licence of the data: {data.get('licence', 'not named')}.")
    else:
        notes.append("models.json does not say what they were trained on.")
    yield Part(
        "The networks",
        "see each",
        (),
        note=" ".join(notes),
        inside=tuple(network(each, files.get(f"models/{each['file']}", b"")) for each in networks),
        covers=(MODELS, *(f"models/{each['file']}" for each in networks)),
    )


def network(said: dict[str, Any], data: bytes) -> Part:
    known = {**said.get("training", {}), **said}
    origins = [(words, known[key]) for key, words in ORIGINS if key in known]
    origins += [("The file says of itself", stated) for stated in [stated_licence(data)] if stated]
    note = " ".join(f"{words}: {value}." for words, value in origins)
    named = spdx_ids(note)
    licence = f"{', '.join(named)} (named below)" if named else "none named"
    return Part(said["file"], licence, tuple(text(f"{name}.txt", name) for name in named), said["sha256"][:12], note)


def stated_licence(onnx: bytes) -> str:
    """What an ONNX file's own metadata say under "license": a key and a value, each with its length before it."""
    found = re.search(rb"\x0a\x07license\x12([\x01-\x7f])", onnx)
    return onnx[found.end() : found.end() + found.group(1)[0]].decode("utf-8", "replace") if found else ""


def npm_part(name: str, folder: str, node_modules: Path, package: str, inside: tuple[Part, ...]) -> Part:
    """A package of npm that ships as a folder of dist/."""
    part = npm_package(node_modules, package)
    return replace(part, name=name, inside=inside, covers=(folder,))


def npm_package(node_modules: Path, package: str) -> Part:
    """A package by what it says of itself: package.json, and the files beside it."""
    folder = node_modules / package
    try:
        said = json.loads((folder / "package.json").read_text("utf-8"))
    except (OSError, ValueError):
        way_out = "add it with `npm install`, or name what it is in building/licences/insides.py"
        raise BuildError(
            f"{package} ships but is not in node_modules, which would tell its licence: {way_out}"
        ) from None
    paths = sorted(path for path in folder.iterdir() if path.is_file() and LICENCE_FILE.search(path.name))
    texts = tuple(Text(path.name, path.read_text("utf-8")) for path in paths)
    licence = spdx_id(str(said.get("license", "")))
    if not texts:
        official = insides.OFFICIAL.get(package)
        texts = (official or general_text(licence, str(said.get("author", "")), package),)
    return Part(package, licence, texts, said["version"], source_note(said))


def source_note(said: dict[str, Any]) -> str:
    repository = said.get("repository") or ""
    address = repository.get("url", "") if isinstance(repository, dict) else repository
    address = re.sub(r"^git\+|\.git$", "", address)
    return f"Source: {address}" if address else ""


def bundled(files: dict[str, bytes], node_modules: Path) -> Iterator[Part]:
    """What PyScript's scripts were bundled from, by the maps that its package has of them."""
    packages: set[str] = set()
    held: dict[str, str] = {}
    for path in files:
        # The worker's script was a string in another one, whose map tells of it.
        if not path.startswith(PYSCRIPT) or not path.endswith(".js") or path == PYSCRIPT + WORKER:
            continue
        source_map = node_modules / "@pyscript" / "core" / "dist" / f"{PurePosixPath(path).name}.map"
        if not source_map.is_file():
            way_out = "look up what it is made of, then teach bundled() in building/licences/entries.py"
            raise BuildError(f"{path} has no map in its package, which would tell what it carries: {way_out}")
        content = json.loads(source_map.read_text("utf-8"))
        for source, script in zip_longest(content["sources"], content.get("sourcesContent", ())):
            if "node_modules/" in source:
                packages.add(package_of(source))
            if "/3rd-party/" in source:
                found = BUNDLED_FROM.search(script or "")
                held[PurePosixPath(source).stem] = found.group(1) if found else ""
    for package in sorted(packages):
        part = npm_package(node_modules, package)
        # The bundle was made some time before these versions were locked.
        yield replace(part, version=f"up to {part.version}")
    for name, version in sorted(held.items()):
        if name not in insides.PYSCRIPT:
            way_out = "look up what it is, then name it in PYSCRIPT of building/licences/insides.py"
            raise BuildError(f"PyScript carries a 3rd-party/{name}.js that has no licence on {NAME}: {way_out}")
        yield replace(insides.PYSCRIPT[name], version=version)


def package_of(source: str) -> str:
    """`a`, or `@of/a`, of a path such as ../node_modules/b/node_modules/@of/a/index.js."""
    folders = source.rpartition("node_modules/")[2].split("/")
    return "/".join(folders[: 2 if folders[0].startswith("@") else 1])


def wheel(path: str, data: bytes) -> Part:
    """A wheel by its own metadata, with every licence file in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = sorted(archive.namelist())
        metadata = next((name for name in names if name.endswith(".dist-info/METADATA")), None)
        texts = tuple(
            Text(name, archive.read(name).decode()) for name in names if LICENCE_FILE.search(PurePosixPath(name).name)
        )
        if metadata is None or not texts:
            raise BuildError(f"{path} carries no licence: take the wheel as its authors publish it")
        said = email.parser.Parser().parsestr(archive.read(metadata).decode(), headersonly=True)
    classifiers = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier", []) if "License ::" in line]
    licence = said["License-Expression"] or ", ".join(classifiers)
    name = str(said["Name"])
    inside = insides.WHEELS.get(name.lower(), ())
    return Part(name, licence, texts, str(said["Version"]), inside=inside, covers=(path,))
