"""What every store does for workers: claims, leases in time, losses, and what the journal means for the run's row.

The module that runs it has two fixtures: `store`, open and empty, and `clock`, the `FakeClock` that the store asks.
"""

# ruff: noqa: PLR2004 - expected numbers are the subject

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.grammar import check_events
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.store import Store
from agent_sdk.testing.conformance.runs_kit import (
    FOREIGN,
    LEASE_S,
    MINE,
    MODEL,
    Floor,
    sequence,
)
from agent_sdk.testing.conformance.store_runs import floor

__all__ = ["floor"]

LOSSES_MAX_COUNT = 20
ERROR = {"code": "ASDK-LLM-004", "message": "busy", "hint": None, "retryable": True}


# --- claims


async def test_a_claim_begins_the_run(store: Store, floor: Floor) -> None:
    run = await floor.queued()
    (hold,) = (await floor.claim()).values()
    claim = hold.lease.claim
    assert (claim.run.id, claim.run.attempt, claim.resume, claim.scope.org_id) == (
        run.id,
        1,
        None,
        MINE.org_id,
    )
    assert (claim.agent_version, claim.limits.max_steps, claim.deps) == ("1", 7, {"user": 1})
    assert (claim.depth, claim.step, claim.dead, claim.canceled, claim.signaled) == (
        0,
        0,
        False,
        False,
        False,
    )
    running = await store.runs.get(MINE, run.id)
    assert (running.status, running.started_at, running.last_seq) == ("running", floor.clock.now(), 2)
    assert await floor.types(run.id) == ["run.queued", "run.started"]


async def test_a_run_is_claimed_once(floor: Floor) -> None:
    await floor.queued()
    first, second = await asyncio.gather(floor.claim("wrk_a"), floor.claim("wrk_b"))
    assert len(first) + len(second) == 1


async def test_no_more_is_claimed_than_asked_for_and_the_oldest_first(floor: Floor) -> None:
    made = [(await floor.queued()).id for _ in range(5)]
    assert list(await floor.claim(limit=2)) == made[:2]
    assert list(await floor.claim(limit=9)) == made[2:]


async def test_a_session_has_one_running_run_and_the_oldest_is_next(floor: Floor) -> None:
    made = [(await floor.queued(session="s")).id for _ in range(3)]
    for run_id in made:
        claimed = await floor.claim()
        assert list(claimed) == [run_id]
        assert await floor.claim() == {}
        await claimed[run_id].complete()


async def test_a_run_of_a_session_that_will_be_tried_again_is_not_overtaken(floor: Floor) -> None:
    hold = await floor.begun(session="s")
    later = await floor.queued(session="s")
    await hold.retry(5_000)
    assert await floor.claim() == {}
    floor.clock.advance(5)
    claimed = await floor.claim()
    assert list(claimed) == [hold.id]
    await claimed[hold.id].complete()
    assert list(await floor.claim()) == [later.id]


async def test_a_paused_run_leaves_its_session_to_others(store: Store, floor: Floor) -> None:
    hold = await floor.begun(session="s")
    await hold.pause()
    other = await floor.begun(session="s")
    await store.runs.resume(MINE, hold.id)
    assert await floor.claim() == {}
    await other.complete()
    assert list(await floor.claim()) == [hold.id]


async def test_organisations_take_turns(floor: Floor) -> None:
    for _ in range(6):
        await floor.queued()
    theirs = [(await floor.queued(FOREIGN)).id for _ in range(2)]
    assert len(set(await floor.claim(limit=2)) & set(theirs)) == 1
    assert len(set(await floor.claim(limit=2)) & set(theirs)) == 1


async def test_an_organisation_that_comes_late_is_next_where_there_is_one_slot(floor: Floor) -> None:
    for _ in range(5):
        await floor.queued()
    late = (await floor.queued(FOREIGN)).id
    order: list[str] = []
    for _ in range(2):
        (hold,) = (await floor.claim(limit=1)).values()
        order.append(hold.id)
        await hold.complete()
    assert late in order


