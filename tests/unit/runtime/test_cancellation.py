import asyncio
import threading
from contextlib import suppress
from typing import Any

import pytest

from agent_sdk import Agent, CancelToken, Event, RunContext, RunResult, check_events, tool
from agent_sdk.contracts.run import CancelMode
from agent_sdk.contracts.usage import Usage
from agent_sdk.runtime.cancellation import Interrupter
from agent_sdk.runtime.guardrails import Guardrail
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool
from tests.unit.runtime.kit import checked, fail, finish, of, runner, said, spin, told, types, watch


def endless(text: str = "Once upon a") -> ModelStep:
    """A model that is still at it."""
    return ModelStep(text=text, gate=asyncio.Event())


def nothing_is_left() -> None:
    """The calling task is the only one, and is not being canceled."""
    task = asyncio.current_task()
    assert asyncio.all_tasks() == {task}
    assert task is not None
    assert task.cancelling() == 0


def test_a_token_is_quiet_until_it_is_asked_and_only_after_step_to_now_changes_it() -> None:
    token, heard = CancelToken(), list[CancelMode]()
    assert (token.canceled, token.mode, token.reason) == (False, None, None)
    stop = token.listen(heard.append)
    token.cancel("after_step", reason="enough")
    token.cancel("after_step", reason="again")
    token.cancel("now", reason="really")
    token.cancel("after_step")
    token.cancel()
    assert (token.canceled, token.mode, token.reason) == (True, "now", "enough")
    assert heard == ["after_step", "now"]
    stop()
    stop()
    token.listen(heard.append)
    assert heard == ["after_step", "now", "now"]


