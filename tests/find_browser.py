"""Finds the browsers of the tests, or gets them: Chromium, which every test of the page needs, Firefox and WebKit.

Each can be named by a variable of its own; an empty one says that there is none, and nothing is installed for it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import bootstrap

CHROMIUM, FIREFOX, WEBKIT = "HEMOLENS_CHROMIUM", "HEMOLENS_FIREFOX", "HEMOLENS_WEBKIT"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
)
FIREFOX_NAMES = ("firefox-esr", "firefox")
FIREFOX_PLACES = (
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    r"%ProgramFiles%\Mozilla Firefox\firefox.exe",
)
WEBKIT_PACKAGES = ("webkit2gtk-driver", "gir1.2-webkit2-4.1", "python3-gi", "xvfb")
# The Python that Debian's packages are for, whichever one runs the tests.
SYSTEM_PYTHON = "/usr/bin/python3"
WEBKIT_IN_PYTHON = "import gi; gi.require_version('WebKit2', '4.1'); from gi.repository import WebKit2"

NO_FIREFOX = f"there is no Firefox here: install it, or set {FIREFOX} to the path of one"
NO_WEBKIT = f"there is no WebKit here: install the packages {', '.join(WEBKIT_PACKAGES)} (Debian, Ubuntu)"


def find_browser() -> str:
    """The path of a Chromium for the tests: installed, else Playwright's own, else the system's package."""
    found = _named(CHROMIUM) or _installed_chromium()
    if found:
        return found
    bootstrap.say("there is no Chromium or Chrome: asking Playwright to download its own (some 150 MB)")
    # Where it fails it prints pages of its own traces; what matters is said below.
    if bootstrap.run([sys.executable, "-m", "playwright", "install", "chromium"], show_errors=False):
        found = _of_playwright()
        if found:
            return found
    if bootstrap.apt_install("chromium", why="Playwright cannot download a browser here"):
        found = _installed_chromium()
    if not found:
        bootstrap.stop(f"no browser for the tests: install Chromium or Chrome, or set {CHROMIUM} to the path of one")
    return found


def find_firefox() -> str | None:
    """The path of a Firefox, installed or got from the system's packages; None where there is none."""
    if FIREFOX in os.environ:
        return _named(FIREFOX)
    found = _installed(FIREFOX_NAMES, FIREFOX_PLACES)
    if not found and bootstrap.apt_install("firefox-esr", why="there is no Firefox"):
        found = _installed(FIREFOX_NAMES, FIREFOX_PLACES)
    return found


def find_webkit() -> str | None:
    """The path of WebKitGTK's WebDriver, where a window for it can be made, too; None where there is none."""
    if WEBKIT in os.environ:
        return _named(WEBKIT)
    found = _installed_webkit()
    if not found and bootstrap.apt_install(*WEBKIT_PACKAGES, why="there is no WebKit"):
        found = _installed_webkit()
    return found


def _named(variable: str) -> str | None:
    """The path that a variable of the environment names, which must be there."""
    named = os.environ.get(variable)
    if named and not Path(named).is_file():
        bootstrap.stop(f"{variable} names {named}, which is not there: give it the path of a browser, or unset it")
    return named or None


def _installed(names: tuple[str, ...], places: tuple[str, ...]) -> str | None:
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    return next((path for path in map(os.path.expandvars, places) if Path(path).is_file()), None)


def _installed_chromium() -> str | None:
    return _installed(CHROMIUM_NAMES, CHROMIUM_PLACES) or _of_playwright()


def _installed_webkit() -> str | None:
    driver = shutil.which("WebKitWebDriver")
    if not driver or not shutil.which("Xvfb") or not Path(SYSTEM_PYTHON).is_file():
        return None
    return driver if bootstrap.run([SYSTEM_PYTHON, "-c", WEBKIT_IN_PYTHON], show_errors=False) else None


def _of_playwright() -> str | None:
    """Playwright's own Chromium where it was downloaded."""
    if not importlib.util.find_spec("playwright"):
        return None
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    path = result.stdout.strip()
    return path if path and Path(path).is_file() else None
