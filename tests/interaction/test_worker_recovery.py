"""Runs whose owner is lost, slow, broken, or asked to leave: somebody goes on with them, and nothing happens twice."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.contracts.tool import Effects
from agent_sdk.execution.heartbeat import LEASE_MARGIN_S
from agent_sdk.execution.worker import SWEEP_INTERVAL_S
from agent_sdk.ports.store import LEASE_S, WorkQueue
from agent_sdk.runtime.agent import Agent
from agent_sdk.runtime.durable import opening
from agent_sdk.testing.scripted_model import ModelStep, ScriptedModel, call
from agent_sdk.tools.function_tool import tool
from tests.interaction.worker_kit import Process, process
from tests.unit.execution.stepped_clock import SteppedClock, until

ROOT = Path(__file__).parents[2]
LOSSES_MAX_COUNT = 20


class Notes:
    """A tool that notes each call; the first one waits for its gate."""

    def __init__(self, *, gated: bool = False) -> None:
        self.calls = 0
        self.open = asyncio.Event()
        if not gated:
            self.open.set()

    async def write_down(self) -> str:
        """Write something down."""
        self.calls += 1
        await self.open.wait()
        return "noted"

    def agent(self, effects: Effects = "external") -> Agent[Any, Any]:
        return Agent("tester", tools=[tool(effects=effects)(self.write_down)])


class ForgivingModel(ScriptedModel):
    """A zombie's: it may be asked once more before the zombie notices, because only what acts waits for the fence."""

    def assert_complete(self) -> None:
        """Whatever was asked is right."""


async def outlast(heir: Process, clock: SteppedClock) -> None:
    """Have a process sweep for so long that it believes that a lease ran out whose owner still has its lock."""
    await heir.worker.start()
    await until(lambda: clock.asleep_s != [])
    clock.step(LEASE_S + 1)


async def test_a_silent_owner_is_followed_by_another_and_writes_nothing_when_it_wakes(tmp_path: Path) -> None:
    path, notes, gate, clock = tmp_path / "store.db", Notes(), asyncio.Event(), SteppedClock()
    zombie_model = ScriptedModel([call("write_down"), ModelStep(text="late", gate=gate)])
    model = ScriptedModel(["in time"])
    async with (
        process(path, notes.agent(), models=[zombie_model], clock=SteppedClock()) as zombie,
        process(path, notes.agent(), models=[model], owner="own_b", clock=clock) as heir,
    ):
        await zombie.worker.start()
        run_id = await zombie.create()
        await until(lambda: len(zombie_model.requests) == 2)
        await zombie.wrote(run_id, "tool.completed")

        await outlast(heir, clock)
        run = await heir.reached(run_id, "completed")
        events = await heir.events(run_id)
        gate.set()
        await until(lambda: zombie.worker.active == 0)

        assert (run.output, run.attempt) == ("in time", 2)
        assert await heir.events(run_id) == events
        assert [event.type for event in events].count("run.resumed") == 1
        assert notes.calls == 1


async def test_a_tool_that_only_reads_runs_again_and_the_lost_owners_result_is_not_kept(
    tmp_path: Path,
) -> None:
    path, stuck, notes, clock = tmp_path / "store.db", Notes(gated=True), Notes(), SteppedClock()
    never_ending = ModelStep(text="never ending", gate=asyncio.Event())
    zombie_model, model = ForgivingModel([call("write_down"), never_ending]), ScriptedModel(["done"])
    async with (
        process(path, stuck.agent("read"), models=[zombie_model], clock=SteppedClock()) as zombie,
        process(path, notes.agent("read"), models=[model], owner="own_b", clock=clock) as heir,
    ):
        await zombie.worker.start()
        run_id = await zombie.create()
        await until(lambda: stuck.calls == 1)

        await outlast(heir, clock)
        await heir.reached(run_id, "completed")
        stuck.open.set()
        await until(lambda: zombie.worker.active == 0)

        types = await heir.types(run_id)
        assert (types.count("tool.executing"), types.count("tool.completed")) == (2, 1)
        assert notes.calls == 1


async def test_a_tool_that_may_have_acted_waits_for_a_human(tmp_path: Path) -> None:
    path, stuck, notes, clock = tmp_path / "store.db", Notes(gated=True), Notes(), SteppedClock()
    async with (
        process(
            path, stuck.agent(), models=[ScriptedModel([call("write_down")])], clock=SteppedClock()
        ) as zombie,
        process(path, notes.agent(), models=[ScriptedModel([])], owner="own_b", clock=clock) as heir,
    ):
        await zombie.worker.start()
        run_id = await zombie.create()
        await until(lambda: stuck.calls == 1)

        await outlast(heir, clock)
        run = await heir.reached(run_id, "paused")
        assert run.stop_reason == "approval_required"
        assert notes.calls == 0


async def test_a_drain_lets_a_step_end_and_the_next_worker_goes_on_from_there(tmp_path: Path) -> None:
    path, notes, clock = tmp_path / "store.db", Notes(gated=True), SteppedClock()
    first = ScriptedModel([call("write_down")])
    async with process(path, notes.agent(), models=[first], clock=clock) as leaving:
        await leaving.worker.start()
        run_id = await leaving.create()
        await until(lambda: notes.calls == 1)
        drained = asyncio.ensure_future(leaving.worker.drain(60))
        await until(lambda: leaving.worker.health().draining)
        notes.open.set()
        await drained
        waiting = await leaving.create("another")

        assert leaving.worker.active == 0
        assert (await leaving.run(waiting)).status == "queued"

    second = ScriptedModel(["done", "another one done"])
    async with process(path, notes.agent(), models=[second], owner="own_b", clock=clock) as coming:
        await coming.worker.start()
        await coming.reached(run_id, "completed")
        await coming.reached(waiting, "completed")
        events = await coming.events(run_id)
        types = [event.type for event in events]
        assert (types.count("tool.executing"), types.count("tool.completed")) == (1, 1)
        assert [event.data["reason"] for event in events if event.type == "run.resumed"] == ["drained"]
        assert notes.calls == 1


