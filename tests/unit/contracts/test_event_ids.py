"""Event ids: no chance in them, and in the order of time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.ids import parse_id
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.testing import FakeClock


def written(run_id: str, clock: FakeClock, *, moves_s: list[float]) -> list[Event]:
    """One event at each time, `jump`ing in between."""
    log = MemoryLog(followed=False)
    journal = Journal(log, clock, run_id=run_id, session_id="ses_1", org_id="org_1", agent="a")
    for move_s in moves_s:
        clock.jump(move_s)
        journal.record("run.queued", {"model": "x:y"})
    return list(log.events(run_id))


def test_ids_follow_from_run_place_and_time() -> None:
    ids = [[event.id for event in written("run_1", FakeClock(), moves_s=[0, 0, 1])] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


def test_ids_sort_by_time_over_runs_and_by_place_within_one() -> None:
    clock = FakeClock()
    events = [
        event for run in ("run_2", "run_1", "run_3") for event in written(run, clock, moves_s=[1, 0, 0.002])
    ]
    assert [event.id for event in events] == sorted({event.id for event in events})


def test_two_runs_of_one_millisecond_have_different_ids() -> None:
    first, second = (written(run, FakeClock(), moves_s=[0])[0] for run in ("run_1", "run_2"))
    assert first.id != second.id


def test_a_clock_that_goes_back_leaves_the_order_as_it_is() -> None:
    events = written("run_1", FakeClock(), moves_s=[0, -3600, 1])
    assert [event.id for event in events] == sorted(event.id for event in events)
    assert events[1].time == events[0].time - timedelta(hours=1)


def test_an_id_is_one_and_tells_the_time() -> None:
    event = written("run_1", FakeClock(), moves_s=[0])[0]
    assert parse_id(event.id) == ("evt", round(event.time.timestamp() * 1000))


def test_ids_are_the_same_whoever_looks_first() -> None:
    """A result is looked at by any thread; an event is made when somebody does."""
    log = MemoryLog(followed=False)
    clock = FakeClock()
    journal = Journal(log, clock, run_id="run_1", session_id="ses_1", org_id="org_1", agent="a")
    for _ in range(20_000):
        clock.jump(2)
        journal.record("step.started", {"model": "x:y"})
    events = log.events("run_1")

    def look(order: range) -> list[str]:
        return [events[place].id for place in order]

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(look, (range(20_000), range(19_999, -1, -1))))
    ids = [event.id for event in events]
    assert ids == sorted(set(ids))
