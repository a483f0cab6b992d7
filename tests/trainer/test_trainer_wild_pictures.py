"""Training pictures: labels lie on nails, what is unknown is masked, and the masked loss judges nothing there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.core.arrays import FloatArray
from trainer.data.outlines import affine_about, box_of, moved, rounded_outline
from trainer.pictures.fingers import Finger, cut_fingers
from trainer.pictures.other_background import on_another_background
from trainer.pictures.scenes import NAIL, SKIN, Photo, Scene, known_anchors, photo_levels
from trainer.pictures.wild import Material, Pictures, collate

SIDE_PX = 320
NONE = np.zeros((0, 4))
NAIL_COLOUR = (250, 10, 200)


def photo(nails: list[FloatArray], skin_known: bool, ignore: FloatArray = NONE) -> Photo:
    """A grey photograph of 400x300 whose nails have a colour that nothing else has."""
    import cv2

    pixels = np.full((300, 400, 3), 90, dtype=np.uint8)
    outlines = tuple(rounded_outline(np.array(nail, dtype=float)) for nail in nails)
    for outline in outlines:
        cv2.fillConvexPoly(pixels, outline.round().astype(np.int32), NAIL_COLOUR)
    return Photo(photo_levels(pixels), outlines, (), ignore, skin_known)


def coloured(picture: np.ndarray, tolerance: int = 60) -> FloatArray:
    """The box around the pixels of the nails' colour."""
    rows, columns = np.nonzero(np.abs(picture.astype(int) - NAIL_COLOUR).max(axis=2) < tolerance)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], dtype=float)


@pytest.mark.parametrize("angle_rad", [0.0, 0.7, np.pi / 2, 2.5, np.pi])
@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("scale", [0.35, 1.0, 2.0])
def test_a_turned_nail_has_the_box_of_the_nail(angle_rad: float, mirror: bool, scale: float) -> None:
    scene = Scene.empty(SIDE_PX)
    source = photo([[150, 120, 210, 160]], skin_known=False)
    scene.show(source, affine_about(np.array([180.0, 140.0]), np.array([150.0, 170.0]), scale, angle_rad, mirror))
    classes, boxes = scene.boxes()
    assert classes.tolist() == [NAIL]
    # The drawn nail is whole pixels of the photograph, each `scale` wide.
    assert np.abs(boxes[0] - coloured(scene.picture)).max() <= 1.5 + scale


def finger() -> Finger:
    """A finger of 120x40 pixels with the nail at its left end."""
    import cv2

    rgba = np.full((40, 120, 4), 160, dtype=np.uint8)
    rgba[..., 3] = 255
    nail, skin = (rounded_outline(np.array(box, dtype=float)) for box in ([4, 6, 36, 34], [60, 8, 90, 32]))
    painted = rgba[..., :3].copy()
    cv2.fillConvexPoly(painted, nail.round().astype(np.int32), NAIL_COLOUR)
    rgba[..., :3] = painted
    return Finger(rgba, nail, skin, 30.0)


@pytest.mark.parametrize("angle_rad", [0.0, 1.0, 4.0])
def test_a_pasted_fingers_labels_lie_on_it(angle_rad: float) -> None:
    scene = Scene.empty(SIDE_PX)
    scene.paste(finger(), affine_about(np.array([20.0, 20.0]), np.array([160.0, 160.0]), 1.5, angle_rad, False))
    classes, boxes = scene.boxes()
    assert classes.tolist() == [NAIL, SKIN]
    assert np.abs(boxes[0] - coloured(scene.picture)).max() <= 2.0


def test_a_covered_nail_is_no_nail_and_a_half_covered_one_is_unknown() -> None:
    source = photo([[40, 40, 80, 80], [40, 200, 80, 240]], skin_known=True)
    scene = Scene.empty(SIDE_PX)
    scene.show(source, affine_about(np.zeros(2), np.zeros(2), 1.0, 0.0, False))
    bare = Finger(np.full((60, 60, 4), 255, dtype=np.uint8), finger().nail + 200.0, None, 30.0)
    scene.paste(bare, np.array([[1.0, 0, 30], [0, 1.0, 30]]))
    scene.paste(bare, np.array([[1.0, 0, 56], [0, 1.0, 190]]))
    nails = [box for class_id, box in zip(*scene.boxes(), strict=True) if class_id == NAIL and box[0] < 100]
    assert not nails
    assert scene.unknown[200:240, 40:80, NAIL].all() and not scene.unknown[45:75, 45:75, NAIL].any()


