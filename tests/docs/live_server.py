"""The server's own program over a store in a folder, as README.md and docs/SERVER.md start it."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

KEY: Final = "the-key-of-the-documents"
TIMEOUT_S: Final = 30.0
STREAM: Final = {"Accept": "text/event-stream"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveServer:
    """A server in a process of its own."""

    process: asyncio.subprocess.Process
    url: str

    def client(self) -> httpx.AsyncClient:
        """Whoever calls it, with its key."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=TIMEOUT_S)

    async def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        await self.process.wait()


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of this machine's own settings, and a home in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_SDK_")}
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    return {**kept, **home, "AGENT_SDK_API_KEY": KEY, **settings}


async def ended_server(folder: Path, settings: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and last words of a server that cannot start."""
    process = await _start(folder, settings, ())
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return await process.wait(), said.decode()


async def _start(
    folder: Path, settings: Mapping[str, str], options: Sequence[str]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "agent_sdk.server", *options),
        cwd=folder,
        env=environment(folder, settings),
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def live_server(
    folder: Path, settings: Mapping[str, str] | None = None, *, options: Sequence[str] = (), port: int = 0
) -> AsyncGenerator[LiveServer]:
    """Start it in `folder`, with the default store, and wait until it says where it listens; kill it at the end."""
    process = await _start(folder, settings or {}, ["--port", str(port), *options])
    assert process.stderr is not None
    try:
        said = ""
        async with asyncio.timeout(TIMEOUT_S):
            while not (found := re.search(r"serves on (http://\S+)", said)):
                line = await process.stderr.readline()
                assert line, said
                said += line.decode()
        yield LiveServer(process=process, url=found[1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