def test_a_token_may_be_canceled_from_many_threads_and_is_heard_once() -> None:
    token, heard = CancelToken(), list[CancelMode]()
    token.listen(heard.append)
    begin = threading.Barrier(8)

    def cancel() -> None:
        begin.wait()
        token.cancel()

    threads = [threading.Thread(target=cancel) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == ["now"]


async def test_now_keeps_the_partial_text_and_closes_the_providers_stream() -> None:
    model, token = ScriptedModel([endless()]), CancelToken()
    events: list[Event] = []
    async with runner(model).stream(Agent("a"), "tell", cancel=token, session="s") as stream:
        async for event in stream:
            events.append(event)
            if event.type == "message.delta":
                token.cancel(reason="boring")
        result = checked(await stream.result())
    check_events(events)
    assert (result.status, result.stop_reason, result.output) == ("canceled", "canceled", "Once upon a")
    assert said(result.messages) == [("user", "tell"), ("assistant", "Once upon a")]
    assert model.closed_early == 1
    (ended,) = of(events, "run.canceled")
    assert (ended["mode"], ended["reason"], ended["output"]) == ("now", "boring", "Once upon a")
    assert types(events)[-3:] == ["message.failed", "step.canceled", "run.canceled"]
    assert of(events, "message.failed")[0]["reason"] == "canceled"
    nothing_is_left()


async def test_now_before_the_first_token_leaves_nothing_said() -> None:
    model, token = ScriptedModel([endless("")]), CancelToken()
    run = asyncio.ensure_future(runner(model).run(Agent("a"), "tell", cancel=token))
    await spin(lambda: model.requests)
    token.cancel()
    result = await finish(run)
    assert result.output is None
    assert said(result.messages) == [("user", "tell")]


@pytest.mark.parametrize("count", [1, 3])
async def test_now_ends_the_tools_at_work_and_says_so(count: int) -> None:
    at_work: list[int] = []

    @tool
    async def dig(n: int) -> None:
        at_work.append(n)
        await asyncio.Event().wait()

    token = CancelToken()
    model = ScriptedModel([ModelStep(text="digging", calls=tuple(call("dig", n=n) for n in range(count)))])
    run = asyncio.ensure_future(runner(model).run(Agent("a", tools=[dig]), "go", cancel=token))
    await spin(lambda: len(at_work) == count)
    token.cancel()
    result = await finish(run)
    assert types(result.events)[-count - 2 :] == [*["tool.canceled"] * count, "step.canceled", "run.canceled"]
    assert told(result.messages) == ["The call was canceled."] * count
    assert result.output is None
    nothing_is_left()


async def test_results_that_came_in_before_a_cancellation_are_kept() -> None:
    token = CancelToken()

    @tool
    async def dig() -> None:
        token.cancel()
        await asyncio.Event().wait()

    model = ScriptedModel([[call("look"), call("dig")]])
    agent = Agent("a", tools=[dig, fake_tool("look", "seen")])
    result = await finish(runner(model).run(agent, "go", cancel=token))
    assert told(result.messages) == ["seen", "The call was canceled."]


async def test_after_step_lets_the_step_end() -> None:
    token = CancelToken()

    @tool
    async def stop() -> str:
        token.cancel("after_step", reason="later")
        return "stopped"

    model = ScriptedModel([call("stop")])
    result = await finish(runner(model).run(Agent("a", tools=[stop]), "go", cancel=token))
    assert types(result.events)[-3:] == ["tool.completed", "step.completed", "run.canceled"]
    assert of(result.events, "run.canceled")[0]["mode"] == "after_step"
    assert told(result.messages) == ["stopped"]


async def test_after_step_in_the_last_step_comes_too_late() -> None:
    token = CancelToken()
    model = ScriptedModel(["done"])

    async def canceling(ctx: RunContext[None]) -> str:
        token.cancel("after_step")
        return ""

    result = await finish(runner(model).run(Agent("a", instructions=canceling), "go", cancel=token))
    assert (result.status, result.output) == ("completed", "done")


async def test_after_step_may_be_raised_to_now() -> None:
    model, token = ScriptedModel([endless()]), CancelToken()
    run = asyncio.ensure_future(runner(model).run(Agent("a"), "go", cancel=token))
    await spin(lambda: model.requests)
    token.cancel("after_step")
    for _ in range(10):
        await asyncio.sleep(0)
    assert not run.done()
    token.cancel("now")
    assert (await finish(run)).output == "Once upon a"


@pytest.mark.parametrize("mode", ["now", "after_step"])
async def test_a_run_that_is_canceled_before_it_starts_ends_out_of_the_queue(mode: CancelMode) -> None:
    token, model = CancelToken(), ScriptedModel([])
    token.cancel(mode)

    def never(ctx: RunContext[Any], text: str) -> bool:
        raise AssertionError

    agent = Agent("a", input_guardrails=[never])
    engine = runner(model)
    events, result = await watch(engine.stream(agent, "go", cancel=token, session="s"))
    assert types(events) == ["run.queued", "run.canceled"]
    assert result.status == "canceled"
    fine = await finish(engine.run(Agent("b", model=ScriptedModel(["fine"])), "go", session="s"))
    assert fine.output == "fine"


@pytest.mark.parametrize("mode", ["now", "after_step"])
async def test_a_run_that_waits_for_its_turn_in_the_session_can_be_canceled(mode: CancelMode) -> None:
    opened, token = asyncio.Event(), CancelToken()
    model = ScriptedModel([ModelStep(text="first", gate=opened), "third"])
    engine = runner(model)
    first = asyncio.ensure_future(engine.run(Agent("a"), "1", session="s"))
    await spin(lambda: model.requests)
    second = asyncio.ensure_future(engine.run(Agent("a"), "2", session="s", cancel=token))
    third = asyncio.ensure_future(engine.run(Agent("a"), "3", session="s"))
    for _ in range(5):
        await asyncio.sleep(0)
    token.cancel(mode, reason="no patience")
    result = await finish(second)
    assert types(result.events) == ["run.queued", "run.canceled"]
    assert not first.done()
    opened.set()
    assert ((await first).output, (await third).output) == ("first", "third")
    assert [message.text for message in engine.history("s")] == ["1", "first", "3", "third"]


async def test_a_task_that_is_canceled_while_it_waits_for_its_turn_stays_canceled() -> None:
    model = ScriptedModel([endless()])
    engine = runner(model)
    first = asyncio.ensure_future(engine.run(Agent("a"), "1", session="s"))
    await spin(lambda: model.requests)
    async with engine.stream(Agent("a"), "2", session="s") as stream:
        assert (await anext(stream)).type == "run.queued"
        (task,) = [task for task in asyncio.all_tasks() if task.get_name() == stream.run_id]
        task.cancel()
        assert [event.type async for event in stream] == ["run.canceled"]
    assert task.cancelled()
    first.cancel()


async def test_a_turn_that_was_given_to_a_run_canceled_at_that_moment_goes_to_the_next() -> None:
    opened = asyncio.Event()
    model = ScriptedModel([ModelStep(text="first", gate=opened), "third"])
    engine = runner(model)
    first = asyncio.ensure_future(engine.run(Agent("a"), "1", session="s"))
    await spin(lambda: model.requests)
    second = asyncio.ensure_future(engine.run(Agent("a"), "2", session="s"))
    third = asyncio.ensure_future(engine.run(Agent("a"), "3", session="s"))
    await asyncio.sleep(0)
    first.add_done_callback(lambda _: second.cancel())
    opened.set()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert (await finish(third)).output == "third"


async def test_a_canceled_task_stays_canceled_and_its_journal_is_valid() -> None:
    model = ScriptedModel([endless(), "second"])
    engine = runner(model)
    run = asyncio.ensure_future(engine.run(Agent("a"), "go", session="s"))
    await spin(lambda: model.requests)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert [message.text for message in engine.history("s")] == ["go", "Once upon a"]
    assert model.closed_early == 1
    result = await finish(engine.run(Agent("a"), "again", session="s"))
    assert [m.text for m in model.requests[1].messages] == ["go", "Once upon a", "again"]
    assert result.output == "second"


async def test_a_timeout_around_a_run_is_a_timeout() -> None:
    model = ScriptedModel([endless()])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await runner(model).run(Agent("a"), "go")
    assert model.closed_early == 1
    nothing_is_left()


async def test_a_cancellation_from_outside_wins_over_the_token() -> None:
    model, token = ScriptedModel([endless()]), CancelToken()
    run = asyncio.ensure_future(runner(model).run(Agent("a"), "go", cancel=token))
    await spin(lambda: model.requests)
    token.cancel()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


async def test_a_timeout_and_the_token_at_once_are_a_timeout() -> None:
    model, token = ScriptedModel([endless()]), CancelToken()

    async def both_at_once() -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as limit:
            loop.call_later(0.001, lambda: (token.cancel(), limit.reschedule(loop.time())))
            await runner(model).run(Agent("a"), "go", cancel=token)

    with pytest.raises(TimeoutError):
        await both_at_once()
    nothing_is_left()


async def test_a_stream_whose_task_is_canceled_from_outside_still_tells_its_end() -> None:
    model = ScriptedModel([endless()])
    events: list[Event] = []
    async with runner(model).stream(Agent("a"), "go") as stream:
        async for event in stream:
            events.append(event)
            if event.type == "message.delta":
                (task,) = [task for task in asyncio.all_tasks() if task.get_name() == stream.run_id]
                task.cancel()
    check_events(events)
    assert events[-1].type == "run.canceled"
    with pytest.raises(asyncio.CancelledError):
        await stream.result()


async def test_a_run_inside_a_task_that_was_canceled_before_can_still_be_canceled_by_its_token() -> None:
    model, token = ScriptedModel([endless()]), CancelToken()
    results: list[RunResult[str]] = []

    async def clean_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            asyncio.get_running_loop().call_later(0.001, token.cancel)
            results.append(await runner(model).run(Agent("a"), "last words", cancel=token))

    task = asyncio.ensure_future(clean_up())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert results[0].status == "canceled"


async def test_a_function_that_swallows_the_interruption_does_not_save_the_run() -> None:
    token = CancelToken()

    @tool
    async def deaf() -> str:
        token.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "what?"

    result = await finish(
        runner(ScriptedModel([call("deaf")])).run(Agent("a", tools=[deaf]), "go", cancel=token)
    )
    assert result.status == "canceled"
    nothing_is_left()


async def test_a_cancellation_that_nobody_asked_for_is_a_bug_and_fails_the_run() -> None:
    async def stray(ctx: RunContext[None]) -> str:
        raise asyncio.CancelledError

    error = await fail(runner(ScriptedModel([])).run(Agent("a", instructions=stray), "go"))
    assert "CancelledError" in str(error)


async def test_a_thread_may_cancel() -> None:
    model, token = ScriptedModel([endless()]), CancelToken()
    run = asyncio.ensure_future(runner(model).run(Agent("a"), "go", cancel=token))
    await spin(lambda: model.requests)
    await asyncio.to_thread(token.cancel)
    assert (await finish(run)).status == "canceled"


async def test_one_token_may_cancel_many_runs_and_keeps_no_listener() -> None:
    token = CancelToken()
    models = [ScriptedModel([endless()]) for _ in range(5)]
    runs = [asyncio.ensure_future(runner(model).run(Agent("a"), "go", cancel=token)) for model in models]
    await spin(lambda: all(model.requests for model in models))
    token.cancel()
    assert {result.status for result in await asyncio.gather(*runs)} == {"canceled"}
    assert not token._listeners  # pyright: ignore[reportPrivateUsage]


async def test_leaving_or_canceling_one_stream_leaves_others_of_the_same_token_alone() -> None:
    token = CancelToken()
    model = ScriptedModel([endless(), endless(), "fine"])
    engine = runner(model)
    async with engine.stream(Agent("a"), "go", cancel=token):
        await spin(lambda: len(model.requests) == 1)
    async with engine.stream(Agent("a"), "go", cancel=token) as stream:
        await spin(lambda: len(model.requests) == 2)
        stream.cancel(reason="this one")
        assert (await stream.result()).status == "canceled"
    assert not token.canceled
    assert (await finish(engine.run(Agent("a"), "go", cancel=token))).output == "fine"


def test_a_token_outlives_the_loop_of_a_run() -> None:
    token = CancelToken()
    kept: list[asyncio.AbstractEventLoop] = []

    async def dead_loop() -> None:
        kept.append(asyncio.get_running_loop())
        Interrupter(token).__enter__()

    asyncio.run(dead_loop())
    token.cancel()
    assert kept[0].is_closed()


async def test_guardrails_are_canceled_with_their_run() -> None:
    began, token = asyncio.Event(), CancelToken()

    async def check(ctx: RunContext[Any], text: str) -> bool:
        began.set()
        await asyncio.Event().wait()
        return True

    for parallel in (False, True):
        began.clear()
        token = CancelToken()
        guard = Guardrail(check=check, name="slow", parallel=parallel)
        model = ScriptedModel([endless()] if parallel else [])
        run = asyncio.ensure_future(
            runner(model).run(Agent("a", input_guardrails=[guard]), "go", cancel=token)
        )
        await began.wait()
        token.cancel()
        assert (await finish(run)).status == "canceled"
        nothing_is_left()


async def test_a_canceled_model_call_counts_as_a_request_of_unknown_cost() -> None:
    model, token = ScriptedModel([ModelStep(gate=asyncio.Event())]), CancelToken()
    run = asyncio.ensure_future(runner(model).run(Agent("a"), "hi", cancel=token))
    await spin(lambda: model.requests)
    token.cancel()
    assert (await finish(run)).usage == Usage(requests=1)
