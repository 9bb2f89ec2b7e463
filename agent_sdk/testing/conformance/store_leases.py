"""What every store does with what workers append: the fence, shared commits, subagents, and what sessions know.

The module that runs it has two fixtures: `store`, open and empty, and `clock`, the `FakeClock` that the store asks.
"""

# ruff: noqa: PLR2004 - expected numbers are the subject

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from agent_sdk.contracts.errors import GrammarError
from agent_sdk.contracts.grammar import check_events
from agent_sdk.contracts.messages import Message, TextPart
from agent_sdk.contracts.platform_errors import LeaseLost
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.store import Store
from agent_sdk.testing.conformance.runs_kit import (
    FOREIGN,
    LEASE_S,
    MINE,
    MODEL,
    NO_LIMIT,
    Floor,
    sequence,
)
from agent_sdk.testing.conformance.store_runs import floor

__all__ = ["floor"]

BATCH_BEGINS_IN_TURNS = 3
"""Of the event loop, after somebody waits for a commit: nothing that is appended then is in its batch."""


# --- leases and their fence


async def test_what_a_task_appends_at_once_is_seen_at_once_or_not_at_all(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    batches: list[list[int]] = []
    store.on_commit(lambda events, _seconds: batches.append([event.seq for event, _ in events]))
    for _ in range(3):
        hold.speak("a", "b")
        await hold.lease.committed()
        hold.journal.record("message.failed", {"message_id": "m", "reason": "error"})
        hold.journal.record("step.failed", {"reason": "error"})
    await hold.lease.committed()
    assert batches == [[3, 4, 5, 6], [7, 8, 9, 10, 11, 12], [13, 14, 15, 16, 17, 18], [19, 20]]


async def test_observers_are_told_what_is_stored(store: Store, floor: Floor) -> None:
    told: list[bytes] = []
    store.on_commit(lambda events, _seconds: told.extend([data for _, data in events]))
    hold = await floor.begun()
    await hold.complete()
    page = await store.runs.events(MINE, hold.id, after=0, limit=10)
    assert told == [each.data for each in page.events]


async def test_deltas_that_nobody_has_seen_are_one_event(floor: Floor) -> None:
    hold = await floor.begun()
    hold.speak()
    for word in ("a", "b", "c"):
        hold.journal.delta("message.delta", {"message_id": "m", "delta": word, "part": "text"})
    await hold.lease.committed()
    hold.journal.delta("message.delta", {"message_id": "m", "delta": "d", "part": "text"})
    await hold.lease.committed()
    events = await floor.journal(hold.id)
    assert [event.data["delta"] for event in events if event.type == "message.delta"] == ["abc", "d"]
    assert sequence(events) == list(range(1, 7))


async def test_an_observer_that_fails_keeps_nobody_waiting(
    store: Store, floor: Floor, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_events: object, _seconds: float) -> None:
        raise ZeroDivisionError

    store.on_commit(broken)
    hold = await floor.begun()
    await hold.complete()
    assert "ZeroDivisionError" in caplog.text


async def test_who_waits_for_a_commit_does_not_wait_for_what_comes_after(floor: Floor) -> None:
    hold = await floor.begun()
    hold.speak()
    waiting = asyncio.ensure_future(hold.lease.committed())
    while not waiting.done():
        hold.journal.delta("message.delta", {"message_id": "m", "delta": "a", "part": "text"})
        await asyncio.sleep(0)
    await waiting
    await hold.lease.committed()
    assert sequence(await floor.journal(hold.id)) == list(range(1, hold.journal.seq + 1))


async def test_the_next_owner_is_told_which_version_of_the_agent_was_adopted(
    store: Store, floor: Floor
) -> None:
    hold = await floor.begun()
    hold.lease.adopt("2")
    await floor.lose_owners()
    hold = (await floor.claim())[hold.id]
    assert hold.lease.claim.agent_version == "1"
    hold.lease.adopt("2")
    hold.step()
    await hold.lease.committed()
    await store.work.release(hold.lease, reason="drained")
    assert (await floor.claim())[hold.id].lease.claim.agent_version == "2"


async def test_nothing_is_committed_where_nothing_was_appended(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    batches: list[int] = []
    store.on_commit(lambda events, _seconds: batches.append(len(events)))
    await hold.lease.committed()
    assert batches == []


async def test_an_event_that_does_not_follow_is_refused(floor: Floor) -> None:
    hold = await floor.begun()
    hold.journal.seq += 1
    with pytest.raises(GrammarError):
        hold.step()
    hold.journal.seq = 2
    hold.journal.step = 0
    hold.step()
    await hold.lease.committed()
    assert sequence(await floor.journal(hold.id)) == [1, 2, 3]


async def test_the_lease_goes_with_the_end_of_the_run(floor: Floor) -> None:
    for leave in ("complete", "pause", "retry"):
        hold = await floor.begun()
        await (hold.retry(1_000) if leave == "retry" else getattr(hold, leave)())
        assert hold.lease.lost
        last = hold.journal.seq
        hold.step()
        await hold.lease.committed()
        assert len(await floor.journal(hold.id)) == last


async def test_nothing_follows_the_end_that_comes_while_that_is_committed(floor: Floor) -> None:
    hold = await floor.begun()
    ending = asyncio.ensure_future(hold.complete())
    for _ in range(BATCH_BEGINS_IN_TURNS):
        await asyncio.sleep(0)
    # A store that commits within a turn of the loop has lost the lease by now, and drops it.
    hold.step()
    await ending
    with suppress(LeaseLost):
        await hold.lease.committed()
    ends = [event.type for event in await floor.journal(hold.id)]
    assert ends.count("run.completed") == 1
    assert ends[-1] == "run.completed"


async def test_a_zombie_writes_nothing(store: Store, floor: Floor) -> None:
    zombie = await floor.begun(owner="wrk_a")
    zombie.speak("a")
    await zombie.lease.committed()
    await floor.lose_owners()
    heir = (await floor.claim("wrk_b"))[zombie.id]
    assert (heir.lease.claim.resume, heir.lease.claim.run.attempt) == ("owner_lost", 2)
    assert (heir.lease.claim.step, heir.lease.claim.run.last_seq) == (1, 6)
    zombie.journal.record("message.failed", {"message_id": "msg_3", "reason": "error"})
    with pytest.raises(LeaseLost):
        await zombie.lease.committed()
    assert zombie.lease.lost
    await heir.record("message.failed", {"message_id": "msg_3", "reason": "interrupted"})
    await heir.record("step.failed", {"reason": "interrupted"})
    await heir.complete()
    events = await floor.journal(zombie.id)
    check_events(events)
    assert [event.attempt for event in events] == [1, 1, 1, 1, 1, 2, 2, 2, 2]
    assert (await store.runs.get(MINE, zombie.id)).attempt == 2


async def test_a_zombie_costs_its_heir_no_heartbeat(store: Store, floor: Floor) -> None:
    zombie = await floor.begun(owner="wrk_a")
    await floor.lose_owners()
    heir = (await floor.claim("wrk_a"))[zombie.id]
    zombie.step()
    with pytest.raises(LeaseLost):
        await zombie.lease.committed()
    for _ in range(2):
        floor.clock.advance(LEASE_S - 1)
        store.work.heartbeat("wrk_a")
        assert (await store.work.sweep()).reclaimed == 0
    await heir.complete()


async def test_a_zombie_harms_no_other_run_of_its_batch(floor: Floor) -> None:
    zombie = await floor.begun()
    await floor.lose_owners()
    await floor.claim("wrk_b")
    well = await floor.begun(owner="wrk_c")
    zombie.step()
    well.step()
    await well.lease.committed()
    with pytest.raises(LeaseLost):
        await zombie.lease.committed()
    assert await floor.types(well.id) == ["run.queued", "run.started", "step.started"]


@pytest.mark.parametrize("deltas", [1, 2])
async def test_a_bad_entry_harms_no_other_run_of_its_batch(floor: Floor, deltas: int) -> None:
    bad, well = await floor.begun(), await floor.begun()
    for _ in range(deltas):
        bad.journal.delta("message.delta", {"message_id": "m", "delta": object(), "part": "text"})
    well.step()
    await well.lease.committed()
    with pytest.raises(TypeError):
        await bad.lease.committed()
    assert await floor.types(well.id) == ["run.queued", "run.started", "step.started"]
    assert await floor.types(bad.id) == ["run.queued", "run.started"]


async def test_an_abandoned_lease_writes_nothing_and_runs_out(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    hold.step()
    hold.lease.abandon()
    with pytest.raises(LeaseLost):
        await hold.lease.committed()
    floor.clock.advance(LEASE_S - 1)
    store.work.heartbeat("wrk_a")
    floor.clock.advance(2)
    assert (await store.work.sweep()).reclaimed == 1
    assert await floor.types(hold.id) == ["run.queued", "run.started"]


async def test_a_run_that_is_given_back_goes_on_at_once(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    woken: list[bool] = []
    store.work.on_work(lambda: woken.append(True))
    hold.step()
    await store.work.release(hold.lease, reason="drained")
    assert woken
    heir = (await floor.claim("wrk_b"))[hold.id]
    assert (heir.lease.claim.resume, heir.lease.claim.step) == ("drained", 1)
    with pytest.raises(LeaseLost):
        await store.work.release(hold.lease, reason="drained")


async def test_a_subagent_is_a_run_of_its_own_under_the_roots_lease(store: Store, floor: Floor) -> None:
    hold = await floor.begun()
    child = hold.child("run_child")
    await hold.lease.committed()
    run = await store.runs.get(MINE, "run_child")
    assert (run.status, run.parent_run_id, run.agent, run.model) == ("running", hold.id, "subagent", MODEL)
    assert await floor.claim("wrk_b") == {}
    ended = {"stop_reason": "end_turn", "output": [1], "usage": Usage(requests=1)}
    child.record("run.completed", ended)
    await hold.lease.committed()
    run = await store.runs.get(MINE, "run_child")
    assert (run.status, run.output, run.last_seq) == ("completed", [1], 3)
    check_events(await floor.journal("run_child"))
    assert not hold.lease.lost


async def test_the_heir_of_a_run_goes_on_with_its_subagents(floor: Floor) -> None:
    hold = await floor.begun()
    hold.child("run_child")
    await hold.lease.committed()
    await floor.lose_owners()
    heir = (await floor.claim("wrk_b"))[hold.id]
    assert [event.type for event in await heir.lease.journal("run_child")] == ["run.queued", "run.started"]
    with pytest.raises(GrammarError):
        # It has begun already.
        heir.child("run_child")
    heir.child("run_other")
    await heir.lease.committed()
    assert len(await heir.lease.journal("run_other")) == 2


async def test_a_lease_reads_its_own_tree_without_deltas_but_those_that_say_how_far_an_attempt_came(
    floor: Floor,
) -> None:
    other = await floor.begun(FOREIGN)
    hold = await floor.begun()
    hold.speak("a", "b")
    hold.child("run_child")
    await hold.lease.committed()
    types = [event.type for event in await hold.lease.journal(hold.id)]
    assert types == ["run.queued", "run.started", "step.started", "message.started", "message.delta"]
    last = (await hold.lease.journal(hold.id))[-1]
    assert last.data["delta"] == "b"
    assert len(await hold.lease.journal("run_child")) == 2
    assert await hold.lease.journal(other.id) == []


async def test_a_session_remembers_what_its_runs_say(store: Store, floor: Floor) -> None:
    def said(text: str) -> Message:
        return Message(id=f"msg_{text}", role="user", parts=(TextPart(text=text),))

    first = await floor.begun(session="s")
    first.lease.remember(first.id, [said("a")])
    first.step()
    await first.lease.committed()
    first.lease.remember(first.id, [said("b"), said("c")])
    assert await first.lease.history() == []
    await first.record("step.failed", {"reason": "error"})
    await first.complete()
    second = await floor.begun(session="s")
    assert [message.text for message in await second.lease.history()] == ["b", "c"]
    assert [message.text for message in await store.runs.history(MINE, second.id)] == ["b", "c"]
    assert await store.runs.history(MINE, first.id) == []


async def test_a_session_can_know_something_from_the_start(store: Store, floor: Floor) -> None:
    known = Message(id="msg_a", role="user", parts=(TextPart(text="a"),))
    new = replace(floor.new(), history=(known,))
    await store.runs.create(MINE, new, NO_LIMIT)
    (hold,) = (await floor.claim()).values()
    assert await hold.lease.history() == [known]
    later = replace(floor.new(session=new.session_id), history=(known,))
    await store.runs.create(MINE, later, NO_LIMIT)
    assert await store.runs.history(MINE, later.id) == [known]
