"""What the Anthropic provider makes of a request."""

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from agent_sdk.contracts.errors import BadRequest, MissingKey
from agent_sdk.contracts.messages import (
    CitationPart,
    DocumentPart,
    ImagePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolOutcome,
    ToolResultPart,
)
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.http_model import HttpModel
from agent_sdk.llm.providers.anthropic import create
from agent_sdk.ports.llm import ModelRequest, ModelResponse, ModelSettings, OutputSchema, ProviderConfig
from tests.unit.llm.anthropic_kit import (
    MODEL,
    WEATHER,
    body,
    decode,
    exchange,
    message,
    recorded,
    request,
    response,
)

EPHEMERAL = {"type": "ephemeral"}


def call(
    number: int, *, arguments: str = "{}", provider: str | None = "anthropic", theirs: str = ""
) -> ToolCallPart:
    return ToolCallPart(
        tool_call_id=f"call_{number}",
        name="weather.lookup",
        arguments=arguments,
        provider=provider,
        provider_call_id=theirs or f"toolu_{number}",
    )


def result(number: int, content: str = "sunny", outcome: ToolOutcome = "completed") -> ToolResultPart:
    return ToolResultPart(
        tool_call_id=f"call_{number}", name="weather.lookup", content=content, outcome=outcome
    )


def content(asked: dict[str, Any], turn: int) -> list[dict[str, Any]]:
    """A turn's blocks, without the marks of the cache."""
    blocks = asked["messages"][turn]["content"]
    return [{name: value for name, value in block.items() if name != "cache_control"} for block in blocks]


def test_without_a_key_the_error_names_the_variable() -> None:
    with pytest.raises(MissingKey) as caught:
        create(MODEL, ProviderConfig())
    assert "ANTHROPIC_API_KEY" in (caught.value.hint or "")


def test_a_server_of_one_s_own_needs_no_key() -> None:
    made = create(MODEL, ProviderConfig(base_url="http://localhost:1"))
    assert isinstance(made, HttpModel)
    assert "x-api-key" not in made.prepare(request()).call.headers


@pytest.mark.parametrize("base", ["http://localhost:1", "http://localhost:1/", "http://localhost:1/v1"])
def test_a_base_url_may_end_in_the_version(base: str) -> None:
    made = create(MODEL, ProviderConfig(base_url=base))
    assert isinstance(made, HttpModel)
    assert made.id == f"anthropic:{MODEL}"
    assert made.prepare(request()).call.url == "http://localhost:1/v1/messages"


def test_the_call_goes_to_anthropic_with_key_and_version() -> None:
    sent = exchange(request(settings=ModelSettings(timeout_s=7))).call
    assert sent.url == "https://api.anthropic.com/v1/messages"
    assert sent.headers["x-api-key"] == "k"
    assert sent.headers["anthropic-version"] == "2023-06-01"
    assert sent.silence_max_s == 7


def test_a_plain_request_streams_with_the_default_bound_and_marks_its_prefix_for_the_cache() -> None:
    assert body(request(instructions="Be kind.")) == {
        "model": MODEL,
        "max_tokens": 32_000,
        "stream": True,
        "system": [{"type": "text", "text": "Be kind.", "cache_control": EPHEMERAL}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": EPHEMERAL}]}
        ],
    }


def test_settings_are_named_as_the_api_names_them() -> None:
    settings = ModelSettings(
        max_output_tokens=5,
        temperature=0.5,
        top_p=0.9,
        stop=("END",),
        seed=7,
        stream=False,
        extra={"metadata": {"user_id": "u"}, "top_p": 0.8},
    )
    asked = body(request(settings=settings))
    assert (
        asked.items()
        >= {
            "max_tokens": 5,
            "temperature": 0.5,
            "top_p": 0.8,
            "stop_sequences": ["END"],
            "stream": False,
            "metadata": {"user_id": "u"},
        }.items()
    )
    assert "seed" not in asked


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (ModelSettings(), None),
        (ModelSettings(parallel_tool_calls=True), None),
        (ModelSettings(tool_choice="auto"), {"type": "auto"}),
        (ModelSettings(tool_choice="required"), {"type": "any"}),
        (ModelSettings(tool_choice="none", parallel_tool_calls=False), {"type": "none"}),
        (ModelSettings(tool_choice="weather.lookup"), {"type": "tool", "name": "weather__lookup"}),
        (ModelSettings(parallel_tool_calls=False), {"type": "auto", "disable_parallel_tool_use": True}),
        (
            ModelSettings(tool_choice="required", parallel_tool_calls=False),
            {"type": "any", "disable_parallel_tool_use": True},
        ),
    ],
)
def test_tool_choice(settings: ModelSettings, expected: object) -> None:
    assert body(request(tools=(WEATHER,), settings=settings)).get("tool_choice") == expected


