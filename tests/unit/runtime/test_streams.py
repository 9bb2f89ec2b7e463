import asyncio

import pytest

from agent_sdk import Agent, AgentSDKError, Event, check_events
from agent_sdk.contracts.errors import InvalidInput, RunFailed
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool, reply
from tests.unit.runtime.kit import checked, of, runner, spin, types, watch


async def test_deltas_together_are_the_message() -> None:
    model = ScriptedModel([reply("one two three", reasoning="hm")])
    events, result = await watch(runner(model).stream(Agent("a"), "go"))
    assert "".join(data["delta"] for data in of(events, "message.delta")) == result.output
    assert "".join(data["delta"] for data in of(events, "reasoning.delta")) == "hm"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert "message.delta" not in types(result.events)


async def test_arguments_stream_in_as_deltas_of_their_call() -> None:
    model = ScriptedModel([[call("look", at=1), call("look", at=2)], "done"])
    events, _ = await watch(runner(model).stream(Agent("a", tools=[fake_tool("look")]), "go"))
    deltas = [data for data in of(events, "message.delta") if data["part"] == "tool_call"]
    assert [(data["index"], data["name"], data["delta"]) for data in deltas] == [
        (0, "look", '{"at":1}'),
        (1, "look", '{"at":2}'),
    ]


async def test_a_reader_that_comes_late_gets_longer_deltas_and_not_a_longer_queue() -> None:
    model = ScriptedModel(["a b c d e f g"])
    async with runner(model).stream(Agent("a"), "go") as stream:
        await stream.result()
        events = [event async for event in stream]
    check_events(events)
    assert [data["delta"] for data in of(events, "message.delta")] == ["a b c d e f g"]


async def test_a_stream_that_fails_ends_and_the_result_raises() -> None:
    async with runner(ScriptedModel([ValueError("bug")])).stream(Agent("a"), "go") as stream:
        events = [event async for event in stream]
        with pytest.raises(RunFailed) as caught:
            await stream.result()
    check_events(events)
    assert events[-1].type == "run.failed"
    checked(caught.value.result)
    with pytest.raises(AgentSDKError):
        await stream.result()


async def test_a_failure_that_nobody_asks_about_is_not_raised_at_the_end() -> None:
    async with runner(ScriptedModel([ValueError("bug")])).stream(Agent("a"), "go") as stream:
        async for _ in stream:
            pass


async def test_leaving_early_cancels_and_leaves_no_task_behind() -> None:
    model = ScriptedModel([ModelStep(text="x", gate=asyncio.Event())])
    async with runner(model).stream(Agent("a"), "go") as stream:
        async for event in stream:
            if event.type == "message.delta":
                break
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert model.closed_early == 1
    result = checked(await stream.result())
    assert (result.status, result.output) == ("canceled", "x")
    assert of(result.events, "run.canceled")[0]["reason"] == "the stream was left"
    rest = [event async for event in stream]
    assert rest[-1].type == "run.canceled"


async def test_leaving_at_once_never_asks_the_model() -> None:
    model = ScriptedModel([])
    async with runner(model).stream(Agent("a"), "go") as stream:
        pass
    assert types((await stream.result()).events) == ["run.queued", "run.canceled"]


async def test_an_exception_in_the_body_passes_through_and_ends_the_run() -> None:
    model = ScriptedModel([ModelStep(text="x", gate=asyncio.Event())])

    async def read() -> None:
        async with runner(model).stream(Agent("a"), "go") as stream:
            async for event in stream:
                if event.type == "message.delta":
                    raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await read()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert model.closed_early == 1


async def test_a_reader_that_is_canceled_takes_its_run_along() -> None:
    model = ScriptedModel([ModelStep(text="x", gate=asyncio.Event())])
    seen: list[Event] = []

    async def read() -> None:
        async with runner(model).stream(Agent("a"), "go") as stream:
            async for event in stream:
                seen.append(event)  # noqa: PERF401 - the test looks at it while it grows

    task = asyncio.ensure_future(read())
    await spin(lambda: seen and seen[-1].type == "message.delta")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_reader_that_is_canceled_twice_while_a_stubborn_tool_ends_still_leaves_no_task() -> None:
    from agent_sdk import tool

    at_work, released = asyncio.Event(), asyncio.Event()

    @tool
    async def stubborn() -> str:
        at_work.set()
        try:
            await asyncio.Event().wait()
        finally:
            await released.wait()
        return "never"

    async def read() -> None:
        agent = Agent("a", tools=[stubborn])
        async with runner(ScriptedModel([call("stubborn")])).stream(agent, "go"):
            await at_work.wait()

    task = asyncio.ensure_future(read())
    await at_work.wait()
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    released.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_stream_that_was_not_entered_says_so() -> None:
    stream = runner(ScriptedModel([])).stream(Agent("a"), "go")
    with pytest.raises(InvalidInput) as caught:
        async for _ in stream:
            pass
    assert caught.value.hint
    with pytest.raises(InvalidInput):
        await stream.result()
    with pytest.raises(InvalidInput):
        stream.cancel()
    with pytest.raises(InvalidInput):
        _ = stream.run_id


async def test_a_stream_is_entered_once() -> None:
    async with runner(ScriptedModel(["x"])).stream(Agent("a"), "go", session="s") as stream:
        with pytest.raises(InvalidInput, match="before"):
            await stream.__aenter__()
        assert stream.session_id == "s"
        assert (await stream.result()).run_id == stream.run_id


async def test_what_cannot_run_is_refused_on_entering() -> None:
    with pytest.raises(InvalidInput):
        async with runner(ScriptedModel([])).stream(Agent("a"), ""):
            pass


async def test_a_second_reader_at_the_same_time_is_refused_and_the_first_goes_on() -> None:
    gate = asyncio.Event()
    async with runner(ScriptedModel([ModelStep(text="x", gate=gate)])).stream(Agent("a"), "go") as stream:

        async def read() -> list[Event]:
            return [event async for event in stream]

        first = asyncio.ensure_future(read())
        for _ in range(10):
            await asyncio.sleep(0)
        with pytest.raises(InvalidInput) as caught:
            await read()
        assert caught.value.hint
        gate.set()
        assert (await first)[-1].type == "run.completed"


async def test_many_runs_stream_at_once() -> None:
    async def one(number: int) -> str:
        events, result = await watch(runner(ScriptedModel([f"run {number}"])).stream(Agent("a"), "go"))
        assert {event.run_id for event in events} == {result.run_id}
        return result.output

    outputs = await asyncio.gather(*[one(number) for number in range(50)])
    assert outputs == [f"run {number}" for number in range(50)]


async def test_whoever_stops_waiting_for_the_result_does_not_cancel_the_run() -> None:
    gate = asyncio.Event()
    async with runner(ScriptedModel([ModelStep(text="ok", gate=gate)])).stream(Agent("a"), "hi") as stream:
        waiter = asyncio.ensure_future(stream.result())
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.wait([waiter])
        gate.set()
        assert (waiter.cancelled(), (await stream.result()).output) == (True, "ok")
