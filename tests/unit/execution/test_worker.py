"""The worker's own rhythm: when it sweeps, when it claims, what it makes of a store that fails, how it ends."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from agent_sdk.contracts.platform_errors import NotFound, StoreError
from agent_sdk.execution.worker import SWEEP_INTERVAL_MIN_S, SWEEP_INTERVAL_S, Worker
from agent_sdk.ports.store import SweepReport
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.testing.fakes import FakeChance, fake_services
from tests.unit.execution.fake_queue import FakeQueue
from tests.unit.execution.stepped_clock import SteppedClock, until


def _no_agent(name: str) -> AgentDefinition[Any, Any]:
    msg = f"there is no agent {name}"
    raise NotFound(msg)


@asynccontextmanager
async def at_work(
    queue: FakeQueue, clock: SteppedClock, chance: Sequence[float] = (0.5,)
) -> AsyncGenerator[Worker]:
    services = replace(fake_services(clock=clock), chance=FakeChance(chance))
    worker = Worker(queue, services, _no_agent, owner="own_1", slots=4)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.drain(0)


async def test_it_sweeps_before_it_says_that_it_has_started_and_claims_next() -> None:
    queue = FakeQueue()
    async with at_work(queue, SteppedClock()) as worker:
        assert queue.done == ["sweep"]
        await until(lambda: queue.done == ["sweep", "claim"])
        assert worker.health().alive


async def test_work_that_comes_during_a_claim_makes_one_more_claim_and_never_a_second_at_once() -> None:
    queue = FakeQueue()
    async with at_work(queue, SteppedClock()):
        queue.claim_gate.clear()
        await until(lambda: queue.claiming == 1)
        for _ in range(5):
            queue.wake()
        queue.claim_gate.set()
        await until(lambda: queue.done.count("claim") == 2 and not queue.claiming)

    assert queue.done == ["sweep", "claim", "claim"]
    assert queue.claiming_max == 1


@pytest.mark.parametrize(("chance", "wait_s"), [(0.0, 4.0), (0.5, 5.0), (1.0, 6.0)])
async def test_it_sweeps_about_every_five_seconds_and_claims_what_that_found(
    chance: float, wait_s: float
) -> None:
    queue, clock = FakeQueue(), SteppedClock()
    async with at_work(queue, clock, [chance]):
        for times in (1, 2):
            await until(lambda: clock.asleep_s == [wait_s])
            await until(lambda times=times: queue.done == ["sweep", "claim"] * times)
            clock.step(wait_s)


@pytest.mark.parametrize(
    ("due_s", "wait_s"),
    [(0.25, 0.25), (99, SWEEP_INTERVAL_S), (0.001, SWEEP_INTERVAL_MIN_S), (0, SWEEP_INTERVAL_S)],
)
async def test_it_is_there_when_the_delay_of_a_run_is_over(due_s: float, wait_s: float) -> None:
    queue, clock = FakeQueue(), SteppedClock()
    queue.sweeps = [SweepReport(next_due_s=due_s)]
    async with at_work(queue, clock):
        await until(lambda: clock.asleep_s == [wait_s] and queue.done == ["sweep", "claim"])
        clock.step(wait_s)
        await until(lambda: queue.done == ["sweep", "claim", "sweep", "claim"])


@pytest.mark.parametrize(("error", "wait_s"), [(StoreError("no answer"), 2.0), (RuntimeError("a bug"), 1.0)])
async def test_a_claim_that_failed_is_told_and_repeated_after_a_while(
    error: Exception, wait_s: float
) -> None:
    queue, clock = FakeQueue(), SteppedClock()
    async with at_work(queue, clock) as worker:
        queue.failing = error
        await until(lambda: clock.asleep_s == [wait_s, SWEEP_INTERVAL_S])
        assert worker.health().error == f"claim: {error}"
        queue.wake()
        assert queue.done == ["sweep", "claim"]

        queue.failing = None
        clock.step(wait_s)
        await until(lambda: worker.health().error is None)


async def test_a_store_that_does_not_answer_at_the_start_is_swept_later() -> None:
    queue, clock = FakeQueue(), SteppedClock()
    queue.failing = StoreError("no answer")
    async with at_work(queue, clock) as worker:
        assert worker.health().error == "sweep: no answer"
        await until(lambda: SWEEP_INTERVAL_S in clock.asleep_s)

        queue.failing = None
        clock.step(SWEEP_INTERVAL_S)
        await until(lambda: worker.health().error is None)
        assert worker.health().alive


async def test_when_it_is_drained_nothing_of_it_is_left_and_a_second_drain_is_the_same() -> None:
    queue, clock = FakeQueue(), SteppedClock()
    async with at_work(queue, clock) as worker:
        await until(lambda: queue.done == ["sweep", "claim"])
        await worker.drain(10)
        await worker.drain(10)
        queue.wake()
        clock.step(60)
        await until(lambda: clock.asleep_s == [])

    assert queue.done == ["sweep", "claim"]
    health = worker.health()
    assert (health.alive, health.draining) == (False, True)


async def test_a_drain_does_not_wait_for_the_end_of_a_back_off() -> None:
    queue, clock = FakeQueue(), SteppedClock()
    async with at_work(queue, clock) as worker:
        queue.failing = StoreError("no answer")
        await until(lambda: len(clock.asleep_s) == 2)
        await worker.drain(10)

    assert not worker.health().alive


async def test_runs_that_go_on_after_their_owner_was_lost_are_no_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="agent_sdk.execution.worker")
    queue = FakeQueue()
    queue.sweeps = [SweepReport(reclaimed=1)]
    async with at_work(queue, SteppedClock()):
        found = [
            (each.levelname, each.getMessage()) for each in caplog.records if "owner" in each.getMessage()
        ]
    assert found == [("INFO", "runs that had lost their owner and go on: 1")]
