"""The heartbeat: leases are kept as long as somebody is there to use them."""

import asyncio

import pytest

from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.execution.heartbeat import (
    HEARTBEAT_INTERVAL_S,
    HEARTBEAT_RETRY_S,
    LOOP_HANG_MAX_S,
    PULSE_INTERVAL_S,
    Heartbeat,
)
from agent_sdk.ports.store import LEASE_S
from agent_sdk.testing.fakes import FakeClock
from tests.unit.execution.fake_queue import FakeQueue


class Kit:
    """A heartbeat whose thread does not run, so that a test beats it."""

    def __init__(self) -> None:
        self.queue = FakeQueue()
        self.clock = FakeClock()
        self.pulsed: list[float] = []
        self.told: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        self.heartbeat = Heartbeat(
            self.queue,
            "own_1",
            self.clock,
            signaled=self.told.put_nowait,
            pulsed=self.pulsed.append,
        )


async def test_a_beat_extends_the_leases_and_the_next_one_is_a_third_of_a_lease_away() -> None:
    kit = Kit()

    assert kit.heartbeat.beat() == HEARTBEAT_INTERVAL_S == LEASE_S / 3
    assert kit.queue.beats == 1


async def test_its_thread_beats_at_once_tells_the_loop_of_signals_and_ends_when_stopped() -> None:
    kit = Kit()
    kit.queue.signaled = frozenset({"run_1", "run_2"})

    kit.heartbeat.start()
    assert await kit.told.get() == {"run_1", "run_2"}
    assert kit.heartbeat.alive

    await kit.heartbeat.stop()
    assert not kit.heartbeat.alive


async def test_a_loop_that_hangs_loses_its_leases_and_has_them_extended_when_it_moves_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kit = Kit()
    kit.clock.advance(LOOP_HANG_MAX_S)
    kit.heartbeat.beat()
    assert kit.queue.beats == 1

    kit.clock.advance(0.1)
    assert [kit.heartbeat.beat(), kit.heartbeat.beat()] == [PULSE_INTERVAL_S, PULSE_INTERVAL_S]
    assert kit.queue.beats == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]

    kit.heartbeat.pulse()
    assert kit.heartbeat.beat() == HEARTBEAT_INTERVAL_S
    assert kit.queue.beats == 2
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


@pytest.mark.parametrize("error", [StoreError("no answer"), RuntimeError("a bug")])
async def test_a_beat_that_failed_is_repeated_sooner(error: Exception) -> None:
    kit = Kit()
    kit.queue.failing = error
    assert kit.heartbeat.beat() == HEARTBEAT_RETRY_S

    kit.queue.failing = None
    assert kit.heartbeat.beat() == HEARTBEAT_INTERVAL_S


async def test_a_pulse_tells_when_leases_were_last_extended() -> None:
    kit = Kit()
    kit.clock.advance(3)
    kit.heartbeat.beat()
    kit.queue.failing = StoreError("no answer")
    kit.clock.advance(10)
    kit.heartbeat.beat()
    kit.heartbeat.pulse()
    assert kit.pulsed == [3]
    assert kit.heartbeat.extended_age_s == 10

    kit.queue.failing = None
    kit.heartbeat.beat()
    kit.heartbeat.pulse()
    assert kit.pulsed == [3, 13]
    assert kit.heartbeat.extended_age_s == 0
