"""python3 -m tests.screenshots: pictures of every screen of the built page, before a camera that films the drawn hand.

They go into tests/screenshots, which git ignores: look at them after a change of the screens. With --docs the
pictures of the README (docs/) and of the installable page (static/screenshots/) are made anew instead.
"""

import argparse
import itertools
import shutil
import sys
import tempfile
from pathlib import Path

import bootstrap

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "tests" / "screenshots"
DOCS = ROOT / "docs"
STORE = ROOT / "static" / "screenshots"
PHONE = {"width": 390, "height": 844}
SIZES = {"phone": PHONE, "small": {"width": 320, "height": 568}, "desktop": {"width": 1280, "height": 800}}
# What the browser shows before it installs the page, by the form_factor of the manifest.
STORE_SIZES = {"narrow": PHONE, "wide": SIZES["desktop"]}
COLOURS = 128


def main(arguments: list[str]) -> int:
    """Build if need be, then take the pictures."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.screenshots", description=__doc__)
    parser.add_argument("--docs", action="store_true", help="renew docs/ and static/screenshots/ instead")
    options = parser.parse_args(arguments)
    bootstrap.enter("test", "test-browser")
    from building import is_stale
    from building.pipeline import build
    from tests.browser import Host, launched_browser
    from tests.film import film_of_the_drawn_hand
    from tests.find_browser import find_browser

    dist = ROOT / "dist"
    if is_stale(dist):
        build(dist, npm_command=(bootstrap.node_tools() or (None, None))[1])
    host = Host(dist)
    with tempfile.TemporaryDirectory() as folder:
        film = film_of_the_drawn_hand(Path(folder))
        with launched_browser(find_browser(), film) as browser:
            if options.docs:
                written = _docs(browser, host.address)
            else:
                shutil.rmtree(OUT, ignore_errors=True)
                OUT.mkdir()
                written = []
                for size, scheme, locale in itertools.product(SIZES, ("light", "dark"), ("en", "ar")):
                    written += _all_screens(browser, host.address, size, scheme, locale)
                    print(f"{size}, {scheme}, {locale}: {len(written)} pictures so far", flush=True)
    host.stop()
    print(f"written: {len(written)} pictures in {', '.join(sorted({str(path.parent) for path in written}))}")
    return 0


def _visit(browser, address, **options):
    from tests.browser import Visit

    context = browser.new_context(permissions=["camera"], **options)
    visit = Visit(context.new_page(), context, address)
    visit.open_unhurried()
    visit.page.wait_for_selector("#start:not([hidden])")
    return visit


def _until_live(visit):
    from tests.browser import PATIENCE_MS

    visit.page.uncheck("#auto-capture")
    visit.wait_for_engine()
    visit.wait_for_offline_ready()
    visit.page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)


def _scan(visit):
    from tests.browser import PATIENCE_MS

    visit.page.click("[data-testid=capture]")
    visit.page.wait_for_function("() => document.getElementById('dots').children.length >= 9", timeout=PATIENCE_MS)


def _until_result(visit):
    from tests.browser import PATIENCE_MS

    visit.page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)


def _all_screens(browser, address, size, scheme, locale):
    from tests.drawn_hand import drawn_photo

    hand = drawn_photo()
    visit = _visit(browser, address, viewport=SIZES[size], color_scheme=scheme, locale=locale)
    page, written = visit.page, []

    def shoot(screen, full_page=False):
        path = OUT / f"{screen}-{size}-{scheme}-{locale}.png"
        page.screenshot(path=path, full_page=full_page)
        written.append(path)

    page.wait_for_timeout(300)
    shoot("1-starting")
    _until_live(visit)
    shoot("2-live", full_page=True)
    page.click("#open-settings")
    shoot("3-settings")
    page.click("#settings-done")
    _scan(visit)
    shoot("4-scanning")
    _until_result(visit)
    page.click("[data-testid=debug] summary")
    shoot("5-result-of-a-scan", full_page=True)
    page.click("[data-testid=debug] summary")
    visit.upload({"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"})
    shoot("6-error", full_page=True)
    page.set_input_files("[data-testid=upload]", [hand, hand])
    _until_result(visit)
    shoot("7-result-of-photos", full_page=True)
    page.click("[data-testid=close-result]")
    page.click("#camera-stop")
    shoot("8-camera-off")
    visit.context.close()
    return written


def _docs(browser, address):
    from tests.drawn_hand import drawn_photo

    hand = drawn_photo()
    written = []
    for scheme in ("light", "dark"):
        visit = _visit(browser, address, viewport=PHONE, color_scheme=scheme, device_scale_factor=1.5)
        _until_live(visit)
        written.append(_small(visit.page, DOCS / f"live-{scheme}.png"))
        _scan(visit)
        written.append(_small(visit.page, DOCS / f"scan-{scheme}.png"))
        _until_result(visit)
        written.append(_small(visit.page, DOCS / f"result-{scheme}.png"))
        visit.context.close()
    for form_factor, viewport in STORE_SIZES.items():
        # One pixel each: the manifest states the size in pixels of the file.
        visit = _visit(browser, address, viewport=viewport, color_scheme="light", device_scale_factor=1)
        _until_live(visit)
        visit.upload(hand)
        written.append(_small(visit.page, STORE / f"{form_factor}.png"))
        visit.context.close()
    return written


def _small(page, path):
    """A screenshot in few colours: these files are in the repository, and some on every phone."""
    from PIL import Image

    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path)
    with Image.open(path) as picture:
        reduced = picture.convert("RGB").quantize(COLOURS)
    reduced.save(path, optimize=True)
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
