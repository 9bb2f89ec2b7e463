"""`/v1/meta`: what this server is."""

from typing import Final, Literal, Protocol, runtime_checkable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.page import PAGE_MAX_COUNT
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.middleware import API_VERSION
from agent_sdk.server.models import LimitsMeta, Meta, StoreMeta
from agent_sdk.server.openapi import TITLE, answers
from agent_sdk.server.payload import BODY_SIZE_MAX_BYTES
from agent_sdk.server.raw import raw_route
from agent_sdk.server.sse import HEARTBEAT_S

MIN_CLIENT: Final = "0.1.0"
FEATURES: Final = (
    "approvals",
    "events.sse",
    "feed",
    "fork",
    "idempotency",
    "input",
    "keys",
    "pause",
    "replay",
    "search",
    "sessions",
    "tools.invoke",
    "wait",
)

router = APIRouter()


@runtime_checkable
class _Described(Protocol):
    kind: str
    durability: Literal["process", "power"] | None


async def meta(request: Request) -> Response:
    """Version, features and bounds of the server."""
    scope_of(request).require("read")
    platform = platform_of(request)
    limits = LimitsMeta(
        page_max_count=PAGE_MAX_COUNT,
        body_size_max_bytes=BODY_SIZE_MAX_BYTES,
        heartbeat_interval_s=HEARTBEAT_S,
    )
    described = Meta(
        name=TITLE,
        version=platform.version,
        api_version=API_VERSION,
        min_client=MIN_CLIENT,
        features=FEATURES,
        store=_store(platform.store),
        limits=limits,
    )
    return answer(described)


def _store(store: object) -> StoreMeta:
    if isinstance(store, _Described):
        return StoreMeta(kind=store.kind, durability=store.durability)
    # An adapter that says nothing of itself is known by its name.
    return StoreMeta(kind=type(store).__name__.removesuffix("Store").lower(), durability=None)


raw_route(router, "GET", "/v1/meta", meta, responses=answers(Meta), tags=("meta",))
