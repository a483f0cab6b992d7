"""`python -m app`: the shipped networks at a terminal, and the promises other tools rely on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.__main__ import main
from app.core.typical import typical_of_nails
from app.models import SHIPPED_MODELS
from app.shared import codes
from tests.children import run_here
from tests.drawn_hand import BOARD, draw_hand
from tests.real_photos import DATASET, best_iou, needs_real_photos, patients

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    command = [sys.executable, "-m", "app", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "hand.png"
    draw_hand().picture.save(path)
    return path


def test_json_keeps_the_contract(hand):
    finished = run(hand, "--json")
    assert finished.returncode == 0, finished.stderr
    (reading,) = [json.loads(line) for line in finished.stdout.splitlines()]
    low, high = reading["interval_g_dl"]
    assert low < reading["hb_g_dl"] < high
    assert isinstance(reading["narrower_than_no_photo"], bool)
    assert reading["coverage"] == 0.9
    assert set(reading["severity"]) == {"group", "table", "label", "set"}
    assert reading["severity"]["label"] in reading["severity"]["set"]
    assert reading["hb_g_dl"] == pytest.approx(
        typical_of_nails([nail["hb_g_dl"] for nail in reading["nails"]]), abs=1e-3
    )
    assert len(reading["nails"]) == 3
    for nail in reading["nails"]:
        assert set(nail) == {"box", "confidence", "hb_g_dl", "used", "reason"}
        assert nail["used"] is True and nail["reason"] is None
        assert best_iou(nail["box"], draw_hand().nail_boxes) > 0.5
    for patch in reading["skin"]:
        assert set(patch) == {"box", "confidence"}
    assert set(reading["models"]) == {"detector", "estimator"}
    assert "quality" in reading


def test_words_for_a_person(hand):
    finished = run(hand)
    assert finished.returncode == 0
    assert "g/dL" in finished.stdout and "nail 3" in finished.stdout
    assert "white paper" in finished.stdout
    assert "Not a medical device" in finished.stdout


def test_one_object_a_photo_and_status_3_when_one_has_no_reading(hand, tmp_path):
    board, letter = tmp_path / "board.png", tmp_path / "letter.jpg"
    Image.new("RGB", (640, 480), (200, 210, 214)).save(board)
    letter.write_text("not a photo")
    finished = run(board, hand, letter, tmp_path / "nowhere.jpg", "--json")
    assert finished.returncode == 3
    outcomes = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [Path(outcome["photo"]).name for outcome in outcomes] == [
        "board.png",
        "hand.png",
        "letter.jpg",
        "nowhere.jpg",
    ]
    found = [outcome.get("error", {}).get("code") for outcome in outcomes]
    assert found == [codes.NO_NAIL, None, codes.UNREADABLE_IMAGE, codes.UNREADABLE_IMAGE]
    assert all(outcome["error"]["message"] for outcome in outcomes if "error" in outcome)
    assert "Traceback" not in finished.stderr


def test_a_hand_at_arms_length_is_looked_at_from_near(tmp_path):
    # Its nails are 8 px wide on the detector's square, which finds two of them at the first look.
    near = draw_hand()
    scene = Image.new("RGB", (1800, 1350), BOARD)
    scene.paste(near.picture, (1000, 375))
    photo = tmp_path / "far.png"
    scene.save(photo)
    nails = json.loads(run_here(main, photo, "--json").stdout)["nails"]
    drawn = np.array(near.nail_boxes) + np.tile([1000, 375], 2)
    assert len(nails) == 3
    assert all(best_iou(nail["box"], drawn) > 0.6 for nail in nails)


def test_a_photo_that_lies_on_its_side_or_in_a_mirror_reads_the_same(hand, tmp_path):
    picture = Image.open(hand)
    photos = [hand]
    for way in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_LEFT_RIGHT):
        photos.append(tmp_path / f"{way.name}.png")
        picture.transpose(way).save(photos[-1])
    values = [json.loads(line)["hb_g_dl"] for line in run_here(main, *photos, "--json").stdout.splitlines()]
    assert len(values) == 4
    assert values == pytest.approx([values[0]] * 4, abs=0.1)


def test_a_group_elevation_and_smoking_change_the_class_and_say_how(hand):
    (plain,) = [json.loads(line) for line in run_here(main, hand, "--json").stdout.splitlines()]
    of_whom = ("--group", "woman", "--elevation", "2400", "--smoking", "under_10")
    (read,) = [json.loads(line) for line in run_here(main, hand, "--json", *of_whom).stdout.splitlines()]
    assert read["hb_g_dl"] == plain["hb_g_dl"] and read["interval_g_dl"] == plain["interval_g_dl"]
    assert (read["severity"]["group"], read["severity"]["table"]) == ("woman", "who-2024")
    assert read["comparison"]["limits_g_dl"] == [8, 11, 12]
    assert read["comparison"]["adjusted_g_dl"] == pytest.approx(plain["hb_g_dl"] - 1.7, abs=1e-3)
    assert "WHO 2024" in run_here(main, hand, *of_whom).stdout
    unknown = run_here(main, hand, "--elevation", "6000")
    assert unknown.returncode == 2 and "4999" in unknown.stderr


def test_usage_errors_exit_2(hand):
    assert run().returncode == 2
    assert run_here(main, hand, "--group", "adult").returncode == 2
    assert run_here(main, hand, "--no-such-option").returncode == 2
    assert run_here(main, "--help").returncode == 0


@pytest.mark.parametrize("spoil", ["missing folder", "missing network", "other network", "broken json"])
def test_models_that_cannot_be_used_are_said(hand, tmp_path, spoil):
    folder = tmp_path / "models"
    if spoil != "missing folder":
        shutil.copytree(SHIPPED_MODELS, folder)
    if spoil == "missing network":
        (folder / "detector.onnx").unlink()
    if spoil == "other network":
        (folder / "estimator.onnx").write_bytes((folder / "estimator.onnx").read_bytes()[:-1])
    if spoil == "broken json":
        (folder / "models.json").write_text("{")
    finished = run_here(main, hand, "--json", "--models", folder)
    assert finished.returncode == 3
    assert json.loads(finished.stdout)["error"]["code"] == codes.MODEL_UNAVAILABLE
    assert finished.stderr == ""


@needs_real_photos
@pytest.mark.parametrize("patient_id", ["14", "54", "208"])
def test_the_nails_of_real_photographs_are_found_where_they_are(patient_id):
    finished = run_here(main, DATASET / "photo" / f"{patient_id}.jpg", "--json")
    assert finished.returncode == 0
    boxes = [nail["box"] for nail in json.loads(finished.stdout)["nails"]]
    annotated = patients()[patient_id].nail_boxes
    # The little finger's is annotated nowhere.
    assert len(annotated) == 3 <= len(boxes) <= 4
    assert all(best_iou(box, boxes) > 0.5 for box in annotated)
