"""Requests in the words of Anthropic's Messages API.

Source: https://platform.claude.com/docs/en/api/messages/create
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.providers.anthropic_models import Traits
from agent_sdk.llm.providers.anthropic_schema import supported_schema
from agent_sdk.llm.providers.anthropic_transcript import CACHE, Block, Transcript
from agent_sdk.llm.wire_names import to_wire
from agent_sdk.ports.llm import ModelRequest, ModelSettings

OUTPUT_DEFAULT_TOKENS: Final = 32_000
"""The API wants a bound with every request. This is the largest that each model in service takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request in the API's words."""

    body: dict[str, Any]
    prefix: str | None
    """Digest of what the answer will follow, for models whose thinking is bound to it."""


def wire_request(request: ModelRequest, *, model: str, traits: Traits) -> WireRequest:
    """Say a request in the API's words.

    Raises:
        BadRequest: The transcript holds a file that the API takes in no form.
        ValueError, TypeError: Something in it has no form in JSON.
    """
    settings = request.settings
    max_tokens = settings.max_output_tokens or OUTPUT_DEFAULT_TOKENS
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": max_tokens,
        "stream": settings.stream,
    }
    if request.instructions.strip():
        body["system"] = [{"type": "text", "text": request.instructions, "cache_control": CACHE}]
    body |= _tools(request.tools, settings) if request.tools else _retired_tools(request.messages)
    body |= _sampling(settings, traits)
    if settings.reasoning_effort is not None:
        forced = settings.tool_choice not in {None, "auto", "none"}
        body |= traits.thinking(settings.reasoning_effort, max_tokens=max_tokens, forced=forced)
    if request.output is not None:
        output = {"type": "json_schema", "schema": supported_schema(request.output.schema)}
        body["output_config"] = {**body.get("output_config", {}), "format": output}
    body |= settings.extra
    transcript = Transcript(
        request.messages,
        # Where thinking is off, the API wants to see none.
        model=None if body.get("thinking") == {"type": "disabled"} else model,
        start=[body.get("system"), body.get("tools")] if traits.bound else None,
    )
    return WireRequest(body={"messages": transcript.messages(), **body}, prefix=transcript.prefix)


def _sampling(settings: ModelSettings, traits: Traits) -> dict[str, Any]:
    """What the model takes of these settings; no model has a seed."""
    given = {
        "temperature": settings.temperature if traits.sampling else None,
        "top_p": settings.top_p if traits.sampling else None,
        "stop_sequences": list(settings.stop) or None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _tools(tools: Sequence[ToolSpec], settings: ModelSettings) -> dict[str, Any]:
    wire: list[Block] = [
        {"name": to_wire(tool.name), "description": tool.description, "input_schema": dict(tool.parameters)}
        for tool in tools
    ]
    # A mark on the last tool covers all of them, so that they stay cached when the instructions change.
    wire[-1]["cache_control"] = CACHE
    choice = _tool_choice(settings)
    return {"tools": wire, "tool_choice": choice} if choice else {"tools": wire}


def _tool_choice(settings: ModelSettings) -> Block:
    choice: Block
    match settings.tool_choice:
        case None if settings.parallel_tool_calls is not False:
            return {}
        case None | "auto":
            choice = {"type": "auto"}
        case "none":
            return {"type": "none"}
        case "required":
            choice = {"type": "any"}
        case name:
            choice = {"type": "tool", "name": to_wire(name)}
    if settings.parallel_tool_calls is False:
        choice["disable_parallel_tool_use"] = True
    return choice


def _retired_tools(messages: Iterable[Message]) -> dict[str, Any]:
    """Stand-ins for tools that only the past knows: a transcript with calls is refused when it comes without tools."""
    names = dict.fromkeys(to_wire(call.name) for message in messages for call in message.tool_calls)
    if not names:
        return {}
    wire = [
        {"name": name, "description": "Not available.", "input_schema": {"type": "object"}} for name in names
    ]
    return {"tools": wire, "tool_choice": {"type": "none"}}
