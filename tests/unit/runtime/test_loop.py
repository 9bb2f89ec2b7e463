import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from agent_sdk import Agent, Message, RunContext, RunFailed, Runner, UsageLimits
from agent_sdk.contracts.errors import ContentFiltered, InvalidInput, OutputInvalid, UnknownModel
from agent_sdk.contracts.ids import parse_id
from agent_sdk.contracts.messages import CitationPart, ImagePart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_services, fake_tool, reply
from agent_sdk.testing.scripted_model import ToolUse
from tests.unit.runtime.kit import fail, finish, of, runner, said, spin, told, types, watch


async def test_a_run_is_a_journal_from_queued_to_completed() -> None:
    model = ScriptedModel(["Hello there."])
    events, result = await watch(runner(model).stream(Agent("greeter"), "hi"))
    assert types(events, but=["message.delta"]) == [
        "run.queued",
        "run.started",
        "step.started",
        "message.started",
        "message.completed",
        "step.completed",
        "run.completed",
    ]
    assert (result.output, result.status, result.stop_reason) == ("Hello there.", "completed", "end_turn")
    assert result.run_id == events[0].run_id
    assert {event.agent for event in events} == {"greeter"}
    assert events[-1].data["output"] == "Hello there."


async def test_text_before_a_tool_call_is_not_the_answer() -> None:
    model = ScriptedModel([ModelStep(text="Let me look.", calls=(call("look"),)), "It is 7."])
    result = await finish(runner(model).run(Agent("a", tools=[fake_tool("look", 7)]), "what is it?"))
    assert result.output == "It is 7."
    assert said(result.new_messages) == [
        ("user", "what is it?"),
        ("assistant", "Let me look."),
        ("tool", ""),
        ("assistant", "It is 7."),
    ]


async def test_stream_and_run_give_the_same_transcript_and_the_same_journal_but_for_deltas() -> None:
    def steps() -> list[ModelStep | list[ToolUse]]:
        return [[call("look", at=1), call("look", at=2)], reply("Seen both.", reasoning="hm")]

    agent = Agent("a", tools=[fake_tool("look", "one", "two")])
    quiet = await finish(runner(ScriptedModel(steps())).run(agent, "look twice"))
    agent = Agent("a", tools=[fake_tool("look", "one", "two")])
    _, loud = await watch(runner(ScriptedModel(steps())).stream(agent, "look twice"))
    assert [(m.role, m.text, len(m.parts)) for m in loud.messages] == [
        (m.role, m.text, len(m.parts)) for m in quiet.messages
    ]
    assert types(loud.events) == types(quiet.events)
    assert told(loud.messages) == told(quiet.messages) == ["one", "two"]
    assert loud.usage == quiet.usage


async def test_usage_is_the_sum_of_the_steps_and_counts_tool_calls() -> None:
    spent = Usage(input_tokens=3, output_tokens=2, reasoning_tokens=1, requests=1)
    model = ScriptedModel(
        [
            ModelStep(calls=(call("look"),), usage=spent),
            reply("done", usage=Usage(input_tokens=4, requests=1)),
        ]
    )
    result = await finish(runner(model).run(Agent("a", tools=[fake_tool("look")]), "go"))
    assert (result.usage.input_tokens, result.usage.output_tokens) == (7, 2)
    assert (result.usage.requests, result.usage.tool_calls, result.usage.reasoning_tokens) == (2, 1, 1)
    assert result.usage.cost_usd is None
    assert [data["usage"]["input_tokens"] for data in of(result.events, "step.completed")] == [3, 4]


async def test_an_empty_answer_is_asked_for_again_and_then_the_run_fails() -> None:
    model = ScriptedModel(["", "  ", "at last"])
    result = await finish(runner(model).run(Agent("a"), "go"))
    assert result.output == "at last"
    assert "empty" in model.requests[1].messages[-1].text
    error = await fail(runner(ScriptedModel(["", "", ""])).run(Agent("a"), "go"))
    assert isinstance(error, OutputInvalid)
    assert error.hint
    assert error.result.usage.requests == 3


async def test_instructions_are_text_and_functions_sync_and_async_made_anew_for_each_step() -> None:
    async def later(ctx: RunContext[str]) -> str:
        return f"step {ctx.step} of {ctx.agent} for {ctx.deps}"

    def now(ctx: RunContext[str]) -> str:
        return f"{ctx.usage.requests} requests in {ctx.session_id}" if ctx.run_id else ""

    model = ScriptedModel([call("look"), "done"])
    agent = Agent("a", deps_type=str, instructions=["Be brief.", later, now, ""], tools=[fake_tool("look")])
    await finish(runner(model).run(agent, "go", deps="Ada", session="s1"))
    assert [request.instructions for request in model.requests] == [
        "Be brief.\n\nstep 1 of a for Ada\n\n0 requests in s1",
        "Be brief.\n\nstep 2 of a for Ada\n\n1 requests in s1",
    ]


async def test_a_bug_in_somebodys_instructions_fails_the_run_and_is_named() -> None:
    def broken(ctx: RunContext[None]) -> str:
        raise KeyError("colour")

    error = await fail(runner(ScriptedModel([])).run(Agent("a", instructions=broken), "go"))
    assert isinstance(error, RunFailed)
    assert isinstance(error.__cause__, KeyError)
    assert "colour" in str(error)
    assert types(error.result.events)[-2:] == ["step.failed", "run.failed"]


async def test_an_error_of_ours_that_is_not_about_runs_keeps_its_hint() -> None:
    def broken(ctx: RunContext[None]) -> str:
        raise InvalidInput("no such tenant", hint="Look at the deps.")

    error = await fail(runner(ScriptedModel([])).run(Agent("a", instructions=broken), "go"))
    assert isinstance(error, RunFailed)
    assert (str(error), error.hint) == ("no such tenant", "Look at the deps.")


