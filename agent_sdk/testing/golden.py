"""Golden event streams: what a run said, compared with what it said when somebody last looked.

Ids are numbered in order of appearance and times are left out, so that a stream of one run equals that of the next.
Run pytest with `--update-golden` to write the files anew; the difference then stands in version control.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.events import Event

_ID: Final = re.compile(r"\b([a-z]+)_[0-9a-hjkmnp-tv-z]{26}\b")
_DURATIONS: Final = ("duration_ms", "latency_ms", "first_token_ms")


def normalize(events: Iterable[Event]) -> str:
    """Write events as JSON lines without what differs from run to run: ids, times, durations."""
    seen: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        prefix = match[1]
        if match[0] not in seen:
            count = sum(1 for name in seen.values() if name.startswith(f"{prefix}_"))
            seen[match[0]] = f"{prefix}_{count + 1}"
        return seen[match[0]]

    lines: list[str] = []
    for event in events:
        plain: dict[str, Any] = json.loads(encode(event))
        del plain["id"], plain["time"]
        data = plain["data"]
        data.update({key: 0 for key in _DURATIONS if data.get(key) is not None})
        lines.append(_ID.sub(numbered, json.dumps(plain, ensure_ascii=False, sort_keys=True)))
    return "\n".join(lines) + "\n"


def check_golden(events: Iterable[Event], path: Path, *, update: bool = False) -> None:
    """Require that events equal those of a golden file.

    Args:
        events: What a run said.
        path: The file, JSON lines.
        update: Write the file instead.

    Raises:
        AssertionError: They differ, or the file is missing.
    """
    text = normalize(events)
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    if not path.exists():
        msg = f"{path.name} is missing; run with --update-golden to write it"
        raise AssertionError(msg)
    expected = path.read_text(encoding="utf-8")
    if text == expected:
        return
    pairs = zip(text.splitlines(), expected.splitlines(), strict=False)
    for number, (got, wanted) in enumerate(pairs, start=1):
        if got != wanted:
            msg = f"{path.name}:{number} differs\n  golden: {wanted}\n  now:    {got}"
            raise AssertionError(msg)
    msg = f"{path.name} has {len(expected.splitlines())} events, now there are {len(text.splitlines())}"
    raise AssertionError(msg)
