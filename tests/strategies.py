"""Hypothesis strategies for contracts, and for whole valid journals."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from agent_sdk.contracts.codec import to_plain
from agent_sdk.contracts.events import EVENT_VERSION, STREAM_OF, Event
from agent_sdk.contracts.ids import PREFIXES, IdPrefix, encode_id
from agent_sdk.contracts.messages import (
    CitationPart,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    Role,
    TextPart,
    ToolCallPart,
    ToolOutcome,
    ToolResultPart,
)
from agent_sdk.contracts.usage import Usage
from tests.factories.journals import JournalWriter

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
words = st.text("abc_", min_size=1, max_size=8)
counts = st.integers(0, 10**12)
# Whole numbers of any size are JSON; a float has to survive being written and read.
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(texts, json_values, max_size=3)
costs = st.none() | st.integers(0, 10**9).map(lambda micros: Decimal(micros) / 10**6)
usages = st.builds(
    Usage,
    input_tokens=counts,
    output_tokens=counts,
    cache_read_tokens=counts,
    cache_write_tokens=counts,
    reasoning_tokens=counts,
    requests=st.integers(0, 3),
    tool_calls=counts,
    cost_usd=costs,
)


def ids(prefix: IdPrefix) -> st.SearchStrategy[str]:
    """Ids of one prefix."""
    return st.builds(encode_id, st.just(prefix), st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))


def _sourced(kind: Callable[..., Part], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Part]:
    by_url = st.builds(kind, media_type=words, url=texts, data=st.none(), **more)
    return by_url | st.builds(kind, media_type=words, url=st.none(), data=st.binary(max_size=20), **more)


_PARTS: dict[type[Part], st.SearchStrategy[Part]] = {
    TextPart: st.builds(TextPart, text=texts),
    ReasoningPart: st.builds(
        ReasoningPart, text=texts, provider=st.none() | words, state=st.none() | json_objects
    ),
    ToolCallPart: st.builds(
        ToolCallPart,
        tool_call_id=ids("call"),
        name=words,
        arguments=texts,
        provider=st.none() | words,
        provider_call_id=st.none() | texts,
        state=st.none() | json_objects,
    ),
    ToolResultPart: st.builds(
        ToolResultPart,
        tool_call_id=ids("call"),
        name=words,
        content=texts,
        outcome=st.sampled_from(get_args(ToolOutcome)),
        provider_call_id=st.none() | texts,
    ),
    ImagePart: _sourced(ImagePart),
    DocumentPart: _sourced(DocumentPart, name=st.none() | texts),
    CitationPart: st.builds(
        CitationPart,
        document=texts,
        chunk_id=texts,
        quote=texts,
        start=counts,
        end=counts,
        title=st.none() | texts,
    ),
}
parts: st.SearchStrategy[Part] = st.one_of(*_PARTS.values())
messages = st.builds(
    Message,
    id=ids("msg"),
    role=st.sampled_from(get_args(Role)),
    parts=st.lists(parts, max_size=4).map(tuple),
    agent=st.none() | words,
)
messages_with_every_part = st.builds(
    Message, id=ids("msg"), role=st.just("assistant"), parts=st.tuples(*_PARTS.values()), agent=words
)


def parts_of(kind: type[Part]) -> st.SearchStrategy[Part]:
    """Parts of one type."""
    return _PARTS[kind]


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Any event, its data plain JSON but not of its type's shape."""
    kind = draw(st.sampled_from(sorted(STREAM_OF)) | words)
    return Event(
        id=draw(ids("evt")),
        seq=draw(counts),
        run_id=draw(ids("run")),
        root_run_id=draw(ids("run")),
        parent_run_id=draw(st.none() | ids("run")),
        depth=draw(st.integers(0, 8)),
        session_id=draw(ids("ses")),
        org_id=draw(ids("org")),
        agent=draw(texts),
        attempt=draw(st.integers(1, 5)),
        step=draw(st.integers(0, 50)),
        time=draw(st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001 - `timezones` sets the zone
        stream=STREAM_OF.get(kind, "lifecycle"),
        type=kind,
        version=EVENT_VERSION,
        data=to_plain(draw(json_objects)),
    )


id_prefixes: st.SearchStrategy[Any] = st.sampled_from(sorted(PREFIXES))


@st.composite
def journals(draw: st.DrawFn) -> list[Event]:
    """A whole valid journal: steps, parallel tools, approvals, pauses, retries, crashes, handoffs, cancellation."""
    walk = _Walk(draw)
    with suppress(_RunEnded):
        walk.run()
    return walk.writer.events


class _StepCut(Exception):
    """The step was closed early."""


class _RunEnded(Exception):
    """The terminal event was written."""


class _Walk:
    """Walks the grammar, deciding at every turn by what hypothesis draws."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._count = 0
        self._message: str | None = None
        self._tools: dict[str, str] = {}
        """The calls that have not ended, and what each is at."""
        self._children: dict[str, str] = {}
        """Subagents that have not ended, by the call that runs them."""
        self.writer = JournalWriter()

    def run(self) -> None:
        add = self.writer.add
        add("run.queued")
        if self._rarely():
            add(self._pick("run.canceled", "run.failed"))
            raise _RunEnded
        add("run.started")
        for _ in range(self._draw(st.integers(0, 3))):
            self._step()
            self._between_steps()
        add(self._pick("run.completed", "run.failed", "run.canceled"))

    def _between_steps(self) -> None:
        match self._pick("on", "on", "crash", "pause", "retry", "compact"):
            case "crash":
                self._crash()
            case "pause":
                self._pause("input_required")
            case "retry":
                self.writer.add("run.retrying")
                self._maybe_end()
                self._claim("retry")
            case "compact":
                self.writer.add(self._pick("memory.compacted", "route.fallback", "skill.loaded"))
            case _:
                pass

    def _step(self) -> None:
        add = self.writer.add
        add("step.started")
        try:
            self._ask()
            self._call_tools()
        except _StepCut:
            return
        if self._rarely():
            call, after = self._new("call"), self._pick("billing", "sales")
            add("handoff.started", call, to=after)
            add(self._pick("handoff.completed", "handoff.failed"), call, to=after)
        add("step.completed")

    def _ask(self) -> None:
        add = self.writer.add
        while True:
            self._maybe_crash()
            self._message = message = self._new("msg")
            add("message.started", message)
            for _ in range(self._draw(st.integers(0, 2))):
                add(self._pick("message.delta", "reasoning.delta"), message)
            self._maybe_crash()
            self._maybe_end()
            self._message = None
            if not self._rarely():
                add("message.completed", message)
                return
            add("message.failed", message, reason=self._pick("retry", "error"))

    def _call_tools(self) -> None:
        for _ in range(self._draw(st.integers(0, 3))):
            call = self._new("call")
            self.writer.add("tool.started", call)
            self._tools[call] = "started"
        turns = 0
        while self._tools:
            turns += 1
            call = self._draw(st.sampled_from(sorted(self._tools)))
            self._move(call, self._tools[call], hurry=turns > 10)
            if self._rarely():
                self._crash()
            self._maybe_end()

    def _move(self, call: str, state: str, *, hurry: bool) -> None:
        """One event about a call; in a `hurry` the shortest way to its end."""
        add = self.writer.add
        if state == "waiting":
            if all(each == "waiting" for each in self._tools.values()):
                self._pause("approval_required")
            self._tools[call] = self._pick("approved", "refused")
            decision = "approve" if self._tools[call] == "approved" else "deny"
            add("tool.approval_resolved", call, decision=decision)
        elif state == "refused":
            self._end_call(call, "tool.denied")
        elif hurry:
            self._end_call(call, "tool.failed")
        elif state == "executing":
            self._go_on(call)
        elif state != "approved" and self._rarely():
            self._ask_human(call)
        else:
            add("tool.executing", call)
            self._tools[call] = "executing"

    def _go_on(self, call: str) -> None:
        match self._pick("delta", "end", "end", "child", "approval"):
            case "delta":
                self.writer.add("tool.delta", call)
            case "child" if call not in self._children:
                self._children[call] = self._new("run")
                self.writer.add("subagent.started", self._children[call])
            case "approval":
                self._ask_human(call)
            case _:
                self._end_call(call, self._pick("tool.completed", "tool.failed"))

    def _ask_human(self, call: str) -> None:
        self.writer.add("tool.approval_requested", call)
        self._tools[call] = "waiting"

    def _end_call(self, call: str, kind: str) -> None:
        child = self._children.pop(call, None)
        if child is not None:
            self.writer.add(self._pick("subagent.completed", "subagent.failed", "subagent.canceled"), child)
        self.writer.add(kind, call)
        del self._tools[call]

    def _pause(self, reason: str) -> None:
        self.writer.add("run.paused", stop_reason=reason)
        self._maybe_end()
        self.writer.add("run.queued")
        self._maybe_end()
        if self._rarely():
            self._claim("resumed")
        else:
            self.writer.add("run.resumed")

    def _claim(self, reason: str) -> None:
        """Another attempt: what the last one executed is interrupted."""
        self.writer.attempt += 1
        self.writer.add("run.resumed", reason=reason)
        for call, state in self._tools.items():
            self._tools[call] = "interrupted" if state == "executing" else state

    def _crash(self) -> None:
        self._claim("owner_lost")

    def _maybe_crash(self) -> None:
        """Perhaps lose the owner while the model answers: the step is cut and the next one follows."""
        if not self._rarely():
            return
        self._crash()
        if self._message is not None:
            self.writer.add("message.failed", self._message, reason="interrupted")
            self._message = None
        self.writer.add("step.failed", reason="interrupted")
        raise _StepCut

    def _maybe_end(self) -> None:
        """Perhaps close everything and end the run, wherever it is."""
        if not self._rarely():
            return
        verb = self._pick("canceled", "failed")
        if self._message is not None:
            self.writer.add("message.failed", self._message, reason="canceled")
        for child in self._children.values():
            self.writer.add(f"subagent.{verb}", child)
        self._children.clear()
        for call in list(self._tools):
            self._end_call(call, f"tool.{verb}")
        if self._step_is_open():
            self.writer.add(f"step.{verb}")
        self.writer.add(f"run.{verb}")
        raise _RunEnded

    def _step_is_open(self) -> bool:
        types = [event.type for event in self.writer.events if event.type.startswith("step.")]
        return bool(types) and types[-1] == "step.started"

    def _new(self, prefix: IdPrefix) -> str:
        self._count += 1
        return self.writer.id(prefix, self._count)

    def _pick(self, *options: str) -> str:
        return self._draw(st.sampled_from(options))

    def _rarely(self) -> bool:
        return self._draw(st.integers(0, 7)) == 7
