"""What is written is read back, and what is no contract is refused in one way only."""

import json
from contextlib import suppress
from dataclasses import asdict
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.contracts.codec import (
    decode,
    decode_event,
    encode,
    message_from_plain,
    part_from_plain,
    to_plain,
)
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import PART_TYPES, Message
from agent_sdk.contracts.usage import Usage
from tests.strategies import (
    events,
    journals,
    json_objects,
    json_values,
    messages,
    messages_with_every_part,
    parts_of,
    texts,
    usages,
)

Items = dict[Any, Any]
JSON_TYPES = (dict, list, str, int, float, bool, type(None))


def only_json_types(value: Any) -> bool:
    if isinstance(value, dict):
        return all(type(key) is str and only_json_types(item) for key, item in cast("Items", value).items())
    if isinstance(value, list):
        return all(only_json_types(item) for item in cast("list[Any]", value))
    return type(value) in JSON_TYPES


@given(events())
def test_an_event_is_read_back_and_written_again_in_the_same_bytes(event: Event) -> None:
    written = encode(event)
    assert decode_event(written) == event
    assert encode(decode_event(written)) == written
    assert decode_event(written.decode()) == event


@given(journals())
def test_a_journal_from_memory_equals_the_same_journal_from_its_bytes(journal: list[Event]) -> None:
    assert [decode_event(encode(event)) for event in journal] == journal


@given(json_values)
def test_what_is_written_is_json_to_everybody(value: Any) -> None:
    assert json.loads(encode(value)) == value
    assert decode(encode(value)) == value


@given(messages | messages_with_every_part)
def test_a_message_is_rebuilt_from_its_plain_form(message: Message) -> None:
    plain = to_plain({"message": message})["message"]
    assert message_from_plain(plain) == message
    assert only_json_types(plain)


@pytest.mark.parametrize("kind", PART_TYPES)
@given(st.data())
def test_a_part_is_rebuilt_from_its_plain_form(kind: str, data: st.DataObject) -> None:
    part = data.draw(parts_of(PART_TYPES[kind]))
    plain = to_plain({"part": part})["part"]
    assert plain["type"] == kind
    assert part_from_plain(plain) == part


@given(usages)
def test_plain_money_is_a_number_and_an_unknown_price_is_null(usage: Usage) -> None:
    plain = to_plain({"usage": usage})["usage"]
    assert only_json_types(plain)
    assert plain["cost_usd"] == (None if usage.cost_usd is None else float(usage.cost_usd))
    assert {**plain, "cost_usd": None} == {**asdict(usage), "cost_usd": None}


@given(json_objects, events())
def test_unknown_fields_of_an_envelope_are_skipped(more: dict[str, Any], event: Event) -> None:
    unknown = {f"x_{key}": value for key, value in more.items()}
    assert decode_event(encode({**unknown, **decode(encode(event))})) == event


@given(messages_with_every_part, json_objects)
def test_unknown_fields_of_a_message_are_skipped(message: Message, more: dict[str, Any]) -> None:
    plain = to_plain({"message": message})["message"]
    unknown = {f"x_{key}": value for key, value in more.items()}
    for part in plain["parts"]:
        part.update(unknown)
    assert message_from_plain({**plain, **unknown}) == message


@given(texts.filter(lambda name: name not in PART_TYPES))
def test_an_unknown_part_type_is_refused_with_the_known_ones(kind: str) -> None:
    with pytest.raises(InvalidInput, match="not a message part") as refused:
        part_from_plain({"type": kind, "text": "hi"})
    assert refused.value.hint == f"Known types: {', '.join(PART_TYPES)}."


@given(st.binary() | st.text() | json_values.map(encode))
def test_junk_is_no_event_and_nothing_else_happens(junk: bytes | str) -> None:
    with pytest.raises(InvalidInput, match="not an event"):
        decode_event(junk)


@given(events(), st.data())
def test_a_damaged_event_is_read_or_refused(event: Event, data: st.DataObject) -> None:
    written = bytearray(encode(event))
    for _ in range(data.draw(st.integers(1, 3))):
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InvalidInput):
        assert isinstance(decode_event(bytes(written)), Event)


@given(messages_with_every_part, json_values, st.data())
def test_a_damaged_message_is_read_or_refused(message: Message, junk: Any, data: st.DataObject) -> None:
    plain = to_plain({"message": message})["message"]
    part = data.draw(st.sampled_from(plain["parts"]))
    part[data.draw(st.sampled_from(sorted(part)))] = junk
    with suppress(InvalidInput):
        assert isinstance(message_from_plain(plain), Message)


@given(json_objects)
def test_a_junk_message_is_refused(junk: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="not a message"):
        message_from_plain(junk)
