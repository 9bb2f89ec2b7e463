import asyncio
import threading
from decimal import Decimal
from typing import Any

import pytest

from agent_sdk import (
    Agent,
    CancelToken,
    Event,
    LimitExceeded,
    RunContext,
    RunStream,
    UsageLimits,
    check_events,
    tool,
)
from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelProfile
from agent_sdk.runtime.subagent import DEPTH_MAX_COUNT
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool, reply
from tests.unit.runtime.kit import checked, fail, finish, of, pause, runner, told, types


async def tree(stream: RunStream[Any], *, whole: bool = True) -> dict[str, list[Event]]:
    """The events of every run of a tree stream, each checked, by agent of the run's first event."""
    runs: dict[str, list[Event]] = {}
    async with stream:
        async for event in stream:
            runs.setdefault(event.run_id, []).append(event)
    for events in runs.values():
        check_events(events, whole=whole)
    return {events[0].agent: events for events in runs.values()}


async def test_a_subagent_is_a_child_run_with_a_journal_of_its_own() -> None:
    inner = ScriptedModel([call("look"), "It is blue."], id="scripted:inner")
    expert = Agent("expert", model=inner, tools=[fake_tool("look", "sky")], description="Knows colours.")
    outer = ScriptedModel([call("expert", input="colour?"), "Blue, they say."])
    stream = runner(outer).stream(Agent("boss", tools=[expert.as_tool()]), "go", tree=True)
    runs = await tree(stream)
    assert set(runs) == {"boss", "expert"}
    child, parent = runs["expert"], runs["boss"]
    assert child[0].parent_run_id == child[0].root_run_id == parent[0].run_id
    assert (child[0].depth, parent[0].depth) == (1, 0)
    (started,), (ended,) = of(parent, "subagent.started"), of(parent, "subagent.completed")
    assert started["child_run_id"] == ended["child_run_id"] == child[0].run_id
    assert ended["last_seq"] == child[-1].seq
    assert inner.requests[0].messages[0].text == "colour?"
    assert outer.requests[0].tools[0].description == "Knows colours."
    assert told((await stream.result()).messages) == ["It is blue."]


async def test_a_tree_stream_tells_the_story_in_causal_order() -> None:
    inner = Agent("inner", model=ScriptedModel(["a b c"], id="scripted:inner"))
    model = ScriptedModel([call("inner", input="x"), "done"])
    seen: list[tuple[str, str]] = []
    async with runner(model).stream(Agent("outer", tools=[inner.as_tool()]), "go", tree=True) as stream:
        seen = [(event.agent, event.type) async for event in stream]
    order = [
        seen.index(("outer", "subagent.started")),
        seen.index(("inner", "run.queued")),
        seen.index(("inner", "run.completed")),
        seen.index(("outer", "subagent.completed")),
        seen.index(("outer", "tool.completed")),
    ]
    assert order == sorted(order)


async def test_without_tree_a_stream_shows_the_root_run_alone() -> None:
    inner = Agent("inner", model=ScriptedModel(["x"], id="scripted:inner"))
    model = ScriptedModel([call("inner", input="x"), "done"])
    async with runner(model).stream(Agent("outer", tools=[inner.as_tool()]), "go") as stream:
        assert {event.agent async for event in stream} == {"outer"}


async def test_usage_and_cost_roll_up() -> None:
    spent = Usage(input_tokens=10, output_tokens=1, requests=1, cost_usd=Decimal("0.5"))
    inner = Agent("inner", model=ScriptedModel([reply("x", usage=spent)], id="scripted:inner"))
    model = ScriptedModel(
        [ModelStep(calls=(call("inner", input="x"),), usage=spent), reply("y", usage=spent)]
    )
    result = await finish(runner(model).run(Agent("outer", tools=[inner.as_tool()]), "go"))
    assert (result.usage.input_tokens, result.usage.requests, result.usage.cost_usd) == (
        30,
        3,
        Decimal("1.5"),
    )
    assert of(result.events, "subagent.completed")[0]["usage"]["requests"] == 1


async def test_deps_and_the_callers_model_reach_the_child() -> None:
    seen: list[str] = []

    @tool
    async def look(ctx: RunContext[str]) -> None:
        seen.append(ctx.deps)

    inner = Agent("inner", deps_type=str, model="scripted:not-used", tools=[look])
    model = ScriptedModel([call("inner", input="x"), call("look"), "done", "all done"])
    outer = Agent("outer", deps_type=str, tools=[inner.as_tool()])
    await finish(runner(model).run(outer, "go", deps="Ada", model=model))
    assert seen == ["Ada"]


