"""No method of the store shows or changes anything of another organisation.

The methods come from the port itself: one without a case here fails.
"""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast, get_type_hints

import pytest

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.records import IdempotencyKey, PruneReport, RetentionPolicy, SessionQuery
from agent_sdk.ports.store import EventPage, PendingInput, RunQuery, Store
from agent_sdk.testing.conformance.records_kit import ALL, DAY_S, FOREIGN, MINE, NO_LIMIT, Bench
from agent_sdk.testing.fakes import START, FakeClock
from tests.factories.sqlite_files import empty_store, opened

PARTS: Final = ("runs", "sessions", "approvals", "keys", "idempotency", "retention")
UNSCOPED: Final = {
    "keys.find": "a scope begins with it",
    "retention.orgs": "tells the platform itself whom to prune",
}
"""Methods without a scope, and why. The worker's side (`work`) takes whatever runs there are."""
ANSWERED: Final = IdempotencyKey(key="answered", route="POST /v1/x", fingerprint="body")
CREATED: Final = IdempotencyKey(key="created", route="POST /v1/runs", fingerprint="body")
FOR_EVER: Final = RetentionPolicy(deltas_days=0, events_days=0, runs_days=0, sessions_days=0)
SESSION: Final = "the same name"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncGenerator[Store]:
    async with opened(empty_store(tmp_path / "store.db"), clock) as each:
        yield each


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What my organisation has."""

    bench: Bench
    ended: Run
    later: Run
    paused: Run
    call: str
    key: ApiKey


@pytest.fixture
async def world(store: Store, clock: FakeClock) -> World:
    bench = Bench(store, clock)
    ended = await bench.ended(session=SESSION, messages=["secret"], asked="secret", output="secret")
    paused, (call,) = await bench.waiting()
    key = ApiKey(
        id=bench.ids.new("key"),
        org_id=MINE.org_id,
        name="ci",
        role="admin",
        prefix="ask_",
        created_at=START,
    )
    await store.keys.create(MINE, key, "digest")
    later = await bench.queued(session=SESSION, idempotency=CREATED)
    await store.idempotency.begin(MINE, ANSWERED)
    await store.idempotency.complete(MINE, ANSWERED, 200, b"secret")
    clock.advance(DAY_S / 2)
    run = await store.runs.get(MINE, paused.run.id)
    return World(bench=bench, ended=ended, later=later.run, paused=run, call=call, key=key)


async def create_run(store: Store, scope: Scope, world: World) -> Any:
    """What creating with a used idempotency key shows of the run that used it."""
    created = await store.runs.create(
        scope, world.bench.new(scope, session=SESSION, idempotency=CREATED), NO_LIMIT
    )
    return created.run if created.replayed else None


async def create_key(store: Store, scope: Scope, world: World) -> None:
    await store.keys.create(scope, replace(world.key, id=world.bench.ids.new("key")), "another digest")


Case = Callable[[Store, Scope, World], Awaitable[Any]]
CASES: Final[Mapping[str, Case]] = {
    "runs.create": create_run,
    "runs.get": lambda store, scope, world: store.runs.get(scope, world.ended.id),
    "runs.history": lambda store, scope, world: store.runs.history(scope, world.later.id),
    "runs.origin": lambda store, scope, world: store.runs.origin(scope, world.later.id),
    "runs.list": lambda store, scope, world: store.runs.list(scope, RunQuery(), ALL),
    "runs.erase": lambda store, scope, world: store.runs.erase(scope, world.ended.id),
    "runs.cancel": lambda store, scope, world: store.runs.cancel(scope, world.paused.id, "now", None),
    "runs.pause": lambda store, scope, world: store.runs.pause(scope, world.paused.id),
    "runs.resume": lambda store, scope, world: store.runs.resume(scope, world.paused.id),
    "runs.add_input": lambda store, scope, world: store.runs.add_input(
        scope, world.paused.id, PendingInput(id=world.bench.ids.new("msg"), input="hi")
    ),
    "runs.events": lambda store, scope, world: store.runs.events(scope, world.ended.id, after=0, limit=9),
    "runs.follow": lambda store, scope, world: store.runs.follow(scope, world.ended.id, after=0),
    "runs.feed": lambda store, scope, world: store.runs.feed(scope, after=0, timeout_s=0),
    "sessions.list": lambda store, scope, world: store.sessions.list(scope, SessionQuery(), ALL),
    "sessions.get": lambda store, scope, world: store.sessions.get(scope, world.paused.session_id),
    "sessions.messages": lambda store, scope, world: store.sessions.messages(scope, SESSION, ALL),
    "sessions.erase": lambda store, scope, world: store.sessions.erase(scope, SESSION),
    "approvals.list": lambda store, scope, world: store.approvals.list(scope, pending=False, page=ALL),
    "approvals.get": lambda store, scope, world: store.approvals.get(scope, world.call),
    "approvals.decide": lambda store, scope, world: store.approvals.decide(
        scope, world.call, "approve", args=None, reason=None
    ),
    "keys.create": create_key,
    "keys.list": lambda store, scope, world: store.keys.list(scope, ALL),
    "keys.revoke": lambda store, scope, world: store.keys.revoke(scope, world.key.id),
    "idempotency.begin": lambda store, scope, world: store.idempotency.begin(scope, ANSWERED),
    "idempotency.complete": lambda store, scope, world: store.idempotency.complete(
        scope, ANSWERED, 200, b"other"
    ),
    "retention.prune": lambda store, scope, world: store.retention.prune(
        scope, FOR_EVER, dry_run=False, archive=None
    ),
}


def parts() -> dict[str, type]:
    """The parts of the store and their ports; what only says of what kind the store is has none."""
    found = inspect.getmembers(Store, lambda member: isinstance(member, property))
    hints = {name: get_type_hints(part.fget)["return"] for name, part in found}
    return {name: hint for name, hint in hints.items() if getattr(hint, "_is_protocol", False)}


def methods() -> list[str]:
    """Every method of the port's records, such as `runs.get`."""
    return [
        f"{part}.{name}"
        for part in PARTS
        for name, _ in inspect.getmembers(parts()[part], inspect.isfunction)
        if not name.startswith("_")
    ]


