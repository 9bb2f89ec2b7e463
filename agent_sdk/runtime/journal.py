"""The writer's side of a run's journal: numbers entries, merges deltas nobody has seen, hands entries to a sink.

Most runs in memory end without anybody having looked at their events. An entry therefore is no event yet: it holds
what only the moment of writing knows, and becomes the event when it is committed or shown.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from agent_sdk.contracts.codec import decode, to_written
from agent_sdk.contracts.events import EVENT_VERSION, STREAM_OF, Event, EventType
from agent_sdk.contracts.ids import PAIRS, event_id, event_id_head, run_mark
from agent_sdk.ports.journal import EventSink
from agent_sdk.ports.system import Clock

_PLAIN_AS_WRITTEN: Final = frozenset(
    {"run.started", "run.resumed", "step.started", "message.started", "tool.executing"}
)
"""Types whose data is a few ids and names of ours, so that nothing in it needs to be made plain."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
DeltaType = Literal["message.delta", "reasoning.delta", "tool.delta"]


class _OpenEvent:
    """An event that is being written: it has the slots of `Event`, and becomes one by its class.

    An event is made per token, and the frozen class's own `__init__` takes ten times as long: 1.8 µs, not 0.2.
    """

    __slots__ = Event.__slots__


class Head:
    """What all events of a run have in common. It knows no sink: entries outlive the run in its result."""

    __slots__ = (
        "_mark",
        "depth",
        "id_parts",
        "org_id",
        "parent_run_id",
        "root_run_id",
        "run_id",
        "session_id",
    )

    def __init__(self, run_id: str, session_id: str, org_id: str, parent: "Head | None") -> None:
        """Of a run below `parent`, or of a root run."""
        self.run_id = run_id
        self.session_id = session_id
        self.org_id = org_id
        self.root_run_id = parent.root_run_id if parent else run_id
        self.parent_run_id = parent.run_id if parent else None
        self.depth: int = parent.depth + 1 if parent else 0
        self._mark = run_mark(run_id)
        self.id_parts = (-1, -1, "", "")
        """What ids have in common for 1024 ms and 1024 events: these, and how an id begins and goes on.

        One attribute, replaced whole: results are looked at by any thread.
        """

    def new_parts(self, time_ms: int, seq: int) -> tuple[int, int, str, str]:
        """The `id_parts` of an event, which are those of the next ones, too."""
        start, middle = event_id_head(time_ms, "")[:-2], event_id(self._mark, seq)[:-2]
        self.id_parts = parts = (time_ms >> 10, seq >> 10, start, middle)
        return parts


class Record:
    """An entry of a journal (`agent_sdk.ports.journal.Growing`): what only the moment of writing knows."""

    __slots__ = (
        "_data",
        "_head",
        "_more",
        "_time",
        "agent",
        "attempt",
        "event",
        "latest",
        "run_id",
        "seq",
        "step",
        "type",
    )

    def __init__(
        self, journal: "Journal", kind: EventType, data: dict[str, Any] | bytes, time: datetime
    ) -> None:
        """Take the place that `journal` is at; `data` is nobody else's, or JSON."""
        self._head = head = journal.head
        self._data = data
        self._time = time
        self.latest = journal.latest
        self.agent = journal.agent
        self.attempt = journal.attempt
        self.step = journal.step
        self._more: list[str] | None = None
        self.event: Event | None = None
        self.run_id = head.run_id
        self.seq = journal.seq
        self.type: EventType = kind

    @property
    def depth(self) -> int:
        """Generations of subagents above it."""
        return self._head.depth

    def grow(self, kind: EventType, data: dict[str, Any]) -> bool:
        """Take over another delta of the same thing; False where it is none, or the event has been shown."""
        mine = self._data
        if self.event is not None or self.type != kind or isinstance(mine, bytes):
            return False
        if len(mine) != len(data) or any(mine.get(key) != data[key] for key in data if key != "delta"):
            return False
        if self._more is None:
            self._more = []
        self._more.append(data["delta"])
        return True

    def seal(self) -> Event:
        """The event. It grows no more, and is the same one each time."""
        if self.event is not None:
            return self.event
        data = self._data
        if isinstance(data, bytes):
            self._data = data = decode(data)
        elif self._more is not None:
            data["delta"] += "".join(self._more)
            self._more = None
        self.event = event = _event(self, self._head, self.type, data, self._time)
        return event


