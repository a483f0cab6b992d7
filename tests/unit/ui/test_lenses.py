"""Of several cameras the main rear one comes first, in the words of any phone, and every other can be reached."""

import pytest

from app.ui.camera.lenses import FRONT, REAR, after, facing_of, find, in_order, main_rear

APPLE = ["Front Camera", "Back Dual Wide Camera", "Back Ultra Wide Camera", "Back Camera", "Back Telephoto Camera"]
GERMAN = ["Frontkamera", "Duale Rückkamera mit Weitwinkel", "Ultra-Weitwinkel-Rückkamera", "Rückkamera"]
ANDROID = [f"camera2 {number}, facing {way}" for number, way in ((1, "front"), (2, "back"), (3, "back"), (0, "back"))]
DESKTOP = ["HD Webcam (046d:0825)", "OBS Virtual Camera"]


def cameras(labels):
    return [{"id": f"id{place}", "label": label, "facing": facing_of(label, [])} for place, label in enumerate(labels)]


@pytest.mark.parametrize(
    "labels, main",
    [(APPLE, "Back Camera"), (GERMAN, "Rückkamera"), (ANDROID, "camera2 0, facing back"), (DESKTOP, None), ([], None)],
)
def test_the_main_rear_camera_is_found(labels, main):
    found = main_rear(cameras(labels))
    assert (found and found["label"]) == main


@pytest.mark.parametrize("labels", [APPLE, GERMAN, ANDROID, DESKTOP])
def test_every_camera_is_reached_and_the_order_is_a_ring(labels):
    listed = cameras(labels)
    reached, current = [], in_order(listed)[0]["id"]
    for _ in listed:
        current = after(listed, current)["id"]
        reached.append(current)
    assert sorted(reached) == sorted(camera["id"] for camera in listed)
    assert after(listed, "gone")["id"] == in_order(listed)[0]["id"]


def test_one_camera_or_cameras_without_names_have_no_other():
    assert after(cameras(DESKTOP[:1]), "id0") is None
    nameless = [{"id": "", "label": "", "facing": None}] * 3
    assert after(nameless, "") is None and main_rear(nameless) is None and find(nameless, "", "") is None


def test_what_the_browser_says_of_a_camera_counts_before_its_label():
    assert facing_of("カメラ", [REAR]) == REAR
    assert facing_of("Back Camera", [FRONT]) == FRONT
    assert facing_of("カメラ", ["left"]) is None


def test_a_chosen_camera_is_found_again_by_its_id_else_by_its_name():
    listed = cameras(ANDROID)
    assert find(listed, "id2", "camera2 0, facing back")["id"] == "id2"
    assert find(listed, "another", "camera2 0, facing back")["id"] == "id3"
    assert find(listed, "another", "gone") is None
