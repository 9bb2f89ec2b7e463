import asyncio
from collections.abc import AsyncGenerator
from decimal import Decimal

import pytest

from agent_sdk import Agent, UsageLimits
from agent_sdk.contracts.errors import (
    AuthenticationFailed,
    BadRequest,
    ConnectionFailed,
    MalformedResponse,
    ModelError,
    RateLimited,
    RunFailed,
    ServerError,
)
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelChunk, ModelRequest, TextDelta
from agent_sdk.reliability.retry import RetryPolicy
from agent_sdk.testing import FakeClock, ModelStep, ScriptedModel
from tests.unit.runtime.kit import fail, finish, of, runner, said, types, watch


async def test_a_rate_limit_is_waited_out_as_the_provider_asked() -> None:
    clock = FakeClock()
    model = ScriptedModel([RateLimited(retry_after=7.0), "hello"])
    result = await finish(runner(model, clock=clock).run(Agent("a"), "go"))
    assert result.output == "hello"
    assert clock.slept == [7.25]
    assert result.usage.requests == 1
    assert {request.idempotency_key for request in model.requests} == {model.requests[0].idempotency_key}


async def test_a_provider_that_asks_for_too_long_is_not_waited_for() -> None:
    clock = FakeClock()
    error = await fail(
        runner(ScriptedModel([RateLimited(retry_after=3600)]), clock=clock).run(Agent("a"), "go")
    )
    assert isinstance(error, RateLimited)
    assert clock.slept == []


async def test_a_cut_stream_starts_again_under_a_new_message_id() -> None:
    model = ScriptedModel([ModelStep(text="Hel lo", error=ConnectionFailed("cut")), "Hello."])
    events, result = await watch(runner(model).stream(Agent("a"), "go"))
    first, second = of(events, "message.started")
    (cut,) = of(events, "message.failed")
    assert cut["message_id"] == first["message_id"] != second["message_id"]
    assert (cut["reason"], cut["message"]["parts"][0]["text"]) == ("retry", "Hel lo")
    assert cut["error"]["code"] == "ASDK-LLM-006"
    assert said(result.messages) == [("user", "go"), ("assistant", "Hello.")]
    assert types(events).count("step.started") == 1


async def test_a_cut_stream_is_left_cut_where_the_policy_says_so() -> None:
    model = ScriptedModel([ModelStep(text="Hel lo", error=ConnectionFailed("cut"))])
    agent = Agent("a", retries=RetryPolicy(restart_cut_streams=False))
    error = await fail(runner(model).run(agent, "go"))
    assert isinstance(error, ConnectionFailed)
    assert of(error.result.events, "message.failed")[0]["reason"] == "error"
    assert said(error.result.messages)[-1] == ("assistant", "Hel lo")


async def test_an_error_that_will_not_pass_is_raised_at_once() -> None:
    model = ScriptedModel([AuthenticationFailed()])
    error = await fail(runner(model).run(Agent("a"), "go"))
    assert isinstance(error, AuthenticationFailed)
    assert error.result.stop_reason == "model_error"
    assert types(error.result.events) == [
        "run.queued",
        "run.started",
        "step.started",
        "step.failed",
        "run.failed",
    ]
    assert of(error.result.events, "step.failed")[0]["reason"] == "ASDK-LLM-008"


async def test_tries_are_bounded() -> None:
    clock = FakeClock()
    model = ScriptedModel([ServerError()] * 3)
    agent = Agent("a", retries=RetryPolicy(attempts_max=3, backoff_base_s=1))
    error = await fail(runner(model, clock=clock).run(agent, "go"))
    assert isinstance(error, ServerError)
    assert clock.slept == [0.5, 1.0]


class Speechless:
    """A model whose stream ends without a response."""

    id = "broken:model"
    profile = ScriptedModel([]).profile

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        yield TextDelta("Hel")


async def test_a_stream_that_ends_without_a_response_is_malformed() -> None:
    agent = Agent("a", retries=RetryPolicy(attempts_max=2))
    error = await fail(runner(Speechless()).run(agent, "go"))
    assert isinstance(error, MalformedResponse)
    assert [data["reason"] for data in of(error.result.events, "message.failed")] == ["retry", "error"]


async def test_a_bug_in_a_model_is_an_error_and_no_cancellation() -> None:
    model = ScriptedModel([ModelStep(text="Hel", error=KeyError("choices"))])
    error = await fail(runner(model).run(Agent("a"), "go"))
    assert isinstance(error, RunFailed)
    assert not isinstance(error, ModelError)
    assert of(error.result.events, "message.failed")[0]["reason"] == "error"


async def test_the_time_of_a_run_ends_also_a_wait_between_tries() -> None:
    class Patient(FakeClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.Event().wait()

    model = ScriptedModel([RateLimited(retry_after=5)])
    error = await fail(
        runner(model, clock=Patient()).run(Agent("a"), "go", limits=UsageLimits(timeout_s=0.001))
    )
    assert error.result.stop_reason == "timeout"


@pytest.mark.parametrize("reasoning", ["", "hm"])
async def test_a_message_is_timed_from_its_first_token(reasoning: str) -> None:
    clock = FakeClock()
    model = ScriptedModel([ServerError(), ModelStep(text="x", reasoning=reasoning)])
    result = await finish(runner(model, clock=clock).run(Agent("a"), "go"))
    (step,) = of(result.events, "step.completed")
    assert (step["first_token_ms"], step["latency_ms"]) == (250, 250)


async def test_an_answer_that_broke_off_counts_as_a_request_of_unknown_cost() -> None:
    priced = Usage(input_tokens=10, output_tokens=5, requests=1, cost_usd=Decimal("0.01"))
    cut = ModelStep(text="so f", error=ServerError("cut"))
    result = await finish(
        runner(ScriptedModel([cut, ModelStep(text="ok", usage=priced)])).run(Agent("a"), "hi")
    )
    assert result.usage == Usage(input_tokens=10, output_tokens=5, requests=2)


async def test_a_call_that_was_refused_before_it_began_costs_nothing() -> None:
    priced = Usage(input_tokens=10, output_tokens=5, requests=1, cost_usd=Decimal("0.01"))
    model = ScriptedModel([ServerError("down"), ModelStep(text="ok", usage=priced)])
    assert (await finish(runner(model).run(Agent("a"), "hi"))).usage == priced


async def test_what_a_failed_call_used_up_is_counted_where_the_provider_said_so() -> None:
    error = BadRequest("filtered")
    error.usage = Usage(input_tokens=7, cost_usd=Decimal("0.02"))
    failure = await fail(runner(ScriptedModel([error])).run(Agent("a"), "hi"))
    assert failure.result.usage == Usage(input_tokens=7, requests=1, cost_usd=Decimal("0.02"))
