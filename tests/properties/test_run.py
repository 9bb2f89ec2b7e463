"""Random runs, ended at random points: the journal is valid, the sums are right, and nothing is left behind."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_sdk import (
    Agent,
    AgentSDKError,
    CancelToken,
    Event,
    ModelRetry,
    RunContext,
    Runner,
    RunResult,
    ToolFailed,
    UsageLimits,
    check_events,
    tool,
)
from agent_sdk.contracts.errors import BadRequest, ConnectionFailed, RateLimited
from agent_sdk.contracts.run import CancelMode
from agent_sdk.ports.llm import ModelChunk, ModelProfile, ModelRequest
from agent_sdk.runtime.transcript import repair
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_services, fake_tool
from agent_sdk.testing.scripted_model import Step, ToolUse
from tests.properties.transcript_rules import check_for_every_provider


class Improviser:
    """A model that plays random steps and then answers for ever."""

    id = "improvised:model"
    profile = ModelProfile(native_output=True)

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = list(steps)
        self.requests: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        self.requests.append(request)
        step = self._steps.pop(0) if self._steps else "That is all."
        async with aclosing(ScriptedModel([step], id=self.id).stream(request)) as chunks:
            async for chunk in chunks:
                yield chunk
                await asyncio.sleep(0)


@dataclass(frozen=True)
class Ending:
    """Who ends the run, and after how many events."""

    kind: str
    after: int


calls: st.SearchStrategy[ToolUse] = st.sampled_from(
    [
        call("look"),
        call("yielding"),
        call("threaded"),
        call("bad"),
        call("picky"),
        call("nope"),
        call("alone"),
        call("expert", input="x"),
        call("expert"),
        call("transfer_to_other", reason="x"),
        ToolUse(name="look", arguments="{"),
    ]
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from(
        [
            "An answer in words.",
            "",
            ModelStep(text="half an", error=ConnectionFailed("cut")),
            RateLimited(retry_after=1.0),
            BadRequest("no"),
            ModelStep(text="x", error=KeyError("bug")),
            ModelStep(finish_reason="content_filter"),
        ]
    ),
    st.lists(calls, min_size=1, max_size=3).map(tuple),
    st.lists(calls, min_size=1, max_size=2).map(
        lambda some: ModelStep(text="Let me see.", calls=tuple(some))
    ),
)
endings = st.builds(
    Ending,
    kind=st.sampled_from(["nobody", "now", "after_step", "thread", "leave", "task"]),
    after=st.integers(1, 30),
)


@tool
async def yielding(ctx: RunContext[None]) -> str:
    """Take its time."""
    ctx.emit("…")
    for _ in range(3):
        await asyncio.sleep(0)
    return "yielded"


@tool
def threaded(ctx: RunContext[None]) -> str:
    """Run in a thread."""
    ctx.emit("…")
    return "threaded"


def an_agent() -> Agent:
    """Tools that work, fail and insist; a subagent and another agent to hand over to."""
    tools = [
        fake_tool("look", "seen"),
        yielding,
        threaded,
        fake_tool("bad", ValueError("x"), ToolFailed("y")),
        fake_tool("picky", ModelRetry("again")),
        tool(name="alone", sequential=True)(lambda: "alone"),
    ]
    limits = UsageLimits(max_steps=8)
    expert = Agent("expert", tools=tools, limits=limits)
    other = Agent("other", tools=[*tools, expert.as_tool()], limits=limits)
    return Agent("root", tools=[*tools, expert.as_tool()], handoffs=[other], limits=limits)


async def play(model: Improviser, ending: Ending) -> tuple[list[Event], RunResult[Any] | None, Runner]:
    """Run, and end it as told. There is no result where the task itself was canceled."""
    engine, token = Runner(fake_services(model)), CancelToken()
    seen: list[Event] = []
    stream = engine.stream(an_agent(), "go", session="s", cancel=token, tree=True)
    async with stream:
        async for event in stream:
            seen.append(event)
            if len(seen) == ending.after and await end(ending.kind, token, stream.run_id):
                break
    seen += [event async for event in stream]
    try:
        return seen, await stream.result(), engine
    except AgentSDKError as error:
        return seen, error.result, engine
    except asyncio.CancelledError:
        return seen, None, engine


async def end(kind: str, token: CancelToken, run_id: str) -> bool:
    """End the run; True asks the reader to leave."""
    modes: dict[str, CancelMode] = {"now": "now", "after_step": "after_step"}
    if kind in modes:
        token.cancel(modes[kind])
    elif kind == "thread":
        await asyncio.to_thread(token.cancel)
    elif kind == "task":
        for task in asyncio.all_tasks():
            if task.get_name() == run_id:
                task.cancel()
    return kind == "leave"


def check_sums(events: Sequence[Event], result: RunResult[Any]) -> None:
    """Usage is the sum of what the journals of the whole tree tell."""
    answers = [event for event in events if event.type == "message.completed"]
    broken_off = [event for event in events if event.type == "message.failed"]
    # A step that was cut may have been so before the model had said anything, but after it was asked.
    cut = [event for event in events if event.type in {"step.canceled", "step.failed"}]
    assert 0 <= result.usage.requests - len(answers) - len(broken_off) <= len(cut)
    assert (result.usage.input_tokens, result.usage.output_tokens) == (10 * len(answers), 5 * len(answers))
    assert result.usage.tool_calls == len([event for event in events if event.type == "tool.executing"])


@settings(max_examples=300)
@given(st.lists(steps, max_size=8), endings)
def test_a_run_ended_anywhere_leaves_valid_journals_right_sums_and_no_task(
    script: list[Step], ending: Ending
) -> None:
    async def scenario() -> None:
        model = Improviser(script)
        events, result, engine = await play(model, ending)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        runs = {event.run_id for event in events}
        for run_id in runs:
            check_events([event for event in events if event.run_id == run_id])
        if result is not None:
            check_events(result.events, compacted=True)
            check_sums(events, result)
        for request in model.requests:
            check_for_every_provider(request.messages)
        check_for_every_provider(repair(engine.history("s")))
        before = len(model.requests)
        model._steps.clear()  # pyright: ignore[reportPrivateUsage]
        again = await engine.run(Agent("after"), "and now?", session="s")
        assert (again.status, len(model.requests)) == ("completed", before + 1)
        check_for_every_provider(model.requests[-1].messages)

    asyncio.run(scenario())


@given(st.lists(steps, max_size=6))
def test_a_run_and_a_stream_of_the_same_script_end_in_the_same_way(script: list[Step]) -> None:
    async def outcome(streamed: bool) -> tuple[object, ...]:
        engine = Runner(fake_services(Improviser(script)))
        try:
            if streamed:
                async with engine.stream(an_agent(), "go") as stream:
                    result = await stream.result()
            else:
                result = await engine.run(an_agent(), "go")
        except AgentSDKError as error:
            result = error.result
        texts = [(message.role, message.text, len(message.parts)) for message in result.messages]
        return result.status, result.stop_reason, result.output, result.usage, texts

    assert asyncio.run(outcome(streamed=True)) == asyncio.run(outcome(streamed=False))
