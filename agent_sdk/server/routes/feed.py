"""`/v1/feed`: changes of the status of runs, so that a list of them stays true without asking again and again."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.types import ASGIApp

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.openapi import EVENT_STREAM, event_stream
from agent_sdk.server.queries import integer
from agent_sdk.server.raw import header, query, raw_route
from agent_sdk.server.sse import EventStream
from agent_sdk.services.runs import Runs

STATUS_EVENT: Final = "run.status"

router = APIRouter()


async def feed(request: Request) -> ASGIApp:
    """Runs whose status changes, from now on or after a cursor; one that changed twice may come once, as it is."""
    scope, platform = scope_of(request), platform_of(request)
    scope.require("read")
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    after = None if given is None else integer(given, "after", low=0)
    return EventStream(FeedFrames(platform.runs, scope, after), request.app.state.streams)


class FeedFrames:
    """Status changes of one organisation (`agent_sdk.server.sse.Source`): `id:` is the number of the change."""

    def __init__(self, runs: Runs, scope: Scope, after: int | None) -> None:
        """Read what comes after the change number `after`; what is new, where None."""
        self._runs = runs
        self._scope = scope
        self._after = after
        self.ended: Final = False

    async def take(self, timeout_s: float) -> bytes:
        """The next changes; at the very first the number of the newest one, so that a reader can come back to it."""
        if self._after is None:
            newest = await self._runs.feed(self._scope, after=None, timeout_s=0)
            self._after = newest[-1][0] if newest else 0
            return b"id: %d\n\n" % self._after  # without data it is no event, but readers remember it
        changes = await self._runs.feed(self._scope, after=self._after, timeout_s=timeout_s)
        if changes:
            self._after = changes[-1][0]
        return _frames(changes)

    def close(self) -> None:
        """Nothing is held."""


def _frames(changes: Sequence[tuple[int, Run]]) -> bytes:
    return b"".join(
        [
            b"id: %d\nevent: %b\ndata: %b\n\n" % (number, STATUS_EVENT.encode(), encode(run))
            for number, run in changes
        ]
    )


raw_route(
    router,
    "GET",
    "/v1/feed",
    feed,
    tags=["runs"],
    responses={200: {"description": "Changes as they come.", "content": {EVENT_STREAM: event_stream(Run)}}},
    parameters=[
        query("after", {"type": "integer", "minimum": 0}, "Number of the last change that is known."),
        header("Last-Event-ID", "The same, as readers of event streams send it when they come back."),
    ],
)
