"""The caller's side: runs and journals of one organisation."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound
from agent_sdk.contracts.run import TERMINAL, CancelMode, Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.store import (
    Admission,
    Created,
    EventPage,
    Follower,
    NewRun,
    Origin,
    PendingInput,
    RunQuery,
)
from agent_sdk.ports.system import Clock
from agent_sdk.storage.sqlite.creating import create_run
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.follow import SqliteFollower, require_kept
from agent_sdk.storage.sqlite.queries import RunQueries
from agent_sdk.storage.sqlite.reading import history_of, origin_of, read_events, read_run, read_run_in
from agent_sdk.storage.sqlite.records import to_micros
from agent_sdk.storage.sqlite.transaction import Transaction
from agent_sdk.storage.sqlite.transitions import cancel_tree, requeue
from agent_sdk.storage.sqlite.work import Work
from agent_sdk.storage.sqlite.writer import Writer
from agent_sdk.storage.tail import Tails

SEQ_MAX: Final = 2**63 - 2
# An input and the wish for a pause have an order, whatever the clock does: see `record._CAME_ALREADY`.
_PAUSE: Final = (
    "UPDATE runs SET pause_requested_at = max(?, coalesce((SELECT max(created_at) FROM inputs WHERE run_id = runs.id), "
    "0)) WHERE id = ? AND pause_requested_at IS NULL"
)
_GO_ON: Final = "UPDATE runs SET pause_requested_at = NULL WHERE id = ?"
_ASKED: Final = "SELECT 1 FROM approvals WHERE root_run_id = ? AND status = 'pending' LIMIT 1"
_INPUT: Final = (
    "INSERT INTO inputs (id, org_id, run_id, input, created_at) "
    "SELECT ?, org_id, id, ?, max(?, coalesce(pause_requested_at + 1, 0)) FROM runs WHERE id = ?"
)
_KNOWN_INPUT: Final = "SELECT 1 FROM inputs WHERE id = ?"
_HEAD: Final = (
    "SELECT compacted, max(last_seq, coalesce((SELECT max(seq) FROM events WHERE run_id = runs.id), 0)), ended_at "
    "FROM runs WHERE id = ? AND org_id = ?"
)


class Runs:
    """Implements `agent_sdk.ports.store.RunRecords`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        tails: Tails,
        queries: RunQueries,
        *,
        work: Work,
    ) -> None:
        """Over an open database."""
        self._work = work
        self._database = database
        self._writer = writer
        self._clock = clock
        self._tails = tails
        self._queries = queries

    async def create(self, scope: Scope, new: NewRun, admission: Admission) -> Created:
        """Create a run; a worker of this process that has room claims it with that."""
        leased_at, now = self._clock.monotonic(), self._now()
        claimer = self._work.reserve()

        def create(tx: Transaction) -> Created:
            lessee = None if claimer is None else self._work.lessee(now)
            made = create_run(tx, scope, new, admission, now, lessee=lessee)
            if claimer is not None and made.leased:
                self._work.take_new(tx, scope, new, made, claimer, leased_at=leased_at)
            return made.created

        # Who follows it at once finds in memory what was just committed.
        self._tails.enter(new.id)
        try:
            return await self._writer.do(create)
        finally:
            asyncio.get_running_loop().call_soon(self._tails.leave, new.id)
            if claimer is not None:
                claimer.let_go()

    async def get(self, scope: Scope, run_id: str) -> Run:
        """One run."""
        return read_run(self._database.reader, scope.org_id, run_id)

    async def origin(self, scope: Scope, run_id: str) -> Origin:
        """What its caller chose for a run."""
        read_run(self._database.reader, scope.org_id, run_id)
        return origin_of(self._database.reader, scope.org_id, run_id)

    async def history(self, scope: Scope, run_id: str) -> Sequence[Message]:
        """What the session knew before this run."""
        read_run(self._database.reader, scope.org_id, run_id)
        return history_of(self._database.reader, scope.org_id, run_id)

    async def list(self, scope: Scope, query: RunQuery, page: PageRequest) -> Page[Run]:
        """Runs, newest first."""
        return await self._queries.list(scope, query, page)

    async def erase(self, scope: Scope, run_id: str) -> None:
        """Delete a run that has ended."""
        await self._queries.erase(scope, run_id)

    async def feed(self, scope: Scope, *, after: int | None, timeout_s: float) -> Sequence[tuple[int, Run]]:
        """Runs whose status changed."""
        return await self._queries.feed(scope, after=after, timeout_s=timeout_s)

    async def cancel(self, scope: Scope, run_id: str, mode: CancelMode, reason: str | None) -> Run:
        """Ask for cancellation of a run and its descendants."""
        now = self._now()

        def cancel(tx: Transaction) -> Run:
            run = read_run_in(tx, scope.org_id, run_id)
            if run.status in TERMINAL:
                return run
            cancel_tree(tx, run_id, mode, reason, now)
            return read_run_in(tx, scope.org_id, run_id)

        return await self._writer.do(cancel)

    async def pause(self, scope: Scope, run_id: str) -> Run:
        """Ask for a pause."""
        now = self._now()

        def pause(tx: Transaction) -> Run:
            run = _steerable(tx, scope, run_id)
            if run.status != "paused":
                tx.execute(_PAUSE, (now, run_id))
                tx.signals.add(run_id)
            return run

        return await self._writer.do(pause)

    async def resume(self, scope: Scope, run_id: str) -> Run:
        """Let a paused run go on, or take back the wish for a pause."""
        now = self._now()

        def resume(tx: Transaction) -> Run:
            run = _steerable(tx, scope, run_id)
            if run.status != "paused":
                tx.execute(_GO_ON, (run_id,))
                tx.signals.add(run_id)
            elif tx.execute(_ASKED, (run_id,)).fetchone():
                raise Conflict(f"the run {run_id} waits for approvals", hint="Decide them: /v1/approvals.")
            else:
                tx.execute(_GO_ON, (run_id,))
                requeue(tx, run_id, now)
            return read_run_in(tx, scope.org_id, run_id)

        return await self._writer.do(resume)

    async def add_input(self, scope: Scope, run_id: str, pending: PendingInput) -> Run:
        """Add a user's words."""
        now = self._now()

        def add(tx: Transaction) -> Run:
            run = _steerable(tx, scope, run_id)
            if tx.execute(_KNOWN_INPUT, (pending.id,)).fetchone():
                raise Conflict(f"there is an input {pending.id} already")
            tx.execute(_INPUT, (pending.id, encode(pending.input), now, run_id))
            tx.signals.add(run_id)
            if run.status == "paused" and run.stop_reason == "input_required":
                requeue(tx, run_id, now)
            return read_run_in(tx, scope.org_id, run_id)

        return await self._writer.do(add)

    async def events(self, scope: Scope, run_id: str, *, after: int, limit: int) -> EventPage:
        """A page of the journal."""
        after = _place(after)
        row = self._head(scope, run_id)
        compacted, last_seq, ended_at = row
        events = read_events(self._database.reader, run_id, after, limit)
        if not events or events[0].seq != after + 1:
            require_kept(run_id, row, after, events)
        return EventPage(
            events=events, last_seq=last_seq, ended=ended_at is not None, compacted=compacted > 0
        )

    async def follow(self, scope: Scope, run_id: str, *, after: int) -> Follower:
        """Read from `after` on."""
        after = _place(after)
        over = False
        if not self._tails.reaches(run_id, scope.org_id, after):
            _, last_seq, ended_at = self._head(scope, run_id)
            over = ended_at is not None and after >= last_seq
        return SqliteFollower(self._database, self._tails, run_id, after=after, ended=over)

    def _now(self) -> int:
        return to_micros(self._clock.now())

    def _head(self, scope: Scope, run_id: str) -> tuple[int, int, int | None]:
        with explained("the store"):
            row: tuple[Any, ...] | None = self._database.reader.execute(
                _HEAD, (run_id, scope.org_id)
            ).fetchone()
        if row is None:
            raise NotFound(f"there is no run {run_id}")
        return row[0], row[1], row[2]


def _place(after: int) -> int:
    """A cursor within what SQLite takes for a number."""
    return min(max(after, 0), SEQ_MAX)


def _steerable(tx: Transaction, scope: Scope, run_id: str) -> Run:
    """A root run that has not ended."""
    run = read_run_in(tx, scope.org_id, run_id)
    if run.status in TERMINAL:
        raise Conflict(f"the run {run_id} has ended: it is {run.status}")
    if run.parent_run_id is not None:
        raise Conflict(
            f"the run {run_id} is a subagent's", hint=f"Steer the run that began it: {run.parent_run_id}."
        )
    return run
