import asyncio
from typing import Any

import pytest

from agent_sdk import Agent, GuardrailResult, GuardrailTripped, ModelRetry, RunContext, ToolOutput
from agent_sdk.contracts.errors import ServerError
from agent_sdk.runtime.guardrails import Guardrail
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool
from tests.unit.runtime.kit import fail, finish, of, runner, spin, types


def no_secrets(ctx: RunContext[Any], text: str) -> GuardrailResult:
    return GuardrailResult(tripped="secret" in text, reason="it asks for a secret")


async def test_a_blocking_guardrail_that_trips_ends_the_run_before_the_model_is_asked() -> None:
    model = ScriptedModel([])
    error = await fail(runner(model).run(Agent("a", input_guardrails=[no_secrets]), "a secret, please"))
    assert isinstance(error, GuardrailTripped)
    assert error.result.stop_reason == "guardrail"
    assert "no_secrets" in str(error)
    assert "it asks for a secret" in str(error)
    assert model.requests == []
    assert types(error.result.events) == ["run.queued", "run.started", "run.failed"]


@pytest.mark.parametrize("verdict", [None, True, GuardrailResult(tripped=False)])
async def test_a_guardrail_that_does_not_say_no_lets_the_run_pass(
    verdict: GuardrailResult | bool | None,
) -> None:
    async def check(ctx: RunContext[Any], text: str) -> GuardrailResult | bool | None:
        return verdict

    agent = Agent("a", input_guardrails=[check], output_guardrails=[check])
    assert (await finish(runner(ScriptedModel(["hello"])).run(agent, "hi"))).output == "hello"


async def test_a_sync_guardrail_that_returns_an_awaitable_is_awaited() -> None:
    async def later() -> bool:
        return False

    error = await fail(
        runner(ScriptedModel([])).run(Agent("a", input_guardrails=[lambda _ctx, _text: later()]), "hi")
    )
    assert str(error).endswith("stopped the run")


async def test_a_parallel_guardrail_runs_beside_the_model_and_holds_back_the_tools() -> None:
    verdict, look = asyncio.Event(), fake_tool("look")
    model = ScriptedModel([call("look")])

    async def check(ctx: RunContext[Any], text: str) -> bool:
        await verdict.wait()
        return False

    guard = Guardrail(check=check, name="slow", parallel=True)
    run = asyncio.ensure_future(runner(model).run(Agent("a", tools=[look], input_guardrails=[guard]), "hi"))
    await spin(lambda: model.requests)
    for _ in range(10):
        await asyncio.sleep(0)
    assert look.calls == []
    verdict.set()
    error = await fail(run)
    assert isinstance(error, GuardrailTripped)
    assert look.calls == []
    assert types(error.result.events)[-2:] == ["step.failed", "run.failed"]


async def test_a_parallel_guardrail_that_passes_costs_nothing() -> None:
    async def check(ctx: RunContext[Any], text: str) -> bool:
        return True

    look = fake_tool("look", 1)
    guard = Guardrail(check=check, name="quick", parallel=True)
    model = ScriptedModel([call("look"), "done"])
    await finish(runner(model).run(Agent("a", tools=[look], input_guardrails=[guard]), "hi"))
    assert look.calls == [{}]


async def test_a_parallel_guardrail_does_not_outlive_a_run_that_failed() -> None:
    ended: list[str] = []
    began = asyncio.Event()

    async def check(ctx: RunContext[Any], text: str) -> bool:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")
        return True

    guard = Guardrail(check=check, name="endless", parallel=True)
    model = ScriptedModel([ModelStep(text="x", error=ValueError("bug"), gate=began)])
    await fail(runner(model).run(Agent("a", input_guardrails=[guard]), "hi"))
    assert ended == ["ended"]


async def test_an_output_guardrail_stops_an_answer() -> None:
    model = ScriptedModel(["the secret is 7"])
    error = await fail(runner(model).run(Agent("a", output_guardrails=[no_secrets]), "hi"))
    assert isinstance(error, GuardrailTripped)
    assert types(error.result.events)[-2:] == ["step.failed", "run.failed"]
    assert "run.completed" not in types(error.result.events)


async def test_an_output_guardrail_may_ask_for_another_answer() -> None:
    def polite(ctx: RunContext[Any], text: str) -> None:
        if "please" not in text:
            raise ModelRetry("Say please.")

    model = ScriptedModel(["No.", "No, please."])
    result = await finish(runner(model).run(Agent("a", output_guardrails=[polite]), "hi"))
    assert result.output == "No, please."
    assert model.requests[1].messages[-1].text == "Say please."


