"""What the Anthropic provider reads out of an answer."""

import json
from typing import Any

import pytest

from agent_sdk.contracts.errors import (
    ConnectionFailed,
    MalformedResponse,
    ModelError,
    ModelTimeout,
    Overloaded,
    ServerError,
)
from agent_sdk.contracts.messages import (
    CitationPart,
    FinishReason,
    ReasoningPart,
    TextPart,
    ToolCallPart,
)
from agent_sdk.contracts.usage import Usage
from agent_sdk.llm.providers.anthropic_stream import CITATIONS_MAX_COUNT
from agent_sdk.ports.llm import ModelResponse, ReasoningDelta, TextDelta, ToolCallDelta
from agent_sdk.testing import FakeIds
from tests.unit.llm.anthropic_kit import CORPUS, decode, exchange, recorded, response, stream, text_stream

STOP = {"type": "message_stop"}


def reason(word: str) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": word}, "usage": {}}


def opened(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def grown(index: int, kind: str, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


def test_text_streams_as_it_comes() -> None:
    chunks = decode(*[line + b"\n\n" for line in recorded("text.sse").split(b"\n\n")])
    assert chunks[:-1] == [TextDelta("Hello"), TextDelta(", wörld "), TextDelta("👋!")]
    assert chunks[-1] == ModelResponse(
        parts=(TextPart(text="Hello, wörld 👋!"),),
        finish_reason="stop",
        usage=Usage(input_tokens=25, output_tokens=15, requests=1),
        model="claude-sonnet-4-5-20250929",
        response_id="msg_01XFDUDYJgAACzvnptvVoYEL",
    )


@pytest.mark.parametrize(
    "name", sorted(path.name for path in CORPUS.iterdir() if path.name != "overloaded.sse")
)
@pytest.mark.parametrize("size", [1, 7, 64])
def test_where_the_network_cuts_an_answer_does_not_matter(name: str, size: int) -> None:
    whole = recorded(name)
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert response(*pieces) == response(whole)


def test_thinking_and_parallel_tools() -> None:
    chunks = decode(recorded("thinking_and_parallel_tools.sse"), name="claude-opus-4-6")
    assert chunks[:-1] == [
        ReasoningDelta("Two cities, so two calls."),
        TextDelta("I'll look."),
        ToolCallDelta(0, "weather.lookup", '{"city": "San Francisco", "unit": "c"}'),
        ToolCallDelta(1, "weather.lookup", '{"city":"Tōkyō"}'),
    ]
    answer = chunks[-1]
    assert isinstance(answer, ModelResponse)
    assert answer.finish_reason == "tool_calls"
    thought, redacted, text, first, second = answer.parts
    assert thought == ReasoningPart(
        text="Two cities, so two calls.",
        provider="anthropic",
        state={
            "model": "claude-opus-4-6",
            "prefix": None,
            "block": {
                "type": "thinking",
                "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds+/=",
            },
        },
    )
    assert isinstance(redacted, ReasoningPart)
    assert redacted.text == ""
    assert text == TextPart(text="I'll look.")
    assert isinstance(first, ToolCallPart)
    assert isinstance(second, ToolCallPart)
    assert (first.tool_call_id, first.provider_call_id) == (
        FakeIds().new("call"),
        "toolu_01T1x1fJ34qAmk2tNTrN7Up6",
    )
    assert second.provider_call_id == "toolu_01Ab9KqLm3nPqRsTuVwXyZ12"
    assert second.tool_call_id > first.tool_call_id


def test_cached_tokens_count_as_input() -> None:
    assert response(recorded("thinking_and_parallel_tools.sse")).usage == Usage(
        input_tokens=12 + 2048 + 40000,
        cache_read_tokens=40000,
        cache_write_tokens=2048,
        output_tokens=189,
        reasoning_tokens=120,
        requests=1,
    )


def test_later_totals_replace_earlier_ones_and_missing_ones_do_not() -> None:
    assert response(recorded("omitted_thinking.sse")).usage == Usage(
        input_tokens=30, cache_read_tokens=4, output_tokens=15, requests=1
    )


def test_a_total_that_is_null_later_leaves_what_was_said_before() -> None:
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 25, "output_tokens": 1}}}
    end = {"type": "message_delta", "usage": {"input_tokens": None, "output_tokens": 5}}
    answer = response(text_stream("hi", start=[start], end=[end, STOP]))
    assert answer.usage == Usage(input_tokens=25, output_tokens=5, requests=1)


