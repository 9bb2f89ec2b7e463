"""Everything at once, through the public names alone: what a user of the SDK would write."""

from pydantic import BaseModel

from agent_sdk import (
    Agent,
    CancelToken,
    GuardrailResult,
    RunContext,
    Runner,
    UsageLimits,
    check_events,
    handoff,
    tool,
)
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_services, reply


class Shop:
    """What the tools of this story work on."""

    def __init__(self) -> None:
        self.orders = {7: "a kettle"}
        self.refunded: list[int] = []


class Ticket(BaseModel):
    order_id: int
    refunded: bool


@tool(effects="read")
async def find(ctx: RunContext[Shop], order_id: int) -> str:
    """Find an order."""
    ctx.emit(f"looking for {order_id}")
    return ctx.deps.orders[order_id]


@tool(needs_approval=True, sequential=True)
def refund(ctx: RunContext[Shop], order_id: int) -> str:
    """Give the money back."""
    ctx.deps.refunded.append(order_id)
    return f"refunded {order_id}"


def no_swearing(ctx: RunContext[Shop], text: str) -> GuardrailResult:
    return GuardrailResult(tripped="damn" in text, reason="language")


async def test_triage_expert_handoff_approval_and_a_ticket_at_the_end() -> None:
    expert = Agent(
        "expert",
        deps_type=Shop,
        model=ScriptedModel([call("find", order_id=7), "It was a kettle."], id="scripted:expert"),
        tools=[find],
    )
    billing_steps = [
        ModelStep(text="I will see.", calls=(call("expert", input="order 7?"), call("refund", order_id=7))),
        reply('{"order_id": 7, "refunded": true}'),
    ]
    billing = Agent(
        "billing",
        deps_type=Shop,
        model=ScriptedModel(billing_steps, id="scripted:billing"),
        tools=[expert.as_tool(), refund],
        output_type=Ticket,
    )
    triage = Agent(
        "triage",
        deps_type=Shop,
        model=ScriptedModel([call("transfer_to_billing", reason="money")], id="scripted:triage"),
        handoffs=[handoff(billing, description="Money matters.")],
        input_guardrails=[no_swearing],
        limits=UsageLimits(max_steps=9, max_tokens=1000),
    )
    shop, token, engine = Shop(), CancelToken(), Runner(fake_services())

    stream = engine.stream(triage, "my kettle is broken", deps=shop, cancel=token, session="ada", tree=True)
    async with stream:
        events = [event async for event in stream]
        paused = await stream.result()
    assert {event.agent for event in events} == {"triage", "billing", "expert"}
    check_events([event for event in events if event.depth == 0], whole=False)
    check_events([event for event in events if event.depth == 1])
    assert [item.name for item in paused.interruptions] == ["refund"]
    assert shop.refunded == []

    result = await paused.resume([item.approve() for item in paused.interruptions])
    check_events(result.events, compacted=True)
    assert shop.refunded == [7]
    assert result.output == Ticket(order_id=7, refunded=True)
    assert (result.usage.requests, result.usage.tool_calls) == (5, 3)
    assert engine.history("ada") == result.messages
