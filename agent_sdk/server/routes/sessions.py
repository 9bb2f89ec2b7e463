"""`/v1/sessions`: the history that runs share."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page
from agent_sdk.contracts.session import Session
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.openapi import PAGE_PARAMETERS, answers
from agent_sdk.server.queries import page_request
from agent_sdk.server.raw import raw_route

ALL: Final = "/v1/sessions"
ONE: Final = "/v1/sessions/{session_id}"
TAGS: Final = ("sessions",)

router = APIRouter()


async def list_sessions(request: Request) -> Response:
    """Sessions, last used first."""
    return answer(await platform_of(request).sessions.list(scope_of(request), page_request(request)))


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


raw_route(
    router,
    "GET",
    ALL,
    list_sessions,
    responses=answers(Page[Session]),
    parameters=PAGE_PARAMETERS,
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
