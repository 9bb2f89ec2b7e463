"""What the tests of the runtime share: runners over fakes, and runs whose journals are checked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import pytest

from agent_sdk import AgentSDKError, Event, Runner, RunResult, RunStream, check_events
from agent_sdk.contracts.messages import Message, ToolResultPart
from agent_sdk.ports.llm import Model
from agent_sdk.testing import FakeClock, fake_services

T = TypeVar("T")


def runner(*models: Model, clock: FakeClock | None = None) -> Runner:
    """A runner over fakes; the first model is the default."""
    return Runner(fake_services(*models, clock=clock))


def checked(result: RunResult[T], *, whole: bool = True) -> RunResult[T]:
    """The result, after its journal was accepted by the grammar."""
    check_events(result.events, compacted=True, whole=whole)
    return result


async def finish(run: Awaitable[RunResult[T]]) -> RunResult[T]:
    """Await a run that ends."""
    return checked(await run)


async def pause(run: Awaitable[RunResult[T]]) -> RunResult[T]:
    """Await a run that pauses."""
    result = checked(await run, whole=False)
    assert result.status == "paused"
    return result


async def fail(run: Awaitable[RunResult[Any]]) -> AgentSDKError:
    """Await a run that fails, and give its error."""
    with pytest.raises(AgentSDKError) as caught:
        await run
    result = checked(caught.value.result)
    assert result.status == "failed"
    assert result.events[-1].type == "run.failed"
    return caught.value


async def watch(stream: RunStream[T], *, whole: bool = True) -> tuple[list[Event], RunResult[T]]:
    """Read a stream to its end."""
    async with stream:
        events = [event async for event in stream]
        check_events(events, whole=whole)
        return events, checked(await stream.result(), whole=whole)


async def spin(done: Callable[[], object]) -> None:
    """Let others run until something holds."""
    while not done():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0)


def types(events: Iterable[Event], *, but: Iterable[str] = ()) -> list[str]:
    """The types of events, in order."""
    left_out = set(but)
    return [event.type for event in events if event.type not in left_out]


def of(events: Iterable[Event], kind: str) -> list[Mapping[str, Any]]:
    """The data of the events of one type."""
    return [event.data for event in events if event.type == kind]


def told(messages: Iterable[Message]) -> list[str]:
    """What a model was told of its calls, in order."""
    parts = [part for message in messages for part in message.parts]
    return [part.content for part in parts if isinstance(part, ToolResultPart)]


def said(messages: Iterable[Message]) -> list[tuple[str, str]]:
    """Role and text of each message."""
    return [(message.role, message.text) for message in messages]
