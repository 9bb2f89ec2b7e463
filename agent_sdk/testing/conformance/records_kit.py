"""Makes runs in any store, through its port alone: created, claimed, journaled and ended as a worker would."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import Message, Role, TextPart
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.run import Run, RunLimits, StopReason
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.journal import Entry
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import Admission, Claim, Lease, NewRun, Store
from agent_sdk.runtime.journal import Journal
from agent_sdk.testing.fakes import FakeClock, FakeIds

OWNER: Final = "wrk_conformance"
MODEL: Final = "scripted:model"
DAY_S: Final = 86_400.0
MINE: Final = Scope(org_id="org_00000000000000000000000aaa", principal="key_00000000000000000000000aaa")
FOREIGN: Final = Scope(org_id="org_00000000000000000000000bbb", principal="key_00000000000000000000000bbb")
NO_LIMIT: Final = Admission(queued_max_count=1_000_000, queued_per_org_max_count=1_000_000)
CLAIM_MAX_COUNT: Final = 100
ALL: Final = PageRequest(limit=1000)


class _Pen:
    """Where a journal's entries go: kept until a lease takes them."""

    awaited = False

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.lease: Lease | None = None

    def append(self, entry: Entry) -> None:
        if self.lease is not None:
            self.lease.append(entry)
            return
        self.kept.append(entry if isinstance(entry, Event) else entry.seal())

    async def committed(self) -> None:
        if self.lease is not None:
            await self.lease.committed()

    def taken(self) -> Sequence[Event]:
        """What was kept, once."""
        kept, self.kept = self.kept, []
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A run that waits."""

    scope: Scope
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A run that the bench has claimed; append to `journal`, then await `journal.committed()`."""

    scope: Scope
    run: Run
    journal: Journal
    lease: Lease


