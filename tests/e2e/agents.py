"""Agents that the browser meets: their models follow a script, and wait for a test where the prompt says so."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from json import dumps
from typing import Any, Final

from agent_sdk import Agent, ToolFailed, UsageLimits, tool
from agent_sdk.contracts.errors import ModelError
from agent_sdk.contracts.messages import CitationPart, Message, Part, ReasoningPart, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import (
    ModelChunk,
    ModelProfile,
    ModelRequest,
    ModelResponse,
    ReasoningDelta,
    TextDelta,
)
from tests.e2e.vectors import VECTORS
from tests.interaction.program_agents import wait_at

NAMES: Final = ("forecaster", "planner", "publisher", "streamer", "breaker", "mirror", "stumbler", "marathon")
STREAMED_PER_S: Final = 200
STREAMED_FOR_S: Final = 4
MARATHON_STEPS: Final = 140
MARATHON_CALLS: Final = 11
"""In each step; of three events each."""
WORD_S: Final = 0.004
WEATHER_S: Final = 0.13
CALENDAR_S: Final = 0.05
"""A picture of a waterfall needs some time to show."""
REPORT: Final = """## Oslo, tomorrow

| Hour | °C | Sky |
| ---: | ---: | :--- |
| 08 | 4 | fog |
| 14 | 9 | clear |

1. Take a **warm layer** for the morning.
2. Leave the umbrella at home.

