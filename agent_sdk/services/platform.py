"""Everything that a process serves, composed once by `agent_sdk.bootstrap`, or by a test."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Protocol

from agent_sdk.observability.metrics import Metrics
from agent_sdk.ports.store import Store
from agent_sdk.runtime.services import Services
from agent_sdk.services.approvals import Approvals
from agent_sdk.services.catalog import Catalog
from agent_sdk.services.keys import Keys
from agent_sdk.services.retention import RetentionLoop
from agent_sdk.services.runs import Runs
from agent_sdk.services.sessions import Sessions
from agent_sdk.services.tool_trials import ToolTrials

DRAIN_MAX_S: Final = 20.0
"""How long runs may take to reach the border of a step when the process ends; the others go on elsewhere.
Tools that are being tried have as long to end."""


class Worker(Protocol):
    """What executes runs in this process."""

    @property
    def active(self) -> int:
        """Runs at work."""
        ...

    async def start(self) -> None:
        """Begin to claim runs."""
        ...

    async def drain(self, timeout_s: float) -> None:
        """Claim no more, stop at the next border of a step, and give back what has not ended."""
        ...


class Observation(Protocol):
    """What watches the store's commits in this process."""

    def start(self, store: Store) -> None:
        """Begin; the store is open."""
        ...

    async def stop(self) -> None:
        """End: nothing is committed any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How the server behaves towards who reaches it."""

    allowed_hosts: tuple[str, ...] = ()
    """Host names, beside loopback's and the listening address itself, that requests may be sent to, and that pages
    may send them from: `agents.example.com`, `agents.example.com:8443`, `*.example.com`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The use cases and what stands behind them."""

    version: str
    """Of the distribution."""
    store: Store
    worker: Worker | None
    """None where other processes execute the runs."""
    services: Services
    catalog: Catalog
    runs: Runs
    sessions: Sessions
    approvals: Approvals
    tools: ToolTrials
    keys: Keys
    metrics: Metrics
    retention: RetentionLoop | None = None
    observation: Observation | None = None
    settings: ServerSettings = field(default_factory=ServerSettings)

    async def start(self) -> None:
        """Open the store, then begin to work.

        Raises:
            StoreError: The store cannot be used.
        """
        await self.store.open()
        if self.observation is not None:
            self.observation.start(self.store)
        if self.retention is not None:
            self.retention.start()
        if self.worker is not None:
            await self.worker.start()

    async def drain(self) -> None:
        """Let runs reach a border, and give them back; let tools that are being tried end."""
        drains = [self.tools.drain(DRAIN_MAX_S)]
        if self.worker is not None:
            drains.append(self.worker.drain(DRAIN_MAX_S))
        await asyncio.gather(*drains)

    async def stop(self) -> None:
        """Commit what is left and disconnect. The platform has been drained."""
        if self.retention is not None:
            await self.retention.stop()
        await self.store.close()
        if self.observation is not None:
            await self.observation.stop()
