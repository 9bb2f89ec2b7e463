"""A server on the loopback interface that answers with the bytes it is given, cut where it is told."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from agent_sdk.llm.transport import allow_model_requests

Ending = Literal["whole", "cut", "open", "mute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server says to one request."""

    segments: Sequence[bytes] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    ending: Ending = "whole"
    """`cut` breaks the connection in mid-body, `open` says nothing more, `mute` says nothing at all; the last two
    wait for the client to leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the server was asked."""

    target: str
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


class FakeServer:
    """Gives its answers in order, the last one again and again."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = list(answers)
        self.url = ""
        self.requests: list[Request] = []
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.left = asyncio.Event()
        """Set when a client has closed a connection."""

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection, also one that was still on its way when the server closed."""
        self.connections += 1
        self._writers.append(writer)
        self._tasks.append(asyncio.create_task(self._handle(reader, writer)))

    async def close(self) -> None:
        # A connection that is being accepted needs a few turns of the loop to come up.
        for _ in range(5):
            for writer in self._writers:
                writer.transport.abort()
            await asyncio.sleep(0)
        await asyncio.gather(*self._tasks)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                await _write(writer, answer)
                if answer.ending in {"open", "mute"}:
                    await reader.read()
                if answer.ending != "whole":
                    break
        except ConnectionError:
            pass  # the client is gone
        finally:
            writer.transport.abort()
            self.left.set()


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncGenerator[FakeServer]:
    """A server that runs while the context is entered; model requests are allowed in it."""
    fake = FakeServer(answers)
    server = await asyncio.start_server(fake.accept, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    fake.url = f"http://{host}:{port}/v1"
    try:
        with allow_model_requests():
            yield fake
    finally:
        server.close()
        await fake.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(target=first.split(" ")[1], headers=headers, body=body)


async def _write(writer: asyncio.StreamWriter, answer: Answer) -> None:
    if answer.ending == "mute":
        return
    headers = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked", **answer.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {answer.status} Whatever\r\n{lines}\r\n".encode("latin-1"))
    for segment in answer.segments:
        writer.write(f"{len(segment):x}\r\n".encode() + segment + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)
    if answer.ending == "whole":
        writer.write(b"0\r\n\r\n")
    await writer.drain()
