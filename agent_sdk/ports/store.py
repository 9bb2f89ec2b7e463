"""The port to durable state: runs, their journals, and what belongs to them.

The store is the truth. Only the holder of a run's lease appends to its journal; everybody else writes signals. The
run's row, its approvals and its place in the feed are projections of the journal, made in the transaction that appends.
`agent_sdk.testing.conformance.store` is the suite that every adapter passes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Protocol, Self

from agent_sdk.contracts.approval import Approval
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.run import CancelMode, Run, RunLimits, RunStatus
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.creation import Admission, Created, NewRun, Origin
from agent_sdk.ports.journal import Entry
from agent_sdk.ports.records import (
    ApprovalRecords,
    IdempotencyRecords,
    KeyRecords,
    Retention,
    SessionRecords,
)

CommitObserver = Callable[[Sequence[tuple[Event, bytes]], float], None]
"""Told of each committed batch, on the event loop: its events with their encoded form, and the seconds it took."""
Durability = Literal["process", "power"]
"""What a committed event survives: the end of the process, or a loss of power, too."""
LEASE_S: Final = 30.0
"""What a claim and each heartbeat grant."""
ResumeReason = Literal["resumed", "retry", "owner_lost", "drained", "forked"]


class StoredEvent(NamedTuple):
    """An event as it is stored and sent: encoded once."""

    seq: int
    type: str
    data: bytes
    """The envelope as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run that a worker takes over."""

    scope: Scope
    run: Run
    """As it will be: `attempt` is already the new one. It is the fencing token."""
    resume: ResumeReason | None
    """None for a run that begins."""
    agent_version: str
    """Of the agent when the run was created, or that its owner adopted last."""
    model_choice: str | None
    limits: RunLimits
    deps: Any
    depth: int
    step: int
    """The last one begun."""
    last_time: datetime
    """Of the last event: an attempt's clock may be behind that of the one before."""
    canceled: bool = False
    """Whether cancellation was asked for before anybody claimed it."""
    signaled: bool = True
    """Whether `Lease.signals` may have something to say."""
    dead: bool = False
    """Whether its owners were lost too often without progress: it is claimed to be failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingInput:
    """What a user added to a run that is at work."""

    id: str
    """`msg_…`, the id of the message that it becomes."""
    input: Any
    """Text, or a list of parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What others want of a run; its owner reads it, and acts."""

    cancel_mode: CancelMode | None = None
    cancel_reason: str | None = None
    pause: bool = False
    """Whether to pause at the next border of a step."""
    inputs: tuple[PendingInput, ...] = ()
    """In order of arrival; gone once `input.received` is journaled."""
    decisions: tuple[Approval, ...] = ()
    """Decided and not yet journaled as `tool.approval_resolved`, of the run and its subagents."""
    subagent_cancels: Mapping[str, CancelMode] = field(default_factory=dict[str, CancelMode])
    """Subagents' runs, by id, that are to be canceled and have not ended."""


class Lease(Protocol):
    """A run that this process owns, and the one way to write its journal and those of its subagents."""

    @property
    def claim(self) -> Claim:
        """What was claimed."""
        ...

    @property
    def lost(self) -> bool:
        """Whether nothing can be written any more."""
        ...

    @property
    def awaited(self) -> bool:
        """False: readers follow the store, and what is not committed yet may grow (`EventSink`)."""
        ...

    def append(self, entry: Entry) -> None:
        """Take the next entry of the run or of a subagent; returns at once.

        What a task appends without awaiting in between is committed together or not at all. After the lease is
        lost, or abandoned, entries are dropped.
        """
        ...

    def remember(self, run_id: str, messages: Sequence[Message]) -> None:
        """Set what the session knows of a run, committed together with what is appended next."""
        ...

    def adopt(self, agent_version: str) -> None:
        """Note that the agent at work is of this version from now on, committed together with what is appended next."""
        ...

    async def committed(self) -> None:
        """Return when everything appended so far can no longer be lost. While the disk is full it waits.

        Raises:
            LeaseLost: Another worker owns the run.
        """
        ...

    async def journal(self, run_id: str) -> Sequence[Event]:
        """The committed events of the run or of a subagent, without deltas.

        The last event is among them whatever it is, and so is the last one before each claim: they say how far an
        attempt came.
        """
        ...

    async def history(self) -> Sequence[Message]:
        """What the session knew before this run, oldest first; of this run itself nothing."""
        ...

    async def signals(self) -> Signals:
        """What others want of it now."""
        ...

    def abandon(self) -> None:
        """Write nothing more. The run goes on elsewhere, as after a crash."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a sweep found."""

    reclaimed: int = 0
    """Runs whose owner was lost; they can be claimed."""
    dead: tuple[str, ...] = ()
    """Runs whose owners were lost too often without progress; their next claim fails them."""
    next_due_s: float | None = None
    """Seconds until a waiting run's delay is over."""


