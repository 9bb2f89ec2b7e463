"""Approvals, API keys and idempotency keys, as every store keeps them, each in one organisation.

The module that runs it has two fixtures: `store`, open and empty, and `clock`, the `FakeClock` that the store asks.
"""

# ruff: noqa: D103, PLR2004 - a test's name is its sentence; expected numbers are the subject

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.approval import Verdict
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.platform_errors import Conflict, IdempotencyMismatch, KeyInProgress, NotFound
from agent_sdk.contracts.scope import LOCAL, Scope
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import Store
from agent_sdk.testing.conformance.records_kit import (
    ALL,
    DAY_S,
    FOREIGN,
    MINE,
    NO_LIMIT,
    Bench,
    Draft,
    newest,
    paged,
)
from agent_sdk.testing.fakes import START, FakeClock


@pytest.fixture
def bench(store: Store, clock: FakeClock) -> Bench:
    """Makes runs in the store."""
    return Bench(store, clock)


# --- approvals


async def test_what_waits_for_a_human_is_listed_newest_first(store: Store, bench: Bench) -> None:
    work, calls = await bench.waiting(calls=3)
    await bench.waiting(FOREIGN)
    pages = await paged(lambda page: store.approvals.list(MINE, pending=True, page=page), 2)
    assert [[approval.id for approval in page] for page in pages] == [[calls[2], calls[1]], [calls[0]]]
    first = pages[1][0]
    assert first == await store.approvals.get(MINE, calls[0])
    assert (first.run_id, first.root_run_id, first.session_id) == (
        work.run.id,
        work.run.id,
        work.run.session_id,
    )
    assert (first.tool, first.args, first.status, first.agent) == ("send", {"to": "0"}, "pending", "helper")
    assert first.args_hash == "hash of {'to': '0'}"


async def test_a_decision_says_who_when_and_why(store: Store, bench: Bench, clock: FakeClock) -> None:
    _, (call, other) = await bench.waiting(calls=2)
    clock.advance(60)
    decided = await store.approvals.decide(MINE, call, "approve", args={"to": "me"}, reason="looks fine")
    assert decided == await store.approvals.get(MINE, call)
    assert (decided.status, decided.decided_by, decided.decided_at, decided.decision_reason) == (
        "approved",
        MINE.principal,
        clock.now(),
        "looks fine",
    )
    assert (decided.args, decided.edited_args) == ({"to": "0"}, {"to": "me"})
    assert [each.id for each in (await store.approvals.list(MINE, pending=True, page=ALL)).data] == [other]
    assert len((await store.approvals.list(MINE, pending=False, page=ALL)).data) == 2


async def test_the_last_decision_lets_the_run_go_on(store: Store, bench: Bench) -> None:
    work, (first, second) = await bench.waiting(calls=2)
    woken: list[None] = []
    store.work.on_work(lambda: woken.append(None))
    await store.approvals.decide(MINE, first, "deny", args=None, reason=None)
    assert (await store.runs.get(MINE, work.run.id)).status == "paused"
    before = await newest(store)
    await store.approvals.decide(MINE, second, "approve", args=None, reason=None)
    run = await store.runs.get(MINE, work.run.id)
    assert run.status == "queued"
    assert woken
    assert [each.id for _, each in await store.runs.feed(MINE, after=before, timeout_s=0)] == [run.id]
    again = await bench.claimed(Draft(scope=MINE, run=run))
    assert (again.lease.claim.resume, again.run.attempt) == ("resumed", 2)
    signals = await again.lease.signals()
    assert {(each.id, each.status) for each in signals.decisions} == {
        (first, "denied"),
        (second, "approved"),
    }


async def test_a_subagents_last_approval_lets_the_root_go_on(store: Store, bench: Bench) -> None:
    work = await bench.begun()
    child = bench.child(work)
    call = bench.ask(child)
    await bench.pause(work)
    decided = await store.approvals.decide(MINE, call, "approve", args=None, reason=None)
    assert (decided.run_id, decided.root_run_id, decided.agent) == (child.run_id, work.run.id, "subagent")
    assert (await store.runs.get(MINE, work.run.id)).status == "queued"