def test_the_last_tool_carries_the_mark_of_the_cache() -> None:
    second = WEATHER.__class__(name="time", description="Tell the time.", parameters={"type": "object"})
    first_on_wire, last_on_wire = body(request(tools=(WEATHER, second)))["tools"]
    assert first_on_wire == {
        "name": "weather__lookup",
        "description": "Tell the weather.",
        "input_schema": dict(WEATHER.parameters),
    }
    assert last_on_wire["cache_control"] == EPHEMERAL


def test_a_past_with_calls_comes_with_stand_ins_for_tools_that_are_gone() -> None:
    asked = body(request(message("user", "hi"), message("assistant", call(1)), message("tool", result(1))))
    assert [tool["name"] for tool in asked["tools"]] == ["weather__lookup"]
    assert asked["tool_choice"] == {"type": "none"}


def test_results_stand_first_in_one_user_turn_in_the_order_of_the_calls() -> None:
    asked = body(
        request(
            message("user", "hi"),
            message("assistant", "Looking.", call(1), call(2), call(3)),
            message("tool", result(3, "three")),
            message("tool", result(1, "one"), result(2, "two", "failed")),
            message("user", "And?"),
        )
    )
    assert [turn["role"] for turn in asked["messages"]] == ["user", "assistant", "user"]
    assert content(asked, 2) == [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "one"}]},
        {
            "type": "tool_result",
            "tool_use_id": "toolu_2",
            "content": [{"type": "text", "text": "two"}],
            "is_error": True,
        },
        {"type": "tool_result", "tool_use_id": "toolu_3", "content": [{"type": "text", "text": "three"}]},
        {"type": "text", "text": "And?"},
    ]


@pytest.mark.parametrize("outcome", ["failed", "denied", "canceled", "interrupted"])
def test_a_result_of_any_other_outcome_is_an_error_with_an_explanation(outcome: ToolOutcome) -> None:
    asked = body(request(message("assistant", call(1)), message("tool", result(1, "", outcome))))
    assert content(asked, 1)[0]["is_error"] is True
    assert content(asked, 1)[0]["content"] == [{"type": "text", "text": outcome}]


def test_files_that_a_tool_returned_are_inside_its_result() -> None:
    picture = ImagePart(media_type="image/png", data=b"\x89PNG")
    paper = DocumentPart(name="a.txt", media_type="text/plain", data=b"words")
    asked = body(
        request(
            message("assistant", call(1), call(2)),
            message("tool", result(1, "see"), picture, paper, result(2, "")),
        )
    )
    first, second = content(asked, 1)
    assert [block["type"] for block in first["content"]] == ["text", "image", "document"]
    assert "content" not in second


def test_files_of_a_failed_tool_follow_its_result() -> None:
    asked = body(
        request(
            message("assistant", call(1)),
            message("tool", result(1, "no", "failed"), ImagePart(url="https://example.com/a.png")),
        )
    )
    assert [block["type"] for block in content(asked, 1)] == ["tool_result", "image"]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            ImagePart(media_type="image/webp", data=b"abc"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/webp", "data": "YWJj"}},
        ),
        (
            ImagePart(url="https://example.com/a.png"),
            {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        ),
        (
            DocumentPart(data=b"%PDF", name="a.pdf"),
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="},
                "title": "a.pdf",
            },
        ),
        (
            DocumentPart(url="https://example.com/a.pdf"),
            {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}},
        ),
        (
            DocumentPart(media_type="text/markdown", data="ü\xff".encode("latin-1")),
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "\ufffd\ufffd"},
            },
        ),
        (
            DocumentPart(media_type="application/json", data=b"{}"),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "{}"}},
        ),
    ],
)
def test_files_on_the_wire(part: ImagePart | DocumentPart, expected: object) -> None:
    assert content(body(request(message("user", "see", part))), 0)[1] == expected


@pytest.mark.parametrize(
    "part",
    [
        ImagePart(media_type="image/tiff", data=b"II"),
        DocumentPart(media_type="application/msword", data=b"doc"),
    ],
)
def test_a_file_that_the_api_does_not_take_is_refused_before_anything_is_sent(
    part: ImagePart | DocumentPart,
) -> None:
    with pytest.raises(BadRequest, match=part.media_type) as caught:
        exchange(request(message("user", part)))
    assert caught.value.replay_safe
    assert caught.value.hint


