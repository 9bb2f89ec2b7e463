"""`/v1/agents`, `/v1/presets`, `/v1/tools`, `/v1/models`: what this server has to offer."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.page import ItemT, Page
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.models import Models
from agent_sdk.server.openapi import PAGE_PARAMETERS, answers
from agent_sdk.server.queries import integer, page_request
from agent_sdk.server.raw import raw_route
from agent_sdk.services.catalog import AgentInfo, PresetInfo, ToolInfo

TAGS: Final = ("catalog",)

router = APIRouter()


async def list_agents(request: Request) -> Response:
    """Agents that a run may name."""
    return answer(_page(request, platform_of(request).catalog.agents(scope_of(request))))


async def list_presets(request: Request) -> Response:
    """The ready-made ones among them."""
    return answer(_page(request, platform_of(request).catalog.presets(scope_of(request))))


async def list_tools(request: Request) -> Response:
    """The tools of all agents, with JSON Schemas and what they do to the world."""
    return answer(_page(request, platform_of(request).catalog.tools(scope_of(request))))


async def list_models(request: Request) -> Response:
    """Models that this server's configuration names, and the providers whose others can be named, too."""
    catalog = platform_of(request).catalog
    page = _page(request, catalog.models(scope_of(request)))
    return answer(Models(data=page.data, providers=catalog.providers, next_cursor=page.next_cursor))


def _page(request: Request, items: Sequence[ItemT]) -> Page[ItemT]:
    """A page of what stays as it is while the process lives: a cursor is a place in it.

    Raises:
        InvalidInput: `limit` or `cursor` cannot be used.
    """
    asked = page_request(request)
    start = 0 if asked.cursor is None else integer(asked.cursor, "cursor", low=0, high=len(items))
    end = start + asked.limit
    return Page(data=items[start:end], next_cursor=str(end) if end < len(items) else None)


raw_route(
    router,
    "GET",
    "/v1/agents",
    list_agents,
    responses=answers(Page[AgentInfo]),
    parameters=PAGE_PARAMETERS,
    tags=TAGS,
)
raw_route(
    router,
    "GET",
    "/v1/presets",
    list_presets,
    responses=answers(Page[PresetInfo]),
    parameters=PAGE_PARAMETERS,
    tags=TAGS,
)
raw_route(
    router,
    "GET",
    "/v1/tools",
    list_tools,
    responses=answers(Page[ToolInfo]),
    parameters=PAGE_PARAMETERS,
    tags=TAGS,
)
raw_route(
    router, "GET", "/v1/models", list_models, responses=answers(Models), parameters=PAGE_PARAMETERS, tags=TAGS
)
