"""Replay asks nobody and runs nothing, and says where a run does not repeat its journal."""

from collections import Counter
from typing import Any

import pytest

from agent_sdk import Agent, tool
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.platform_errors import Conflict
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.store import Origin, PendingInput, Signals
from agent_sdk.runtime.durable import DurableRun
from agent_sdk.runtime.fork import forked
from agent_sdk.runtime.replay import replay
from agent_sdk.testing import call

from .durable_kit import Journals, PlannedModel, begin, decided, execute
from .test_durable import look, send, services, steered, types
from .test_recovery import SCENARIOS, Done, whole

ORIGIN = Origin(model_choice=None, deps=None)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_journal_repeats_with_no_model_and_no_tool(scenario: str) -> None:
    journals, _ = await whole(scenario)
    done: Done = Counter()
    agent = next(iter(SCENARIOS[scenario](done).values()))
    for run_id in {event.run_id for event in journals.events if event.depth == 0}:
        report = await replay(services(), agent, journals.of(run_id))
        assert report.ok, report.divergence
        assert report.steps == types(journals).count("message.completed")
    assert not done


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_prefix_of_a_journal_repeats(scenario: str) -> None:
    journals, _ = await whole(scenario)
    agent = next(iter(SCENARIOS[scenario](Counter()).values()))
    for batches in range(2, len(journals.batches)):
        report = await replay(services(), agent, journals.cut(batches).root)
        assert report.ok, report.divergence


async def test_a_journal_with_a_crash_an_approval_and_an_input_repeats() -> None:
    agents = {
        "a": Agent(
            "a", model=PlannedModel([call("send", x=1), call("look")], "done", "more"), tools=[send, look]
        )
    }
    journals = begin(services(), agents)
    assert await execute(agents, journals) == "paused"
    asked = next(event for event in journals.root if event.type == "tool.approval_requested")
    journals.signals = Signals(decisions=(decided(asked, "approved", edited_args={"x": 2}),))
    added = Signals(inputs=(PendingInput(id="msg_9", input="and?"),))

    def add(run: DurableRun) -> None:
        run.signal(added)

    assert await steered(agents, journals, "run.resumed", add, reason="resumed") == "completed"
    report = await replay(services(), agents["a"], journals.root)
    assert report.ok, report.divergence


async def test_a_changed_tool_version_is_where_the_replay_diverges() -> None:
    journals, _ = await whole("tools")

    @tool(name="look", effects="read", version="2.0.0")
    async def newer(x: int = 0) -> str:
        """Look."""
        return str(x)

    agent = Agent("worker", model="offline:demo", tools=[newer])
    report = await replay(services(), agent, journals.root)
    assert not report.ok
    assert report.divergence is not None
    assert report.divergence.expected["version"] == "1.0.0"
    assert report.divergence.actual["version"] == "2.0.0"
    assert journals.root[report.divergence.seq - 1].type == "tool.started"


async def test_an_agent_that_would_stop_earlier_diverges() -> None:
    journals, _ = await whole("tools")
    shorter = [event for event in journals.root if event.type != "step.completed"]
    report = await replay(services(), next(iter(SCENARIOS["tools"](Counter()).values())), shorter)
    assert not report.ok


def run_of(journals: Journals) -> Run:
    """The run as a store knows it."""
    new = journals.new
    return Run(
        id=new.id,
        session_id=new.session_id,
        agent=new.agent,
        model=new.model,
        status="completed",
        created_at=journals.root[0].time,
        input=new.input,
    )


def fork(journals: Journals, agent: Agent[Any, Any], **point: Any) -> Journals:
    """Fork a run."""
    new = forked(
        services(), LOCAL, run_of(journals), journals.root, agent=agent, history=(), origin=ORIGIN, **point
    )
    return Journals(new=new, batches=[list(new.events)])


async def test_a_fork_goes_on_from_the_end_of_a_step_with_other_ids() -> None:
    journals, _ = await whole("tools")
    done: Done = Counter()
    agents = SCENARIOS["tools"](done)
    copied = fork(journals, agents["worker"], after_step=1)
    assert copied.root[-1].type == "step.completed"
    assert not {event.id for event in copied.root} & {event.id for event in journals.root}
    assert await execute(agents, copied, "forked") == "completed"
    copied.check()
    assert sum(done.values()) == 1, "only the second step's call was made"


async def test_a_fork_takes_what_the_user_says_instead() -> None:
    journals, _ = await whole("tools")
    agents = SCENARIOS["tools"](Counter())
    last = journals.root[-1].seq
    with pytest.raises(InvalidInput, match="ended with an answer"):
        fork(journals, agents["worker"], after_seq=last)
    copied = fork(journals, agents["worker"], after_seq=2, given="otherwise")
    assert [event.type for event in copied.root] == ["run.queued"]
    assert copied.new.input == "otherwise"
    more = fork(journals, agents["worker"], after_seq=last, given="and then?")
    assert more.root[-1].type == "input.received"


@pytest.mark.parametrize(
    "point", [{}, {"after_seq": 1, "after_step": 1}, {"after_seq": 999}, {"after_step": 9}]
)
async def test_a_fork_needs_one_point_that_there_is(point: dict[str, int]) -> None:
    journals, _ = await whole("tools")
    with pytest.raises(InvalidInput):
        fork(journals, SCENARIOS["tools"](Counter())["worker"], **point)


async def test_a_compacted_journal_cannot_be_forked() -> None:
    journals, _ = await whole("tools")
    kept: list[Event] = [event for event in journals.root if event.type != "message.delta"]
    agent = SCENARIOS["tools"](Counter())["worker"]
    with pytest.raises(Conflict, match="compacted"):
        forked(
            services(), LOCAL, run_of(journals), kept, agent=agent, history=(), origin=ORIGIN, after_step=2
        )
