import asyncio
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from agent_sdk import Agent, LimitExceeded, UsageLimits, tool
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelProfile
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool, reply
from tests.unit.runtime.kit import fail, finish, of, pause, runner, said, types

PRICED = ModelProfile(priced=True)


def costs(dollars: str) -> Usage:
    return Usage(input_tokens=1, requests=1, cost_usd=Decimal(dollars))


async def test_max_steps_ends_a_run_that_never_answers() -> None:
    model = ScriptedModel([call("look")] * 3)
    agent = Agent("a", tools=[fake_tool("look")], limits=UsageLimits(max_steps=3))
    error = await fail(runner(model).run(agent, "go"))
    assert isinstance(error, LimitExceeded)
    assert error.stop_reason == error.result.stop_reason == "max_steps"
    assert error.hint
    assert types(error.result.events)[-2:] == ["step.completed", "run.failed"]


async def test_limits_of_the_run_replace_those_of_the_agent_and_stand_in_the_journal() -> None:
    agent = Agent("a", tools=[fake_tool("look")], limits=UsageLimits(max_steps=1))
    result = await finish(
        runner(ScriptedModel([call("look"), "done"])).run(
            agent, "go", limits=UsageLimits(max_steps=2, timeout_s=9)
        )
    )
    limits = of(result.events, "run.queued")[0]["limits"]
    assert (limits["max_steps"], limits["timeout_s"], limits["max_cost_usd"]) == (2, 9, None)


async def test_max_tokens_is_checked_before_each_step_and_after_each_answer() -> None:
    agent = Agent("a", tools=[fake_tool("look")])
    tokens = UsageLimits(max_tokens=15)
    error = await fail(runner(ScriptedModel([call("look")])).run(agent, "go", limits=tokens))
    assert (error.result.stop_reason, error.result.usage.total_tokens) == ("max_tokens", 15)
    error = await fail(runner(ScriptedModel(["x"])).run(agent, "go", limits=UsageLimits(max_tokens=14)))
    assert types(error.result.events)[-2:] == ["step.failed", "run.failed"]
    assert said(error.result.messages)[-1] == ("assistant", "x")
    assert (await finish(runner(ScriptedModel(["x"])).run(agent, "go", limits=tokens))).output == "x"


async def test_max_cost_is_kept() -> None:
    agent = Agent("a", tools=[fake_tool("look")], limits=UsageLimits(max_cost_usd=0.3))
    model = ScriptedModel([ModelStep(calls=(call("look"),), usage=costs("0.3"))], profile=PRICED)
    error = await fail(runner(model).run(agent, "go"))
    assert error.result.stop_reason == "max_cost"
    assert "0.3" in str(error)
    model = ScriptedModel([reply("dear", usage=costs("0.31"))], profile=PRICED)
    assert (await fail(runner(model).run(agent, "go"))).result.stop_reason == "max_cost"
    model = ScriptedModel([reply("cheap", usage=costs("0.3"))], profile=PRICED)
    assert (await finish(runner(model).run(agent, "go"))).usage.cost_usd == Decimal("0.3")


async def test_a_cost_ceiling_on_a_model_without_price_is_refused_before_the_first_request() -> None:
    model = ScriptedModel([])
    error = await fail(runner(model).run(Agent("a"), "go", limits=UsageLimits(max_cost_usd=1)))
    assert error.result.stop_reason == "max_cost"
    assert error.hint
    assert model.requests == []


async def test_a_cost_ceiling_also_binds_the_model_of_a_handoff() -> None:
    unpriced = ScriptedModel([], id="scripted:unpriced")
    step = ModelStep(calls=(call("transfer_to_b", reason="x"),), usage=costs("0.1"))
    agent = Agent("a", handoffs=[Agent("b", model=unpriced)], limits=UsageLimits(max_cost_usd=1))
    error = await fail(runner(ScriptedModel([step], profile=PRICED)).run(agent, "go"))
    assert error.result.stop_reason == "max_cost"
    assert unpriced.requests == []


async def test_an_answer_whose_price_turns_out_unknown_ends_a_run_with_a_cost_ceiling() -> None:
    model = ScriptedModel(["x"], profile=PRICED)
    error = await fail(runner(model).run(Agent("a", limits=UsageLimits(max_cost_usd=1)), "go"))
    assert "price" in str(error)


async def test_a_run_that_takes_too_long_is_ended_and_its_words_are_kept() -> None:
    model = ScriptedModel([ModelStep(text="so far so", gate=asyncio.Event())])
    error = await fail(runner(model).run(Agent("a"), "go", limits=UsageLimits(timeout_s=0.001)))
    assert isinstance(error, LimitExceeded)
    assert error.result.stop_reason == "timeout"
    assert of(error.result.events, "message.failed")[0]["reason"] == "timeout"
    assert of(error.result.events, "step.failed")[0]["reason"] == "timeout"
    assert said(error.result.messages)[-1] == ("assistant", "so far so")
    assert model.closed_early == 1
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_function_that_swallows_the_interruption_does_not_save_the_run() -> None:
    @tool
    async def deaf() -> str:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "what?"

    model = ScriptedModel([call("deaf")])
    agent = Agent("a", tools=[deaf], limits=UsageLimits(timeout_s=0.001))
    error = await fail(runner(model).run(agent, "go"))
    assert error.result.stop_reason == "timeout"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_waiting_for_a_human_is_not_time_of_the_run() -> None:
    pay = fake_tool("pay", needs_approval=True)
    engine = runner(ScriptedModel([call("pay"), "ok"]))
    paused = await pause(engine.run(Agent("a", tools=[pay], limits=UsageLimits(timeout_s=60)), "go"))
    services = engine.services
    await services.clock.sleep(3600)
    assert (await finish(paused.resume([paused.interruptions[0].approve()]))).output == "ok"


@pytest.mark.parametrize("name", ["max_steps", "max_tokens", "max_cost_usd", "timeout_s"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_ceiling_is_above_zero(name: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=name) as caught:
        UsageLimits(**{name: value})  # pyright: ignore[reportArgumentType]
    assert caught.value.hint


@pytest.mark.parametrize("value", ["5", float("inf"), float("nan"), Decimal("NaN"), b"5"])
@pytest.mark.parametrize("name", ["max_steps", "max_tokens", "max_cost_usd", "timeout_s"])
def test_what_is_no_finite_number_is_no_ceiling(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=name) as caught:
        UsageLimits(**{name: value})
    assert caught.value.hint
