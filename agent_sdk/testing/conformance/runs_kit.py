"""Claims runs of any store and writes their journals, as a worker would, through the port alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.run import OnBusy, Run, RunLimits, StopReason
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import LEASE_S, Admission, Lease, NewRun, Store
from agent_sdk.ports.system import IdFactory
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.request import journal_of, opening
from agent_sdk.testing.fakes import FakeClock, FakeIds, fake_services

MODEL: Final = "scripted:model"
MINE: Final = Scope(org_id="org_00000000000000000000000aaa", principal="key_00000000000000000000000aaa")
FOREIGN: Final = Scope(org_id="org_00000000000000000000000bbb", principal="key_00000000000000000000000bbb")
NO_LIMIT: Final = Admission(queued_max_count=1_000_000, queued_per_org_max_count=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A run that was claimed, and the pen for its journal."""

    lease: Lease
    journal: Journal

    @property
    def id(self) -> str:
        """The run's."""
        return self.lease.claim.run.id

    async def record(self, kind: Any, data: Mapping[str, Any]) -> None:
        """Write an event and wait for its commit."""
        self.journal.record(kind, data)
        await self.lease.committed()

    async def complete(self, output: Any = "done") -> None:
        """End the run well."""
        data = {"stop_reason": "end_turn", "output": output, "usage": Usage(requests=1)}
        await self.record("run.completed", data)

    async def pause(self, stop_reason: StopReason = "input_required") -> None:
        """Pause it."""
        await self.record("run.paused", {"stop_reason": stop_reason, "usage": Usage(requests=1)})

    async def retry(self, delay_ms: int) -> None:
        """Have it tried again after a delay."""
        error = {"code": "ASDK-LLM-004", "message": "busy", "hint": None, "retryable": True}
        await self.record("run.retrying", {"error": error, "delay_ms": delay_ms})

    def step(self) -> None:
        """Begin the next step."""
        self.journal.step += 1
        self.journal.record("step.started", {"model": MODEL})

    def speak(self, *deltas: str) -> None:
        """Begin a step and stream text, one event for each piece."""
        self.step()
        message_id = f"msg_{self.journal.seq}"
        self.journal.record("message.started", {"message_id": message_id, "model": MODEL})
        for delta in deltas:
            data = {"message_id": message_id, "delta": delta, "part": "text"}
            self.journal.record("message.delta", data)

    def child(self, run_id: str) -> Journal:
        """The journal of a subagent, which is queued and started."""
        parent = self.journal
        journal = Journal(
            self.lease,
            FakeClock(),
            run_id=run_id,
            session_id=parent.session_id,
            org_id=parent.org_id,
            agent="subagent",
            parent=parent,
        )
        journal.attempt = parent.attempt
        journal.record("run.queued", {"model": MODEL})
        journal.record("run.started", {"model": MODEL})
        return journal


class Floor:
    """Makes, claims and reads runs of a store."""

    def __init__(self, store: Store, clock: FakeClock, ids: IdFactory | None = None) -> None:
        """Work on `store`, at the time of `clock`, which has to be the store's own."""
        self.store = store
        self.clock = clock
        self.services = fake_services(clock=clock)
        self.ids: IdFactory = ids or FakeIds()

    def new(
        self,
        scope: Scope = MINE,
        *,
        session: str | None = None,
        run_id: str | None = None,
        on_busy: OnBusy = "enqueue",
        idempotency: IdempotencyKey | None = None,
    ) -> NewRun:
        """A run to create."""
        run_id, session_id = run_id or self.ids.new("run"), session or self.ids.new("ses")
        pen = _Pen()
        journal = Journal(
            pen, self.clock, run_id=run_id, session_id=session_id, org_id=scope.org_id, agent="helper"
        )
        journal.record("run.queued", {"model": MODEL})
        return NewRun(
            id=run_id,
            session_id=session_id,
            session_named=session is not None,
            agent="helper",
            agent_version="1",
            model=MODEL,
            model_choice=None,
            input="hello",
            events=pen.events,
            limits=RunLimits(max_steps=7),
            deps={"user": 1},
            metadata={"a": [1]},
            tags=("t",),
            on_busy=on_busy,
            idempotency=idempotency,
        )

    async def queued(self, scope: Scope = MINE, *, session: str | None = None) -> Run:
        """Create a run."""
        return (await self.store.runs.create(scope, self.new(scope, session=session), NO_LIMIT)).run

    async def claim(self, owner: str = "wrk_a", *, limit: int = 100) -> dict[str, Hold]:
        """Claim what there is, by run."""
        leases = await self.store.work.claim(owner, limit=limit, opening=opening(self.services))
        return {lease.claim.run.id: await self._hold(lease) for lease in leases}

    async def begun(self, scope: Scope = MINE, *, session: str | None = None, owner: str = "wrk_a") -> Hold:
        """Create a run and claim it."""
        run = await self.queued(scope, session=session)
        return (await self.claim(owner))[run.id]

    async def lose_owners(self) -> None:
        """Let all leases run out, and sweep."""
        self.clock.advance(LEASE_S + 1)
        await self.store.work.sweep()

    async def journal(self, run_id: str, scope: Scope = MINE) -> list[Event]:
        """The whole journal, as a reader gets it."""
        page = await self.store.runs.events(scope, run_id, after=0, limit=1000)
        return [decode_event(each.data) for each in page.events]

    async def types(self, run_id: str, scope: Scope = MINE) -> list[str]:
        """The types of its events."""
        return [event.type for event in await self.journal(run_id, scope)]

    async def _hold(self, lease: Lease) -> Hold:
        claim = lease.claim
        journal = journal_of(self.services, claim, lease)
        journal.seq = (await self.store.runs.get(claim.scope, claim.run.id)).last_seq
        return Hold(lease=lease, journal=journal)


class _Pen:
    awaited = False

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, entry: Any) -> None:
        self.events.append(entry if isinstance(entry, Event) else entry.seal())

    async def committed(self) -> None: ...


def sequence(events: Sequence[Event]) -> list[int]:
    """The numbers of events."""
    return [event.seq for event in events]
