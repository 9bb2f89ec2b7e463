"""The worker's side: claims, leases that are extended, given back, or lost."""

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from agent_sdk.contracts.codec import decode, decode_event, encode
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.platform_errors import LeaseLost
from agent_sdk.contracts.run import RunLimits
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.store import LEASE_S, Claim, Claimer, Lease, NewRun, ResumeReason, SweepReport
from agent_sdk.ports.system import Clock
from agent_sdk.storage.projection import LOSSES_MAX_COUNT, RETRY_DELAY_MAX_S
from agent_sdk.storage.sqlite.claiming import Turns
from agent_sdk.storage.sqlite.creating import Lessee, Made
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.lease import SqliteLease
from agent_sdk.storage.sqlite.owners import Owners
from agent_sdk.storage.sqlite.record import record
from agent_sdk.storage.sqlite.records import RUN_COLUMNS, run_from_row, to_micros
from agent_sdk.storage.sqlite.transaction import Transaction, encoded
from agent_sdk.storage.sqlite.writer import Writer

_LEASE: Final = int(LEASE_S * 1_000_000)
_DELAY_MAX: Final = RETRY_DELAY_MAX_S * 1_000_000
CLOCK_SET_MIN_S: Final = 5.0
"""A wall clock that drifts so far from the monotonic one between two sweeps was set, or the machine slept."""
log = logging.getLogger(__name__)

