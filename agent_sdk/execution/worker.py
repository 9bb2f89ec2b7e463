"""The worker: leases runs from the store, executes each in a task of its own, and gives back what it cannot finish.

The store is the truth and the worker remembers nothing that it would miss: whatever is lost here, a message, a lease or
the whole process, the next sweep finds again.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.execution.heartbeat import LEASE_MARGIN_S, Heartbeat
from agent_sdk.execution.slots import RunAtWork
from agent_sdk.ports.store import LEASE_S, Claim, Lease, WorkQueue
from agent_sdk.ports.system import Clock
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.durable import DurableRun, opening
from agent_sdk.runtime.services import Services

WORKER_SLOTS_DEFAULT_COUNT: Final = 256
SWEEP_INTERVAL_S: Final = 5.0
SWEEP_INTERVAL_MIN_S: Final = 0.05
"""Between sweeps that a delayed run asks for."""
SWEEP_JITTER_RATIO: Final = 0.2
"""Of the interval, up or down: many workers shall not sweep at once."""
CLAIM_BACKOFF_S: Final = 1.0
"""After a claim that failed where the error names no time; halved at most by jitter."""
CLAIM_MAX_S: Final = 5.0
"""How long a drain waits for a claim that is under way, however short its own timeout."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHealth:
    """How a worker is."""

    alive: bool
    """Whether it claims, sweeps and keeps its leases; False before its start and from its drain on."""
    draining: bool
    active: int
    """Runs at work."""
    slots: int
    """Runs that may be at work."""
    loop_beat_age_s: float
    """Since the event loop was last seen to move; about a second where it is well."""
    leases_age_s: float
    """Since the leases were last extended; about ten seconds at most where the store is well."""
    error: str | None
    """Why the last sweep or claim failed; None where it did not."""


