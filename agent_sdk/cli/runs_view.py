"""Runs and journals, for people."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from agent_sdk.cli.table import age, facts, moment, table
from agent_sdk.cli.text import fit, one_line, printable
from agent_sdk.contracts.codec import decode, encode
from agent_sdk.reliability.system import SystemClock

INPUT_MAX_CHARS: Final = 80
EVENT_MAX_CHARS: Final = 160
_TOLD: Final = ("delta", "name", "stop_reason", "reason", "model", "finish_reason", "to", "child_run_id")
"""Of an event's data, what a line has room for: the first of these that is there."""


def show_runs(runs: Sequence[Mapping[str, Any]]) -> None:
    """A table."""
    now = SystemClock().now()
    rows = [
        (
            run["id"],
            run["status"],
            age(datetime.fromisoformat(run["created_at"]), now),
            run["agent"],
            _text(run["input"], INPUT_MAX_CHARS),
        )
        for run in runs
    ]
    table(("id", "status", "age", "agent", "input"), rows)


def show_run(run: Mapping[str, Any]) -> None:
    """All of it, the output last."""
    usage, error = run["usage"], run["error"]
    cost = usage.get("cost_usd")
    reason = f" ({run['stop_reason']})" if run["stop_reason"] else ""
    pairs = [
        ("id", run["id"]),
        ("status", f"{run['status']}{reason}"),
        ("agent", run["agent"]),
        ("model", run["model"]),
        ("session", run["session_id"]),
        ("created", moment(run["created_at"])),
        ("started", moment(run["started_at"])),
        ("ended", moment(run["ended_at"])),
        ("attempt", str(run["attempt"])),
        ("events", str(run["last_seq"])),
        ("tokens", f"{usage['input_tokens']} in, {usage['output_tokens']} out"),
        ("cost", "unknown" if cost is None else f"${cost:.4f}"),
    ]
    if run["parent_run_id"]:
        pairs.append(("parent", run["parent_run_id"]))
    if run["tags"]:
        pairs.append(("tags", ", ".join(run["tags"])))
    if error is not None:
        pairs.append(("error", f"{error['code']}: {error['message']}"))
        if error["hint"]:
            pairs.append(("hint", error["hint"]))
    pairs.append(("input", _text(run["input"], None)))
    if run["output"] is not None:
        pairs.append(("output", _text(run["output"], None)))
    facts(pairs)


def show_replay(report: Mapping[str, Any]) -> None:
    """Whether the run repeats its journal, and where it does not."""
    if report["ok"]:
        print(f"ok: {report['steps']} steps repeat the journal")
        return
    found = report["divergence"]
    print(f"diverges at event {found['seq']}, step {found['step']}: {printable(found['reason'])}")
    for name in ("expected", "actual"):
        print(f"  {name}: {_text(found[name], None)}")


def print_event(data: bytes) -> None:
    """One line for an event: number, time, type, and what it is about."""
    event = decode(data)
    told: Mapping[str, Any] = event["data"]
    about = next((_text(told[name], EVENT_MAX_CHARS) for name in _TOLD if told.get(name)), "")
    line = f"{event['seq']:>5}  {event['time'][11:23]}  {event['type']:<24}  {about}"
    print(fit(line.rstrip(), _columns()), flush=True)


def write_event(data: bytes) -> None:
    """The envelope as it is stored, as a line of JSON."""
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.buffer.flush()


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _text(value: Any, length_max_chars: int | None) -> str:
    text = value if isinstance(value, str) else encode(value).decode()
    return printable(text) if length_max_chars is None else one_line(text, length_max_chars)
