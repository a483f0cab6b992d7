"""Before a scan: which nails count is asked now and then, and at once where a nail is new."""

import asyncio

from app.core.scan.watch import LOOKS_UNTIL_ASKED, Watch
from app.shared.codes import NAIL_POLISH
from tests.unit.core.scan.test_frame_pairs import picture
from tests.unit.core.test_pipeline import NAIL_1, NAIL_2, instrument, tells


def looked(watch, pictures):
    async def run():
        return [await watch.look(each) for each in pictures]

    return asyncio.run(run())


def test_painted_nails_are_told_in_every_look_and_asked_about_now_and_then():
    measuring = tells([NAIL_1, NAIL_2], polish=[1, 1])
    seen = looked(Watch(measuring), [picture(seed) for seed in range(2 * LOOKS_UNTIL_ASKED)])
    assert all(each.reasons == [NAIL_POLISH] * 2 for each in seen)
    assert len(measuring.estimator.asked) == 2


def test_a_nail_that_was_not_there_before_is_asked_about_at_once():
    measuring = tells([NAIL_1, NAIL_2])
    watch = Watch(measuring)
    anchors = measuring.detector.anchors
    measuring.detector.anchors = [NAIL_1]
    looked(watch, [picture(0)])
    asked = len(measuring.estimator.asked)
    measuring.detector.anchors = anchors
    watch.follower.leave()
    looked(watch, [picture(1)])
    assert len(measuring.estimator.asked) == asked + 1


def test_models_without_likeness_are_not_asked():
    measuring = instrument([NAIL_1])
    (seen,) = looked(Watch(measuring), [picture(0)])
    assert seen.reasons == [None] and not measuring.estimator.asked
