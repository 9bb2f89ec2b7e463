"""The client of benchmarks/chaos.py: it starts runs, follows them through every crash, and remembers what it saw."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import msgspec
from server_processes import KEY

TERMINAL_TYPES: Final = frozenset({"run.completed", "run.failed", "run.canceled"})
RETRY_S = 0.05
CALL_MAX_S = 60.0
"""A request that was not answered for so long, retries and restarts included, is a violation."""
SILENCE_MAX_S = 30.0
"""A stream says something every 15 s."""
BUSY: Final = frozenset({429, 503})
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_STREAM_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_MAX_S)


class Envelope(msgspec.Struct):
    """What the readers look at in an event."""

    seq: int
    run_id: str
    type: str
    attempt: int


_ENVELOPES = msgspec.json.Decoder(Envelope)


class Violated(Exception):
    """What must not happen has happened."""


@dataclass(slots=True, eq=False)
class Run:
    """A run, and all that any reader was ever shown of it."""

    id: str
    plan: str
    seen: dict[int, bytes] = field(default_factory=dict[int, bytes])
    """The bytes of each event's data, by seq."""
    received: int = 0
    """Events, by all readers together."""
    attempt: int = 1
    last_type: str = ""
    is_canceled: bool = False
    """Whether the server accepted a cancellation."""
    interrupted: int = 0
    """The attempt that the last kill interrupted; 0 when none was, or when the run has gone on since."""
    resumed_s: list[float] = field(default_factory=list[float])
    """Seconds from each /ready to the first event of the next attempt."""

    @property
    def is_under_way(self) -> bool:
        """Whether somebody works on it, as far as readers know."""
        return self.last_type not in {"", "run.queued", "run.paused", *TERMINAL_TYPES}


