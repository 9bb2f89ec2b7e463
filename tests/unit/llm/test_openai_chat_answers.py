"""What Chat Completions answers, whole and broken."""

from typing import Any

import pytest

from agent_sdk.contracts import errors
from agent_sdk.contracts.messages import ReasoningPart, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelResponse, ReasoningDelta, TextDelta, ToolCallDelta
from tests.unit.llm.openai_kit import (
    SEARCH,
    answer,
    chat_calls,
    chat_chunk,
    piece,
    prepared,
    read,
    recorded,
    request,
    sse,
)

STOP = chat_chunk({}, "stop")
TOOLS = request(tools=(SEARCH,))


def calls_of(response: ModelResponse) -> list[tuple[str, str, str | None]]:
    return [
        (part.name, part.arguments, part.provider_call_id)
        for part in response.parts
        if isinstance(part, ToolCallPart)
    ]


def test_text_streams_in_deltas_and_comes_whole_at_the_end() -> None:
    segments = [sse(chat_chunk({"content": "Hel"}), done=False), sse(chat_chunk({"content": "lo"}), STOP)]
    chunks = read(prepared().decoder, segments)
    assert chunks[:2] == [TextDelta("Hel"), TextDelta("lo")]
    whole = chunks[2]
    assert isinstance(whole, ModelResponse)
    assert whole.parts == (TextPart(text="Hello"),)
    assert whole.finish_reason == "stop"
    assert whole.model == "gpt-5-2025-08-07"
    assert whole.response_id == "chatcmpl-1"


def test_a_model_that_is_named_late_is_taken_over() -> None:
    unnamed, named = chat_chunk({"content": "a"}), chat_chunk({"content": "b"})
    del unnamed["model"]
    whole = read(prepared().decoder, [sse(unnamed, done=False), sse(named, named)])[-1]
    assert isinstance(whole, ModelResponse)
    assert whole.model == "gpt-5-2025-08-07"


def test_deltas_of_one_network_segment_come_merged() -> None:
    segment = sse(
        chat_chunk({"content": "a"}), chat_chunk({"content": "b"}), chat_chunk({"content": "c"}), done=False
    )
    assert prepared().decoder.feed(segment) == [TextDelta("abc")]


def test_usage_counts_cached_and_reasoning_tokens_within_the_totals() -> None:
    assert answer(recorded("openai_chat", "text.sse")).usage == Usage(
        input_tokens=1100, output_tokens=40, cache_read_tokens=1024, reasoning_tokens=24, requests=1
    )


def test_missing_usage_counts_a_request_without_tokens() -> None:
    assert answer(sse(chat_chunk({"content": "x"}), STOP)).usage == Usage(requests=1)


@pytest.mark.parametrize("absurd", [-1, 10**30, "many", 1.5, None, [], True])
def test_an_absurd_count_counts_as_nothing(absurd: Any) -> None:
    usage = {
        "prompt_tokens": absurd,
        "completion_tokens": 3,
        "completion_tokens_details": {"reasoning_tokens": 9},
    }
    counted = answer(sse(chat_chunk({"content": "x"}, "stop", usage=usage))).usage
    assert counted.input_tokens in {0, 1}
    assert (counted.output_tokens, counted.reasoning_tokens) == (3, 3)


def test_parallel_tool_calls_keep_their_order_and_get_our_names_and_ids() -> None:
    chunks = read(prepared(TOOLS).decoder, [recorded("openai_chat", "parallel_tools.sse")])
    assert chunks[:2] == [
        ToolCallDelta(0, "vector.search", '{"query":"x"}'),
        ToolCallDelta(1, "calculator", '{"expression":"17 * 23"}'),
    ]
    whole = chunks[-1]
    assert isinstance(whole, ModelResponse)
    assert whole.finish_reason == "tool_calls"
    assert calls_of(whole) == [
        ("vector.search", '{"query":"x"}', "call_a"),
        ("calculator", '{"expression":"17 * 23"}', "call_b"),
    ]
    ours = [part.tool_call_id for part in whole.parts if isinstance(part, ToolCallPart)]
    assert len(set(ours)) == 2
    assert all(each.startswith("call_") for each in ours)


