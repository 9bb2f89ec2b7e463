import asyncio
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import pytest

from agent_sdk import (
    Agent,
    Event,
    ImagePart,
    ModelRetry,
    RunContext,
    RunFailed,
    ToolFailed,
    check_events,
    tool,
)
from agent_sdk.contracts.errors import ToolCrashed, ToolTimeout
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.tool import ToolOutput
from agent_sdk.runtime.execute import TOOL_DELTA_MAX_CHARS, TOOL_TIMEOUT_DEFAULT_S
from agent_sdk.testing import FakeClock, ModelStep, ScriptedModel, call, fake_tool
from agent_sdk.testing.scripted_model import ToolUse
from agent_sdk.tools.output import CONTENT_LENGTH_MAX_CHARS
from tests.unit.runtime.kit import fail, finish, of, runner, told, types, watch

who: ContextVar[str] = ContextVar("who", default="nobody")


async def test_parallel_results_come_in_the_models_order_whatever_ends_first() -> None:
    second_ended = asyncio.Event()

    @tool
    async def first() -> str:
        await second_ended.wait()
        return "first"

    @tool
    async def second() -> str:
        second_ended.set()
        return "second"

    model = ScriptedModel([[call("first"), call("second")], "done"])
    result = await finish(runner(model).run(Agent("a", tools=[first, second]), "go"))
    assert told(model.requests[1].messages) == ["first", "second"]
    assert [data["name"] for data in of(result.events, "tool.completed")] == ["second", "first"]


async def test_a_sequential_tool_is_a_barrier() -> None:
    order: list[str] = []

    @tool
    async def side(mark: str) -> None:
        order.append(f"{mark} begins")
        await asyncio.sleep(0)
        order.append(f"{mark} ends")

    @tool(sequential=True)
    async def alone() -> None:
        order.append("alone begins")
        await asyncio.sleep(0)
        order.append("alone ends")

    calls = [call("side", mark="a"), call("side", mark="b"), call("alone"), call("side", mark="c")]
    await finish(runner(ScriptedModel([calls, "done"])).run(Agent("a", tools=[side, alone]), "go"))
    assert order[4:] == ["alone begins", "alone ends", "c begins", "c ends"]
    assert order[:2] == ["a begins", "b begins"]


async def test_a_sync_tool_runs_in_a_thread_with_the_callers_context_and_does_not_block_the_loop() -> None:
    released = threading.Event()
    seen: dict[str, object] = {}

    @tool
    def slow(ctx: RunContext[int]) -> str:
        seen.update(thread=threading.current_thread(), who=who.get(), deps=ctx.deps)
        released.wait()
        return "slow"

    @tool
    async def quick() -> str:
        released.set()  # Only a loop that is not blocked comes here.
        return "quick"

    who.set("Ada")
    model = ScriptedModel([[call("slow"), call("quick")], "done"])
    await finish(runner(model).run(Agent("a", deps_type=int, tools=[slow, quick]), "go", deps=7))
    assert seen["thread"] is not threading.current_thread()
    assert (seen["who"], seen["deps"]) == ("Ada", 7)
    assert told(model.requests[1].messages) == ["slow", "quick"]


async def test_a_tool_that_takes_too_long_is_ended_and_the_model_is_told() -> None:
    @tool(timeout_s=0.001)
    async def endless() -> None:
        await asyncio.Event().wait()

    model = ScriptedModel([call("endless"), "done"])
    result = await finish(runner(model).run(Agent("a", tools=[endless]), "go"))
    assert told(model.requests[1].messages) == ["endless did not end within 0.001 s."]
    assert of(result.events, "tool.failed")[0]["error"]["code"] == "ASDK-TOOL-004"


async def test_a_timeout_error_of_the_tools_own_is_not_the_runtimes() -> None:
    model = ScriptedModel([call("odd"), "done"])
    result = await finish(runner(model).run(Agent("a", tools=[fake_tool("odd", TimeoutError("mine"))]), "go"))
    assert of(result.events, "tool.failed")[0]["error"]["code"] == "ASDK-TOOL-006"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError("by nothing"), "ZeroDivisionError: by nothing"),
        (ToolFailed("no such order"), "no such order"),
        (RunFailed("inner", hint="Try later."), "inner. Try later."),
        (OSError("cannot read \udcff.txt"), "OSError: cannot read ?.txt"),
        (asyncio.CancelledError("somebody else's"), "CancelledError: somebody else's"),
    ],
)
async def test_whatever_a_tool_raises_is_told_to_the_model_and_never_counted_against_it(
    error: BaseException, words: str
) -> None:
    model = ScriptedModel([*[call("bad")] * 6, "I give up."])
    result = await finish(runner(model).run(Agent("a", tools=[fake_tool("bad", error)]), "go"))
    assert told(model.requests[-1].messages) == [words] * 6
    assert result.output == "I give up."
    assert asyncio.current_task() is not None


