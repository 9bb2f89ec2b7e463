import asyncio
from typing import Any

import pytest

from agent_sdk import Agent, handoff, tool
from agent_sdk.contracts.errors import DefinitionError, InvalidInput
from agent_sdk.testing import ScriptedModel, call, fake_tool
from tests.unit.runtime.kit import finish, runner


def twice(n: int) -> int:
    """Double."""
    return 2 * n


async def test_plain_functions_become_tools() -> None:
    model = ScriptedModel([call("twice", n=2), "4"])
    agent = Agent("a", tools=[twice])
    await finish(runner(model).run(agent, "go"))
    assert model.requests[0].tools[0].description == "Double."


@pytest.mark.parametrize(
    "agent",
    [
        Agent("a", tools=[fake_tool("x"), fake_tool("x")]),
        Agent("a", tools=[fake_tool("transfer_to_b")], handoffs=[Agent("b")]),
        Agent("a", handoffs=[Agent("b"), handoff(Agent("c"), tool_name="transfer_to_b")]),
        Agent("a", tools=[fake_tool("final_answer")]),
        Agent("a", handoffs=[Agent("b", tools=[fake_tool("x"), fake_tool("x")])]),
    ],
)
async def test_two_tools_of_one_name_are_refused_before_the_run_begins(agent: Agent) -> None:
    with pytest.raises(DefinitionError) as caught:
        await runner(ScriptedModel([])).run(agent, "go")
    assert caught.value.hint
    assert caught.value.result is None
    with pytest.raises(DefinitionError):
        agent.check()


@pytest.mark.parametrize("item", [5, "twice", None, Agent("b")])
def test_what_is_no_tool_is_refused_with_a_hint(item: Any) -> None:
    with pytest.raises(DefinitionError) as caught:
        Agent("a", tools=[item])
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", "  "])
def test_an_agent_has_a_name(name: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Agent(name)
    assert caught.value.hint


def test_an_agent_shows_its_name_and_model() -> None:
    assert repr(Agent("a", model="offline:demo")) == "Agent('a', model='offline:demo')"


async def test_override_puts_another_model_in_force_inside_only() -> None:
    own, other = ScriptedModel(["own"]), ScriptedModel(["other"], id="scripted:other")
    agent, engine = Agent("a", model=own), runner(own, other)
    with agent.override(model="scripted:other"):
        assert (await finish(engine.run(agent, "x"))).output == "other"
    assert (await finish(engine.run(agent, "x"))).output == "own"


async def test_overrides_of_concurrent_tasks_do_not_meet() -> None:
    agent, engine = Agent("a", model="nobody:knows"), runner()
    both = asyncio.Barrier(2)

    async def one(text: str) -> str:
        with agent.override(model=ScriptedModel([text])):
            await both.wait()
            return (await engine.run(agent, "x")).output

    assert await asyncio.gather(one("left"), one("right")) == ["left", "right"]


async def test_overrides_nest_and_hold_for_several_agents() -> None:
    first, second = Agent("a"), Agent("b")
    engine = runner(ScriptedModel([]))
    with first.override(model=ScriptedModel(["outer", "outer"])), second.override(model=ScriptedModel(["b"])):
        with first.override(model=ScriptedModel(["inner"])):
            assert (await engine.run(first, "x")).output == "inner"
        assert (await engine.run(first, "x")).output == "outer"
        assert (await engine.run(second, "x")).output == "b"
        async with engine.stream(first, "x") as stream:
            assert (await stream.result()).output == "outer"


def test_an_override_holds_for_run_sync() -> None:
    agent = Agent("a", model="nobody:knows")
    with agent.override(model=ScriptedModel(["overridden"])):
        assert runner().run_sync(agent, "x").output == "overridden"


async def test_an_override_holds_for_subagents_and_handoffs() -> None:
    expert, billing = Agent("expert"), Agent("billing")
    boss = Agent("boss", tools=[expert.as_tool()], handoffs=[billing])
    model = ScriptedModel([call("expert", input="x"), call("transfer_to_billing", reason="x")])
    with expert.override(model=ScriptedModel(["e"])), billing.override(model=ScriptedModel(["b"])):
        assert (await finish(runner(model).run(boss, "x"))).output == "b"


async def test_agents_own_methods_run_with_the_services_that_are_installed() -> None:
    model = ScriptedModel(["one", "two", "three"])
    agent = Agent("a", model=model)
    assert (await agent.run("x")).output == "one"
    async with agent.stream("x") as stream:
        assert (await stream.result()).output == "two"
    assert agent.run_sync("x").output == "three"
    with pytest.raises(InvalidInput):
        await agent.run("")


async def test_a_tool_that_has_a_broken_annotation_is_a_definition_error() -> None:
    async def broken(x: int) -> None:
        """Break."""

    broken.__annotations__["x"] = "Unknown"
    with pytest.raises(DefinitionError):
        await runner(ScriptedModel([])).run(Agent("a", tools=[tool(broken)]), "go")


def test_an_agent_does_not_change() -> None:
    agent = Agent("a", tools=[fake_tool("look")])
    for name in ("instructions", "tools", "modle"):
        with pytest.raises(AttributeError, match=name):
            setattr(agent, name, "x")
    assert list(agent.tools_by_name) == ["look"]
    assert agent.instructions == ("",)
