"""Load for benchmarks/server.py: so many clients, each streaming one run after the other over its own connection.

    python benchmarks/load.py --port N --path /v1/runs --body '{"agent": …}' --clients 16 --runs 500 --pid SERVER

Prints one JSON object: errors, CPU milliseconds of the server per run, and milliseconds to the first event, to the
first token and, with `--stamped`, from the model's sending of each token to its arrival here.
"""

import argparse
import asyncio
import json
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop
from server_processes import cpu_s

RUN_MAX_S = 30.0
"""A run that takes longer is an error, and the last: where one hangs, others do."""
SETTLE_S = 0.2
"""What the server still does for its last runs is theirs, too."""
ERRORS_MAX = 20
"""Past these a measurement is given up."""
TOKEN = b" tok"
STAMP = re.compile(rb" @(\d+)@")
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_HEAD_END = b"\r\n\r\n"


@dataclass(slots=True)
class Answer:
    """One streamed run, as its client saw it. Times by `time.monotonic_ns`."""

    sent: int
    ended: asyncio.Future[None]
    received: bytearray = field(default_factory=bytearray)
    body_at: int = -1
    """Where the body begins; -1 before the head is whole."""
    first_event: int = 0
    first_token: int = 0
    last_stamp: int = 0
    transits: list[int] = field(default_factory=list[int])
    """Nanoseconds, one per token."""

    def take(self, data: bytes, *, stamped: bool) -> None:
        """Read what has arrived."""
        now = time.monotonic_ns()
        self.received += data
        if self.body_at < 0:
            end = self.received.find(_HEAD_END)
            if end < 0:
                return
            self.body_at = end + len(_HEAD_END)
            data = bytes(self.received[self.body_at :])
        if not self.first_event and b"data:" in data:
            self.first_event = now
        if not self.first_token and (b" @" if stamped else TOKEN) in data:
            self.first_token = now
        if stamped:
            self._take_stamps(data, now)
        if self._is_whole() and not self.ended.done():
            self.ended.set_result(None)

    def _take_stamps(self, data: bytes, now: int) -> None:
        for found in STAMP.findall(data):
            # Tokens come again in the whole message and in the output.
            if (stamp := int(found)) > self.last_stamp:
                self.last_stamp = stamp
                self.transits.append(now - stamp)

    def _is_whole(self) -> bool:
        head = bytes(self.received[: self.body_at]).lower()
        if b"chunked" in head:
            return self.received.endswith(_LAST_CHUNK, self.body_at - 2)
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        return length is not None and len(self.received) - self.body_at >= int(length[1])

    def check(self, tokens: int, *, stamped: bool) -> None:
        """Raise RuntimeError unless this is a whole run with all its tokens."""
        body = bytes(self.received[self.body_at :])
        seen = len(self.transits) if stamped else body.count(TOKEN)
        status = bytes(self.received[9:12])
        if not status.startswith(b"2") or b"event: run.completed\n" not in body or seen < 0.9 * tokens:
            raise RuntimeError(f"status {status!r}, {seen} of {tokens} tokens: {body[-400:]!r}")


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, *, stamped: bool) -> None:
        """Read stamps or not."""
        self._stamped = stamped
        self._answer: Answer | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by descent

    def data_received(self, data: bytes) -> None:
        """Hand it to the run under way."""
        if self._answer is not None:
            self._answer.take(data, stamped=self._stamped)

    def connection_lost(self, exc: Exception | None) -> None:
        """The run under way ends with it: well, if the end of the connection is how it ends."""
        answer = self._answer
        if answer is not None and not answer.ended.done():
            answer.ended.set_exception(exc or ConnectionError("the server closed the connection"))

    @property
    def is_open(self) -> bool:
        """Whether another run can be asked for."""
        return not self._transport.is_closing()

    async def run(self, request: bytes) -> Answer:
        """Ask for a run and read it to its end."""
        ended = asyncio.get_running_loop().create_future()
        answer = self._answer = Answer(time.monotonic_ns(), ended)
        self._transport.write(request)
        async with asyncio.timeout(RUN_MAX_S):
            await ended
        return answer

    def close(self) -> None:
        """End the connection."""
        self._transport.close()


@dataclass(slots=True)
class Load:
    """A measurement."""

    options: argparse.Namespace
    request: bytes
    answers: list[Answer] = field(default_factory=list[Answer])
    errors: list[str] = field(default_factory=list[str])
    is_hopeless: bool = False

    async def connect(self) -> Client:
        """Another client."""
        loop = asyncio.get_running_loop()
        stamped = self.options.stamped
        _, client = await loop.create_connection(
            lambda: Client(stamped=stamped), "127.0.0.1", self.options.port
        )
        return client

    async def work(self, client: Client, number: int, left: Iterator[int]) -> None:
        """Run until no run is left; the first one begins when its client's turn comes."""
        await asyncio.sleep(self.options.spread_s * number / self.options.clients)
        for _ in left:
            if self.is_hopeless:
                break
            if not client.is_open:
                client = await self.connect()
            try:
                answer = await client.run(self.request)
                answer.check(self.options.tokens, stamped=self.options.stamped)
            except (OSError, TimeoutError, RuntimeError) as error:
                self.errors.append(repr(error)[:800])
                self.is_hopeless |= len(self.errors) > ERRORS_MAX or isinstance(error, TimeoutError)
                client.close()
            else:
                answer.received.clear()
                self.answers.append(answer)
        client.close()

    async def measure(self) -> dict[str, Any]:
        """All runs; the connections are made beforehand."""
        clients = [await self.connect() for _ in range(self.options.clients)]
        left = iter(range(self.options.runs))
        cpu, begun = cpu_s(self.options.pid), time.monotonic()
        await asyncio.gather(*[self.work(client, number, left) for number, client in enumerate(clients)])
        seconds = time.monotonic() - begun
        await asyncio.sleep(SETTLE_S)
        cpu = cpu_s(self.options.pid) - cpu
        return {
            "runs": len(self.answers),
            "errors": len(self.errors),
            "first_error": next(iter(self.errors), None),
            "runs_per_s": len(self.answers) / seconds,
            "cpu_ms": cpu * 1000 / max(1, len(self.answers)),
            "first_event_ms": _median_ms([each.first_event - each.sent for each in self.answers]),
            "first_token_ms": _median_ms([each.first_token - each.sent for each in self.answers]),
            "transit_p99_ms": _p99_ms([transit for each in self.answers for transit in each.transits]),
        }


def _median_ms(values_ns: list[int]) -> float | None:
    return statistics.median(values_ns) / 1e6 if values_ns else None


def _p99_ms(values_ns: list[int]) -> float | None:
    return sorted(values_ns)[int(len(values_ns) * 0.99)] / 1e6 if values_ns else None


def request_of(path: str, key: str, body: str) -> bytes:
    """The bytes that ask for a run and its stream."""
    data = body.encode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    ).encode() + data


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--body", required=True, help="JSON that asks for a run")
    parser.add_argument("--key", default="")
    parser.add_argument("--pid", type=int, required=True, help="whose CPU is measured, with its descendants")
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--tokens", type=int, required=True, help="that the model sends in each run")
    parser.add_argument("--stamped", action="store_true", help="the model stamps its tokens")
    parser.add_argument("--spread-s", type=float, default=0.0, help="over which the first runs begin")
    options = parser.parse_args()
    request = request_of(options.path, options.key, options.body)
    print(json.dumps(uvloop.run(Load(options, request).measure())))


if __name__ == "__main__":
    main()
