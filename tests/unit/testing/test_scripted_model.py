import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given

from agent_sdk.contracts.errors import Overloaded
from agent_sdk.contracts.messages import ImagePart, ReasoningPart, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import (
    ModelChunk,
    ModelRequest,
    ModelResponse,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from agent_sdk.testing import FakeIds, ModelStep, ScriptedModel, call, reply
from agent_sdk.testing.scripted_model import Registry
from tests.strategies import texts


def request() -> ModelRequest:
    return ModelRequest(messages=(), ids=FakeIds())


async def ask(model: ScriptedModel) -> list[ModelChunk]:
    return [chunk async for chunk in model.stream(request())]


async def answer(model: ScriptedModel) -> ModelResponse:
    last = (await ask(model))[-1]
    assert isinstance(last, ModelResponse)
    return last


async def test_a_text_streams_word_by_word_and_ends_as_a_whole() -> None:
    model = ScriptedModel(["it is 7"])
    *deltas, response = await ask(model)
    assert deltas == [TextDelta("it"), TextDelta(" is"), TextDelta(" 7")]
    assert response == ModelResponse(
        parts=(TextPart(text="it is 7"),),
        finish_reason="stop",
        usage=Usage(input_tokens=10, output_tokens=5, requests=1),
        model="scripted:model",
    )


@given(texts)
async def test_the_words_are_the_text_whatever_its_spaces(text: str) -> None:
    *deltas, _ = await ask(ScriptedModel([reply(text)]))
    assert "".join(chunk.text for chunk in deltas if isinstance(chunk, TextDelta)) == text
    assert TextDelta("") not in deltas


async def test_calls_in_a_list_are_one_answer_with_ids_of_the_request() -> None:
    *deltas, response = await ask(ScriptedModel([[call("add", a=1), call("add", a=2)]]))
    assert deltas == [ToolCallDelta(0, "add", '{"a":1}'), ToolCallDelta(1, "add", '{"a":2}')]
    assert isinstance(response, ModelResponse)
    ids, other = FakeIds(), '{"a":2}'
    assert response.parts == (
        ToolCallPart(tool_call_id=ids.new("call"), name="add", arguments='{"a":1}'),
        ToolCallPart(tool_call_id=ids.new("call"), name="add", arguments=other),
    )
    assert response.finish_reason == "tool_calls"


async def test_a_single_call_needs_no_list() -> None:
    assert (await answer(ScriptedModel([call("now")]))).parts[0] == ToolCallPart(
        tool_call_id=FakeIds().new("call"), name="now", arguments="{}"
    )


async def test_reasoning_streams_first_and_other_parts_come_whole() -> None:
    image = ImagePart(url="https://example.com/a.png")
    step = ModelStep(reasoning="hm", text="see", parts=(image,), finish_reason="length")
    *deltas, response = await ask(ScriptedModel([step]))
    assert deltas == [ReasoningDelta("hm"), TextDelta("see")]
    assert isinstance(response, ModelResponse)
    assert response.parts == (ReasoningPart(text="hm"), TextPart(text="see"), image)
    assert response.finish_reason == "length"


async def test_an_exception_is_raised_instead_of_an_answer() -> None:
    with pytest.raises(Overloaded):
        await ask(ScriptedModel([Overloaded()]))


async def test_an_answer_may_break_off_after_its_text() -> None:
    model = ScriptedModel([ModelStep(text="half", error=Overloaded())])
    seen: list[ModelChunk] = []

    async def read() -> None:
        async for chunk in model.stream(request()):
            seen.append(chunk)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(Overloaded):
        await read()
    assert seen == [TextDelta("half")]
    assert model.closed_early == 0, "the model's fault, not the reader's"


async def test_usage_is_of_one_request_whatever_the_script_says() -> None:
    response = await answer(ScriptedModel([reply("hi", usage=Usage(input_tokens=3, requests=9))]))
    assert response.usage == Usage(input_tokens=3, requests=1)


async def test_a_gate_holds_the_answer_back_until_it_is_opened() -> None:
    gate = asyncio.Event()
    asked = asyncio.ensure_future(ask(ScriptedModel([ModelStep(text="hi", gate=gate)])))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asked.done()
    gate.set()
    assert isinstance((await asked)[-1], ModelResponse)


async def test_a_stream_that_is_left_is_counted() -> None:
    model = ScriptedModel(["one two", "three"])
    async with aclosing(model.stream(request())) as chunks:
        await anext(chunks)
    assert model.closed_early == 1
    await ask(model)
    assert model.closed_early == 1


async def test_a_stream_closed_after_its_response_was_not_left_early() -> None:
    model = ScriptedModel([""])
    async with aclosing(model.stream(request())) as chunks:
        assert isinstance(await anext(chunks), ModelResponse)
    assert model.closed_early == 0


async def test_it_notes_what_it_was_asked() -> None:
    model = ScriptedModel(["a"])
    asked = request()
    async for _ in model.stream(asked):
        pass
    assert model.requests == [asked]


async def test_steps_that_were_not_played_are_an_error() -> None:
    model = ScriptedModel(["a", "b"])
    await ask(model)
    with pytest.raises(AssertionError, match="scripted:model was left with 1 of 2 steps"):
        model.assert_complete()
    await ask(model)
    model.assert_complete()


async def test_a_call_too_many_is_an_error_at_once_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    model = unchecked(monkeypatch)
    with pytest.raises(AssertionError, match="scripted:model was asked 1 times, but has 0 steps"):
        await ask(model)
    with pytest.raises(AssertionError, match="asked 1 times more often than it has steps"):
        model.assert_complete()


def unchecked(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """A scripted model without steps that the plugin does not know of, because the test looks for itself."""
    monkeypatch.setattr(Registry, "current", None)
    return ScriptedModel([])


def test_one_text_is_no_list_of_steps() -> None:
    with pytest.raises(TypeError, match=r"steps is a list: ScriptedModel\(\['hello'\]\)"):
        ScriptedModel("hello")