async def test_what_is_not_at_a_border_in_time_is_cut_and_goes_on_at_once_elsewhere(tmp_path: Path) -> None:
    path, notes, clock = tmp_path / "store.db", Notes(), SteppedClock()
    first = ScriptedModel([call("write_down"), ModelStep(text="never ending", gate=asyncio.Event())])
    async with process(path, notes.agent(), models=[first], clock=clock) as leaving:
        await leaving.worker.start()
        run_id = await leaving.create()
        await until(lambda: len(first.requests) == 2)
        await leaving.worker.drain(0)

        assert leaving.worker.active == 0
        assert (await leaving.run(run_id)).status == "running"

    async with process(
        path, notes.agent(), models=[ScriptedModel(["done"])], owner="own_b", clock=clock
    ) as coming:
        await coming.worker.start()
        await coming.reached(run_id, "completed")
        resumed = [event for event in await coming.events(run_id) if event.type == "run.resumed"]
        assert [event.data["reason"] for event in resumed] == ["drained"]
        assert notes.calls == 1


async def test_a_run_whose_owners_are_lost_again_and_again_ends_as_a_dead_letter(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with process(
        tmp_path / "store.db", Agent("tester"), models=[ScriptedModel([])], clock=clock
    ) as here:
        run_id = await here.create()
        for lost in range(LOSSES_MAX_COUNT + 1):
            leases = await here.store.work.claim(f"own_lost_{lost}", limit=1, opening=opening(here.services))
            assert [lease.claim.run.id for lease in leases] == [run_id]
            clock.step(LEASE_S + 1)
            await here.store.work.sweep()

        await here.worker.start()
        run = await here.reached(run_id, "failed")
        assert run.stop_reason == "dead_letter"
        assert run.attempt == LOSSES_MAX_COUNT + 2
        await here.events(run_id)


async def test_a_run_that_broke_off_is_tried_again_when_its_lease_has_run_out(tmp_path: Path) -> None:
    agent, clock, asked = Agent("tester"), SteppedClock(), list[str]()

    def broken_at_first(name: str) -> Agent[Any, Any]:
        asked.append(name)
        if len(asked) == 1:
            raise RuntimeError(name)
        return agent

    model = ScriptedModel(["done"])
    async with process(
        tmp_path / "store.db", agent, models=[model], clock=clock, resolve=broken_at_first
    ) as here:
        await here.worker.start()
        run_id = await here.create()
        await until(lambda: len(asked) == 1 and here.worker.active == 0)
        assert (await here.run(run_id)).status == "running"

        clock.step(LEASE_S - 1)
        # The worker lives, and yet nobody extends what nobody works at.
        here.store.work.heartbeat("own_a")
        clock.step(2 * SWEEP_INTERVAL_S)
        assert (await here.reached(run_id, "completed")).attempt == 2


class DeafQueue:
    """A queue that takes everything but heartbeats."""

    def __init__(self, work: WorkQueue) -> None:
        self.claim = work.claim
        self.release = work.release
        self.sweep = work.sweep
        self.on_work = work.on_work
        self.on_created = work.on_created
        self.on_signal = work.on_signal

    def heartbeat(self, owner: str) -> frozenset[str]:
        msg = "no answer"
        raise StoreError(msg)


async def test_runs_whose_lease_cannot_be_extended_are_given_up_before_it_runs_out(tmp_path: Path) -> None:
    path, clock = tmp_path / "store.db", SteppedClock()
    model = ScriptedModel([ModelStep(text="never ending", gate=asyncio.Event())] * 2)
    async with process(path, Agent("tester"), models=[model], clock=clock, queue=DeafQueue) as deaf:
        await deaf.worker.start()
        run_id = await deaf.create()
        await until(lambda: len(model.requests) == 1)
        clock.step(LEASE_S - LEASE_MARGIN_S)
        later = await deaf.create()
        await until(lambda: len(model.requests) == 2)
        clock.step(1)
        await until(lambda: deaf.worker.active == 1)

        assert (await deaf.types(later))[-1] == "message.delta"
        assert (await deaf.run(run_id)).status == "running"
        assert (await deaf.types(run_id))[-1] == "message.delta"


async def test_the_run_of_a_process_that_was_killed_goes_on_at_once(tmp_path: Path) -> None:
    path, notes = tmp_path / "store.db", Notes()
    victim = await create_subprocess_exec(
        sys.executable, "-m", "tests.interaction.worker_victim", path, cwd=ROOT, stdout=PIPE
    )
    assert victim.stdout is not None
    run_id = (await victim.stdout.readline()).decode().strip()
    victim.send_signal(signal.SIGKILL)
    await victim.wait()

    # Time stands still: no lease runs out.
    clock = SteppedClock(start=datetime.now(UTC))
    model = ScriptedModel(["done"])
    async with process(path, notes.agent(), models=[model], owner="own_b", clock=clock) as heir:
        await heir.worker.start()
        await heir.reached(run_id, "completed")
        types = await heir.types(run_id)
        assert (types.count("tool.executing"), types.count("tool.completed")) == (1, 1)
        assert notes.calls == 0
