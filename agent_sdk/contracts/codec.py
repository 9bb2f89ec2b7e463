"""The one codec: contracts to JSON bytes and back.

msgspec reads and writes plain dataclasses at one to two microseconds each. An event is encoded once; the same
bytes go to the store, to every reader and to exporters.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import PART_TYPES, Message, Part, Role
from agent_sdk.contracts.usage import Usage

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_CANONICAL: Final = msgspec.json.Encoder(order="sorted")
_EVENTS: Final = msgspec.json.Decoder(Event)
_USAGES: Final = msgspec.json.Decoder(Usage)
_JSON: Final = msgspec.json.Decoder()
_READABLE: Final = msgspec.json.Decoder(msgspec.Raw)
"""Reads JSON without making anything of it."""
_TOO_DEEP: Final = "nested too deeply"


def encode(value: Any) -> bytes:
    """Write a contract, or anything made of plain JSON types, as JSON. NaN and the infinities become null.

    Raises:
        TypeError: Something in `value` has no JSON form.
        ValueError: A text in it is no Unicode (a lone surrogate), or it is nested too deeply.
    """
    try:
        return _ENCODER.encode(value)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def canonical(value: Any) -> bytes:
    """Write plain JSON so that equal values give equal bytes, whatever the order of their keys: for hashes."""
    return _CANONICAL.encode(value)


def decode(data: bytes | str) -> Any:
    """Read JSON.

    Raises:
        ValueError: `data` is not JSON, or nested too deeply.
    """
    try:
        return _JSON.decode(data)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def decode_event(data: bytes | str) -> Event:
    """Read an event envelope. Fields that it does not know are skipped; a type that it does not know is kept.

    Raises:
        InvalidInput: The bytes are not an event.
    """
    try:
        event = _EVENTS.decode(data)
    except (ValueError, RecursionError) as error:
        msg = f"not an event: {error}"
        raise InvalidInput(msg) from error
    if event.time.tzinfo is None:
        msg = "not an event: its time has no zone"
        raise InvalidInput(msg)
    return event


def to_plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn event data into plain JSON types: dataclasses to dicts, bytes to base64, money to numbers.

    Raises:
        InvalidInput: Something in it has no JSON form.
    """
    try:
        return _JSON.decode(_ENCODER.encode(data))
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"this has no JSON form: {error}"
        raise InvalidInput(msg) from error


def to_written(data: Mapping[str, Any]) -> bytes:
    """Write event data as JSON that `decode` reads as `to_plain` would give it: for what perhaps nobody reads.

    Raises:
        InvalidInput: Something in it has no JSON form.
    """
    try:
        written = _ENCODER.encode(data)
        # Only a decimal is written with a capital E; among those are numbers that no reader can hold.
        (_JSON if b"E+" in written else _READABLE).decode(written)
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"this has no JSON form: {error}"
        raise InvalidInput(msg) from error
    return written


def message_from_plain(data: Mapping[str, Any]) -> Message:
    """Rebuild a message from its plain form.

    Raises:
        InvalidInput: `data` has not the shape of a message.
    """
    try:
        envelope = msgspec.convert(data, _Envelope)
    except msgspec.ValidationError as error:
        msg = f"not a message: {error}"
        raise InvalidInput(msg) from error
    parts = tuple([part_from_plain(part) for part in envelope.parts])
    return Message(id=envelope.id, role=envelope.role, parts=parts, agent=envelope.agent)


def usage_from_plain(data: Mapping[str, Any]) -> Usage:
    """Rebuild a usage from its plain form.

    Raises:
        InvalidInput: `data` has not the shape of a usage.
    """
    try:
        # Through text, so that a price is the decimal number that was written and not its nearest binary one.
        return _USAGES.decode(_ENCODER.encode(data))
    except (TypeError, ValueError) as error:
        msg = f"not a usage: {error}"
        raise InvalidInput(msg) from error


def part_from_plain(data: Mapping[str, Any]) -> Part:
    """Rebuild a message part from its plain form.

    Raises:
        InvalidInput: `data` has not the shape of a part, or its type is unknown.
    """
    kind = PART_TYPES.get(str(data.get("type")))
    if kind is None:
        msg = f"not a message part: the type is {data.get('type')!r}"
        raise InvalidInput(msg, hint=f"Known types: {', '.join(PART_TYPES)}.")
    try:
        return msgspec.convert(data, kind)
    except ValueError as error:
        msg = f"not a part of type {data['type']}: {error}"
        raise InvalidInput(msg) from error


class _Envelope(msgspec.Struct):
    """A message with its parts unread: msgspec takes no union of dataclasses, so parts are read one by one."""

    id: str
    role: Role
    parts: list[dict[str, Any]] = []
    agent: str | None = None
