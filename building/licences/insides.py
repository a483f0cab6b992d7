"""What binaries and bundles carry and no file of their packages tells: looked up by hand, once for each version.

licence-texts/README.md says how, and where each text is from.
"""

from __future__ import annotations

from building.licences.texts import Part, text

# The versions that were looked at. Others may carry something else: a test asks for another look.
LOOKED_AT = {
    "@micropython/micropython-webassembly-pyscript": "1.27.0",
    "@pyscript/core": "0.7.31",
    "numpy": "2.2.5",
    "onnxruntime-web": "1.30.0",
    "pillow": "11.3.0",
    "pyodide": "0.28.3",
}

# The words of licences for packages that come without a file of them, and more than the general words are known.
OFFICIAL = {
    "@micropython/micropython-webassembly-pyscript": text("micropython.txt"),
    "onnxruntime-web": text("onnxruntime.txt"),
}

MICROPYTHON = (
    Part("uzlib", "Zlib", (text("uzlib.txt"),), note="Unpacks archives."),
    Part("re1.5", "BSD-3-Clause", (text("re1.5.txt"),), note="Regular expressions."),
)

# The version is Pyodide's to say.
CPYTHON = Part(
    "CPython and its standard library",
    "Python-2.0.1",
    (text("cpython.txt"), text("cpython-carries.txt", "Licences of what CPython carries")),
    note="The Python Software Foundation's licence and those before it. Pyodide changed some of it, and what no page "
    "needs is left out.",
)
PYODIDE = (
    Part("zlib", "Zlib", (text("zlib.txt"),), "1.3.1"),
    Part("bzip2", "bzip2-1.0.6", (text("bzip2.txt"),)),
    Part("error-stack-parser and stackframe", "MIT", (text("error-stack-parser.txt"),)),
)

# Files of others that PyScript's own sources hold, by their name there.
PYSCRIPT = {
    "toml": Part("basic-toml", "ISC", (text("basic-toml.txt"),)),
}

WHEELS = {
    "numpy": (
        Part("pocketfft", "BSD-3-Clause", (text("numpy-pocketfft.txt"),)),
        Part("lapack-lite", "BSD-3-Clause", (text("numpy-lapack-lite.txt"),)),
        Part("dragon4", "MIT", (text("numpy-dragon4.txt"),)),
    ),
    "pillow": (
        Part(
            "libjpeg",
            "IJG",
            (text("libjpeg.txt"),),
            "9f",
            "This software is based in part on the work of the Independent JPEG Group.",
        ),
        Part("libtiff", "libtiff", (text("libtiff.txt"),), "4.4.0"),
        Part("libwebp", "BSD-3-Clause", (text("libwebp.txt"),), "1.2.2"),
        Part(
            "FreeType",
            "FTL",
            (text("freetype.txt"),),
            "2.13.3",
            "Portions of this software are copyright © 2024 The FreeType Project (www.freetype.org). "
            "All rights reserved.",
        ),
        Part("zlib", "Zlib", (text("zlib.txt"),), "1.3.1"),
    ),
}

ONNX_RUNTIME = (
    Part(
        "What ONNX Runtime carries",
        "several",
        (text("onnxruntime-notices.txt", "Third-party notices"),),
        "1.30.0",
        "As its authors publish it for all their builds: the one here carries a part of it, such as protobuf, abseil, "
        "Eigen, FlatBuffers, RE2 and nlohmann/json.",
    ),
)

COMPILED_WITH = Part(
    "Emscripten",
    "MIT OR NCSA",
    (text("emscripten.txt"),),
    note="Compiled MicroPython, Pyodide, numpy, Pillow and ONNX Runtime Web to WebAssembly, and put its own system "
    "library and loading scripts into them.",
    inside=(
        Part("musl", "MIT", (text("musl.txt"),), note="The C library."),
        Part(
            "compiler-rt, libc++ and libc++abi",
            "Apache-2.0 WITH LLVM-exception",
            (text("Apache-2.0.txt"), text("LLVM-exception.txt", "Exception")),
            note="From the LLVM project.",
        ),
    ),
)
