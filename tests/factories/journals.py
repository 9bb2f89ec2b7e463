"""Writes events of one run with all the data that their types ask for, one short call each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agent_sdk.contracts.events import EVENT_VERSION, STREAM_OF, Event
from agent_sdk.contracts.ids import IdPrefix, encode_id

MODEL: Final = "scripted:model"
USAGE: Final[Mapping[str, Any]] = {
    "input_tokens": 10,
    "output_tokens": 5,
    "cache_read_tokens": 0,
    "cache_write_tokens": 0,
    "reasoning_tokens": 0,
    "requests": 1,
    "tool_calls": 0,
    "cost_usd": None,
}
ERROR: Final[Mapping[str, Any]] = {"code": "ASDK-LLM-004", "message": "busy", "hint": None, "retryable": True}
START: Final = datetime(2026, 1, 1, tzinfo=UTC)

_DATA: Final[Mapping[str, Mapping[str, Any]]] = {
    "run.queued": {"model": MODEL},
    "run.started": {"model": MODEL},
    "run.resumed": {"reason": "resumed"},
    "run.paused": {"stop_reason": "approval_required", "usage": USAGE},
    "run.retrying": {"error": ERROR, "delay_ms": 500},
    "run.completed": {"stop_reason": "end_turn", "output": "done", "usage": USAGE},
    "run.failed": {"stop_reason": "model_error", "error": ERROR, "usage": USAGE},
    "run.canceled": {"stop_reason": "canceled", "mode": "now", "usage": USAGE},
    "step.started": {"model": MODEL},
    "step.completed": {"model": MODEL, "usage": USAGE, "finish_reason": "stop", "latency_ms": 1},
    "step.failed": {"reason": "error"},
    "step.canceled": {"reason": "canceled"},
    "message.started": {"model": MODEL},
    "message.delta": {"delta": "hel", "part": "text"},
    "message.failed": {"reason": "retry"},
    "reasoning.delta": {"delta": "hm"},
    "tool.started": {"name": "add", "version": "1.0.0", "args": {"a": 1}, "message_id": "msg_1"},
    "tool.executing": {"idempotency_key": "key"},
    "tool.delta": {"delta": "working"},
    "tool.completed": {"name": "add", "version": "1.0.0", "result": 3, "duration_ms": 1},
    "tool.failed": {"name": "add", "version": "1.0.0", "error": ERROR, "duration_ms": 1},
    "tool.denied": {"name": "add", "reason": "no"},
    "tool.canceled": {"name": "add", "duration_ms": 1},
    "tool.approval_requested": {"name": "add", "args": {"a": 1}, "args_hash": "00"},
    "tool.approval_resolved": {"decision": "approve"},
    "handoff.started": {"from": "a", "to": "b"},
    "handoff.completed": {"from": "a", "to": "b"},
    "handoff.failed": {"from": "a", "to": "b", "reason": "another came first"},
    "subagent.started": {"agent": "helper"},
    "subagent.completed": {"agent": "helper", "last_seq": 9, "usage": USAGE},
    "subagent.failed": {"agent": "helper", "last_seq": 9, "usage": USAGE, "reason": "it broke"},
    "subagent.canceled": {"agent": "helper", "last_seq": 9, "usage": USAGE},
    "memory.compacted": {"reason": "budget", "messages_before": 9, "messages_after": 3},
    "input.received": {"message": {"id": "msg_9", "role": "user", "parts": [], "agent": None}},
    "transcript.added": {
        "message": {"id": "msg_9", "role": "tool", "parts": [], "agent": None},
        "reason": "handoff",
    },
    "route.fallback": {"from": MODEL, "to": "scripted:other", "reason": "busy"},
}
_ID_FIELD: Final = {
    "message": "message_id",
    "reasoning": "message_id",
    "tool": "tool_call_id",
    "handoff": "tool_call_id",
    "subagent": "child_run_id",
}


def id_field(kind: str) -> str | None:
    """The field of `data` that names what an event of this type is about, or None."""
    return _ID_FIELD.get(kind.partition(".")[0])


class JournalWriter:
    """Appends events to `events`; `step.started` counts the step up, everything else is up to the caller."""

    def __init__(self, run: int = 1) -> None:
        """Begin an empty journal of the run with this number."""
        self.events: list[Event] = []
        self.attempt = 1
        self.step = 0
        self.agent = "helper"
        self._run = run

    def add(self, kind: str, about: str | None = None, **more: Any) -> Event:
        """Append an event about the thing with the id `about`, with `more` in its data."""
        self.step += kind == "step.started"
        seq = len(self.events) + 1
        data = {**_DATA.get(kind, {}), **more}
        if about is not None:
            data[id_field(kind) or ""] = about
        if kind == "message.completed":
            data.setdefault("message", {"id": about, "role": "assistant", "parts": [], "agent": self.agent})
        event = Event(
            id=self.id("evt", seq),
            seq=seq,
            run_id=self.id("run", 0),
            root_run_id=self.id("run", 0),
            parent_run_id=None,
            depth=0,
            session_id="ses_1",
            org_id="org_00000000000000000000000001",
            agent=self.agent,
            attempt=self.attempt,
            step=self.step,
            time=START + timedelta(milliseconds=seq),
            stream=STREAM_OF.get(kind, "lifecycle"),
            type=kind,
            version=EVENT_VERSION,
            data=data,
        )
        self.events.append(event)
        return event

    def id(self, prefix: IdPrefix, number: int) -> str:
        """An id that this journal always gives to the same number."""
        return encode_id(prefix, self._run, number)


def journal(*steps: str) -> list[Event]:
    """A journal from short words: `"tool.started c1"`, `"step.started"`, `"run.resumed +"` for another attempt."""
    writer = JournalWriter()
    for step in steps:
        kind, _, about = step.partition(" ")
        if about == "+":
            writer.attempt += 1
        deny = {"decision": "deny"} if about.endswith("!") else {}
        writer.add(kind, about.strip("+!") or None, **deny)
    return writer.events
