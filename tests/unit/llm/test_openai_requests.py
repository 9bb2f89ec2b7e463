"""What is sent to OpenAI's two APIs."""

import json
from types import MappingProxyType
from typing import Any

import pytest

from agent_sdk.contracts.errors import BadRequest
from agent_sdk.contracts.messages import CitationPart, DocumentPart, ImagePart, ReasoningPart, ToolCallPart
from agent_sdk.llm.providers.openai_schema import strict_schema
from agent_sdk.ports.llm import ModelSettings, OutputSchema
from tests.unit.llm.openai_kit import (
    ANSWER_SCHEMA,
    PAPER,
    PICTURE,
    SEARCH,
    THOUGHT,
    body_of,
    call_part,
    message,
    prepared,
    request,
    result_part,
)

RESPONSES = "responses/gpt-5"
CITATION = CitationPart(document="d", chunk_id="c", quote="q", start=0, end=1)
FOREIGN_THOUGHT = ReasoningPart(text="hm", provider="anthropic", state={"signature": "s"})


def chat_messages(*given: Any, **fields: Any) -> list[dict[str, Any]]:
    return body_of(request(*given, **fields))["messages"]


def items(*given: Any, **fields: Any) -> list[dict[str, Any]]:
    return body_of(request(*given, **fields), RESPONSES)["input"]