async def test_a_parents_ceiling_binds_its_children() -> None:
    inner = Agent(
        "inner", model=ScriptedModel([call("look")], id="scripted:inner"), tools=[fake_tool("look")]
    )
    model = ScriptedModel([call("inner", input="x")])
    agent = Agent("outer", tools=[inner.as_tool()], limits=UsageLimits(max_tokens=30))
    stream = runner(model).stream(agent, "go", tree=True)
    runs = await tree(stream)
    with pytest.raises(LimitExceeded, match="max_tokens"):
        await stream.result()
    assert runs["inner"][-1].data["stop_reason"] == "max_tokens"
    assert runs["outer"][-1].data["stop_reason"] == "max_tokens"
    assert of(runs["outer"], "subagent.failed")


async def test_a_parents_cost_ceiling_refuses_a_child_whose_price_is_unknown_before_it_is_asked() -> None:
    unpriced = ScriptedModel([], id="scripted:unpriced")
    inner = Agent("inner", model=unpriced)
    priced = ModelProfile(priced=True)
    cost = Usage(requests=1, cost_usd=Decimal("0.1"))
    model = ScriptedModel(
        [ModelStep(calls=(call("inner", input="x"),), usage=cost), reply("done", usage=cost)], profile=priced
    )
    agent = Agent("outer", tools=[inner.as_tool()], limits=UsageLimits(max_cost_usd=5))
    result = await finish(runner(model).run(agent, "go"))
    assert unpriced.requests == []
    assert "price" in told(result.messages)[0]


async def test_a_child_that_fails_is_a_failed_call() -> None:
    inner = Agent("inner", model=ScriptedModel([ValueError("bug")], id="scripted:inner"))
    model = ScriptedModel([call("inner", input="x"), "sorry"])
    result = await finish(runner(model).run(Agent("outer", tools=[inner.as_tool()]), "go"))
    assert of(result.events, "subagent.failed")[0]["reason"] == "ValueError: bug"
    assert told(result.messages) == ["ValueError: bug"]


@pytest.mark.parametrize("args", [{}, {"input": " "}, {"input": 5}, {"input": "x", "more": 1}])
async def test_a_subagent_takes_one_text(args: dict[str, object]) -> None:
    model = ScriptedModel([call("inner", **args), "sorry"])
    result = await finish(runner(model).run(Agent("outer", tools=[Agent("inner").as_tool()]), "go"))
    assert of(result.events, "tool.failed")[0]["error"]["code"] == "ASDK-TOOL-003"
    assert "subagent.started" not in types(result.events)


async def test_structured_output_of_a_child_is_json_to_its_parent() -> None:
    inner = Agent(
        "inner", output_type=list[int], model=ScriptedModel(['{"value": [1, 2]}'], id="scripted:inner")
    )
    model = ScriptedModel([call("count", input="x"), "done"])
    result = await finish(runner(model).run(Agent("outer", tools=[inner.as_tool("count")]), "go"))
    assert told(result.messages) == ["[1,2]"]
    assert of(result.events, "tool.completed")[0]["result"] == [1, 2]


async def test_a_childs_approval_surfaces_in_its_parent_and_nothing_that_ended_runs_again() -> None:
    free, pay = fake_tool("free", "f"), fake_tool("pay", "paid", needs_approval=True)
    inner_model = ScriptedModel([[call("free"), call("pay", n=1)], "child done"], id="scripted:inner")
    inner = Agent("inner", model=inner_model, tools=[free, pay])
    other = fake_tool("other", "o")
    model = ScriptedModel([[call("inner", input="x"), call("other")], "all done"])
    paused = await pause(runner(model).run(Agent("outer", tools=[inner.as_tool(), other]), "go"))
    (waiting,) = paused.interruptions
    assert (waiting.name, waiting.args) == ("pay", {"n": 1})
    again = await pause(paused.resume([]))
    stream = again.resume_stream([again.interruptions[0].approve()])
    async with stream:
        result = checked(await stream.result())
    assert (free.calls, pay.calls, other.calls) == ([{}], [{"n": 1}], [{}])
    assert told(result.messages) == ["child done", "o"]
    assert len(of(result.events, "subagent.started")) == len(of(result.events, "subagent.completed")) == 1
    assert result.usage.requests == 4


