"""What goes into dist/: every path of the page, and where its bytes come from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from building import models
from building.places import APP, NODE_MODULES, STATIC, BuildError, sha256, source_files, zipped
from building.python.pyscript_edits import edited

# What a path of dist/ is made of: a file copied as it is, or bytes made here.
Source = Path | bytes

# Python of the house that never runs in the engine: the terminal's, and the screens'.
NOT_IN_THE_ENGINE = (
    "__main__.py",
    "files.py",
    "library.py",
    "models.py",
    "self_test.py",
    "terminal.py",
    "runtime/native.py",
    "shared/words/",
    "ui/",
)

# The door for Python developers. In the page it is an empty file: MicroPython cannot read it, and nothing there asks.
PACKAGE = "__init__.py"

# Of ours, what MicroPython imports on the main thread: tests/unit/test_house.py keeps the screens to it.
IN_THE_SCREEN = (PACKAGE, "shared/", "ui/")

# What app/shared/build_id.py says where nothing was built.
NO_BUILD_ID = "BUILD_ID = SOURCE"

# PyScript's own extras: plugins that the page's settings switch off by name, and what unpacks archives where a page
# asks for it, as ours does not.
PYSCRIPT_EXTRAS = (
    "codemirror",
    "deprecations-manager",
    "donkey",
    "py-editor",
    "py-game",
    "py-terminal",
    "xterm",
    "zip",
)

VENDOR: dict[str, tuple[str, tuple[str, ...]]] = {
    "vendor/micropython": (
        "@micropython/micropython-webassembly-pyscript",
        ("micropython.mjs", "micropython.wasm"),
    ),
    "vendor/pyodide": (
        "pyodide",
        ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"),
    ),
    "vendor/ort": (
        "onnxruntime-web/dist",
        ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"),
    ),
}


# What the engine begins with; what else it needs its own files say.
ENGINE = ("engine-shim.mjs", "engine.json", "engine.py", "engine.zip", "memory.mjs", "networks.mjs")
ENGINE_FOLDERS = ("vendor/memory/", "vendor/ort/", "vendor/pyodide/", "vendor/wheels/")
MODELS = models.FOLDER + models.LISTING


def first_visit(files: dict[str, bytes]) -> list[str]:
    """Of all that ships, what a first visit's engine fetches before it can measure: the page counts these bytes."""
    parts = json.loads(files.get(MODELS, b"{}")).values()
    wanted = {*ENGINE, MODELS}
    wanted |= {f"models/{part['file']}" for part in parts if isinstance(part, dict) and "file" in part}
    return sorted(path for path in files if path in wanted or path.startswith(ENGINE_FOLDERS))


def collect(
    wheels: list[Path], models_folder: Path = models.SHIPPED, node_modules: Path = NODE_MODULES
) -> dict[str, Source]:
    """Every file of the page by its path in dist/ (with `/`), sorted."""
    contents: dict[str, Source] = {}
    contents |= static_files(models_folder=models_folder)
    contents |= vendor_files(wheels, node_modules)
    build_id = id_of(contents)
    contents["engine.zip"] = engine_archive(build_id)
    contents["screen.pack.json"] = screen_pack(build_id)
    return dict(sorted(contents.items()))


def vendor_files(wheels: list[Path], node_modules: Path = NODE_MODULES) -> dict[str, Source]:
    """What others have made, as it comes from npm and Pyodide; PyScript edited."""
    found = pyscript_files(node_modules / "@pyscript" / "core" / "dist")
    for folder, (package, names) in VENDOR.items():
        for name in names:
            found[f"{folder}/{name}"] = _existing(node_modules / package / name)
    for wheel in wheels:
        found[f"vendor/wheels/{wheel.name}"] = wheel
    return found


def static_files(static: Path = STATIC, models_folder: Path = models.SHIPPED) -> dict[str, Source]:
    """The page itself, with other models in the place of its own where they are wanted."""
    found: dict[str, Source] = {}
    for path in source_files(static):
        # Markdown is for readers of the repository.
        if ".template." in path.name or path.suffix == ".md":
            continue
        found[path.relative_to(static).as_posix()] = path
    if not models.is_shipped(models_folder):
        found = {name: source for name, source in found.items() if not name.startswith(models.FOLDER)}
        found |= models.page_files(models_folder)
    return found


def our_sources(app: Path, build_id: str = "") -> Iterator[tuple[str, bytes]]:
    """Our Python by its path below app/; line ends are the same wherever the repository was checked out.

    With the name of a build it says so; without one it stays as it is.
    """
    for path in source_files(app):
        if path.suffix == ".py":
            name, data = path.relative_to(app).as_posix(), path.read_bytes().replace(b"\r\n", b"\n")
            if name == PACKAGE:
                data = b""
            if name == "shared/build_id.py" and build_id:
                data = data.replace(NO_BUILD_ID.encode(), f'BUILD_ID = "{build_id}"'.encode())
            yield name, data


def id_of(contents: dict[str, Source], app: Path = APP) -> str:
    """One name for all that must fit together in a running page; styles and pictures may change without it."""
    parts = {path: part for path, part in contents.items() if not path.endswith((".css", ".png", ".svg"))}
    parts |= {f"app/{name}": data for name, data in our_sources(app)}
    hashes = [(path, sha256(part if isinstance(part, bytes) else part.read_bytes())) for path, part in parts.items()]
    return sha256(json.dumps(sorted(hashes)).encode())[:16]


def screen_pack(build_id: str = "", app: Path = APP) -> bytes:
    """The Python of the screens as JSON: path -> source.

    Not an archive, since what unpacks those in the page takes longer than all that MicroPython does with them.
    """
    ours = our_sources(app, build_id)
    sources = {f"app/{name}": data.decode() for name, data in ours if name.startswith(IN_THE_SCREEN)}
    return (json.dumps(sources, ensure_ascii=False, indent=0) + "\n").encode()


def engine_archive(build_id: str = "", app: Path = APP) -> bytes:
    """The Python of the engine as one archive that unpacks to `app/...`, the same bytes for the same sources."""
    ours = our_sources(app, build_id)
    return zipped({f"app/{name}": data for name, data in ours if is_in_the_engine(name)})


def is_in_the_engine(name: str) -> bool:
    """Whether the engine has this file, by its path below app/."""
    return not name.startswith(NOT_IN_THE_ENGINE)


def pyscript_files(dist: Path) -> dict[str, Source]:
    """core.js with the chunks it imports, at once or later, without the extras and what only they need; edited."""
    waiting, scripts = ["core.js"], dict[str, bytes]()
    while waiting:
        name = waiting.pop()
        if name in scripts:
            continue
        scripts[name] = _existing(dist / name).read_bytes()
        for chunk in imported(scripts[name].decode()):
            if not chunk.startswith(PYSCRIPT_EXTRAS):
                waiting.append(chunk)
    files: dict[str, Source] = {"core.css": _existing(dist / "core.css"), **edited(scripts)}
    return {f"vendor/pyscript/{name}": files[name] for name in sorted(files)}


def imported(script: str) -> set[str]:
    """The sibling files that a module imports: `from"./x.js"`, `import"./x.js"` and `import("./x.js")`."""
    return set(re.findall(r"""\b(?:from|import)\s*\(?\s*["'`]\./([\w.-]+\.js)["'`]""", script))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BuildError(f"{path.name} is missing in {path.parent.name} of node_modules: remove node_modules and rerun")
    return path
