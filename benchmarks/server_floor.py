"""The floor of a durable server: one tool-using run over HTTP by hand, every event stored before it is sent.

    python benchmarks/server_floor.py --port N --model-url http://127.0.0.1:M/t50-d0/v1 --store floor.db

Starlette on uvicorn (uvloop, httptools), aiohttp to the model, msgspec for JSON, and SQLite in WAL mode with
synchronous=NORMAL, written by one thread that commits what all runs have for it at once. No auth, no limits, no
sessions, no recovery: it bounds what a server on the same parts can do.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import threading
import time
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import aiohttp
import msgspec
import uvicorn
from floor import TOOLS, Answer, Args, Delta, Function
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

_BATCH_MAX_WRITES = 512
_ANSWERS = msgspec.json.Decoder(Answer)
_ARGS = msgspec.json.Decoder(Args)
_ENCODER = msgspec.json.Encoder()
_HEADERS = {"content-type": "application/json", "authorization": "Bearer x"}

EventRow = tuple[str, int, str, float, str, bytes]
"""Run, seq, session, time, type, bytes."""
_Write = tuple[list[EventRow], asyncio.Future[None]]


class Asked(msgspec.Struct):
    """What a client posts."""

    input: str
    session_id: str = ""


class Envelope(msgspec.Struct):
    """What a reader is given."""

    id: str
    seq: int
    run_id: str
    session_id: str
    time: float
    stream: str
    type: str
    version: int
    data: dict[str, Any]


class Journal:
    """Stores events; the writes of all runs that came while a commit was under way share the next."""

    def __init__(self, path: Path) -> None:
        """Open or make the database and start the writer."""
        self._loop = asyncio.get_running_loop()
        self._writes: SimpleQueue[_Write] = SimpleQueue()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS events (run_id TEXT, seq INTEGER, session_id TEXT, time REAL, type TEXT,"
            " body BLOB, PRIMARY KEY (run_id, seq)) WITHOUT ROWID"
        )
        threading.Thread(target=self._write, daemon=True).start()

    def append(self, rows: list[EventRow]) -> asyncio.Future[None]:
        """Done when `rows` are committed."""
        committed = self._loop.create_future()
        self._writes.put((rows, committed))
        return committed

    def _write(self) -> None:
        while True:
            batch = [self._writes.get()]
            while len(batch) < _BATCH_MAX_WRITES and not self._writes.empty():
                batch.append(self._writes.get())
            self._database.execute("BEGIN IMMEDIATE")
            for rows, _ in batch:
                self._database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._database.execute("COMMIT")
            self._loop.call_soon_threadsafe(_settle, [committed for _, committed in batch])


def _settle(waiting: list[asyncio.Future[None]]) -> None:
    for each in waiting:
        if not each.done():
            each.set_result(None)


@dataclass(slots=True)
class Call:
    """A tool call as it streams in."""

    id: str = ""
    name: str = ""
    arguments: str = ""

    def add(self, ident: str | None, function: Function | None) -> None:
        """Take more of it."""
        self.id = ident or self.id
        if function is not None:
            self.name += function.name or ""
            self.arguments += function.arguments or ""


@dataclass(slots=True)
class Run:
    """One run: what it has said, and what is to be stored and sent next."""

    session_id: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    seq: int = 0
    rows: list[EventRow] = field(default_factory=list[EventRow])
    frames: list[bytes] = field(default_factory=list[bytes])

    def emit(self, stream: str, kind: str, data: dict[str, Any]) -> None:
        """Add an event to the next batch."""
        self.seq += 1
        now = time.time()
        body = _ENCODER.encode(
            Envelope(f"{self.id}-{self.seq}", self.seq, self.id, self.session_id, now, stream, kind, 1, data)
        )
        self.rows.append((self.id, self.seq, self.session_id, now, kind, body))
        self.frames.append(b"id: %d\nevent: %b\ndata: %b\n\n" % (self.seq, kind.encode(), body))

    async def stored(self, journal: Journal) -> bytes:
        """Store the batch; then its frames."""
        rows, frames = self.rows, self.frames
        self.rows, self.frames = [], []
        await journal.append(rows)
        return b"".join(frames)


class Floor:
    """The server."""

    def __init__(self, model_url: str, store: Path) -> None:
        """Ask the model at `model_url` and keep events in `store`."""
        self._url = f"{model_url}/chat/completions"
        self._store = store
        self._session: aiohttp.ClientSession
        self._journal: Journal
        self.app = Starlette(
            routes=[Route("/runs", self.post, methods=["POST"]), Route("/ready", self.ready)],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None, None]:
        self._journal = Journal(self._store)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as self._session:
            yield

    async def ready(self, _: Request) -> PlainTextResponse:
        """It is."""
        return PlainTextResponse("ready")

    async def post(self, request: Request) -> StreamingResponse:
        """Start a run and stream its events."""
        asked = msgspec.json.decode(await request.body(), type=Asked)
        return StreamingResponse(self._events(asked), media_type="text/event-stream")

    async def _events(self, asked: Asked) -> AsyncGenerator[bytes, None]:
        run = Run(asked.session_id)
        messages: list[dict[str, Any]] = [{"role": "user", "content": asked.input}]
        run.emit("lifecycle", "run.started", {"agent": "bench"})
        yield await run.stored(self._journal)
        text: list[str] = []
        while True:
            call = Call()
            async for deltas in self._ask(messages):
                for delta in deltas:
                    for more in delta.tool_calls or ():
                        call.add(more.id, more.function)
                    if delta.content:
                        text.append(delta.content)
                        run.emit("assistant", "message.delta", {"delta": delta.content})
                if run.rows:
                    yield await run.stored(self._journal)
            if not call.name:
                break
            run.emit("tool", "tool.started", {"id": call.id, "name": call.name, "args": call.arguments})
            args = _ARGS.decode(call.arguments)
            result = args.a + args.b
            run.emit("tool", "tool.completed", {"id": call.id, "name": call.name, "result": result})
            yield await run.stored(self._journal)
            function = {"name": call.name, "arguments": call.arguments}
            calls = [{"id": call.id, "type": "function", "function": function}]
            messages.append({"role": "assistant", "content": None, "tool_calls": calls})
            messages.append({"role": "tool", "tool_call_id": call.id, "content": str(result)})
        run.emit("assistant", "message.completed", {"text": "".join(text)})
        run.emit("lifecycle", "run.completed", {"stop_reason": "end_turn"})
        yield await run.stored(self._journal)

    async def _ask(self, messages: list[dict[str, Any]]) -> AsyncGenerator[list[Delta], None]:
        """The deltas of an answer, as many at a time as one segment of the network brings."""
        request = {"model": "gpt-fake", "messages": messages, "tools": TOOLS, "stream": True}
        body = _ENCODER.encode({**request, "stream_options": {"include_usage": True}})
        rest = b""
        async with self._session.post(self._url, data=body, headers=_HEADERS) as response:
            async for data in response.content.iter_any():
                *blocks, rest = (rest + data).split(b"\n\n")
                answers = [_ANSWERS.decode(block[6:]) for block in blocks if block.startswith(b"data: {")]
                yield [choice.delta for answer in answers for choice in answer.choices if choice.delta]


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model-url", required=True)
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args()
    uvicorn.run(
        Floor(options.model_url, options.store).app,
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        backlog=4096,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