def test_two_tool_calls_with_one_id_are_told_apart() -> None:
    response = answer(
        sse(
            chat_calls(
                piece(0, id="same", name="a", arguments="{}"), piece(1, id="same", name="b", arguments="{}")
            ),
            STOP,
        )
    )
    first, second = calls_of(response)
    assert first == ("a", "{}", "same")
    assert second[0] == "b"
    assert second[2] not in {"same", None}


def test_calls_that_share_an_index_are_told_apart_by_their_ids() -> None:
    response = answer(
        sse(
            chat_calls(piece(0, id="x", name="a", arguments='{"n":')),
            chat_calls(piece(0, arguments="1}")),
            chat_calls(piece(0, id="y", name="a", arguments='{"n":2}')),
            STOP,
        )
    )
    assert calls_of(response) == [("a", '{"n":1}', "x"), ("a", '{"n":2}', "y")]


def test_calls_without_an_index_go_on_until_the_next_id() -> None:
    response = answer(
        sse(
            chat_calls(piece(None, id="x", name="a", arguments='{"n":')),
            chat_calls(piece(None, arguments="1}")),
            chat_calls(piece(None, id="y", name="b")),
            STOP,
        )
    )
    assert calls_of(response) == [("a", '{"n":1}', "x"), ("b", "{}", "y")]


def test_a_name_and_id_that_are_repeated_with_each_piece_count_once() -> None:
    response = answer(
        sse(
            chat_calls(piece(0, id="x", name="a", arguments='{"n":')),
            chat_calls(piece(0, id="x", name="a", arguments="1}")),
            STOP,
        )
    )
    assert calls_of(response) == [("a", '{"n":1}', "x")]


def test_arguments_that_come_as_an_object_are_written_as_text() -> None:
    assert calls_of(answer(sse(chat_calls(piece(0, id="x", name="a", arguments={"n": 1})), STOP))) == [
        ("a", '{"n":1}', "x")
    ]


def test_a_call_is_shown_once_its_name_is_known() -> None:
    decoder = prepared().decoder
    assert decoder.feed(sse(chat_calls(piece(0, id="x", arguments="{")), done=False)) == []
    assert decoder.feed(sse(chat_calls(piece(0, name="a", arguments="}")), done=False)) == [
        ToolCallDelta(0, "a", "{}")
    ]


def test_a_call_without_a_name_is_malformed() -> None:
    with pytest.raises(errors.MalformedResponse, match="without a name"):
        answer(sse(chat_calls(piece(0, id="x", arguments="{}")), STOP))


@pytest.mark.parametrize(
    ("file", "field", "text"),
    [
        ("reasoning_content.sse", "reasoning_content", "Let me think"),
        ("reasoning_and_tool.sse", "reasoning", "I look it up."),
    ],
)
def test_reasoning_of_compatible_servers_streams_and_remembers_its_field(
    file: str, field: str, text: str
) -> None:
    chunks = read(prepared(TOOLS).decoder, [recorded("openai_chat", file)])
    assert chunks[0] == ReasoningDelta(text)
    whole = chunks[-1]
    assert isinstance(whole, ModelResponse)
    assert whole.parts[0] == ReasoningPart(text=text, provider="openai", state={"field": field})


def test_a_refusal_is_text_and_a_content_filter() -> None:
    response = answer(recorded("openai_chat", "refusal.sse"))
    assert response.parts == (TextPart(text="I can't help with that."),)
    assert response.finish_reason == "content_filter"


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("tool_calls", "stop"),
        ("eos", "other"),
    ],
)
def test_each_stop_reason_has_its_word(reason: str, ours: str) -> None:
    assert answer(sse(chat_chunk({"content": "x"}), chat_chunk({}, reason))).finish_reason == ours


def test_a_server_that_says_stop_but_calls_tools_means_tool_calls() -> None:
    assert answer(recorded("openai_chat", "ollama.sse")).finish_reason == "tool_calls"


