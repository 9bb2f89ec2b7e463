"""Runs in the hands of a worker: they run, in their order, and hear what others want of them."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from agent_sdk.contracts.errors import Overloaded
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.execution.worker import SWEEP_INTERVAL_S
from agent_sdk.ports.store import Claim, Claimer, Lease, PendingInput, WorkQueue
from agent_sdk.reliability.retry import RetryPolicy
from agent_sdk.runtime.agent import Agent
from agent_sdk.runtime.durable import RETRY_DELAYS_S
from agent_sdk.testing.scripted_model import ModelStep, ScriptedModel, call
from agent_sdk.tools.function_tool import tool
from tests.interaction.worker_kit import process
from tests.unit.execution.stepped_clock import SteppedClock, until


class Gate:
    """A tool that is entered and does not return before it is opened."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.open = asyncio.Event()

    async def look(self) -> str:
        """Look at something for a while."""
        self.entered.set()
        await self.open.wait()
        return "seen"


async def test_a_run_is_claimed_when_it_is_created_and_completes(tmp_path: Path) -> None:
    model = ScriptedModel(["hello"])
    async with process(tmp_path / "store.db", Agent("tester"), models=[model]) as here:
        await here.worker.start()
        run_id = await here.create()
        run = await here.reached(run_id, "completed")

        assert (run.output, run.attempt) == ("hello", 1)
        types = await here.types(run_id)
        assert types[:2] == ["run.queued", "run.started"]
        assert types[-1] == "run.completed"
        await until(lambda: here.worker.active == 0)