def test_a_plain_question_is_a_plain_request() -> None:
    assert body_of(request(instructions="Be brief.")) == {
        "model": "gpt-5",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert body_of(request(instructions="Be brief."), RESPONSES) == {
        "model": "gpt-5",
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
        "instructions": "Be brief.",
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
    }


def test_an_answer_in_one_piece_is_asked_for_without_stream() -> None:
    whole = request(settings=ModelSettings(stream=False))
    assert not {"stream", "stream_options"} & set(body_of(whole))
    assert "stream" not in body_of(whole, RESPONSES)


def test_settings_have_the_names_of_each_api() -> None:
    settings = ModelSettings(
        max_output_tokens=9,
        temperature=0.5,
        top_p=0.9,
        seed=7,
        stop=("END",),
        parallel_tool_calls=False,
        tool_choice="required",
        reasoning_effort="low",
        extra={"user": "u", "top_p": 0.1},
    )
    body = body_of(request(settings=settings, tools=(SEARCH,)))
    assert body["max_completion_tokens"] == 9
    assert (body["temperature"], body["top_p"], body["seed"], body["stop"]) == (0.5, 0.1, 7, ["END"])
    assert (body["parallel_tool_calls"], body["tool_choice"]) == (False, "required")
    assert (body["reasoning_effort"], body["user"]) == ("low", "u")
    settings = ModelSettings(max_output_tokens=9, reasoning_effort="low", tool_choice="none", seed=7)
    body = body_of(request(settings=settings, tools=(SEARCH,)), RESPONSES, reasoning_summary="auto")
    assert (body["max_output_tokens"], body["tool_choice"]) == (9, "none")
    assert body["reasoning"] == {"effort": "low", "summary": "auto"}
    assert "seed" not in body


def test_tools_carry_their_wire_names() -> None:
    chat = body_of(request(tools=(SEARCH,), settings=ModelSettings(tool_choice="vector.search")))
    assert chat["tools"][0]["function"]["name"] == "vector__search"
    assert chat["tool_choice"] == {"type": "function", "function": {"name": "vector__search"}}
    responses = body_of(
        request(tools=(SEARCH,), settings=ModelSettings(tool_choice="vector.search")), RESPONSES
    )
    assert (responses["tools"][0]["name"], responses["tools"][0]["strict"]) == ("vector__search", False)
    assert responses["tool_choice"] == {"type": "function", "name": "vector__search"}


def test_a_tool_choice_without_tools_is_not_sent() -> None:
    settings = ModelSettings(tool_choice="auto", parallel_tool_calls=True)
    for model in ("gpt-5", RESPONSES):
        assert not {"tool_choice", "parallel_tool_calls"} & set(body_of(request(settings=settings), model))


def test_calls_and_results_meet_under_the_providers_ids() -> None:
    transcript = [
        message("user", "hi"),
        message("assistant", "Wait.", call_part(1), call_part(2)),
        message("tool", result_part(1)),
        message("tool", result_part(2)),
    ]
    wire = chat_messages(*transcript)
    assert [call["id"] for call in wire[1]["tool_calls"]] == ["theirs_1", "theirs_2"]
    assert [each.get("tool_call_id") for each in wire[2:]] == ["theirs_1", "theirs_2"]
    assert [item.get("call_id") for item in items(*transcript)] == [
        None, None, "theirs_1", "theirs_2", "theirs_1", "theirs_2",
    ]  # fmt: skip


def test_calls_of_another_provider_go_under_our_ids() -> None:
    transcript = [message("assistant", call_part(1, provider="anthropic")), message("tool", result_part(1))]
    wire = chat_messages(*transcript)
    assert wire[0]["tool_calls"][0]["id"] == wire[1]["tool_call_id"] == "call_1"


def test_arguments_go_back_as_the_model_wrote_them() -> None:
    text = '{ "query" :  "ü" }'
    transcript = [message("assistant", call_part(1, arguments=text))]
    assert chat_messages(*transcript)[0]["tool_calls"][0]["function"]["arguments"] == text
    assert items(*transcript)[0]["arguments"] == text


@pytest.mark.parametrize("text", ["{", "", "[]", "null", "[" * 50_000])
def test_arguments_that_are_no_object_are_wrapped_because_servers_parse_them(text: str) -> None:
    wire = chat_messages(message("assistant", call_part(1, arguments=text)))
    assert "malformed" in json.loads(wire[0]["tool_calls"][0]["function"]["arguments"])


def test_images_and_documents_travel_by_value() -> None:
    asked = message("user", "Look:", PICTURE, PAPER)
    assert chat_messages(asked)[0]["content"] == [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
        {
            "type": "file",
            "file": {"filename": "paper.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjc="},
        },
    ]
    assert items(asked)[0]["content"] == [
        {"type": "input_text", "text": "Look:"},
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw==", "detail": "auto"},
        {
            "type": "input_file",
            "filename": "paper.pdf",
            "file_data": "data:application/pdf;base64,JVBERi0xLjc=",
        },
    ]


def test_images_and_documents_travel_by_address_where_the_api_takes_it() -> None:
    image, paper = ImagePart(url="https://x/i.png"), DocumentPart(url="https://x/p.pdf")
    assert chat_messages(message("user", image))[0]["content"][0]["image_url"]["url"] == "https://x/i.png"
    assert items(message("user", image, paper))[0]["content"] == [
        {"type": "input_image", "image_url": "https://x/i.png", "detail": "auto"},
        {"type": "input_file", "file_url": "https://x/p.pdf"},
    ]
    with pytest.raises(BadRequest, match="no document by its address") as caught:
        chat_messages(message("user", paper))
    assert "responses/" in (caught.value.hint or "")


def test_a_document_that_is_text_is_sent_as_text() -> None:
    note = DocumentPart(data=b"hello", name="note.txt", media_type="text/plain")
    assert chat_messages(message("user", note))[0]["content"] == "note.txt:\nhello"
    assert items(message("user", note))[0]["content"] == [{"type": "input_text", "text": "note.txt:\nhello"}]


def test_what_a_tool_returned_beside_text_follows_all_results() -> None:
    transcript = [
        message("assistant", call_part(1), call_part(2)),
        message("tool", result_part(1), PICTURE, PAPER),
        message("tool", result_part(2)),
    ]
    for more in ([], [message("user", "And?")]):
        wire = chat_messages(*transcript, *more)
        assert [each["role"] for each in wire] == ["assistant", "tool", "tool", "user", *["user"] * len(more)]
        assert [each["type"] for each in wire[3]["content"]] == ["text", "image_url", "file"]
        assert wire[3]["content"][0]["text"] == "Returned by vector__search:"
    first, second = items(*transcript)[2:]
    assert [each["type"] for each in first["output"]] == ["input_text", "input_image", "input_file"]
    assert second["output"] == "found"


def test_reasoning_goes_back_byte_for_byte_to_who_made_it() -> None:
    transcript = [message("assistant", THOUGHT, call_part(1)), message("tool", result_part(1))]
    sent = prepared(request(*transcript), RESPONSES).call.body
    assert json.dumps(dict(THOUGHT.state or {}), separators=(",", ":")).encode() in sent
    assert [item["type"] for item in items(*transcript)] == [
        "reasoning",
        "function_call",
        "function_call_output",
    ]


def test_reasoning_without_what_it_led_to_is_not_sent() -> None:
    assert [item["type"] for item in items(message("assistant", "a", THOUGHT))] == ["message"]


def test_parts_of_other_providers_and_citations_are_not_sent() -> None:
    transcript = message("assistant", FOREIGN_THOUGHT, "Yes.", CITATION)
    assert chat_messages(transcript) == [{"role": "assistant", "content": "Yes."}]
    assert items(transcript) == [{"type": "message", "role": "assistant", "content": "Yes."}]
    only = message("assistant", FOREIGN_THOUGHT)
    assert chat_messages(message("user", "a", CITATION), only) == [{"role": "user", "content": "a"}]
    assert len(items(message("user", "a", CITATION), only)) == 1
    assert chat_messages(message("assistant", THOUGHT, call_part(1)))[0].keys() == {
        "role",
        "content",
        "tool_calls",
    }


def test_reasoning_of_a_compatible_server_goes_back_with_its_tool_calls() -> None:
    thought = ReasoningPart(text="hm", provider="openai", state={"field": "reasoning_content"})
    assert chat_messages(message("assistant", thought, call_part(1)))[0]["reasoning_content"] == "hm"
    assert "reasoning_content" not in chat_messages(message("assistant", thought, "Yes."))[0]
    assert [item["type"] for item in items(message("assistant", thought, "Yes."))] == ["message"]


def test_a_user_who_says_nothing_is_still_heard() -> None:
    assert chat_messages(message("user")) == [{"role": "user", "content": ""}]


def test_structured_output_is_strict_where_the_schema_allows_it() -> None:
    chat = body_of(request(output=ANSWER_SCHEMA))["response_format"]
    assert chat == {
        "type": "json_schema",
        "json_schema": {
            "name": "Answer",
            "description": "The answer.",
            "strict": True,
            "schema": {
                "type": "object",
                "title": "Answer",
                "properties": {"value": {"type": "integer"}},
                "additionalProperties": False,
                "required": ["value"],
            },
        },
    }
    assert body_of(request(output=ANSWER_SCHEMA), RESPONSES)["text"]["format"]["strict"] is True
    free = OutputSchema(name="Free", schema={"type": "object"})
    for output in (free, OutputSchema(name="Lax", schema=ANSWER_SCHEMA.schema, strict=False)):
        asked = request(output=output)
        assert body_of(asked)["response_format"]["json_schema"]["strict"] is False
        assert body_of(asked, RESPONSES)["text"]["format"]["schema"] == output.schema


def test_a_strict_schema_is_closed_at_every_level() -> None:
    inner = {"type": "object", "properties": {"default": {"type": "string", "default": "x"}}}
    schema: dict[str, Any] = {
        "type": "object",
        "$defs": {"Inner": inner},
        "properties": {
            "a": {"$ref": "#/$defs/Inner", "description": "dropped"},
            "b": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/Inner"}], "discriminator": {}},
            "c": {"enum": [{"type": "object"}]},
        },
        "required": ["a"],
    }
    closed = {"additionalProperties": False, "required": ["default"]}
    assert strict_schema(schema) == {
        "type": "object",
        "$defs": {"Inner": {"type": "object", "properties": {"default": {"type": "string"}}, **closed}},
        "properties": {
            "a": {"$ref": "#/$defs/Inner"},
            "b": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Inner"}]},
            "c": {"enum": [{"type": "object"}]},
        },
        "required": ["a", "b", "c"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {}},
        {"type": "object"},
        {
            "type": "object",
            "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}},
        },
        {"type": "object", "properties": {"a": {"type": "object"}}},
    ],
)
def test_a_schema_with_free_keys_cannot_be_strict(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None


def test_models_that_do_not_reason_are_not_asked_for_their_reasoning() -> None:
    assert "include" not in body_of(request(), "responses/gpt-4o")


def test_the_responses_api_knows_no_stop_sequences() -> None:
    with pytest.raises(BadRequest, match="no stop sequences"):
        body_of(request(settings=ModelSettings(stop=("END",))), RESPONSES)


def test_any_mapping_can_be_sent_and_what_is_no_json_is_refused() -> None:
    schema = MappingProxyType({"type": "object", "properties": {"a": {"type": "integer"}}})
    assert body_of(request(settings=ModelSettings(extra={"x": schema})))["x"]["type"] == "object"
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        body_of(request(settings=ModelSettings(extra={"x": object()})))


def test_a_result_whose_call_is_gone_keeps_its_own_id() -> None:
    assert chat_messages(message("tool", result_part(1)))[0]["tool_call_id"] == "call_1"
    assert items(message("tool", PICTURE, result_part(1)))[0]["call_id"] == "call_1"


def test_a_call_without_an_id_of_the_provider_goes_under_ours() -> None:
    part = ToolCallPart(tool_call_id="call_7", name="a", arguments="{}", provider="openai")
    assert chat_messages(message("assistant", part))[0]["tool_calls"][0]["id"] == "call_7"
