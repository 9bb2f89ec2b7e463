"""`/health`, `/ready` and `/metrics`: for whoever watches the server."""

import asyncio
from typing import Final, Protocol, runtime_checkable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.observability.metrics import CONTENT_TYPE
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.models import Health, Readiness
from agent_sdk.server.openapi import answers, text_answer
from agent_sdk.server.raw import raw_route
from agent_sdk.services.platform import Platform

READY_TIMEOUT_S: Final = 5.0
OK: Final = "ok"
TIMEOUT: Final = "timeout"
DEAD: Final = "dead"
TAGS: Final = ("health",)

router = APIRouter()


async def health(request: Request) -> Response:  # noqa: ARG001 - every endpoint is given its request
    """Whether the server lives. It says nothing of what stands behind it: a restart would not mend that."""
    return answer(Health())


async def ready(request: Request) -> Response:
    """Whether the server can work: 503 where the store cannot be written, or the worker has died."""
    platform = platform_of(request)
    checks = {"store": await _store(platform)}
    if platform.worker is not None:
        checks["worker"] = _worker(platform.worker)
    if all(each == OK for each in checks.values()):
        return answer(Readiness(status="ready", checks=checks))
    return answer(Readiness(status="unavailable", checks=checks), 503)


async def metrics(request: Request) -> Response:
    """Prometheus' text format."""
    scope_of(request).require("read")
    return Response(platform_of(request).metrics.render(), media_type=CONTENT_TYPE)


class _Alive(Protocol):
    @property
    def alive(self) -> bool:
        """Whether it claims runs and keeps its leases."""
        ...


@runtime_checkable
class _Watched(Protocol):
    def health(self) -> _Alive:
        """How it is."""
        ...


async def _store(platform: Platform) -> str:
    """`ok`, or the code of what is wrong: its text would tell anybody of paths and disks."""
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            await platform.store.check()
    except StoreError as error:
        return error.code
    except TimeoutError:
        return TIMEOUT
    return OK


def _worker(worker: object) -> str:
    return DEAD if isinstance(worker, _Watched) and not worker.health().alive else OK


raw_route(router, "GET", "/health", health, responses=answers(Health), tags=TAGS)
raw_route(router, "GET", "/ready", ready, responses=answers(Readiness, also=[503]), tags=TAGS)
raw_route(router, "GET", "/metrics", metrics, responses=text_answer("text/plain"), tags=TAGS)
