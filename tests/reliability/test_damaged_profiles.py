"""Whatever is done to a colour profile, it is followed or refused."""

import io

import numpy as np
import pytest
from PIL import Image

from app.core.errors import MeasureError
from app.core.pictures.icc import ProfileError, parse_profile
from app.core.pictures.photo import open_photo
from app.shared.codes import UNREADABLE_IMAGE
from tests.made_profiles import CMYK, GREY, PROFILES

LEVELS = np.random.default_rng(15).integers(0, 256, (8, 8, 4), dtype=np.uint8)
COLOURS = Image.fromarray(np.ascontiguousarray(LEVELS[..., :3]))
PICTURES = {1: COLOURS.convert("L"), 3: COLOURS, 4: Image.fromarray(LEVELS, "CMYK")}


@pytest.mark.parametrize("name", [*PROFILES, "ink", "grey"])
def test_a_profile_with_any_damage_is_followed_or_refused_never_another_error(name: str) -> None:
    profile = {"ink": CMYK, "grey": GREY, **PROFILES}[name]
    rng = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(profile)
        for place in rng.integers(0, min(len(damaged), 700), 4):
            damaged[place] = rng.integers(256)
        try:
            channels = parse_profile(bytes(damaged)).channels
        except ProfileError:
            continue
        photo = io.BytesIO()
        PICTURES[channels].save(photo, "TIFF", icc_profile=bytes(damaged))
        try:
            assert open_photo(photo.getvalue()).mode == "RGB"
        except MeasureError as error:
            assert error.code == UNREADABLE_IMAGE