@dataclass(slots=True, eq=False)
class Client:
    """Calls the server, patiently: it is killed all the time."""

    url: str
    session: aiohttp.ClientSession
    ready_at: float | None = None
    """`time.monotonic` when this life of the server was seen to be ready."""
    connections: int = 0
    violations: list[str] = field(default_factory=list[str])

    @staticmethod
    def open_session() -> aiohttp.ClientSession:
        """A session with the key, and room for all readers."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=0))

    async def is_ready(self) -> bool:
        """Whether /ready answers 200 now."""
        try:
            async with self.session.get(f"{self.url}/ready", timeout=_TIMEOUT) as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def call(
        self, method: str, path: str, *, expected: set[int], key: str | None = None, **options: Any
    ) -> tuple[int, bytes]:
        """Status and body of the answer, asked for again until there is one.

        Raises:
            Violated: The answer has another status, or none came.
        """
        headers = {"Idempotency-Key": key} if key else {}
        deadline = time.monotonic() + CALL_MAX_S
        answer: object = None
        while time.monotonic() < deadline:
            try:
                async with self.session.request(
                    method, f"{self.url}{path}", headers=headers, timeout=_TIMEOUT, **options
                ) as response:
                    body = await response.read()
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                answer = error
            else:
                if response.status in expected:
                    return response.status, body
                answer = f"{response.status} {body[:300]!r}"
                # The first try of a key may have been cut short by a kill, and count as in progress for a while.
                if response.status not in BUSY and not (key and response.status == 409):
                    break
            await asyncio.sleep(RETRY_S)
        raise Violated(f"{method} {path} was answered by {answer}")

    async def start(self, plan: str, key: str) -> Run:
        """A new run that follows `plan`; asking again with the same key starts no second one."""
        body = {"agent": "chaos", "input": f"Please do this. plan: {plan}"}
        _, answer = await self.call("POST", "/v1/runs", expected={202}, key=key, json=body)
        return Run(msgspec.json.decode(answer)["id"], plan)

    async def cancel(self, run: Run, mode: str) -> None:
        """Cancel it, if it has not ended meanwhile."""
        path = f"/v1/runs/{run.id}/cancel"
        status, _ = await self.call("POST", path, expected={200, 202, 204, 409}, json={"mode": mode})
        run.is_canceled = status != 409

    async def get(self, path: str) -> Any:
        """The JSON document at `path`."""
        _, body = await self.call("GET", path, expected={200})
        return msgspec.json.decode(body)

    async def pages(self, path: str) -> AsyncGenerator[Any, None]:
        """The items of a paged list."""
        cursor = ""
        while True:
            page = await self.get(f"{path}?limit=1000{cursor}")
            for item in page["data"]:
                yield item
            if not page["next_cursor"]:
                return
            cursor = f"&cursor={page['next_cursor']}"

    async def decide(self, run: Run, decision: str) -> None:
        """Approve or deny whatever the run waits for."""
        async for approval in self.pages("/v1/approvals"):
            if approval["run_id"] == run.id and approval["status"] == "pending":
                path = f"/v1/approvals/{approval['id']}"
                # 409: decided before, by the other reader or by a try whose answer was lost.
                await self.call("POST", path, expected={200, 202, 204, 409}, json={"decision": decision})

    async def frames(self, run_id: str, after: int) -> AsyncGenerator[tuple[int, str, bytes], None]:
        """Id, type and data of each whole event of one connection; ends when the connection does.

        Raises:
            Violated: The answer is no stream; "nothing follows" (204) is none, and nobody asks after the end.
        """
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(after)} if after else {})}
        path = f"{self.url}/v1/runs/{run_id}/events"
        async with self.session.get(path, headers=headers, timeout=_STREAM_TIMEOUT) as response:
            self.connections += 1
            if response.status in BUSY:
                return
            if response.status != 200:
                text = (await response.text())[:300]
                raise Violated(
                    f"the stream of {run_id} after {after} was answered by {response.status} {text}"
                )
            rest = b""
            async for data in response.content.iter_any():
                *blocks, rest = (rest + data).split(b"\n\n")
                for block in blocks:
                    if (frame := _frame(block)) is not None:
                        yield frame

    async def follow(self, run: Run, decision: str | None) -> None:
        """Read the run's stream until it ends, or pauses and nobody decides; reconnect after each kill."""
        last = 0
        while True:
            try:
                async with aclosing(self.frames(run.id, last)) as frames:
                    async for seq, kind, data in frames:
                        self._see(run, last, seq, kind, data)
                        last = seq
                        if kind in TERMINAL_TYPES or (kind == "run.paused" and decision is None):
                            return
                        if kind == "run.paused" and decision is not None:
                            await self.decide(run, decision)
            except aiohttp.ServerTimeoutError as error:
                raise Violated(f"the stream of {run.id} said nothing for {SILENCE_MAX_S} s") from error
            except (aiohttp.ClientError, OSError):
                pass  # the server was killed
            await asyncio.sleep(RETRY_S)

    def _see(self, run: Run, last: int, seq: int, kind: str, data: bytes) -> None:
        event = _ENVELOPES.decode(data)
        if (event.seq, event.type, event.run_id) != (seq, kind, run.id):
            raise Violated(f"{run.id}: the frame {seq} {kind} carries {event}")
        if seq != last + 1:
            raise Violated(f"{run.id}: a reader at {last} was sent {seq}")
        if run.seen.setdefault(seq, data) != data:
            raise Violated(f"{run.id}: two readers were shown different bytes of event {seq}")
        run.received += 1
        if seq < len(run.seen):
            return  # another reader was faster
        run.last_type, run.attempt = kind, max(run.attempt, event.attempt)
        if run.interrupted and run.attempt > run.interrupted:
            run.resumed_s.append(time.monotonic() - self.ready_at if self.ready_at else 0.0)
            run.interrupted = 0


def _frame(block: bytes) -> tuple[int, str, bytes] | None:
    """Id, type and data of a block; None for a comment."""
    lines = [line.partition(b":") for line in block.splitlines()]
    fields = {name: value.removeprefix(b" ") for name, _, value in lines if name}
    if b"data" not in fields:
        return None
    return int(fields[b"id"]), fields[b"event"].decode(), fields[b"data"]
