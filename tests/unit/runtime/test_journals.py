"""One loop, one journal: however a run is started, and however often."""

import json
from typing import Any

from agent_sdk import Agent, RunContext, Runner, tool
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.grammar import without_deltas
from agent_sdk.testing import ScriptedModel, call, fake_services, fake_tool, normalize, reply
from tests.unit.runtime.kit import runner, watch


def scripted() -> Runner:
    return runner(ScriptedModel([[call("look"), call("look", at=1)], reply("Seen both.", reasoning="hm")]))


def looking() -> Agent:
    return Agent("a", tools=[fake_tool("look", "one", "two")])


async def test_run_run_sync_and_stream_leave_the_same_journal() -> None:
    ran = await scripted().run(looking(), "look twice")
    blocking = scripted().run_sync(looking(), "look twice")
    _, streamed = await watch(scripted().stream(looking(), "look twice"))
    assert normalize(blocking.events) == normalize(ran.events)
    # A stream shows deltas, which take numbers; what is left without them is the same.
    assert unnumbered(without_deltas(streamed.events)) == unnumbered(ran.events)


def unnumbered(events: Any) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in normalize(events).splitlines()]
    return [{name: value for name, value in line.items() if name != "seq"} for line in lines]


async def test_with_fakes_for_time_and_ids_two_runs_write_the_same_bytes() -> None:
    async def written() -> list[bytes]:
        events, _ = await watch(scripted().stream(looking(), "look twice"))
        return [encode(event) for event in events]

    first = await written()
    assert await written() == first
    assert len(set(first)) == len(first)


async def test_run_root_parent_session_and_step_reach_events_tools_requests_and_children() -> None:
    seen: list[tuple[str, str, int]] = []

    @tool(effects="read")
    async def look(ctx: RunContext[None]) -> None:
        seen.append((ctx.run_id, ctx.session_id, ctx.step))

    inner = ScriptedModel([call("look"), "blue"], id="scripted:inner")
    outer = ScriptedModel([call("look"), call("expert", input="colour?"), "It is blue."])
    expert = Agent("expert", model=inner, tools=[look])
    boss = Agent("boss", tools=[look, expert.as_tool()])
    async with Runner(fake_services(outer)).stream(boss, "go", session="mine", tree=True) as stream:
        events = [event async for event in stream]
    root = stream.run_id
    (child,) = {event.run_id for event in events} - {root}
    for event in events:
        assert event.root_run_id == root
        assert event.parent_run_id == (root if event.run_id == child else None)
    (child_session,) = {event.session_id for event in events if event.run_id == child}
    assert {event.session_id for event in events if event.run_id == root} == {"mine"}
    assert seen == [(root, "mine", 1), (child, child_session, 1)]
    executing = [(e.run_id, e.session_id, e.step) for e in events if e.type == "tool.executing"]
    assert [each for each in executing if each in seen] == seen
    assert [request.idempotency_key for request in outer.requests] == [f"{root}:{step}" for step in (1, 2, 3)]
    assert [request.idempotency_key for request in inner.requests] == [f"{child}:{step}" for step in (1, 2)]