@pytest.mark.parametrize(
    "settings",
    [ModelSettings(extra={"metadata": object()}), ModelSettings(stop=("half \ud800",))],
)
def test_what_is_no_json_is_refused_before_anything_is_sent(settings: ModelSettings) -> None:
    with pytest.raises(BadRequest, match="JSON"):
        exchange(request(settings=settings))


def test_arguments_go_back_byte_for_byte() -> None:
    written = '{"b" :1.0,\n "a":"\\u00e9", "n": 12345678901234567890123}'
    sent = exchange(
        request(message("user", "hi"), message("assistant", call(1, arguments=written)))
    ).call.body
    assert written.encode() in sent


@pytest.mark.parametrize("written", ['{"a": ', "[1]", "", '"text"', "[" * 5000])
def test_arguments_that_are_no_object_go_back_wrapped(written: str) -> None:
    asked = body(request(message("assistant", call(1, arguments=written))))
    assert content(asked, 0)[0]["input"] == {"malformed_arguments": written}


def test_another_provider_s_call_goes_by_our_id_and_so_does_a_second_call_of_one_id() -> None:
    asked = body(
        request(
            message(
                "assistant", call(1, provider="openai"), call(2, theirs="toolu_x"), call(3, theirs="toolu_x")
            ),
            message("tool", result(1), result(2), result(3)),
        )
    )
    assert [block["id"] for block in content(asked, 0)] == ["call_1", "toolu_x", "call_3"]
    assert [block["tool_use_id"] for block in content(asked, 1)] == ["call_1", "toolu_x", "call_3"]


def kinds(asked: ModelRequest, turn: int, name: str) -> list[str]:
    return [block["type"] for block in content(body(asked, name), turn)]


def test_thinking_goes_back_to_its_model_as_it_came() -> None:
    name = "claude-opus-4-6"
    answer = response(recorded("thinking_and_parallel_tools.sse"), name=name)
    asked = request(message("user", "hi"), message("assistant", *answer.parts))
    assert content(body(asked, name), 1)[:2] == [
        {
            "type": "thinking",
            "thinking": "Two cities, so two calls.",
            "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds+/=",
        },
        {
            "type": "redacted_thinking",
            "data": "EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIwxtE3rAFBa8cr3qpP",
        },
    ]
    assert kinds(asked, 1, name)[2:] == ["text", "tool_use", "tool_use"]
    assert kinds(asked, 1, "claude-sonnet-4-6") == ["text", "tool_use", "tool_use"]


def test_models_that_bind_their_thinking_get_it_back_only_behind_what_led_to_it() -> None:
    name = "claude-opus-5-5"
    start = (message("user", "hi"), message("assistant", call(9)), message("tool", result(9)))
    first = request(*start, instructions="Be kind.", tools=(WEATHER,))
    one = decode(recorded("omitted_thinking.sse"), asked=first, name=name)[-1]
    assert isinstance(one, ModelResponse)
    history = (*start, message("assistant", *one.parts), message("user", "Sure?"))
    second = replace(first, messages=history)
    assert kinds(second, 3, name) == ["thinking", "text"]
    two = decode(recorded("omitted_thinking.sse"), asked=second, name=name)[-1]
    assert isinstance(two, ModelResponse)
    whole = replace(first, messages=(*history, message("assistant", *two.parts), message("user", "Bye.")))
    assert kinds(whole, 3, name) == kinds(whole, 5, name) == ["thinking", "text"]
    edited = (message("user", "hi!"), *whole.messages[1:])
    for changed in (
        replace(whole, instructions="Be brief."),
        replace(whole, tools=()),
        replace(whole, messages=edited),
        replace(whole, settings=ModelSettings(extra={"system": "Be brief."})),
    ):
        assert kinds(changed, 3, name) == kinds(changed, 5, name) == ["text"]
    # What was said before stays as it was; what stood between is gone.
    shortened = (*whole.messages[:5], *whole.messages[6:])
    assert kinds(replace(whole, messages=shortened), 3, name) == ["thinking", "text"]
    cut_before = (*start, message("assistant", "42"), *whole.messages[4:])
    assert kinds(replace(whole, messages=cut_before), 5, name) == ["text"]


def test_thinking_stays_here_while_thinking_is_off() -> None:
    name = "claude-opus-5"
    answer = response(recorded("omitted_thinking.sse"), name=name)
    asked = request(message("user", "hi"), message("assistant", *answer.parts))
    assert kinds(asked, 1, name) == ["thinking", "text"]
    off = replace(asked, settings=ModelSettings(reasoning_effort="none"))
    assert kinds(off, 1, name) == ["text"]