async def test_a_stray_cancellation_among_parallel_tools_is_a_failure_of_that_tool_alone() -> None:
    model = ScriptedModel([[call("bad"), call("good")], "done"])
    tools = [fake_tool("bad", asyncio.CancelledError()), fake_tool("good", "fine")]
    result = await finish(runner(model).run(Agent("a", tools=tools), "go"))
    assert told(model.requests[1].messages)[1] == "fine"
    assert [data["name"] for data in of(result.events, "tool.failed")] == ["bad"]


async def test_model_retry_is_sent_back_a_bounded_number_of_times() -> None:
    agent = Agent("a", tools=[fake_tool("picky", ModelRetry("use a date"))], tool_retries_max=2)
    model = ScriptedModel([call("picky")] * 3)
    error = await fail(runner(model).run(agent, "go"))
    assert isinstance(error, RunFailed)
    assert error.stop_reason == error.result.stop_reason == "tool_error"
    assert isinstance(error.__cause__, ModelRetry)
    assert told(model.requests[2].messages) == ["use a date", "use a date"]


async def test_a_success_forgives_earlier_retries() -> None:
    results = [ModelRetry("no"), ModelRetry("no"), "yes", ModelRetry("no"), ModelRetry("no"), "yes"]
    agent = Agent("a", tools=[fake_tool("picky", *results)], tool_retries_max=2)
    result = await finish(runner(ScriptedModel([*[call("picky")] * 6, "done"])).run(agent, "go"))
    assert result.output == "done"


async def test_parallel_calls_that_fail_together_are_one_try() -> None:
    agent = Agent("a", tools=[fake_tool("picky", *[ModelRetry("no")] * 4, "yes")], tool_retries_max=1)
    model = ScriptedModel([[call("picky")] * 4, call("picky"), "done"])
    assert (await finish(runner(model).run(agent, "go"))).output == "done"


async def test_arguments_that_do_not_fit_go_back_to_the_model() -> None:
    @tool
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    model = ScriptedModel([call("add", a="x"), call("add", a=1, b=2), "3"])
    result = await finish(runner(model).run(Agent("a", tools=[add]), "go"))
    assert "b" in told(model.requests[1].messages)[0]
    assert told(result.messages)[1] == "3"


@pytest.mark.parametrize("arguments", ["{", "[1]", "null", "[" * 5000 + "]" * 5000, '{"a": NaN}'])
async def test_malformed_arguments_are_told_to_the_model_and_counted(arguments: str) -> None:
    broken = ToolUse(name="look", arguments=arguments)
    model = ScriptedModel([ModelStep(calls=(broken,)), "sorry"])
    tool_ = fake_tool("look")
    result = await finish(runner(model).run(Agent("a", tools=[tool_]), "go"))
    assert tool_.calls == []
    assert told(result.messages) == ["The arguments of look are not a JSON object."]
    model = ScriptedModel([ModelStep(calls=(broken,))] * 2)
    error = await fail(runner(model).run(Agent("a", tools=[tool_], tool_retries_max=1), "go"))
    assert error.result.stop_reason == "tool_error"


async def test_no_arguments_at_all_are_an_empty_object() -> None:
    look = fake_tool("look")
    model = ScriptedModel([ModelStep(calls=(ToolUse(name="look", arguments=" "),)), "done"])
    await finish(runner(model).run(Agent("a", tools=[look]), "go"))
    assert look.calls == [{}]


async def test_an_unknown_tool_is_told_to_the_model_with_the_names_that_exist() -> None:
    model = ScriptedModel([call("nope"), "sorry"])
    result = await finish(runner(model).run(Agent("a", tools=[fake_tool("look")]), "go"))
    assert told(result.messages) == ["There is no tool named 'nope'. Tools: look."]
    assert "tool.executing" not in types(result.events)


async def test_a_model_that_insists_on_an_unknown_tool_is_stopped() -> None:
    error = await fail(runner(ScriptedModel([call("nope")] * 4)).run(Agent("a"), "go"))
    assert error.result.stop_reason == "tool_error"
    assert "Tools: none" in told(error.result.messages)[0]


