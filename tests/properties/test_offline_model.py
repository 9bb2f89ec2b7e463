"""Whatever is said to it, the offline model answers, and in the words of its port."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent_sdk.contracts.messages import ImagePart, Message, ToolCallPart
from agent_sdk.llm.offline.words import tokens
from tests.unit.llm.offline_kit import ANALYST, CALCULATOR, RESEARCHER, SEARCH, TIME, TOOLS, Talk, clock, spec

PHRASES = (
    "what is", "the time in", "Tokyo", "17 * 23", "(", ")", "and", "write", "to", "a.txt", "read", "https://a.example/b",
    "my name is", "Ada", "it", "the result", "?", ". ", ",", "\n", '"', "'", "`", "say", "my", "is", "remember",
    "%", "of", "summarise", "weather", "do I", "live in", "  ", "é", "2026-11-22", "what did I say", "and in Paris",
)  # fmt: skip
TOOL_SETS = (
    (),
    TOOLS,
    (SEARCH,),
    (RESEARCHER, ANALYST),
    (
        CALCULATOR,
        TIME,
        spec("transfer_to_x", "Agent x. Weather.", reason="string"),
        spec("get_weather", city="string"),
    ),
)
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PHRASES), max_size=12).map(" ".join))


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=3), st.sampled_from(TOOL_SETS), texts)
@example([" " * 3000 + "x"], (), "")
@example([""], TOOLS, "")
async def test_any_conversation_is_answered(
    prompts: list[str], tools: tuple[object, ...], result: str
) -> None:
    talk = Talk(
        tools=tuple(tool for each in TOOL_SETS for tool in each if tool in tools),
        answers={
            "calculator": lambda _: result,
            "time": clock,
            "vector.search": lambda _: [{"chunk_id": "a#1", "document": "a", "text": result, "start": 0}],
        },
    )
    for prompt in prompts:
        await talk.say(prompt)
    for message in talk.messages:
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                needed = next(tool for tool in talk.tools if tool.name == part.name).parameters.get(
                    "required", []
                )
                assert set(needed) <= set(json.loads(part.arguments))


@given(st.text(max_size=200))
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


async def test_a_picture_without_words_is_answered_honestly() -> None:
    talk = Talk()
    talk.messages.append(Message(id="msg_1", role="user", parts=(ImagePart(data=b"png"),)))
    assert "not a language model" in "".join(getattr(part, "text", "") for part in (await talk.ask()).parts)


async def test_no_words_at_all_are_answered_too() -> None:
    assert (await Talk().ask()).finish_reason == "stop"
