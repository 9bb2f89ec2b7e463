"""What every store does for callers who create, steer and read runs.

The module that runs it has two fixtures: `store`, open and empty, and `clock`, the `FakeClock` that the store asks.
"""

# ruff: noqa: D103, PLR2004 - a test's name is its sentence; expected numbers are the subject

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.grammar import check_events
from agent_sdk.contracts.platform_errors import (
    AdmissionRefused,
    Conflict,
    IdempotencyMismatch,
    NotFound,
    SessionBusy,
)
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import Admission, PendingInput, RunRecords, Store
from agent_sdk.testing.conformance.runs_kit import FOREIGN, MINE, NO_LIMIT, Floor, sequence
from agent_sdk.testing.fakes import FakeClock

SOON_S = 30.0
Call = Callable[[RunRecords, Scope, str], Awaitable[object]]
CALLS: Mapping[str, Call] = {
    "get": lambda runs, scope, run_id: runs.get(scope, run_id),
    "cancel": lambda runs, scope, run_id: runs.cancel(scope, run_id, "now", None),
    "pause": lambda runs, scope, run_id: runs.pause(scope, run_id),
    "resume": lambda runs, scope, run_id: runs.resume(scope, run_id),
    "add_input": lambda runs, scope, run_id: runs.add_input(
        scope, run_id, PendingInput(id="msg_1", input="x")
    ),
    "events": lambda runs, scope, run_id: runs.events(scope, run_id, after=0, limit=10),
    "follow": lambda runs, scope, run_id: runs.follow(scope, run_id, after=0),
    "history": lambda runs, scope, run_id: runs.history(scope, run_id),
    "erase": lambda runs, scope, run_id: runs.erase(scope, run_id),
}
KEY = IdempotencyKey(key="k", route="POST /v1/runs", fingerprint="f")


@pytest.fixture
def floor(store: Store, clock: FakeClock) -> Floor:
    """Makes and claims runs of the store."""
    return Floor(store, clock)


# --- creating


async def test_a_created_run_waits_and_its_first_event_can_be_read(store: Store, floor: Floor) -> None:
    run = await floor.queued()
    assert (run.status, run.attempt, run.last_seq, run.created_at) == ("queued", 1, 1, floor.clock.now())
    assert (run.input, run.tags, run.metadata) == ("hello", ("t",), {"a": [1]})
    assert await store.runs.get(MINE, run.id) == run
    assert await floor.types(run.id) == ["run.queued"]


async def test_an_idempotency_key_makes_one_run(store: Store, floor: Floor) -> None:
    first = await store.runs.create(MINE, floor.new(idempotency=KEY), NO_LIMIT)
    second_try = floor.new(idempotency=KEY)
    again = await store.runs.create(MINE, second_try, NO_LIMIT)
    assert (first.replayed, again.replayed, again.run) == (False, True, first.run)
    with pytest.raises(NotFound):
        await store.runs.get(MINE, second_try.id)


async def test_an_idempotency_key_of_another_request_is_refused(store: Store, floor: Floor) -> None:
    await store.runs.create(MINE, floor.new(idempotency=KEY), NO_LIMIT)
    other = IdempotencyKey(key=KEY.key, route=KEY.route, fingerprint="other")
    with pytest.raises(IdempotencyMismatch):
        await store.runs.create(MINE, floor.new(idempotency=other), NO_LIMIT)


async def test_a_day_later_an_idempotency_key_makes_another_run(store: Store, floor: Floor) -> None:
    first = await store.runs.create(MINE, floor.new(idempotency=KEY), NO_LIMIT)
    floor.clock.advance(86_399)
    assert (await store.runs.create(MINE, floor.new(idempotency=KEY), NO_LIMIT)).run.id == first.run.id
    floor.clock.advance(1)
    again = await store.runs.create(MINE, floor.new(idempotency=KEY), NO_LIMIT)
    assert (again.replayed, again.run.id == first.run.id) == (False, False)


async def test_idempotency_keys_are_each_principals_own(store: Store, floor: Floor) -> None:
    await store.runs.create(MINE, floor.new(idempotency=KEY), NO_LIMIT)
    colleague = Scope(org_id=MINE.org_id, principal="key_00000000000000000000000ccc")
    for scope in (colleague, FOREIGN):
        created = await store.runs.create(scope, floor.new(scope, idempotency=KEY), NO_LIMIT)
        assert not created.replayed


