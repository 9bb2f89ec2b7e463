from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from agent_sdk import Agent, Message, handoff
from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool
from tests.unit.runtime.kit import fail, finish, of, runner, told, types


def hand(name: str) -> ModelStep:
    return ModelStep(calls=(call(f"transfer_to_{name}", reason="better at it"),))


async def test_another_agent_takes_over_with_its_own_model_tools_and_instructions() -> None:
    first = ScriptedModel([hand("billing")], id="scripted:first")
    second = ScriptedModel([call("refund"), "Refunded."], id="scripted:second")
    refund = fake_tool("refund", "ok")
    billing = Agent("billing", model=second, instructions="You do bills.", tools=[refund])
    triage = Agent("triage", model=first, tools=[fake_tool("look")], handoffs=[billing])
    result = await finish(runner(first).run(triage, "refund me"))
    assert (result.output, result.last_agent) == ("Refunded.", "billing")
    assert [spec.name for spec in first.requests[0].tools] == ["look", "transfer_to_billing"]
    assert [spec.name for spec in second.requests[0].tools] == ["refund"]
    assert second.requests[0].instructions == "You do bills."
    assert told(second.requests[0].messages) == ["The agent billing has taken over."]
    assert of(result.events, "handoff.completed")[0]["to"] == "billing"


async def test_the_agents_name_in_the_events_changes_with_the_next_step() -> None:
    model = ScriptedModel([hand("b"), "done"])
    result = await finish(runner(model).run(Agent("a", handoffs=[Agent("b")]), "go"))
    by_step = {(event.step, event.agent) for event in result.events}
    assert by_step == {(0, "a"), (1, "a"), (2, "b")}
    assert [m.agent for m in result.messages if m.role == "assistant"] == ["a", "b"]
    assert not [kind for kind in types(result.events) if kind.startswith("tool.")]


async def test_of_several_handoffs_in_one_answer_the_first_happens() -> None:
    both = ModelStep(calls=(*hand("b").calls, *hand("c").calls))
    model = ScriptedModel([both, "I am b."])
    result = await finish(runner(model).run(Agent("a", handoffs=[Agent("b"), Agent("c")]), "go"))
    assert result.last_agent == "b"
    assert of(result.events, "handoff.failed")[0]["reason"] == "another handoff came first"
    assert told(model.requests[1].messages) == [
        "The agent b has taken over.",
        "Not done: the conversation was handed over to another agent.",
    ]


async def test_tools_beside_a_handoff_run_first() -> None:
    look = fake_tool("look", 7)
    model = ScriptedModel([ModelStep(calls=(*hand("b").calls, call("look"))), "done"])
    await finish(runner(model).run(Agent("a", tools=[look], handoffs=[Agent("b")]), "go"))
    assert told(model.requests[1].messages) == ["The agent b has taken over.", "7"]


async def test_a_filter_says_what_the_next_agent_sees_and_the_session_keeps_everything() -> None:
    def last_only(messages: Sequence[Message]) -> Sequence[Message]:
        return [message for message in messages if message.role == "user"][-1:]

    model = ScriptedModel(["hello", hand("b"), "done"])
    engine = runner(model)
    agent = Agent("a", handoffs=[handoff(Agent("b"), history=last_only)])
    await finish(engine.run(agent, "secret", session="s"))
    result = await finish(engine.run(agent, "help", session="s"))
    assert [message.text for message in model.requests[2].messages] == ["help"]
    assert [m.text for m in result.messages if m.role == "user"] == ["secret", "help"]


async def test_a_second_filter_sees_what_the_first_let_through() -> None:
    seen: list[list[str]] = []

    def spy(messages: Sequence[Message]) -> Sequence[Message]:
        seen.append([message.text for message in messages if message.role == "user"])
        return messages

    def nothing_old(messages: Sequence[Message]) -> Sequence[Message]:
        return messages[-1:]

    last = Agent("c")
    middle = Agent("b", handoffs=[handoff(last, history=spy)])
    model = ScriptedModel([hand("b"), hand("c"), "done"])
    await finish(runner(model).run(Agent("a", handoffs=[handoff(middle, history=nothing_old)]), "secret"))
    assert seen == [[]]


async def test_agents_may_hand_over_back_and_forth() -> None:
    first = Agent("a", handoffs=[handoff(lambda: second)])
    second = Agent("b", handoffs=[first])
    model = ScriptedModel([hand("b"), hand("a"), "done"])
    result = await finish(runner(model).run(first, "go"))
    assert result.last_agent == "a"
    assert len(of(result.events, "handoff.completed")) == 2


async def test_a_late_handoff_with_a_name_that_cannot_be_is_found_when_the_first_run_begins() -> None:
    odd = Agent("x" * 80)
    with pytest.raises(DefinitionError, match="name of a handoff"):
        handoff(odd)
    agent = Agent("a", handoffs=[handoff(lambda: odd)])
    with pytest.raises(DefinitionError, match="name of a handoff"):
        await runner(ScriptedModel([])).run(agent, "go")


class Ticket(BaseModel):
    title: str


class Invoice(BaseModel):
    euros: int


async def test_an_answer_beside_a_handoff_is_not_the_answer() -> None:
    model = ScriptedModel(
        [
            ModelStep(calls=(call("final_answer", title="x"), *hand("billing").calls)),
            call("final_answer", euros=5),
        ]
    )
    billing = Agent("billing", output_type=Invoice, tools=[fake_tool("look")])
    result = await finish(runner(model).run(Agent("a", output_type=Ticket, handoffs=[billing]), "go"))
    assert result.output == Invoice(euros=5)
    assert "Not done" in told(model.requests[1].messages)[0]


async def test_a_filter_that_raises_fails_the_run() -> None:
    def broken(messages: Sequence[Message]) -> Sequence[Message]:
        raise LookupError("gone")

    error = await fail(
        runner(ScriptedModel([hand("b")])).run(
            Agent("a", handoffs=[handoff(Agent("b"), history=broken)]), "go"
        )
    )
    assert isinstance(error.__cause__, LookupError)


async def test_a_handoff_can_be_named_and_described() -> None:
    model = ScriptedModel([call("escalate", reason="x"), "done"])
    boss = Agent("The Boss!", description="Decides.")
    agent = Agent("a", handoffs=[handoff(boss, tool_name="escalate", description="When in doubt.")])
    await finish(runner(model).run(agent, "go"))
    assert model.requests[0].tools[0].description == "When in doubt."
    assert handoff(boss).tool_name == "transfer_to_The_Boss_"
    assert handoff(boss).description.endswith("Decides.")
    with pytest.raises(DefinitionError) as caught:
        handoff(boss, tool_name="no spaces, please")
    assert caught.value.hint