def _event(
    made: "Record | Journal", head: Head, kind: EventType, data: dict[str, Any], time: datetime
) -> Event:
    """The event at the place of a record, or at the one that the journal is at."""
    event: Any = _OpenEvent()
    seq, time_ms = made.seq, int(made.latest.timestamp() * 1000)
    era, lap, start, middle = head.id_parts
    if time_ms >> 10 != era or seq >> 10 != lap:
        _, _, start, middle = head.new_parts(time_ms, seq)
    event.id = f"{start}{PAIRS[time_ms & 1023]}{middle}{PAIRS[seq & 1023]}"
    event.seq = seq
    event.run_id = head.run_id
    event.root_run_id = head.root_run_id
    event.parent_run_id = head.parent_run_id
    event.depth = head.depth
    event.session_id = head.session_id
    event.org_id = head.org_id
    event.agent = made.agent
    event.attempt = made.attempt
    event.step = made.step
    event.time = time
    event.stream = STREAM_OF[kind]
    event.type = kind
    event.version = EVENT_VERSION
    event.data = data
    event.__class__ = Event
    return event


class Journal:
    """Writes one run's events. Its state is the head: the last `seq`, the attempt, the step and the agent."""

    __slots__ = (
        "_draft",
        "_now",
        "_sink",
        "agent",
        "attempt",
        "depth",
        "head",
        "latest",
        "org_id",
        "run_id",
        "seq",
        "session_id",
        "step",
    )

    def __init__(
        self,
        sink: EventSink,
        clock: Clock,
        *,
        run_id: str,
        session_id: str,
        org_id: str,
        agent: str,
        parent: "Journal | None" = None,
    ) -> None:
        """Begin an empty journal, below `parent` where the run is a subagent's."""
        self._sink = sink
        self._now = clock.now
        self.head = Head(run_id, session_id, org_id, parent.head if parent else None)
        self.latest = _NEVER
        self._draft: Record | None = None
        self.run_id = run_id
        self.session_id = session_id
        self.org_id = org_id
        self.agent = agent
        self.depth = self.head.depth
        self.attempt = 1
        self.step = 0
        self.seq = 0

    def record(self, kind: EventType, data: Mapping[str, Any]) -> None:
        """Append an event; `data` is one of `agent_sdk.contracts.event_data`, and taken as it is now.

        Raises:
            InvalidInput: Something in it has no JSON form.
        """
        self._draft = None
        # Written and not read back: whatever becomes of a tool's arguments or result, the journal has what it was.
        self._sink.append(self.entry(kind, dict(data) if kind in _PLAIN_AS_WRITTEN else to_written(data)))

    def delta(self, kind: DeltaType, data: dict[str, Any]) -> None:
        """Append streamed output: `data["delta"]` of whatever the other fields name; the dict becomes the journal's.

        It grows the last event where that is a delta of the same thing that nobody has seen yet: a fast model
        makes longer deltas, not a longer queue.
        """
        sink = self._sink
        if sink.awaited:
            # Somebody takes it at once, so there is no entry that could grow.
            self._draft = None
            self.seq += 1
            now = self._now()
            if now > self.latest:  # noqa: PLR1730 - as in `entry`
                self.latest = now
            sink.append(_event(self, self.head, kind, data, now))
            return
        draft = self._draft
        if draft is not None and draft.event is None and draft.grow(kind, data):
            return
        self._draft = draft = self.entry(kind, data)
        sink.append(draft)

    async def committed(self) -> None:
        """Return when everything recorded so far can no longer be lost."""
        await self._sink.committed()

    def entry(self, kind: EventType, data: dict[str, Any] | bytes) -> Record:
        """The next entry, without appending it."""
        self.seq += 1
        now = self._now()
        # A clock that went back changes nothing: ids stay in the order of the run.
        if now > self.latest:  # noqa: PLR1730 - `max` takes three times as long, and this is done for each token
            self.latest = now
        return Record(self, kind, data, now)
