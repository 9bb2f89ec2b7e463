"""What a journal hands on: entries that become events when somebody looks, of what was so when they were written."""

import asyncio
from copy import copy
from decimal import Decimal
from typing import Any

import pytest

from agent_sdk import Agent, tool
from agent_sdk.contracts.codec import decode, to_plain, to_written
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.messages import Message, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.runtime.runner import Runner
from agent_sdk.testing import FakeClock, ScriptedModel, call, fake_services


def begun(*, followed: bool = False) -> tuple[Journal, MemoryLog]:
    log = MemoryLog(followed=followed)
    journal = Journal(log, FakeClock(), run_id="run_1", session_id="ses_1", org_id="org_1", agent="a")
    return journal, log


def test_an_event_says_what_was_so_when_it_was_written() -> None:
    journal, log = begun()
    args: dict[str, Any] = {"names": ["ada"]}
    journal.step = 1
    journal.record("tool.started", {"args": args})
    args["names"].append("bob")
    journal.step, journal.attempt, journal.agent = 2, 2, "b"
    (event,) = log.events("run_1")
    assert event.data == {"args": {"names": ["ada"]}}
    assert (event.step, event.attempt, event.agent, event.seq) == (1, 1, "a", 1)


def test_an_event_is_the_same_one_each_time() -> None:
    journal, log = begun(followed=True)
    journal.record("run.queued", {"model": "x:y"})
    shown = log.events("run_1")
    assert shown[0] is shown[0] is log.events("run_1")[0]
    assert asyncio.run(log.take(tree=False)) is shown[0]


def test_a_reader_of_the_tree_is_given_what_subagents_write() -> None:
    journal, log = begun(followed=True)
    child = Journal(
        log, FakeClock(), run_id="run_2", session_id="s", org_id="org_1", agent="b", parent=journal
    )
    child.record("run.started", {"model": "x:y"})
    event = asyncio.run(log.take(tree=True))
    assert (event.type, event.run_id, event.seq) == ("run.started", "run_2", 1)
    assert event is log.events("run_2")[0]
    assert (event.root_run_id, event.parent_run_id, event.depth) == ("run_1", "run_1", 1)


def test_what_is_kept_does_not_grow_under_who_looks_at_it() -> None:
    journal, log = begun()
    journal.record("run.queued", {"model": "x:y"})
    before = log.events("run_1")
    journal.record("run.started", {"model": "x:y"})
    assert [event.type for event in before] == ["run.queued"]
    assert [event.type for event in log.events("run_1")[1:]] == ["run.started"]


def test_a_delta_that_was_shown_grows_no_more() -> None:
    journal, log = begun(followed=True)
    write_deltas(journal, "a", "b")
    first = asyncio.run(log.take(tree=False))
    write_deltas(journal, "c")
    second = asyncio.run(log.take(tree=False))
    assert [(event.seq, event.data["delta"]) for event in (first, second)] == [(1, "ab"), (2, "c")]


async def test_a_reader_that_waits_is_given_each_delta_as_it_comes() -> None:
    journal, log = begun(followed=True)
    seen: list[tuple[int, str]] = []
    for piece in ("a", "b"):
        waiting = asyncio.ensure_future(log.take(tree=False))
        await asyncio.sleep(0)
        write_deltas(journal, piece)
        event = await waiting
        seen.append((event.seq, event.data["delta"]))
    assert seen == [(1, "a"), (2, "b")]


async def test_a_delta_is_not_lost_with_the_reader_that_waited_for_it() -> None:
    journal, log = begun(followed=True)
    waiting = asyncio.ensure_future(log.take(tree=False))
    await asyncio.sleep(0)
    write_deltas(journal, "a")
    waiting.cancel()
    await asyncio.wait([waiting])
    write_deltas(journal, "b")
    events = [await log.take(tree=False), await log.take(tree=False)]
    assert [(event.seq, event.data["delta"]) for event in events] == [(1, "a"), (2, "b")]


def write_deltas(journal: Journal, *pieces: str) -> None:
    for piece in pieces:
        journal.delta("message.delta", {"message_id": "m", "part": "text", "delta": piece})


@pytest.mark.parametrize(
    "value",
    ["\ud800", object(), {"\ud800": 1}, Decimal("NaN"), Decimal("1E+400"), 10**5000, {None: 1}],
    ids=["surrogate", "object", "key", "nan", "range", "digits", "none"],
)
def test_what_has_no_json_form_fails_when_it_is_written(value: object) -> None:
    journal, log = begun()
    with pytest.raises(InvalidInput, match="has no JSON form"):
        journal.record("tool.completed", {"result": value})
    assert len(log.events("run_1")) == 0


def test_what_is_written_reads_as_its_plain_form() -> None:
    message = Message(
        id="msg_1",
        role="assistant",
        parts=(
            TextPart(text="grüße \u2028 \x00"),
            ToolCallPart(tool_call_id="c", name="n", arguments='{"a": 1E+3}', state={"deep": [None, 1.5]}),
        ),
    )
    data = {
        "message": message,
        "usage": Usage(requests=1, cost_usd=Decimal("0.0001")),
        "more": Decimal("1E+4"),
    }
    assert decode(to_written(data)) == to_plain(data)


async def test_a_result_has_a_tuple_of_events_that_are_those_of_the_stream() -> None:
    @tool
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    model = ScriptedModel([call("add", a=2, b=3), "5"])
    runner = Runner(fake_services(model))
    async with runner.stream(Agent("a", tools=[add]), "go") as stream:
        seen = [event async for event in stream if event.type not in {"message.delta", "reasoning.delta"}]
        result = await stream.result()
    assert isinstance(result.events, tuple)
    assert result.events is result.events
    assert list(result.events) == seen
    assert copy(result) == result
    assert "Event(id=" in repr(result)