def test_exactly_the_right_anchors_are_unknown() -> None:
    region = np.array([[200.0, 0.0, 280.0, 80.0]])
    source = photo([[150, 120, 210, 160]], skin_known=False, ignore=region)
    scene = Scene.empty(SIDE_PX)
    scene.show(source, affine_about(np.zeros(2), np.zeros(2), 1.0, 0.0, False), (0, 0, 240, 320))
    known = known_anchors(scene)
    assert known.shape == (2100, 2)
    place = 0
    for stride in (8, 16, 32):
        for y in range(stride // 2, SIDE_PX, stride):
            for x in range(stride // 2, SIDE_PX, stride):
                inside = x < 240 and y < 300
                in_region = inside and 200 <= x <= 280 and y <= 80
                if y == 300:
                    # On the photograph's very edge.
                    place += 1
                    continue
                assert known[place, SKIN] == (not inside), (x, y)
                assert known[place, NAIL] == (not in_region), (x, y)
                place += 1


def test_a_labelled_nail_is_known_inside_an_ignored_region() -> None:
    source = photo([[150, 120, 210, 160]], skin_known=True, ignore=np.array([[100.0, 80.0, 300.0, 250.0]]))
    scene = Scene.empty(SIDE_PX)
    scene.show(source, affine_about(np.zeros(2), np.zeros(2), 1.0, 0.0, False))
    known = known_anchors(scene)[:1600].reshape(40, 40, 2)
    assert known[140 // 8, 180 // 8, NAIL] and not known[200 // 8, 180 // 8, NAIL]


def material() -> Material:
    board = photo([[150, 120, 210, 160], [150, 180, 200, 220]], skin_known=True)
    wild = photo([[50, 60, 80, 90]], skin_known=False)
    return Material((board,), ((finger(),),), (wild,))


def test_the_same_number_gives_the_same_picture() -> None:
    first, second = Pictures(material(), 40, SIDE_PX, seed=3), Pictures(material(), 40, SIDE_PX, seed=3)
    for index in range(40):
        for ours, theirs in zip(first[index], second[index], strict=True):
            assert np.array_equal(ours, theirs)
        picture, classes, boxes, known = first[index]
        assert picture.shape == (SIDE_PX, SIDE_PX, 3) and known.shape == (2100, 2)
        assert len(classes) == len(boxes) and ((boxes >= 0) & (boxes <= SIDE_PX)).all()
    assert not np.array_equal(Pictures(material(), 40, SIDE_PX, seed=4)[0][0], first[0][0])


def test_there_are_pictures_without_ordinary_photographs_and_fingers() -> None:
    pictures = Pictures(Material(material().board, (), ()), 20, SIDE_PX, seed=0)
    assert {"wild", "fingers"}.isdisjoint(pictures.kinds)
    assert all(pictures[index][0].any() for index in range(20))


def test_fingers_are_cut_along_their_edge() -> None:
    pixels = np.full((300, 400, 3), (225, 232, 235), dtype=np.uint8)
    pixels[100:160, 120:400] = (200, 140, 120)
    nail, skin = np.array([[125.0, 108, 175, 152]]), np.array([[240.0, 110, 290, 150]])
    (cut,) = cut_fingers(pixels, nail, skin)
    opaque = cut.rgba[..., 3] > 200
    assert (cut.rgba[opaque][:, :3] == (200, 140, 120)).mean() > 0.98
    assert box_of(cut.nail)[2] - box_of(cut.nail)[0] == pytest.approx(50.0)
    assert cut.skin is not None
    centre = box_of(moved(cut.skin, np.array([[1.0, 0, 0], [0, 1.0, 0]]))).reshape(2, 2).mean(axis=0)
    assert opaque[int(centre[1]), int(centre[0])]


def test_a_finger_that_cannot_be_told_from_the_board_is_left_out() -> None:
    pixels = np.full((300, 400, 3), 230, dtype=np.uint8)
    assert not cut_fingers(pixels, np.array([[125.0, 108, 175, 152]]), np.array([[240.0, 110, 290, 150]]))


@pytest.mark.parametrize("board", [(225, 232, 235), (205, 145, 125)], ids=["told from the board", "not told"])
def test_another_background_leaves_the_finger_and_nothing_else(board: tuple[int, int, int]) -> None:
    pixels = np.full((300, 400, 3), board, dtype=np.uint8)
    pixels[100:160, 120:400] = (200, 140, 120)
    nail, skin = np.array([[125.0, 108, 175, 152]]), np.array([[240.0, 110, 290, 150]])
    seen = np.asarray(on_another_background(Image.fromarray(pixels), nail, skin, np.random.default_rng(1)))
    assert (seen[125:135, 130:265] == (200, 140, 120)).all()
    for place in (np.s_[:90], np.s_[170:], np.s_[:, :110]):
        assert (seen[place] == board).all(axis=-1).mean() < 0.05
    assert np.ptp(seen[170:].reshape(-1, 3), axis=0).max() > 10


def test_the_masked_loss_teaches_nothing_where_nothing_is_known() -> None:
    torch = pytest.importorskip("torch")
    from trainer.detector.masked_loss import MaskedLoss, new_network

    torch.manual_seed(0)
    network = new_network().train()
    pictures = Pictures(material(), 2, SIDE_PX, seed=1)
    batch = collate([pictures[0], pictures[1]])
    found = network(batch["img"].float() / 255.0)
    found["scores"].retain_grad()
    batch["known"] = torch.rand(batch["known"].shape, generator=torch.Generator().manual_seed(1)) < 0.5
    MaskedLoss(network)(found, batch).backward()
    learned = found["scores"].grad.permute(0, 2, 1) != 0
    assert torch.equal(learned, batch["known"])
    with pytest.raises(ValueError, match="known has shape"):
        MaskedLoss(network)(found, {**batch, "known": batch["known"][:, :5]})


def test_a_training_stops_goes_on_and_is_not_mistaken_for_another(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    import io

    from rich.console import Console

    from app.runtime.native import NativeNetwork
    from trainer.data.dataset import DataError
    from trainer.detector.export import export_detector
    from trainer.detector.training import Recipe, train
    from trainer.tools.progress import Progress

    progress = Progress(Console(file=io.StringIO()))
    recipe = Recipe(steps=2, learning_rate=0.001, warmup_steps=1, batch=2)
    checkpoint = train(tmp_path / "run", "training", material(), "data", recipe, None, progress)
    assert train(tmp_path / "run", "training", material(), "data", recipe, None, progress) == checkpoint
    with pytest.raises(DataError, match="another data"):
        train(tmp_path / "run", "training", material(), "other", recipe, None, progress)
    shipped = export_detector(checkpoint)
    model = shipped.SerializeToString()
    output = NativeNetwork(model).run_now({"images": np.zeros((1, 3, SIDE_PX, SIDE_PX), dtype=np.float32)})
    assert output["output0"].shape == (1, 6, 2100) and len(model) < 2_000_000