async def test_an_answer_that_the_content_filter_withheld_fails_the_run() -> None:
    withheld = ModelStep(finish_reason="content_filter")
    error = await fail(runner(ScriptedModel([withheld])).run(Agent("a"), "go"))
    assert isinstance(error, ContentFiltered)
    cut = ModelStep(text="as far as", finish_reason="content_filter")
    result = await finish(runner(ScriptedModel([cut])).run(Agent("a"), "go"))
    assert (result.output, result.finish_reason) == ("as far as", "content_filter")


async def test_citations_stand_in_the_message_and_beside_it() -> None:
    cited = CitationPart(document="guide.md", chunk_id="c1", quote="blue", start=0, end=4)
    model = ScriptedModel([ModelStep(text="It is blue.", parts=(cited,))])
    result = await finish(runner(model).run(Agent("a"), "colour?"))
    (completed,) = of(result.events, "message.completed")
    assert completed["citations"][0]["quote"] == "blue"
    assert result.output == "It is blue."


async def test_images_go_to_the_model_and_as_base64_to_the_journal() -> None:
    model = ScriptedModel(["a cat"])
    result = await finish(runner(model).run(Agent("a"), ["what is it?", ImagePart(data=b"\x89PNG")]))
    assert model.requests[0].messages[0].parts[1] == ImagePart(data=b"\x89PNG")
    assert of(result.events, "run.queued")[0]["input"][1]["data"] == "iVBORw=="


@pytest.mark.parametrize(
    "nothing", ["", " \n", [], [""], [ToolCallPart(tool_call_id="c", name="x", arguments="")], "\ud800"]
)
async def test_input_that_is_none_is_refused_before_anything_happens(nothing: str | list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        await runner(ScriptedModel([])).run(Agent("a"), nothing)
    assert caught.value.hint
    assert caught.value.result is None


@pytest.mark.parametrize("session", ["", "a b", "-x", "x" * 129, "a/b"])
async def test_a_session_id_that_cannot_be_one_is_refused(session: str) -> None:
    with pytest.raises(InvalidInput, match="session") as caught:
        await runner(ScriptedModel([])).run(Agent("a"), "hi", session=session)
    assert caught.value.hint


async def test_an_unknown_model_is_a_config_error_before_the_run_exists() -> None:
    with pytest.raises(UnknownModel):
        await runner(ScriptedModel([])).run(Agent("a", model="nobody:nothing"), "hi")


async def test_the_model_is_the_callers_choice_then_the_agents_then_the_default() -> None:
    default, own, chosen = (
        ScriptedModel(["ok"], id=f"scripted:{name}") for name in ("default", "own", "chosen")
    )
    services = Runner(fake_services(default, own, chosen))
    assert (await services.run(Agent("a"), "x")).events[0].data["model"] == "scripted:default"
    assert (await services.run(Agent("a", model=own), "x")).events[0].data["model"] == "scripted:own"
    result = await services.run(Agent("a", model="scripted:own"), "x", model="scripted:chosen")
    assert result.events[0].data["model"] == "scripted:chosen"


async def test_two_agents_may_share_a_model_at_the_same_time() -> None:
    opened = asyncio.Event()
    model = ScriptedModel([ModelStep(text="one", gate=opened), ModelStep(text="two", gate=opened)])
    engine = runner(model)
    runs = [asyncio.ensure_future(engine.run(Agent(name), "go")) for name in ("a", "b")]
    await spin(lambda: len(model.requests) == 2)
    opened.set()
    assert [result.output for result in await asyncio.gather(*runs)] == ["one", "two"]


async def test_errors_carry_the_result_with_what_the_run_had() -> None:
    model = ScriptedModel([ModelStep(text="thinking", calls=(call("look"),))])
    agent = Agent("a", tools=[fake_tool("look", 1)], limits=UsageLimits(max_steps=1))
    error = await fail(runner(model).run(agent, "go"))
    assert error.result.usage.requests == 1
    assert said(error.result.messages) == [("user", "go"), ("assistant", "thinking"), ("tool", "")]
    assert error.result.stop_reason == "max_steps"
    assert error.result.output is None


async def test_a_filter_that_hides_everything_still_leaves_a_request_that_is_valid() -> None:
    def nothing(messages: Sequence[Message]) -> Sequence[Message]:
        return ()

    from agent_sdk import handoff

    model = ScriptedModel([call("transfer_to_b", reason="x"), "done"])
    agent = Agent("a", handoffs=[handoff(Agent("b"), history=nothing)])
    await finish(runner(model).run(agent, "go"))
    assert [message.role for message in model.requests[1].messages] == ["user"]


@pytest.mark.parametrize("given", [None, 5, b"x", bytearray(b"x")])
async def test_what_is_neither_text_nor_parts_is_no_input(given: Any) -> None:
    with pytest.raises(InvalidInput, match=type(given).__name__) as caught:
        await runner(ScriptedModel([])).run(Agent("a"), given)
    assert caught.value.hint


async def test_a_model_object_that_raises_is_why_the_run_ended() -> None:
    error = await fail(runner(ScriptedModel([ValueError("bug")])).run(Agent("a"), "hi"))
    assert error.result.stop_reason == "model_error"
    assert isinstance(error.__cause__, ValueError)


async def test_every_run_belongs_to_an_organisation_with_a_proper_id() -> None:
    result = await finish(runner(ScriptedModel(["ok"])).run(Agent("a"), "hi"))
    assert parse_id(result.events[0].org_id) == ("org", 0)