async def test_a_key_that_is_sent_many_times_at_once_makes_one_run(store: Store, floor: Floor) -> None:
    tries = [store.runs.create(MINE, floor.new(idempotency=KEY), NO_LIMIT) for _ in range(20)]
    made = await asyncio.gather(*tries)
    assert len({each.run.id for each in made}) == 1
    assert sum(not each.replayed for each in made) == 1


@pytest.mark.parametrize(
    "bound",
    [
        Admission(queued_max_count=2, queued_per_org_max_count=9),
        Admission(queued_max_count=9, queued_per_org_max_count=2),
    ],
    ids=["of the store", "of the organisation"],
)
async def test_past_the_bound_a_run_is_refused_and_not_made(
    store: Store, floor: Floor, bound: Admission
) -> None:
    for _ in range(2):
        await store.runs.create(MINE, floor.new(), bound)
    refused = floor.new()
    with pytest.raises(AdmissionRefused):
        await store.runs.create(MINE, refused, bound)
    with pytest.raises(NotFound):
        await store.runs.get(MINE, refused.id)
    await floor.claim(limit=1)
    await store.runs.create(MINE, floor.new(), bound)


async def test_a_full_organisation_keeps_no_other_from_its_runs(store: Store, floor: Floor) -> None:
    bound = Admission(queued_max_count=9, queued_per_org_max_count=1)
    await store.runs.create(MINE, floor.new(), bound)
    await store.runs.create(FOREIGN, floor.new(FOREIGN), bound)


async def test_a_busy_session_rejects_where_that_is_asked(store: Store, floor: Floor) -> None:
    await floor.queued(session="s")
    with pytest.raises(SessionBusy):
        await store.runs.create(MINE, floor.new(session="s", on_busy="reject"), NO_LIMIT)
    (hold,) = (await floor.claim()).values()
    with pytest.raises(SessionBusy):
        await store.runs.create(MINE, floor.new(session="s", on_busy="reject"), NO_LIMIT)
    await hold.complete()
    await store.runs.create(MINE, floor.new(session="s", on_busy="reject"), NO_LIMIT)


async def test_an_interrupting_run_has_those_before_it_canceled(store: Store, floor: Floor) -> None:
    hold = await floor.begun(session="s")
    waiting = await floor.queued(session="s")
    await store.runs.create(MINE, floor.new(session="s", on_busy="interrupt"), NO_LIMIT)
    assert (await hold.lease.signals()).cancel_mode == "now"
    claimed = await floor.claim()
    assert [each.lease.claim.canceled for each in claimed.values()] == [True]
    assert list(claimed) == [waiting.id]


async def test_sessions_of_one_name_in_two_organisations_are_two(floor: Floor) -> None:
    mine, theirs = await floor.queued(session="s"), await floor.queued(FOREIGN, session="s")
    assert set(await floor.claim()) == {mine.id, theirs.id}


async def test_a_session_of_another_project_is_refused(store: Store, floor: Floor) -> None:
    await floor.queued(session="s")
    other = Scope(org_id=MINE.org_id, project_id="prj_00000000000000000000000ddd")
    with pytest.raises(Conflict):
        await store.runs.create(other, floor.new(other, session="s"), NO_LIMIT)


async def test_an_id_is_given_once(store: Store, floor: Floor) -> None:
    run = await floor.queued()
    with pytest.raises(Conflict):
        await store.runs.create(FOREIGN, floor.new(FOREIGN, run_id=run.id), NO_LIMIT)
    assert await store.runs.get(MINE, run.id) == run


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_foreign_run_and_one_that_is_not_are_both_not_found(
    store: Store, floor: Floor, call: Call
) -> None:
    run = await floor.queued()
    for scope, run_id in ((FOREIGN, run.id), (MINE, "run_nobody_made")):
        with pytest.raises(NotFound, match=run_id):
            await call(store.runs, scope, run_id)
    assert await store.runs.get(MINE, run.id) == run
    assert (await floor.claim())[run.id].lease.claim.signaled is False


# --- steering


