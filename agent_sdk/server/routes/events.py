"""`/v1/runs/{run_id}/events`: the journal of a run, as a stream or in pages; the bytes are those that are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.page import PAGE_MAX_COUNT
from agent_sdk.contracts.run import TERMINAL
from agent_sdk.ports.store import EventPage
from agent_sdk.server.answers import answer_bytes
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.openapi import answers
from agent_sdk.server.queries import INTEGER_MAX, integer
from agent_sdk.server.raw import header, query, raw_route
from agent_sdk.server.sse import EventStream, RunFrames, wants_stream

LAST_EVENT_ID: Final = "Last-Event-ID"

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage:
    """A page of a journal."""

    data: Sequence[Event]
    next_cursor: str | None
    """None where there are no more events yet; the last `seq` is a cursor, too."""
    compacted: bool
    """Whether retention let go of deltas, so that `seq` skips."""


async def run_events(request: Request) -> ASGIApp:
    """The events of a run after a cursor.

    With `Accept: text/event-stream` they come as they are committed, until the run ends; otherwise as a page.
    """
    run_id = request.path_params["run_id"]
    after = _after(request)
    if wants_stream(request.headers.get("accept")):
        return await stream_run(request, run_id, after=after)
    given = request.query_params.get("limit")
    limit = PAGE_MAX_COUNT if given is None else integer(given, "limit", low=1, high=PAGE_MAX_COUNT)
    page = await platform_of(request).runs.events(scope_of(request), run_id, after=after, limit=limit)
    _check_cursor(after, page.last_seq)
    return answer_bytes(_page(page))


async def stream_run(
    request: Request, run_id: str, *, after: int = 0, headers: Mapping[str, str] | None = None
) -> ASGIApp:
    """The stream of a run's events after a cursor; 204 where none will follow, which tells EventSource to stop.

    Raises:
        CursorExpired: What comes next is past its retention.
        InvalidInput: The run has no event of that number yet.
    """
    runs, scope = platform_of(request).runs, scope_of(request)
    frames = RunFrames(await runs.follow(scope, run_id, after=after), after)
    try:
        if not await frames.peek():
            run = await runs.get(scope, run_id)
            if run.status in TERMINAL and after >= run.last_seq:
                frames.close()
                return Response(status_code=204)
            _check_cursor(after, run.last_seq)
    except BaseException:
        frames.close()
        raise
    return EventStream(frames, request.app.state.streams, headers=headers)


def _after(request: Request) -> int:
    """The cursor: where a reader that comes back stopped, else what it asks for; 0 is the beginning."""
    last = request.headers.get(LAST_EVENT_ID)
    if last:
        return integer(last.strip(), LAST_EVENT_ID, low=0)
    for name in ("after", "cursor"):
        given = request.query_params.get(name)
        if given is not None:
            return integer(given, name, low=0)
    return 0


def _check_cursor(after: int, last_seq: int) -> None:
    # Whoever waits behind the end would miss what comes up to there.
    if after > last_seq:
        raise InvalidInput(f"there is no event {after}", hint=f"The last one so far is {last_seq}.")


def _page(page: EventPage) -> bytes:
    """`{data, next_cursor, compacted}`, around the bytes of the events."""
    events = page.events
    is_last = not events or events[-1].seq >= page.last_seq
    data = b",".join([event.data for event in events])
    following = b"null" if is_last else b'"%d"' % events[-1].seq
    compacted = b"true" if page.compacted else b"false"
    return b'{"data":[%b],"next_cursor":%b,"compacted":%b}' % (data, following, compacted)


_CURSOR: Final = {"type": "integer", "minimum": 0, "maximum": INTEGER_MAX}

raw_route(
    router,
    "GET",
    "/v1/runs/{run_id}/events",
    run_events,
    responses={
        **answers(EventsPage, stream=True, refuses=[404, 410]),
        **answers(status=204, says="Nothing follows: the cursor is at the end."),
    },
    parameters=[
        query("after", _CURSOR, "Only events with a greater `seq`."),
        query("cursor", _CURSOR, "The same, by the name that all lists have."),
        query("limit", {"type": "integer", "minimum": 1, "maximum": PAGE_MAX_COUNT}, "Of a page."),
        header(LAST_EVENT_ID, "The `seq` of the last event that a reader has; it counts before `after`."),
    ],
    tags=["runs"],
)
