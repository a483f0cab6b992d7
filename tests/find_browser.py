"""Finds the Chromium of the tests, or gets one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import bootstrap

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> str:
    """The path of a Chromium for the tests: installed, else Playwright's own, else the system's package."""
    named = os.environ.get("HEMOLENS_CHROMIUM")
    if named and not Path(named).is_file():
        bootstrap.stop(
            f"HEMOLENS_CHROMIUM names {named}, which is not there: give it the path of a browser, or unset it"
        )
    found = named or _installed()
    if found:
        return found
    bootstrap.say("there is no Chromium or Chrome: asking Playwright to download its own (some 150 MB)")
    # Where it fails it prints pages of its own traces; what matters is said below.
    if bootstrap.run([sys.executable, "-m", "playwright", "install", "chromium"], show_errors=False):
        found = _of_playwright()
        if found:
            return found
    if bootstrap.apt_install("chromium", why="Playwright cannot download a browser here"):
        found = _installed()
    if not found:
        bootstrap.stop(
            "no browser for the tests: install Chromium or Chrome, or set HEMOLENS_CHROMIUM to the path of one"
        )
    return found


def _installed() -> str | None:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    usual = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        os.path.expandvars(r"%ProgramFiles%\Google\Chrome\Application\chrome.exe"),
        os.path.expandvars(r"%LocalAppData%\Google\Chrome\Application\chrome.exe"),
    ]
    return next((path for path in usual if Path(path).is_file()), None) or _of_playwright()


def _of_playwright() -> str | None:
    """Playwright's own Chromium where it was downloaded."""
    if not importlib.util.find_spec("playwright"):
        return None
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    path = result.stdout.strip()
    return path if path and Path(path).is_file() else None
