"""What the offline model says by itself, how it streams, and how it fills schemas."""

from typing import Any

import pytest

from agent_sdk.contracts.errors import BadRequest, ConfigError, UnknownModel
from agent_sdk.contracts.messages import TextPart
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.offline.zones import ZONES
from agent_sdk.llm.providers.offline import create
from agent_sdk.ports.llm import (
    ModelResponse,
    ModelSettings,
    OutputSchema,
    ProviderConfig,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from tests.unit.llm.offline_kit import CALCULATOR, TOOLS, Talk


async def test_a_greeting_is_returned() -> None:
    assert (await Talk().say("Hello!")).startswith("Hello!")


async def test_it_says_that_it_is_no_language_model_when_the_rules_do_not_reach() -> None:
    assert "not a language model" in await Talk(tools=TOOLS).say("Write me a poem about the sea")


@pytest.mark.parametrize("prompt", ["Who are you?", "Are you a language model?", "Which model are you?"])
async def test_it_does_not_pretend_to_be_a_language_model(prompt: str) -> None:
    assert "not a language model" in await Talk().say(prompt)


async def test_asked_what_it_can_do_it_lists_its_tools() -> None:
    answer = await Talk(tools=TOOLS).say("What can you do?")
    assert all(tool.name in answer for tool in TOOLS)


async def test_asked_what_it_can_do_without_tools_it_names_the_preset_that_has_some() -> None:
    assert "assistant_tools" in await Talk().say("what can you do")


@pytest.mark.parametrize(
    ("statement", "question", "word"),
    [
        ("My name is Ada.", "What is my name?", "Ada"),
        ("Hi, I'm Ada Lovelace.", "Who am I?", "Ada Lovelace"),
        ("call me ishmael", "Do you know my name?", "Ishmael"),
        ("My favourite colour is dark blue.", "What's my favourite colour?", "dark blue"),
        ("I live in Turin.", "Where do I live?", "Turin"),
        ("Please remember that the key is under the mat.", "What do you remember?", "under the mat"),
        ("I like tea.", "What do you know about me?", "you like tea"),
    ],
)
async def test_what_was_said_earlier_in_the_session_is_known_later(
    statement: str, question: str, word: str
) -> None:
    talk = Talk()
    await talk.say(statement)
    await talk.say("Thanks!")
    assert word in await talk.say(question)


@pytest.mark.parametrize(
    "question",
    ["What is my name?", "What is my shoe size?", "Where do I live?", "What do you know about me?"],
)
async def test_what_was_never_said_is_not_known(question: str) -> None:
    assert "not told me" in await Talk().say(question)


async def test_a_known_name_is_used_in_a_greeting() -> None:
    talk = Talk()
    assert "Nice to meet you, Ada" in await talk.say("My name is Ada.")
    assert "Hello, Ada!" in await talk.say("Hello")


@pytest.mark.parametrize(
    ("question", "word"), [("What did I just say?", "second"), ("What was my first question?", "first thing")]
)
async def test_earlier_words_can_be_asked_for(question: str, word: str) -> None:
    talk = Talk()
    await talk.say("This is the first thing.")
    await talk.say("This is the second thing.")
    assert word in await talk.say(question)


async def test_there_is_nothing_before_the_first_words() -> None:
    assert "first thing you said" in await Talk().say("What did I say?")


async def test_it_repeats_what_it_is_told_to_say() -> None:
    assert await Talk().say('Say exactly: "blue bananas"') == "blue bananas"


@pytest.mark.parametrize("words", ["Thanks a lot!", "Goodbye.", "How are you?"])
async def test_small_talk_gets_a_small_answer(words: str) -> None:
    assert "not a language model" not in await Talk().say(words)


async def test_each_part_of_a_prompt_is_answered() -> None:
    talk = Talk(tools=(CALCULATOR,), answers={"calculator": lambda _: "4"})
    answer = await talk.say("My name is Ada. What is 2 + 2? Why is the sky blue?")
    assert "Ada" in answer
    assert "2 + 2 = 4" in answer
    assert "cannot answer “Why is the sky blue?”" in answer


async def test_the_answer_streams_as_reasoning_then_text_and_ends_in_the_whole() -> None:
    talk = Talk()
    await talk.say("Hello!")
    talk.messages.pop()
    *deltas, last = await talk.chunks()
    kinds = [type(delta) for delta in deltas]
    thoughts = kinds.count(ReasoningDelta)
    assert thoughts > 0
    assert kinds == [ReasoningDelta] * thoughts + [TextDelta] * (len(kinds) - thoughts)
    assert isinstance(last, ModelResponse)
    streamed = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    assert streamed == "".join(part.text for part in last.parts if isinstance(part, TextPart))
    assert kinds.count(TextDelta) > 5


async def test_tool_calls_stream_with_their_index() -> None:
    talk = Talk(tools=TOOLS)
    await talk.say("What is 2 + 2 and 3 + 3?")
    del talk.messages[1:]
    chunks = await talk.chunks()
    assert [chunk.index for chunk in chunks if isinstance(chunk, ToolCallDelta)] == [0, 1]
    assert isinstance(chunks[-1], ModelResponse)
    assert chunks[-1].finish_reason == "tool_calls"


async def test_the_same_request_gets_the_same_answer() -> None:
    first, second = Talk(tools=TOOLS), Talk(tools=TOOLS)
    for prompt in ("My name is Ada.", "What is 2 + 2, and what time is it in Rome?"):
        assert await first.say(prompt) == await second.say(prompt)
    assert first.messages == second.messages


async def test_usage_counts_what_was_read_and_written_and_knows_no_cost() -> None:
    short, long = Talk(), Talk(tools=TOOLS, instructions="Be kind. " * 50)
    await short.say("Hello!")
    await long.say("Hello!")
    less, more = await short.ask(), await long.ask()
    assert 0 < less.usage.input_tokens < more.usage.input_tokens
    assert 0 < less.usage.reasoning_tokens < less.usage.output_tokens
    assert less.usage.requests == 1
    assert less.usage.cost_usd is None


async def test_an_answer_that_is_too_long_is_cut_with_the_reason_length() -> None:
    talk = Talk(settings=ModelSettings(max_output_tokens=20))
    await talk.say("What can you do?")
    talk.messages.pop()
    response = await talk.ask()
    assert response.finish_reason == "length"
    assert response.usage.output_tokens <= 20


async def test_a_stop_word_ends_the_answer_before_it() -> None:
    talk = Talk(settings=ModelSettings(stop=("blue",)))
    assert await talk.say("say red blue green") == "red "
    talk.messages.pop()
    assert (await talk.ask()).finish_reason == "stop"


def schema(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


async def structured(prompt: str, wanted: dict[str, Any], talk: Talk | None = None) -> Any:
    from agent_sdk.contracts.codec import decode

    speaker = talk or Talk()
    speaker.output = OutputSchema(name="Answer", schema=wanted)
    return decode(await speaker.say(prompt))


async def test_a_schema_is_filled_from_the_prompt() -> None:
    value = await structured(
        "Ada Lovelace is 37 years old, lives in London, priority high, mail ada@example.com, since 2024-05-01.",
        schema(
            name={"type": "string"},
            years={"type": "integer"},
            city={"type": "string"},
            priority={"type": "string", "enum": ["low", "high"]},
            email={"type": "string", "format": "email"},
            since={"type": "string", "format": "date"},
            kind={"const": "person"},
            active={"type": "boolean"},
            nothing={"type": "null"},
        ),
    )
    assert value == {
        "name": "Ada Lovelace",
        "years": 37,
        "city": "London",
        "priority": "high",
        "email": "ada@example.com",
        "since": "2024-05-01",
        "kind": "person",
        "active": True,
        "nothing": None,
    }


async def test_results_of_tools_come_before_words_of_the_prompt() -> None:
    talk = Talk(tools=(CALCULATOR,), answers={"calculator": lambda _: "391"})
    wanted = schema(result={"type": "integer"}, explanation={"type": "string"})
    value = await structured("What is 17 * 23?", wanted, talk)
    assert value == {"result": 391, "explanation": "17 * 23 = 391"}


async def test_a_field_that_a_tool_returned_by_name_is_taken_over() -> None:
    talk = Talk(tools=TOOLS, answers={"time": lambda _: {"timezone": "Asia/Tokyo", "hour": 19}})
    wanted = schema(timezone={"type": "string"}, hour={"type": "number"})
    assert await structured("What time is it in Tokyo?", wanted, talk) == {
        "timezone": "Asia/Tokyo",
        "hour": 19.0,
    }


async def test_lists_nested_objects_and_options_are_filled() -> None:
    wanted = {
        **schema(
            numbers={"type": "array", "items": {"type": "integer"}, "maxItems": 2},
            words={"type": "array", "items": {"type": "string"}},
            people={"type": "array", "items": {"$ref": "#/$defs/Person"}},
            maybe={"anyOf": [{"type": "null"}, {"type": "integer"}]},
        ),
        "$defs": {"Person": schema(name={"type": "string"})},
    }
    value = await structured('"red" and "green", 1 2 3, for Ada', wanted)
    assert value == {"numbers": [1, 2], "words": ["red", "green"], "people": [{"name": "Ada"}], "maybe": 1}


async def test_defaults_stand_for_what_was_not_said() -> None:
    wanted = schema(
        size={"type": "integer", "default": 7},
        color={"type": "string", "enum": ["red", "blue"], "default": "blue"},
        extra={"anyOf": [{"type": "integer"}, {"type": "null"}]},
    )
    assert await structured("no idea", wanted) == {"size": 7, "color": "blue", "extra": None}


async def test_what_is_not_required_may_be_missing() -> None:
    assert await structured("no idea", {"type": "object", "properties": {"size": {"type": "integer"}}}) == {}


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "integer"},
        {"type": "string", "enum": ["red"]},
        {"type": "string", "pattern": "^[A-Z]{3}$"},
        {"anyOf": [{"type": "integer"}, {"type": "number"}]},
        {"$ref": "#/$defs/Endless"},
    ],
)
async def test_a_value_that_no_rule_can_tell_is_an_error_with_a_hint(wanted: dict[str, Any]) -> None:
    endless = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Endless"}}, "required": ["next"]}
    with pytest.raises(BadRequest) as caught:
        await structured("no idea", {**schema(value=wanted), "$defs": {"Endless": endless}})
    assert caught.value.hint


