"""What stands beside the figures: paired intervals, baselines, skin tone, the page and the cards."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from app.models import SHIPPED_MODELS
from tests.trainer.conftest import drawn
from tests.trainer.made_table import made_split, made_table
from trainer.data.dataset import read_dataset
from trainer.data.splits import leave_one_session_out, original_split
from trainer.estimator.head import NailTable
from trainer.evaluate.measures import all_figures, constant, mean_with_ci95, paired, permuted
from trainer.evaluate.skin_tone import ITA_BANDS, audit, band_of, by_skin_tone, ita_degrees, patients_ita
from trainer.evaluate.validation import OutOfFold, out_of_fold
from trainer.report import plots
from trainer.report.accuracy import accuracy_table, interval_table, paired_table, severity_table, skin_tone_table
from trainer.report.model_cards import detector_card, estimator_card
from trainer.report.page import Picture, Section, page_html
from trainer.report.plots import paired_errors
from trainer.report.recipes import comparison_tables
from trainer.report.tables import FigureTable
from trainer.steps.recipe_figures import measure_table
from trainer.sweep.baselines import COLOUR67, MEAN, MEDIAN, WORDS, board_table, measure_baselines, skin_table
from trainer.sweep.inputs import colour_table, nearest_skin, original_crop
from trainer.tools.progress import Progress


def folds_of(table: NailTable) -> list:
    days = sorted(set(table.session))
    return [(np.flatnonzero(table.session != day), np.flatnonzero(table.session == day)) for day in days]


def result_of(errors: np.ndarray, sessions: int = 10) -> OutOfFold:
    truth = np.linspace(7, 16, len(errors))
    return OutOfFold(truth, truth + errors, np.full(len(errors), 12.0), np.arange(len(errors)) % sessions)


def test_agreement_and_slope():
    errors = np.random.default_rng(0).normal(0.5, 2.0, 4000)
    found = all_figures(result_of(errors))
    low, high = found["limits_of_agreement"]
    assert low == pytest.approx(0.5 - 1.96 * 2, abs=0.15) and high == pytest.approx(0.5 + 1.96 * 2, abs=0.15)
    shrunk = result_of(np.zeros(50))
    half = replace(shrunk, predicted=12 + (shrunk.hb_g_dl - 12) / 2)
    assert all_figures(half)["calibration_slope"] == pytest.approx(2.0)
    assert all_figures(replace(shrunk, predicted=np.full(50, 12.0)))["calibration_slope"] is None


def test_paired_interval_is_of_the_difference():
    random = np.random.default_rng(1)
    worse = result_of(random.normal(0, 2, 300))
    better = replace(worse, predicted=worse.hb_g_dl + 0.8 * (worse.predicted - worse.hb_g_dl))
    found = paired(better, worse)
    assert found["mae_difference"] == pytest.approx(-0.2 * worse.errors.mean())
    assert found["ci95"][0] < found["mae_difference"] < found["ci95"][1] < 0
    with pytest.raises(ValueError, match="same patients"):
        paired(better, result_of(np.zeros(10)))


def test_comparison_tables_have_a_row_a_recipe_and_the_originals_figures():
    random = np.random.default_rng(1)
    worse = result_of(random.normal(0, 2, 300))
    better = replace(worse, predicted=worse.hb_g_dl + 0.8 * (worse.predicted - worse.hb_g_dl))
    figures = {}
    for name, result in (("ours", better), ("original-hybrid", worse)):
        entry = all_figures(result)
        figures[name] = {
            "words": f"what {name} is",
            "stand_in": "this stands in for that" if result is worse else None,
            "loso": entry,
            "grouped3": {"mae": 1.5, "mean_mae": 2.0},
            "original_split": {"val": entry, "test": entry},
            "half_width_g_dl": 2.5,
            "estimator_bytes": 400_000,
            "detector_bytes": None if result is worse else 1_900_000,
            "nail_ms": {"crops": 1.0, "network": 2.0},
        }
    figures["original-hybrid"]["paired"] = {
        **paired(better, worse),
        "half_width": mean_with_ci95(np.full(300, -0.25), worse.session),
        "time_ratio": {"mean": 0.5, "ci95": [0.4, 0.6]},
    }
    recipes, against = comparison_tables(figures)
    assert [row[0] for row in recipes.rows] == [row[0] for row in against.rows] == ["ours", "original-hybrid"]
    # The original's own CatBoost, on val and test.
    assert recipes.rows[0][-2:] == ("-", "-") and recipes.rows[1][-2:] == ("1.520", "1.305")
    assert any("this stands in for that" in note for note in recipes.notes)
    first, other = against.rows
    assert first[3] == "0.40 + 1.90" and other[3] == "0.40"
    assert other[1].startswith(f"{-0.2 * worse.errors.mean():+.3f} [-") and "-0.250 [-0.250, -0.250]" in other[2]
    assert other[4].endswith("0.50 [0.40, 0.60]")
    assert paired_errors(("ours", better), ("original-hybrid", worse)).startswith(b"\x89PNG")


def test_constants_see_the_training_part_only():
    table = made_table()
    for statistic in (np.mean, np.median):
        found = constant(table, folds_of(table), statistic)
        day = found.session == "day0"
        assert found.predicted[day] == pytest.approx(statistic(table.hb_g_dl[table.session != "day0"]))


def test_permuted_labels_leave_nothing_to_learn():
    table = permuted(made_table(features=3), 1)
    assert sorted(table.hb_g_dl) == sorted(made_table(features=3).hb_g_dl)
    assert all_figures(out_of_fold(table, folds_of(table), lambda: None))["skill"] < 0.1


def test_ita_of_known_skin():
    pale, dark = np.array([[[245, 225, 205]]], np.uint8), np.array([[[70, 45, 30]]], np.uint8)
    assert band_of(ita_degrees(pale)) in ("very light", "light")
    assert band_of(ita_degrees(dark)) == "dark"
    angles = [ita_degrees(np.array([[[level, level - 25, level - 45]]], np.uint8)) for level in range(60, 250, 10)]
    assert np.all(np.diff(angles) > 0)
    assert [band_of(angle) for angle in (60, 50, 30, 20, 0, -60)] == [name for name, _ in ITA_BANDS]


def test_every_skin_tone_has_its_row():
    result = result_of(np.ones(30))
    bands = by_skin_tone(result, np.repeat([60.0, 30.0, -50.0], [20, 9, 1]))
    assert [bands[name]["n"] for name, _ in ITA_BANDS] == [20, 0, 9, 0, 0, 1]
    assert bands["very light"]["ci95"] == pytest.approx([1.0, 1.0]) and bands["intermediate"]["ci95"] is None
    assert len(skin_tone_table(bands).rows) == len(ITA_BANDS)


def test_skin_tone_follows_its_patient(tmp_path):
    patients = read_dataset(drawn(tmp_path, 12, 4).write(), print)
    order = np.concatenate([held_out for _, held_out in leave_one_session_out(patients)])
    assert not np.array_equal(order, np.arange(12))
    hb_g_dl = np.array([patients[index].hb_g_dl for index in order])
    # Each patient's error is its own ITA, so that a band's error shows whose it is.
    ita = patients_ita(patients)[order]
    result = OutOfFold(hb_g_dl, hb_g_dl + ita, hb_g_dl, np.array([patients[index].session for index in order]))
    for name, band in audit(result, patients).items():
        if band["n"]:
            assert band_of(band["bias"]) == name
    with pytest.raises(ValueError, match="every patient"):
        audit(replace(result, hb_g_dl=hb_g_dl[::-1]), patients)


def test_skin_belongs_to_the_finger_at_its_height():
    nails = np.array([[0, 10, 20, 30], [0, 60, 20, 80], [0, 110, 20, 130.0]])
    skin = nails[[2, 0, 1]] + [100, 5, 100, 5]
    assert [nearest_skin(nail, skin) for nail in nails] == [1, 2, 0]


def test_baselines_on_drawn_patients(tmp_path):
    patients = read_dataset(drawn(tmp_path / "data", 24, 6).write(), print)
    progress = Progress()
    table = colour_table(patients, tmp_path / "cache", progress)
    assert np.array_equal(colour_table(patients, tmp_path / "cache", progress).features, table.features)
    split = original_split(patients)
    measured = measure_table(table, patients, split, progress)
    found = measure_baselines(table, measured.result, patients, split, 1, tmp_path / "cache", progress)
    assert set(found) == set(WORDS)
    again = measure_baselines(table, measured.result, patients, split, 1, tmp_path / "cache", progress)
    assert json.dumps(again) == json.dumps(found)
    difference = measured.entry["loso"]["mae"] - found[COLOUR67]["loso"]["mae"]
    assert found[COLOUR67]["paired"]["mae_difference"] == pytest.approx(difference)
    assert found[MEAN]["loso"]["auc11"] is None
    assert found[MEAN]["loso"]["mae"] == found[MEAN]["loso"]["mean_mae"]
    entries = {"shipped": measured.entry, **found}
    for made in (accuracy_table(entries), paired_table(entries), severity_table(entries)):
        assert all(len(row) == len(made.header) for row in made.rows)
    assert MEDIAN in {row[0] for row in accuracy_table(entries).rows}


def test_skin_and_board_have_no_nail(tmp_path):
    patients = read_dataset(drawn(tmp_path, 4, 4).write(), print)
    skin, board = skin_table(patients), board_table(patients)
    assert skin.features.shape == (12, 27) and board.features.shape == (4, 27)
    assert board.patient.tolist() == [0, 1, 2, 3]


def test_original_crop_is_a_square(tmp_path):
    from PIL import Image

    picture = Image.new("RGB", (60, 50), (9, 8, 7))
    for box in ([0, 0, 10, 30], [50, 40, 80, 70], [1, 1, 2, 2]):
        crop = original_crop(picture, np.array(box, float), 96)
        assert crop.shape == (96, 96, 3) and (crop == [9, 8, 7]).all()


def test_plots_are_pictures_and_repeat():
    result = result_of(np.random.default_rng(0).normal(size=60))
    bands = all_figures(result)["by_severity"]
    for draw in (
        lambda: plots.hb_histogram(result.hb_g_dl),
        lambda: plots.sessions(result.hb_g_dl, result.session),
        lambda: plots.predicted_against_truth(result),
        lambda: plots.agreement(result, [-2.0, 2.0]),
        lambda: plots.error_by_severity(bands),
        lambda: plots.coverage_by_session([3, 2], [1.0, 0.5], 0.9),
    ):
        png = draw()
        assert png.startswith(b"\x89PNG") and draw() == png


class Sources(HTMLParser):
    """Everything that a page would fetch, and how many rows it has."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.rows += tag == "tr"
        self.fetched += [value for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_nothing_beside_it_and_escapes():
    table = FigureTable("t", "A < B", ("x", "y"), (("<script>", "1"),), ("note & more",))
    section = Section("one", "One", ("words < words", table, Picture(b"\x89PNG", 'a "caption"')))
    html = page_html("Title", "Introduction", [section])
    assert "<script" not in html and "A &lt; B" in html and "note &amp; more" in html
    sources = Sources()
    sources.feed(html)
    assert sources.rows == 2
    assert all(source.startswith(("data:image/png;base64,", "#")) for source in sources.fetched)


def test_interval_table():
    table = interval_table(result_of(np.random.default_rng(0).normal(size=400)))
    assert table.rows[0][:2] == ("all patients", "400") and float(table.rows[0][2]) == pytest.approx(0.9, abs=0.04)


def test_cards_of_the_shipped_models():
    document = json.loads((SHIPPED_MODELS / "models.json").read_text())
    for name, card in (("detector", detector_card(document)), ("estimator", estimator_card(document))):
        assert document["data"]["doi"] in card and document[name]["sha256"] in card
        for heading in ("## Data", "## Weights", "## Metrics", "## Limits"):
            assert heading in card
    loso = document["estimator"]["metrics"]["loso"]
    assert f"{loso['mae']:.2f}" in estimator_card(document)
    assert document["detector"]["start_weights"] in detector_card(document)


def test_a_card_says_what_was_not_measured():
    document = json.loads((SHIPPED_MODELS / "models.json").read_text())
    document["estimator"]["metrics"] = {}
    document["detector"]["metrics"] = {}
    document["interval"].pop("metrics", None)
    assert "not measured" in estimator_card(document).lower() and "not measured" in detector_card(document)


def test_seed_67_is_the_originals_way_with_another_draw(tmp_path):
    patients = read_dataset(drawn(tmp_path, 24, 8).write(), print)
    first, other = original_split(patients), original_split(patients, 67)
    assert first.test.tolist() != other.test.tolist()
    sessions = np.array([person.session for person in patients])
    assert not set(sessions[other.train]) & set(sessions[other.test])


def test_made_split_keeps_sessions_apart():
    table = made_table()
    split = made_split(table)
    assert not set(table.session[split.train]) & (set(table.session[split.val]) | set(table.session[split.test]))