def test_an_answer_without_usage_has_none() -> None:
    answer = response(text_stream("hi", end=[STOP]))
    assert answer.usage == Usage(requests=1)
    assert answer.finish_reason == "stop"


@pytest.mark.parametrize("count", [-1, "12", None, 1.5, {}])
def test_odd_numbers_of_tokens_count_nothing(count: object) -> None:
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": count}}
    assert response(text_stream("hi", end=[end, STOP])).usage == Usage(requests=1)


def test_thinking_that_is_not_shown_still_goes_back() -> None:
    thought, text = response(recorded("omitted_thinking.sse"), name="claude-haiku-4-5").parts
    assert thought == ReasoningPart(
        text="",
        provider="anthropic",
        state={
            "model": "claude-haiku-4-5",
            "prefix": None,
            "block": {"type": "thinking", "signature": "c2lnbmVk"},
        },
    )
    assert text == TextPart(text="42")


def test_thinking_without_a_signature_is_for_the_reader_only() -> None:
    (thought,) = response(
        stream(opened(0, type="thinking", thinking="Hm"), grown(0, "thinking_delta", thinking="."), STOP)
    ).parts
    assert thought == ReasoningPart(text="Hm.", provider="anthropic")


def test_a_tool_without_arguments_is_called_with_an_empty_object() -> None:
    (call,) = response(recorded("no_arguments.sse")).parts
    assert isinstance(call, ToolCallPart)
    assert call.arguments == "{}"


def test_arguments_may_come_with_the_start_of_the_call() -> None:
    tool = opened(0, type="tool_use", id="t", name="weather__lookup", input={"city": "Oslo"})
    for end in ([{"type": "content_block_stop", "index": 0}, STOP], [STOP]):
        (call,) = response(stream(tool, *end)).parts
        assert isinstance(call, ToolCallPart)
        assert (call.name, call.arguments) == ("weather.lookup", '{"city":"Oslo"}')


def test_arguments_that_the_bound_cut_are_kept_as_written() -> None:
    answer = response(recorded("out_of_tokens.sse"))
    (call,) = answer.parts
    assert isinstance(call, ToolCallPart)
    assert call.arguments == '{"path":"a","text":"lorem'
    assert answer.finish_reason == "length"


def test_two_calls_of_one_id_are_told_apart() -> None:
    tools = [opened(index, type="tool_use", id="same", name="weather__lookup", input={}) for index in (0, 1)]
    first, second = response(stream(*tools, STOP)).parts
    assert isinstance(first, ToolCallPart)
    assert isinstance(second, ToolCallPart)
    assert first.tool_call_id != second.tool_call_id
    assert first.provider_call_id != second.provider_call_id


def test_a_tool_call_without_a_name_cannot_be_read() -> None:
    with pytest.raises(MalformedResponse):
        response(stream(grown(0, "input_json_delta", partial_json="{}"), STOP))


def test_citations_stand_behind_the_text_that_they_support() -> None:
    parts = response(recorded("citations.sse")).parts
    assert parts == (
        TextPart(text="The grass is green"),
        CitationPart(
            document="Nature",
            chunk_id="char 0",
            quote="The grass is green.",
            start=0,
            end=19,
            title="Nature",
        ),
        TextPart(text=" and "),
        TextPart(text="the sky is blue"),
        CitationPart(document="document 1", chunk_id="page 5", quote="The sky is blue.", start=0, end=0),
        TextPart(text="."),
        CitationPart(
            document="https://example.com/water",
            chunk_id="web_search_result",
            quote="Water is wet.",
            start=0,
            end=0,
            title="Water",
        ),
    )


def test_citations_stand_before_the_calls_that_follow() -> None:
    cited = grown(0, "citations_delta", citation={"type": "char_location", "cited_text": "a"})
    tool = opened(1, type="tool_use", id="t", name="weather__lookup", input={})
    answer = response(text_stream("hi", end=[tool, cited, STOP]))
    assert [type(part) for part in answer.parts] == [TextPart, CitationPart, ToolCallPart]