async def test_a_schema_in_the_instructions_is_answered_in_json() -> None:
    talk = Talk(
        instructions='Answer with JSON that fits this JSON Schema:\n{"properties": {"n": {"type": "integer"}}}'
    )
    assert await talk.say("It is 5.") == '{"n": 5}'


@pytest.mark.parametrize("schema_text", ["nothing here", "{broken"])
async def test_instructions_that_only_mention_a_schema_change_nothing(schema_text: str) -> None:
    talk = Talk(instructions=f"We like JSON Schema: {schema_text}")
    assert "Hello" in await talk.say("Hello!")


async def test_the_hidden_output_tool_is_called_last_with_the_filled_schema() -> None:
    final = ToolSpec(
        name="final_answer", description="Answer.", parameters=schema(result={"type": "integer"})
    )
    talk = Talk(
        tools=(CALCULATOR, final),
        answers={"calculator": lambda _: "4"},
        settings=ModelSettings(tool_choice="required"),
    )
    with pytest.raises(AssertionError, match="no answer"):
        await talk.say("What is 2 + 2?")  # only the runtime knows that the hidden tool ends the run
    assert talk.steps[:2] == [[("calculator", {"expression": "2 + 2"})], [("final_answer", {"result": 4})]]


def test_there_is_no_other_offline_model() -> None:
    with pytest.raises(UnknownModel, match="gpt") as caught:
        create("gpt", ProviderConfig())
    assert caught.value.hint == "Use offline:demo."


@pytest.mark.parametrize("delay", ["soon", "-1", "nan", "1e9"])
def test_a_delay_that_is_no_number_of_milliseconds_is_refused(delay: str) -> None:
    with pytest.raises(ConfigError, match="token_delay_ms"):
        create("demo", ProviderConfig(options={"token_delay_ms": delay}))


def test_its_id_is_what_users_write() -> None:
    assert create("demo", ProviderConfig()).id == "offline:demo"
    assert create("demo", ProviderConfig()).profile.native_output


def test_every_place_has_a_zone_that_exists() -> None:
    from zoneinfo import available_timezones

    assert set(ZONES.values()) <= available_timezones()
    assert len(ZONES) > 150
