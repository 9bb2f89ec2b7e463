import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk import Agent
from agent_sdk.contracts.messages import (
    CitationPart,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from agent_sdk.runtime.transcript import INTERRUPTED, OPENING, repair
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool
from tests.properties.transcript_rules import check_for_every_provider
from tests.unit.runtime.kit import runner

ids = st.sampled_from(["c1", "c2", "c3", "c4"])
texts = st.sampled_from(["", " ", "\n", "hello", "two words"])
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(TextPart, text=texts),
    st.builds(ReasoningPart, text=texts, state=st.sampled_from([None, {"signature": "s"}])),
    st.builds(ToolCallPart, tool_call_id=ids, name=st.just("look"), arguments=st.sampled_from(["{}", "{"])),
    st.builds(ToolResultPart, tool_call_id=ids, name=st.just("look"), content=texts),
    st.just(ImagePart(data=b"png")),
    st.just(DocumentPart(url="https://example.com/a.pdf")),
    st.just(CitationPart(document="d", chunk_id="c", quote="q", start=0, end=1)),
)
messages = st.builds(
    Message,
    id=st.sampled_from(["m1", "m2", "m3"]),
    role=st.sampled_from(["user", "assistant", "tool"]),
    parts=st.lists(parts, max_size=5).map(tuple),
)
histories = st.lists(messages, max_size=12)


@st.composite
def valid_transcripts(draw: st.DrawFn) -> list[Message]:
    """Transcripts that no provider would refuse, made turn by turn."""
    made: list[Message] = []
    for turn in range(draw(st.integers(1, 4))):
        made.append(Message(id=f"u{turn}", role="user", parts=(TextPart(text="ask"),)))
        for step in range(draw(st.integers(0, 2))):
            names = [f"{turn}.{step}.{number}" for number in range(draw(st.integers(1, 3)))]
            calls = [ToolCallPart(tool_call_id=name, name="look", arguments="{}") for name in names]
            spoken = (TextPart(text="let me see"),) if draw(st.booleans()) else ()
            thought = (ReasoningPart(text="hm", state={"signature": "s"}),) if draw(st.booleans()) else ()
            made.append(Message(id=f"a{turn}.{step}", role="assistant", parts=(*thought, *spoken, *calls)))
            answers: list[Part] = []
            for name in names:
                answers.append(ToolResultPart(tool_call_id=name, name="look", content=draw(texts)))
                answers += [ImagePart(data=b"png")] if draw(st.booleans()) else []
            made.append(Message(id=f"t{turn}.{step}", role="tool", parts=tuple(answers)))
        made.append(Message(id=f"e{turn}", role="assistant", parts=(TextPart(text="so it is"),)))
    return made[: -1 if made[-2].role != "assistant" else None]


@st.composite
def mutilated(draw: st.DrawFn, whole: Sequence[Message]) -> list[Message]:
    """Cut anywhere, also within a message; then drop, double and swap messages."""
    made = list(whole[: draw(st.integers(0, len(whole)))])
    if made and draw(st.booleans()):
        made[-1] = replace(made[-1], parts=made[-1].parts[: draw(st.integers(0, len(made[-1].parts)))])
    for _ in range(draw(st.integers(0, 4))):
        if not made:
            break
        one, other = (draw(st.integers(0, len(made) - 1)) for _ in range(2))
        match draw(st.sampled_from(["drop", "double", "swap", "shuffle"])):
            case "drop":
                del made[one]
            case "double":
                made.insert(other, made[one])
            case "swap":
                made[one], made[other] = made[other], made[one]
            case _:
                made[one] = replace(made[one], parts=tuple(draw(st.permutations(made[one].parts))))
    return made


@given(histories)
def test_any_history_is_repaired_to_what_every_provider_accepts(history: list[Message]) -> None:
    check_for_every_provider(repair(history))


@given(histories)
def test_repairing_is_deterministic_and_twice_is_once(history: list[Message]) -> None:
    repaired = repair(history)
    assert repair(list(history)) == repaired
    assert repair(repaired) == repaired


@given(valid_transcripts())
def test_what_is_valid_is_left_as_it_is(transcript: list[Message]) -> None:
    check_for_every_provider(transcript)
    assert repair(transcript) == tuple(transcript)


@given(st.data())
def test_a_transcript_cut_anywhere_and_disordered_is_valid_again(data: st.DataObject) -> None:
    transcript = data.draw(valid_transcripts())
    broken = data.draw(mutilated(transcript))
    repaired = repair(broken)
    check_for_every_provider(repaired)
    assert repair(repaired) == repaired


@given(valid_transcripts(), st.data())
def test_a_cut_keeps_everything_before_it(transcript: list[Message], data: st.DataObject) -> None:
    length = data.draw(st.integers(1, len(transcript)))
    repaired = repair(transcript[:length])
    assert repaired[:length] == tuple(transcript[:length])
    assert len(repaired) <= length + 1


def real_transcript() -> tuple[Message, ...]:
    """What runs of a session really said, with failures and parallel calls."""
    model = ScriptedModel(
        [
            ModelStep(text="Both.", reasoning="hm", calls=(call("look", at=1), call("bad"), call("nope"))),
            ModelStep(calls=(call("look"),)),
            "First answer.",
            ModelStep(text="Again.", calls=(call("bad"),)),
            "Second answer.",
        ]
    )
    engine = runner(model)
    agent = Agent("a", tools=[fake_tool("look", 1), fake_tool("bad", ValueError("x"))])

    async def two_runs() -> None:
        await engine.run(agent, "one", session="s")
        await engine.run(agent, "two", session="s")

    asyncio.run(two_runs())
    for request in model.requests:
        check_for_every_provider(request.messages)
    return engine.history("s")


def test_what_a_run_really_said_cut_at_every_part_is_valid_again() -> None:
    transcript = real_transcript()
    assert len(transcript) == 10
    for place, message in enumerate(transcript):
        for length in range(len(message.parts) + 1):
            cut = (*transcript[:place], replace(message, parts=message.parts[:length]))
            check_for_every_provider(repair(cut))
            check_for_every_provider(
                repair((*cut, Message(id="u", role="user", parts=(TextPart(text="go"),))))
            )
            check_for_every_provider(repair(transcript[place:]))


def test_a_call_that_was_cut_is_answered_as_interrupted_and_others_keep_their_results() -> None:
    calls = tuple([ToolCallPart(tool_call_id=name, name="look", arguments="{}") for name in ("a", "b")])
    transcript = repair(
        [
            Message(id="1", role="assistant", parts=calls),
            Message(
                id="2", role="tool", parts=(ToolResultPart(tool_call_id="b", name="look", content="seen"),)
            ),
        ]
    )
    assert transcript[0].text == OPENING
    answers = [part for part in transcript[2].parts if isinstance(part, ToolResultPart)]
    assert [(part.content, part.outcome) for part in answers] == [
        (INTERRUPTED, "interrupted"),
        ("seen", "completed"),
    ]


@pytest.mark.parametrize("history", [[], [Message(id="1", role="user", parts=(TextPart(text=" "),))]])
def test_nothing_becomes_an_opening(history: list[Message]) -> None:
    (only,) = repair(history)
    assert (only.role, only.text) == ("user", OPENING)
