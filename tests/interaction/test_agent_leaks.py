"""Hundreds of runs in one loop leave nothing behind."""

import asyncio
import gc

from agent_sdk import Agent, CancelToken, Event, RunContext, Runner, check_events, tool
from agent_sdk.runtime.state import RunState
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_services
from tests.unit.runtime.kit import spin

RUNS_COUNT = 200


def states_alive() -> int:
    gc.collect()
    return sum(isinstance(item, RunState) for item in gc.get_objects())


async def test_hundreds_of_streamed_and_canceled_runs_leave_no_task_no_listener_and_no_lock() -> None:
    at_work: set[str] = set()

    @tool
    async def dig(ctx: RunContext[None]) -> None:
        """Dig."""
        at_work.add(ctx.run_id)
        ctx.emit("digging")
        await asyncio.Event().wait()

    token = CancelToken()
    gate = asyncio.Event()
    script = [
        ModelStep(text="Once upon", gate=gate),
        ModelStep(text="I dig.", calls=(call("dig"), call("dig"))),
    ]
    engine = Runner(fake_services(ScriptedModel([script[n % 2] for n in range(RUNS_COUNT)])))
    agent = Agent("a", tools=[dig])

    async def one(number: int) -> None:
        events: list[Event] = []
        async with engine.stream(agent, "go", session=f"s{number % 7}", cancel=token) as stream:
            async for event in stream:
                events.append(event)
                if event.type in {"message.delta", "tool.delta"}:
                    match number % 3:
                        case 0:
                            stream.cancel()
                        case 1:
                            break
                        case _:
                            stream.cancel("after_step")
                            stream.cancel("now")
        events += [event async for event in stream]
        check_events(events)
        assert events[-1].type == "run.canceled"

    before = states_alive()
    for batch in range(0, RUNS_COUNT, 20):
        async with asyncio.TaskGroup() as group:
            for number in range(batch, batch + 20):
                group.create_task(one(number))
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not token._listeners  # pyright: ignore[reportPrivateUsage]
    assert not engine._sessions._waiting  # pyright: ignore[reportPrivateUsage]
    assert states_alive() == before


async def test_hundreds_of_queued_runs_canceled_by_one_token_leave_nothing() -> None:
    token, gate = CancelToken(), asyncio.Event()
    model = ScriptedModel([ModelStep(text="first", gate=gate)])
    engine = Runner(fake_services(model))
    first = asyncio.ensure_future(engine.run(Agent("a"), "go", session="s"))
    waiting = [
        asyncio.ensure_future(engine.run(Agent("a"), "go", session="s", cancel=token))
        for _ in range(RUNS_COUNT)
    ]
    await spin(lambda: model.requests)
    token.cancel()
    results = await asyncio.gather(*waiting)
    assert {result.status for result in results} == {"canceled"}
    gate.set()
    await first
    assert not token._listeners  # pyright: ignore[reportPrivateUsage]
    assert not engine._sessions._waiting  # pyright: ignore[reportPrivateUsage]
    assert asyncio.all_tasks() == {asyncio.current_task()}