async def test_an_unknown_tool_ends_the_run_at_once_where_the_agent_says_so() -> None:
    model = ScriptedModel([[call("look"), call("nope")]])
    look = fake_tool("look")
    error = await fail(runner(model).run(Agent("a", tools=[look], on_tool_not_found="fail"), "go"))
    assert isinstance(error, RunFailed)
    assert error.stop_reason == "tool_error"
    assert look.calls == []
    assert of(error.result.events, "tool.canceled")[0]["name"] == "look"


async def test_a_huge_result_is_cut_for_the_model_and_in_the_journal() -> None:
    model = ScriptedModel([call("dump"), "done"])
    big = "x" * (CONTENT_LENGTH_MAX_CHARS * 2)
    result = await finish(runner(model).run(Agent("a", tools=[fake_tool("dump", big)]), "go"))
    assert len(told(model.requests[1].messages)[0]) <= CONTENT_LENGTH_MAX_CHARS
    assert len(of(result.events, "tool.completed")[0]["result"]) <= CONTENT_LENGTH_MAX_CHARS


async def test_images_that_a_tool_returns_follow_its_result() -> None:
    picture = ImagePart(data=b"png")
    model = ScriptedModel([call("draw"), "done"])
    result = await finish(runner(model).run(Agent("a", tools=[fake_tool("draw", [picture, "a cat"])]), "go"))
    assert result.messages[2].parts[1] == picture
    assert of(result.events, "tool.completed")[0]["attachments"][0]["type"] == "image"


class Opaque:
    """A tool of somebody else's that breaks the promise of the port."""

    spec = ToolSpec(name="opaque", description="", parameters={"type": "object"})

    async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
        return ToolOutput(value=object(), content="an object")


async def test_a_result_that_is_no_json_is_a_failed_call() -> None:
    model = ScriptedModel([call("opaque"), "done"])
    result = await finish(runner(model).run(Agent("a", tools=[Opaque()]), "go"))
    assert types(result.events).count("tool.failed") == 1
    assert "no JSON form" in told(result.messages)[0]


async def test_output_is_shown_while_a_tool_runs_from_the_loop_and_from_a_thread() -> None:
    @tool
    async def on_loop(ctx: RunContext[None]) -> str:
        ctx.emit("a")
        ctx.emit("b")
        return "loop"

    @tool
    def in_thread(ctx: RunContext[None]) -> str:
        ctx.emit("c")

        async def elsewhere() -> None:
            ctx.emit("d")

        asyncio.run(elsewhere())
        return "thread"

    def steps() -> list[ToolUse | str]:
        return [call("on_loop"), call("in_thread"), "done"]

    agent = Agent("a", tools=[on_loop, in_thread])
    events, result = await watch(runner(ScriptedModel(steps())).stream(agent, "go"))
    assert "".join(data["delta"] for data in of(events, "tool.delta")) == "abcd"
    quiet = await finish(runner(ScriptedModel(steps())).run(agent, "go"))
    for kept in (result, quiet):
        assert "".join(data["delta"] for data in of(kept.events, "tool.delta")) == "abcd"


async def test_the_journal_is_written_by_the_loops_own_thread_alone() -> None:
    class Watchful(FakeClock):
        def now(self) -> datetime:
            assert threading.current_thread() is here
            return super().now()

    @tool
    def in_thread(ctx: RunContext[None]) -> None:
        ctx.emit("c")

    here = threading.current_thread()
    engine = runner(ScriptedModel([call("in_thread"), "done"]), clock=Watchful())
    result = await finish(engine.run(Agent("a", tools=[in_thread]), "go"))
    assert types(result.events).count("tool.completed") == 1


async def test_what_a_tool_emits_after_its_end_is_ignored_and_what_is_too_much_is_cut() -> None:
    late: list[RunContext[Any]] = []

    @tool
    async def chatty(ctx: RunContext[None]) -> str:
        late.append(ctx)
        ctx.emit("x" * (TOOL_DELTA_MAX_CHARS - 1))
        ctx.emit("yz")
        ctx.emit("more")
        return "ok"

    @tool
    async def after() -> None:
        late[0].emit("too late")

    model = ScriptedModel([call("chatty"), call("after"), "done"])
    agent = Agent("a", tools=[chatty, after])
    events, _ = await watch(runner(model).stream(agent, "go"))
    shown = "".join(data["delta"] for data in of(events, "tool.delta"))
    assert len(shown) == TOOL_DELTA_MAX_CHARS
    assert shown.endswith("xy")
    late[0].emit("and after the run")


