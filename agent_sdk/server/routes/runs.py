"""`/v1/runs`: making, reading and steering runs. Requests come raw here, because most of all requests come here."""

import re
from decimal import Decimal
from typing import Annotated, Any, Final, get_args

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.page import PAGE_DEFAULT_COUNT, PAGE_MAX_COUNT, Page
from agent_sdk.contracts.run import TERMINAL, CancelMode, OnBusy, Run, RunLimits, RunStatus
from agent_sdk.ports.store import Created, RunQuery
from agent_sdk.runtime.replay import ReplayReport
from agent_sdk.runtime.request import RunRequest
from agent_sdk.server.answers import answer, answer_bytes
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.idempotency import HEADER as IDEMPOTENCY_KEY
from agent_sdk.server.idempotency import REPLAYED, idempotency_key
from agent_sdk.server.models import Nothing
from agent_sdk.server.openapi import answers
from agent_sdk.server.payload import decode_body, read_body, read_bytes
from agent_sdk.server.queries import choice, page_request, text
from agent_sdk.server.raw import header, query, raw_route
from agent_sdk.server.routes.events import stream_run
from agent_sdk.server.sse import Streams, wants_stream
from agent_sdk.services.runs import REASON_LENGTH_MAX_CHARS

WAIT_MAX_S: Final = 60
"""What `Prefer: wait=…` asks for beyond it is cut down to it."""
TAGS_MAX_COUNT: Final = 50
TAG_LENGTH_MAX_CHARS: Final = 200
NAME_LENGTH_MAX_CHARS: Final = 256
STEPS_MAX_COUNT: Final = 1_000_000
TOKENS_MAX_COUNT: Final = 2**53 - 1
COST_MAX_USD: Final = 1e9
TIMEOUT_MAX_S: Final = 366 * 24 * 3600.0

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH_MAX_CHARS)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=TAG_LENGTH_MAX_CHARS)]
Input = str | list[dict[str, Any]]
Reason = Annotated[str, msgspec.Meta(max_length=REASON_LENGTH_MAX_CHARS)]

# RFC 7240: preferences are separated by commas, their parameters by semicolons; values may be quoted.
_WAIT: Final = re.compile(r'(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;[^,]*)?(?=,|$)', re.IGNORECASE)

router = APIRouter()


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ceilings of one run."""

    max_steps: Annotated[int, msgspec.Meta(ge=1, le=STEPS_MAX_COUNT)] | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=TOKENS_MAX_COUNT)] | None = None
    max_cost_usd: Annotated[float, msgspec.Meta(gt=0, le=COST_MAX_USD)] | None = None
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=TIMEOUT_MAX_S)] | None = None

    def limits(self) -> RunLimits:
        """The same as a contract."""
        return RunLimits(
            max_steps=self.max_steps,
            max_tokens=self.max_tokens,
            max_cost_usd=None if self.max_cost_usd is None else Decimal(str(self.max_cost_usd)),
            timeout_s=self.timeout_s,
        )


class RunBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run to make."""

    agent: Name
    input: Input
    session_id: Name | None = None
    model: Name | None = None
    deps: Any = None
    metadata: dict[str, Any] | None = None
    tags: Annotated[list[Tag], msgspec.Meta(max_length=TAGS_MAX_COUNT)] | None = None
    limits: LimitsBody | None = None
    on_busy: OnBusy = "enqueue"


class CancelBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to cancel."""

    mode: CancelMode = "now"
    reason: Reason | None = None


class InputBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user adds."""

    input: Input


class ForkBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to branch off: behind an event or behind a step."""

    after_seq: Annotated[int, msgspec.Meta(ge=1, le=TOKENS_MAX_COUNT)] | None = None
    after_step: Annotated[int, msgspec.Meta(ge=1, le=STEPS_MAX_COUNT)] | None = None
    input: Input | None = None


async def create_run(request: Request) -> ASGIApp:
    """Make a run.

    With `Accept: text/event-stream` its events are the answer; with `Prefer: wait=N` the answer waits for its end.
    """
    scope = scope_of(request)
    scope.require("write")  # before anything is read for somebody who may not
    body = await read_bytes(request)
    asked = decode_body(body, RunBody)
    created = await platform_of(request).runs.create(
        scope,
        RunRequest(
            agent=asked.agent,
            input=asked.input,
            session_id=asked.session_id,
            model=asked.model,
            deps=asked.deps,
            metadata=asked.metadata or {},
            tags=tuple(asked.tags or ()),
            limits=RunLimits() if asked.limits is None else asked.limits.limits(),
            on_busy=asked.on_busy,
            idempotency=idempotency_key(request, request.headers.get(IDEMPOTENCY_KEY), body),
        ),
    )
    return await _created(request, created)


async def _created(request: Request, created: Created) -> ASGIApp:
    """The answer to whoever made a run: its stream, its end, or that it was accepted."""
    headers = {"Location": f"/v1/runs/{created.run.id}", **(REPLAYED if created.replayed else {})}
    if wants_stream(request.headers.get("accept")):
        return await stream_run(request, created.run.id, headers=headers)
    prefer = request.headers.get("prefer")
    wanted = _WAIT.search(prefer) if prefer else None
    if wanted is None:
        return answer_bytes(encode(created.run), 202, headers)
    wait_s = min(int(wanted[1]), WAIT_MAX_S)
    streams: Streams = request.app.state.streams
    run = await platform_of(request).runs.wait(
        scope_of(request), created.run.id, wait_s, stop=lambda: streams.closing
    )
    headers["Preference-Applied"] = f"wait={wait_s}"
    return answer(run, 200 if run.status in TERMINAL else 202, headers)


async def get_run(request: Request) -> Response:
    """One run."""
    return answer(await platform_of(request).runs.get(scope_of(request), _run_id(request)))


async def list_runs(request: Request) -> Response:
    """Runs, newest first; `q` has words that occur in input, output or tags, or a whole id."""
    wanted = RunQuery(
        status=choice(request, "status", get_args(RunStatus)),
        session_id=text(request, "session_id"),
        agent=text(request, "agent"),
        parent_run_id=text(request, "parent_run_id"),
        text=text(request, "q"),
    )
    return answer(await platform_of(request).runs.list(scope_of(request), wanted, page_request(request)))


async def erase_run(request: Request) -> Response:
    """Delete a run that has ended, and what came of it."""
    await platform_of(request).runs.erase(scope_of(request), _run_id(request))
    return Response(status_code=204)


async def cancel_run(request: Request) -> Response:
    """Ask for the end of a run and of the runs below it. One that has ended stays as it is."""
    asked = await read_body(request, CancelBody)
    runs = platform_of(request).runs
    return answer(await runs.cancel(scope_of(request), _run_id(request), asked.mode, asked.reason))


async def pause_run(request: Request) -> Response:
    """Ask for a pause at the next border of a step."""
    await read_body(request, Nothing)
    return answer(await platform_of(request).runs.pause(scope_of(request), _run_id(request)))


async def resume_run(request: Request) -> Response:
    """Let a run go on that was paused."""
    await read_body(request, Nothing)
    return answer(await platform_of(request).runs.resume(scope_of(request), _run_id(request)))


async def add_input(request: Request) -> Response:
    """Add a user's words to a run that is at work or waits for them."""
    asked = await read_body(request, InputBody)
    runs = platform_of(request).runs
    return answer(await runs.add_input(scope_of(request), _run_id(request), asked.input))


