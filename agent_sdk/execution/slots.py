"""What is in a worker's slot: a leased run, and the one task that executes it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from agent_sdk.contracts.platform_errors import LeaseLost, StoreError
from agent_sdk.ports.store import Lease, WorkQueue
from agent_sdk.runtime.durable import DurableRun

COMMIT_MAX_S: Final = 1.0
"""How long a run that is to be given back waits for the commit of what it did last, and of that it was given back."""
UNWIND_MAX_S: Final = 5.0
"""How long a canceled run may take to let go of what it holds before it is left to its owner's death."""

log = logging.getLogger(__name__)


class RunAtWork:
    """A run that this process executes; its task begins at once."""

    def __init__(
        self,
        work: WorkQueue,
        lease: Lease,
        execution: DurableRun,
        *,
        leased_at: float,
        ended: "Callable[[RunAtWork], None]",
    ) -> None:
        """Begin, on the running event loop.

        Args:
            work: Whose lease.
            lease: Of the run.
            execution: Of the run.
            leased_at: Monotonic seconds from before the claim.
            ended: Told when the run has left, whatever became of it.
        """
        self.id: Final = lease.claim.run.id
        self.lease: Final = lease
        self.execution: Final = execution
        self.leased_at: Final = leased_at
        self.retrying = False
        """Whether it left to come back after a delay."""
        self._work = work
        self._was_lost = False
        self._unheard = False
        self._listener: asyncio.Task[None] | None = None
        self.task: Final = asyncio.get_running_loop().create_task(self._execute(), name=self.id)
        # Not in the task itself: one that is canceled before its first step executes nothing of it.
        self.task.add_done_callback(lambda _: ended(self))

    def hear(self) -> None:
        """Read what others want of it, and pass it on. Asked while it reads, it reads once more."""
        self._unheard = True
        if self._listener is None:
            self._listener = asyncio.get_running_loop().create_task(self._listen(), name=f"{self.id} signals")

    def leave_if_lost(self) -> None:
        """Stop what works on without a lease. One that has just given it back is left the time to end by itself."""
        if self._was_lost:
            self.task.cancel()
        self._was_lost = self.lease.lost

    def give_up(self) -> None:
        """Write nothing more, and stop: the run goes on elsewhere, as after a crash."""
        self._abandon()
        self.task.cancel()

    async def give_back(self) -> None:
        """Stop where it is, and let the next worker go on at once.

        The lease goes back when nothing of the run is at work here any more. One that does not let go within
        `UNWIND_MAX_S` is kept, and taken over when this process has ended.
        """
        try:
            async with asyncio.timeout(COMMIT_MAX_S):
                await self.lease.committed()
        except (LeaseLost, StoreError, TimeoutError) as error:
            log.warning("run %s cannot keep what it did last: %s", self.id, error or type(error).__name__)
        self.give_up()
        _, left = await asyncio.wait({self.task}, timeout=UNWIND_MAX_S)
        if left:
            log.warning("run %s does not stop; others go on with it when this process has ended", self.id)
            return
        try:
            async with asyncio.timeout(COMMIT_MAX_S):
                await self._work.release(self.lease, reason="drained")
        except (LeaseLost, StoreError, TimeoutError) as error:
            log.warning("run %s could not be given back: %s", self.id, error or type(error).__name__)

    async def _execute(self) -> None:
        try:
            outcome = await self.execution.execute()
            self.retrying = outcome == "retrying"
            if outcome == "drained":
                await self._work.release(self.lease, reason="drained")
        except LeaseLost:
            log.info("run %s has another owner: attempt %d stops", self.id, self.lease.claim.run.attempt)
        except asyncio.CancelledError:
            self._abandon()
            raise
        except Exception:
            # Abandoned, its lease runs out, and the sweep counts a loss: a run that cannot be executed ends in time.
            log.exception("attempt %d at run %s broke off", self.lease.claim.run.attempt, self.id)
            self._abandon()

    def _abandon(self) -> None:
        # A lease that is lost already may be the next attempt's, which is none of ours.
        if not self.lease.lost:
            self.lease.abandon()

    async def _listen(self) -> None:
        try:
            while self._unheard:
                self._unheard = False
                signals = await self.lease.signals()
                if not self.task.done():
                    self.execution.signal(signals)
        except LeaseLost:
            log.info("run %s has another owner, who hears its signals", self.id)
        except StoreError as error:
            log.warning("the signals of run %s wait for the next heartbeat: %s", self.id, error)
        finally:
            self._listener = None
