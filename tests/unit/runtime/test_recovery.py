"""A run that is cut after any commit goes on from its journal: nothing lost, nothing done twice."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from agent_sdk import Agent, RunContext, handoff, tool
from agent_sdk.contracts.tool import Effects
from agent_sdk.ports.store import Signals
from agent_sdk.ports.tool import Tool
from agent_sdk.runtime.output import OUTPUT_TOOL
from agent_sdk.testing import call, fake_services

from .durable_kit import Journals, PlannedModel, begin, decided, execute

Done = Counter[tuple[str, str]]
"""Executions by tool and idempotency key."""


class Ticket(BaseModel):
    """An answer with a shape."""

    title: str


def tools(done: Done) -> Mapping[str, Tool]:
    """A reading tool, an idempotent and an external one, which note what they do."""

    def noting(name: str, effects: Effects, *, idempotent: bool) -> Tool:
        async def act(ctx: RunContext[None], x: int = 0) -> str:
            done[name, str(ctx.idempotency_key)] += 1
            return f"{name} {x}"

        return tool(name=name, effects=effects, idempotent=idempotent)(act)

    return {
        "look": noting("look", "read", idempotent=False),
        "put": noting("put", "write", idempotent=True),
        "send": noting("send", "external", idempotent=False),
    }


def with_tools(done: Done) -> dict[str, Agent[Any, Any]]:
    """Parallel calls of every kind, then one more, then words."""
    model = PlannedModel(
        [call("look", x=1), call("put", x=2), call("send", x=3)], call("send", x=4), "all is done"
    )
    return {"worker": Agent("worker", model=model, tools=list(tools(done).values()))}


def with_handoff(done: Done) -> dict[str, Agent[Any, Any]]:
    """One agent looks and hands over to another, which sends."""
    second = Agent(
        "second", model=PlannedModel("never", "never", call("send", x=1), "over"), tools=[tools(done)["send"]]
    )
    first = Agent(
        "first",
        model=PlannedModel(call("look"), call("transfer_to_second")),
        tools=[tools(done)["look"]],
        handoffs=[handoff(second)],
    )
    return {"first": first}


def with_subagent(done: Done) -> dict[str, Agent[Any, Any]]:
    """An agent asks another, which uses tools."""
    child = Agent(
        "child", model=PlannedModel(call("look"), call("put"), "found"), tools=list(tools(done).values())
    )
    parent = Agent(
        "parent", model=PlannedModel(call("child", input="look for it"), "so it is"), tools=[child.as_tool()]
    )
    return {"parent": parent}


def with_output(done: Done) -> dict[str, Agent[Any, Any]]:
    """A structured answer that is wrong at first."""
    model = PlannedModel(call("look"), call(OUTPUT_TOOL, wrong=1), call(OUTPUT_TOOL, title="t"))
    return {"shaped": Agent("shaped", model=model, tools=[tools(done)["look"]], output_type=Ticket)}


SCENARIOS: dict[str, Callable[[Done], dict[str, Agent[Any, Any]]]] = {
    "tools": with_tools,
    "handoff": with_handoff,
    "subagent": with_subagent,
    "output": with_output,
}


async def whole(scenario: str) -> tuple[Journals, Done]:
    """A run that nobody disturbs."""
    done: Done = Counter()
    agents = SCENARIOS[scenario](done)
    journals = begin(fake_services(), agents)
    assert await execute(agents, journals) == "completed"
    journals.check()
    return journals, done


def skeleton(journals: Journals) -> list[tuple[Any, ...]]:
    """What a run did, whatever it was disturbed by."""
    kinds = {"tool.completed", "handoff.completed", "subagent.completed", "run.completed"}
    found = [event for event in journals.events if event.type in kinds]
    return sorted(
        (
            event.type,
            str(event.data.get("name")),
            str(event.data.get("result")),
            str(event.data.get("output")),
        )
        for event in found
    )


def journaled_results(journals: Journals) -> set[str]:
    """Calls whose results are in the journal."""
    return {event.data["tool_call_id"] for event in journals.events if event.type == "tool.completed"}


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_run_cut_after_any_commit_goes_on_without_repeating_a_journaled_result(scenario: str) -> None:
    undisturbed, _ = await whole(scenario)
    assert len(undisturbed.batches) > 4
    for batches in range(2, len(undisturbed.batches)):
        done: Done = Counter()
        agents = SCENARIOS[scenario](done)
        journals = undisturbed.cut(batches)
        results = journaled_results(journals)
        begun = {
            event.data["tool_call_id"]: event for event in journals.events if event.type == "tool.executing"
        }
        ended = await execute(agents, journals, "owner_lost")
        journals.check(whole=ended != "paused")
        asked = [
            event
            for event in journals.events
            if event.type == "tool.approval_requested" and event.data["name"] == "send"
        ]
        if ended == "paused":
            assert [event.data["tool_call_id"] for event in asked], "only an external call asks"
            assert all(event.data["tool_call_id"] in begun for event in asked)
            assert not any(name == "send" and key in str(begun) for name, key in done)
            decisions = tuple(decided(event, "approved") for event in asked)
            journals.signals = Signals(decisions=decisions)
            assert await execute(agents, journals, "resumed") == "completed"
            journals.check()
        assert not any(call_id in key for call_id in results for _, key in done), (
            "a journaled result was made again"
        )
        assert all(count == 1 for count in done.values())
        assert skeleton(journals) == skeleton(undisturbed)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("end", ["canceled", "dead", "gone", "no child"])
async def test_a_run_cut_after_any_commit_can_be_ended_with_everything_below_it(
    scenario: str, end: str
) -> None:
    undisturbed, _ = await whole(scenario)
    for batches in range(2, len(undisturbed.batches)):
        journals = undisturbed.cut(batches)
        agents = SCENARIOS[scenario](Counter())
        name, agent = next(iter(agents.items()))
        if end == "canceled":
            journals.signals = Signals(cancel_mode="now")
            assert await execute(agents, journals, "owner_lost") == "canceled"
        elif end == "dead":
            assert await execute(agents, journals, "owner_lost", dead=True) == "failed"
        elif end == "gone":
            assert await execute({"another": agent}, journals, "owner_lost") == "failed"
        else:
            bare = {name: Agent(name, model=PlannedModel("over", "over", "over", "over"))}
            if await execute(bare, journals, "owner_lost") == "paused":
                assert await execute(bare, journals, "resumed") in {"completed", "failed"}
        journals.check()


async def test_a_run_cut_again_and_again_ends_as_if_it_had_not_been() -> None:
    undisturbed, _ = await whole("tools")
    done: Done = Counter()
    agents = with_tools(done)
    journals = undisturbed.cut(2)
    for _ in range(30):
        size = len(journals.batches)
        before = journals.cut(size)
        ended = await execute(agents, journals, "owner_lost")
        if ended == "completed" and len(journals.batches) - size <= 2:
            break
        if ended == "paused":
            break
        # Only the first two commits of this attempt survive.
        before.batches = journals.batches[: size + 2]
        journals = before
    journals.check(whole=False)
    attempts = [event.attempt for event in journals.root]
    assert attempts == sorted(attempts)


async def test_an_external_call_with_unknown_outcome_waits_for_a_human_and_may_be_denied() -> None:
    undisturbed, _ = await whole("tools")
    place = next(
        index
        for index, batch in enumerate(undisturbed.batches)
        if any(event.type == "tool.executing" for event in batch)
    )
    done: Done = Counter()
    agents = with_tools(done)
    journals = undisturbed.cut(place + 1)
    assert await execute(agents, journals, "owner_lost") == "paused"
    assert not [name for name, _ in done if name == "send"]
    asked = [event for event in journals.root if event.type == "tool.approval_requested"]
    assert "lost" in asked[0].data["reason"]
    journals.signals = Signals(decisions=(decided(asked[0], "denied", decision_reason="it arrived"),))
    assert await execute(agents, journals, "resumed") == "completed"
    assert [event.data["reason"] for event in journals.root if event.type == "tool.denied"] == ["it arrived"]


async def test_usage_is_counted_over_a_crash() -> None:
    undisturbed, _ = await whole("tools")
    usage = undisturbed.root[-1].data["usage"]
    place = next(
        index
        for index, batch in enumerate(undisturbed.batches)
        if any(event.type == "step.completed" for event in batch)
    )
    journals = undisturbed.cut(place + 1)
    assert await execute(with_tools(Counter()), journals, "owner_lost") == "completed"
    assert journals.root[-1].data["usage"] == usage