async def test_approvals_two_generations_down_are_decided_one_by_one() -> None:
    pay = fake_tool("pay", "paid", needs_approval=True)
    leaf = Agent("leaf", tools=[pay])
    middle = Agent("middle", tools=[leaf.as_tool()])
    model = ScriptedModel(
        [
            [call("middle", input="m"), call("pay", at="root")],
            call("leaf", input="l"),
            [call("pay", at=1), call("pay", at=2)],
            "leaf done",
            "middle done",
            "root done",
        ]
    )
    first = await pause(runner(model).run(Agent("root", tools=[middle.as_tool(), pay]), "go"))
    assert [item.args["at"] for item in first.interruptions] == [1, 2, "root"]
    second = await pause(first.resume([first.interruptions[0].approve()]))
    assert [item.args["at"] for item in second.interruptions] == [2, "root"]
    result = await finish(
        second.resume([second.interruptions[0].deny("no"), second.interruptions[1].approve()])
    )
    assert result.output == "root done"
    assert [args["at"] for args in pay.calls] == [1, "root"]


async def test_a_run_that_is_canceled_while_its_child_waits_ends_the_child_first() -> None:
    pay, token = fake_tool("pay", needs_approval=True), CancelToken()
    inner = Agent("inner", tools=[pay], model=ScriptedModel([call("pay")], id="scripted:inner"))
    stream = runner(ScriptedModel([call("inner", input="x")])).stream(
        Agent("outer", tools=[inner.as_tool()]), "go", cancel=token, tree=True
    )
    runs = await tree(stream, whole=False)
    paused = await stream.result()
    token.cancel()
    result = await finish(paused.resume([]))
    assert runs["inner"][-1].type == "run.paused"
    assert types(result.events)[-4:] == [
        "subagent.canceled",
        "tool.canceled",
        "step.canceled",
        "run.canceled",
    ]


@pytest.mark.parametrize("beside", [0, 1])
async def test_cancellation_reaches_grandchildren_before_the_parents_tool_ends(beside: int) -> None:
    at_work = asyncio.Event()

    @tool
    async def dig(ctx: RunContext[None]) -> None:
        at_work.set()
        await asyncio.Event().wait()

    leaf = Agent("leaf", tools=[dig], model=ScriptedModel([call("dig")], id="scripted:leaf"))
    middle = Agent(
        "middle", tools=[leaf.as_tool()], model=ScriptedModel([call("leaf", input="x")], id="scripted:mid")
    )
    calls = [call("middle", input="x"), *[call("other")] * beside]
    root = Agent("root", tools=[middle.as_tool(), fake_tool("other")])
    seen: list[Event] = []
    async with runner(ScriptedModel([calls])).stream(root, "go", tree=True) as stream:
        async for event in stream:
            seen.append(event)
            if at_work.is_set():
                stream.cancel(reason="enough")
        result = checked(await stream.result())
    assert result.status == "canceled"
    ends = [
        (e.agent, e.type) for e in seen if e.type in {"run.canceled", "tool.canceled", "subagent.canceled"}
    ]
    assert ends == [
        ("leaf", "tool.canceled"),
        ("leaf", "run.canceled"),
        ("middle", "subagent.canceled"),
        ("middle", "tool.canceled"),
        ("middle", "run.canceled"),
        ("root", "subagent.canceled"),
        ("root", "tool.canceled"),
        ("root", "run.canceled"),
    ]
    for run_id in {event.run_id for event in seen}:
        check_events([event for event in seen if event.run_id == run_id])


async def test_a_child_that_is_resumed_into_a_cancellation_closes_what_it_had_open() -> None:
    token = CancelToken()

    @tool(needs_approval=True)
    async def stop() -> None:
        token.cancel()

    pay = fake_tool("pay", needs_approval=True)
    inner = Agent("inner", tools=[pay], model=ScriptedModel([call("pay")], id="scripted:inner"))
    model = ScriptedModel([[call("stop"), call("inner", input="x")]])
    paused = await pause(runner(model).run(Agent("outer", tools=[stop, inner.as_tool()]), "go", cancel=token))
    result = await finish(paused.resume([item.approve() for item in paused.interruptions]))
    assert (result.status, pay.calls) == ("canceled", [])
    # Queued, started, step, message (2), tool, approval, paused; queued, resumed, decision; three times canceled.
    assert of(result.events, "subagent.canceled")[0]["last_seq"] == 14


def test_a_child_that_goes_on_on_another_loop_still_shows_what_its_tools_emit() -> None:
    @tool(needs_approval=True)
    def work(ctx: RunContext[None]) -> None:
        ctx.emit("working")

    def last_seq(first: asyncio.Runner, second: asyncio.Runner | None = None) -> int:
        inner = Agent("inner", tools=[work])
        model = ScriptedModel([call("inner", input="x"), call("work"), "inner", "outer"])
        paused = first.run(pause(runner(model).run(Agent("outer", tools=[inner.as_tool()]), "go")))
        if second is not None:
            first.close()
        result = (second or first).run(finish(paused.resume([paused.interruptions[0].approve()])))
        return of(result.events, "subagent.completed")[0]["last_seq"]

    with asyncio.Runner() as one, asyncio.Runner() as another:
        assert last_seq(one) == last_seq(one, another)


