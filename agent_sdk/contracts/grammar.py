"""The grammar of a run's journal, as a state machine that anybody can feed.

`check_events` reads a list; `EventGrammar` takes events one at a time (a debug mode feeds it while a run is live).
Two modes: *whole* requires the terminal event, *prefix* accepts a journal that is still being written or paused.
"""

from collections.abc import Iterable
from typing import Final

from agent_sdk.contracts.errors import GrammarError
from agent_sdk.contracts.events import DELTA_TYPES, STREAM_OF, Event
from agent_sdk.contracts.run import TERMINAL, RunStatus, may_follow

_STATUS_OF: Final[dict[str, RunStatus]] = {
    "run.queued": "queued",
    "run.started": "running",
    "run.resumed": "running",
    "run.paused": "paused",
    "run.retrying": "retrying",
    "run.completed": "completed",
    "run.failed": "failed",
    "run.canceled": "canceled",
}
_ID_OF: Final = {
    "message": "message_id",
    "tool": "tool_call_id",
    "handoff": "tool_call_id",
    "subagent": "child_run_id",
}
_ENDS: Final = frozenset({"completed", "failed", "canceled", "denied"})
_WHILE_WAITING: Final = frozenset({"failed", "canceled", "denied", "approval_resolved"})
"""What may be written while nobody executes the run: closing what is open before it ends, and decisions."""
_WHOLE_RUN: Final = ("run_id", "root_run_id", "parent_run_id", "depth", "session_id", "org_id")


