"""The tail of a run's journal: what readers get from memory, and when it does not reach back far enough."""

import asyncio

from agent_sdk.contracts.codec import encode
from agent_sdk.ports.store import StoredEvent
from agent_sdk.storage.tail import TAIL_MAX_COUNT, TAIL_SIZE_MAX_BYTES, Tail, Tails
from tests.factories.journals import JournalWriter


def stored(seq: int, size_bytes: int = 2) -> StoredEvent:
    return StoredEvent(seq, "message.delta", b"x" * size_bytes)


def seqs(tail: Tail, after: int, limit: int = 1000) -> list[int] | None:
    events = tail.after(after, limit)
    return None if events is None else [event.seq for event in events]


def test_an_empty_tail_knows_nothing() -> None:
    assert Tail().after(0, 10) is None


def test_a_tail_gives_what_comes_after_a_cursor_and_no_more_than_asked_for() -> None:
    tail = Tail()
    for seq in range(5, 10):
        tail.add(stored(seq))
    assert seqs(tail, 4) == [5, 6, 7, 8, 9]
    assert seqs(tail, 6, limit=2) == [7, 8]
    assert seqs(tail, 9) == []


def test_a_cursor_before_the_tail_is_the_stores_business() -> None:
    tail = Tail()
    tail.add(stored(5))
    assert tail.after(3, 10) is None


def test_a_tail_is_bounded_by_count() -> None:
    tail = Tail()
    for seq in range(1, 10 * TAIL_MAX_COUNT):
        tail.add(stored(seq))
        assert len(tail.events) <= 2 * TAIL_MAX_COUNT
    assert len(tail.events) >= TAIL_MAX_COUNT
    assert seqs(tail, 10 * TAIL_MAX_COUNT - 3) == [10 * TAIL_MAX_COUNT - 2, 10 * TAIL_MAX_COUNT - 1]


def test_a_tail_is_bounded_by_size() -> None:
    tail = Tail()
    for seq in range(1, 100):
        tail.add(stored(seq, TAIL_SIZE_MAX_BYTES // 4))
        assert (
            sum(len(event.data) for event in tail.events)
            <= 2 * TAIL_SIZE_MAX_BYTES + TAIL_SIZE_MAX_BYTES // 4
        )
    assert seqs(tail, 98) == [99]


def test_an_event_larger_than_the_tail_is_the_stores_business() -> None:
    tail = Tail()
    tail.add(stored(1, 3 * TAIL_SIZE_MAX_BYTES))
    assert tail.after(0, 10) is None
    tail.add(stored(2))
    assert seqs(tail, 1) == [2]


def test_after_another_process_had_the_run_a_tail_begins_anew() -> None:
    tail = Tail()
    tail.add(stored(1))
    tail.add(stored(7))
    assert tail.after(1, 10) is None
    assert seqs(tail, 6) == [7]


async def test_readers_who_wait_are_woken_once_for_a_batch_of_their_run_alone() -> None:
    tails = Tails()
    mine, other = JournalWriter(1), JournalWriter(2)
    mine.add("run.queued")
    mine.add("run.started")
    other.add("run.queued")
    loop = asyncio.get_running_loop()
    run_id, other_id = mine.events[0].run_id, other.events[0].run_id
    waiters = [tails.enter(run_id).wait(loop) for _ in range(3)]
    sleeps = tails.enter(other_id).wait(loop)
    tails.publish([(event, encode(event)) for event in mine.events])
    assert all(waiter.done() for waiter in waiters)
    assert not sleeps.done()
    tails.publish([(event, encode(event)) for event in other.events])
    assert sleeps.done()


async def test_a_tail_lives_as_long_as_it_has_a_reader() -> None:
    tails = Tails()
    writer = JournalWriter()
    event = writer.add("run.queued")
    first, second = tails.enter(event.run_id), tails.enter(event.run_id)
    assert first is second
    tails.leave(event.run_id)
    tails.publish([(event, encode(event))])
    assert seqs(first, 0) == [1]
    tails.leave(event.run_id)
    assert tails.enter(event.run_id) is not first


async def test_when_others_wrote_all_readers_look_into_the_store() -> None:
    tails = Tails()
    tail = tails.enter("run_1")
    waiter = tail.wait(asyncio.get_running_loop())
    before = tail.turn
    tails.look()
    assert waiter.done()
    assert tail.turn != before