def test_citations_are_bounded() -> None:
    cited = grown(0, "citations_delta", citation={"type": "char_location", "cited_text": "a"})
    answer = response(text_stream("hi", end=[*[cited] * (CITATIONS_MAX_COUNT + 5), STOP]))
    assert len(answer.parts) == 1 + CITATIONS_MAX_COUNT


@pytest.mark.parametrize("citation", ["x", {}, {"type": 3, "cited_text": None, "document_index": "one"}])
def test_odd_citations_do_not_spoil_the_text(citation: object) -> None:
    answer = response(text_stream("hi", end=[grown(0, "citations_delta", citation=citation), STOP]))
    assert answer.parts[0] == TextPart(text="hi")


def test_what_a_server_s_own_tool_did_is_kept_for_the_provider() -> None:
    answer = response(recorded("server_tools.sse"))
    assert [type(part) for part in answer.parts] == [ReasoningPart, ReasoningPart, TextPart]
    assert answer.finish_reason == "other"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("pause_turn", "other"),
        ("something_new", "other"),
    ],
)
def test_stop_reasons(word: str, expected: FinishReason) -> None:
    assert response(text_stream("hi", end=[reason(word), STOP])).finish_reason == expected


def test_a_refusal_keeps_what_was_said() -> None:
    answer = response(recorded("refusal.sse"))
    assert (answer.finish_reason, answer.parts) == ("content_filter", (TextPart(text="I can"),))


def test_pings_comments_and_unknown_events_are_passed_over() -> None:
    assert response(recorded("unknown_events.sse")).parts == (TextPart(text="ok"),)


def test_the_terminator_of_another_vendor_is_passed_over() -> None:
    assert response(text_stream("hi") + b"data: [DONE]\n\n" + stream(STOP)).parts == (TextPart(text="hi"),)


def test_nothing_counts_after_the_end() -> None:
    answer = response(text_stream("hi", end=[STOP, grown(0, "text_delta", text=" there")]))
    assert answer.parts == (TextPart(text="hi"),)


def test_reading_is_done_at_message_stop() -> None:
    decoder = exchange().decoder
    decoder.feed(text_stream("hi"))
    assert not decoder.done
    decoder.feed(stream(STOP))
    assert decoder.done


@pytest.mark.parametrize("name", ["text.sse", "thinking_and_parallel_tools.sse"])
def test_a_cut_stream_ends_as_connection_failed(name: str) -> None:
    whole = recorded(name)
    for end in range(1, len(whole) - len(b"\n"), 97):
        with pytest.raises(ConnectionFailed) as caught:
            decode(whole[:end])
        assert caught.value.retryable


def test_an_error_in_the_middle_says_what_happened() -> None:
    with pytest.raises(Overloaded, match="Overloaded"):
        decode(recorded("overloaded.sse"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "timeout_error", "message": "late"}, ModelTimeout),
        ({"type": "api_error", "message": "oops"}, ServerError),
        (None, ModelError),
        ("plain words", ModelError),
    ],
)
def test_errors_of_any_shape_in_a_stream_and_in_a_body(error: object, expected: type[ModelError]) -> None:
    for answer in (
        stream({"type": "error", "error": error}),
        json.dumps({"type": "error", "error": error}).encode(),
    ):
        with pytest.raises(expected):
            decode(answer)


def test_an_error_without_a_type_is_an_error() -> None:
    with pytest.raises(ServerError, match="backend is gone"):
        decode(stream({"error": {"message": "backend is gone", "code": "500"}}))


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b'{"type":3}', b'{"type":"x","index":"0"}', b'{"type":"\xff"}', b"[" * 3000],
)
def test_an_event_that_cannot_be_read_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedResponse):
        decode(b"data: " + data + b"\n\n")


@pytest.mark.parametrize("block", [{}, {"type": None}, {"type": 3}])
def test_a_block_without_a_type_is_malformed(block: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponse):
        decode(stream(opened(0, **block), STOP))


def test_input_of_a_server_s_tool_that_cannot_be_read_is_malformed() -> None:
    broken = grown(0, "input_json_delta", partial_json='{"query":')
    with pytest.raises(MalformedResponse):
        decode(stream(opened(0, type="server_tool_use", id="s", name="web_search"), broken, STOP))