class EventGrammar:
    """Accepts one run's events in order and raises at the first that may not stand where it stands."""

    def __init__(self, *, compacted: bool = False) -> None:
        """Start before the first event.

        Args:
            compacted: Whether deltas may be missing, so that `seq` may skip.
        """
        self.status: RunStatus | None = None
        self._compacted = compacted
        self._first: Event | None = None
        self._seq = 0
        self._attempt = 1
        self._step = 0
        self._step_open = False
        self._started = False
        self._open: dict[tuple[str, str], str] = {}
        """(kind, id) of everything started and not ended, with the state of tools."""
        self._ended: set[tuple[str, str]] = set()

    @property
    def ended(self) -> bool:
        """Whether the terminal event has been read."""
        return self.status in TERMINAL

    def feed(self, event: Event) -> None:
        """Read the next event.

        Raises:
            GrammarError: The event may not stand here.
        """
        self._check_envelope(event)
        kind, _, verb = event.type.partition(".")
        if kind == "run":
            self._feed_run(event)
        elif self.status is None or (self.status != "running" and verb not in _WHILE_WAITING):
            self._refuse(event, f"the run is {self.status or 'not queued yet'}")
        elif kind == "step":
            self._feed_step(event, verb)
        elif event.type == "reasoning.delta":
            self._require_open(event, "message")
        elif kind in _ID_OF:
            self._feed_item(event, kind, verb)

    def finish(self) -> None:
        """Require that the journal is whole.

        Raises:
            GrammarError: The terminal event is missing.
        """
        if not self.ended:
            msg = f"the journal ends at seq {self._seq} without a terminal event (the run is {self.status})"
            raise GrammarError(msg)

    def _check_envelope(self, event: Event) -> None:
        if self.ended:
            self._refuse(event, "nothing may follow the terminal event")
        if event.seq != self._seq + 1 and not (self._compacted and event.seq > self._seq):
            self._refuse(event, f"seq {event.seq} after {self._seq}")
        if event.type in STREAM_OF and STREAM_OF[event.type] != event.stream:
            self._refuse(event, f"the stream of its type is {STREAM_OF[event.type]}")
        first = self._first = self._first or event
        for name in _WHOLE_RUN:
            if getattr(first, name) != getattr(event, name):
                self._refuse(
                    event, f"{name} changed from {getattr(first, name)!r} to {getattr(event, name)!r}"
                )
        if event.attempt < self._attempt or (event.attempt > self._attempt and event.type != "run.resumed"):
            self._refuse(event, f"attempt {event.attempt} after {self._attempt}; only run.resumed raises it")
        if event.type != "step.started" and event.step != self._step:
            self._refuse(event, f"step {event.step}, but the last step started is {self._step}")
        self._seq = event.seq
        self._attempt = event.attempt

    def _feed_run(self, event: Event) -> None:
        following = _STATUS_OF.get(event.type)
        if following is None:
            return
        if self.status is None:
            if event.type != "run.queued":
                self._refuse(event, "the first event is run.queued")
        elif not may_follow(self.status, following):
            self._refuse(event, f"the run is {self.status}")
        if event.type == "run.started":
            if self._started:
                self._refuse(event, "the run had started; a later claim is run.resumed")
            self._started = True
        elif event.type == "run.resumed" and not self._started:
            self._refuse(event, "the run had not started")
        if following in TERMINAL and (self._open or self._step_open):
            self._refuse(event, f"still open: {self._describe_open()}")
        self.status = following

    def _feed_step(self, event: Event, verb: str) -> None:
        if verb == "started":
            if self._step_open:
                self._refuse(event, f"step {self._step} is open")
            if event.step != self._step + 1:
                self._refuse(event, f"step {event.step} after {self._step}")
            self._step, self._step_open = event.step, True
        elif verb in _ENDS:
            if not self._step_open:
                self._refuse(event, "no step is open")
            if self._open:
                self._refuse(event, f"still open: {self._describe_open()}")
            self._step_open = False

    def _feed_item(self, event: Event, kind: str, verb: str) -> None:
        key = (kind, str(event.data.get(_ID_OF[kind])))
        if verb == "started":
            if key in self._open or key in self._ended:
                self._refuse(event, f"{key[1]} had started")
            if not self._step_open:
                self._refuse(event, "no step is open")
            if kind == "message" and any(open_kind == "message" for open_kind, _ in self._open):
                self._refuse(event, "another message is open")
            self._open[key] = "started"
            return
        self._require_open(event, kind)
        if verb in _ENDS:
            if kind == "tool" and self._open[key] == "waiting" and verb == "completed":
                self._refuse(event, "the call waits for approval")
            del self._open[key]
            self._ended.add(key)
        elif kind == "tool":
            self._feed_tool(event, key, verb)

    def _feed_tool(self, event: Event, key: tuple[str, str], verb: str) -> None:
        state = self._open[key]
        if verb == "executing":
            if state == "waiting":
                self._refuse(event, "the call waits for approval")
            self._open[key] = "executing"
        elif verb == "delta" and state != "executing":
            self._refuse(event, "the call is not executing")
        elif verb == "approval_requested":
            if state == "waiting":
                self._refuse(event, "approval was requested before")
            self._open[key] = "waiting"
        elif verb == "approval_resolved":
            if state != "waiting":
                self._refuse(event, "no approval was requested")
            self._open[key] = "resolved"

    def _require_open(self, event: Event, kind: str) -> None:
        ident = str(event.data.get(_ID_OF[kind]))
        if (kind, ident) not in self._open:
            self._refuse(event, f"{kind} {ident} is not open")

    def _describe_open(self) -> str:
        items = [f"{kind} {ident}" for kind, ident in self._open]
        return ", ".join([*items, *([f"step {self._step}"] if self._step_open else [])])

    @staticmethod
    def _refuse(event: Event, why: str) -> None:
        msg = f"{event.type} (seq {event.seq}) may not stand here: {why}"
        raise GrammarError(msg)


def check_events(events: Iterable[Event], *, whole: bool = True, compacted: bool = False) -> EventGrammar:
    """Check one run's events against the grammar and return the machine in its last state.

    Args:
        events: The events of one run, in order.
        whole: Require the terminal event; False accepts a prefix.
        compacted: Accept a `seq` that skips where deltas were let go.

    Raises:
        GrammarError: At the first event that may not stand where it stands.
    """
    grammar = EventGrammar(compacted=compacted)
    for event in events:
        grammar.feed(event)
    if whole:
        grammar.finish()
    return grammar


def without_deltas(events: Iterable[Event]) -> list[Event]:
    """The events that retention always keeps."""
    return [event for event in events if event.type not in DELTA_TYPES]
