"""Workers on one SQLite file: each has a store of its own, as if it were a process of its own."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.events import Event, EventType
from agent_sdk.contracts.grammar import check_events
from agent_sdk.contracts.run import Run, RunLimits, RunStatus
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.execution.worker import Worker
from agent_sdk.ports.llm import Model
from agent_sdk.ports.store import Admission, WorkQueue
from agent_sdk.ports.system import Clock
from agent_sdk.reliability.system import SystemClock, SystemIds
from agent_sdk.runtime.agent import Agent
from agent_sdk.runtime.durable import RunRequest, new_run
from agent_sdk.runtime.services import Services
from agent_sdk.storage.migrate import upgrade
from agent_sdk.storage.sqlite.store import SqliteStore
from agent_sdk.testing.fakes import FakeChance, FakeModels

ADMISSION = Admission(queued_max_count=1000, queued_per_org_max_count=1000)
EVENTS_MAX_COUNT = 1000


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def _make_store(path: Path) -> None:
    if not path.exists():
        path.write_bytes(_empty_store())


@dataclass(kw_only=True)
class Process:
    """What stands for a process: a store, a worker, and the agents that it knows."""

    store: SqliteStore
    worker: Worker
    services: Services
    agents: Mapping[str, Agent[Any, Any]]

    async def create(self, text: str = "go", *, session: str | None = None) -> str:
        """Create a run of the first agent; its id."""
        agent = next(iter(self.agents.values()))
        request = RunRequest(
            agent=agent.name,
            input=text,
            session_id=session,
            model=None,
            deps=None,
            metadata={},
            tags=(),
            limits=RunLimits(),
            idempotency=None,
        )
        new = new_run(self.services, LOCAL, agent, request)
        return (await self.store.runs.create(LOCAL, new, ADMISSION)).run.id

    async def run(self, run_id: str) -> Run:
        return await self.store.runs.get(LOCAL, run_id)

    async def events(self, run_id: str) -> list[Event]:
        """Its journal, which the grammar accepts."""
        page = await self.store.runs.events(LOCAL, run_id, after=0, limit=EVENTS_MAX_COUNT)
        events = [decode_event(each.data) for each in page.events]
        check_events(events, whole=page.ended)
        return events

    async def types(self, run_id: str) -> list[str]:
        return [event.type for event in await self.events(run_id)]

    async def wrote(self, run_id: str, kind: EventType) -> None:
        """Return when such an event is in the store."""

        async def there() -> bool:
            return kind in await self.types(run_id)

        await until_true(there)

    async def reached(self, run_id: str, *statuses: RunStatus) -> Run:
        """The run, once it has one of these statuses."""

        async def there() -> bool:
            return (await self.run(run_id)).status in statuses

        await until_true(there)
        return await self.run(run_id)


async def until_true(condition: Callable[[], Awaitable[bool]]) -> None:
    """Let others run until it is so; pytest's timeout is the patience."""
    while not await condition():  # noqa: ASYNC110 - any condition, and no time passes
        await asyncio.sleep(0)


@asynccontextmanager
async def process(
    path: Path,
    *agents: Agent[Any, Any],
    models: Sequence[Model],
    owner: str = "own_a",
    clock: Clock | None = None,
    slots: int = 8,
    resolve: Callable[[str], Agent[Any, Any]] | None = None,
    queue: Callable[[WorkQueue], WorkQueue] | None = None,
) -> AsyncGenerator[Process]:
    """A process whose worker has not started; at the end it is drained without patience.

    Args:
        path: Of the file, which is made where there is none.
        agents: What it can run.
        models: What they can ask; the first is the default.
        owner: Id of the worker.
        clock: The machine's own where none is given.
        slots: Of the worker.
        resolve: Finds agents for the worker in another way.
        queue: Puts something in front of the store's queue.
    """
    _make_store(path)
    clock = clock or SystemClock()
    services = Services(
        models=FakeModels({model.id: model for model in models}),
        clock=clock,
        ids=SystemIds(),
        chance=FakeChance(),
    )
    store = SqliteStore(path, clock=clock)
    by_name = {agent.name: agent for agent in agents}
    work = queue(store.work) if queue else store.work
    worker = Worker(work, services, resolve or by_name.__getitem__, owner=owner, slots=slots)
    await store.open()
    try:
        yield Process(store=store, worker=worker, services=services, agents=by_name)
    finally:
        await worker.drain(0)
        await store.close()