async def test_after_step_lets_a_child_end() -> None:
    token = CancelToken()

    @tool
    async def stop() -> None:
        token.cancel("after_step")

    inner = Agent(
        "inner", tools=[stop], model=ScriptedModel([call("stop"), "child done"], id="scripted:inner")
    )
    model = ScriptedModel([call("inner", input="x")])
    result = await finish(runner(model).run(Agent("outer", tools=[inner.as_tool()]), "go", cancel=token))
    assert result.status == "canceled"
    assert told(result.messages) == ["child done"]


async def test_a_sync_tool_of_a_child_sees_that_its_parent_is_canceled() -> None:
    token, saw = CancelToken(), threading.Event()

    @tool
    def stop(ctx: RunContext[None]) -> None:
        token.cancel()
        if ctx.cancel.canceled:
            saw.set()

    inner = Agent("inner", tools=[stop], model=ScriptedModel([call("stop")], id="scripted:inner"))
    model = ScriptedModel([call("inner", input="x")])
    result = await finish(runner(model).run(Agent("outer", tools=[inner.as_tool()]), "go", cancel=token))
    assert result.status == "canceled"
    assert saw.wait(timeout=5)


async def test_a_cancellation_from_a_thread_at_a_childs_step_border_cancels_the_call_too() -> None:
    token = CancelToken()

    def canceling(ctx: RunContext[None]) -> str:
        if ctx.agent == "inner" and ctx.step == 2:
            token.cancel()
        return ""

    inner_model = ScriptedModel([call("look"), call("look")], id="scripted:inner")
    inner = Agent("inner", tools=[fake_tool("look")], model=inner_model, instructions=canceling)
    result = await finish(
        runner(ScriptedModel([call("inner", input="x")])).run(
            Agent("outer", tools=[inner.as_tool()]), "go", cancel=token
        )
    )
    assert types(result.events)[-4:] == [
        "subagent.canceled",
        "tool.canceled",
        "step.canceled",
        "run.canceled",
    ]


async def test_agents_that_call_each_other_in_a_circle_are_stopped_at_a_bound() -> None:
    narcissus = Agent("narcissus")
    object.__setattr__(narcissus, "tools", (narcissus.as_tool(),))  # no constructor can close the circle
    deep = [call("narcissus", input="x")] * (DEPTH_MAX_COUNT + 1)
    model = ScriptedModel([*deep, *["ok"] * (DEPTH_MAX_COUNT + 1)])
    stream = runner(model).stream(narcissus, "go", tree=True)
    async with stream:
        seen = [event async for event in stream]
    assert max(event.depth for event in seen) == DEPTH_MAX_COUNT
    (refused,) = of(seen, "tool.failed")
    assert "circle" in refused["error"]["hint"]


async def test_a_childs_own_ceiling_is_its_own() -> None:
    inner = Agent(
        "inner",
        model=ScriptedModel([call("look")], id="scripted:inner"),
        tools=[fake_tool("look")],
        limits=UsageLimits(max_steps=1),
    )
    model = ScriptedModel([call("inner", input="x"), "fine without"])
    result = await finish(runner(model).run(Agent("outer", tools=[inner.as_tool()]), "go"))
    assert result.output == "fine without"
    assert "max_steps" in told(result.messages)[0]


async def test_a_timeout_of_the_parent_ends_the_child() -> None:
    inner = Agent(
        "inner", model=ScriptedModel([ModelStep(text="x", gate=asyncio.Event())], id="scripted:inner")
    )
    agent = Agent("outer", tools=[inner.as_tool()], limits=UsageLimits(timeout_s=0.001))
    error = await fail(runner(ScriptedModel([call("inner", input="x")])).run(agent, "go"))
    assert error.result.stop_reason == "timeout"
    assert "subagent.canceled" in types(error.result.events)


async def test_a_timeout_of_the_child_is_a_failed_call() -> None:
    model = ScriptedModel([ModelStep(text="x", gate=asyncio.Event())], id="scripted:inner")
    inner = Agent("inner", model=model, limits=UsageLimits(timeout_s=0.001))
    result = await finish(
        runner(ScriptedModel([call("inner", input="x"), "sorry"])).run(
            Agent("o", tools=[inner.as_tool()]), "go"
        )
    )
    assert "timeout_s" in told(result.messages)[0]
    assert model.closed_early == 1


def test_a_subagents_tool_has_a_name_that_models_accept() -> None:
    assert Agent("The Expert!").as_tool().spec.name == "The_Expert_"
    with pytest.raises(DefinitionError):
        Agent("a").as_tool("has spaces")
