"""Usage that a strict type checker must accept, with the types that it must find. Nothing here runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_type

from agent_sdk import (
    Agent,
    CancelToken,
    Event,
    GuardrailResult,
    Handoff,
    Message,
    NativeOutput,
    PromptedOutput,
    RunContext,
    Runner,
    RunResult,
    RunStream,
    ToolOutput,
    Usage,
    UsageLimits,
    handoff,
    tool,
)
from agent_sdk.testing import ScriptedModel


@dataclass
class Deps:
    """What tools are given."""

    tenant: str


@dataclass
class Ticket:
    """What an agent answers."""

    title: str


@tool
async def lookup(ctx: RunContext[Deps], order_id: int) -> str:
    """Look up."""
    assert_type(ctx.deps, Deps)
    assert_type(ctx.usage, Usage)
    return f"{ctx.deps.tenant}: {order_id}"


@tool(version="1.2.0", effects="read", idempotent=True, timeout_s=10)
def plain(a: int, b: str = "x") -> bool:
    """Be sync."""
    return bool(a) and bool(b)


def instructions(ctx: RunContext[Deps]) -> str:
    """Make instructions."""
    return ctx.deps.tenant


def check(ctx: RunContext[Any], text: str) -> GuardrailResult:
    """Check."""
    return GuardrailResult(tripped=text == ctx.run_id)


def last(messages: Sequence[Message]) -> Sequence[Message]:
    """See little."""
    return messages[-1:]


simple = Agent("simple")
assert_type(simple, Agent[None, str])
typed = Agent("typed", output_type=Ticket, deps_type=Deps, tools=[lookup, plain], instructions=instructions)
assert_type(typed, Agent[Deps, Ticket])
assert_type(Agent("list", output_type=list[int]), Agent[None, list[int]])
assert_type(Agent("tool", output_type=ToolOutput(Ticket)), Agent[None, Ticket])
assert_type(Agent("native", output_type=NativeOutput(list[Ticket])), Agent[None, list[Ticket]])
assert_type(Agent("prompted", output_type=PromptedOutput(int)), Agent[None, int])
assert_type(handoff(typed, history=last), Handoff)
many = Agent(
    "many",
    model=ScriptedModel(["x"]),
    instructions=["Be brief.", instructions],
    tools=[typed.as_tool("ask"), lookup],
    handoffs=[simple, handoff(typed)],
    input_guardrails=[check],
)


async def run() -> None:
    """Run in all ways."""
    result = await simple.run("hi")
    assert_type(result, RunResult[str])
    assert_type(result.output, str)
    assert_type(result.messages, tuple[Message, ...])
    ticket = await typed.run(
        "hi", deps=Deps(tenant="t"), limits=UsageLimits(max_steps=3), cancel=CancelToken()
    )
    assert_type(ticket.output, Ticket)
    assert_type(await ticket.resume([item.approve() for item in ticket.interruptions]), RunResult[Ticket])
    assert_type(ticket.resume_stream([]), RunStream[Ticket])
    async with typed.stream("hi", deps=Deps(tenant="t")) as stream:
        assert_type(stream, RunStream[Ticket])
        async for event in stream:
            assert_type(event, Event)
        assert_type((await stream.result()).output, Ticket)
    runner = Runner()
    assert_type((await runner.run(typed, "hi", deps=Deps(tenant="t"))).output, Ticket)
    assert_type(runner.stream(simple, "hi"), RunStream[str])


def run_in_plain_code() -> None:
    """Run without a loop of one's own."""
    assert_type(simple.run_sync("hi").output, str)
    assert_type(plain(1, b="y"), bool)
    with simple.override(model=ScriptedModel(["x"])):
        assert_type(typed.run_sync("hi", deps=Deps(tenant="t")).output, Ticket)


def what_a_checker_refuses() -> None:
    """Each of these lines is an error to it, and would be reported as an unused exemption if it were not."""
    typed.run_sync("hi", deps="no deps")  # pyright: ignore[reportArgumentType]
    simple.run_sync(5)  # pyright: ignore[reportArgumentType]
    plain("1")  # pyright: ignore[reportArgumentType]
