"""Steering a durable run: pause, input, cancel, drain, retry, approvals below, and what cannot be executed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from agent_sdk import Agent, ModelRetry, RunContext, tool
from agent_sdk.contracts.codec import decode_event, encode
from agent_sdk.contracts.errors import InvalidInput, Overloaded
from agent_sdk.contracts.run import RunLimits
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.store import PendingInput, Signals
from agent_sdk.reliability.retry import RetryPolicy
from agent_sdk.runtime.durable import DurableRun, RunRequest, new_run
from agent_sdk.testing import ScriptedModel, call, fake_services

from .durable_kit import IDS, Agents, Journals, PlannedModel, begin, claim, decided, execute, resolver


class Address(BaseModel):
    """Deps with a shape."""

    city: str


@tool(effects="read")
async def look(x: int = 0) -> str:
    """Look."""
    return f"seen {x}"


@tool(needs_approval=True)
async def send(x: int = 0) -> str:
    """Send."""
    return f"sent {x}"


def services() -> Any:
    """Fakes whose ids no other process makes."""
    return replace(fake_services(PlannedModel("unused")), ids=IDS)


async def steered(
    agents: Agents, journals: Journals, when: str, steer: Callable[[DurableRun], None], **more: Any
) -> str:
    """Execute, and steer at the commit of the first event of a type."""
    made = services()
    lease = claim(made, journals, **more)
    run = DurableRun(made, lease, resolver(agents))
    pending = [steer]

    def heard() -> None:
        if pending and any(event.type == when for event in journals.events):
            pending.pop()(run)

    lease.on_commit = heard
    return await run.execute()


def types(journals: Journals) -> list[str]:
    """The types of the root's events."""
    return [event.type for event in journals.root]


