"""Server-sent events: bytes that a source gives, sent until it ends, the reader leaves or the server goes.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from prometheus_client import Gauge
from starlette.types import Receive, Scope, Send

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import AgentSDKError
from agent_sdk.ports.store import Follower, StoredEvent
from agent_sdk.server.answers import JSON_TYPE

EVENT_STREAM_TYPE: Final = "text/event-stream"
HEARTBEAT_S: Final = 10.0
"""The contract says 15 at most; networks and loops have their delays."""
RETRY_DELAY_MS: Final = 1000
"""How long a reader waits before it comes back."""
CATCH_UP_SIZE_BYTES: Final = 16 * 1024
"""What is longer comes from the past, at no wait for anything: others have their turn before the next."""
SEND_SIZE_MAX_BYTES: Final = 256 * 1024
"""Where a piece ends that is handed to the connection at once: so much is held for a reader that is slow."""
HEAD_KEY: Final = "agent_sdk.head"
"""Set in the scope of a HEAD request, which is served as GET and gets no body."""

_QUALITY: Final = re.compile(r"(?:^|;)\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)
_RETRY: Final = b"retry: %d\n" % RETRY_DELAY_MS
"""Part of the first event: some readers take it for an event of its own where it stands alone."""
# Comments are single lines: an empty line behind one is an event, without data, to some readers.
_HEARTBEAT: Final = b": still here\n"
_GOODBYE: Final = b": the server is going; come back\n"
_HEADERS: Final = (
    (b"content-type", EVENT_STREAM_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)

_log: Final = logging.getLogger(__name__)


class Source(Protocol):
    """What a stream is read from."""

    @property
    def ended(self) -> bool:
        """Whether everything was taken and nothing follows."""
        ...

    async def take(self, timeout_s: float) -> bytes:
        """The next frames; empty when none came in time, or after the last.

        Raises:
            AgentSDKError: There is no going on.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class RunFrames:
    """The journal of a run, from a cursor on."""

    def __init__(self, follower: Follower, after: int) -> None:
        """Read from `follower`, which stands behind event number `after`."""
        self._follower = follower
        self._last = after
        self._waiting: Sequence[StoredEvent] = ()

    async def peek(self) -> bool:
        """Take what is there already; whether that was anything.

        Raises:
            CursorExpired: What comes next is past its retention.
        """
        self._waiting = await self._follower.take(0)
        return bool(self._waiting)

    @property
    def ended(self) -> bool:
        """Whether the terminal event was taken."""
        return not self._waiting and self._follower.ended

    async def take(self, timeout_s: float) -> bytes:
        """The next events: `id:` is the sequence number, `event:` the type, `data:` the envelope as it is stored."""
        events = self._waiting or await self._follower.take(timeout_s)
        self._waiting = ()
        frames: list[bytes] = []
        size_bytes = 0
        for index, (seq, kind, data) in enumerate(events):
            if size_bytes >= SEND_SIZE_MAX_BYTES:
                self._waiting = events[index:]
                break
            if seq != self._last + 1:
                frames.append(_compacted(self._last, seq))
            frames.append(b"id: %d\nevent: %b\ndata: %b\n\n" % (seq, kind.encode(), data))
            size_bytes += len(data)
            self._last = seq
        return b"".join(frames)

    def close(self) -> None:
        """Give the place in the journal up."""
        self._follower.__exit__(None, None, None)


def _compacted(after: int, before: int) -> bytes:
    """Says that retention let go of deltas between two events. It has no id: it is no event of the journal."""
    return b"event: compacted\ndata: %b\n\n" % encode({"compacted": True, "after": after, "before": before})


class Streams:
    """The streams that are open."""

    def __init__(self, count: Gauge) -> None:
        """Count them in `count`."""
        self._open: set[EventStream] = set()
        self._count = count
        self.closing = False
        """Whether the server goes: nobody shall be kept waiting."""

    def add(self, stream: "EventStream") -> None:
        """Note that a stream opens."""
        self._open.add(stream)
        self._count.inc()
        if self.closing:
            stream.stop()

    def remove(self, stream: "EventStream") -> None:
        """Note that it closed."""
        self._open.discard(stream)
        self._count.dec()

    def close(self) -> None:
        """Have every stream say goodbye, those that open from now on, too: their readers come back elsewhere."""
        self.closing = True
        for stream in tuple(self._open):
            stream.stop()


class EventStream:
    """An answer (ASGI) that goes on. A slow reader holds up its own `send`, and nothing else."""

    def __init__(self, source: Source, streams: Streams, *, headers: Mapping[str, str] | None = None) -> None:
        """Send what `source` gives, with `headers` beside those that every stream has."""
        self._source = source
        self._streams = streams
        extra = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
        self._headers = [*_HEADERS, *extra]
        self._task: asyncio.Task[object] | None = None
        self._taking = False
        self._stopped = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the source ends, the reader is gone, or `stop` is called."""
        self._task = asyncio.current_task()
        self._streams.add(self)
        leaves = asyncio.create_task(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self._headers})
            if HEAD_KEY in scope:
                await send({"type": "http.response.body"})
            else:
                await self._pump(send)
        finally:
            leaves.cancel()
            self._streams.remove(self)
            self._source.close()

    def stop(self) -> None:
        """End the stream between two frames, at once if it waits for the next."""
        self._stopped = True
        if self._taking and self._task is not None:
            self._taking = False
            self._task.cancel()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.stop()

    async def _pump(self, send: Send) -> None:
        lead = _RETRY
        while not self._stopped:
            # uvicorn's send() returns at once when the reader is gone: what is awaited has to be awaited here.
            frames = await self._take()
            if self._stopped or (self._source.ended and not frames):
                break
            ended = self._source.ended
            body = lead + frames if frames else _HEARTBEAT
            await send({"type": "http.response.body", "body": body, "more_body": not ended})
            if ended:
                return
            if frames:
                lead = b""
            if len(frames) >= CATCH_UP_SIZE_BYTES:
                await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": _GOODBYE if self._stopped else b""})

    async def _take(self) -> bytes:
        """The next frames; nothing when the stream is to stop."""
        self._taking = True
        try:
            return await self._source.take(HEARTBEAT_S)
        except asyncio.CancelledError:
            if not self._stopped or self._task is None or self._task.uncancel() > 0:
                raise
        except AgentSDKError as error:
            # The answer has begun as a good one. Whoever comes back is told why.
            _log.warning("a stream ended early: %s", error, extra={"code": error.code})
            self._stopped = True
        finally:
            self._taking = False
        return b""


def wants_stream(accept: str | None) -> bool:
    """Whether an Accept header (RFC 9110, section 12.5.1) names event streams, and not JSON before them."""
    if accept is None or accept == EVENT_STREAM_TYPE:
        return accept is not None
    if EVENT_STREAM_TYPE not in accept.lower():
        return False
    weights = {JSON_TYPE: 0.0, EVENT_STREAM_TYPE: 0.0}
    for position, part in enumerate(accept.split(",")):
        kind, _, parameters = part.partition(";")
        name = kind.strip().lower()
        if name in weights:
            # Of two that are equally welcome the first one counts.
            weights[name] = _quality(parameters) - position * 1e-6
    return weights[EVENT_STREAM_TYPE] > max(weights[JSON_TYPE], 0)


def _quality(parameters: str) -> float:
    match = _QUALITY.search(parameters)
    return float(match[1]) if match else 1.0
