"""A real server on loopback, in the event loop of the test, over a fresh SQLite store."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
from httpx_sse import ServerSentEvent, aconnect_sse

from agent_sdk import Agent, tool
from agent_sdk.contracts.codec import decode
from agent_sdk.contracts.messages import TextPart, ToolCallPart
from agent_sdk.contracts.scope import LOCAL, Role
from agent_sdk.contracts.usage import Usage
from agent_sdk.execution.worker import Worker
from agent_sdk.llm.registry import ModelRegistry
from agent_sdk.observability.metrics import Metrics
from agent_sdk.ports.llm import ModelChunk, ModelProfile, ModelRequest, ModelResponse, TextDelta
from agent_sdk.ports.store import Admission, Lease
from agent_sdk.reliability.system import SystemChance, SystemClock, SystemIds
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.request import journal_of, opening
from agent_sdk.runtime.services import Services
from agent_sdk.server.app import Application, create_app
from agent_sdk.server.listen import READER_STALL_MAX_S, address_of, listen
from agent_sdk.server.main import Server
from agent_sdk.services.approvals import Approvals
from agent_sdk.services.catalog import Catalog, Offer
from agent_sdk.services.keys import Keys
from agent_sdk.services.platform import Platform, ServerSettings
from agent_sdk.services.runs import Runs
from agent_sdk.services.sessions import Sessions
from agent_sdk.services.tool_trials import ToolTrials
from agent_sdk.storage.migrate import upgrade
from agent_sdk.storage.sqlite import SqliteStore

KEY: Final = "the-bootstrap-key"
OFFLINE: Final = "offline:demo"
TIMEOUT_S: Final = 30.0
STREAM: Final = {"Accept": "text/event-stream"}


class Talker:
    """A model that says the same words to everybody; `gate` holds its last one back."""

    id = "test:talker"
    profile = ModelProfile()

    def __init__(self, *words: str, gate: asyncio.Event | None = None) -> None:
        self.words = words or ("hello",)
        self.gate = gate

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        for word in self.words:
            yield TextDelta(word)
        if self.gate is not None:
            await self.gate.wait()
        yield ModelResponse(
            parts=(TextPart(text="".join(self.words)),),
            finish_reason="stop",
            usage=Usage(input_tokens=1, output_tokens=len(self.words), requests=1),
            model="talker",
        )


def talker(*words: str, gate: asyncio.Event | None = None) -> Agent[Any, Any]:
    """The agent `talker`."""
    return Agent("talker", model=Talker(*words, gate=gate))


class Deployer:
    """A model that asks for one call of `deploy` in each run, and then thanks."""

    id = "test:deployer"
    profile = ModelProfile()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        asked = any(isinstance(part, ToolCallPart) for message in request.messages for part in message.parts)
        wanted = ToolCallPart(tool_call_id=request.ids.new("call"), name="deploy", arguments='{"name":"it"}')
        yield ModelResponse(
            parts=(TextPart(text="thanks"),) if asked else (wanted,),
            finish_reason="stop" if asked else "tool_calls",
            usage=Usage(input_tokens=1, output_tokens=1, requests=1),
            model="deployer",
        )


@tool(effects="external", needs_approval=True)
async def deploy(name: str) -> str:
    """Deploy something."""
    return name


def deployer() -> Agent[Any, Any]:
    """The agent `deployer`, whose runs pause for an approval."""
    return Agent("deployer", model=Deployer(), tools=[deploy])


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that is up."""

    url: str
    platform: Platform
    app: Application
    server: Server

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def client(self, key: str | None = KEY, **options: Any) -> httpx.AsyncClient:
        """A client that shows `key`."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=TIMEOUT_S, **options)

    async def new_key(self, org_id: str, role: Role = "developer") -> str:
        """The secret of a new key of an organisation."""
        return (await self.platform.keys.create(LOCAL, name="test", role=role, org_id=org_id)).secret


@cache
def _empty_store() -> Path:
    """A migrated store without rows, made once: every test gets a copy."""
    folder = Path(tempfile.mkdtemp(prefix="agent-sdk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


def new_store(folder: Path) -> Path:
    """A store in `folder`, the one that is there or an empty one."""
    path = folder / "store.db"
    if not path.exists():
        shutil.copy(_empty_store(), path)
    return path


def compose(
    path: Path,
    agents: Sequence[Agent[Any, Any]],
    *,
    worker: bool = True,
    allowed_hosts: tuple[str, ...] = (),
    queued_max_count: int = 1000,
) -> Platform:
    """A platform over the store in `path`."""
    clock, ids = SystemClock(), SystemIds()
    models = ModelRegistry({}, OFFLINE)
    services = Services(models=models, clock=clock, ids=ids, chance=SystemChance())
    store = SqliteStore(path, clock=clock)
    catalog = Catalog([Offer(agent=agent) for agent in agents], models=models, default_model=OFFLINE)
    admission = Admission(queued_max_count=queued_max_count, queued_per_org_max_count=queued_max_count)
    return Platform(
        version="0.0.0",
        store=store,
        worker=Worker(store.work, services, catalog.resolve, owner=ids.new("job")) if worker else None,
        services=services,
        catalog=catalog,
        runs=Runs(store, catalog, services, admission),
        sessions=Sessions(store.sessions),
        approvals=Approvals(store.approvals),
        tools=ToolTrials(catalog, services),
        keys=Keys(store.keys, clock=clock, ids=ids, bootstrap=KEY),
        metrics=Metrics(),
        settings=ServerSettings(allowed_hosts=allowed_hosts),
    )


@asynccontextmanager
async def serving(
    folder: Path, *agents: Agent[Any, Any], stall_max_s: float = READER_STALL_MAX_S, **options: Any
) -> AsyncGenerator[Served]:
    """A server with these agents; `options` are those of `compose`."""
    platform = compose(new_store(folder), agents, **options)
    app = create_app(platform)
    bound = listen("127.0.0.1", 0, stall_max_s=stall_max_s)
    url = address_of(bound)
    started = asyncio.Event()
    server = Server(app, platform, started.set)
    await platform.start()
    task = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        await started.wait()
        yield Served(url=url, platform=platform, app=app, server=server)
    finally:
        server.should_exit = True
        await task
        await platform.stop()


class Scribe:
    """A worker by hand: writes what a test says into the journal of a run that it claimed."""

    def __init__(self, journal: Journal, lease: Lease) -> None:
        self._journal = journal
        self._lease = lease

    def say(self, text: str) -> None:
        """One more delta."""
        self._journal.record("message.delta", {"message_id": "msg_1", "delta": text})

    async def committed(self) -> None:
        """Return when everybody may see what was written."""
        await self._lease.committed()

    async def end(self) -> None:
        """Complete the run."""
        data = {"stop_reason": "end_turn", "output": "done", "usage": Usage()}
        self._journal.record("run.completed", data)
        await self.committed()


async def claimed(served: Served, run_id: str) -> Scribe:
    """The scribe of a run that waits; the server has no worker of its own."""
    services, store = served.platform.services, served.platform.store
    [lease] = await store.work.claim(services.ids.new("job"), limit=1, opening=opening(services))
    assert lease.claim.run.id == run_id
    journal = journal_of(services, lease.claim, lease)
    journal.seq = (await store.runs.get(lease.claim.scope, run_id)).last_seq
    return Scribe(journal, lease)


async def post_run(client: httpx.AsyncClient, agent: str, text: str = "hi", **fields: Any) -> dict[str, Any]:
    """Make a run; what was answered."""
    response = await client.post("/v1/runs", json={"agent": agent, "input": text, **fields})
    assert response.status_code == 202, response.text
    return response.json()


async def finished(client: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    """The run once it has ended: its stream closes then."""
    await read_stream(client, f"/v1/runs/{run_id}/events")
    return (await client.get(f"/v1/runs/{run_id}")).json()


async def read_stream(
    client: httpx.AsyncClient, path: str, method: str = "GET", **request: Any
) -> list[ServerSentEvent]:
    """Every event of a stream, up to its end."""
    async with aconnect_sse(client, method, path, **request) as source:
        assert source.response.status_code == 200, await source.response.aread()
        return [event async for event in source.aiter_sse()]


async def until_open_streams(client: httpx.AsyncClient, count: int) -> None:
    """Return when so many streams are open; asking is what lets the server go on."""
    while await open_streams(client) != count:
        pass


async def open_streams(client: httpx.AsyncClient) -> int:
    """How many streams the server's metrics count."""
    lines = (await client.get("/metrics")).text.splitlines()
    [line] = [line for line in lines if line.startswith("agent_sdk_open_streams ")]
    return int(float(line.rpartition(" ")[2]))


async def journal(client: httpx.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    """All events of a run so far, page by page."""
    events: list[dict[str, Any]] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = (await client.get(f"/v1/runs/{run_id}/events", params={"after": cursor})).json()
        events += page["data"]
        cursor = page["next_cursor"]
    return events


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem that a response holds, which has to be a whole one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = decode(response.content)
    assert body.keys() == {"type", "title", "status", "detail", "code", "hint", "request_id"}
    assert body["status"] == status
    assert body["request_id"] == response.headers["x-request-id"]
    return body


@dataclass(slots=True)
class RawAnswer:
    """What came over a plain connection."""

    status: int
    headers: dict[str, str]
    body: bytes


async def raw_request(port: int, request: bytes) -> RawAnswer:
    """Send bytes as they are, with `Connection: close` among them, and read up to the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    data = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = data.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    return RawAnswer(
        status=int(status_line.split(" ")[1]),
        headers={name.lower(): value for name, _, value in pairs},
        body=body,
    )
