"""The worker's side: claims, leases that are extended, given back, or lost."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from agent_sdk.contracts.codec import decode, decode_event
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.platform_errors import LeaseLost
from agent_sdk.contracts.run import RunLimits
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.store import Claim, Lease, ResumeReason, SweepReport
from agent_sdk.ports.system import Clock
from agent_sdk.storage.projection import LOSSES_MAX_COUNT
from agent_sdk.storage.sqlite.claiming import Turns
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.lease import SqliteLease
from agent_sdk.storage.sqlite.owners import Owners
from agent_sdk.storage.sqlite.record import record
from agent_sdk.storage.sqlite.records import RUN_COLUMNS, run_from_row, to_micros
from agent_sdk.storage.sqlite.transaction import Transaction, encoded
from agent_sdk.storage.sqlite.writer import Writer

LEASE_S: Final = 30
_LEASE: Final = LEASE_S * 1_000_000
CLOCK_SET_MIN_S: Final = 5.0
"""A wall clock that gets so far ahead of the monotonic one between two sweeps was set, or the machine slept."""

_TAKE: Final = (
    "UPDATE runs SET attempt = attempt + 1, lease_owner = ?, lease_until = ?, "
    "available_at = NULL WHERE id = ?"
)
_HAS_SIGNALS: Final = (
    "cancel_mode IS NOT NULL OR pause_requested_at IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM inputs WHERE run_id = runs.id AND consumed = 0) "
    "OR EXISTS (SELECT 1 FROM approvals WHERE root_run_id = runs.id AND consumed = 0 "
    "AND status IN ('approved', 'denied')) "
    "OR EXISTS (SELECT 1 FROM runs AS child WHERE child.root_id = runs.id AND child.depth > 0 "
    "AND child.cancel_mode IS NOT NULL AND child.ended_at IS NULL)"
)
_CLAIM: Final = (
    f"SELECT {RUN_COLUMNS}, org_id, project_id, agent_version, model_choice, limits, deps, depth, losses, "  # noqa: S608
    f"resume_reason, cancel_mode IS NOT NULL, {_HAS_SIGNALS}, "
    "(SELECT data FROM events WHERE run_id = runs.id ORDER BY seq DESC LIMIT 1) FROM runs WHERE id = ?"
)
_HEADS: Final = (
    "SELECT id, coalesce((SELECT max(seq) FROM events WHERE run_id = runs.id), 0) "
    "FROM runs INDEXED BY runs_of_root WHERE root_id = ? AND depth > 0"
)
_RELEASE: Final = (
    "UPDATE runs SET lease_owner = NULL, lease_until = NULL, "
    "resume_reason = CASE status WHEN 'running' THEN ? ELSE resume_reason END "
    "WHERE id = ? AND attempt = ? AND lease_owner = ?"
)
_EXTEND: Final = (
    "UPDATE runs SET lease_until = ? WHERE lease_owner = ? "
    "AND id || ' ' || attempt NOT IN (SELECT value FROM json_each(?))"
)
_SIGNALED: Final = f"SELECT id FROM runs WHERE lease_owner = ? AND ({_HAS_SIGNALS})"  # noqa: S608 - constants
_RECLAIM: Final = (
    "UPDATE runs SET lease_owner = NULL, lease_until = NULL, losses = losses + 1 "
    "WHERE lease_owner IS NOT NULL AND (lease_until < ? OR lease_owner IN (SELECT value FROM json_each(?))) "
    "RETURNING id, losses"
)
_STILL_LEASED: Final = (
    "SELECT id || ' ' || attempt AS lease FROM runs INDEXED BY runs_leased WHERE lease_owner IS NOT NULL "
    "AND lease IN (SELECT value FROM json_each(?))"
)
_NEXT_DUE: Final = (
    "SELECT min(available_at) FROM runs INDEXED BY runs_due "
    "WHERE depth = 0 AND lease_owner IS NULL AND status = 'retrying'"
)
_LIMITS: Final = msgspec.json.Decoder(RunLimits)


class Work:
    """Implements `agent_sdk.ports.store.WorkQueue`."""

    def __init__(self, database: Database, writer: Writer, clock: Clock, owners: Owners) -> None:
        """Over an open database."""
        self._database = database
        self._writer = writer
        self._clock = clock
        self._owners = owners
        self._turns = Turns()
        self._abandoned: set[str] = set()
        """Leases that nobody here works under: they run out. Each is a run's id and its attempt."""
        self._lead_s = self._wall_lead_s()
        self._times_hold_from = 0.0
        self._heart = threading.Lock()
        self._pulse: sqlite3.Connection | None = None
        self._wakes_for_work: list[Callable[[], None]] = []
        self._wakes_for_signals: list[Callable[[str], None]] = []

    async def claim(
        self, owner: str, *, limit: int, opening: Callable[[Claim], Sequence[Event]]
    ) -> Sequence[Lease]:
        """Take over at most `limit` runs; in a store that commits on a thread, `opening` is called there."""
        self._owners.hold(owner)
        now = to_micros(self._clock.now())

        def claim(tx: Transaction) -> list[SqliteLease]:
            return [
                self._take(tx, run_id, owner, now, opening) for run_id in self._turns.next(tx, now, limit)
            ]

        return await self._writer.do(claim)

    async def release(self, lease: Lease, *, reason: ResumeReason) -> None:
        """Give a run back.

        Raises:
            LeaseLost: Another worker owns it.
        """
        run_id, attempt = lease.claim.run.id, lease.claim.run.attempt
        owner = lease.owner if isinstance(lease, SqliteLease) else None

        def release(tx: Transaction) -> None:
            if tx.execute(_RELEASE, (reason, run_id, attempt, owner)).rowcount == 0:
                raise LeaseLost(f"{run_id} has another owner than attempt {attempt}")
            tx.work = True

        await self._writer.do(release)
        lease.abandon()

    def heartbeat(self, owner: str) -> frozenset[str]:
        """Extend leases, on a thread, over a connection of its own."""
        with self._heart, explained("the heartbeat"):
            if self._pulse is None:
                self._pulse = self._database.connect()
            until = to_micros(self._clock.now()) + _LEASE
            self._pulse.execute(_EXTEND, (until, owner, json.dumps(list(self._abandoned))))
            return frozenset([run_id for (run_id,) in self._pulse.execute(_SIGNALED, (owner,))])

    async def sweep(self) -> SweepReport:
        """Make the runs of lost owners claimable."""
        dead_owners = self._owners.dead()
        abandoned = set(self._abandoned)
        now = to_micros(self._clock.now())
        run_out = now if self._times_hold() else 0

        def sweep(tx: Transaction) -> SweepReport:
            lost = tx.execute(_RECLAIM, (run_out, json.dumps(list(dead_owners)))).fetchall()
            (due,) = tx.execute(_NEXT_DUE).fetchone()
            tx.work = tx.work or bool(lost)
            still = tx.execute(_STILL_LEASED, (json.dumps(list(abandoned)),)).fetchall()
            abandoned.difference_update([lease for (lease,) in still])
            return SweepReport(
                reclaimed=len(lost),
                dead=tuple([run_id for run_id, losses in lost if losses > LOSSES_MAX_COUNT]),
                next_due_s=None if due is None else max(0, due - now) / 1_000_000,
            )

        report = await self._writer.do(sweep)
        self._abandoned -= abandoned
        for owner in dead_owners:
            self._owners.forget(owner)
        return report

    def _times_hold(self) -> bool:
        """Whether the times of leases can be believed: after a clock was set forward, owners first extend them anew."""
        before, self._lead_s = self._lead_s, self._wall_lead_s()
        if self._lead_s - before > CLOCK_SET_MIN_S:
            self._times_hold_from = self._clock.monotonic() + LEASE_S
        return self._clock.monotonic() >= self._times_hold_from

    def _wall_lead_s(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def on_work(self, wake: Callable[[], None]) -> None:
        """Call `wake` when something can be claimed."""
        self._wakes_for_work.append(wake)

    def on_signal(self, wake: Callable[[str], None]) -> None:
        """Call `wake` with the id of a run that has a signal."""
        self._wakes_for_signals.append(wake)

    def tell(self, signals: Iterable[str], *, work: bool) -> None:
        """Wake those who asked to be: runs with these ids have signals; `work` says that there may be some."""
        for run_id in signals:
            for wake in self._wakes_for_signals:
                wake(run_id)
        if work:
            for wake_for_work in self._wakes_for_work:
                wake_for_work()

    def look(self) -> None:
        """Another process wrote: that may be work, or signals for runs of this one."""
        signals: set[str] = set()
        with explained("the store"):
            for owner in self._owners.held:
                signals.update([run_id for (run_id,) in self._database.reader.execute(_SIGNALED, (owner,))])
        self.tell(signals, work=True)

    def close(self) -> None:
        """Let go: what is still leased can be claimed by others."""
        with self._heart:
            if self._pulse is not None:
                self._pulse.close()
                self._pulse = None
        self._owners.close()

    def _take(
        self, tx: Transaction, run_id: str, owner: str, now: int, opening: Callable[[Claim], Sequence[Event]]
    ) -> SqliteLease:
        tx.execute(_TAKE, (owner, now + _LEASE, run_id))
        claim = _claim_of(tx.execute(_CLAIM, (run_id,)).fetchone())
        heads = {run_id: claim.run.last_seq}
        if claim.resume is not None:
            heads |= dict(tx.execute(_HEADS, (run_id,)).fetchall())
        events = opening(claim)
        for event in events:
            heads[event.run_id] = event.seq
        claim = replace(claim, run=replace(claim.run, last_seq=heads[run_id]))
        lease = SqliteLease(
            claim,
            owner,
            heads=heads,
            writer=self._writer,
            database=self._database,
            abandoned=self._abandoned.add,
        )
        if events and record(tx, encoded(events)):
            lease.gave_up()
        return lease


def _claim_of(row: Sequence[Any]) -> Claim:
    run = run_from_row(tuple(row))
    org_id, project_id, version, choice, limits, deps, depth, losses, reason, canceled, signaled, data = row[
        -12:
    ]
    last = decode_event(data)
    return Claim(
        scope=Scope(org_id=org_id, project_id=project_id),
        run=run,
        resume=_resume_reason(run.status, reason),
        agent_version=version,
        model_choice=choice,
        limits=RunLimits() if limits is None else _LIMITS.decode(limits),
        deps=None if deps is None else decode(deps),
        depth=depth,
        step=last.step,
        last_time=last.time,
        canceled=bool(canceled),
        signaled=bool(signaled),
        dead=losses > LOSSES_MAX_COUNT,
    )


def _resume_reason(status: str, kept: ResumeReason | None) -> ResumeReason | None:
    """Why a claim is not the first: what was noted, or what the status says."""
    if kept is not None:
        return kept
    by_status: dict[str, ResumeReason] = {"running": "owner_lost", "retrying": "retry", "paused": "resumed"}
    return by_status.get(status)