async def test_a_decision_alone_does_not_wake_a_run_that_waits_for_words(store: Store, bench: Bench) -> None:
    work = await bench.begun()
    call = bench.ask(work.journal)
    await bench.pause(work, "input_required")
    await store.approvals.decide(MINE, call, "approve", args=None, reason=None)
    assert (await store.runs.get(MINE, work.run.id)).status == "paused"


async def test_a_decision_during_the_run_reaches_its_owner(store: Store, bench: Bench) -> None:
    work = await bench.begun()
    call = bench.ask(work.journal)
    await work.journal.committed()
    signaled: list[str] = []
    store.work.on_signal(signaled.append)
    await store.approvals.decide(MINE, call, "approve", args=None, reason=None)
    assert (await store.runs.get(MINE, work.run.id)).status == "running"
    assert signaled == [work.run.id]
    assert [each.id for each in (await work.lease.signals()).decisions] == [call]


async def test_a_decision_just_before_the_pause_lets_the_run_go_on(store: Store, bench: Bench) -> None:
    work = await bench.begun()
    call = bench.ask(work.journal)
    await work.journal.committed()
    await store.approvals.decide(MINE, call, "approve", args=None, reason=None)
    await bench.pause(work)
    assert (await store.runs.get(MINE, work.run.id)).status == "queued"


async def test_the_same_decision_again_changes_nothing(store: Store, bench: Bench, clock: FakeClock) -> None:
    _, (call,) = await bench.waiting()
    decided = await store.approvals.decide(MINE, call, "approve", args={"to": "me"}, reason="fine")
    clock.advance(60)
    later = replace(MINE, principal="usr_00000000000000000000000aaa")
    for reason in ("fine", None):
        again = await store.approvals.decide(later, call, "approve", args={"to": "me"}, reason=reason)
        assert again == decided


async def test_another_decision_is_a_conflict(store: Store, bench: Bench) -> None:
    _, (call,) = await bench.waiting()
    decided = await store.approvals.decide(MINE, call, "approve", args=None, reason=None)
    with pytest.raises(Conflict, match=call):
        await store.approvals.decide(MINE, call, "deny", args=None, reason=None)
    with pytest.raises(Conflict, match=call):
        await store.approvals.decide(MINE, call, "approve", args={"to": "me"}, reason=None)
    assert await store.approvals.get(MINE, call) == decided


async def test_the_approval_of_a_run_that_has_ended_cannot_be_decided(store: Store, bench: Bench) -> None:
    work = await bench.begun()
    call = bench.ask(work.journal)
    await bench.complete(work)
    assert (await store.approvals.get(MINE, call)).status == "canceled"
    with pytest.raises(Conflict, match=call):
        await store.approvals.decide(MINE, call, "approve", args=None, reason=None)


async def test_edited_arguments_are_an_object_of_an_approved_call(store: Store, bench: Bench) -> None:
    _, (call,) = await bench.waiting()
    wrong: tuple[tuple[Verdict, Any], ...] = (
        ("approve", ["to"]),
        ("approve", {"to": object()}),
        ("deny", {"to": "me"}),
    )
    args: Any
    for verdict, args in wrong:
        with pytest.raises(InvalidInput):
            await store.approvals.decide(MINE, call, verdict, args=args, reason=None)
    assert (await store.approvals.get(MINE, call)).status == "pending"


async def test_nobody_decides_for_another_organisation(store: Store, bench: Bench) -> None:
    _, (call,) = await bench.waiting()
    with pytest.raises(NotFound, match=call):
        await store.approvals.get(FOREIGN, call)
    with pytest.raises(NotFound, match=call):
        await store.approvals.decide(FOREIGN, call, "approve", args=None, reason=None)
    assert (await store.approvals.get(MINE, call)).status == "pending"


# --- API keys


