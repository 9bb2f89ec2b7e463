from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from agent_sdk.contracts.codec import (
    decode,
    decode_event,
    encode,
    message_from_plain,
    part_from_plain,
    to_plain,
)
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.messages import DocumentPart, ImagePart, Message, TextPart
from agent_sdk.contracts.run import RunLimits
from tests.factories.journals import JournalWriter

DEEP = "[" * 100_000


def test_an_envelope_has_the_fields_of_the_contract_in_order() -> None:
    event = JournalWriter().add("tool.completed", "call_1", result=3)
    assert list(decode(encode(event))) == [
        *("id", "seq", "run_id", "root_run_id", "parent_run_id", "depth", "session_id", "org_id", "agent"),
        *("attempt", "step", "time", "stream", "type", "version", "data"),
    ]


def test_times_are_written_in_utc_to_the_microsecond() -> None:
    assert encode(datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)) == b'"2026-11-22T10:00:00.123456Z"'


def test_bytes_are_base64_and_money_is_a_number() -> None:
    plain = to_plain(
        {"image": ImagePart(data=b"\xff\x00"), "limits": RunLimits(max_cost_usd=Decimal("0.10"))}
    )
    assert plain["image"] == {"media_type": "image/png", "url": None, "data": "/wA=", "type": "image"}
    assert plain["limits"]["max_cost_usd"] == 0.1


def test_a_whole_number_keeps_every_digit() -> None:
    assert decode(encode(2**70)) == 2**70


def test_nan_and_infinity_become_null_because_json_has_neither() -> None:
    assert to_plain({"x": [float("nan"), float("inf")]}) == {"x": [None, None]}


@pytest.mark.parametrize("text", ["", "{", "nul", "[1,]", '"\\ud800"', '"\ud800"', "1e999", DEEP])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is the promise, the words are the parser's
        decode(text)


def test_bytes_that_are_no_utf8_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        decode(b'"\xff"')


def deep_list() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


def test_what_has_no_json_form_says_so_when_it_is_written() -> None:
    with pytest.raises(TypeError):
        encode(object())
    with pytest.raises(ValueError, match="surrogates"):
        encode("\ud800")
    with pytest.raises(ValueError, match="nested too deeply"):
        encode(deep_list())


@pytest.mark.parametrize("value", [object(), "\ud800", {None: 1}, Decimal("NaN"), deep_list()])
def test_event_data_without_a_json_form_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match="has no JSON form"):
        to_plain({"value": value})


@pytest.mark.parametrize(
    "junk", ["", "5", "[]", "{}", '{"data":' + '{"a":' * 10_000, '"\ud800"', b"\xff", b'{"\xff":1}']
)
def test_what_is_no_event_is_refused(junk: str | bytes) -> None:
    with pytest.raises(InvalidInput, match="not an event"):
        decode_event(junk)


@pytest.mark.parametrize(
    ("field", "value"),
    [("seq", "1"), ("stream", "other"), ("time", "yesterday"), ("time", "2026-01-01T00:00:00"), ("data", [])],
)
def test_a_field_of_the_wrong_shape_is_refused(field: str, value: Any) -> None:
    plain = decode(encode(JournalWriter().add("run.queued")))
    with pytest.raises(InvalidInput, match="not an event"):
        decode_event(encode({**plain, field: value}))


def test_a_missing_field_is_refused_by_name() -> None:
    plain = decode(encode(JournalWriter().add("run.queued")))
    del plain["org_id"]
    with pytest.raises(InvalidInput, match="org_id"):
        decode_event(encode(plain))


def test_a_type_of_a_later_version_is_read_so_that_it_can_be_skipped() -> None:
    assert decode_event(encode(JournalWriter().add("skill.loaded", None, name="x"))).type == "skill.loaded"


def test_another_zone_is_the_same_time() -> None:
    event = JournalWriter().add("run.queued")
    moved = event.time.astimezone(timezone(timedelta(hours=9)))
    assert decode_event(encode({**decode(encode(event)), "time": moved.isoformat()})) == event


def test_a_message_needs_no_parts_and_no_agent() -> None:
    assert message_from_plain({"id": "msg_1", "role": "user"}) == Message(id="msg_1", role="user")


@pytest.mark.parametrize(
    "plain",
    [
        {"id": "msg_1", "role": "system"},
        {"id": 1, "role": "user"},
        {"id": "msg_1", "role": "user", "parts": "hi"},
        {"id": "msg_1", "role": "user", "parts": ["hi"]},
        {"id": "msg_1", "role": "user", "parts": [{1: 2}]},
    ],
)
def test_what_is_no_message_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="not a message"):
        message_from_plain(plain)


@pytest.mark.parametrize(
    "plain",
    [
        {"type": "text"},
        {"type": "text", "text": 5},
        {"type": "image"},
        {"type": "image", "url": "u", "data": "AAAA"},
        {"type": "image", "data": "no base64!"},
        {"type": "document", "name": 5, "url": "u"},
        {"type": "tool_result", "tool_call_id": "c", "name": "n", "content": "x", "outcome": "vanished"},
    ],
)
def test_a_part_of_the_wrong_shape_is_refused_with_its_type(plain: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=f"not a part of type {plain['type']}"):
        part_from_plain(plain)


@pytest.mark.parametrize("plain", [{}, {"type": None}, {"type": ["text"]}, {"type": "video"}])
def test_a_part_of_no_known_type_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="not a message part"):
        part_from_plain(plain)


def test_parts_of_a_message_are_read_by_type() -> None:
    plain = {
        "id": "msg_1",
        "role": "user",
        "parts": [{"type": "text", "text": "see"}, {"type": "document", "data": "eA=="}],
    }
    assert message_from_plain(plain).parts == (TextPart(text="see"), DocumentPart(data=b"x"))