def test_a_stream_may_end_without_done_or_without_a_reason_but_not_without_both() -> None:
    assert answer(sse(chat_chunk({"content": "x"}), STOP, done=False)).finish_reason == "stop"
    assert answer(sse(chat_chunk({"content": "x"}))).finish_reason == "stop"
    with pytest.raises(errors.ConnectionFailed, match="broke off"):
        answer(sse(chat_chunk({"content": "x"}), done=False))


def test_an_answer_with_nothing_in_it_is_malformed() -> None:
    with pytest.raises(errors.MalformedResponse, match="empty answer"):
        answer(sse())
    with pytest.raises(errors.MalformedResponse, match="empty answer"):
        answer(sse({"choices": []}, {"choices": None}))


def test_a_model_may_say_nothing_and_stop() -> None:
    assert answer(sse(STOP)).parts == ()


@pytest.mark.parametrize(
    "garbage",
    [b"data: {\n\n", b"data: nope\n\n", b"data: []\n\n", b'data: {"choices":{}}\n\n', b"data: \xff\n\n",
     b'data: {"choices":[{"delta":{"content":7}}]}\n\n', b"data: " + b"[" * 50_000 + b"\n\n"],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_malformed(garbage: bytes) -> None:
    with pytest.raises(errors.MalformedResponse, match="cannot be read"):
        answer(garbage)


def test_an_error_in_mid_stream_is_raised_after_what_came_before_it() -> None:
    decoder = prepared().decoder
    with pytest.raises(errors.ServerError, match="The server had an error"):
        decoder.feed(recorded("openai_chat", "error_in_mid_stream.sse"))
    with pytest.raises(errors.Overloaded):
        answer(b'event: error\ndata: {"type":"overloaded_error","message":"x"}\n\n')


def test_an_answer_in_one_piece_gives_the_same_chunks_as_a_stream() -> None:
    body = recorded("openai_chat", "whole.json")
    chunks = read(prepared(TOOLS).decoder, [body[:100], body[100:]])
    assert chunks[:-1] == [
        ReasoningDelta("Hm."),
        TextDelta("Done."),
        ToolCallDelta(0, "vector.search", '{"query":"x"}'),
    ]


def test_a_content_that_is_a_list_of_parts_is_joined() -> None:
    thoughts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}, {"type": "text", "text": "."}]}
    ]
    texts = [
        {"type": "text", "text": "Hel"},
        {"type": "text", "text": "lo"},
        {"type": "thinking", "thinking": None},
    ]
    response = answer(sse(chat_chunk({"content": thoughts}), chat_chunk({"content": texts}), STOP))
    assert response.parts == (ReasoningPart(text="Hm.", provider="openai"), TextPart(text="Hello"))


def test_pieces_of_a_call_may_have_no_number_for_an_index() -> None:
    first = {"index": None, "id": "x", "function": {"name": "a", "arguments": '{"n":'}}
    response = answer(
        sse(chat_calls(first), chat_calls({"index": None, "function": {"arguments": "1}"}}), STOP)
    )
    assert calls_of(response) == [("a", '{"n":1}', "x")]


def test_an_error_in_place_of_a_body_is_raised() -> None:
    with pytest.raises(errors.BadRequest, match="broke off: x"):
        answer(recorded("openai_chat", "error.json"))


def test_a_body_that_cannot_be_read_is_malformed() -> None:
    with pytest.raises(errors.MalformedResponse, match="a body that cannot be read"):
        answer(recorded("openai_chat", "whole.json")[:200])


def test_further_choices_are_not_read() -> None:
    other = {"index": 1, "delta": {"content": "other"}, "finish_reason": None}
    chunk = {"choices": [other, {"index": 0, "delta": {"content": "mine"}, "finish_reason": "stop"}]}
    assert answer(sse(chunk)).parts == (TextPart(text="mine"),)


def test_an_answer_may_not_have_parts_without_end() -> None:
    events = [chat_calls(piece(number, id=str(number), name="a")) for number in range(5000)]
    with pytest.raises(errors.MalformedResponse, match="more than 4096 parts"):
        answer(sse(*events))
