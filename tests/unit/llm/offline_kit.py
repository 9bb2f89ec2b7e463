"""A conversation with `offline:demo`, with tools that answer as told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent_sdk.contracts.messages import Message, Part, TextPart, ToolCallPart, ToolOutcome, ToolResultPart
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.providers.offline import create
from agent_sdk.ports.llm import (
    ModelChunk,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    OutputSchema,
    ProviderConfig,
)
from agent_sdk.testing.fakes import FakeIds

Answer = Callable[[Mapping[str, Any]], object]
STEPS_MAX_COUNT = 6


def spec(name: str, description: str = "", **properties: str) -> ToolSpec:
    """A tool whose arguments are all required."""
    schemas = {key: {"type": kind} for key, kind in properties.items()}
    parameters = {"type": "object", "properties": schemas, "required": list(properties)}
    return ToolSpec(name=name, description=description or f"The tool {name}.", parameters=parameters)


CALCULATOR = spec("calculator", "Compute an arithmetic expression exactly.", expression="string")
TIME = ToolSpec(
    name="time",
    description="Tell the current time in a time zone.",
    parameters={
        "type": "object",
        "properties": {"timezone": {"type": "string", "default": "UTC"}, "at": {"type": "string"}},
    },
)
READ = spec("filesystem.read", path="string")
WRITE = spec("filesystem.write", path="string", content="string")
FETCH = spec("http.fetch", url="string")
SEARCH = spec("vector.search", query="string")
RESEARCHER = spec("researcher", "Looks things up in documents, files and web pages.", input="string")
ANALYST = spec("analyst", "Calculates numbers, and tells the time in any time zone.", input="string")
TOOLS = (CALCULATOR, TIME, READ, WRITE, FETCH)


@dataclass(slots=True)
class Talk:
    """Speaks with the model and plays its tools."""

    tools: tuple[ToolSpec, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    outcome: ToolOutcome = "completed"
    settings: ModelSettings = field(default_factory=ModelSettings)
    output: OutputSchema | None = None
    instructions: str = ""
    messages: list[Message] = field(default_factory=list[Message])
    steps: list[list[tuple[str, dict[str, Any]]]] = field(
        default_factory=list[list[tuple[str, dict[str, Any]]]]
    )
    """Of the last prompt: the calls of each step."""
    ids: FakeIds = field(default_factory=FakeIds)

    async def say(self, prompt: str) -> str:
        """Say something and follow the model until it answers."""
        self._add("user", TextPart(text=prompt))
        self.steps = []
        for _ in range(STEPS_MAX_COUNT):
            response = await self.ask()
            self._add("assistant", *response.parts)
            calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
            if not calls:
                return self.messages[-1].text
            self.steps.append([(call.name, json.loads(call.arguments)) for call in calls])
            self._add("tool", *map(self._result, calls))
        msg = f"no answer after {STEPS_MAX_COUNT} steps"
        raise AssertionError(msg)

    async def ask(self) -> ModelResponse:
        """One request with the messages so far."""
        last = (await self.chunks())[-1]
        assert isinstance(last, ModelResponse)
        return last

    async def chunks(self) -> list[ModelChunk]:
        """One request, piece by piece."""
        model = create("demo", ProviderConfig(options={"token_delay_ms": "0"}))
        request = ModelRequest(
            messages=tuple(self.messages),
            instructions=self.instructions,
            tools=self.tools,
            output=self.output,
            settings=self.settings,
            ids=self.ids,
        )
        return [chunk async for chunk in model.stream(request)]

    @property
    def parts(self) -> tuple[Part, ...]:
        """Of the last message."""
        return self.messages[-1].parts

    def _result(self, call: ToolCallPart) -> ToolResultPart:
        value = self.answers[call.name](json.loads(call.arguments)) if call.name in self.answers else "done"
        content = value if isinstance(value, str) else json.dumps(value)
        return ToolResultPart(
            tool_call_id=call.tool_call_id, name=call.name, content=content, outcome=self.outcome
        )

    def _add(self, role: Any, *parts: Part) -> None:
        self.messages.append(Message(id=self.ids.new("msg"), role=role, parts=parts))


def clock(args: Mapping[str, Any]) -> object:
    """What the time tool answers."""
    return {"time": "2026-11-22T19:05:00+09:00", "timezone": args["timezone"], "weekday": "Sunday"}
