"""A model request in the words of Chat Completions.

Source: https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agent_sdk.contracts.errors import BadRequest
from agent_sdk.contracts.messages import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from agent_sdk.llm.providers.openai_schema import strict_schema
from agent_sdk.llm.providers.openai_wire import (
    FILE_NAME_DEFAULT,
    Endpoint,
    arguments_of,
    call_ids,
    inlined,
    set_fields,
    source_url,
    tool_choice,
)
from agent_sdk.llm.wire_names import to_wire
from agent_sdk.ports.llm import ModelRequest, OutputSchema

Json = dict[str, Any]


def chat_body(request: ModelRequest, endpoint: Endpoint) -> Json:
    """The body of the request.

    Raises:
        BadRequest: A document is given by address, which this API does not take.
    """
    settings = request.settings
    body: Json = {"model": endpoint.model, "messages": _messages(request, endpoint.provider)}
    if settings.stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": to_wire(tool.name),
                    "description": tool.description,
                    "parameters": tool.parameters,
                },
            }
            for tool in request.tools
        ]
    if request.output is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": _output(request.output)}
    body |= set_fields(
        parallel_tool_calls=settings.parallel_tool_calls if request.tools else None,
        tool_choice=_choice(request),
        temperature=settings.temperature,
        top_p=settings.top_p,
        seed=settings.seed,
        stop=list(settings.stop) or None,
        reasoning_effort=settings.reasoning_effort,
    )
    if settings.max_output_tokens is not None:
        body[endpoint.max_tokens_field] = settings.max_output_tokens
    return body


def _choice(request: ModelRequest) -> str | Json | None:
    choice = tool_choice(request)
    if choice is None:
        return None
    mode, name = choice
    return mode if name is None else {"type": "function", "function": {"name": name}}


def _output(output: OutputSchema) -> Json:
    strict = strict_schema(output.schema) if output.strict else None
    described = set_fields(description=output.description)
    return {
        "name": to_wire(output.name),
        "schema": strict or dict(output.schema),
        "strict": strict is not None,
        **described,
    }


def _messages(request: ModelRequest, provider: str) -> list[Json]:
    wire: list[Json] = []
    if request.instructions:
        wire.append({"role": "system", "content": request.instructions})
    ids = call_ids(request.messages, provider)
    attached: list[Json] = []
    for message in request.messages:
        if attached and message.role != "tool":
            wire.append({"role": "user", "content": attached})
            attached = []
        if message.role == "user":
            wire.append({"role": "user", "content": _user_content(message.parts, provider)})
        elif message.role == "assistant":
            wire += _assistant(message, ids, provider)
        else:
            results, more = _tool_results(message, ids, provider)
            wire += results
            attached += more
    if attached:
        wire.append({"role": "user", "content": attached})
    return wire


def _user_content(parts: Sequence[Part], provider: str) -> str | list[Json]:
    content = [piece for part in parts if (piece := _content(part, provider)) is not None]
    if all(piece["type"] == "text" for piece in content) and len(content) <= 1:
        return content[0]["text"] if content else ""
    return content


def _content(part: Part, provider: str) -> Json | None:
    """A piece of a user's message; None for parts that are not the user's to send."""
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    if isinstance(part, ImagePart):
        return {"type": "image_url", "image_url": {"url": source_url(part)}}
    if not isinstance(part, DocumentPart):
        return None
    text = inlined(part)
    if text is not None:
        return {"type": "text", "text": text}
    if part.data is None:
        raise BadRequest(
            "Chat Completions takes no document by its address",
            hint="Pass the document's data, or use the Responses API (openai:responses/<model>).",
            provider=provider,
            replay_safe=True,
        )
    return {
        "type": "file",
        "file": {"filename": part.name or FILE_NAME_DEFAULT, "file_data": source_url(part)},
    }


def _assistant(message: Message, ids: Mapping[str, str], provider: str) -> list[Json]:
    text = message.text
    calls = [_tool_call(call, ids) for call in message.tool_calls]
    if not text and not calls:
        return []
    wire: Json = {"role": "assistant", "content": text or None}
    if calls:
        wire["tool_calls"] = calls
        wire |= _reasoning(message, provider)
    return [wire]


def _reasoning(message: Message, provider: str) -> Json:
    """What a server wants to see again of the reasoning that led to tool calls, under the name that it used."""
    fields: Json = {}
    for part in message.parts:
        if isinstance(part, ReasoningPart) and part.provider == provider and part.state:
            field = part.state.get("field")
            if isinstance(field, str):
                fields[field] = fields.get(field, "") + part.text
    return fields


def _tool_call(call: ToolCallPart, ids: Mapping[str, str]) -> Json:
    return {
        "id": ids[call.tool_call_id],
        "type": "function",
        "function": {"name": to_wire(call.name), "arguments": arguments_of(call)},
    }


def _tool_results(message: Message, ids: Mapping[str, str], provider: str) -> tuple[list[Json], list[Json]]:
    """The results, and what tools returned beside text: that follows in a user's message, after all results."""
    results: list[Json] = []
    attached: list[Json] = []
    label = ""
    for part in message.parts:
        if isinstance(part, ToolResultPart):
            call_id = ids.get(part.tool_call_id, part.tool_call_id)
            results.append({"role": "tool", "tool_call_id": call_id, "content": part.content})
            label = f"Returned by {to_wire(part.name)}:"
        elif (piece := _content(part, provider)) is not None:
            if label:
                attached.append({"type": "text", "text": label})
                label = ""
            attached.append(piece)
    return results, attached
