"""A clock that jumps under runs at work, by a day forward or back: they end once, whole and in order."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent_sdk import Agent, tool
from agent_sdk.ports.store import LEASE_S
from agent_sdk.reliability.system import SystemClock
from agent_sdk.testing.scripted_model import ModelStep, ScriptedModel, call
from tests.interaction.worker_kit import process, until_true


class JumpingClock(SystemClock):
    """The machine's clock, whose wall time somebody sets; what is monotonic stays so."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


JUMPS = [timedelta(seconds=LEASE_S + 1), timedelta(days=1), timedelta(days=-1)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_run_in_mid_message_ends_in_order(tmp_path: Path, jump: timedelta) -> None:
    clock, gate = JumpingClock(), asyncio.Event()
    model = ScriptedModel([ModelStep(text="good day", gate=gate)])
    async with process(tmp_path / "store.db", Agent("tester"), models=[model], clock=clock) as here:
        await here.worker.start()
        run_id = await here.create()
        await here.wrote(run_id, "message.delta")
        clock.ahead = jump
        # What the worker does every few seconds.
        await here.store.work.sweep()
        gate.set()
        run = await here.reached(run_id, "completed")
        assert (run.output, run.attempt) == ("good day", 1)
        assert (await here.types(run_id))[-1] == "run.completed"


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_what_cannot_be_taken_back_is_done_once_and_asked_about_by_nobody(
    tmp_path: Path, jump: timedelta
) -> None:
    clock, gate, done = JumpingClock(), asyncio.Event(), list[str]()

    @tool(effects="external")
    async def send() -> str:
        """Send what cannot be taken back."""
        done.append("sent")
        await gate.wait()
        return "sent"

    agent: Agent[Any, Any] = Agent("tester", tools=[send])
    model = ScriptedModel([call("send"), "done"])
    async with process(tmp_path / "store.db", agent, models=[model], clock=clock) as here:
        await here.worker.start()
        run_id = await here.create()

        async def sent() -> bool:
            return bool(done)

        await until_true(sent)
        clock.ahead = jump
        await here.store.work.sweep()
        gate.set()
        run = await here.reached(run_id, "completed", "paused")
        assert (run.status, run.attempt, done) == ("completed", 1, ["sent"])