class Claimer(Protocol):
    """A worker of this process that claims a run in the transaction that creates it, while it has room."""

    def reserve(self) -> bool:
        """Keep room for one run; False where there is none. `let_go` follows, whatever came of it."""
        ...

    def let_go(self) -> None:
        """Keep that room no longer."""
        ...

    def opening(self, claim: Claim) -> Sequence[Event]:
        """What the claim writes first, in the same transaction."""
        ...

    def begin(self, lease: Lease, leased_at: float) -> None:
        """Execute what was claimed, at `leased_at` (monotonic seconds) or later; called on the event loop."""
        ...


class WorkQueue(Protocol):
    """The worker's side of the store."""

    async def claim(
        self, owner: str, *, limit: int, opening: "Callable[[Claim], Sequence[Event]]"
    ) -> Sequence[Lease]:
        """Take over at most `limit` runs that may run now, fair between organisations, one per session.

        A claim raises `attempt` by one and commits the events that `opening` makes of it in the same transaction. Runs
        that wait for nobody but are to be canceled are claimed, too, paused ones among them.
        """
        ...

    async def release(self, lease: Lease, *, reason: ResumeReason) -> None:
        """Give a run back that did not end or pause, without counting it as a loss."""
        ...

    def heartbeat(self, owner: str) -> frozenset[str]:
        """Extend the leases of `owner`; returns its runs that have signals. Blocking, for a thread of its own.

        Raises:
            StoreError: The store does not answer; leases run out meanwhile.
        """
        ...

    async def sweep(self) -> SweepReport:
        """Make the runs of lost owners claimable again: leases that ran out, owners of this machine that are dead."""
        ...

    def on_work(self, wake: Callable[[], None]) -> None:
        """Call `wake`, on the event loop, when this process commits something that can be claimed."""
        ...

    def on_created(self, owner: str, claimer: Claimer) -> None:
        """Have `claimer` claim, for `owner`, runs that this process creates and that need not wait for another."""
        ...

    def on_signal(self, wake: Callable[[str], None]) -> None:
        """Call `wake` with a run's id, on the event loop, when this process commits a signal for it."""
        ...


class Follower(Protocol):
    """One reader's place in one journal: a cursor, not a queue."""

    async def take(self, timeout_s: float) -> Sequence[StoredEvent]:
        """The next committed events, in order, a bounded number; empty when none came in time, or after the last.

        Raises:
            CursorExpired: What comes next is past its retention.
            StoreError: The store does not answer.
        """
        ...

    @property
    def ended(self) -> bool:
        """Whether the terminal event was taken."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A page of a journal."""

    events: Sequence[StoredEvent]
    last_seq: int
    """Of the journal, not of the page."""
    ended: bool
    """Whether the journal has its terminal event."""
    compacted: bool
    """Whether deltas were let go, so that `seq` skips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuery:
    """Which runs; every field that is set narrows."""

    status: RunStatus | None = None
    session_id: str | None = None
    agent: str | None = None
    parent_run_id: str | None = None
    """None lists root runs and subagents' alike."""
    text: str | None = None
    """Words that occur in the input, the output or the tags; ids match whole."""