```python
def coat(celsius: float) -> bool:
    return celsius < 8
```
"""
SOURCE: Final = CitationPart(
    document="https://weather.invalid/oslo",
    chunk_id="7",
    quote="Fog until ten, then clear; 9 °C at two.",
    start=120,
    end=160,
    title="Forecast for Oslo",
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a model says in one step."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    citation: CitationPart | None = None


def _said(messages: tuple[Message, ...]) -> str:
    return [message.text for message in messages if message.role == "user"][-1]


def _turns_taken(messages: tuple[Message, ...]) -> int:
    """How often the model has answered since the user spoke last."""
    roles = [message.role for message in messages]
    return roles[::-1].index("user") and roles[len(roles) - roles[::-1].index("user") :].count("assistant")


class Actor:
    """A model that plays its turns, one in each step, word by word; the last one again and again."""

    profile = ModelProfile(priced=True)

    def __init__(self, name: str, *turns: Turn, word_s: float = 0.0) -> None:
        self.id = f"demo:{name}"
        self.turns = turns
        self.word_s = word_s

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        turn = self.turns[min(_turns_taken(request.messages), len(self.turns) - 1)]
        for word in turn.reasoning.split(" ") if turn.reasoning else ():
            await asyncio.sleep(self.word_s)
            yield ReasoningDelta(f"{word} ")
        for word in turn.text.split(" ") if turn.text else ():
            await asyncio.sleep(self.word_s)
            yield TextDelta(f"{word} ")
        yield answer(request, turn)


def answer(request: ModelRequest, turn: Turn) -> ModelResponse:
    """The end of a turn."""
    parts: list[Part] = []
    if turn.reasoning:
        parts.append(ReasoningPart(text=f"{turn.reasoning} "))
    if turn.text:
        parts.append(TextPart(text=f"{turn.text} "))
    if turn.citation is not None:
        parts.append(turn.citation)
    parts += [
        ToolCallPart(tool_call_id=request.ids.new("call"), name=name, arguments=dumps(arguments))
        for name, arguments in turn.calls
    ]
    return ModelResponse(
        parts=tuple(parts),
        finish_reason="tool_calls" if turn.calls else "stop",
        usage=Usage(
            input_tokens=1200,
            output_tokens=80,
            cache_read_tokens=900,
            requests=1,
            cost_usd=Decimal("0.0042"),
        ),
        model="demo",
    )


@tool(effects="read")
async def weather(city: str, hours: list[int]) -> dict[str, Any]:
    """Say what the weather will be.

    Args:
        city: Where.
        hours: At which hours of tomorrow.
    """
    await asyncio.sleep(WEATHER_S)
    return {"city": city, "celsius": {str(hour): 4 + hour % 6 for hour in hours}, "sky": "clear"}


@tool(effects="read")
async def milestone(leg: int, number: int) -> str:
    """Say what stands on a milestone.

    Args:
        leg: Of the way.
        number: On that leg.
    """
    return f"{leg}.{number}"


@tool(effects="read")
async def calendar(day: str) -> list[str]:
    """Say what a day holds.

    Args:
        day: As the user called it.
    """
    await asyncio.sleep(CALENDAR_S)
    return [f"{day}, 14:00: walk in the park"]


@tool(effects="external", needs_approval=True)
async def publish(title: str, copies: int) -> str:
    """Print a title, and send it out.

    Args:
        title: What to print.
        copies: How many, at least one.
    """
    return f"{copies} copies of {title} are out"


@tool(effects="read")
async def stumble(over: str) -> str:
    """Fail at something.

    Args:
        over: What is in the way.
    """
    raise ToolFailed(f"fell over {over}")


class Streamer:
    """Says a numbered word at a steady pace."""

    id = "demo:streamer"
    profile = ModelProfile()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        await wait_at(_said(request.messages))
        words = [f"n{number} " for number in range(STREAMED_PER_S * STREAMED_FOR_S)]
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number, word in enumerate(words):
            await asyncio.sleep(max(0.0, start + number / STREAMED_PER_S - loop.time()))
            yield TextDelta(word)
        yield answer(request, Turn(text="".join(words).strip()))


class Breaker:
    """A model that fails with the words of its user."""

    id = "demo:breaker"
    profile = ModelProfile()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        yield TextDelta("Half of an ")
        raise ModelError(_said(request.messages), hint="Say something else.")


@tool(effects="read")
async def repeat(text: str) -> str:
    """Repeat something.

    Args:
        text: What.
    """
    return text


def _hostile(vector: str) -> Turn:
    """One vector in every place that a model can write to."""
    return Turn(
        text=vector,
        reasoning=vector,
        calls=(
            ("repeat", {"text": vector, vector: vector}),
            (vector, {vector: vector}),
            ("stumble", {"over": vector}),
        ),
        citation=CitationPart(
            document=vector, chunk_id=vector, quote=vector, start=0, end=len(vector), title=vector
        ),
    )


forecaster = Agent(
    "forecaster",
    description="Tells tomorrow's weather, and what to wear.",
    instructions="Look up the weather and the calendar, then advise.",
    model=Actor(
        "forecaster",
        Turn(
            reasoning="The user needs the weather and the plans of the day.",
            text="Let me look that up.",
            calls=(("weather", {"city": "Oslo", "hours": [8, 14]}), ("calendar", {"day": "tomorrow"})),
        ),
        Turn(text=REPORT, citation=SOURCE),
        word_s=WORD_S,
    ),
    tools=[weather, calendar],
)
planner = Agent(
    "planner",
    description="Plans a day, and asks the forecaster.",
    model=Actor(
        "planner",
        Turn(text="I ask the forecaster.", calls=(("forecaster", {"input": "What will tomorrow be like?"}),)),
        Turn(text="Go at two: it is clear then."),
    ),
    tools=[forecaster.as_tool()],
)
publisher = Agent(
    "publisher",
    description="Prints and sends, when somebody agrees.",
    model=Actor(
        "publisher",
        Turn(text="I would print this.", calls=(("publish", {"title": "Ode to Fog", "copies": 300}),)),
        Turn(text="That is settled."),
    ),
    tools=[publish],
)
stumbler = Agent(
    "stumbler",
    model=Actor(
        "stumbler",
        Turn(text="I try.", calls=(("stumble", {"over": "a root"}),)),
        Turn(text="It did not work."),
    ),
    tools=[stumble],
)
marathon = Agent(
    "marathon",
    model=Actor(
        "marathon",
        *[
            Turn(
                text=f"Leg {leg} of the *long* way.",
                calls=tuple(
                    [("milestone", {"leg": leg, "number": number}) for number in range(MARATHON_CALLS)]
                ),
            )
            for leg in range(MARATHON_STEPS)
        ],
        Turn(text="There."),
    ),
    tools=[milestone],
    limits=UsageLimits(max_steps=MARATHON_STEPS + 1),
)
streamer = Agent("streamer", model=Streamer())
breaker = Agent("breaker", model=Breaker())
mirror = Agent(
    "mirror",
    model=Actor("mirror", *map(_hostile, VECTORS), Turn(text="That was all.")),
    tools=[repeat, stumble],
    tool_retries_max=len(VECTORS) + 1,
    limits=UsageLimits(max_steps=len(VECTORS) + 2),
)
