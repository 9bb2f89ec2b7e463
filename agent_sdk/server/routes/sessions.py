"""`/v1/sessions`: the history that runs share."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page
from agent_sdk.contracts.session import Session
from agent_sdk.ports.records import SessionQuery
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.openapi import PAGE_PARAMETERS, answers
from agent_sdk.server.queries import TEXT_LENGTH_MAX_CHARS, page_request, text
from agent_sdk.server.raw import query, raw_route

ALL: Final = "/v1/sessions"
ONE: Final = "/v1/sessions/{session_id}"
TAGS: Final = ("sessions",)

router = APIRouter()


async def list_sessions(request: Request) -> Response:
    """Sessions, last used first; `q` has words that occur in their runs, or a whole id."""
    wanted = SessionQuery(agent=text(request, "agent"), text=text(request, "q"))
    sessions = platform_of(request).sessions
    return answer(await sessions.list(scope_of(request), wanted, page_request(request)))


async def get_session(request: Request) -> Response:
    """One session."""
    return answer(await platform_of(request).sessions.get(scope_of(request), _id(request)))


async def list_messages(request: Request) -> Response:
    """Its messages, oldest first."""
    sessions = platform_of(request).sessions
    return answer(await sessions.messages(scope_of(request), _id(request), page_request(request)))


async def delete_session(request: Request) -> Response:
    """Delete a session with its runs, none of which may be at work."""
    await platform_of(request).sessions.erase(scope_of(request), _id(request))
    return Response(status_code=204)


def _id(request: Request) -> str:
    given: str = request.path_params["session_id"]
    return given


_WORDS: Final = {"type": "string", "maxLength": TEXT_LENGTH_MAX_CHARS}
_FILTERS: Final = (
    query("agent", _WORDS, "Only sessions with a run of this agent."),
    query("q", _WORDS, "Words that occur in input, output or tags of their runs, or a whole id."),
)

raw_route(
    router,
    "GET",
    ALL,
    list_sessions,
    responses=answers(Page[Session]),
    parameters=[*_FILTERS, *PAGE_PARAMETERS],
    tags=TAGS,
)
raw_route(router, "GET", ONE, get_session, responses=answers(Session, refuses=[404]), tags=TAGS)
raw_route(
    router,
    "GET",
    f"{ONE}/messages",
    list_messages,
    responses=answers(Page[Message], refuses=[404]),
    parameters=PAGE_PARAMETERS,
    tags=TAGS,
)
raw_route(
    router,
    "DELETE",
    ONE,
    delete_session,
    responses=answers(status=204, says="Gone.", refuses=[404, 409]),
    tags=TAGS,
)