class RunRecords(Protocol):
    """The caller's side of the store: runs and journals of one scope. What is outside it raises `NotFound`."""

    async def create(self, scope: Scope, new: NewRun, admission: Admission) -> Created:
        """Create a run.

        Raises:
            AdmissionRefused: Too many runs wait.
            SessionBusy: `on_busy` is `reject` and the session has a run at work or waiting.
            IdempotencyMismatch: The key was used for something else.
            Conflict: A run has this id, or the session belongs to another project.
        """
        ...

    async def get(self, scope: Scope, run_id: str) -> Run:
        """One run."""
        ...

    async def origin(self, scope: Scope, run_id: str) -> Origin:
        """What its caller chose for a run."""
        ...

    async def history(self, scope: Scope, run_id: str) -> Sequence[Message]:
        """What the session knew before this run, oldest first."""
        ...

    async def list(self, scope: Scope, query: RunQuery, page: PageRequest) -> Page[Run]:
        """Runs, newest first."""
        ...

    async def erase(self, scope: Scope, run_id: str) -> None:
        """Delete a run that has ended, its subagents' runs, and what the session knew of it.

        Raises:
            Conflict: It has not ended.
        """
        ...

    async def cancel(self, scope: Scope, run_id: str, mode: CancelMode, reason: str | None) -> Run:
        """Ask for cancellation of a run and its descendants; of one that has ended nothing changes."""
        ...

    async def pause(self, scope: Scope, run_id: str) -> Run:
        """Ask for a pause at the next border of a step.

        Raises:
            Conflict: It has ended.
        """
        ...

    async def resume(self, scope: Scope, run_id: str) -> Run:
        """Let a paused run go on, or take back the wish for a pause.

        Raises:
            Conflict: It has ended, or waits for approvals.
        """
        ...

    async def add_input(self, scope: Scope, run_id: str, pending: PendingInput) -> Run:
        """Add a user's words; a run that paused for input goes on.

        Raises:
            Conflict: It has ended.
        """
        ...

    async def events(self, scope: Scope, run_id: str, *, after: int, limit: int) -> EventPage:
        """A page of the journal.

        Raises:
            CursorExpired: Events after `after` are gone that no message holds whole.
        """
        ...

    async def follow(self, scope: Scope, run_id: str, *, after: int) -> Follower:
        """Read from `after` on, and go on as the run does."""
        ...

    async def feed(self, scope: Scope, *, after: int | None, timeout_s: float) -> Sequence[tuple[int, Run]]:
        """Runs whose status changed after the change number `after`, in order; the newest number alone where None.

        Waits for the first. A run that changed twice comes once, as it is.
        """
        ...


class Store(Protocol):
    """All of it, over one database."""

    @property
    def kind(self) -> str:
        """Of database: `sqlite`."""
        ...

    @property
    def durability(self) -> Durability:
        """What a committed event survives."""
        ...

    @property
    def runs(self) -> RunRecords:
        """Runs and journals."""
        ...

    @property
    def sessions(self) -> SessionRecords:
        """Sessions."""
        ...

    @property
    def approvals(self) -> ApprovalRecords:
        """Approvals."""
        ...

    @property
    def keys(self) -> KeyRecords:
        """API keys."""
        ...

    @property
    def idempotency(self) -> IdempotencyRecords:
        """Answers by idempotency key."""
        ...

    @property
    def retention(self) -> Retention:
        """Letting go."""
        ...

    @property
    def work(self) -> WorkQueue:
        """The worker's side."""
        ...

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreOutdated: `upgrade` has to run first.
            StoreError: It cannot be used.
        """
        ...

    async def check(self) -> None:
        """Require that it answers and can write.

        Raises:
            StoreError: It does not; says why.
        """
        ...

    def on_commit(self, observer: CommitObserver) -> None:
        """Have `observer` told of every batch of events that this process commits."""
        ...

    async def close(self) -> None:
        """Commit what was appended, and disconnect."""
        ...
