"""A process that is to be killed: it prints the id of a run when that has a tool call behind it and a model at work."""

import asyncio
import sys
from pathlib import Path

from agent_sdk.runtime.agent import Agent
from agent_sdk.testing.scripted_model import ModelStep, ScriptedModel, call
from agent_sdk.tools.function_tool import tool
from tests.interaction.worker_kit import process
from tests.unit.execution.stepped_clock import until


@tool(effects="external")
async def write_down() -> str:
    """Write something down."""
    return "noted"


async def main() -> None:
    model = ScriptedModel([call("write_down"), ModelStep(text="never ending", gate=asyncio.Event())])
    agent = Agent("tester", tools=[write_down])
    async with process(Path(sys.argv[1]), agent, models=[model], owner="own_victim") as here:
        await here.worker.start()
        run_id = await here.create()
        await here.wrote(run_id, "tool.completed")
        await until(lambda: len(model.requests) == 2)
        sys.stdout.write(f"{run_id}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
