"""Where `agent-sdk runs …` finds runs: at a server, or in the store itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote

from agent_sdk.bootstrap.local import local_runs
from agent_sdk.bootstrap.platform import key_path
from agent_sdk.cli.client import Client, is_loopback
from agent_sdk.contracts.codec import decode, encode
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.page import PAGE_MAX_COUNT, PageRequest
from agent_sdk.contracts.run import RunStatus
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.store import RunQuery
from agent_sdk.services.local_key import local_key
from agent_sdk.services.runs import Runs
from agent_sdk.settings import FILE_NAME, LoadedSettings, Settings, load_settings

ResultT = TypeVar("ResultT")
FOLLOW_MAX_S: Final = 60.0
"""How long one look at the store waits for the next event; then comes another one."""
_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing is bound here


class Source(Protocol):
    """Reads runs. Everything comes as plain JSON, as `docs/HTTP.md` describes it."""

    def list(self, status: RunStatus | None, agent: str | None, session: str | None, limit: int) -> Any:
        """A page of runs, newest first."""
        ...

    def show(self, run_id: str) -> Any:
        """One run."""
        ...

    def events(self, run_id: str, after: int, emit: Callable[[bytes], None], *, follow: bool) -> None:
        """Give `emit` the envelopes behind a cursor; with `follow` up to the end of the run."""
        ...

    def replay(self, run_id: str) -> Any:
        """What came of a replay."""
        ...


class RemoteRuns:
    """At a server."""

    def __init__(self, client: Client) -> None:
        """Ask with a client."""
        self._client = client

    def list(self, status: RunStatus | None, agent: str | None, session: str | None, limit: int) -> Any:
        """A page of runs, newest first."""
        return self._client.get("/v1/runs", status=status, agent=agent, session_id=session, limit=limit)

    def show(self, run_id: str) -> Any:
        """One run."""
        return self._client.get(_path(run_id))

    def events(self, run_id: str, after: int, emit: Callable[[bytes], None], *, follow: bool) -> None:
        """Give `emit` the envelopes behind a cursor; with `follow` up to the end of the run."""
        path = f"{_path(run_id)}/events"
        for data in self._client.follow(path, after) if follow else self._client.events(path, after):
            emit(data)

    def replay(self, run_id: str) -> Any:
        """What came of a replay."""
        return self._client.post(f"{_path(run_id)}/replay", {})

    def cancel(self, run_id: str, mode: str, reason: str | None) -> Any:
        """Ask for its end; the run."""
        body = {"mode": mode} if reason is None else {"mode": mode, "reason": reason}
        return self._client.post(f"{_path(run_id)}/cancel", body)

    def resume(self, run_id: str) -> Any:
        """Let it go on; the run."""
        return self._client.post(f"{_path(run_id)}/resume", {})


class LocalRuns:
    """In the store of this machine, in the default organisation."""

    def __init__(self, loaded: LoadedSettings) -> None:
        """Use the store of these settings."""
        self._loaded = loaded

    def list(self, status: RunStatus | None, agent: str | None, session: str | None, limit: int) -> Any:
        """A page of runs, newest first."""
        query = RunQuery(status=status, agent=agent, session_id=session)
        return self._run(lambda runs: runs.list(LOCAL, query, PageRequest(limit=limit)))

    def show(self, run_id: str) -> Any:
        """One run."""
        return self._run(lambda runs: runs.get(LOCAL, run_id))

    def events(self, run_id: str, after: int, emit: Callable[[bytes], None], *, follow: bool) -> None:
        """Give `emit` the envelopes behind a cursor; with `follow` up to the end of the run."""

        async def read(runs: Runs) -> None:
            await (_follow if follow else _page_by_page)(runs, run_id, after, emit)

        self._run(read)

    def replay(self, run_id: str) -> Any:
        """What came of a replay."""
        return self._run(lambda runs: runs.replay(LOCAL, run_id))

    def _run(self, use: Callable[[Runs], Awaitable[ResultT]]) -> Any:
        async def main() -> ResultT:
            async with local_runs(self._loaded) as runs:
                return await use(runs)

        return decode(encode(asyncio.run(main())))


async def _follow(runs: Runs, run_id: str, after: int, emit: Callable[[bytes], None]) -> None:
    with await runs.follow(LOCAL, run_id, after=after) as follower:
        while not follower.ended:
            for event in await follower.take(FOLLOW_MAX_S):
                emit(event.data)


async def _page_by_page(runs: Runs, run_id: str, after: int, emit: Callable[[bytes], None]) -> None:
    await runs.get(LOCAL, run_id)
    while True:
        page = await runs.events(LOCAL, run_id, after=after, limit=PAGE_MAX_COUNT)
        for event in page.events:
            emit(event.data)
        if not page.events or page.events[-1].seq >= page.last_seq:
            return
        after = page.events[-1].seq


def remote(url: str | None, key: str | None) -> RemoteRuns:
    """The server at a URL; the one that the settings describe where none is given.

    Raises:
        ConfigError: The settings cannot be used.
        InvalidInput: The URL is no server's, or it has to be given.
    """
    loaded = load_settings()
    settings = loaded.values
    url = url or _configured_url(loaded)
    return RemoteRuns(Client(url, key or key_for(url, settings)))


def _configured_url(loaded: LoadedSettings) -> str:
    """A folder's file, which may be somebody else's, does not decide which machine is shown the key."""
    url, source = own_url(loaded.values), loaded.sources.get("server.host", "")
    if source.endswith(FILE_NAME) and not is_loopback(url):
        raise InvalidInput(
            f"{source} names the server {url}, which is not on this machine",
            hint=f"If your key is meant for it, say so: --url {url}",
        )
    return url


def own_url(settings: Settings) -> str:
    """Where a server with these settings is reached from its own machine."""
    host = settings.server.host
    host = "127.0.0.1" if host in _ANY_ADDRESS else f"[{host}]" if ":" in host else host
    return f"http://{host}:{settings.server.port}"


def key_for(url: str, settings: Settings) -> str | None:
    """The configured key; else the one that a server of this machine keeps, which nobody else is shown."""
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    if is_loopback(url) and key_path(settings).exists():
        secret, _ = local_key(key_path(settings))
        return secret
    return None


def _path(run_id: str) -> str:
    return f"/v1/runs/{quote(run_id, safe='')}"