async def test_a_run_that_was_created_before_the_worker_started_is_claimed_at_its_start(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(["hello"])
    async with process(tmp_path / "store.db", Agent("tester"), models=[model]) as here:
        run_id = await here.create()
        await here.worker.start()
        await here.reached(run_id, "completed")


async def test_runs_of_a_session_come_one_after_the_other_and_know_what_was_said(tmp_path: Path) -> None:
    gate = asyncio.Event()
    model = ScriptedModel([ModelStep(text="one", gate=gate), "two"])
    async with process(tmp_path / "store.db", Agent("tester"), models=[model]) as here:
        await here.worker.start()
        first = await here.create("first", session="talk")
        second = await here.create("second", session="talk")
        await until(lambda: len(model.requests) == 1)
        assert (await here.run(second)).status == "queued"

        gate.set()
        await here.reached(second, "completed")
        assert (await here.run(first)).output == "one"
        assert [message.text for message in model.requests[1].messages] == ["first", "one", "second"]


async def test_no_more_runs_are_at_work_than_there_are_slots(tmp_path: Path) -> None:
    gate = asyncio.Event()
    model = ScriptedModel([ModelStep(text="done", gate=gate) for _ in range(5)])
    async with process(tmp_path / "store.db", Agent("tester"), models=[model], slots=2) as here:
        await here.worker.start()
        run_ids = [await here.create() for _ in range(5)]
        await until(lambda: len(model.requests) == 2)
        statuses = [(await here.run(run_id)).status for run_id in run_ids]
        assert sorted(statuses) == ["queued", "queued", "queued", "running", "running"]
        assert here.worker.active == 2

        gate.set()
        for run_id in run_ids:
            await here.reached(run_id, "completed")


async def test_a_run_that_is_canceled_now_stops_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    model = ScriptedModel([ModelStep(text="never ending", gate=asyncio.Event())])
    async with process(tmp_path / "store.db", Agent("tester"), models=[model]) as here:
        await here.worker.start()
        run_id = await here.create()
        await until(lambda: len(model.requests) == 1)
        await here.store.runs.cancel(LOCAL, run_id, "now", "enough")
        run = await here.reached(run_id, "canceled")

        assert run.stop_reason == "canceled"
        assert model.closed_early == 1


async def test_a_run_that_is_canceled_after_the_step_keeps_what_the_step_did(tmp_path: Path) -> None:
    gate = Gate()
    model = ScriptedModel([call("look")])
    agent = Agent("tester", tools=[tool(effects="read")(gate.look)])
    async with process(tmp_path / "store.db", agent, models=[model]) as here:
        await here.worker.start()
        run_id = await here.create()
        await gate.entered.wait()
        await here.store.runs.cancel(LOCAL, run_id, "after_step", None)
        gate.open.set()
        await here.reached(run_id, "canceled")

        types = await here.types(run_id)
        assert "tool.completed" in types
        assert "step.completed" in types


async def test_a_run_pauses_at_the_border_of_a_step_and_goes_on_when_resumed(tmp_path: Path) -> None:
    gate = Gate()
    model = ScriptedModel([call("look"), "done"])
    agent = Agent("tester", tools=[tool(effects="read")(gate.look)])
    async with process(tmp_path / "store.db", agent, models=[model]) as here:
        await here.worker.start()
        run_id = await here.create()
        await gate.entered.wait()
        await here.store.runs.pause(LOCAL, run_id)
        gate.open.set()
        await here.reached(run_id, "paused")
        await until(lambda: here.worker.active == 0)
        assert len(model.requests) == 1

        await here.store.runs.resume(LOCAL, run_id)
        run = await here.reached(run_id, "completed")
        assert run.output == "done"
        assert (await here.types(run_id)).count("tool.completed") == 1


async def test_a_paused_run_is_canceled_at_once(tmp_path: Path) -> None:
    gate = Gate()
    model = ScriptedModel([call("look")])
    agent = Agent("tester", tools=[tool(effects="read")(gate.look)])
    async with process(tmp_path / "store.db", agent, models=[model]) as here:
        await here.worker.start()
        run_id = await here.create()
        await gate.entered.wait()
        await here.store.runs.pause(LOCAL, run_id)
        gate.open.set()
        await here.reached(run_id, "paused")

        await here.store.runs.cancel(LOCAL, run_id, "now", None)
        await here.reached(run_id, "canceled")


async def test_what_a_user_adds_in_mid_run_is_in_the_next_question_to_the_model(tmp_path: Path) -> None:
    gate = Gate()
    model = ScriptedModel([call("look"), "done"])
    agent = Agent("tester", tools=[tool(effects="read")(gate.look)])
    async with process(tmp_path / "store.db", agent, models=[model]) as here:
        await here.worker.start()
        run_id = await here.create()
        await gate.entered.wait()
        added = PendingInput(id=here.services.ids.new("msg"), input="and hurry")
        await here.store.runs.add_input(LOCAL, run_id, added)
        gate.open.set()
        await here.reached(run_id, "completed")

        assert "and hurry" in [message.text for message in model.requests[1].messages]


async def test_a_run_that_waits_before_it_tries_again_goes_on_when_its_delay_is_over(tmp_path: Path) -> None:
    clock = SteppedClock()
    model = ScriptedModel([Overloaded("busy"), "done"])
    agent = Agent("tester", retries=RetryPolicy(attempts_max=1))
    async with process(tmp_path / "store.db", agent, models=[model], clock=clock) as here:
        await here.worker.start()
        run_id = await here.create()
        await here.reached(run_id, "retrying")
        await until(lambda: clock.asleep_s == [RETRY_DELAYS_S[0]])
        assert len(model.requests) == 1

        clock.step(RETRY_DELAYS_S[0])
        await here.reached(run_id, "completed")


class SlowQueue:
    """A queue whose claims reach the worker only when the gate is open, long after they were committed."""

    def __init__(self, work: WorkQueue) -> None:
        self._work = work
        self.claimed = asyncio.Event()
        self.gate = asyncio.Event()
        self.release = work.release
        self.sweep = work.sweep
        self.heartbeat = work.heartbeat
        self.on_work = work.on_work
        self.on_signal = work.on_signal

    def on_created(self, owner: str, claimer: Claimer) -> None:
        """Every run is claimed by `claim`."""

    async def claim(
        self, owner: str, *, limit: int, opening: Callable[[Claim], Sequence[Event]]
    ) -> Sequence[Lease]:
        leases = await self._work.claim(owner, limit=limit, opening=opening)
        if leases:
            self.claimed.set()
            await self.gate.wait()
        return leases


async def test_a_signal_that_comes_between_a_claim_and_its_worker_is_heard(tmp_path: Path) -> None:
    queues: list[SlowQueue] = []

    def slow(work: WorkQueue) -> SlowQueue:
        queues.append(SlowQueue(work))
        return queues[0]

    model = ScriptedModel([ModelStep(text="never ending", gate=asyncio.Event())])
    async with process(
        tmp_path / "store.db", Agent("tester"), models=[model], clock=SteppedClock(), queue=slow
    ) as here:
        await here.worker.start()
        run_id = await here.create()
        await queues[0].claimed.wait()
        await here.store.runs.cancel(LOCAL, run_id, "now", None)
        queues[0].gate.set()
        await here.reached(run_id, "canceled")


class HeldQueue:
    """A queue whose heartbeats wait until they are let go."""

    def __init__(self, work: WorkQueue, beats: threading.Event) -> None:
        self._work = work
        self._beats = beats
        self.claim = work.claim
        self.release = work.release
        self.sweep = work.sweep
        self.on_work = work.on_work
        self.on_created = work.on_created
        self.on_signal = work.on_signal

    def heartbeat(self, owner: str) -> frozenset[str]:
        self._beats.wait()
        return self._work.heartbeat(owner)


async def test_what_another_process_wants_is_heard_with_the_next_heartbeat(tmp_path: Path) -> None:
    path, clock, beats = tmp_path / "store.db", SteppedClock(), threading.Event()
    model = ScriptedModel([ModelStep(text="never ending", gate=asyncio.Event())])
    async with (
        process(
            path, Agent("tester"), models=[model], clock=clock, queue=partial(HeldQueue, beats=beats)
        ) as here,
        process(path, Agent("tester"), models=[model], owner="own_b", clock=clock) as there,
    ):
        await here.worker.start()
        run_id = await here.create()
        await until(lambda: len(model.requests) == 1)
        await there.store.runs.cancel(LOCAL, run_id, "now", None)
        beats.set()
        await here.reached(run_id, "canceled")


async def test_what_another_process_made_is_claimed_after_the_next_sweep(tmp_path: Path) -> None:
    path, clock = tmp_path / "store.db", SteppedClock()
    model = ScriptedModel(["done"])
    async with (
        process(path, Agent("tester"), models=[model], clock=clock) as here,
        process(path, Agent("tester"), models=[model], owner="own_b", clock=clock) as there,
    ):
        await here.worker.start()
        await until(lambda: clock.asleep_s == [SWEEP_INTERVAL_S])
        run_id = await there.create()
        clock.step(SWEEP_INTERVAL_S)
        await here.reached(run_id, "completed")


async def test_workers_of_one_store_share_its_runs_and_each_run_has_one_owner(tmp_path: Path) -> None:
    path, clock = tmp_path / "store.db", SteppedClock()
    model = ScriptedModel(["done"] * 20)
    async with (
        process(path, Agent("tester"), models=[model], clock=clock, slots=3) as here,
        process(path, Agent("tester"), models=[model], owner="own_b", clock=clock, slots=3) as there,
    ):
        run_ids = [await here.create() for _ in range(20)]
        await here.worker.start()
        await there.worker.start()
        for run_id in run_ids:
            run = await here.reached(run_id, "completed")
            assert run.attempt == 1
        assert len(model.requests) == 20