async def test_a_guardrail_that_raises_fails_the_run() -> None:
    def broken(ctx: RunContext[Any], text: str) -> bool:
        raise ValueError("regex")

    error = await fail(runner(ScriptedModel([])).run(Agent("a", input_guardrails=[broken]), "hi"))
    assert "regex" in str(error)
    assert of(error.result.events, "run.failed")[0]["error"]["code"] == "ASDK-RUN-001"


async def test_a_model_that_fails_beside_a_guardrail_is_what_the_run_failed_of() -> None:
    async def check(ctx: RunContext[Any], text: str) -> bool:
        return False

    guard = Guardrail(check=check, name="late", parallel=True)
    model = ScriptedModel([ServerError("down")] * 4)
    error = await fail(runner(model).run(Agent("a", input_guardrails=[guard]), "hi"))
    assert isinstance(error, ServerError)


async def test_what_an_input_guardrail_stopped_is_not_in_the_session() -> None:
    model = ScriptedModel(["hello"])
    engine = runner(model)
    error = await fail(engine.run(Agent("a", input_guardrails=[no_secrets]), "a secret, please", session="s"))
    assert error.result.messages[0].text == "a secret, please"
    assert engine.history("s") == ()
    await finish(engine.run(Agent("a"), "hi", session="s"))
    assert [message.text for message in model.requests[0].messages] == ["hi"]


async def test_what_a_parallel_input_guardrail_stopped_is_not_in_the_session() -> None:
    guard = Guardrail(check=no_secrets, name="no_secrets", parallel=True)
    engine = runner(ScriptedModel(["hello"]))
    await fail(engine.run(Agent("a", input_guardrails=[guard]), "a secret, please", session="s"))
    assert engine.history("s") == ()


async def test_what_a_parallel_input_guardrail_let_pass_is_in_the_session_though_the_model_failed() -> None:
    passed = asyncio.Event()

    async def check(ctx: RunContext[Any], text: str) -> None:
        passed.set()

    guard = Guardrail(check=check, name="quick", parallel=True)
    model = ScriptedModel([ModelStep(error=ValueError("bug"), gate=passed)])
    engine = runner(model)
    await fail(engine.run(Agent("a", input_guardrails=[guard]), "hi", session="s"))
    assert [message.text for message in engine.history("s")] == ["hi"]


async def test_an_answer_that_an_output_guardrail_stopped_is_withheld_from_the_next_run() -> None:
    model = ScriptedModel(["the secret is 7", "no"])
    engine = runner(model)
    error = await fail(engine.run(Agent("a", output_guardrails=[no_secrets]), "what is it?", session="s"))
    assert error.result.messages[-1].text == "the secret is 7"
    await finish(engine.run(Agent("a"), "tell me", session="s"))
    texts = [message.text for message in model.requests[1].messages]
    assert texts == ["what is it?", "This answer was withheld.", "tell me"]


async def test_a_structured_answer_that_an_output_guardrail_stopped_is_not_in_the_session() -> None:
    def even(ctx: RunContext[Any], number: int) -> bool:
        return number % 2 == 0

    engine = runner(ScriptedModel([call("final_answer", value=4711)]))
    agent = Agent("a", output_type=ToolOutput(int), output_guardrails=[even])
    error = await fail(engine.run(agent, "what is it?", session="s"))
    assert isinstance(error, GuardrailTripped)
    assert "4711" in repr(error.result.messages)
    assert "4711" not in repr(engine.history("s"))


@pytest.mark.parametrize("error", [ValueError("regex"), SystemExit(3)])
@pytest.mark.parametrize("parallel", [False, True])
async def test_a_guardrail_that_raises_is_why_the_run_ended(error: BaseException, parallel: bool) -> None:
    async def broken(ctx: RunContext[Any], text: str) -> bool:
        raise error

    guard = Guardrail(check=broken, name="broken", parallel=parallel)
    engine = runner(ScriptedModel(["hello"] if parallel else []))
    failure = await fail(engine.run(Agent("a", input_guardrails=[guard]), "hi", session="s"))
    assert failure.result.stop_reason == "guardrail"
    assert failure.__cause__ is error
    assert engine.history("s") == ()
