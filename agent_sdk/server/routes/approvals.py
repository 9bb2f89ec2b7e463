"""`/v1/approvals`: tool calls that wait for a human."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.approval import Approval
from agent_sdk.contracts.page import Page
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.models import DecisionBody
from agent_sdk.server.openapi import PAGE_PARAMETERS, answers
from agent_sdk.server.payload import read_body
from agent_sdk.server.queries import choice, page_request
from agent_sdk.server.raw import query, raw_route

ALL: Final = "/v1/approvals"
ONE: Final = "/v1/approvals/{approval_id}"
TAGS: Final = ("approvals",)
WHICH: Final = ("pending", "all")

router = APIRouter()


async def list_approvals(request: Request) -> Response:
    """Approvals, newest first; those that wait, or all."""
    pending = choice(request, "status", WHICH) != "all"
    approvals = platform_of(request).approvals
    return answer(await approvals.list(scope_of(request), pending=pending, page=page_request(request)))


async def get_approval(request: Request) -> Response:
    """One approval: what is asked, with the hash that binds the answer to these arguments."""
    return answer(await platform_of(request).approvals.get(scope_of(request), _id(request)))


async def decide(request: Request) -> Response:
    """Decide. The last open approval of a run lets it go on; the same decision again changes nothing."""
    body = await read_body(request, DecisionBody)
    decided = await platform_of(request).approvals.decide(
        scope_of(request), _id(request), body.decision, args=body.args, reason=body.reason
    )
    return answer(decided)


def _id(request: Request) -> str:
    given: str = request.path_params["approval_id"]
    return given


raw_route(
    router,
    "GET",
    ALL,
    list_approvals,
    responses=answers(Page[Approval]),
    parameters=[
        query("status", {"enum": [*WHICH], "default": WHICH[0]}, "Those that wait, or all."),
        *PAGE_PARAMETERS,
    ],
    tags=TAGS,
)
raw_route(router, "GET", ONE, get_approval, responses=answers(Approval, refuses=[404]), tags=TAGS)
raw_route(
    router,
    "POST",
    ONE,
    decide,
    responses=answers(Approval, refuses=[404, 409]),
    body=DecisionBody,
    tags=TAGS,
)