def test_a_signature_may_come_without_a_start() -> None:
    (thought,) = response(stream(grown(0, "signature_delta", signature="c2ln"), STOP)).parts
    assert isinstance(thought, ReasoningPart)
    assert thought.state is not None


def test_deltas_that_bring_nothing_are_passed_over() -> None:
    nothing = [{"type": "content_block_delta", "index": 0}, grown(0, "text_delta", text=None)]
    assert response(text_stream("hi", end=[*nothing, STOP])).parts == (TextPart(text="hi"),)


def test_an_answer_in_one_piece_reads_like_a_stream() -> None:
    chunks = decode(recorded("whole.json"))
    assert chunks[:-1] == [
        ReasoningDelta("Hm."),
        TextDelta("Looking."),
        ToolCallDelta(0, "weather.lookup", '{"city":"Oslo"}'),
    ]
    answer = chunks[-1]
    assert isinstance(answer, ModelResponse)
    assert [type(part) for part in answer.parts] == [ReasoningPart, TextPart, ToolCallPart]
    assert answer.usage == Usage(
        input_tokens=18, cache_read_tokens=3, cache_write_tokens=5, output_tokens=7, requests=1
    )
    assert (answer.finish_reason, answer.model, answer.response_id) == (
        "tool_calls",
        "claude-opus-5-5",
        "msg_013",
    )


def test_citations_of_an_answer_in_one_piece() -> None:
    cited = {"type": "char_location", "cited_text": "a", "document_index": 2}
    whole = {"content": [{"type": "text", "text": "hi", "citations": [cited]}, "odd"], "stop_reason": None}
    text, citation = response(json.dumps(whole).encode()).parts
    assert text == TextPart(text="hi")
    assert isinstance(citation, CitationPart)
    assert citation.document == "document 2"


@pytest.mark.parametrize("body", [b"{", b'{"content": "text"}', b"{}", b'{"content": [{"type": 1}]}'])
def test_a_body_that_is_no_message_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedResponse):
        decode(body)


@pytest.mark.parametrize(
    "nothing", [b"", b" \n ", b"<html>\n\n</html>", b"Forbidden", b'{"detail": "No entry"}']
)
def test_a_body_that_is_nothing_of_the_providers_is_malformed_and_not_asked_for_again(nothing: bytes) -> None:
    with pytest.raises(MalformedResponse, match="without an answer") as caught:
        decode(nothing)
    assert not caught.value.retryable


@pytest.mark.parametrize("begun", [b"da", b"event", b": waiting\n\n", b"\xef\xbb\xbfdata: {"])
def test_a_stream_that_ends_before_its_first_event_is_a_cut_one(begun: bytes) -> None:
    with pytest.raises(ConnectionFailed):
        decode(begun)


def test_events_without_a_number_for_an_index_belong_to_the_first_block() -> None:
    start = {"type": "content_block_start", "index": None, "content_block": {"type": "text", "text": "a"}}
    delta = {"type": "content_block_delta", "index": None, "delta": {"type": "text_delta", "text": "b"}}
    answered = response(stream({"type": "ping", "index": None}, start, delta, reason("end_turn"), STOP))
    assert answered.parts == (TextPart(text="ab"),)


def test_comments_and_pings_are_no_progress_and_everything_else_is() -> None:
    decoder = exchange().decoder
    signature = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "signature_delta", "signature": "s"},
    }
    progressed: list[bool] = []
    for segment in (
        b": ping\n\n",
        stream({"type": "ping"}),
        stream(signature),
        text_stream("ping"),
        b"data: {",
    ):
        decoder.feed(segment)
        progressed.append(decoder.progressed)
    assert progressed == [False, False, True, True, False]


def test_an_empty_answer_with_a_reason_is_an_answer() -> None:
    assert response(stream(reason("end_turn"), STOP)).parts == ()


def test_what_a_broken_answer_has_used_is_known() -> None:
    decoder = exchange().decoder
    with pytest.raises(Overloaded):
        decoder.feed(recorded("overloaded.sse"))
    assert decoder.usage is not None
    assert decoder.usage.input_tokens > 0