async def test_a_pause_comes_at_the_border_of_a_step_and_the_run_goes_on_from_there() -> None:
    agents = {"a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])}
    journals = begin(services(), agents)
    ended = await steered(agents, journals, "step.started", lambda run: run.signal(Signals(pause=True)))
    assert ended == "paused"
    assert journals.root[-1].data["stop_reason"] == "input_required"
    assert types(journals).count("step.completed") == 1
    assert await execute(agents, journals, "resumed") == "completed"
    journals.check()
    assert types(journals).count("tool.executing") == 1


async def test_what_the_user_adds_is_answered_by_the_next_step() -> None:
    agents = {"a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])}
    journals = begin(services(), agents)
    signals = Signals(inputs=(PendingInput(id="msg_1", input="and quickly"),))

    def add(run: DurableRun) -> None:
        run.signal(signals)
        run.signal(signals)

    assert await steered(agents, journals, "step.started", add) == "completed"
    journals.check()
    assert types(journals).count("input.received") == 1
    assert types(journals).index("input.received") < types(journals).index("run.completed")


async def test_what_the_user_adds_during_the_last_answer_is_answered_too() -> None:
    agents = {"a": Agent("a", model=PlannedModel("first", "second"))}
    journals = begin(services(), agents)
    journals.signals = Signals(inputs=())
    signals = Signals(inputs=(PendingInput(id="msg_1", input="more"),))
    assert await steered(agents, journals, "step.started", lambda run: run.signal(signals)) == "completed"
    assert journals.root[-1].data["output"] == "second"


async def test_a_canceled_run_ends_as_canceled_whether_it_works_waits_or_has_not_begun() -> None:
    wanted = Signals(cancel_mode="now", cancel_reason="enough")
    agents = {"a": Agent("a", model=PlannedModel(call("send"), "done"), tools=[send])}
    working = begin(services(), agents)
    assert await steered(agents, working, "step.started", lambda run: run.signal(wanted)) == "canceled"
    waiting = begin(services(), agents)
    assert await execute(agents, waiting) == "paused"
    waiting.signals = wanted
    assert await execute(agents, waiting, "resumed", canceled=True) == "canceled"
    queued = begin(services(), agents)
    queued.signals = wanted
    assert await execute(agents, queued, canceled=True) == "canceled"
    assert types(queued) == ["run.queued", "run.canceled"]
    assert types(waiting)[-4:] == ["run.paused", "tool.canceled", "step.canceled", "run.canceled"]
    for journals in (working, waiting, queued):
        journals.check()
        assert journals.root[-1].data["reason"] == "enough"


async def test_a_canceled_run_that_nobody_began_ends_well_though_a_claim_of_it_was_lost() -> None:
    agents = {"a": Agent("a", model=PlannedModel("done"))}
    journals = begin(services(), agents)
    journals.signals = Signals(cancel_mode="now")
    claim(services(), journals, canceled=True)
    assert await execute(agents, journals, canceled=True, attempt=2) == "canceled"
    journals.check()


async def test_a_subagent_is_canceled_alone_and_its_parent_goes_on() -> None:
    begun = asyncio.Event()

    @tool(effects="read")
    async def wait() -> str:
        """Wait for ever."""
        begun.set()
        await asyncio.Event().wait()
        return ""

    child = Agent("child", model=PlannedModel(call("wait"), "never"), tools=[wait])
    agents = {"p": Agent("p", model=PlannedModel(call("child", input="x"), "end"), tools=[child.as_tool()])}
    journals = begin(services(), agents)
    run = DurableRun(services(), claim(services(), journals), resolver(agents))
    task = asyncio.create_task(run.execute())
    await begun.wait()
    below = next(event.run_id for event in journals.events if event.depth == 1)
    run.signal(Signals(subagent_cancels={below: "now"}))
    assert await task == "completed"
    journals.check()
    assert journals.of(below)[-1].type == "run.canceled"


async def test_a_draining_run_is_left_at_the_border_of_a_step() -> None:
    agents = {"a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])}
    journals = begin(services(), agents)
    assert await steered(agents, journals, "step.started", DurableRun.drain) == "drained"
    assert journals.root[-1].type == "step.completed"
    assert await execute(agents, journals, "drained") == "completed"
    journals.check()
    assert types(journals).count("tool.executing") == 1


async def test_a_failure_that_may_pass_is_tried_again_a_bounded_number_of_times() -> None:
    policy = RetryPolicy(attempts_max=1)
    agents = {"a": Agent("a", model=PlannedModel(Overloaded("busy")), retries=policy)}
    journals = begin(services(), agents)
    assert await execute(agents, journals) == "retrying"
    assert journals.root[-1].data["delay_ms"] == 1000
    assert await execute(agents, journals, "retry") == "retrying"
    assert journals.root[-1].data["delay_ms"] == 4000
    assert await execute(agents, journals, "retry") == "failed"
    journals.check()


async def test_a_run_whose_owners_are_lost_without_end_is_a_dead_letter() -> None:
    agents = {"a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])}
    journals = begin(services(), agents)
    assert await steered(agents, journals, "step.started", DurableRun.drain) == "drained"
    assert await execute(agents, journals, "owner_lost", dead=True) == "failed"
    journals.check()
    assert journals.root[-1].data["stop_reason"] == "dead_letter"


async def test_a_run_of_an_agent_that_is_not_registered_fails_and_says_so() -> None:
    agents = {"a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])}
    journals = begin(services(), agents)
    assert await execute({"b": agents["a"]}, journals) == "failed"
    journals.check()
    assert "no agent 'a'" in journals.root[-1].data["error"]["message"]


async def test_an_agent_that_lost_a_tool_waits_for_a_human_after_a_restart() -> None:
    agents = {"a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])}
    journals = begin(services(), agents)
    lease = claim(services(), journals)
    run = DurableRun(services(), lease, resolver(agents))
    lease.on_commit = lambda: lease.abandon() if "tool.executing" in types(journals) else None
    with pytest.raises(Exception, match="Another worker owns"):
        await run.execute()
    bare = {"a": Agent("a", model=PlannedModel(call("look"), "done"))}
    assert await execute(bare, journals, "owner_lost") == "paused"
    assert "tool.started" in journals.root[-1].data["divergence"]
    # Whoever lets it go on has seen that.
    assert await execute(bare, journals, "resumed") == "completed"
    journals.check()
    assert types(journals).count("tool.failed") == 1


async def test_a_changed_agent_goes_on_as_long_as_it_repeats_the_journal() -> None:
    agents = {"a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look])}
    journals = begin(services(), agents)
    assert await steered(agents, journals, "step.started", DurableRun.drain) == "drained"
    reworded = {
        "a": Agent("a", model=PlannedModel(call("look"), "done"), tools=[look], instructions="Be brief.")
    }
    assert await execute(reworded, journals, "drained") == "completed"
    journals.check()


@pytest.mark.parametrize("verdict", ["approved", "denied"])
async def test_an_approval_below_a_subagent_survives_a_restart(verdict: str) -> None:
    def agents() -> Agents:
        child = Agent("child", model=PlannedModel(call("send"), "sent it"), tools=[send])
        return {"p": Agent("p", model=PlannedModel(call("child", input="x"), "end"), tools=[child.as_tool()])}

    journals = begin(services(), agents())
    assert await execute(agents(), journals) == "paused"
    asked = [event for event in journals.events if event.type == "tool.approval_requested"]
    below = next(event for event in asked if event.depth == 1)
    above = next(event for event in asked if event.depth == 0)
    assert above.data["child_run_id"] == below.run_id
    journals.signals = Signals(decisions=(decided(below, verdict, decided_by="key_1"),))
    assert await execute(agents(), journals, "resumed") == "completed"
    journals.check()
    resolved = [event for event in journals.of(below.run_id) if event.type == "tool.approval_resolved"]
    assert resolved[0].data["by"] == "key_1"


async def test_calls_that_are_sent_back_are_counted_over_a_restart() -> None:
    @tool(effects="read")
    async def picky(x: int = 0) -> str:
        """Never content."""
        raise ModelRetry(f"not {x}")

    def agents() -> Agents:
        calls = [call("picky", x=place) for place in range(9)]
        return {"a": Agent("a", model=PlannedModel(*calls), tools=[picky], tool_retries_max=2)}

    undisturbed = begin(services(), agents())
    assert await execute(agents(), undisturbed) == "failed"
    for batches in range(2, len(undisturbed.batches)):
        journals = undisturbed.cut(batches)
        assert await execute(agents(), journals, "owner_lost") == "failed"
        journals.check()
        assert types(journals).count("tool.failed") == 3


async def test_deps_are_read_from_json_or_made_by_the_agents_factory() -> None:
    seen: Counter[str] = Counter()

    @tool(effects="read")
    async def where(ctx: RunContext[Address]) -> str:
        """Look where."""
        seen[ctx.deps.city] += 1
        return ctx.deps.city

    def agents(**more: Any) -> Agents:
        model = PlannedModel(call("where"), "done")
        return {"a": Agent("a", model=model, tools=[where], deps_type=Address, **more)}

    assert await execute(agents(), begin(services(), agents(), deps={"city": "Rome"})) == "completed"
    made = agents(deps_factory=lambda: Address(city="Oslo"))
    assert await execute(made, begin(services(), made)) == "completed"
    assert seen == {"Rome": 1, "Oslo": 1}
    with pytest.raises(InvalidInput, match="deps do not fit Address"):
        begin(services(), agents(), deps={"town": "Rome"})
    with pytest.raises(InvalidInput, match="takes no deps"):
        begin(services(), {"b": Agent("b", model=PlannedModel("x"))}, deps={"city": "Rome"})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"input": ""}, "empty"),
        ({"input": 5}, "of type int"),
        ({"input": ["text"]}, "no object"),
        ({"input": [{"type": "song"}]}, "song"),
        ({"input": "x", "session_id": "a b"}, "session id"),
        ({"input": "x", "limits": RunLimits(max_steps=0)}, "max_steps"),
        ({"input": "x", "limits": RunLimits(max_cost_usd=1)}, "price"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(more: dict[str, Any], message: str) -> None:
    agent = Agent("a", model=PlannedModel("x"))
    with pytest.raises(InvalidInput, match=message):
        new_run(services(), LOCAL, agent, RunRequest(agent="a", **more))


async def test_only_the_limits_that_a_request_names_replace_the_agents() -> None:
    agents = {"a": Agent("a", model=PlannedModel("x"))}
    journals = begin(services(), agents, limits=RunLimits(max_tokens=100), tags=("t",), metadata={"k": 1})
    data = journals.root[0].data
    assert data["limits"]["max_tokens"] == 100
    assert data["limits"]["max_steps"] == agents["a"].limits.max_steps
    assert (data["tags"], data["metadata"]) == (["t"], {"k": 1})
    assert decode_event(encode(journals.root[0])) == journals.root[0]


async def test_an_abandoned_lease_ends_the_attempt_without_a_word() -> None:
    gate = asyncio.Event()

    @tool(effects="read")
    async def slow() -> str:
        """Wait."""
        gate.set()
        await asyncio.Event().wait()
        return ""

    agents = {"a": Agent("a", model=PlannedModel(call("slow"), "done"), tools=[slow])}
    journals = begin(services(), agents)
    lease = claim(services(), journals)
    task = asyncio.create_task(DurableRun(services(), lease, resolver(agents)).execute())
    await gate.wait()
    before = types(journals)
    lease.abandon()
    task.cancel()
    await asyncio.wait([task])
    assert types(journals) == before


async def test_what_a_run_said_is_remembered_with_its_end() -> None:
    agents = {"a": Agent("a", model=ScriptedModel(["hello"]))}
    journals = begin(services(), agents, "hi")
    assert await execute(agents, journals) == "completed"
    assert [message.text for message in journals.remembered[journals.new.id]] == ["hi", "hello"]
