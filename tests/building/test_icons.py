"""The icons are what a browser draws from their drawings, and the page has what a phone needs to install it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageColor
from playwright.sync_api import Browser

from building import contents
from building.places import STATIC
from upkeep import icons

MANIFEST: dict[str, Any] = json.loads((STATIC / "manifest.webmanifest").read_text("utf-8"))
MASKABLE = ("icons/maskable-192.png", "icons/maskable-512.png")
SHORTCUT_ICONS = [icon for shortcut in MANIFEST["shortcuts"] for icon in shortcut["icons"]]
SVG = "icon.svg"
GROUND, LENS, SKIN, NAIL = "#b3304a", "#8e2239", "#f3cbb9", "#fff4ee"
# The drawings' side, the radius of the ground's corners and of the rim, all in units of icon.svg.
GRID, CORNER, RIM = 64, 15, 23.25
# A platform may cut a maskable icon to any form that keeps this circle, given as a share of the side.
SAFE_RADIUS_SHARE = 0.4
# Another version of the browser may draw an edge otherwise, and no flat part of a picture.
EDGE_LEVELS, MEAN_LEVELS = 64, 1.0
# All of them are downloaded with the page and kept on the phone.
MOST_BYTES = 40_000


class Head(HTMLParser):
    """The meta and link elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "link":
            self.links.append(values)
        elif tag == "meta" and "name" in values:
            self.metas[values["name"]] = values["content"]


@pytest.fixture(scope="module")
def head() -> Head:
    return Head((STATIC / "index.html").read_text("utf-8"))


def stored(name: str) -> Image.Image:
    with Image.open(STATIC / name) as image:
        image.load()
        return image


def rgba(image: Image.Image) -> np.ndarray[Any, Any]:
    return np.asarray(image.convert("RGBA"))


def painted(image: Image.Image) -> np.ndarray[Any, Any]:
    """What is seen of each pixel on black, and how opaque it is: the colour of what is not opaque does not count."""
    pixels = rgba(image).astype(float)
    return np.concatenate([pixels[..., :3] * pixels[..., 3:] / 255, pixels[..., 3:]], axis=2)


def test_the_stored_icons_are_what_the_browser_draws_now(browser: Browser) -> None:
    for name, image in icons.drawn(browser):
        difference = np.abs(painted(stored(name)) - painted(image))
        assert difference.max() <= EDGE_LEVELS, f"{name}: run python3 upkeep.py icons"
        assert difference.mean() <= MEAN_LEVELS, f"{name}: run python3 upkeep.py icons"


