"""What the Responses API answers, whole and broken."""

import json
from typing import Any

import pytest

from agent_sdk.contracts import errors
from agent_sdk.contracts.messages import Part, ReasoningPart, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelResponse, ReasoningDelta, TextDelta, ToolCallDelta
from tests.unit.llm.openai_kit import SEARCH, answer, prepared, read, recorded, request, sse

MODEL = "responses/gpt-5"
TOOLS = request(tools=(SEARCH,))
ENCRYPTED = "gAAAAABo/ü+=="


def ended(kind: str = "completed", **response: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "response": {"id": "resp_1", "output": [], **response}}


def without_ids(parts: tuple[Part, ...]) -> list[Any]:
    return [(part.name, part.arguments) if isinstance(part, ToolCallPart) else part for part in parts]


def test_text_streams_in_deltas_and_comes_whole_at_the_end() -> None:
    chunks = read(prepared(model=MODEL).decoder, [recorded("openai_responses", "text.sse")])
    assert chunks[0] == TextDelta("Grüße 🗼")
    whole = chunks[1]
    assert isinstance(whole, ModelResponse)
    assert whole.parts == (TextPart(text="Grüße 🗼"),)
    assert whole.finish_reason == "stop"
    assert (whole.model, whole.response_id) == ("gpt-5-2025-08-07", "resp_1")
    assert whole.usage == Usage(
        input_tokens=1100, output_tokens=40, cache_read_tokens=1024, reasoning_tokens=24, requests=1
    )


def test_reasoning_and_parallel_calls_keep_their_order_and_the_encrypted_state() -> None:
    chunks = read(prepared(TOOLS, MODEL).decoder, [recorded("openai_responses", "reasoning_and_tools.sse")])
    assert chunks[:3] == [
        ReasoningDelta("Let me look.\n\nThen answer."),
        ToolCallDelta(0, "vector.search", '{"query":"x"}'),
        ToolCallDelta(1, "calculator", "{}"),
    ]
    whole = chunks[-1]
    assert isinstance(whole, ModelResponse)
    assert whole.finish_reason == "tool_calls"
    thought, *calls = whole.parts
    assert isinstance(thought, ReasoningPart)
    assert thought.provider == "openai"
    assert thought.state is not None
    assert thought.state["encrypted_content"] == ENCRYPTED
    assert without_ids(tuple(calls)) == [("vector.search", '{"query":"x"}'), ("calculator", "{}")]


def test_reasoning_that_shows_nothing_keeps_its_state() -> None:
    thought, text = answer(recorded("openai_responses", "silent_reasoning.sse"), MODEL).parts
    assert isinstance(thought, ReasoningPart)
    assert thought.text == ""
    assert thought.state is not None
    assert "status" not in thought.state
    assert text == TextPart(text="Four.")


def test_an_answer_in_one_piece_gives_the_same_parts_as_a_stream() -> None:
    chunks = read(prepared(TOOLS, MODEL).decoder, [recorded("openai_responses", "whole.json")])
    assert chunks[:-1] == [
        ReasoningDelta("Hm."),
        TextDelta("Done."),
        ToolCallDelta(0, "vector.search", '{"query":"x"}'),
    ]


def test_what_only_the_last_event_says_is_read_too() -> None:
    output = json.loads(recorded("openai_responses", "whole.json"))["output"]
    response = answer(sse(ended(output=output), done=False), MODEL, TOOLS)
    assert [part.type for part in response.parts] == ["reasoning", "text", "tool_call"]


def test_raw_reasoning_streams_like_a_summary() -> None:
    event = {"type": "response.reasoning_text.delta", "output_index": 0, "delta": "Hm."}
    assert prepared(model=MODEL).decoder.feed(sse(event, done=False)) == [ReasoningDelta("Hm.")]


def test_arguments_that_come_only_whole_are_taken() -> None:
    added = {"type": "function_call", "call_id": "a", "name": "vector__search", "arguments": ""}
    events = [
        {"type": "response.output_item.added", "output_index": 0, "item": added},
        {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": '{"query":"x"}'},
    ]
    assert without_ids(answer(sse(*events, ended()), MODEL, TOOLS).parts) == [
        ("vector.search", '{"query":"x"}')
    ]


@pytest.mark.parametrize("file", ["refusal.sse"])
def test_a_refusal_is_text_and_a_content_filter(file: str) -> None:
    response = answer(recorded("openai_responses", file), MODEL)
    assert response.parts == (TextPart(text="I can't."),)
    assert response.finish_reason == "content_filter"


def test_a_refusal_in_one_piece_is_text_and_a_content_filter() -> None:
    item = {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}
    response = answer(json.dumps({"status": "completed", "output": [item]}).encode(), MODEL)
    assert response.parts == (TextPart(text="No."),)
    assert response.finish_reason == "content_filter"


@pytest.mark.parametrize(
    ("details", "ours"),
    [
        ({"reason": "max_output_tokens"}, "length"),
        ({"reason": "content_filter"}, "content_filter"),
        ({"reason": "tired"}, "other"),
        ({"reason": None}, "other"),
        (None, "other"),
    ],
)
def test_each_reason_to_be_incomplete_has_its_word(details: object, ours: str) -> None:
    assert answer(sse(ended("incomplete", incomplete_details=details)), MODEL).finish_reason == ours


def test_a_failed_response_is_raised() -> None:
    with pytest.raises(errors.RateLimited, match=r"Slow down\."):
        answer(recorded("openai_responses", "failed.sse"), MODEL)
    with pytest.raises(errors.ServerError, match="no explanation"):
        answer(sse({"type": "response.failed"}), MODEL)
    with pytest.raises(errors.BadRequest, match="a hint"):
        answer(b'{"error":{"type":"invalid_request_error","message":"a hint"}}', MODEL)


def test_an_error_in_mid_stream_is_raised() -> None:
    with pytest.raises(errors.ServerError, match="Sorry"):
        answer(recorded("openai_responses", "error_in_mid_stream.sse"), MODEL)
    with pytest.raises(errors.Overloaded):
        answer(sse({"error": {"type": "overloaded_error", "message": "x"}}), MODEL)


def test_events_that_nobody_knows_are_skipped() -> None:
    events = [{"type": "response.new_thing.delta", "delta": {"a": 1}}, {"hello": 1}]
    assert answer(sse(*events, ended()), MODEL).parts == ()


def test_a_stream_that_ends_before_the_response_does_is_cut() -> None:
    whole = recorded("openai_responses", "text.sse")
    with pytest.raises(errors.ConnectionFailed, match="broke off"):
        answer(whole[: whole.index(b"event: response.completed")], MODEL)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_text.delta", "output_index": 0, "delta": 7},
        {"type": "response.output_text.delta", "output_index": "x", "delta": "a"},
        {"type": "response.output_item.done", "output_index": 0, "item": []},
        {"type": "response.completed", "response": []},
        {"type": "response.function_call_arguments.delta", "output_index": 0},
    ],
)
def test_an_event_of_the_wrong_shape_is_malformed(event: object) -> None:
    with pytest.raises(errors.MalformedResponse):
        answer(sse(event), MODEL)


def test_an_event_without_its_item_is_skipped() -> None:
    events = [{"type": "response.output_item.added"}, {"type": "response.output_item.done"}]
    assert answer(sse(*events, ended()), MODEL).parts == ()


def test_a_stream_that_ends_with_done_alone_is_empty() -> None:
    with pytest.raises(errors.MalformedResponse, match="empty answer"):
        answer(sse(), MODEL)
