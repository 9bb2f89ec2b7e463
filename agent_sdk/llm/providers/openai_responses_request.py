"""A model request in the words of the Responses API.

Nothing is stored at the provider: reasoning comes back encrypted, and goes in again with the next request.
Source: https://developers.openai.com/api/reference/resources/responses/methods/create
"""

from collections.abc import Mapping
from typing import Any, Final

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

# These do not reason, and refuse a request that asks for their encrypted reasoning.
_NOT_REASONING: Final = ("gpt-3", "gpt-4", "chatgpt-4o", "ft:gpt-3", "ft:gpt-4")


def responses_body(request: ModelRequest, endpoint: Endpoint) -> Json:
    """The body of the request. `settings.seed` has no counterpart here and is left out.

    Raises:
        BadRequest: Stop sequences, which this API does not know.
    """
    settings = request.settings
    if settings.stop:
        raise BadRequest(
            "the Responses API knows no stop sequences",
            hint="Use Chat Completions (openai:<model>), or leave settings.stop empty.",
            provider=endpoint.provider,
            replay_safe=True,
        )
    body: Json = {"model": endpoint.model, "input": _items(request, endpoint.provider), "store": False}
    if settings.stream:
        body["stream"] = True
    if not endpoint.model.startswith(_NOT_REASONING):
        body["include"] = ["reasoning.encrypted_content"]
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "name": to_wire(tool.name),
                "description": tool.description,
                "parameters": tool.parameters,
                "strict": False,
            }
            for tool in request.tools
        ]
        body |= set_fields(parallel_tool_calls=settings.parallel_tool_calls, tool_choice=_choice(request))
    if request.output is not None:
        body["text"] = {"format": _output(request.output)}
    reasoning = set_fields(effort=settings.reasoning_effort, summary=endpoint.reasoning_summary)
    return body | set_fields(
        instructions=request.instructions or None,
        reasoning=reasoning or None,
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_output_tokens=settings.max_output_tokens,
    )


def _choice(request: ModelRequest) -> str | Json | None:
    choice = tool_choice(request)
    if choice is None:
        return None
    mode, name = choice
    return mode if name is None else {"type": "function", "name": name}


def _output(output: OutputSchema) -> Json:
    strict = strict_schema(output.schema) if output.strict else None
    return {
        "type": "json_schema",
        "name": to_wire(output.name),
        "schema": strict or dict(output.schema),
        "strict": strict is not None,
        **set_fields(description=output.description),
    }


def _items(request: ModelRequest, provider: str) -> list[Json]:
    ids = call_ids(request.messages, provider)
    items: list[Json] = []
    for message in request.messages:
        if message.role == "user":
            content = [piece for part in message.parts if (piece := _content(part)) is not None]
            items.append({"type": "message", "role": "user", "content": content})
        elif message.role == "assistant":
            items += _assistant(message, ids, provider)
        else:
            items += _tool_results(message, ids)
    return items


def _content(part: Part) -> Json | None:
    """A piece of input; None for parts that are not the user's to send."""
    if isinstance(part, TextPart):
        return {"type": "input_text", "text": part.text}
    if isinstance(part, ImagePart):
        return {"type": "input_image", "image_url": source_url(part), "detail": "auto"}
    if not isinstance(part, DocumentPart):
        return None
    text = inlined(part)
    if text is not None:
        return {"type": "input_text", "text": text}
    if part.data is None:
        return {"type": "input_file", "file_url": part.url}
    return {
        "type": "input_file",
        "filename": part.name or FILE_NAME_DEFAULT,
        "file_data": source_url(part),
    }


def _assistant(message: Message, ids: Mapping[str, str], provider: str) -> list[Json]:
    items: list[Json] = []
    # Reasoning without the item that it led to is refused, so it waits for that.
    reasoning: list[Json] = []
    for part in message.parts:
        if isinstance(part, ReasoningPart):
            reasoning += _reasoning(part, provider)
        elif isinstance(part, TextPart) and part.text:
            items += [*reasoning, {"type": "message", "role": "assistant", "content": part.text}]
            reasoning = []
        elif isinstance(part, ToolCallPart):
            items += [*reasoning, _tool_call(part, ids)]
            reasoning = []
    return items


def _reasoning(part: ReasoningPart, provider: str) -> list[Json]:
    """The item as it came; nothing if somebody else made it, or the other API of this provider."""
    state = part.state
    if part.provider != provider or not state or state.get("type") != "reasoning":
        return []
    return [dict(state)]


def _tool_call(call: ToolCallPart, ids: Mapping[str, str]) -> Json:
    return {
        "type": "function_call",
        "call_id": ids[call.tool_call_id],
        "name": to_wire(call.name),
        "arguments": arguments_of(call),
    }


def _tool_results(message: Message, ids: Mapping[str, str]) -> list[Json]:
    """The results, each with the images and documents that follow it."""
    items: list[Json] = []
    for part in message.parts:
        if isinstance(part, ToolResultPart):
            call_id = ids.get(part.tool_call_id, part.tool_call_id)
            items.append({"type": "function_call_output", "call_id": call_id, "output": part.content})
        elif items and (piece := _content(part)) is not None:
            output = items[-1]["output"]
            text: list[Json] = [{"type": "input_text", "text": output}] if isinstance(output, str) else output
            items[-1]["output"] = [*text, piece]
    return items
