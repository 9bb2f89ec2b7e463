"""Running the server: from a socket to a graceful end."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

from agent_sdk.server.app import Application, create_app
from agent_sdk.server.listen import address_of
from agent_sdk.server.protocol import BoundedHttpProtocol
from agent_sdk.services.platform import Platform
from agent_sdk.ui.place import here

BACKLOG_MAX_COUNT: Final = 4096
"""Connections that wait to be accepted; the kernel may allow fewer."""
CLOSE_MAX_S: Final = 5.0
"""How long answers may take to be sent after runs were drained and streams said goodbye."""
KEEP_ALIVE_S: Final = 75
EXIT_OK: Final = 0
EXIT_INTERRUPTED: Final = 130
"""What a shell reports of a program that Ctrl-C ended."""


class Server(uvicorn.Server):
    """uvicorn, which drains runs and streams before it closes connections, and ends with an exit code of its own."""

    def __init__(
        self, app: Application, platform: Platform, started: Callable[[], None] | None = None
    ) -> None:
        """Serve `app` over `platform`; call `started` when requests are accepted."""
        # https://uvicorn.dev/settings/: its own logs, headers and signal handling are ours to do.
        config = uvicorn.Config(
            app,
            loop="none",
            http=BoundedHttpProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG_MAX_COUNT,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=int(CLOSE_MAX_S),
        )
        super().__init__(config)
        self.exit_code = EXIT_OK
        self._app = app
        self._platform = platform
        self._started = started
        self._drain: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept requests."""
        await super().startup(sockets)
        if self._started is not None:
            self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more; let runs reach a border, have their readers come back elsewhere, close."""
        for server in self.servers:
            server.close()
        self._drain = asyncio.create_task(self._platform.drain())
        # `wait`, because a drain that a second signal cut short is no error.
        await asyncio.wait([self._drain])
        self._app.streams.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Let SIGINT and SIGTERM end the server; a second SIGINT does not wait."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for each in signals:
            loop.add_signal_handler(each, self._end, each)
        try:
            yield
        finally:
            for each in signals:
                loop.remove_signal_handler(each)

    def _end(self, number: signal.Signals) -> None:
        if number is signal.SIGINT:
            self.exit_code = EXIT_INTERRUPTED
            if self._drain is not None:
                self._drain.cancel()
        self.handle_exit(number, None)


async def serve(platform: Platform, bound: socket.socket) -> int:
    """Start the platform, serve it on a socket until a signal comes, and stop both; the exit code.

    Raises:
        StoreError: The store cannot be used.
    """
    await platform.start()
    try:
        console = here()
        server = Server(
            create_app(platform, console), platform, lambda: _say(bound, has_console=console.is_built)
        )
        await server.serve(sockets=[bound])
    finally:
        await platform.stop()
    return server.exit_code


def run_server(compose: Callable[[], Platform], bound: socket.socket) -> int:
    """`serve` on an event loop of its own (uvloop, where there is one), on which `compose` makes the platform."""

    async def main() -> int:
        return await serve(compose(), bound)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main())


def _loop_factory() -> Callable[[], Any]:
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop

    return uvloop.new_event_loop


def _say(bound: socket.socket, *, has_console: bool) -> None:
    url = address_of(bound)
    sys.stderr.write(f"agent-sdk serves on {url}\n" + (f"its console: {url}/\n" if has_console else ""))
    sys.stderr.flush()