# What a batch of this process is late with is no sign of a clock that was set back: hence two leases, not one.
_RUN_OUT: Final = f"(lease_until < :now OR lease_until > :now + {2 * _LEASE})"
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
    f"resume_reason, cancel_mode IS NOT NULL, {_HAS_SIGNALS}, attempt + 1, "
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
    "UPDATE runs SET lease_owner = NULL, lease_until = NULL, losses = losses + 1 "  # noqa: S608 - constants
    f"WHERE lease_owner IS NOT NULL AND (({_RUN_OUT} AND lease_owner NOT IN (SELECT value FROM json_each(:spared))) "
    "OR lease_owner IN (SELECT value FROM json_each(:dead)) "
    "OR id || ' ' || attempt IN (SELECT value FROM json_each(:abandoned))) RETURNING id, losses"
)
_STILL_LEASED: Final = (
    "SELECT id || ' ' || attempt AS lease FROM runs INDEXED BY runs_leased WHERE lease_owner IS NOT NULL "
    "AND lease IN (SELECT value FROM json_each(?))"
)
_NEXT_DUE: Final = (
    "SELECT min(CASE WHEN available_at BETWEEN ?1 AND ?2 THEN available_at ELSE ?1 END) FROM runs INDEXED BY runs_due "
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
        self._abandoned: dict[str, float] = {}
        """Leases that nobody here works under, and when they are run out, in monotonic seconds.

        Each is a run's id and its attempt.
        """
        self._lead_s = self._wall_lead_s()
        # Before this process began the clock may have been set, too.
        self._times_hold_from = clock.monotonic() + LEASE_S
        self._heart = threading.Lock()
        self._pulse: sqlite3.Connection | None = None
        self._claimer: Claimer | None = None
        self._claimer_owner = ""
        self._wakes_for_work: list[Callable[[], None]] = []
        self._wakes_for_signals: list[Callable[[str], None]] = []

    async def claim(
        self, owner: str, *, limit: int, opening: Callable[[Claim], Sequence[Event]]
    ) -> Sequence[Lease]:
        """Take over at most `limit` runs; in a store that commits on a thread, `opening` is called there."""
        self._owners.hold(owner)
        now = to_micros(self._clock.now())

        def claim(tx: Transaction) -> list[SqliteLease]:
            leases = [
                self._take(tx, run_id, owner, now, opening) for run_id in self._turns.next(tx, now, limit)
            ]
            return [lease for lease in leases if lease is not None]

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
        now, moment = to_micros(self._clock.now()), self._clock.monotonic()
        values = {
            "now": now,
            "spared": json.dumps([] if self._times_hold() else list(self._owners.alive())),
            "dead": json.dumps(list(dead_owners)),
            "abandoned": json.dumps([lease for lease, until in self._abandoned.items() if until < moment]),
        }

        def sweep(tx: Transaction) -> SweepReport:
            lost = tx.execute(_RECLAIM, values).fetchall()
            (due,) = tx.execute(_NEXT_DUE, (now, now + _DELAY_MAX)).fetchone()
            tx.work = tx.work or bool(lost)
            still = tx.execute(_STILL_LEASED, (json.dumps(list(abandoned)),)).fetchall()
            abandoned.difference_update([lease for (lease,) in still])
            return SweepReport(
                reclaimed=len(lost),
                dead=tuple([run_id for run_id, losses in lost if losses > LOSSES_MAX_COUNT]),
                next_due_s=None if due is None else (due - now) / 1_000_000,
            )

        report = await self._writer.do(sweep)
        for lease in abandoned:
            del self._abandoned[lease]
        for owner in dead_owners:
            self._owners.forget(owner)
        return report

    def _times_hold(self) -> bool:
        """Whether the times of leases can be believed: after a clock was set, owners first extend them anew."""
        before, self._lead_s = self._lead_s, self._wall_lead_s()
        if abs(self._lead_s - before) > CLOCK_SET_MIN_S:
            self._times_hold_from = self._clock.monotonic() + LEASE_S
        return self._clock.monotonic() >= self._times_hold_from

    def _wall_lead_s(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def on_work(self, wake: Callable[[], None]) -> None:
        """Call `wake` when something can be claimed."""
        self._wakes_for_work.append(wake)

    def on_created(self, owner: str, claimer: Claimer) -> None:
        """Have `claimer` claim the runs that this process creates."""
        self._owners.hold(owner)
        self._claimer_owner, self._claimer = owner, claimer

    def reserve(self) -> Claimer | None:
        """Who claims the next run that is created; its `let_go` is the caller's to call."""
        claimer = self._claimer
        return claimer if claimer is not None and claimer.reserve() else None

    def lessee(self, now: int) -> Lessee:
        """What the row of a run says of its claimer."""
        return Lessee(owner=self._claimer_owner, until=now + _LEASE)

    def take_new(
        self, tx: Transaction, scope: Scope, new: NewRun, made: Made, claimer: Claimer, *, leased_at: float
    ) -> None:
        """Claim a run that was made for `claimer`'s lease, and have it begun after the commit."""
        claim = Claim(
            scope=Scope(org_id=scope.org_id, project_id=scope.project_id),
            run=made.created.run,
            resume=None,
            agent_version=new.agent_version,
            model_choice=new.model_choice,
            limits=new.limits,
            deps=decode(encode(new.deps)),
            depth=0,
            step=0,
            last_time=new.events[-1].time,
            signaled=False,
        )
        lease = self._open(tx, claim, self._claimer_owner, {}, claimer.opening, alone=made.alone)
        tx.then.append(lambda: claimer.begin(lease, leased_at))

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
    ) -> SqliteLease | None:
        """Lease a run, unless its journal cannot be read: then others go on, and it waits for whoever mends it."""
        try:
            claim, losses = _claim_of(tx.execute(_CLAIM, (run_id,)).fetchone())
        except (InvalidInput, TypeError, ValueError):
            log.exception("run %s cannot be read and is left where it is", run_id)
            self._turns.skip(run_id)
            # Another one may have its turn.
            tx.work = True
            return None
        tx.execute(_TAKE, (owner, now + _LEASE, run_id))
        heads = dict[str, int]()
        if claim.resume is not None:
            heads.update(tx.execute(_HEADS, (run_id,)).fetchall())
        return self._open(tx, claim, owner, heads, opening, lost_before=losses > 0)

    def _abandon(self, lease: str) -> None:
        self._abandoned.setdefault(lease, self._clock.monotonic() + LEASE_S)

    def _open(
        self,
        tx: Transaction,
        claim: Claim,
        owner: str,
        heads: dict[str, int],
        opening: Callable[[Claim], Sequence[Event]],
        *,
        alone: bool = False,
        lost_before: bool = False,
    ) -> SqliteLease:
        """The lease of a claim, whose first events are written."""
        run_id = claim.run.id
        heads[run_id] = claim.run.last_seq
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
            abandoned=self._abandon,
            alone=alone,
            lost_before=lost_before,
        )
        if events and record(tx, encoded(events)):
            lease.gave_up()
        return lease


def _claim_of(row: Sequence[Any]) -> tuple[Claim, int]:
    """A claim, from `_CLAIM`, and how often the run lost its owner."""
    run = run_from_row(tuple(row))
    org_id, project_id, version, choice, limits, deps, depth, losses = row[-13:-5]
    reason, canceled, signaled, attempt, data = row[-5:]
    last = decode_event(data)
    claim = Claim(
        scope=Scope(org_id=org_id, project_id=project_id),
        run=replace(run, attempt=attempt),
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
    return claim, losses


def _resume_reason(status: str, kept: ResumeReason | None) -> ResumeReason | None:
    """Why a claim is not the first: what was noted, or what the status says."""
    if kept is not None:
        return kept
    by_status: dict[str, ResumeReason] = {"running": "owner_lost", "retrying": "retry", "paused": "resumed"}
    return by_status.get(status)