async def test_cancellation_reaches_the_owner_of_a_run_and_its_subagents(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.child("run_child")
    await hold.lease.committed()
    await store.runs.cancel(MINE, hold.id, "after_step", "enough")
    signals = await hold.lease.signals()
    assert (signals.cancel_mode, signals.cancel_reason) == ("after_step", "enough")
    assert signals.subagent_cancels == {"run_child": "after_step"}
    await store.runs.cancel(MINE, hold.id, "now", "at once")
    await store.runs.cancel(MINE, hold.id, "after_step", "or later")
    signals = await hold.lease.signals()
    assert (signals.cancel_mode, signals.cancel_reason) == ("now", "enough")


async def test_a_subagent_can_be_canceled_alone(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.child("run_child")
    await hold.lease.committed()
    await store.runs.cancel(MINE, "run_child", "now", None)
    signals = await hold.lease.signals()
    assert (signals.cancel_mode, signals.subagent_cancels) == (None, {"run_child": "now"})
    assert store.work.heartbeat("wrk_a") == {hold.id}


async def test_a_run_that_has_ended_is_steered_no_more(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await hold.complete()
    ended = await store.runs.get(MINE, hold.id)
    assert await store.runs.cancel(MINE, hold.id, "now", None) == ended
    pending = PendingInput(id="msg_1", input="x")
    with pytest.raises(Conflict):
        await store.runs.pause(MINE, hold.id)
    with pytest.raises(Conflict):
        await store.runs.resume(MINE, hold.id)
    with pytest.raises(Conflict):
        await store.runs.add_input(MINE, hold.id, pending)
    assert await store.runs.get(MINE, hold.id) == ended
    assert await floor.claim() == {}


async def test_a_subagents_run_is_paused_with_its_root_only(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.child("run_child")
    await hold.lease.committed()
    with pytest.raises(Conflict):
        await store.runs.pause(MINE, "run_child")


async def test_the_wish_for_a_pause_can_be_taken_back(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await store.runs.pause(MINE, hold.id)
    assert (await hold.lease.signals()).pause
    await store.runs.resume(MINE, hold.id)
    assert not (await hold.lease.signals()).pause


async def test_a_paused_run_waits_until_it_is_resumed(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await store.runs.pause(MINE, hold.id)
    await hold.pause()
    assert (await store.runs.get(MINE, hold.id)).status == "paused"
    assert await floor.claim() == {}
    assert (await store.runs.resume(MINE, hold.id)).status == "queued"
    again = (await floor.claim())[hold.id]
    assert (again.lease.claim.resume, again.lease.claim.run.attempt) == ("resumed", 2)
    # The wish was granted; the run does not pause once more.
    assert not (await again.lease.signals()).pause
    await again.complete()
    check_events(await floor.journal(hold.id))


async def test_input_lets_a_run_go_on_that_paused_for_it(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await hold.pause("input_required")
    run = await store.runs.add_input(MINE, hold.id, PendingInput(id="msg_1", input="more"))
    assert run.status == "queued"
    again = (await floor.claim())[hold.id]
    assert again.lease.claim.signaled
    assert [each.input for each in (await again.lease.signals()).inputs] == ["more"]


async def test_input_that_came_just_before_the_pause_lets_the_run_go_on(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await store.runs.add_input(MINE, hold.id, PendingInput(id="msg_1", input="more"))
    await hold.pause("input_required")
    assert (await store.runs.get(MINE, hold.id)).status == "queued"
    again = (await floor.claim())[hold.id]
    assert again.lease.claim.resume == "resumed"
    await again.complete()
    check_events(await floor.journal(hold.id))


async def test_input_from_before_the_wish_for_a_pause_does_not_undo_it(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await store.runs.add_input(MINE, hold.id, PendingInput(id="msg_1", input="more"))
    await store.runs.pause(MINE, hold.id)
    await hold.pause("input_required")
    assert (await store.runs.get(MINE, hold.id)).status == "paused"
    assert await floor.claim() == {}


async def test_input_from_after_the_wish_for_a_pause_lets_the_run_go_on(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await store.runs.pause(MINE, hold.id)
    # Whatever the clock says.
    floor.clock.jump(-60)
    await store.runs.add_input(MINE, hold.id, PendingInput(id="msg_1", input="more"))
    await hold.pause("input_required")
    assert (await store.runs.get(MINE, hold.id)).status == "queued"


async def test_input_from_before_does_not_answer_for_an_agent_that_has_changed(
    store: Store, floor: Floor
) -> None:
    hold = await floor.begun()
    await store.runs.add_input(MINE, hold.id, PendingInput(id="msg_1", input="more"))
    data = {"stop_reason": "input_required", "usage": Usage(requests=1), "divergence": "its tools are others"}
    await hold.record("run.paused", data)
    assert (await store.runs.get(MINE, hold.id)).status == "paused"
    assert await floor.claim() == {}
    assert (await store.runs.resume(MINE, hold.id)).status == "queued"


async def test_the_wish_for_a_pause_outlasts_the_wait_for_an_approval(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.step()
    data: dict[str, Any] = {"tool_call_id": "call_1", "name": "send", "args": {}, "args_hash": "00"}
    hold.journal.record("tool.approval_requested", data)
    await store.runs.pause(MINE, hold.id)
    await hold.pause("approval_required")
    await store.approvals.decide(MINE, "call_1", "approve", args=None, reason=None)
    again = (await floor.claim())[hold.id]
    assert (await again.lease.signals()).pause
    await again.pause("input_required")
    await store.runs.resume(MINE, hold.id)
    assert not (await (await floor.claim())[hold.id].lease.signals()).pause


async def test_inputs_come_in_order_until_they_are_journaled(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    for index in (2, 1, 3):
        await store.runs.add_input(MINE, hold.id, PendingInput(id=f"msg_{index}", input=str(index)))
    assert [each.id for each in (await hold.lease.signals()).inputs] == ["msg_2", "msg_1", "msg_3"]
    await hold.record("input.received", {"message": {"id": "msg_2", "role": "user", "parts": []}})
    assert [each.id for each in (await hold.lease.signals()).inputs] == ["msg_1", "msg_3"]
    with pytest.raises(Conflict):
        await store.runs.add_input(MINE, hold.id, PendingInput(id="msg_1", input="again"))


async def test_a_run_that_waits_for_approvals_is_not_resumed(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.step()
    data = {"tool_call_id": "call_1", "name": "send", "args": {"to": "x"}, "args_hash": "00"}
    hold.journal.record("tool.approval_requested", data)
    await hold.pause("approval_required")
    with pytest.raises(Conflict):
        await store.runs.resume(MINE, hold.id)
    await store.approvals.decide(MINE, "call_1", "approve", args=None, reason="fine")
    again = (await floor.claim())[hold.id]
    (decision,) = (await again.lease.signals()).decisions
    assert (decision.id, decision.status, decision.decision_reason) == ("call_1", "approved", "fine")
    await again.record("tool.approval_resolved", {"tool_call_id": "call_1", "decision": "approve"})
    assert (await again.lease.signals()).decisions == ()


async def test_what_is_steered_here_wakes_who_asked_for_it(store: Store, floor: Floor) -> None:
    work: list[str] = []
    signals: list[str] = []
    store.work.on_work(lambda: work.append("work"))
    store.work.on_signal(signals.append)
    hold = await floor.begun()
    assert work == ["work"]
    await store.runs.pause(MINE, hold.id)
    assert signals == [hold.id]
    await hold.pause()
    work.clear()
    await store.runs.resume(MINE, hold.id)
    assert work == ["work"]


# --- reading


async def test_a_page_of_events_says_where_the_journal_is(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.speak("a", "b", "c")
    await hold.lease.committed()
    page = await store.runs.events(MINE, hold.id, after=3, limit=2)
    assert [each.seq for each in page.events] == [4, 5]
    assert (page.last_seq, page.ended, page.compacted) == (7, False, False)
    for beyond in (99, 10**30):
        assert (await store.runs.events(MINE, hold.id, after=beyond, limit=2)).events == []
    assert [each.seq for each in (await store.runs.events(MINE, hold.id, after=-9, limit=2)).events] == [1, 2]


async def test_a_reader_whose_cursor_is_beyond_the_journal_waits(store: Store, floor: Floor) -> None:
    run = await floor.queued()
    with await store.runs.follow(MINE, run.id, after=10**30) as reader:
        assert await reader.take(0) == ()


async def test_a_long_journal_is_read_whole(floor: Floor) -> None:
    hold = await floor.begun()
    for _ in range(600):
        hold.step()
        hold.journal.record("step.failed", {"reason": "error"})
    await hold.lease.committed()
    assert sequence(await hold.lease.journal(hold.id)) == list(range(1, 1203))


async def test_a_reader_gets_the_journal_from_its_cursor_to_the_end(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.speak(*"abcdef")
    await hold.lease.committed()
    with await store.runs.follow(MINE, hold.id, after=4) as reader:
        stored = list(await reader.take(SOON_S))
        assert [each.seq for each in stored] == list(range(5, 11))
        await hold.record("message.failed", {"message_id": "msg_3", "reason": "error"})
        await hold.record("step.failed", {"reason": "error"})
        await hold.complete()
        while not reader.ended:
            stored += await reader.take(SOON_S)
        assert await reader.take(SOON_S) == ()
    events = [decode_event(each.data) for each in stored]
    assert sequence(events) == list(range(5, 14))
    assert [each.type for each in stored] == [event.type for event in events]


async def test_a_reader_who_waits_is_woken_by_a_commit_and_by_nothing_before_it(
    store: Store, floor: Floor
) -> None:
    hold = await floor.begun()
    with await store.runs.follow(MINE, hold.id, after=2) as reader:
        waiting = asyncio.ensure_future(reader.take(SOON_S))
        await asyncio.sleep(0)
        hold.step()
        assert not waiting.done()
        await hold.lease.committed()
        assert [each.type for each in await waiting] == ["step.started"]


async def test_a_reader_waits_no_longer_than_it_said(store: Store, floor: Floor) -> None:
    run = await floor.queued()
    with await store.runs.follow(MINE, run.id, after=1) as reader:
        assert await reader.take(0) == ()
        assert await reader.take(0.001) == ()
        assert not reader.ended


async def test_a_reader_at_the_end_is_told_so(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await hold.complete()
    with await store.runs.follow(MINE, hold.id, after=3) as reader:
        assert reader.ended
        assert await reader.take(SOON_S) == ()


async def test_many_readers_of_one_run_all_get_all_of_it(store: Store, floor: Floor) -> None:
    hold = await floor.begun()

    async def read(after: int) -> list[int]:
        seqs: list[int] = []
        with await store.runs.follow(MINE, hold.id, after=after) as reader:
            while not reader.ended:
                seqs += [each.seq for each in await reader.take(SOON_S)]
        return seqs

    readers = [asyncio.ensure_future(read(after)) for after in range(20)]
    for index in range(60):
        hold.speak(str(index))
        await hold.lease.committed()
        await hold.record("message.failed", {"message_id": f"msg_{hold.journal.seq - 2}", "reason": "error"})
        hold.journal.record("step.failed", {"reason": "error"})
    await hold.complete()
    last = hold.journal.seq
    assert await asyncio.gather(*readers) == [list(range(after + 1, last + 1)) for after in range(20)]


async def test_a_reader_who_was_away_for_long_misses_nothing(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    with (
        await store.runs.follow(MINE, hold.id, after=0) as slow,
        await store.runs.follow(MINE, hold.id, after=0) as quick,
    ):
        assert len(await slow.take(SOON_S)) == len(await quick.take(SOON_S)) == 2
        seqs = [1, 2]
        for _ in range(30):
            hold.speak(*("word " * 60).split())
            hold.journal.record(
                "message.failed", {"message_id": f"msg_{hold.journal.seq - 61}", "reason": "error"}
            )
            await hold.record("step.failed", {"reason": "error"})
            await quick.take(SOON_S)
        await hold.complete()
        while not slow.ended:
            seqs += [each.seq for each in await slow.take(SOON_S)]
    assert seqs == list(range(1, hold.journal.seq + 1))


async def test_a_reader_who_leaves_while_it_waits_takes_nothing_along(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    with await store.runs.follow(MINE, hold.id, after=2) as stays:
        with await store.runs.follow(MINE, hold.id, after=2) as leaves:
            waiting = asyncio.ensure_future(leaves.take(SOON_S))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        await hold.complete()
        assert [each.type for each in await stays.take(SOON_S)] == ["run.completed"]
