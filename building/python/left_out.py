"""What of Python's library, numpy and Pillow does not ship: nothing in the page asks for it, and it would weigh."""

from __future__ import annotations

from pathlib import PurePosixPath

# What no page can use: mail and network protocols, processes, other platforms, tools for who writes Python, archives
# and formats that nothing here reads, jokes, and what stands in for parts written in C; each with what lies below it.
LIBRARY_WITHOUT = (
    "__hello__.py",
    "__phello__",
    "_android_support.py",
    "_apple_support.py",
    "_ios_support.py",
    "_pydatetime.py",
    "_pydecimal.py",
    "_pyio.py",
    "_pyrepl",
    "antigravity.py",
    "argparse.py",
    "asyncio/proactor_events.py",
    "asyncio/windows_events.py",
    "asyncio/windows_utils.py",
    "bdb.py",
    "cProfile.py",
    "cmd.py",
    "code.py",
    "codeop.py",
    "compileall.py",
    "concurrent/futures/process.py",
    "configparser.py",
    "ctypes/macholib",
    "ctypes/util.py",
    "ctypes/wintypes.py",
    "difflib.py",
    "doctest.py",
    "email/mime",
    "filecmp.py",
    "fileinput.py",
    "ftplib.py",
    "getopt.py",
    "getpass.py",
    "html",
    "http",
    "imaplib.py",
    "logging/config.py",
    "logging/handlers.py",
    "mailbox.py",
    "mimetypes.py",
    "modulefinder.py",
    "multiprocessing",
    "netrc.py",
    "nturl2path.py",
    "optparse.py",
    "pdb.py",
    "pickletools.py",
    "plistlib.py",
    "poplib.py",
    "profile.py",
    "pstats.py",
    "pty.py",
    "pyclbr.py",
    "pydoc.py",
    "pydoc_data",
    "rlcompleter.py",
    "shelve.py",
    "smtplib.py",
    "socketserver.py",
    "sre_compile.py",
    "sre_constants.py",
    "sre_parse.py",
    "symtable.py",
    "tabnanny.py",
    "tarfile.py",
    "this.py",
    "timeit.py",
    "trace.py",
    "tty.py",
    "unittest",
    "urllib/request.py",
    "urllib/robotparser.py",
    "wave.py",
    "webbrowser.py",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zipapp.py",
)
# What only compilers, type checkers and numpy's own developers read; and what measuring does not need: chance, Fourier
# transforms, polynomials, old names of numpy's, fonts, and windows on a desktop. Where Python imports one of these all
# the same, `Later` in app/engine/wheels.py says so. Shared objects that nothing loads need no name: libraries.py.
WHEELS_WITHOUT = (
    "PIL/BdfFontFile.py",
    "PIL/ContainerIO.py",
    "PIL/FontFile.py",
    "PIL/ImageCms.py",
    "PIL/ImageFont.py",
    "PIL/ImageGrab.py",
    "PIL/ImageQt.py",
    "PIL/ImageShow.py",
    "PIL/ImageTk.py",
    "PIL/ImageWin.py",
    "PIL/PSDraw.py",
    "PIL/PcfFontFile.py",
    "PIL/PdfParser.py",
    "PIL/TarIO.py",
    "PIL/WalImageFile.py",
    "PIL/__main__.py",
    "PIL/_tkinter_finder.py",
    "PIL/report.py",
    "numpy/_configtool.py",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/_pyinstaller",
    "numpy/char",
    "numpy/compat",
    "numpy/conftest.py",
    "numpy/core",
    "numpy/ctypeslib.py",
    "numpy/doc",
    "numpy/f2py",
    "numpy/fft",
    "numpy/lib/_user_array_impl.py",
    "numpy/lib/recfunctions.py",
    "numpy/lib/user_array.py",
    "numpy/ma/mrecords.py",
    "numpy/ma/testutils.py",
    "numpy/ma/timer_comparison.py",
    "numpy/matlib.py",
    "numpy/polynomial",
    "numpy/random",
    "numpy/rec",
    "numpy/strings",
    "numpy/testing",
)
WHEELS_WITHOUT_FOLDERS = {"_examples", "tests"}
WHEELS_WITHOUT_SUFFIXES = {".a", ".c", ".h", ".pxd", ".pyi", ".pyx", ".typed"}
# Pillow's readers of the kinds of picture that are opened (FORMATS in app/core/pictures/photo.py), and what these need.
READERS = tuple(f"PIL/{kind}ImagePlugin.py" for kind in ("Bmp", "Gif", "Jpeg", "Mpo", "Png", "Ppm", "Tiff", "WebP"))


def stays(path: str) -> bool:
    """Whether a file of an archive is shipped, by its path in there. So are licences of all that is."""
    parts = PurePosixPath(path)
    if path.endswith("/"):
        return False
    if any(part.endswith(".dist-info") for part in parts.parts):
        return True
    # A folder with nothing but a licence in it could be imported, and be empty.
    if {path, *map(str, parts.parents)} & {*LIBRARY_WITHOUT, *WHEELS_WITHOUT}:
        return False
    if "LICENSE" in parts.name.upper():
        return True
    another_reader = path.endswith("ImagePlugin.py") and path not in READERS
    unwanted = another_reader or WHEELS_WITHOUT_FOLDERS & set(parts.parts)
    return not unwanted and parts.suffix not in WHEELS_WITHOUT_SUFFIXES