class Bench:
    """Makes runs in a store."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        """Work on `store`, at the time of `clock`, which has to be the store's own."""
        self.store = store
        self.clock = clock
        self.ids = FakeIds()
        self._pens: dict[str, tuple[Journal, _Pen]] = {}

    def new(
        self,
        scope: Scope = MINE,
        *,
        session: str | None = None,
        asked: Any = "hello",
        agent: str = "helper",
        tags: tuple[str, ...] = (),
        idempotency: IdempotencyKey | None = None,
    ) -> NewRun:
        """A run to create; the bench keeps its journal."""
        run_id, pen = self.ids.new("run"), _Pen()
        session_id = session or self.ids.new("ses")
        journal = Journal(
            pen, self.clock, run_id=run_id, session_id=session_id, org_id=scope.org_id, agent=agent
        )
        journal.record("run.queued", {"model": MODEL})
        self._pens[run_id] = (journal, pen)
        return NewRun(
            id=run_id,
            session_id=session_id,
            session_named=session is not None,
            agent=agent,
            agent_version="1",
            model=MODEL,
            model_choice=None,
            input=asked,
            events=pen.taken(),
            limits=RunLimits(),
            tags=tags,
            idempotency=idempotency,
        )

    async def queued(self, scope: Scope = MINE, **what: Any) -> Draft:
        """Create a run that waits; `what` goes to `new`."""
        created = await self.store.runs.create(scope, self.new(scope, **what), NO_LIMIT)
        return Draft(scope=scope, run=created.run)

    async def begun(self, scope: Scope = MINE, **what: Any) -> AtWork:
        """Create a run and claim it; `what` goes to `queued`."""
        return await self.claimed(await self.queued(scope, **what))

    async def claimed(self, draft: Draft) -> AtWork:
        """Claim what waits; the draft has to be among it."""
        leases = await self.store.work.claim(OWNER, limit=CLAIM_MAX_COUNT, opening=self._opening)
        by_run = {lease.claim.run.id: lease for lease in leases}
        for run_id, lease in by_run.items():
            self._pens[run_id][1].lease = lease
        lease = by_run[draft.run.id]
        journal, _ = self._pens[draft.run.id]
        return AtWork(scope=draft.scope, run=lease.claim.run, journal=journal, lease=lease)

    async def ended(
        self, scope: Scope = MINE, *, output: Any = "done", messages: Sequence[str] = (), **what: Any
    ) -> Run:
        """Create a run, say `messages` in its session, stream a few deltas, and complete it."""
        work = await self.begun(scope, **what)
        self.speak(work.journal)
        self.remember(work, messages)
        return await self.complete(work, output)

    def speak(self, journal: Journal) -> None:
        """Journal one answer: two deltas, a thought, and the whole."""
        message_id = self.ids.new("msg")
        journal.step += 1
        journal.record("step.started", {"model": MODEL})
        journal.record("message.started", {"message_id": message_id, "model": MODEL})
        # Recorded one by one, so that they are three events whenever the store commits.
        journal.record("reasoning.delta", {"message_id": message_id, "delta": "hm"})
        for delta in ("hel", "lo"):
            journal.record("message.delta", {"message_id": message_id, "delta": delta, "part": "text"})
        whole = self.message("hello", "assistant", message_id)
        journal.record("message.completed", {"message_id": message_id, "message": whole})
        usage = Usage(requests=1)
        done = {"model": MODEL, "usage": usage, "finish_reason": "stop", "latency_ms": 1}
        journal.record("step.completed", done)

    def remember(self, work: AtWork, texts: Sequence[str]) -> None:
        """Have the session know these texts of the run."""
        if texts:
            work.lease.remember(work.run.id, [self.message(text) for text in texts])

    def message(self, text: str, role: Role = "user", message_id: str | None = None) -> Message:
        """A message of one text."""
        return Message(id=message_id or self.ids.new("msg"), role=role, parts=(TextPart(text=text),))

    async def complete(self, work: AtWork, output: Any = "done") -> Run:
        """End it well, and give it as it is then."""
        end(work.journal, output)
        await work.journal.committed()
        return await self.store.runs.get(work.scope, work.run.id)

    def child(self, work: AtWork) -> Journal:
        """Begin the run of a subagent."""
        journal = Journal(
            work.lease,
            self.clock,
            run_id=self.ids.new("run"),
            session_id=work.run.session_id,
            org_id=work.scope.org_id,
            agent="subagent",
            parent=work.journal,
        )
        journal.attempt = work.journal.attempt
        journal.record("run.queued", {"model": MODEL})
        journal.record("run.started", {"model": MODEL})
        return journal

    def ask(self, journal: Journal, tool: str = "send", **args: Any) -> str:
        """Ask for approval of a call; gives its id."""
        call_id = self.ids.new("call")
        asked = {"tool_call_id": call_id, "name": tool, "args": args, "args_hash": f"hash of {args}"}
        journal.record("tool.approval_requested", asked)
        return call_id

    async def pause(self, work: AtWork, reason: StopReason = "approval_required") -> None:
        """Pause it."""
        work.journal.record("run.paused", {"stop_reason": reason, "usage": Usage()})
        await work.journal.committed()

    async def waiting(self, scope: Scope = MINE, *, calls: int = 1) -> tuple[AtWork, list[str]]:
        """A run that paused for approval of so many calls, and their ids."""
        work = await self.begun(scope)
        asked = [self.ask(work.journal, to=str(number)) for number in range(calls)]
        await self.pause(work)
        return work, asked

    def _opening(self, claim: Claim) -> Sequence[Event]:
        journal, pen = self._pens[claim.run.id]
        pen.lease = None
        journal.attempt = claim.run.attempt
        if claim.resume is None:
            journal.record("run.started", {"model": MODEL})
        else:
            if claim.resume == "resumed":
                journal.record("run.queued", {"model": MODEL})
            journal.record("run.resumed", {"reason": claim.resume})
        return pen.taken()


def end(journal: Journal, output: Any = "done") -> None:
    """Write the last event of a run that ends well."""
    journal.record("run.completed", {"stop_reason": "end_turn", "output": output, "usage": Usage(requests=1)})


async def paged(read: Callable[[PageRequest], Awaitable[Page[Any]]], limit: int) -> list[list[Any]]:
    """Every page of a list."""
    pages: list[list[Any]] = []
    cursor = None
    while True:
        page = await read(PageRequest(limit=limit, cursor=cursor))
        pages.append(list(page.data))
        cursor = page.next_cursor
        if cursor is None:
            return pages


async def newest(store: Store, scope: Scope = MINE) -> int:
    """The number of the last change."""
    changes = await store.runs.feed(scope, after=None, timeout_s=0)
    return changes[-1][0] if changes else 0