async def test_a_delayed_run_waits_for_its_time(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await hold.retry(1_500)
    run = await store.runs.get(MINE, hold.id)
    assert (run.status, run.error and run.error.code) == ("retrying", ERROR["code"])
    assert await floor.claim() == {}
    assert (await store.work.sweep()).next_due_s == 1.5
    floor.clock.advance(1.5)
    again = (await floor.claim())[hold.id]
    assert (again.lease.claim.resume, again.lease.claim.run.attempt) == ("retry", 2)
    assert (await store.runs.get(MINE, hold.id)).error is None
    assert (await store.work.sweep()).next_due_s is None


@pytest.mark.parametrize("state", ["queued", "paused", "retrying"])
async def test_a_run_that_waits_is_claimed_to_be_canceled_although_its_session_is_busy(
    store: Store, floor: Floor, state: str
) -> None:
    first = await floor.begun(session="s")
    if state == "queued":
        run_id = (await floor.queued(session="s")).id
    else:
        run_id = first.id
        await (first.pause() if state == "paused" else first.retry(60_000))
        if state == "paused":
            await floor.begun(session="s")
    assert await floor.claim() == {}
    await store.runs.cancel(MINE, run_id, "now", None)
    (hold,) = (await floor.claim()).values()
    assert (hold.id, hold.lease.claim.canceled, hold.lease.claim.signaled) == (run_id, True, True)


async def test_what_opening_raises_claims_nothing(store: Store, floor: Floor) -> None:
    run = await floor.queued()

    def broken(_claim: object) -> Sequence[Event]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.work.claim("wrk_a", limit=1, opening=broken)
    assert (await store.runs.get(MINE, run.id)).status == "queued"
    assert [hold.lease.claim.run.attempt for hold in (await floor.claim()).values()] == [1]


# --- time


async def test_heartbeats_keep_a_lease(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    for _ in range(5):
        floor.clock.advance(LEASE_S - 1)
        assert store.work.heartbeat("wrk_a") == frozenset()
        assert (await store.work.sweep()).reclaimed == 0
    await hold.complete()


async def test_a_silent_owner_loses_its_runs(store: Store, floor: Floor) -> None:
    await floor.begun()
    floor.clock.advance(LEASE_S - 1)
    assert (await store.work.sweep()).reclaimed == 0
    floor.clock.advance(2)
    store.work.heartbeat("wrk_other")
    assert (await store.work.sweep()).reclaimed == 1
    assert (await store.work.sweep()).reclaimed == 0


async def test_a_clock_that_goes_back_loses_no_lease_and_keeps_the_order(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    floor.clock.jump(-3600)
    hold.speak("a", "b")
    await hold.lease.committed()
    store.work.heartbeat("wrk_a")
    assert (await store.work.sweep()).reclaimed == 0
    events = await floor.journal(hold.id)
    assert sequence(events) == list(range(1, 7))
    assert events[-1].time < events[0].time
    floor.clock.advance(LEASE_S + 1)
    assert (await store.work.sweep()).reclaimed == 1
    heir = (await floor.claim("wrk_b"))[hold.id]
    assert heir.lease.claim.last_time == events[-1].time


async def test_a_delay_ends_though_the_clock_was_set_back_by_a_day(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    await hold.retry(1_500)
    floor.clock.jump(-86_400)
    assert (await store.work.sweep()).next_due_s == 0
    assert list(await floor.claim()) == [hold.id]


async def test_a_silent_owner_loses_its_runs_though_the_clock_was_set_back_by_a_day(
    store: Store, floor: Floor
) -> None:
    await floor.begun()
    floor.clock.jump(-86_400)
    assert (await store.work.sweep()).reclaimed == 0
    floor.clock.advance(LEASE_S + 1)
    assert (await store.work.sweep()).reclaimed == 1


async def test_an_abandoned_lease_runs_out_whatever_the_clock_says(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.lease.abandon()
    floor.clock.advance(LEASE_S)
    floor.clock.jump(-LEASE_S)
    assert (await store.work.sweep()).reclaimed == 0
    floor.clock.advance(1)
    store.work.heartbeat("wrk_a")
    assert (await store.work.sweep()).reclaimed == 1
    heir = (await floor.claim())[hold.id]
    floor.clock.advance(LEASE_S - 1)
    store.work.heartbeat("wrk_a")
    floor.clock.advance(LEASE_S - 1)
    assert (await store.work.sweep()).reclaimed == 0
    await heir.complete()


async def test_a_run_ends_after_its_start_whatever_the_clock_says(store: Store, floor: Floor) -> None:
    run = await floor.queued()
    floor.clock.jump(-3_600)
    hold = (await floor.claim())[run.id]
    assert (await store.runs.get(MINE, run.id)).started_at == run.created_at
    floor.clock.jump(-3_600)
    await hold.complete()
    assert (await store.runs.get(MINE, run.id)).ended_at == run.created_at


async def test_heartbeats_tell_which_runs_have_signals(store: Store, floor: Floor) -> None:
    calm, hold = await floor.begun(), await floor.begun()
    await store.runs.pause(MINE, hold.id)
    assert store.work.heartbeat("wrk_a") == {hold.id}
    await store.runs.cancel(MINE, calm.id, "now", None)
    assert store.work.heartbeat("wrk_a") == {hold.id, calm.id}
    assert store.work.heartbeat("wrk_b") == frozenset()


# --- losses


async def test_a_run_whose_owners_are_lost_too_often_is_dead(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    for loss in range(LOSSES_MAX_COUNT + 1):
        floor.clock.advance(LEASE_S + 1)
        report = await store.work.sweep()
        assert report.dead == ((hold.id,) if loss == LOSSES_MAX_COUNT else ())
        hold = (await floor.claim())[hold.id]
        assert hold.lease.claim.dead is (loss == LOSSES_MAX_COUNT)
    usage = {"usage": Usage(requests=1)}
    await hold.record("run.failed", {"stop_reason": "dead_letter", "error": ERROR, **usage})
    check_events(await floor.journal(hold.id))
    run = await store.runs.get(MINE, hold.id)
    assert (run.status, run.stop_reason, run.error and run.error.message) == ("failed", "dead_letter", "busy")


async def test_progress_makes_the_next_loss_the_first(floor: Floor) -> None:
    hold = await floor.begun()
    for _ in range(LOSSES_MAX_COUNT):
        await floor.lose_owners()
        hold = (await floor.claim())[hold.id]
    hold.step()
    message: dict[str, Any] = {"id": "msg_x", "role": "assistant", "parts": []}
    hold.journal.record("message.started", {"message_id": "msg_x", "model": MODEL})
    hold.journal.record("message.completed", {"message_id": "msg_x", "message": message})
    step = {"model": MODEL, "usage": Usage(requests=1), "finish_reason": "stop", "latency_ms": 1}
    await hold.record("step.completed", step)
    for _ in range(LOSSES_MAX_COUNT):
        await floor.lose_owners()
        hold = (await floor.claim())[hold.id]
        assert not hold.lease.claim.dead


async def test_giving_a_run_back_is_no_loss(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    for _ in range(LOSSES_MAX_COUNT + 5):
        await store.work.release(hold.lease, reason="drained")
        hold = (await floor.claim())[hold.id]
        assert not hold.lease.claim.dead


# --- the row


@pytest.mark.parametrize("status", ["completed", "failed", "canceled"])
async def test_the_end_of_a_run_is_in_its_row(store: Store, floor: Floor, status: str) -> None:
    hold = await floor.begun()
    floor.clock.advance(3)
    usage = Usage(input_tokens=3, output_tokens=4, requests=1)
    data = {
        "completed": {"stop_reason": "end_turn", "output": {"a": 1}},
        "failed": {"stop_reason": "model_error", "error": ERROR},
        "canceled": {"stop_reason": "canceled", "mode": "now", "output": "half"},
    }[status]
    await hold.record(f"run.{status}", {**data, "usage": usage})
    run = await store.runs.get(MINE, hold.id)
    assert (run.status, run.stop_reason, run.usage) == (status, data["stop_reason"], usage)
    assert (run.output, run.error and run.error.code) == (
        data.get("output"),
        "ASDK-LLM-004" if status == "failed" else None,
    )
    assert (run.started_at, run.ended_at) == (floor.clock.now() - timedelta(seconds=3), floor.clock.now())


async def test_a_run_that_ends_leaves_no_open_approval(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    child = hold.child("run_child")
    asked: dict[str, Any] = {"name": "send", "args": {}, "args_hash": "00"}
    hold.journal.record("tool.approval_requested", {"tool_call_id": "call_1", **asked})
    child.record("tool.approval_requested", {"tool_call_id": "call_2", **asked})
    child.record("tool.approval_requested", {"tool_call_id": "call_3", **asked})
    child.record("tool.denied", {"tool_call_id": "call_3", "name": "send", "reason": "no"})
    await hold.lease.committed()
    statuses = [(await store.approvals.get(MINE, f"call_{index}")).status for index in (1, 2, 3)]
    assert statuses == ["pending", "pending", "canceled"]
    await hold.record("run.canceled", {"stop_reason": "canceled", "mode": "now", "usage": Usage(requests=1)})
    statuses = [(await store.approvals.get(MINE, f"call_{index}")).status for index in (1, 2)]
    assert statuses == ["canceled", "canceled"]
