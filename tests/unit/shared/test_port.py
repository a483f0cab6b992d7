"""Messages between screen and engine: what was sent is what comes, and nothing else is taken for one."""

import json

import pytest

from app.shared import port
from app.shared.port import Answer, Call, PortError, Progress, Sign, message

GIVEN = {bool: True, list: [1.5, 2, 3, 4]}


@pytest.mark.parametrize("name", port.ARGUMENTS)
def test_every_call_arrives_as_it_was_sent(name):
    arguments = {argument: GIVEN[kind] for argument, kind in port.ARGUMENTS[name].items()}
    heard = message(Call(7, name, arguments).text())
    assert isinstance(heard, Call)
    assert (heard.number, heard.name, heard.arguments) == (7, name, arguments)


@pytest.mark.parametrize("said", [Answer(3, {"error": {"code": "no_nail", "message": "µ"}}), Progress("python", 1, 2)])
def test_answers_and_progress_arrive_as_they_were_sent(said):
    heard = message(said.text())
    assert type(heard) is type(said)
    assert vars(heard) == vars(said)


@pytest.mark.parametrize("sign", port.SIGNS)
def test_signs_arrive(sign):
    assert message(Sign(sign).text()).sign == sign


@pytest.mark.parametrize(
    "name, arguments, why",
    [
        ("measure", {}, "there is no call measure"),
        (port.LOOK, {"mirror": True}, "look takes nothing"),
        (port.MEASURE_PHOTO, {}, "measure_photo takes mirror"),
        (port.SCAN_BEGIN, {"mirror": "yes"}, "scan_begin: mirror is no bool"),
        (port.SCAN_FRAME, {"guide": None}, "scan_frame: guide is no list"),
    ],
)
def test_a_call_that_the_other_side_does_not_know_is_not_sent(name, arguments, why):
    with pytest.raises(PortError, match=why):
        Call(1, name, arguments)
    with pytest.raises(PortError, match=why):
        message(json.dumps({"number": 1, "call": name, "arguments": arguments}))


@pytest.mark.parametrize(
    "text", ["", "{", "7", "null", "[]", "{}", '{"call": "look"}', '{"sign": "tired"}', '{"step": 1}']
)
def test_what_is_no_message_is_not_taken_for_one(text):
    with pytest.raises(PortError):
        message(text)
