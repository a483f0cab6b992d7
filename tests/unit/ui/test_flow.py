"""Where every event leads in every state: double presses, late answers and lost engines are cells of a table."""

import itertools

import pytest

from app.shared import messages
from app.ui import flow

# Where each event leads while the engine is ready; "." is the state it was, with or without something to do.
READY = """
                    booting    waiting    ready      scanning   measuring  result     error
engine-started      ready      measuring  .          .          .          .          .
engine-refused      error      error      error      .          error      .          .
engine-died         .          .          booting    .          .          .          .
engine-died-again   error      error      error      .          error      .          .
scan                .          .          scanning   .          .          .          .
disturbed           .          .          .          .          .          .          .
scan-read           .          .          .          result     .          .          .
scan-unread         .          .          .          error      .          .          .
scan-cancelled      .          .          .          ready      .          .          .
scan-broken         .          .          .          error      .          .          .
photos              measuring  measuring  measuring  .          .          measuring  measuring
photo-read          .          .          .          .          result     .          .
photo-unread        .          .          .          .          error      .          .
open-read           .          .          .          .          .          .          result
open-unread         .          .          .          .          .          error      .
cancel              .          .          .          .          ready      .          .
close               .          .          .          .          .          ready      ready
retake              .          .          .          .          .          ready      ready
again               .          .          .          .          .          .          ready
fault               error      error      .          error      error      .          .
"""
# What is different while it begins, or has failed.
NOT_READY = """
                    booting    waiting    ready      scanning   measuring  result     error
engine-died         .          .          .          .          .          .          .
engine-died-again   .          .          .          .          .          .          .
scan                .          .          .          .          .          .          .
scan-cancelled      .          .          .          booting    .          .          .
photos              waiting    .          waiting    .          waiting    waiting    waiting
cancel              .          .          .          .          booting    .          .
close               .          .          .          .          .          booting    booting
retake              .          .          .          .          .          booting    booting
again               .          .          .          .          .          .          booting
"""


def cells(table):
    head, *rows = table.strip("\n").splitlines()
    states = head.split()
    return {
        (state, line.split()[0]): cell for line in rows for state, cell in zip(states, line.split()[1:], strict=True)
    }


LEADS = {
    messages.ENGINE_READY: cells(READY),
    messages.ENGINE_LOADING: cells(READY) | cells(NOT_READY),
    messages.ENGINE_FAILED: cells(READY) | cells(NOT_READY),
}
ALL = list(itertools.product(flow.STATES, flow.ENGINES, (False, True), flow.EVENTS))


def flow_in(state, engine, died=False):
    made = flow.Flow()
    made.state, made.engine, made.died = state, engine, died
    return made


@pytest.mark.parametrize("engine", flow.ENGINES)
@pytest.mark.parametrize("state", flow.STATES)
def test_every_event_leads_where_the_table_says(state, engine):
    for event in flow.EVENTS:
        screen = flow_in(state, engine)
        screen.happens(event)
        wanted = LEADS[engine][state, event]
        assert screen.state == (state if wanted == "." else wanted), event


def test_the_table_has_every_pair():
    pairs = set(itertools.product(flow.STATES, {*flow.EVENTS, flow.ENGINE_DIED_AGAIN}))
    assert all(set(leads) == pairs for leads in LEADS.values())


def test_an_engine_that_dies_twice_without_a_reading_is_not_begun_a_third_time():
    for state in flow.STATES:
        screen = flow_in(state, messages.ENGINE_READY, died=True)
        assert flow.BEGIN_ENGINE not in screen.happens(flow.ENGINE_DIED)
        wanted = LEADS[messages.ENGINE_READY][state, flow.ENGINE_DIED_AGAIN]
        assert screen.state == (state if wanted == "." else wanted)
        assert screen.engine == messages.ENGINE_FAILED


def test_after_a_reading_it_is():
    screen = flow_in(flow.STATE_MEASURING, messages.ENGINE_READY, died=True)
    screen.happens(flow.PHOTO_READ)
    assert flow.BEGIN_ENGINE in screen.happens(flow.ENGINE_DIED)