def takes_a_scope_first(method: str) -> bool:
    part, _, name = method.partition(".")
    parameters = list(inspect.signature(getattr(parts()[part], name)).parameters.values())
    return len(parameters) > 1 and parameters[1].annotation is Scope


SCOPED: Final = [method for method in methods() if method not in UNSCOPED]


def is_nothing(given: Any) -> bool:
    """Whether what a method gave shows nothing."""
    if isinstance(given, Page):
        return not cast("Page[Any]", given).data
    return not given or given == PruneReport()


async def seen_by_me(store: Store, world: World) -> list[Any]:
    """All that my organisation sees of itself."""
    runs = (await store.runs.list(MINE, RunQuery(), ALL)).data
    journals: list[EventPage] = [await store.runs.events(MINE, run.id, after=0, limit=1000) for run in runs]
    return [
        runs,
        journals,
        (await store.sessions.list(MINE, SessionQuery(), ALL)).data,
        (await store.sessions.messages(MINE, SESSION, PageRequest(limit=1000))).data,
        (await store.approvals.list(MINE, pending=False, page=ALL)).data,
        (await store.keys.list(MINE, ALL)).data,
        await store.idempotency.begin(MINE, ANSWERED),
    ]


async def given(method: str, store: Store, scope: Scope, world: World) -> Any:
    """What a method gives; nothing where it finds nothing."""
    assert method in CASES, f"{method} needs a case in this module"
    try:
        return await CASES[method](store, scope, world)
    except NotFound:
        return None


def test_every_part_of_the_store_is_looked_at() -> None:
    assert {*PARTS, "work"} == parts().keys()


@pytest.mark.parametrize("method", methods())
def test_every_method_takes_a_scope_first_or_has_a_reason(method: str) -> None:
    assert takes_a_scope_first(method) != (method in UNSCOPED)


@pytest.mark.parametrize("method", SCOPED)
async def test_another_organisation_gets_and_changes_nothing(store: Store, world: World, method: str) -> None:
    before = await seen_by_me(store, world)
    assert is_nothing(await given(method, store, FOREIGN, world))
    assert await seen_by_me(store, world) == before


@pytest.mark.parametrize("method", SCOPED)
async def test_each_case_reaches_what_is_my_own(store: Store, world: World, method: str) -> None:
    """A case that reached nothing would prove nothing."""
    before = await seen_by_me(store, world)
    try:
        reached = not is_nothing(await given(method, store, MINE, world))
    except Conflict:
        reached = True
    assert reached or await seen_by_me(store, world) != before


@pytest.mark.parametrize("method", sorted(CASES))
async def test_an_unknown_organisation_is_like_another(store: Store, world: World, method: str) -> None:
    nobody = Scope(org_id="org_%")
    assert is_nothing(await given(method, store, nobody, world))
