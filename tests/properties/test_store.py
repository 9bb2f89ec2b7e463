# pyright: reportPrivateUsage=false
# A crash is what the public surface does not do.
"""Whatever callers, workers, crashes and clocks do in whatever order: what the store has is one true history."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.grammar import check_events
from agent_sdk.contracts.page import PageRequest
from agent_sdk.contracts.platform_errors import Conflict, LeaseLost, SessionBusy
from agent_sdk.contracts.run import TERMINAL, Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.store import Follower, PendingInput, RunQuery, StoredEvent
from agent_sdk.storage.sqlite import SqliteStore
from agent_sdk.testing.conformance.runs_kit import FOREIGN, LEASE_S, MINE, MODEL, NO_LIMIT, Floor, Hold
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store

ResultT = TypeVar("ResultT")

SCOPES = (MINE, FOREIGN)
OWNERS = ("wrk_a", "wrk_b")
scopes = st.sampled_from(SCOPES)
ON_BUSY = st.sampled_from(["enqueue", "enqueue", "enqueue", "reject", "interrupt"])
numbers = st.integers(min_value=0, max_value=50)


class StoreMachine(RuleBasedStateMachine):
    """One store, its callers, two workers, zombies, and a reader of every run from its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.path = empty_store(self.folder / "store.db")
        self.clock = FakeClock()
        self.holds: list[Hold] = []
        self.zombies: list[Hold] = []
        self.scope_of: dict[str, Scope] = {}
        self.readers: dict[str, Follower] = {}
        self.shown: dict[str, list[StoredEvent]] = {}
        self.attempts: dict[str, int] = {}
        self.calls: list[tuple[Scope, str]] = []
        self.count = 0
        self.set_back_s = 0.0

    def go(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return self.loop.run_until_complete(work)

    @initialize()
    def start(self) -> None:
        self.go(self._open())

    async def _open(self) -> None:
        self.store = SqliteStore(self.path, clock=self.clock)
        await self.store.open()
        ids = self.floor.ids if hasattr(self, "floor") else None
        self.floor = Floor(self.store, self.clock, ids)
        self.readers.clear()
        for run_id, scope in self.scope_of.items():
            await self._read_from(scope, run_id)

    async def _read_from(self, scope: Scope, run_id: str) -> None:
        seen = self.shown.setdefault(run_id, [])
        self.readers[run_id] = await self.store.runs.follow(scope, run_id, after=len(seen))

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.go(self.store.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    # --- callers

    @rule(
        scope=scopes,
        session=st.sampled_from("st"),
        on_busy=ON_BUSY,
    )
    def create(self, scope: Scope, session: str, on_busy: Any) -> None:
        self.go(self._create(scope, session, on_busy))

    async def _create(self, scope: Scope, session: str, on_busy: Any) -> None:
        new = self.floor.new(scope, session=session, on_busy=on_busy)
        try:
            await self.store.runs.create(scope, new, NO_LIMIT)
        except SessionBusy:
            assert on_busy == "reject"
            return
        self.scope_of[new.id] = scope
        await self._read_from(scope, new.id)

    @precondition(lambda self: self.scope_of)
    @rule(which=numbers, verb=st.sampled_from(["resume", "input", "pause", "resume", "input", "cancel"]))
    def steer(self, which: int, verb: str) -> None:
        run_id, scope = pick(list(self.scope_of.items()), which)
        runs, self.count = self.store.runs, self.count + 1
        calls: dict[str, Coroutine[Any, Any, Run]] = {}
        if verb == "cancel":
            calls[verb] = runs.cancel(scope, run_id, "now", "because")
        elif verb == "pause":
            calls[verb] = runs.pause(scope, run_id)
        elif verb == "resume":
            calls[verb] = runs.resume(scope, run_id)
        else:
            calls[verb] = runs.add_input(scope, run_id, PendingInput(id=f"msg_in{self.count}", input="more"))
        try:
            self.go(calls[verb])
        except Conflict:
            run = self.go(runs.get(scope, run_id))
            assert run.status in TERMINAL or run.stop_reason == "approval_required"

    @precondition(lambda self: self.calls)
    @rule(which=numbers, verdict=st.sampled_from(["approve", "deny"]))
    def decide(self, which: int, verdict: Any) -> None:
        scope, call_id = pick(self.calls, which)
        before = self.go(self.store.approvals.get(scope, call_id))
        try:
            after = self.go(self.store.approvals.decide(scope, call_id, verdict, args=None, reason=None))
        except Conflict:
            assert before.status != "pending"
        else:
            assert after.status == {"approve": "approved", "deny": "denied"}[verdict]

    # --- workers

    @precondition(lambda self: len(self.holds) < len(self.scope_of))
    @rule(owner=st.sampled_from(OWNERS), limit=st.integers(min_value=1, max_value=3))
    def claim(self, owner: str, limit: int) -> None:
        self.go(self._claim(owner, limit))

    @precondition(lambda self: len(self.holds) < len(self.scope_of))
    @rule(owner=st.sampled_from(OWNERS))
    def claim_all(self, owner: str) -> None:
        self.go(self._claim(owner, 100))

    async def _claim(self, owner: str, limit: int) -> None:
        for hold in (await self.floor.claim(owner, limit=limit)).values():
            attempt = hold.lease.claim.run.attempt
            assert attempt > self.attempts.get(hold.id, 0), "a claim raises the fence"
            self.attempts[hold.id] = attempt
            if hold.lease.claim.canceled:
                # Where it only waited it ends in the attempt before: nobody resumed it.
                hold.journal.attempt = (await hold.lease.journal(hold.id))[-1].attempt
                await self._end(hold, "canceled")
            else:
                await self._catch_up(hold)
                self.holds.append(hold)

    async def _catch_up(self, hold: Hold) -> None:
        """Close what the last owner left open; go on with what waits for a decision, if it was decided."""
        events = await hold.lease.journal(hold.id)
        if hold.lease.claim.resume == "resumed":
            for approval in (await hold.lease.signals()).decisions:
                decision = "approve" if approval.status == "approved" else "deny"
                data = {"tool_call_id": approval.id, "decision": decision}
                hold.journal.record("tool.approval_resolved", data)
        for pending in (await hold.lease.signals()).inputs:
            message: dict[str, Any] = {"id": pending.id, "role": "user", "parts": []}
            hold.journal.record("input.received", {"message": message})
        self._close(hold, events)
        await hold.lease.committed()

    def _close(self, hold: Hold, events: Sequence[Event]) -> None:
        for kind, ident in open_things(events):
            if kind == "message":
                hold.journal.record("message.failed", {"message_id": ident, "reason": "interrupted"})
            elif kind == "tool":
                data = {"tool_call_id": ident, "name": "send", "duration_ms": 1}
                hold.journal.record("tool.canceled", data)
            else:
                hold.journal.record("step.failed", {"reason": "interrupted"})

    async def _end(self, hold: Hold, status: str) -> None:
        await hold.lease.committed()
        self._close(hold, await hold.lease.journal(hold.id))
        error = {"code": "ASDK-LLM-004", "message": "busy", "hint": None, "retryable": True}
        data: dict[str, Any] = {
            "completed": {"stop_reason": "end_turn", "output": "done"},
            "failed": {"stop_reason": "model_error", "error": error},
            "canceled": {"stop_reason": "canceled", "mode": "now"},
            "paused": {"stop_reason": "input_required"},
            "retrying": {"error": error, "delay_ms": 1000},
        }[status]
        kind: Any = f"run.{status}"
        hold.journal.record(kind, data if status == "retrying" else {**data, "usage": Usage(requests=1)})
        await hold.lease.committed()
        assert hold.lease.lost

    @precondition(lambda self: self.holds)
    @rule(which=numbers, words=st.integers(min_value=0, max_value=3), commit=st.booleans())
    def speak(self, which: int, words: int, *, commit: bool) -> None:
        self.go(self._speak(pick(self.holds, which), words, commit=commit))

    async def _speak(self, hold: Hold, words: int, *, commit: bool) -> None:
        await hold.lease.committed()
        self._close(hold, await hold.lease.journal(hold.id))
        hold.step()
        message_id = f"msg_{hold.journal.seq}"
        hold.journal.record("message.started", {"message_id": message_id, "model": MODEL})
        for _ in range(words):
            hold.journal.delta("message.delta", {"message_id": message_id, "delta": "a", "part": "text"})
            if commit:
                await hold.lease.committed()
        if commit:
            await hold.lease.committed()

    @precondition(lambda self: self.holds)
    @rule(which=numbers)
    def ask(self, which: int) -> None:
        hold = pick(self.holds, which)
        self.go(self._ask(hold))
        self.holds.remove(hold)

    async def _ask(self, hold: Hold) -> None:
        await self._speak(hold, 0, commit=False)
        message_id = f"msg_{hold.journal.seq - 1}"
        call_id = f"call_{hold.id}_{hold.journal.seq}"
        message: dict[str, Any] = {"id": message_id, "role": "assistant", "parts": []}
        hold.journal.record("message.completed", {"message_id": message_id, "message": message})
        call: dict[str, Any] = {"tool_call_id": call_id, "name": "send", "args": {}}
        hold.journal.record("tool.started", {**call, "version": "1", "message_id": message_id})
        hold.journal.record("tool.approval_requested", {**call, "args_hash": "00"})
        await hold.pause("approval_required")
        self.calls.append((hold.lease.claim.scope, call_id))

    @precondition(lambda self: self.holds)
    @rule(which=numbers, status=st.sampled_from(["completed", "failed", "canceled", "paused", "retrying"]))
    def end(self, which: int, status: str) -> None:
        hold = pick(self.holds, which)
        self.go(self._end(hold, status))
        self.holds.remove(hold)

    @precondition(lambda self: self.holds)
    @rule(which=numbers)
    def release(self, which: int) -> None:
        hold = pick(self.holds, which)
        self.go(self.store.work.release(hold.lease, reason="drained"))
        self.holds.remove(hold)
        self.zombies.append(hold)

    @precondition(lambda self: self.holds)
    @rule(owner=st.sampled_from(OWNERS))
    def heartbeat(self, owner: str) -> None:
        told = self.store.work.heartbeat(owner)
        assert told <= {hold.id for hold in self.holds}

    # --- mishaps

    @precondition(lambda self: len(self.holds) > 1)
    @rule()
    def lose_owners(self) -> None:
        # A clock that was set back grants that much more.
        self.clock.advance(LEASE_S + 1 + self.set_back_s)
        report = self.go(self.store.work.sweep())
        assert report.reclaimed == len(self.holds)
        self.zombies += self.holds
        self.holds = []

    @precondition(lambda self: self.zombies)
    @rule(which=numbers)
    def zombie_writes(self, which: int) -> None:
        zombie = pick(self.zombies, which)
        head = zombie.journal.seq
        zombie.journal.record("step.started", {"model": MODEL})
        assert zombie.journal.seq == head + 1
        with pytest.raises(LeaseLost):
            self.go(zombie.lease.committed())

    @precondition(lambda self: self.holds)
    @rule()
    def crash(self) -> None:
        """The process ends as by a kill: nothing that waits is written, locks go, and a new process opens the file."""
        store = self.store
        assert store._timer is not None
        store._timer.cancel()
        if store._writer._timer is not None:
            store._writer._timer.cancel()
        store._checkpointer.stop()
        store._work.close()
        store._database.close()
        lost = len(self.holds)
        self.holds, self.zombies = [], []
        self.go(self._open())
        assert self.go(self.store.work.sweep()).reclaimed == lost

    @rule(seconds=st.sampled_from([-3600.0, -1.0, 2.0]))
    def jump(self, seconds: float) -> None:
        if seconds < 0 or not self.holds:
            self.clock.jump(seconds)
            self.set_back_s -= min(seconds, 0)
            # Workers sweep every few seconds, and notice.
            assert self.go(self.store.work.sweep()).reclaimed == 0

    @invariant()
    def what_is_true_always(self) -> None:
        self.readers_are_shown_what_is_stored()
        self.journals_are_grammatical_and_rows_agree()
        self.a_session_has_one_running_run()

    def readers_are_shown_what_is_stored(self) -> None:
        for run_id, reader in self.readers.items():
            seen = self.shown[run_id]
            while events := self.go(reader.take(0)):
                seen += events
            page = self.go(self.store.runs.events(self.scope_of[run_id], run_id, after=0, limit=1000))
            assert list(page.events) == seen
            assert [each.seq for each in seen] == list(range(1, page.last_seq + 1))

    def journals_are_grammatical_and_rows_agree(self) -> None:
        for run_id, scope in self.scope_of.items():
            grammar = check_events([decode_event(each.data) for each in self.shown[run_id]], whole=False)
            run = self.go(self.store.runs.get(scope, run_id))
            assert run.last_seq == len(self.shown[run_id])
            assert run.attempt >= self.attempts.get(run_id, 1)
            # A paused run that may go on is queued, and only whoever claims it journals that.
            assert run.status == grammar.status or (run.status, grammar.status) == ("queued", "paused")
            assert (run.ended_at is not None) == grammar.ended

    def a_session_has_one_running_run(self) -> None:
        if not hasattr(self, "store"):
            return
        for scope in SCOPES:
            query = RunQuery(status="running")
            running = self.go(self.store.runs.list(scope, query, PageRequest(limit=100))).data
            sessions = [run.session_id for run in running]
            assert len(sessions) == len(set(sessions))


def pick(items: list[ResultT], which: int) -> ResultT:
    return items[which % len(items)]


def open_things(events: Sequence[Event]) -> list[tuple[str, str]]:
    """What a run has open, the innermost first: a message or a call, then its step."""
    opened: dict[tuple[str, str], None] = {}
    for event in events:
        kind, _, verb = event.type.partition(".")
        ident = str(event.data.get({"message": "message_id", "tool": "tool_call_id"}.get(kind, ""), ""))
        if kind in {"step", "message", "tool"} and verb == "started":
            opened[kind, ident] = None
        elif verb in {"completed", "failed", "canceled", "denied"}:
            opened.pop((kind, ident), None)
    return list(reversed(opened))


TestStore = pytest.mark.slow(StoreMachine.TestCase)
TestStore.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