def a_key(bench: Bench, scope: Scope = MINE, **more: Any) -> ApiKey:
    """A key of the scope's organisation."""
    told: dict[str, Any] = {"name": "ci", "role": "developer", "prefix": "ask_1234", **more}
    return ApiKey(id=bench.ids.new("key"), org_id=scope.org_id, created_at=START, **told)


async def test_a_key_is_found_by_its_digest_alone(store: Store, bench: Bench) -> None:
    mine = a_key(bench, expires_at=START + timedelta(days=1))
    theirs = a_key(bench, FOREIGN)
    await store.keys.create(MINE, mine, "digest one")
    await store.keys.create(FOREIGN, theirs, "digest two")
    assert await store.keys.find("digest one") == mine
    assert await store.keys.find("digest two") == theirs
    assert await store.keys.find("digest") is None


async def test_keys_are_listed_newest_first_per_organisation(store: Store, bench: Bench) -> None:
    keys = [a_key(bench) for _ in range(3)]
    for number, key in enumerate(keys):
        await store.keys.create(MINE, key, f"digest {number}")
    await store.keys.create(FOREIGN, a_key(bench, FOREIGN), "digest of theirs")
    assert await paged(lambda page: store.keys.list(MINE, page), 2) == [[keys[2], keys[1]], [keys[0]]]


async def test_only_the_local_scope_makes_keys_of_other_organisations(store: Store, bench: Bench) -> None:
    theirs = a_key(bench, FOREIGN)
    with pytest.raises(NotFound, match=FOREIGN.org_id):
        await store.keys.create(MINE, theirs, "digest")
    assert await store.keys.find("digest") is None
    await store.keys.create(LOCAL, theirs, "digest")
    assert (await store.keys.list(FOREIGN, ALL)).data == [theirs]


async def test_a_key_is_kept_once(store: Store, bench: Bench) -> None:
    key = a_key(bench)
    await store.keys.create(MINE, key, "digest")
    with pytest.raises(Conflict):
        await store.keys.create(MINE, replace(key, name="other"), "other digest")
    with pytest.raises(Conflict):
        await store.keys.create(MINE, a_key(bench), "digest")
    assert (await store.keys.list(MINE, ALL)).data == [key]


async def test_a_revoked_key_stays_as_it_is(store: Store, bench: Bench, clock: FakeClock) -> None:
    key = a_key(bench)
    await store.keys.create(MINE, key, "digest")
    clock.advance(5)
    revoked = await store.keys.revoke(MINE, key.id)
    assert revoked == replace(key, revoked_at=clock.now())
    clock.advance(5)
    assert await store.keys.revoke(MINE, key.id) == revoked
    assert await store.keys.find("digest") == revoked
    with pytest.raises(NotFound, match=key.id):
        await store.keys.revoke(FOREIGN, key.id)


async def last_use(store: Store, scope: Scope = MINE) -> Any:
    """When the only key was used."""
    # What is noted lazily is written before what is asked for later.
    await store.idempotency.complete(scope, a_request("nothing"), 200, None)
    return (await store.keys.list(scope, ALL)).data[0].last_used_at


async def test_a_keys_last_use_is_noted_once_a_minute(store: Store, bench: Bench, clock: FakeClock) -> None:
    await store.keys.create(MINE, a_key(bench), "digest")
    clock.advance(10)
    first = clock.now()
    await store.keys.find("digest")
    assert await last_use(store) == first
    clock.advance(50)
    await store.keys.find("digest")
    assert await last_use(store) == first
    clock.advance(15)
    await store.keys.find("digest")
    assert await last_use(store) == clock.now()


# --- idempotency keys


def a_request(key: str = "k", fingerprint: str = "body", route: str = "POST /v1/x") -> IdempotencyKey:
    """A request with a key."""
    return IdempotencyKey(key=key, route=route, fingerprint=fingerprint)


async def test_an_answered_request_is_answered_the_same_again(store: Store) -> None:
    assert await store.idempotency.begin(MINE, a_request()) is None
    await store.idempotency.complete(MINE, a_request(), 201, b'{"ok":true}')
    assert await store.idempotency.begin(MINE, a_request()) == (201, b'{"ok":true}')


