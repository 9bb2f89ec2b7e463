import asyncio
import threading

import pytest

from agent_sdk import Agent, CancelToken, MemoryPolicy, RunContext, tool
from agent_sdk.contracts.errors import InvalidInput, ServerError
from agent_sdk.reliability.retry import RetryPolicy
from agent_sdk.runtime.sessions import SESSIONS_MAX_COUNT, UNNAMED_SESSIONS_MAX_COUNT
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool
from tests.unit.runtime.kit import fail, finish, runner, said, spin, told


async def test_a_session_carries_what_was_said() -> None:
    model = ScriptedModel(["Hello Ada.", "You are Ada."])
    engine = runner(model)
    await finish(engine.run(Agent("a"), "I am Ada.", session="s"))
    result = await finish(engine.run(Agent("a"), "Who am I?", session="s"))
    assert said(model.requests[1].messages) == [
        ("user", "I am Ada."),
        ("assistant", "Hello Ada."),
        ("user", "Who am I?"),
    ]
    assert said(result.new_messages) == [("user", "Who am I?"), ("assistant", "You are Ada.")]
    assert engine.history("s") == result.messages
    assert engine.history("another") == ()


async def test_runs_without_a_session_know_nothing_of_each_other() -> None:
    model = ScriptedModel(["one", "two"])
    engine = runner(model)
    first = await finish(engine.run(Agent("a"), "x"))
    second = await finish(engine.run(Agent("a"), "y"))
    assert first.session_id != second.session_id
    assert len(model.requests[1].messages) == 1


async def test_runs_of_one_session_wait_for_each_other_in_order() -> None:
    gates = [asyncio.Event() for _ in range(3)]
    model = ScriptedModel([ModelStep(text=str(n), gate=gate) for n, gate in enumerate(gates)])
    engine = runner(model)
    runs = [asyncio.ensure_future(engine.run(Agent("a"), f"ask {n}", session="s")) for n in range(3)]
    for number, gate in enumerate(gates):
        await spin(lambda number=number: len(model.requests) > number)
        assert len(model.requests) == number + 1
        gate.set()
        await runs[number]
    assert [m.text for m in engine.history("s")] == ["ask 0", "0", "ask 1", "1", "ask 2", "2"]
    assert not engine._sessions._waiting  # pyright: ignore[reportPrivateUsage]


async def test_other_sessions_do_not_wait() -> None:
    model = ScriptedModel([ModelStep(text="slow", gate=asyncio.Event()), "quick"])
    engine = runner(model)
    slow = asyncio.ensure_future(engine.run(Agent("a"), "x", session="one"))
    await spin(lambda: model.requests)
    assert (await finish(engine.run(Agent("a"), "y", session="two"))).output == "quick"
    slow.cancel()


async def test_the_memory_policy_bounds_what_the_model_sees_and_not_what_is_kept() -> None:
    model = ScriptedModel(["1", "2", "3"])
    engine, agent = runner(model), Agent("a", memory=MemoryPolicy(turns_max=2))
    for text in ("one", "two", "three"):
        await finish(engine.run(agent, text, session="s"))
    assert [m.text for m in model.requests[2].messages] == ["two", "2", "three"]
    assert len(engine.history("s")) == 6


async def test_the_session_unused_for_longest_is_forgotten_first() -> None:
    engine = runner(ScriptedModel(["x"] * (SESSIONS_MAX_COUNT + 2)))
    agent = Agent("a")
    await engine.run(agent, "hi", session="first")
    for number in range(SESSIONS_MAX_COUNT - 1):
        await engine.run(agent, "hi", session=f"s{number}")
    await engine.run(agent, "again", session="first")
    await engine.run(agent, "hi", session="one-too-many")
    assert len(engine.history("first")) == 4
    assert engine.history("s0") == ()
    assert engine.history("s1")


async def test_the_next_run_can_use_the_session_of_a_failed_one() -> None:
    model = ScriptedModel([ModelStep(text="half an", error=ServerError("down")), "whole"])
    engine = runner(model)
    agent = Agent("a", retries=RetryPolicy(attempts_max=1))
    await fail(engine.run(agent, "x", session="s"))
    await finish(engine.run(agent, "y", session="s"))
    assert said(model.requests[1].messages) == [("user", "x"), ("assistant", "half an"), ("user", "y")]


