import asyncio
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, timedelta

import pytest

from agent_sdk.contracts.ids import parse_id
from agent_sdk.ports.system import Chance, Clock, IdFactory
from agent_sdk.reliability import system
from agent_sdk.reliability.system import COUNT_MAX, SystemChance, SystemClock, SystemIds


def test_the_machine_serves_the_ports_of_time_ids_and_chance() -> None:
    served: tuple[Clock, IdFactory, Chance] = (SystemClock(), SystemIds(), SystemChance())
    assert None not in served


def test_the_clock_tells_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.utcoffset() == timedelta(0)


async def test_the_monotonic_clock_does_not_go_back_while_it_sleeps() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.monotonic() >= before


async def test_sleeping_lets_others_run() -> None:
    done: list[str] = []

    async def other() -> None:
        done.append("other")

    task = asyncio.create_task(other())
    await SystemClock().sleep(0)
    assert done == ["other"]
    await task


def test_chance_is_a_number_from_zero_to_below_one() -> None:
    assert all(0 <= SystemChance().random() < 1 for _ in range(100))


def test_ids_ascend_and_tell_their_time() -> None:
    ids = SystemIds()
    made = [ids.new("evt") for _ in range(10_000)]
    assert made == sorted(set(made))
    prefix, time_ms = parse_id(made[0])
    assert prefix == "evt"
    assert abs(time_ms - time.time() * 1000) < 60_000


def test_ids_ascend_over_all_prefixes_together() -> None:
    ids = SystemIds()
    made = [ids.new(prefix).partition("_")[2] for prefix in ("run", "evt", "msg", "call") for _ in range(10)]
    assert made == sorted(set(made))


def clock_stands_at(monkeypatch: pytest.MonkeyPatch, *times_ms: int) -> None:
    times = iter(times_ms)
    monkeypatch.setattr(system.time, "time_ns", lambda: next(times) * 1_000_000)


def test_ids_ascend_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock_stands_at(monkeypatch, 1000, 500, 999, 1001)
    ids = SystemIds()
    made = [ids.new("evt") for _ in range(4)]
    assert made == sorted(set(made))
    assert [parse_id(each)[1] for each in made] == [1000, 1000, 1000, 1001]


def test_a_millisecond_that_is_full_runs_over_into_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    clock_stands_at(monkeypatch, 1000, 1000, 1000)
    ids = SystemIds()
    first = ids.new("evt")
    monkeypatch.setattr(ids, "_count", COUNT_MAX)
    second, third = ids.new("evt"), ids.new("evt")
    assert first < second < third
    assert [parse_id(each)[1] for each in (first, second, third)] == [1000, 1001, 1001]


def test_two_processes_do_not_make_the_same_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    clock_stands_at(monkeypatch, 1000, 1000)
    assert SystemIds().new("run") != SystemIds().new("run")


FORKING = """
import os, time
from agent_sdk.reliability import system
system.time.time_ns = lambda: 1_000_000_000
ids = system.SystemIds()
before = ids.new("evt")
child = os.fork()
os.write(1, f"{ids.new('evt') > before} {ids.new('evt')}\\n".encode())  # at once: both write here
if child:
    assert os.waitpid(child, 0) == (child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_makes_ids_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], check=True, capture_output=True, text=True)
    ascends, made = zip(*[line.split() for line in done.stdout.splitlines()], strict=True)
    assert (ascends, done.stderr) == (("True", "True"), "")
    assert len(set(made)) == 2


def test_ids_are_unique_over_threads() -> None:
    ids = SystemIds()
    made: list[list[str]] = [[] for _ in range(8)]
    start = threading.Barrier(len(made))

    def work(own: list[str]) -> None:
        start.wait()
        own.extend([ids.new("evt") for _ in range(2000)])

    threads = [threading.Thread(target=work, args=(own,)) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(own == sorted(own) for own in made)
    assert len({each for own in made for each in own}) == 8 * 2000
