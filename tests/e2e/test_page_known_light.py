"""A hand on white paper, filmed under three lights, reads the same: the paper shows what the light is.

A real photograph where the data set is present, whose board is white; else the drawn hand.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from app.core.pictures.linear import linear_to_srgb, srgb_to_linear
from app.shared import codes
from tests.browser import PATIENCE_MS, Host, Visit, launched_browser
from tests.browser_kinds import listen
from tests.drawn_hand import PAPER, draw_hand
from tests.film import SIZE, fitted, write_film
from tests.real_photos import DATASET

REAL_PHOTO = DATASET / "photo" / "54.jpg"
# Red, green and blue of the light, linear, against that of the picture, whose board is nearly blown out: all darker.
LIGHTS = {"day": (0.8, 0.8, 0.8), "lamp": (0.8, 0.68, 0.52), "sky": (0.4, 0.44, 0.5)}
MOST_APART_G_DL = 0.2


def hand_picture() -> Image.Image:
    if REAL_PHOTO.is_file():
        return fitted(ImageOps.exif_transpose(Image.open(REAL_PHOTO)).convert("RGB"), SIZE)
    return fitted(draw_hand(board=PAPER).picture, SIZE)


def under(light: str, picture: Image.Image) -> Image.Image:
    linear = srgb_to_linear(np.asarray(picture) / 255) * LIGHTS[light]
    return Image.fromarray(np.rint(255 * linear_to_srgb(np.clip(linear, 0, 1))).astype(np.uint8))


def scanned_g_dl(chromium: str, address: str, film: Path) -> float:
    with launched_browser(chromium, film) as browser:
        context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
        visit = Visit(context.new_page(), context, address)
        listen(visit)
        page = visit.page
        visit.open_unhurried()
        page.wait_for_selector("#start:not([hidden])")
        page.uncheck("#auto-capture")
        visit.wait_for_engine()
        page.wait_for_selector(
            f"[data-testid=reference][data-reference={codes.REFERENCE_OK}]:visible", timeout=PATIENCE_MS
        )
        page.click("[data-testid=capture]")
        page.wait_for_selector("body[data-state=result], body[data-state=error]", timeout=PATIENCE_MS)
        value: float = visit.reading()["hb_g_dl"]
        assert page.is_visible(f"[data-testid=reference][data-reference={codes.REFERENCE_OK}]")
        assert not visit.console_errors
    return value


def test_three_lights_read_the_same(chromium: str, host: Host, tmp_path: Path) -> None:
    films = [
        write_film(tmp_path / f"{number}.y4m", [under(light, hand_picture())]) for number, light in enumerate(LIGHTS)
    ]
    values = [scanned_g_dl(chromium, host.address, film) for film in films]
    # The page shows one decimal.
    assert max(values) - min(values) == pytest.approx(0, abs=MOST_APART_G_DL + 1e-9), dict(
        zip(LIGHTS, values, strict=True)
    )