def test_emitting_from_a_thread_that_outlived_the_loop_does_nothing() -> None:
    kept: list[RunContext[Any]] = []

    @tool
    def remember(ctx: RunContext[None]) -> None:
        kept.append(ctx)

    asyncio.run(runner(ScriptedModel([call("remember"), "ok"])).run(Agent("a", tools=[remember]), "go"))
    kept[0].emit("anybody?")


async def test_emitting_where_no_tool_runs_does_nothing() -> None:
    def chatty(ctx: RunContext[None]) -> str:
        ctx.emit("hello")
        assert ctx.tool_call_id is None
        return ""

    events, _ = await watch(runner(ScriptedModel(["ok"])).stream(Agent("a", instructions=chatty), "go"))
    assert not of(events, "tool.delta")


async def test_a_call_is_given_its_id_and_an_idempotency_key() -> None:
    seen: list[RunContext[Any]] = []

    @tool
    async def look(ctx: RunContext[None]) -> None:
        seen.append(ctx)
        assert not ctx.cancel.canceled

    result = await finish(runner(ScriptedModel([call("look"), "ok"])).run(Agent("a", tools=[look]), "go"))
    (executing,) = of(result.events, "tool.executing")
    assert seen[0].tool_call_id == executing["tool_call_id"]
    assert seen[0].idempotency_key == executing["idempotency_key"]
    assert not seen[0].approved


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_tool_that_wants_to_exit_has_crashed(in_thread: bool) -> None:
    @tool
    async def leave() -> None:
        sys.exit("enough")

    @tool(name="leave")
    def leave_thread() -> None:
        sys.exit("enough")

    given = leave_thread if in_thread else leave
    result = await finish(runner(ScriptedModel([call("leave"), "ok"])).run(Agent("a", tools=[given]), "go"))
    assert result.output == "ok"
    (failed,) = of(result.events, "tool.failed")
    assert failed["error"]["code"] == ToolCrashed.code
    assert "enough" in failed["error"]["message"]


async def test_a_tool_of_ones_own_that_wants_to_exit_has_crashed() -> None:
    quitter = fake_tool("leave", SystemExit(3))
    model = ScriptedModel([[call("leave"), call("leave")], "ok"])
    result = await finish(runner(model).run(Agent("a", tools=[quitter]), "go"))
    assert len(of(result.events, "tool.failed")) == 2


@pytest.mark.parametrize("depth", [0, 1])
def test_a_keyboard_interrupt_closes_the_journals_before_it_is_raised_on(depth: int) -> None:
    @tool
    async def work() -> None:
        raise KeyboardInterrupt

    agent = Agent("inner", tools=[work])
    if depth:
        agent = Agent("outer", tools=[agent.as_tool()])
    model = ScriptedModel([*[call("inner", input="x")] * depth, call("work")])
    stream = runner(model).stream(agent, "go", tree=True)

    async def main() -> None:
        async with stream:
            await stream.result()

    async def read() -> list[Event]:
        return [event async for event in stream]

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
    seen = asyncio.run(read())
    for level in range(depth + 1):
        journal = [event for event in seen if event.depth == level]
        check_events(journal)
        assert journal[-1].type == "run.failed"


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time can be made to pass."""

    skipped_s = 0.0

    def time(self) -> float:
        return super().time() + self.skipped_s


def test_a_tool_that_names_no_timeout_is_ended_after_the_default() -> None:
    alive: list[str] = []

    class Hanging:
        spec = ToolSpec(name="hang", description="Hang.", parameters={"type": "object"})

        async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, SkippingLoop)
            loop.skipped_s += TOOL_TIMEOUT_DEFAULT_S / 2
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            alive.append("at half time")
            loop.skipped_s += TOOL_TIMEOUT_DEFAULT_S / 2
            await asyncio.Event().wait()
            raise AssertionError

    with asyncio.Runner(loop_factory=SkippingLoop) as loops:
        model = ScriptedModel([call("hang"), "ok"])
        result = loops.run(finish(runner(model).run(Agent("a", tools=[Hanging()]), "go")))
    assert alive == ["at half time"]
    assert of(result.events, "tool.failed")[0]["error"]["code"] == ToolTimeout.code