class Worker:
    """Executes runs of the store, at most `slots` at a time, until it is drained."""

    def __init__(
        self,
        work: WorkQueue,
        services: Services,
        resolve: Callable[[str], AgentDefinition[Any, Any]],
        *,
        owner: str,
        slots: int = WORKER_SLOTS_DEFAULT_COUNT,
    ) -> None:
        """Prepare it; `start` begins.

        Args:
            work: Where runs are leased.
            services: For the runs; its clock and chance are the worker's, too.
            resolve: From an agent's name to the agent; raises `NotFound`.
            owner: Id of this worker, never used before: two workers of one id would share their leases.
            slots: Runs at a time.
        """
        self._work = work
        self._services = services
        self._resolve = resolve
        self._owner = owner
        self._slots = slots
        self._opening = opening(services)
        self._runs: set[RunAtWork] = set()
        self._claiming = 0
        """Slots that a claim under way may fill."""
        self._reserved = 0
        """Slots of runs that are being created."""
        self._unreserved = asyncio.Event()
        self._unreserved.set()
        self._full = False
        """Whether there may be runs that wait for a slot."""
        self._claimable = _Bell(services.clock)
        self._sweepable = _Bell(services.clock)
        self._patience = _Bell(services.clock)
        self._errors: dict[str, str] = {}
        self._loops: tuple[asyncio.Task[None], ...] = ()
        self._drain: asyncio.Task[None] | None = None
        self._heartbeat = Heartbeat(
            work, owner, services.clock, signaled=self._signaled_all, pulsed=self._look_after_leases
        )

    @property
    def active(self) -> int:
        """Runs at work."""
        return len(self._runs)

    def health(self) -> WorkerHealth:
        """How it is; cheap enough to be asked at any time."""
        at_work = bool(self._loops) and not any(each.done() for each in self._loops)
        return WorkerHealth(
            alive=at_work and self._heartbeat.alive and self._drain is None,
            draining=self._drain is not None,
            active=len(self._runs),
            slots=self._slots,
            loop_beat_age_s=self._heartbeat.pulse_age_s,
            leases_age_s=self._heartbeat.extended_age_s,
            error="; ".join(self._errors.values()) or None,
        )

    async def start(self) -> None:
        """Begin. When it returns, the runs of owners that are dead can be claimed, and are about to be.

        A store that does not answer is tried again later; `health` tells.
        """
        self._work.on_work(self._claimable.ring)
        self._work.on_created(self._owner, self)
        self._work.on_signal(self._signaled)
        self._heartbeat.start()
        wait_s = await self._sweep()
        loop = asyncio.get_running_loop()
        self._loops = (
            loop.create_task(self._claim_on(), name=f"{self._owner} claims"),
            loop.create_task(self._sweep_on(wait_s), name=f"{self._owner} sweeps"),
        )

    async def drain(self, timeout_s: float) -> None:
        """Claim nothing more, and give back what does not end in time; the next worker goes on with it at once.

        Runs stop at the next border of a step, or after `timeout_s` wherever they are. Asked again it waits for the
        same end.
        """
        if self._drain is None:
            self._drain = asyncio.get_running_loop().create_task(
                self._drained(timeout_s), name=f"{self._owner} drains"
            )
        await asyncio.shield(self._drain)

    # --- claims ---

    async def _claim_on(self) -> None:
        while self._drain is None:
            await self._claimable.wait()
            free = self._room()
            if self._drain is None and free > 0:
                self._claiming = free
                await self._claim(free)
                self._claiming = 0
            self._full = self._room() <= 0

    async def _claim(self, free: int) -> None:
        leased_at = self._services.clock.monotonic()
        try:
            leases = await self._work.claim(self._owner, limit=free, opening=self._opening)
        except Exception as error:  # noqa: BLE001 - it is noted and logged, and the worker lives
            self._failed("claim", error)
            wait_s = error.retry_after_s if isinstance(error, StoreError) else CLAIM_BACKOFF_S
            await self._patience.wait(wait_s * (0.5 + self._services.chance.random()))
            self._claimable.ring()
            return
        self._errors.pop("claim", None)
        for lease in leases:
            self._begin(lease, leased_at)

    def _begin(self, lease: Lease, leased_at: float) -> None:
        run = RunAtWork(
            self._work,
            lease,
            DurableRun(self._services, lease, self._resolve),
            leased_at=leased_at,
            ended=self._ended,
        )
        self._runs.add(run)
        if self._drain is not None:
            run.execution.drain()

    def _ended(self, run: RunAtWork) -> None:
        self._runs.remove(run)
        if self._full:
            # Of what waits for its session the store tells.
            self._claimable.ring()
        if run.retrying:
            self._sweepable.ring()

    # --- runs that this process creates: `agent_sdk.ports.store.Claimer` ---

    def reserve(self) -> bool:
        """Keep a slot for a run that is about to be created, unless others wait for one."""
        if self._drain is not None or self._full or self._room() <= 0:
            return False
        self._reserved += 1
        self._unreserved.clear()
        return True

    def let_go(self) -> None:
        """Keep it no longer."""
        self._reserved -= 1
        if not self._reserved:
            self._unreserved.set()
        if self._full:
            self._claimable.ring()

    def opening(self, claim: Claim) -> Sequence[Event]:
        """What a claim writes first."""
        return self._opening(claim)

    def begin(self, lease: Lease, leased_at: float) -> None:
        """Execute a run that was claimed as it was created."""
        self._begin(lease, leased_at)

    def _room(self) -> int:
        return self._slots - len(self._runs) - self._reserved - self._claiming

    # --- signals ---

    def _signaled(self, run_id: str) -> None:
        # One that comes before its run does is read when the run begins its first step.
        self._signaled_all(frozenset({run_id}))

    def _signaled_all(self, run_ids: frozenset[str]) -> None:
        for run in self._runs:
            if run.id in run_ids:
                run.hear()

    # --- leases and sweeps ---

    def _look_after_leases(self, extended_at: float) -> None:
        now = self._services.clock.monotonic()
        for run in tuple(self._runs):
            run.leave_if_lost()
            if now - max(run.leased_at, extended_at) > LEASE_S - LEASE_MARGIN_S and not run.lease.lost:
                log.error("the lease of run %s could not be extended in time: it is given up", run.id)
                run.give_up()

    async def _sweep_on(self, wait_s: float) -> None:
        while True:
            await self._sweepable.wait(wait_s)
            if self._drain is not None:
                return
            wait_s = await self._sweep()

    async def _sweep(self) -> float:
        """Sweep once, and have claimed what was found; seconds until the next time."""
        jitter = 1 + SWEEP_JITTER_RATIO * (2 * self._services.chance.random() - 1)
        interval_s = SWEEP_INTERVAL_S * jitter
        try:
            report = await self._work.sweep()
        except Exception as error:  # noqa: BLE001 - same
            self._failed("sweep", error)
            return interval_s
        self._errors.pop("sweep", None)
        if report.reclaimed:
            log.info("runs that had lost their owner and go on: %d", report.reclaimed)
        for run_id in report.dead:
            log.error("run %s lost its owners too often without a step of progress and fails", run_id)
        self._claimable.ring()
        if not report.next_due_s:
            # What is due already is claimed now, or when there is a slot for it.
            return interval_s
        return min(interval_s, max(report.next_due_s, SWEEP_INTERVAL_MIN_S))

    def _failed(self, what: str, error: Exception) -> None:
        """Note it, and go on: the worker outlives whatever its store does."""
        if isinstance(error, StoreError):
            log.warning("the %s of %s failed: %s", what, self._owner, error)
        else:
            log.error("the %s of %s failed", what, self._owner, exc_info=error)
        self._errors[what] = f"{what}: {error}"

    # --- the end ---

    async def _drained(self, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + timeout_s
        for bell in (self._claimable, self._sweepable, self._patience):
            bell.ring()
        for run in self._runs:
            run.execution.drain()
        if self._loops:
            # A claim that is under way brings runs that have to be given back, too.
            _, left_over = await asyncio.wait(self._loops, timeout=max(timeout_s, CLAIM_MAX_S))
            for task in left_over:
                task.cancel()
        # Runs that are being created for its slots are to be given back, too; a store that fails tells soon.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLAIM_MAX_S):
                await self._unreserved.wait()
        tasks = [run.task for run in self._runs]
        if tasks:
            await asyncio.wait(tasks, timeout=max(0.0, ends_at - loop.time()))
        left = tuple(self._runs)
        if left:
            log.warning("%d runs did not reach the end of a step in time and are cut", len(left))
            await asyncio.gather(*[run.give_back() for run in left])
        await self._heartbeat.stop()


class _Bell:
    """Rings once for however many pulls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout_s: float | None = None) -> None:
        """Return when it was rung since the last time, or after so many seconds of the clock."""
        timer = None
        if timeout_s is not None:
            timer = asyncio.get_running_loop().create_task(self._ring_after(timeout_s))
        await self._rung.wait()
        self._rung.clear()
        if timer is not None:
            timer.cancel()

    async def _ring_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._rung.set()