async def test_the_next_run_can_use_the_session_of_a_canceled_one() -> None:
    token = CancelToken()
    model = ScriptedModel([[call("look"), call("stop")], "go on"])

    async def stop() -> None:
        """Stop."""
        token.cancel()
        await asyncio.Event().wait()

    engine, agent = runner(model), Agent("a", tools=[fake_tool("look", "seen"), stop])
    await finish(engine.run(agent, "x", session="s", cancel=token))
    await finish(engine.run(agent, "y", session="s"))
    assert told(model.requests[1].messages) == ["seen", "The call was canceled."]
    assert [message.role for message in model.requests[1].messages] == ["user", "assistant", "tool", "user"]


def test_runs_of_one_session_on_loops_of_several_threads_wait_for_each_other_too() -> None:
    count = 8
    engine = runner(ScriptedModel(["ok"] * count * 5))
    begin = threading.Barrier(count)
    failures: list[BaseException] = []

    async def some(number: int) -> None:
        for turn in range(5):
            await finish(engine.run(Agent("a"), f"{number}.{turn}", session="shared"))

    def work(number: int) -> None:
        begin.wait()
        try:
            asyncio.run(asyncio.wait_for(some(number), 20))
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    texts = [m.text for m in engine.history("shared")]
    assert texts[1::2] == ["ok"] * count * 5
    assert len({*texts[::2]}) == count * 5


async def test_a_tool_that_would_wait_for_its_own_run_is_refused() -> None:
    engine = runner(ScriptedModel([[call("ask"), call("ask_sync")], "outer"]))
    problems: list[str] = []

    @tool
    async def ask() -> str:
        with pytest.raises(InvalidInput) as caught:
            await engine.run(Agent("inner"), "hi", session="s")
        problems.append(str(caught.value))
        return "refused"

    @tool
    def ask_sync() -> str:
        with pytest.raises(InvalidInput) as caught:
            engine.run_sync(Agent("inner"), "hi", session="s")
        problems.append(str(caught.value))
        return "refused"

    result = await finish(engine.run(Agent("outer", tools=[ask, ask_sync]), "go", session="s"))
    assert told(result.messages) == ["refused", "refused"]
    assert all("held by the run" in problem for problem in problems)


async def test_instructions_that_would_wait_for_their_own_run_are_refused() -> None:
    engine = runner(ScriptedModel([]))

    async def opening(ctx: RunContext[None]) -> str:
        return (await engine.run(Agent("inner"), "hi", session="s")).output

    error = await fail(engine.run(Agent("outer", instructions=opening), "go", session="s"))
    assert isinstance(error.__cause__, InvalidInput)


async def test_what_a_tool_left_behind_may_use_the_session_when_its_run_is_over() -> None:
    engine = runner(ScriptedModel([call("start"), "outer", "later"]))
    over = asyncio.Event()
    left: list[asyncio.Task[str]] = []

    @tool
    async def start() -> str:
        async def later() -> str:
            await over.wait()
            return (await engine.run(Agent("inner"), "and now?", session="s")).output

        left.append(asyncio.create_task(later()))
        return "started"

    await finish(engine.run(Agent("outer", tools=[start]), "go", session="s"))
    over.set()
    assert await left[0] == "later"


async def test_sessions_that_nobody_named_are_forgotten_sooner() -> None:
    count = UNNAMED_SESSIONS_MAX_COUNT + 1
    engine = runner(ScriptedModel(["ok"] * (count + 3)))
    await finish(engine.run(Agent("a"), "hi", session="named"))
    first = await finish(engine.run(Agent("a"), "hi"))
    await finish(engine.run(Agent("a"), "again", session=first.session_id))
    ids = [(await finish(engine.run(Agent("a"), "hi"))).session_id for _ in range(count)]
    assert engine.history(ids[0]) == ()
    assert len(engine.history(ids[1])) == 2
    assert len(engine.history("named")) == 2
    assert len(engine.history(first.session_id)) == 4
