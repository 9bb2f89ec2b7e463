"""A queue without a database: it notes what it is asked, and fails when told."""

import asyncio
from collections.abc import Callable, Sequence

from agent_sdk.contracts.events import Event
from agent_sdk.ports.store import Claim, Claimer, Lease, ResumeReason, SweepReport


class FakeQueue:
    """Implements `agent_sdk.ports.store.WorkQueue`; there is never a run in it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        """What it was asked, in order; heartbeats apart, which come from a thread."""
        self.beats = 0
        self.signaled: frozenset[str] = frozenset()
        self.failing: Exception | None = None
        """Raised by everything."""
        self.sweeps: list[SweepReport] = []
        """What the next sweeps find."""
        self.claim_gate = asyncio.Event()
        """Clear it, and claims wait."""
        self.claim_gate.set()
        self.claiming = 0
        self.claiming_max = 0
        self.wake: Callable[[], None] = lambda: None

    async def claim(
        self, owner: str, *, limit: int, opening: Callable[[Claim], Sequence[Event]]
    ) -> Sequence[Lease]:
        self.done.append("claim")
        self.claiming += 1
        self.claiming_max = max(self.claiming, self.claiming_max)
        await self.claim_gate.wait()
        self.claiming -= 1
        self._fail()
        return ()

    async def release(self, lease: Lease, *, reason: ResumeReason) -> None:
        self._fail()

    def heartbeat(self, owner: str) -> frozenset[str]:
        self._fail()
        self.beats += 1
        return self.signaled

    async def sweep(self) -> SweepReport:
        self.done.append("sweep")
        self._fail()
        return self.sweeps.pop(0) if self.sweeps else SweepReport()

    def on_work(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def on_created(self, owner: str, claimer: Claimer) -> None:
        del owner, claimer

    def on_signal(self, wake: Callable[[str], None]) -> None:
        del wake

    def _fail(self) -> None:
        if self.failing is not None:
            raise self.failing
