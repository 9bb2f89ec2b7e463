"""`Runner(store=…)`: the same agents, over a file; what one process leaves another goes on with."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from agent_sdk import Agent, CancelToken, LimitExceeded, RunContext, Runner, UsageLimits, check_events, tool
from agent_sdk.contracts.errors import ConfigError, InvalidInput
from agent_sdk.reliability.system import SystemClock, SystemIds
from agent_sdk.testing import call, fake_services

from .durable_kit import PlannedModel


class Ticket(BaseModel):
    """An answer with a shape."""

    title: str


@tool(effects="read")
async def look(x: int = 0) -> str:
    """Look."""
    return f"seen {x}"


@tool(needs_approval=True)
async def send(x: int = 0) -> str:
    """Send."""
    return f"sent {x}"


def runner(folder: Path, *agents: Agent[Any, Any]) -> Runner:
    """A runner over a file of this test."""
    services = replace(fake_services(), clock=SystemClock(), ids=SystemIds())
    return Runner(services, store=f"sqlite:///{folder}/runs.db", agents=agents)


async def test_a_run_over_a_store_returns_what_one_in_memory_does(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel(call("look", x=1), "done"), tools=[look])
    async with runner(tmp_path) as durable:
        result = await durable.run(agent, "go")
    assert (result.status, result.output) == ("completed", "done")
    assert [message.role for message in result.messages] == ["user", "assistant", "tool", "assistant"]
    assert result.usage.tool_calls == 1
    check_events(result.events, compacted=True)


async def test_a_session_is_gone_on_with_by_another_process(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel("one", "two"))
    async with runner(tmp_path) as first:
        await first.run(agent, "first", session="talk")
    async with runner(tmp_path) as second:
        result = await second.run(agent, "second", session="talk")
    assert [message.text for message in result.messages] == ["first", "one", "second", "two"]


async def test_leaving_a_stream_early_leaves_the_run_at_work(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])
    async with runner(tmp_path) as durable:
        async with durable.stream(agent, "go") as stream:
            seen = [await anext(stream), await anext(stream)]
        result = await stream.result()
    assert [event.type for event in seen] == ["run.queued", "run.started"]
    assert result.status == "completed"
    assert stream.run_id == result.run_id
    assert stream.session_id == result.session_id


async def test_a_stream_shows_the_whole_journal(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel(call("look"), "a few words"), tools=[look])
    async with runner(tmp_path) as durable, durable.stream(agent, "go") as stream:
        check_events([event async for event in stream])


async def test_a_paused_run_is_decided_and_goes_on(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel(call("send", x=1), "done"), tools=[send])
    async with runner(tmp_path) as durable:
        paused = await durable.run(agent, "go")
        assert paused.status == "paused"
        (asked,) = paused.interruptions
        result = await paused.resume([asked.approve(args={"x": 2})])
    assert result.output == "done"
    assert any(
        event.data.get("result") == "sent 2" for event in result.events if event.type == "tool.completed"
    )


async def test_a_failed_run_raises_with_what_it_had(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel(call("look"), call("look")), tools=[look])
    async with runner(tmp_path) as durable:
        with pytest.raises(LimitExceeded) as caught:
            await durable.run(agent, "go", limits=UsageLimits(max_steps=1))
    assert caught.value.stop_reason == "max_steps"
    assert caught.value.result.status == "failed"


async def test_structured_output_comes_back_as_a_value(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel(call("final_answer", title="t")), output_type=Ticket)
    async with runner(tmp_path) as durable:
        assert (await durable.run(agent, "go")).output == Ticket(title="t")


@pytest.mark.parametrize("by", ["token", "stream"])
async def test_a_run_is_canceled_by_its_callers_token_or_its_stream(tmp_path: Path, by: str) -> None:
    begun = asyncio.Event()

    @tool(effects="read")
    async def wait() -> str:
        """Wait for ever."""
        begun.set()
        await asyncio.Event().wait()
        return ""

    agent = Agent("a", model=PlannedModel(call("wait"), "done"), tools=[wait])
    token = CancelToken()
    async with runner(tmp_path) as durable, durable.stream(agent, "go", cancel=token) as stream:
        await begun.wait()
        if by == "token":
            token.cancel(reason="enough")
        else:
            stream.cancel(reason="enough")
        result = await stream.result()
    assert result.status == "canceled"
    assert result.events[-1].data["reason"] == "enough"


async def test_deps_travel_as_json_or_are_made_again(tmp_path: Path) -> None:
    @tool(effects="read")
    async def title(ctx: RunContext[Ticket]) -> str:
        """Say it."""
        return ctx.deps.title

    agent = Agent("a", model=PlannedModel(call("title"), "done"), tools=[title], deps_type=Ticket)
    async with runner(tmp_path) as durable:
        result = await durable.run(agent, "go", deps=Ticket(title="from afar"))
        assert any(event.data.get("result") == "from afar" for event in result.events)
        odd = Agent("odd", model=PlannedModel("x"), deps_type=object)
        with pytest.raises(InvalidInput, match="no JSON form"):
            await durable.run(odd, "go", deps=object())


async def test_what_could_not_be_made_again_is_refused(tmp_path: Path) -> None:
    agent = Agent("a", model=PlannedModel("x"))
    async with runner(tmp_path) as durable:
        with pytest.raises(InvalidInput, match="names its model"):
            await durable.run(agent, "go", model=PlannedModel("y"))
        await durable.run(agent, "go")
        with pytest.raises(InvalidInput, match="two agents are named"):
            await durable.run(Agent("a", model=PlannedModel("x")), "go")
        stream = durable.stream(agent, "go")
        with pytest.raises(InvalidInput, match="not been entered"):
            await anext(stream)


async def test_a_url_that_names_no_file_is_refused(tmp_path: Path) -> None:
    del tmp_path
    with pytest.raises(InvalidInput, match="no SQLite file"):
        async with Runner(store="sqlite:///"):
            pass


@pytest.mark.parametrize("name", [":memory:", "runs.db?mode=ro", "file:runs.db?cache=shared"])
def test_a_url_that_says_more_than_a_path_is_refused_and_makes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)

    async def enter() -> None:
        async with Runner(store=f"sqlite:///{name}"):
            pass

    with pytest.raises(InvalidInput, match="a store"):
        asyncio.run(enter())
    assert list(tmp_path.iterdir()) == []


async def test_what_a_runner_keeps_is_for_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    async with Runner(store=f"sqlite:///{folder}/runs.db"):
        made = [folder, *folder.iterdir()]
        assert folder / "runs.db.owners" in made
        assert {path.name: path.stat().st_mode & 0o077 for path in made} == {path.name: 0 for path in made}


async def test_a_place_that_can_hold_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be made"):
        async with Runner(store=f"sqlite:///{tmp_path}/file/runs.db"):
            pass
