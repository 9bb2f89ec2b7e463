"""Prefixed, time-ordered identifiers.

An id is `<prefix>_<26 characters>`; the characters are a ULID (48 bits of Unix time in milliseconds, then
80 bits of entropy) in lower-case Crockford base32. Ids made later sort later, byte by byte.
Source: https://github.com/ulid/spec
"""

import re
from hashlib import blake2b
from typing import Final, Literal, cast, get_args

IdPrefix = Literal["run", "ses", "evt", "msg", "call", "org", "prj", "key", "usr", "sch", "job"]

PREFIXES: Final[frozenset[str]] = frozenset(get_args(IdPrefix))
ULID_LENGTH_CHARS: Final = 26
ENTROPY_BITS: Final = 80
SESSION_ID_LENGTH_MAX_CHARS: Final = 128

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
PAIRS: Final = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
"""Every two characters, by value: ten bits at a time, because an id is made for each event."""
_TEN_CHARS: Final = (40, 30, 20, 10, 0)
_SHIFTS: Final = tuple(range(120, -1, -10))
_VALUES: Final = {char: value for value, char in enumerate(_ALPHABET)}
_ID: Final = re.compile(rf"([a-z]+)_([0-7][{_ALPHABET}]{{25}})")
_SESSION_ID: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.:@-]{{0,{SESSION_ID_LENGTH_MAX_CHARS - 1}}}")


def encode_id(prefix: IdPrefix, time_ms: int, entropy: int) -> str:
    """Write an id from Unix time in milliseconds (48 bits) and `ENTROPY_BITS` of entropy."""
    return f"{prefix}_{encode_ulid(time_ms, entropy)}"


def encode_ulid(time_ms: int, entropy: int) -> str:
    """Write the 26 characters of an id."""
    value = (time_ms << ENTROPY_BITS) | entropy
    return "".join([PAIRS[(value >> shift) & 1023] for shift in _SHIFTS])


def first_message_id(run_id: str) -> str:
    """The id of the message with which a run begins."""
    return f"msg_{run_id.removeprefix('run_')}"


def run_mark(run_id: str) -> str:
    """Ten characters of a digest of a run's id, which all its event ids have in common."""
    digest = int.from_bytes(blake2b(run_id.encode(), digest_size=8).digest())
    return "".join([PAIRS[digest >> shift & 1023] for shift in _TEN_CHARS])


def event_id_head(time_ms: int, mark: str) -> str:
    """The part that a run's event ids of one millisecond share: the time, then the run's mark.

    `event_id` adds the sequence number. No chance is in an event's id: it follows from the run, the place in it and
    the time, and ids sort by time, within a millisecond by run, within a run by place.
    """
    return f"evt_{''.join([PAIRS[time_ms >> shift & 1023] for shift in _TEN_CHARS])}{mark}"


def event_id(head: str, seq: int) -> str:
    """The id of a run's event number `seq`."""
    return f"{head}{PAIRS[seq >> 20 & 1023]}{PAIRS[seq >> 10 & 1023]}{PAIRS[seq & 1023]}"


def parse_id(text: str) -> tuple[IdPrefix, int]:
    """Read prefix and Unix time in milliseconds back from an id.

    Raises:
        ValueError: `text` is not an id of a known prefix.
    """
    match = _ID.fullmatch(text)
    if match is None or match[1] not in PREFIXES:
        msg = f"{text!r} is not an id: expected <prefix>_<{ULID_LENGTH_CHARS} base32 characters>"
        raise ValueError(msg)
    time_ms = 0
    for char in match[2][:10]:
        time_ms = time_ms * 32 + _VALUES[char]
    return cast("IdPrefix", match[1]), time_ms


def is_session_id(text: str) -> bool:
    """Say whether a caller may name a session so: a letter or digit, then letters, digits and `_.:@-`."""
    return _SESSION_ID.fullmatch(text) is not None