async def fork_run(request: Request) -> ASGIApp:
    """Make a run that begins with what another one had done by an event or a step."""
    body = await read_bytes(request)
    asked = decode_body(body, ForkBody)
    created = await platform_of(request).runs.fork(
        scope_of(request),
        _run_id(request),
        after_seq=asked.after_seq,
        after_step=asked.after_step,
        given=asked.input,
        idempotency=idempotency_key(request, request.headers.get(IDEMPOTENCY_KEY), body),
    )
    return await _created(request, created)


async def replay_run(request: Request) -> Response:
    """Run it again against its journal, with no call to the outside, and say where it diverges."""
    await read_body(request, Nothing)
    return answer(await platform_of(request).runs.replay(scope_of(request), _run_id(request)))


def _run_id(request: Request) -> str:
    return request.path_params["run_id"]


_KEY: Final = header(
    IDEMPOTENCY_KEY, "The same key and body again give the same answer; the key is the caller's own."
)
_PREFER: Final = header(
    "Prefer", f"`wait=N`: answer when the run has ended, after N seconds at most ({WAIT_MAX_S})."
)
_TEXT: Final = {"type": "string"}
_TAGS: Final = ["runs"]
_FILTERS: Final = [
    query("status", {"enum": list(get_args(RunStatus))}, "Only runs in this state."),
    query("session_id", _TEXT, "Only runs of this session."),
    query("agent", _TEXT, "Only runs of this agent."),
    query("parent_run_id", _TEXT, "Only subagents' runs of this run."),
    query("q", _TEXT, "Words that occur in input, output or tags, or a whole id."),
    query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": PAGE_MAX_COUNT, "default": PAGE_DEFAULT_COUNT},
        "How many.",
    ),
    query("cursor", _TEXT, "`next_cursor` of the page before."),
]
_MADE: Final = answers(
    Run, status=202, also=[200], stream=True, says="Accepted.", refuses=[404, 408, 409, 410, 415, 429]
)
_ONE: Final = answers(Run, refuses=[404])
_STEERED: Final = answers(Run, refuses=[404, 408, 409, 413, 415])

raw_route(
    router,
    "POST",
    "/v1/runs",
    create_run,
    responses=_MADE,
    body=RunBody,
    parameters=[_KEY, _PREFER],
    tags=_TAGS,
)
raw_route(router, "GET", "/v1/runs/{run_id}", get_run, responses=_ONE, tags=_TAGS)
raw_route(router, "GET", "/v1/runs", list_runs, responses=answers(Page[Run]), parameters=_FILTERS, tags=_TAGS)
raw_route(
    router,
    "DELETE",
    "/v1/runs/{run_id}",
    erase_run,
    responses=answers(status=204, says="Gone.", refuses=[404, 409]),
    tags=_TAGS,
)
raw_route(
    router, "POST", "/v1/runs/{run_id}/cancel", cancel_run, responses=_STEERED, body=CancelBody, tags=_TAGS
)
raw_route(router, "POST", "/v1/runs/{run_id}/pause", pause_run, responses=_STEERED, body=Nothing, tags=_TAGS)
raw_route(
    router, "POST", "/v1/runs/{run_id}/resume", resume_run, responses=_STEERED, body=Nothing, tags=_TAGS
)
raw_route(
    router, "POST", "/v1/runs/{run_id}/input", add_input, responses=_STEERED, body=InputBody, tags=_TAGS
)
raw_route(
    router,
    "POST",
    "/v1/runs/{run_id}/fork",
    fork_run,
    responses=_MADE,
    body=ForkBody,
    parameters=[_KEY, _PREFER],
    tags=_TAGS,
)
raw_route(
    router,
    "POST",
    "/v1/runs/{run_id}/replay",
    replay_run,
    responses=answers(ReplayReport, refuses=[404, 408, 409, 410, 413, 415]),
    body=Nothing,
    tags=_TAGS,
)
