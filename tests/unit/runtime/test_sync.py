import asyncio
import os
import signal
import threading
from contextvars import ContextVar

import pytest

from agent_sdk import Agent, CancelToken, RunContext, tool
from agent_sdk.contracts.errors import InvalidInput, RunFailed
from agent_sdk.testing import ModelStep, ScriptedModel, call
from tests.unit.runtime.kit import checked, runner

who: ContextVar[str] = ContextVar("who", default="nobody")


def test_run_sync_runs_from_plain_code_with_its_context() -> None:
    def greet(ctx: RunContext[None]) -> str:
        return who.get()

    who.set("Ada")
    model = ScriptedModel(["hello"])
    result = checked(runner(model).run_sync(Agent("a", instructions=greet), "hi"))
    assert result.output == "hello"
    assert model.requests[0].instructions == "Ada"


def test_run_sync_runs_from_several_threads_at_once() -> None:
    engine = runner(ScriptedModel(["ok"] * 8))
    outputs: list[str] = []
    begin = threading.Barrier(8)

    def work() -> None:
        begin.wait()
        outputs.append(engine.run_sync(Agent("a"), "hi").output)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == ["ok"] * 8


async def test_run_sync_runs_inside_a_running_loop_and_blocks_it() -> None:
    assert runner(ScriptedModel(["ok"])).run_sync(Agent("a"), "hi").output == "ok"


def test_run_sync_raises_what_the_run_raises() -> None:
    with pytest.raises(RunFailed) as caught:
        runner(ScriptedModel([ValueError("bug")])).run_sync(Agent("a"), "hi")
    checked(caught.value.result)
    with pytest.raises(InvalidInput):
        runner(ScriptedModel([])).run_sync(Agent("a"), "")


def test_a_sync_tool_may_run_another_agent_by_run_sync() -> None:
    engine = runner(ScriptedModel([call("ask"), "inner", "outer"]))

    @tool
    def ask() -> str:
        return engine.run_sync(Agent("inner"), "hi").output

    assert engine.run_sync(Agent("outer", tools=[ask]), "hi").output == "outer"


def test_an_async_tool_that_would_wait_for_itself_by_run_sync_is_told_so() -> None:
    engine = runner(ScriptedModel([call("ask"), "sorry"]))
    problems: list[str | None] = []

    @tool
    async def ask() -> None:
        try:
            engine.run_sync(Agent("inner"), "hi")
        except InvalidInput as error:
            problems.append(error.hint)
            raise

    assert engine.run_sync(Agent("outer", tools=[ask]), "hi").output == "sorry"
    assert "Await" in (problems[0] or "")


def test_ctrl_c_cancels_the_run_waits_for_its_end_and_is_raised() -> None:
    token = CancelToken()
    ended: list[str] = []

    @tool
    async def work(ctx: RunContext[None]) -> None:
        try:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            ended.append(str(ctx.cancel.canceled))

    engine = runner(ScriptedModel([call("work")]))
    with pytest.raises(KeyboardInterrupt):
        engine.run_sync(Agent("a", tools=[work]), "hi", session="s", cancel=token)
    assert ended == ["True"]
    assert not token.canceled
    assert [message.role for message in engine.history("s")] == ["user", "assistant", "tool"]


def test_a_token_cancels_a_run_sync_from_another_thread() -> None:
    token, began = CancelToken(), threading.Event()

    def opening(ctx: RunContext[None]) -> str:
        began.set()
        return ""

    threading.Thread(target=lambda: (began.wait(), token.cancel())).start()
    model = ScriptedModel([ModelStep(text="so far", gate=asyncio.Event())])
    result = runner(model).run_sync(Agent("a", instructions=opening), "hi", cancel=token)
    assert result.status == "canceled"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_has_a_loop_of_its_own() -> None:
    model = ScriptedModel(["parent", "both"])
    engine = runner(model)
    assert engine.run_sync(Agent("a"), "hi").output == "parent"
    child = os.fork()
    if child == 0:
        output = "nothing"
        try:
            output = engine.run_sync(Agent("a"), "hi").output
        finally:
            os._exit(0 if output == "both" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(model.requests) == 1
    assert engine.run_sync(Agent("a"), "hi").output == "both"


@pytest.mark.parametrize("calls", [1, 2])
def test_a_keyboard_interrupt_inside_a_run_is_raised_and_later_runs_work(calls: int) -> None:
    @tool
    async def work() -> None:
        raise KeyboardInterrupt

    engine = runner(ScriptedModel([[call("work")] * calls, "fine"]))
    with pytest.raises(KeyboardInterrupt):
        engine.run_sync(Agent("a", tools=[work]), "hi")
    assert engine.run_sync(Agent("a"), "hi").output == "fine"


def test_parallel_sync_tools_may_all_run_agents_by_run_sync() -> None:
    count = 40
    engine = runner(ScriptedModel([[call("ask")] * count, *["inner"] * count, "outer"]))
    together = threading.Barrier(count)

    @tool
    def ask() -> str:
        together.wait()
        return engine.run_sync(Agent("inner"), "hi").output

    assert engine.run_sync(Agent("outer", tools=[ask]), "hi").output == "outer"