async def test_a_request_at_work_is_not_begun_twice(store: Store) -> None:
    await store.idempotency.begin(MINE, a_request())
    with pytest.raises(KeyInProgress):
        await store.idempotency.begin(MINE, a_request())


@pytest.mark.parametrize("answered", [False, True])
async def test_a_key_belongs_to_one_request(store: Store, answered: bool) -> None:  # noqa: FBT001 - a parameter
    await store.idempotency.begin(MINE, a_request())
    if answered:
        await store.idempotency.complete(MINE, a_request(), 200, b"{}")
    with pytest.raises(IdempotencyMismatch):
        await store.idempotency.begin(MINE, a_request(fingerprint="other body"))


async def test_a_key_is_free_again_after_a_request_without_an_answer(store: Store) -> None:
    await store.idempotency.begin(MINE, a_request())
    await store.idempotency.complete(MINE, a_request(), 500, None)
    assert await store.idempotency.begin(MINE, a_request(fingerprint="other body")) is None


async def test_keys_are_apart_by_principal_and_organisation(store: Store) -> None:
    colleague = replace(MINE, principal="key_00000000000000000000000aab")
    namesake = replace(FOREIGN, principal=MINE.principal)
    for number, scope in enumerate((MINE, colleague, namesake)):
        assert await store.idempotency.begin(scope, a_request()) is None
        await store.idempotency.complete(scope, a_request(), 200, b"%d" % number)
    answers = [await store.idempotency.begin(scope, a_request()) for scope in (MINE, colleague, namesake)]
    assert answers == [(200, b"0"), (200, b"1"), (200, b"2")]


async def test_a_request_to_another_route_is_another_request(store: Store) -> None:
    await store.idempotency.begin(MINE, a_request())
    await store.idempotency.complete(MINE, a_request(), 200, b"{}")
    with pytest.raises(IdempotencyMismatch):
        await store.idempotency.begin(MINE, a_request(route="POST /v1/y"))


async def test_a_key_that_made_a_run_answers_no_other_request(
    store: Store, bench: Bench, clock: FakeClock
) -> None:
    made = a_request(route="POST /v1/runs")
    await bench.queued(idempotency=made)
    with pytest.raises(IdempotencyMismatch):
        await store.idempotency.begin(MINE, a_request())
    with pytest.raises(IdempotencyMismatch):
        await store.idempotency.begin(MINE, made)
    clock.advance(DAY_S / 2)
    with pytest.raises(IdempotencyMismatch):
        await store.idempotency.begin(MINE, made)
    await store.idempotency.complete(MINE, made, 500, None)
    replayed = await store.runs.create(MINE, bench.new(idempotency=made), NO_LIMIT)
    assert replayed.replayed


async def test_an_answer_is_not_taken_back_by_a_late_failure(store: Store) -> None:
    await store.idempotency.begin(MINE, a_request())
    await store.idempotency.complete(MINE, a_request(), 200, b"{}")
    await store.idempotency.complete(MINE, a_request(), 500, None)
    assert await store.idempotency.begin(MINE, a_request()) == (200, b"{}")


async def test_an_answer_is_kept_for_a_day(store: Store, clock: FakeClock) -> None:
    await store.idempotency.begin(MINE, a_request())
    await store.idempotency.complete(MINE, a_request(), 200, b"{}")
    clock.advance(DAY_S - 1)
    assert await store.idempotency.begin(MINE, a_request()) == (200, b"{}")
    clock.advance(1)
    assert await store.idempotency.begin(MINE, a_request(fingerprint="other body")) is None


async def test_a_request_whose_process_died_may_be_begun_again(store: Store, clock: FakeClock) -> None:
    await store.idempotency.begin(MINE, a_request())
    clock.advance(299)
    with pytest.raises(KeyInProgress):
        await store.idempotency.begin(MINE, a_request())
    clock.advance(1)
    assert await store.idempotency.begin(MINE, a_request()) is None
    with pytest.raises(KeyInProgress):
        await store.idempotency.begin(MINE, a_request())
