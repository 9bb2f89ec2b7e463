"""Scripted runs whose every event is known beforehand."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent_sdk import Agent, AgentSDKError, CancelToken
from agent_sdk.contracts.errors import Overloaded
from agent_sdk.contracts.events import Event
from agent_sdk.ports.tool import RunContext
from agent_sdk.runtime.runner import Runner
from agent_sdk.runtime.stream import RunStream
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_services, fake_tool, reply
from agent_sdk.tools.function_tool import tool


def runner(*steps: Any) -> Runner:
    return Runner(fake_services(ScriptedModel(steps)))


async def events_of(stream: RunStream[Any]) -> list[Event]:
    async with stream:
        return [event async for event in stream]


async def plain_run() -> list[Event]:
    """A question, an answer that streams."""
    return await events_of(runner("It is seven.").stream(Agent("assistant"), "What is it?"))


async def tool_run() -> list[Event]:
    """Two calls side by side, then an answer with reasoning."""
    agent = Agent("assistant", tools=[fake_tool("add", 3, 7)])
    script = runner([call("add", a=1, b=2), call("add", a=3, b=4)], reply("3 and 7", reasoning="easy"))
    return await events_of(script.stream(agent, "add them up"))


async def failed_run() -> list[Event]:
    """The model breaks off and its error is final."""
    error = Overloaded("busy")
    error.retryable = False
    with pytest.raises(AgentSDKError) as failed:
        await runner(ModelStep(text="half an", error=error)).run(Agent("assistant"), "hi")
    return list(failed.value.result.events)


async def canceled_run() -> list[Event]:
    """Canceled by a tool at work, so that call, step and run close one after the other."""
    token = CancelToken()

    @tool
    async def linger(ctx: RunContext[None]) -> None:
        """Wait to be canceled."""
        token.cancel(reason="enough")
        await fake_services().clock.sleep(1)
        ctx.emit("still here")

    agent = Agent("assistant", tools=[linger])
    result = await runner(call("linger")).run(agent, "wait", cancel=token)
    return list(result.events)


async def approval() -> list[Event]:
    """One call is approved, one denied; the run pauses in between."""
    tools = [fake_tool("pay", "paid", effects="external", needs_approval=True)]
    script = runner([call("pay", usd=5), call("pay", usd=5000)], "Paid 5, not 5000.")
    paused = await script.run(Agent("assistant", tools=tools), "pay them")
    small, large = paused.interruptions
    result = await paused.resume([small.approve(), large.deny("too much")])
    return list(result.events)


async def handoff() -> list[Event]:
    """Another agent answers in the same run."""
    billing = Agent("billing", description="Knows invoices.")
    agent = Agent("front", handoffs=[billing])
    result = await runner(call("transfer_to_billing", reason="an invoice"), "It is paid.").run(
        agent, "my invoice?"
    )
    return list(result.events)


async def subagent() -> list[Event]:
    """An agent asks another one; both journals, in the order in which they were written."""
    researcher = Agent("researcher", description="Finds things out.")
    agent = Agent("lead", tools=[researcher.as_tool()])
    script = runner(call("researcher", input="Who?"), "Ada.", "It was Ada.")
    return await events_of(script.stream(agent, "Who wrote it?", tree=True))


async def retry() -> list[Event]:
    """An answer breaks off and is asked for again under a new message id."""
    script = runner(ModelStep(text="It is", error=Overloaded("busy")), "It is 7.")
    return list((await script.run(Agent("assistant"), "What is it?")).events)


SCENARIOS: dict[str, Callable[[], Awaitable[list[Event]]]] = {
    each.__name__: each
    for each in (plain_run, tool_run, failed_run, canceled_run, approval, handoff, subagent, retry)
}


async def play(name: str) -> list[Event]:
    """The events of a scenario."""
    return await SCENARIOS[name]()