@pytest.mark.parametrize("event", [flow.SCAN, flow.CANCEL, flow.CLOSE, flow.RETAKE, flow.AGAIN])
def test_a_second_press_begins_nothing(event):
    begins = {flow.BEGIN_ENGINE, flow.BEGIN_SCAN, flow.MEASURE_PHOTOS, flow.PICK_AGAIN}
    for state, engine in itertools.product(flow.STATES, flow.ENGINES):
        screen = flow_in(state, engine)
        if screen.happens(event):
            assert not begins & set(screen.happens(event))


def test_the_engine_is_begun_only_where_there_is_none():
    for state, engine, died, event in ALL:
        if flow.BEGIN_ENGINE in flow_in(state, engine, died).happens(event):
            assert engine == messages.ENGINE_FAILED or event == flow.ENGINE_DIED


def test_nothing_is_measured_without_an_engine():
    for state, engine, died, event in ALL:
        screen = flow_in(state, engine, died)
        actions = screen.happens(event)
        if {flow.MEASURE_PHOTOS, flow.BEGIN_SCAN} & set(actions):
            assert screen.engine == messages.ENGINE_READY


def test_whoever_sees_a_state_that_goes_on_has_something_going_on():
    """A scan or a measurement begins with its action; where photos only wait, an engine is on its way."""
    for state, engine, died, event in ALL:
        screen = flow_in(state, engine, died)
        actions = screen.happens(event)
        if screen.state != state and screen.state in (flow.STATE_SCANNING, flow.STATE_MEASURING):
            assert flow.BEGIN_SCAN in actions or flow.MEASURE_PHOTOS in actions
        if screen.state != state and screen.state == flow.STATE_WAITING:
            assert screen.engine == messages.ENGINE_LOADING


def test_every_state_has_a_way_to_ready_by_the_person_or_by_what_is_going_on():
    # What ends by itself, and what a person can press.
    ends = {
        flow.STATE_BOOTING: (flow.ENGINE_STARTED, flow.ENGINE_REFUSED),
        flow.STATE_WAITING: (flow.ENGINE_STARTED, flow.ENGINE_REFUSED),
        flow.STATE_SCANNING: (flow.SCAN_READ, flow.SCAN_UNREAD, flow.SCAN_CANCELLED, flow.SCAN_BROKEN),
        flow.STATE_MEASURING: (flow.PHOTO_READ, flow.PHOTO_UNREAD, flow.CANCEL),
        flow.STATE_RESULT: (flow.CLOSE,),
        flow.STATE_ERROR: (flow.AGAIN,),
        flow.STATE_READY: (),
    }
    for start, engine in itertools.product(flow.STATES, flow.ENGINES):
        if (start, engine) == (flow.STATE_READY, messages.ENGINE_LOADING):
            continue
        waiting, seen = [(start, engine)], set()
        while waiting:
            state, now = waiting.pop()
            seen.add((state, now))
            for event in ends[state]:
                screen = flow_in(state, now)
                screen.happens(event)
                if (screen.state, screen.engine) not in seen:
                    waiting.append((screen.state, screen.engine))
        assert any(state == flow.STATE_READY for state, _engine in seen), (start, engine)


def test_every_row_is_of_known_names_and_is_reached():
    for event, states, engines, leads_to, actions in flow.ROWS:
        assert event in {*flow.EVENTS, flow.ENGINE_DIED_AGAIN}
        assert set(states) <= set(flow.STATES) and set(engines) <= set(flow.ENGINES)
        assert leads_to in {*flow.STATES, flow.SAME, flow.START} and set(actions) <= set(flow.ACTIONS)
    first = {
        next(
            (
                number
                for number, row in enumerate(flow.ROWS)
                if row[0] == event and state in row[1] and engine in row[2]
            ),
            None,
        )
        for state, engine, event in itertools.product(flow.STATES, flow.ENGINES, {*flow.EVENTS, flow.ENGINE_DIED_AGAIN})
    }
    assert set(range(len(flow.ROWS))) <= first


def test_the_page_calls_waiting_photos_booting():
    assert {flow_in(state, messages.ENGINE_LOADING).shown_state() for state in flow.STATES} == {
        messages.STATE_BOOTING,
        messages.STATE_READY,
        messages.STATE_SCANNING,
        messages.STATE_MEASURING,
        messages.STATE_RESULT,
        messages.STATE_ERROR,
    }
