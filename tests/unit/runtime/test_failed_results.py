"""What the result inside an error shows."""

import pytest

from agent_sdk import Agent, Guardrail, GuardrailTripped, ModelError, UsageLimits
from agent_sdk.contracts.errors import LimitExceeded
from agent_sdk.runtime.runner import Runner
from agent_sdk.testing import ModelStep, ScriptedModel, fake_services


async def test_a_failed_run_keeps_the_words_that_were_said() -> None:
    runner = Runner(fake_services(ScriptedModel(["a long answer"])))
    with pytest.raises(LimitExceeded) as caught:
        await runner.run(Agent("a"), "hi", limits=UsageLimits(max_tokens=3))
    assert caught.value.result.output == "a long answer"


async def test_a_run_that_failed_without_a_word_has_no_output() -> None:
    runner = Runner(fake_services(ScriptedModel([ModelStep(error=ModelError("no"))])))
    with pytest.raises(ModelError) as caught:
        await runner.run(Agent("a"), "hi")
    assert caught.value.result.output is None


async def test_what_a_guardrail_refused_is_not_the_output() -> None:
    agent = Agent("a", output_guardrails=[Guardrail(check=lambda _ctx, _value: False, name="never")])
    runner = Runner(fake_services(ScriptedModel(["a secret"])))
    with pytest.raises(GuardrailTripped) as caught:
        await runner.run(agent, "hi")
    assert caught.value.result.output is None
