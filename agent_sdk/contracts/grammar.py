"""The grammar of a run's journal, as a state machine that anybody can feed.

`check_events` reads a list; `EventGrammar` takes events one at a time (a debug mode feeds it while a run is live).
Two modes: *whole* requires the terminal event, *prefix* accepts a journal that is still being written or paused.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NoReturn

from agent_sdk.contracts.errors import GrammarError
from agent_sdk.contracts.events import DELTA_TYPES, STREAM_OF, Event
from agent_sdk.contracts.run import TERMINAL, RunStatus, may_follow

_Key = tuple[str, str]
"""Kind and id of something that starts and ends."""
_StepState = Literal["closed", "asking", "answered", "interrupted"]
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
    "reasoning": "message_id",
    "tool": "tool_call_id",
    "handoff": "tool_call_id",
    "subagent": "child_run_id",
}
_ENDS: Final = frozenset({"completed", "failed", "canceled", "denied"})
_WHILE_WAITING: Final = frozenset({"failed", "canceled", "denied", "approval_resolved"})
"""What may be written while nobody executes the run: closing what is open before it ends, and decisions."""
_STATES_BEFORE: Final[Mapping[str, frozenset[str]]] = {
    "message.delta": frozenset({"started"}),
    "reasoning.delta": frozenset({"started"}),
    "message.completed": frozenset({"started"}),
    "tool.executing": frozenset({"started", "approved", "interrupted"}),
    "tool.delta": frozenset({"executing"}),
    "tool.completed": frozenset({"executing"}),
    "tool.denied": frozenset({"started", "waiting", "approved", "refused"}),
    # A tool may find out while it runs that it needs approval, and nobody may know how far a lost owner came.
    "tool.approval_requested": frozenset({"started", "executing", "interrupted"}),
    "tool.approval_resolved": frozenset({"waiting"}),
}
"""The states in which an open message or tool may be spoken of so; in any, where nothing is said here."""
_INTERRUPTED: Final[Mapping[tuple[str, str], str]] = {
    ("message", "started"): "interrupted",
    ("tool", "executing"): "interrupted",
}
"""What becomes of what the last owner was at, when another attempt takes over."""
_DECISIONS: Final = {"approve": "approved", "deny": "refused"}
_WHOLE_RUN: Final = ("run_id", "root_run_id", "parent_run_id", "depth", "session_id", "org_id")


class EventGrammar:
    """Accepts one run's events in order and refuses those that may not stand where they stand.

    A refused event changes nothing. Types of a later version are skipped, but for their envelope.
    """

    def __init__(self, *, compacted: bool = False) -> None:
        """Start before the first event.

        Args:
            compacted: Whether deltas of messages may be missing, so that `seq` skips within a message.
        """
        self.status: RunStatus | None = None
        self._compacted = compacted
        self._first: Event | None = None
        self._seq = 0
        self._attempt = 1
        self._step = 0
        self._step_state: _StepState = "closed"
        self._started = False
        self._open: dict[_Key, str] = {}
        """The state of everything that was started and has not ended."""
        self._ended: set[_Key] = set()

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
        if self.status is None and event.type != "run.queued":
            self._refuse(event, "the first event is run.queued")
        if event.type in STREAM_OF:
            if kind == "run":
                self._feed_run(event)
            elif self.status != "running" and verb not in _WHILE_WAITING:
                self._refuse(event, f"the run is {self.status}")
            elif kind == "step":
                self._feed_step(event, verb)
            elif kind in _ID_OF:
                self._feed_item(event, kind, verb)
        self._first = self._first or event
        self._seq = event.seq

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
        if event.seq != self._seq + 1 and not (event.seq > self._seq and self._deltas_may_be_missing()):
            self._refuse(event, f"seq {event.seq} after {self._seq}")
        if STREAM_OF.get(event.type, event.stream) != event.stream:
            self._refuse(event, f"the stream of its type is {STREAM_OF[event.type]}")
        first = self._first or event
        for name in _WHOLE_RUN:
            if getattr(first, name) != getattr(event, name):
                self._refuse(
                    event, f"{name} changed from {getattr(first, name)!r} to {getattr(event, name)!r}"
                )
        if event.attempt < self._attempt or (event.attempt > self._attempt and event.type != "run.resumed"):
            self._refuse(event, f"attempt {event.attempt} after {self._attempt}; only run.resumed raises it")
        if event.type != "step.started" and event.step != self._step:
            self._refuse(event, f"step {event.step}, but the last step started is {self._step}")

    def _deltas_may_be_missing(self) -> bool:
        return self._compacted and self.status == "running" and ("message", "started") in self._states()

    def _feed_run(self, event: Event) -> None:
        following = _STATUS_OF[event.type]
        if self.status is not None and not may_follow(self.status, following):
            self._refuse(event, f"the run is {self.status}")
        if event.type == "run.started" and self._started:
            self._refuse(event, "the run had started; a later claim is run.resumed")
        if following in TERMINAL and (self._open or self._step_state != "closed"):
            self._refuse(event, f"still open: {self._describe_open()}")
        if event.type == "run.resumed":
            self._resume(event)
        self._started = self._started or event.type == "run.started"
        self.status = following

    def _resume(self, event: Event) -> None:
        """A claim. When it is another attempt, what the last one was at is interrupted."""
        if not self._started:
            self._refuse(event, "the run had not started")
        if event.attempt == self._attempt:
            if self.status != "queued":
                self._refuse(event, f"the run is {self.status}; only another attempt takes it over")
            return
        self._attempt = event.attempt
        for key, state in self._open.items():
            self._open[key] = _INTERRUPTED.get((key[0], state), state)
        if self._step_state == "asking":
            self._step_state = "interrupted"

    def _feed_step(self, event: Event, verb: str) -> None:
        if verb == "started":
            if self._step_state != "closed":
                self._refuse(event, f"step {self._step} is open")
            if event.step != self._step + 1:
                self._refuse(event, f"step {event.step} after {self._step}")
            self._step, self._step_state = event.step, "asking"
            return
        if self._step_state == "closed":
            self._refuse(event, "no step is open")
        if self._open:
            self._refuse(event, f"still open: {self._describe_open()}")
        if verb == "completed" and self._step_state == "interrupted":
            self._refuse(event, "the step was interrupted; it closes as step.failed")
        self._step_state = "closed"

    def _feed_item(self, event: Event, kind: str, verb: str) -> None:
        key = self._key(event, kind)
        if verb == "started":
            self._check_start(event, key)
            self._open[key] = "started"
            return
        state = self._open.get(key)
        if state is None:
            self._refuse(event, f"{key[0]} {key[1]} is not open")
        if state not in _STATES_BEFORE.get(event.type, {state}):
            self._refuse(event, f"{key[0]} {key[1]} is {state}")
        if verb in _ENDS:
            del self._open[key]
            self._ended.add(key)
        else:
            self._open[key] = self._next_state(event, verb, state)
        if event.type == "message.completed":
            self._step_state = "answered"

    def _check_start(self, event: Event, key: _Key) -> None:
        if key in self._open or key in self._ended:
            self._refuse(event, f"{key[1]} had started")
        if self._step_state == "closed":
            self._refuse(event, "no step is open")
        if self._step_state == "interrupted":
            self._refuse(event, "the step was interrupted; it closes as step.failed")
        if key[0] == "message" and any(kind == "message" for kind, _ in self._open):
            self._refuse(event, "another message is open")

    def _next_state(self, event: Event, verb: str, state: str) -> str:
        if verb == "executing":
            return "executing"
        if verb == "approval_requested":
            return "waiting"
        if verb == "approval_resolved":
            decision = event.data.get("decision")
            if decision not in _DECISIONS:
                self._refuse(event, f"{decision!r} is no decision")
            return _DECISIONS[decision]
        return state

    def _key(self, event: Event, kind: str) -> _Key:
        ident = event.data.get(_ID_OF[kind])
        if not isinstance(ident, str) or not ident:
            self._refuse(event, f"it has no {_ID_OF[kind]}")
        return ("message" if kind == "reasoning" else kind), ident

    def _states(self) -> Iterable[tuple[str, str]]:
        return [(kind, state) for (kind, _), state in self._open.items()]

    def _describe_open(self) -> str:
        items = [f"{kind} {ident}" for kind, ident in self._open]
        return ", ".join([*items, *([f"step {self._step}"] if self._step_state != "closed" else [])])

    @staticmethod
    def _refuse(event: Event, why: str) -> NoReturn:
        msg = f"{event.type} (seq {event.seq}) may not stand here: {why}"
        raise GrammarError(msg)


def check_events(events: Iterable[Event], *, whole: bool = True, compacted: bool = False) -> EventGrammar:
    """Check one run's events against the grammar and return the machine in its last state.

    Args:
        events: The events of one run, in order.
        whole: Require the terminal event; False accepts a prefix.
        compacted: Accept a `seq` that skips within a message, where its deltas were let go.

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
