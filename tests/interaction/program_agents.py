"""Agents of a server that is started as a program; at their cues they wait for the test."""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from agent_sdk import Agent, RunContext, tool
from agent_sdk.contracts.messages import Message, Part, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelChunk, ModelProfile, ModelRequest, ModelResponse, TextDelta
from tests.interaction.server_kit import Deployer, deploy

STAGE: Final = "TESTS_STAGE"


async def wait_at(cue: str) -> None:
    """Wait on the stage for a test's word."""
    reader, writer = await asyncio.open_unix_connection(os.environ[STAGE])
    try:
        writer.write(cue.encode() + b"\n")
        if await reader.readline() != b"go\n":
            raise RuntimeError("the stage is gone")
    finally:
        writer.close()


def _said(messages: Sequence[Message]) -> str:
    """What the user said last."""
    user = [message for message in messages if message.role == "user"][-1]
    return "".join(part.text for part in user.parts if isinstance(part, TextPart))


def _answered(messages: Sequence[Message]) -> bool:
    """Whether a tool was called already."""
    return any(isinstance(part, ToolCallPart) for message in messages for part in message.parts)


class Reciter:
    """Says the words of its input one by one; at one that begins with `@` it waits for that cue."""

    id = "test:reciter"
    profile = ModelProfile()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        words = _said(request.messages).split()
        for word in words:
            if word.startswith("@"):
                await wait_at(word.removeprefix("@"))
            yield TextDelta(f"{word} ")
        yield _response(request, TextPart(text="".join(f"{word} " for word in words)))


class Caller:
    """Recites its input, then calls its one tool with the cue `tool`, then says that it is done."""

    id = "test:caller"
    profile = ModelProfile()

    def __init__(self, name: str) -> None:
        self.tool = name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        if _answered(request.messages):
            yield _response(request, TextPart(text="done"))
            return
        async for chunk in Reciter().stream(request):
            if isinstance(chunk, TextDelta):
                yield chunk
        yield _response(
            request,
            TextPart(text="".join(f"{word} " for word in _said(request.messages).split())),
            ToolCallPart(tool_call_id=request.ids.new("call"), name=self.tool, arguments='{"cue":"tool"}'),
        )


def _response(request: ModelRequest, *parts: Part) -> ModelResponse:
    return ModelResponse(
        parts=parts,
        finish_reason="tool_calls" if any(isinstance(part, ToolCallPart) for part in parts) else "stop",
        usage=Usage(input_tokens=1, output_tokens=1, requests=1),
        model="test",
    )


@tool(effects="read")
async def look(ctx: RunContext[Any], cue: str) -> str:
    """Look something up."""
    await wait_at(cue)
    return "seen"


@tool(effects="external")
async def send(ctx: RunContext[Any], cue: str) -> str:
    """Send what cannot be taken back."""
    await wait_at(cue)
    return "sent"


reciter = Agent("reciter", model=Reciter())
worker = Agent("worker", model=Caller("look"), tools=[look])
courier = Agent("courier", model=Caller("send"), tools=[send])
deployer = Agent("deployer", model=Deployer(), tools=[deploy])