def test_a_changed_drawing_is_noticed(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / SVG
    changed.write_text((STATIC / SVG).read_text("utf-8").replace('rx="15"', 'rx="12"'), "utf-8")
    name = "icons/any-512.png"
    monkeypatch.setattr(icons, "ICONS", {name: icons.Icon(changed, 512)})
    ((_, image),) = icons.drawn(browser)
    assert np.abs(painted(stored(name)) - painted(image)).max() > EDGE_LEVELS


def test_nothing_else_lies_among_the_icons() -> None:
    found = {path.relative_to(STATIC).as_posix() for path in (STATIC / "icons").iterdir()}
    assert found == set(icons.ICONS)
    assert sum((STATIC / name).stat().st_size for name in found) < MOST_BYTES


def test_drawing_twice_gives_the_same_bytes_and_leaves_nothing_beside(browser: Browser, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        icons.write(browser, tmp_path / folder)
    files = {path.relative_to(tmp_path / "one"): path for path in (tmp_path / "one").rglob("*") if path.is_file()}
    assert {path.as_posix() for path in files} == set(icons.ICONS)
    for name, path in files.items():
        assert path.read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("icon", [*MANIFEST["icons"], *SHORTCUT_ICONS], ids=lambda icon: icon["src"])
def test_an_icon_of_the_manifest_has_the_size_and_type_it_claims(icon: dict[str, str]) -> None:
    name = icon["src"].removeprefix("./")
    assert name in contents.static_files()
    if name == SVG:
        assert (icon["sizes"], icon["type"]) == ("any", "image/svg+xml")
        return
    image = stored(name)
    assert (image.format, icon["type"]) == ("PNG", "image/png")
    assert icon["sizes"] == f"{image.width}x{image.height}"


@pytest.mark.parametrize("name", [*MASKABLE, "icons/apple-touch-180.png"])
def test_what_a_platform_cuts_is_opaque_to_every_edge(name: str) -> None:
    image = stored(name)
    assert not image.has_transparency_data
    pixels = np.asarray(image.convert("RGB"))
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (edge == ImageColor.getrgb(GROUND)).all()


@pytest.mark.parametrize("name", [*MASKABLE, "icons/monochrome-512.png"])
def test_the_mark_stays_within_the_safe_zone_and_fills_it(name: str) -> None:
    pixels = rgba(stored(name))
    side_px = len(pixels)
    is_mark = (pixels != pixels[0, 0]).any(axis=2)
    # The farthest corner of each pixel from the middle of the icon.
    offsets_px = np.abs(np.arange(side_px) + 0.5 - side_px / 2) + 0.5
    radii_px = np.hypot(offsets_px[:, None], offsets_px[None, :])
    farthest_px = radii_px[is_mark].max()
    assert 0.95 * SAFE_RADIUS_SHARE * side_px < farthest_px <= SAFE_RADIUS_SHARE * side_px


def test_the_mark_is_in_the_middle_and_the_same_on_both_sides() -> None:
    pixels = rgba(stored("icons/maskable-512.png")).astype(int)
    # A few edge pixels may fall a shade otherwise on the other side, a form may not.
    difference = np.abs(pixels - pixels[:, ::-1]).max(axis=2)
    assert difference.max() <= EDGE_LEVELS
    assert (difference > 0).mean() < 0.005


def test_the_tile_is_see_through_outside_its_corners_alone() -> None:
    alpha = rgba(stored("icons/any-512.png"))[:, :, 3]
    assert alpha[0, 0] == alpha[0, -1] == alpha[-1, 0] == alpha[-1, -1] == 0
    assert (alpha[256] == 255).all() and (alpha[:, 256] == 255).all()
    # A square with round corners lacks (4 - pi) r^2 of its area.
    radius_share = CORNER / GRID
    assert alpha.mean() / 255 == pytest.approx(1 - (4 - np.pi) * radius_share**2, abs=1e-3)


def test_svg_and_png_have_the_same_colours() -> None:
    written = set(re.findall(r"#[0-9a-f]{6}", (STATIC / SVG).read_text("utf-8")))
    assert written == {GROUND, LENS, SKIN, NAIL}
    pixels = rgba(stored("icons/any-512.png")).reshape(-1, 4)
    colours, counts = np.unique(pixels[pixels[:, 3] == 255, :3], axis=0, return_counts=True)
    flat = {tuple(colour.tolist()) for colour in colours[counts > 0.02 * len(pixels)]}
    assert flat == {ImageColor.getrgb(colour) for colour in written}


def test_the_silhouette_is_one_colour_with_the_nail_left_open() -> None:
    pixels = rgba(stored("icons/monochrome-512.png"))
    assert (pixels[pixels[:, :, 3] > 0, :3] == 255).all()
    alpha = pixels[:, :, 3]
    nail_px, finger_px, rim_px = (round(y * 512 / GRID) for y in (27, 46, 32 - RIM))
    assert (alpha[nail_px, 256], alpha[finger_px, 256], alpha[rim_px, 256]) == (0, 255, 255)


def test_the_manifest_has_what_chromium_asks_of_an_installable_page() -> None:
    assert MANIFEST["name"] and len(MANIFEST["short_name"]) <= 12
    assert MANIFEST["display"] == "standalone"
    assert not MANIFEST.get("prefer_related_applications")
    for purpose in ("any", "maskable"):
        sizes = {icon["sizes"] for icon in MANIFEST["icons"] if icon["purpose"] == purpose}
        assert {"192x192", "512x512"} <= sizes


def test_the_manifest_fits_a_page_in_any_folder_of_a_host() -> None:
    assert MANIFEST["start_url"] == MANIFEST["scope"] == "./"
    # An id is read against the host, not the folder: any would be that of every copy that the host has. Without one
    # it is the start_url, which is read against the manifest.
    assert "id" not in MANIFEST
    assert [shortcut["url"] for shortcut in MANIFEST["shortcuts"]] == ["./?start=camera", "./?start=photo"]


def test_screenshots_of_the_manifest_are_there_in_the_size_they_claim() -> None:
    for shot in MANIFEST.get("screenshots", []):
        image = stored(shot["src"].removeprefix("./"))
        assert shot["sizes"] == f"{image.width}x{image.height}"
        assert (shot["form_factor"] == "narrow") == (image.width < image.height)
        # Chromium leaves out what is smaller, larger or longer than this.
        assert min(image.size) >= 320 and max(image.size) <= min(3840, 2.3 * min(image.size))
        assert shot["label"]


def test_the_head_names_icons_that_are_there(head: Head) -> None:
    for link in head.links:
        if link["rel"] in ("icon", "apple-touch-icon", "manifest"):
            assert (STATIC / link["href"]).is_file(), link["href"]
            if "x" in link.get("sizes", ""):
                image = stored(link["href"])
                assert link["sizes"] == f"{image.width}x{image.height}"
    assert {"icon", "apple-touch-icon", "manifest"} <= {link["rel"] for link in head.links}


def test_the_head_says_what_an_iphone_needs(head: Head) -> None:
    assert head.metas["apple-mobile-web-app-capable"] == head.metas["mobile-web-app-capable"] == "yes"
    names = {head.metas["application-name"], head.metas["apple-mobile-web-app-title"], MANIFEST["name"]}
    assert len(names) == 1
    # Any other style prints white on the light ground, or lays the page below the clock.
    assert head.metas["apple-mobile-web-app-status-bar-style"] == "default"
    assert head.metas["format-detection"] == "telephone=no"
