"""What every store does with a run that is claimed in the transaction that creates it.

The module that runs it has two fixtures: `store`, open and empty, and `clock`, the `FakeClock` that the store asks.
"""

# ruff: noqa: PLR2004 - expected numbers are the subject

from collections.abc import Sequence

import pytest

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import Message, TextPart
from agent_sdk.contracts.platform_errors import LeaseLost, NotFound, SessionBusy
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import Claim, Lease, Store
from agent_sdk.runtime.request import journal_of, opening
from agent_sdk.testing.conformance.runs_kit import FOREIGN, MINE, MODEL, NO_LIMIT, Floor, Hold
from agent_sdk.testing.conformance.store_runs import floor

__all__ = ["floor"]

OWNER = "wrk_here"
KEY = IdempotencyKey(key="k", route="POST /v1/runs", fingerprint="f")


class Hand:
    """A claimer with room for so many runs, which does nothing with them."""

    def __init__(self, floor: Floor, *, room: int) -> None:
        self.room = room
        self.asked = 0
        self.leases: list[Lease] = []
        self._floor = floor
        self._opening = opening(floor.services)

    def reserve(self) -> bool:
        self.asked += 1
        self.room -= 1
        if self.room < 0:
            self.room += 1
            return False
        return True

    def let_go(self) -> None:
        self.room += 1

    def opening(self, claim: Claim) -> Sequence[Event]:
        return self._opening(claim)

    def begin(self, lease: Lease, leased_at: float) -> None:
        assert leased_at <= self._floor.clock.monotonic()
        self.leases.append(lease)

    def hold(self) -> Hold:
        """The one lease."""
        (lease,) = self.leases
        return Hold(lease=lease, journal=journal_of(self._floor.services, lease.claim, lease))


@pytest.fixture
def hand(store: Store, floor: Floor) -> Hand:
    """A claimer of the store, with room for two."""
    claimer = Hand(floor, room=2)
    store.work.on_created(OWNER, claimer)
    return claimer


async def test_a_run_that_waits_for_no_other_is_claimed_as_it_is_created(
    store: Store, floor: Floor, hand: Hand
) -> None:
    batches: list[list[str]] = []
    store.on_commit(lambda events, _seconds: batches.append([event.type for event, _ in events]))
    run = await floor.queued()

    assert batches == [["run.queued", "run.started"]]
    assert (run.status, run.attempt, run.last_seq) == ("queued", 1, 1)
    assert await floor.claim("wrk_other") == {}
    begun = await store.runs.get(MINE, run.id)
    assert (begun.status, begun.attempt, begun.last_seq) == ("running", 1, 2)
    assert hand.room == 2

    hold = hand.hold()
    assert (hold.id, hold.lease.claim.resume, hold.lease.claim.deps) == (run.id, None, {"user": 1})
    assert (hold.lease.claim.limits.max_steps, hold.lease.claim.signaled) == (7, False)
    hold.step()
    await hold.complete()
    assert await floor.types(run.id) == ["run.queued", "run.started", "step.started", "run.completed"]


async def test_a_run_that_was_claimed_as_it_was_created_says_what_a_later_claim_would(
    floor: Floor, hand: Hand
) -> None:
    await floor.queued()
    hand.room = 0
    await floor.queued()
    (later,) = (await floor.claim()).values()
    claims = [hand.hold().lease.claim, later.lease.claim]
    said = [
        (each.scope, each.agent_version, each.model_choice, each.limits, each.deps, each.depth, each.step)
        for each in claims
    ]
    assert said[0] == said[1]
    runs = [(each.run.status, each.run.input, each.run.tags, each.run.metadata, each.dead) for each in claims]
    assert runs[0] == runs[1]
    assert [each.run.last_seq for each in claims] == [2, 2]


async def test_its_owner_can_lose_it_as_any_other(floor: Floor, hand: Hand) -> None:
    await floor.queued()
    zombie = hand.hold()
    await floor.lose_owners()
    (heir,) = (await floor.claim("wrk_other")).values()
    assert (heir.id, heir.lease.claim.resume, heir.lease.claim.run.attempt) == (zombie.id, "owner_lost", 2)
    zombie.step()
    with pytest.raises(LeaseLost):
        await zombie.lease.committed()


async def test_without_room_runs_wait_for_a_claim(store: Store, floor: Floor, hand: Hand) -> None:
    woken: list[int] = []
    store.work.on_work(lambda: woken.append(1))
    hand.room = 0
    run = await floor.queued()
    assert (hand.asked, hand.leases, hand.room) == (1, [], 0)
    assert woken
    assert await floor.types(run.id) == ["run.queued"]
    assert list(await floor.claim()) == [run.id]


async def test_a_run_whose_session_has_another_one_waits_for_its_turn(floor: Floor, hand: Hand) -> None:
    first = await floor.queued(session="s")
    second = await floor.queued(session="s")
    assert [lease.claim.run.id for lease in hand.leases] == [first.id]
    assert hand.room == 2
    assert await floor.claim() == {}
    await hand.hold().complete()
    assert list(await floor.claim()) == [second.id]


async def test_it_knows_what_its_session_knew_before(floor: Floor, hand: Hand) -> None:
    await floor.queued(session="s")
    first = hand.hold()
    assert await first.lease.history() == []
    said = Message(id="msg_1", role="user", parts=(TextPart(text="hello"),))
    first.lease.remember(first.id, [said])
    await first.complete()
    hand.leases.clear()
    await floor.queued(session="s")
    assert list(await hand.hold().lease.history()) == [said]


async def test_what_creates_nothing_gives_the_room_back(store: Store, floor: Floor, hand: Hand) -> None:
    made = await store.runs.create(MINE, floor.new(session="s", idempotency=KEY), NO_LIMIT)
    again = await store.runs.create(MINE, floor.new(session="s", idempotency=KEY), NO_LIMIT)
    assert (again.replayed, again.run.id) == (True, made.run.id)
    with pytest.raises(SessionBusy):
        await store.runs.create(MINE, floor.new(session="s", on_busy="reject"), NO_LIMIT)
    assert (len(hand.leases), hand.asked, hand.room) == (1, 3, 2)


async def test_whoever_follows_it_at_once_gets_its_beginning_and_nobody_else_does(
    store: Store, floor: Floor, hand: Hand
) -> None:
    run = await floor.queued()
    with pytest.raises(NotFound):
        await store.runs.follow(FOREIGN, run.id, after=0)
    with await store.runs.follow(MINE, run.id, after=0) as follower:
        events = [decode_event(each.data) for each in await follower.take(0)]
        assert [event.type for event in events] == ["run.queued", "run.started"]
        assert events[1].data["model"] == MODEL
        assert await follower.take(0) == ()
        await hand.hold().complete()
        assert [each.type for each in await follower.take(1)] == ["run.completed"]
        assert follower.ended