def test_older_models_get_their_thinking_back_under_other_instructions() -> None:
    name = "claude-haiku-4-5"
    answer = response(recorded("omitted_thinking.sse"), name=name)
    asked = request(message("user", "hi"), message("assistant", *answer.parts), instructions="Be brief.")
    assert kinds(asked, 1, name) == ["thinking", "text"]


def test_reasoning_of_another_provider_or_without_a_signature_stays_here() -> None:
    foreign = ReasoningPart(
        text="hm", provider="openai", state={"model": MODEL, "block": {"type": "thinking"}}
    )
    unsigned = ReasoningPart(text="hm", provider="anthropic")
    strange = ReasoningPart(text="hm", provider="anthropic", state={"signature": "c2ln"})
    asked = body(request(message("user", "hi"), message("assistant", foreign, unsigned, strange, "Yes.")))
    assert content(asked, 1) == [{"type": "text", "text": "Yes."}]


def test_an_answer_that_was_cut_while_the_model_thought_does_not_end_in_thinking() -> None:
    state = {"model": MODEL, "prefix": None, "block": {"type": "thinking", "signature": "c2ln"}}
    thought = ReasoningPart(text="hm", provider="anthropic", state=state)
    asked = body(
        request(message("user", "hi"), message("assistant", "So:", thought), message("user", "go on"))
    )
    assert content(asked, 1) == [{"type": "text", "text": "So:"}]
    alone = body(request(message("user", "hi"), message("assistant", thought), message("user", "go on")))
    assert [turn["role"] for turn in alone["messages"]] == ["user"]


def test_what_a_server_s_own_tool_did_goes_back_as_it_came() -> None:
    answer = response(recorded("server_tools.sse"))
    back = content(body(request(message("user", "hi"), message("assistant", *answer.parts))), 1)
    assert back[0] == {
        "type": "server_tool_use",
        "id": "srvtoolu_014",
        "name": "web_search",
        "input": {"query": "weather NYC"},
    }
    assert back[1]["content"][0]["encrypted_content"] == "Ev0DCioIAxgCIiQ3"


def test_empty_text_and_citations_are_left_out() -> None:
    quote = CitationPart(document="d", chunk_id="c", quote="q", start=0, end=1)
    asked = body(
        request(message("user", "hi", TextPart(text=" \n")), message("assistant", "", "Yes.", quote))
    )
    assert content(asked, 0) == [{"type": "text", "text": "hi"}]
    assert content(asked, 1) == [{"type": "text", "text": "Yes."}]


def test_the_last_two_user_turns_are_marked_for_the_cache() -> None:
    asked = body(
        request(
            message("user", "one"),
            message("assistant", call(1)),
            message("tool", result(1)),
            message("assistant", "Sunny."),
            message("user", "two"),
        )
    )
    marked = ["cache_control" in turn["content"][-1] for turn in asked["messages"]]
    assert marked == [False, False, True, False, True]


def test_structured_output_is_native_and_shares_its_field_with_the_effort() -> None:
    schema = OutputSchema(name="city", schema={"type": "object", "properties": {"n": {"type": "integer"}}})
    asked = body(request(output=schema, settings=ModelSettings(reasoning_effort="low")), "claude-opus-5-5")
    assert asked["output_config"] == {
        "effort": "low",
        "format": {
            "type": "json_schema",
            "schema": {
                "type": "object",
                "properties": {"n": {"type": "integer"}},
                "additionalProperties": False,
            },
        },
    }


def test_a_schema_without_an_end_is_refused_before_anything_is_sent() -> None:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    with pytest.raises(BadRequest, match="nested"):
        exchange(request(output=OutputSchema(name="deep", schema=schema)))


def test_the_key_shows_in_no_repr() -> None:
    made = create(MODEL, ProviderConfig(api_key="sk-ant-secret"))
    assert isinstance(made, HttpModel)
    assert "sk-ant-secret" not in repr(made)
    assert "sk-ant-secret" not in repr(made.prepare(request()))


def test_a_schema_may_be_any_kind_of_mapping() -> None:
    frozen = MappingProxyType(
        {"type": "object", "properties": MappingProxyType({"city": {"type": "string"}})}
    )
    tool = ToolSpec(name="t", description="d", parameters=frozen)
    schema = body(request(tools=(tool,)))["tools"][0]["input_schema"]
    assert schema == {"type": "object", "properties": {"city": {"type": "string"}}}


def test_the_body_is_compact_json() -> None:
    sent = exchange(request()).call.body
    assert json.loads(sent)
    assert b": " not in sent
