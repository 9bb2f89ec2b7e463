import asyncio
import json
from typing import Any

import pytest

from agent_sdk import Agent, ApprovalRequired, CancelToken, ModelRetry, RunContext, Runner, tool
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.runtime.result import ApprovalDecision
from agent_sdk.testing import ScriptedModel, call, fake_services, fake_tool
from tests.unit.runtime.kit import checked, fail, finish, of, pause, runner, told, types, watch


async def test_a_call_that_needs_approval_pauses_the_run_and_runs_once_approved() -> None:
    pay = fake_tool("pay", "paid", needs_approval=True)
    model = ScriptedModel([call("pay", euros=5), "Done."])
    paused = await pause(runner(model).run(Agent("a", tools=[pay]), "pay"))
    assert (paused.stop_reason, paused.output, pay.calls) == ("approval_required", None, [])
    (waiting,) = paused.interruptions
    assert (waiting.name, waiting.args, len(waiting.args_hash)) == ("pay", {"euros": 5}, 64)
    assert of(paused.events, "run.paused")[0]["pending"][0]["tool_call_id"] == waiting.tool_call_id
    assert of(paused.events, "tool.approval_requested")[0]["args_hash"] == waiting.args_hash

    result = await finish(paused.resume([waiting.approve()]))
    assert (result.output, result.run_id, pay.calls) == ("Done.", paused.run_id, [{"euros": 5}])
    assert result.interruptions == ()
    assert types(result.events).count("tool.started") == 1
    assert types(result.events).index("run.resumed") < types(result.events).index("tool.approval_resolved")


async def test_a_denied_call_never_runs_and_the_model_is_told_why() -> None:
    pay = fake_tool("pay", needs_approval=True)
    model = ScriptedModel([[call("pay"), call("pay")], "As you wish."])
    paused = await pause(runner(model).run(Agent("a", tools=[pay]), "pay"))
    first, second = paused.interruptions
    result = await finish(paused.resume([first.deny("too dear"), second.deny()]))
    assert pay.calls == []
    assert told(result.messages) == [
        "The call was denied: too dear.",
        "The call was denied: no reason was given.",
    ]
    assert types(result.events).count("tool.denied") == 2


async def test_whoever_approves_may_edit_the_arguments() -> None:
    pay = fake_tool("pay", "paid", needs_approval=True)
    paused = await pause(
        runner(ScriptedModel([call("pay", euros=500), "ok"])).run(Agent("a", tools=[pay]), "x")
    )
    result = await finish(paused.resume([paused.interruptions[0].approve(args={"euros": 5})]))
    assert pay.calls == [{"euros": 5}]
    (resolved,) = of(result.events, "tool.approval_resolved")
    assert resolved["args"] == {"euros": 5}


async def test_a_tool_may_ask_for_approval_itself_and_sees_that_it_has_it() -> None:
    @tool
    async def delete(ctx: RunContext[None], path: str) -> str:
        """Delete."""
        if path == "/" and not ctx.approved:
            raise ApprovalRequired("that is everything")
        return f"deleted {path}"

    model = ScriptedModel([[call("delete", path="/tmp"), call("delete", path="/")], "done"])
    paused = await pause(runner(model).run(Agent("a", tools=[delete]), "go"))
    (waiting,) = paused.interruptions
    assert waiting.reason == "that is everything"
    result = await finish(paused.resume([waiting.approve()]))
    assert told(result.messages) == ["deleted /tmp", "deleted /"]
    assert len(of(result.events, "tool.executing")) == 3


async def test_partial_decisions_pause_again_and_siblings_that_ended_never_run_again() -> None:
    free, pay = fake_tool("free", "f"), fake_tool("pay", "p1", "p2", needs_approval=True)
    model = ScriptedModel([[call("free"), call("pay", n=1), call("pay", n=2)], "done"])
    first = await pause(runner(model).run(Agent("a", tools=[free, pay]), "go"))
    one, two = first.interruptions
    second = await pause(first.resume([two.approve()]))
    assert [item.tool_call_id for item in second.interruptions] == [one.tool_call_id]
    assert pay.calls == [{"n": 2}]
    third = await finish(second.resume([one.approve()]))
    assert (free.calls, pay.calls) == ([{}], [{"n": 2}, {"n": 1}])
    assert told(third.messages) == ["f", "p2", "p1"]
    assert third.usage.tool_calls == 3


async def test_no_decision_at_all_pauses_again() -> None:
    pay = fake_tool("pay", needs_approval=True)
    first = await pause(runner(ScriptedModel([call("pay"), "ok"])).run(Agent("a", tools=[pay]), "go"))
    second = await pause(first.resume([]))
    assert (await finish(second.resume([second.interruptions[0].approve()]))).output == "ok"


async def test_calls_behind_a_sequential_call_that_waits_do_not_run() -> None:
    barrier = tool(name="barrier", sequential=True, needs_approval=True)(lambda: "through")
    after = fake_tool("after")
    model = ScriptedModel([[call("barrier"), call("after")], "done"])
    paused = await pause(runner(model).run(Agent("a", tools=[barrier, after]), "go"))
    assert after.calls == []
    await finish(paused.resume([paused.interruptions[0].approve()]))
    assert after.calls == [{}]


async def test_a_resumed_run_can_be_seen_as_events() -> None:
    pay = fake_tool("pay", needs_approval=True)
    events, paused = await watch(
        runner(ScriptedModel([call("pay"), "Thank you."])).stream(Agent("a", tools=[pay]), "go"), whole=False
    )
    stream = paused.resume_stream([paused.interruptions[0].approve()])
    async with stream:
        more = [event async for event in stream]
        result = checked(await stream.result())
    assert types(more)[:2] == ["run.queued", "run.resumed"]
    assert more[0].seq == events[-1].seq + 1
    from agent_sdk import check_events

    check_events([*events, *more])
    assert "message.delta" in types(more)
    assert result.output == "Thank you."


@pytest.mark.parametrize(
    "wrong",
    [
        [ApprovalDecision(tool_call_id="call_unknown", decision="approve")],
        [ApprovalDecision(tool_call_id="first", decision="approve")] * 2,
        [ApprovalDecision(tool_call_id="first", decision="maybe")],  # pyright: ignore[reportArgumentType]
        [ApprovalDecision(tool_call_id="first", decision="approve", args={"x": object()})],
        [ApprovalDecision(tool_call_id="first", decision="approve", args={"x": "\ud800"})],
    ],
)
async def test_decisions_that_cannot_be_meant_are_refused_and_change_nothing(
    wrong: list[ApprovalDecision],
) -> None:
    from dataclasses import replace

    pay = fake_tool("pay", needs_approval=True)
    paused = await pause(runner(ScriptedModel([call("pay"), "ok"])).run(Agent("a", tools=[pay]), "go"))
    (waiting,) = paused.interruptions
    wrong = [replace(w, tool_call_id=waiting.tool_call_id) if w.tool_call_id == "first" else w for w in wrong]
    with pytest.raises(InvalidInput) as caught:
        await paused.resume(wrong)
    assert caught.value.hint
    with pytest.raises(InvalidInput):
        paused.resume_stream(wrong)
    result = await finish(paused.resume([waiting.approve()]))
    assert len(of(result.events, "run.queued")) == 2
    assert result.output == "ok"


async def test_a_pause_is_resumed_once() -> None:
    pay = fake_tool("pay", needs_approval=True)
    paused = await pause(runner(ScriptedModel([call("pay"), "ok"])).run(Agent("a", tools=[pay]), "go"))
    approval = [paused.interruptions[0].approve()]
    stream = paused.resume_stream(approval)
    both = await asyncio.gather(paused.resume(approval), paused.resume(approval), return_exceptions=True)
    assert sorted(type(item).__name__ for item in both) == ["InvalidInput", "RunResult"]
    with pytest.raises(InvalidInput, match="over"):
        await paused.resume(approval)
    with pytest.raises(InvalidInput, match="over"):
        await stream.__aenter__()
    assert pay.calls == [{}]


async def test_an_earlier_pause_is_over_once_a_later_one_began() -> None:
    pay = fake_tool("pay", needs_approval=True)
    model = ScriptedModel([[call("pay"), call("pay")], "ok"])
    first = await pause(runner(model).run(Agent("a", tools=[pay]), "go"))
    one, two = first.interruptions
    second = await pause(first.resume([one.approve()]))
    with pytest.raises(InvalidInput):
        await first.resume([two.approve()])
    await finish(second.resume([two.approve()]))


async def test_a_run_that_did_not_pause_cannot_be_resumed() -> None:
    result = await finish(runner(ScriptedModel(["hi"])).run(Agent("a"), "go"))
    with pytest.raises(InvalidInput) as caught:
        await result.resume([])
    assert caught.value.hint
    with pytest.raises(InvalidInput):
        result.resume_stream([])


async def test_edited_arguments_that_do_not_fit_the_schema_go_back_to_the_model() -> None:
    @tool(needs_approval=True)
    def pay(euros: int) -> str:
        """Pay."""
        return "paid"

    model = ScriptedModel([call("pay", euros=5), "hm"])
    paused = await pause(runner(model).run(Agent("a", tools=[pay]), "go"))
    result = await finish(paused.resume([paused.interruptions[0].approve(args={"euros": "many"})]))
    assert types(result.events).count("tool.failed") == 1
    assert "euros" in told(result.messages)[0]


async def test_a_failure_after_approval_is_counted_as_any() -> None:
    pay = fake_tool("pay", ModelRetry("no"), needs_approval=True)
    agent = Agent("a", tools=[pay], tool_retries_max=0)
    paused = await pause(runner(ScriptedModel([call("pay")])).run(agent, "go"))
    error = await fail(paused.resume([paused.interruptions[0].approve()]))
    assert error.result.stop_reason == "tool_error"


async def test_the_hash_is_that_of_name_and_arguments() -> None:
    def paused_with(name: str, **args: Any) -> Any:
        pay = fake_tool(name, needs_approval=True)
        return pause(runner(ScriptedModel([call(name, **args)])).run(Agent("a", tools=[pay]), "go"))

    hashes = [
        (await paused_with("pay", a=1, b=2)).interruptions[0].args_hash,
        (await paused_with("pay", b=2, a=1)).interruptions[0].args_hash,
        (await paused_with("pay", a=1, b=3)).interruptions[0].args_hash,
        (await paused_with("play", a=1, b=2)).interruptions[0].args_hash,
    ]
    assert hashes[0] == hashes[1]
    assert len({*hashes}) == 3


async def test_a_canceled_token_ends_a_paused_run_when_it_is_resumed() -> None:
    pay, token = fake_tool("pay", needs_approval=True), CancelToken()
    paused = await pause(
        runner(ScriptedModel([call("pay")])).run(Agent("a", tools=[pay]), "go", cancel=token)
    )
    token.cancel(reason="gave up")
    result = await finish(paused.resume([paused.interruptions[0].approve()]))
    assert (result.status, result.stop_reason, pay.calls) == ("canceled", "canceled", [])
    assert types(result.events)[-4:] == ["run.paused", "tool.canceled", "step.canceled", "run.canceled"]
    assert of(result.events, "run.canceled")[0]["reason"] == "gave up"


async def test_a_run_that_was_told_to_end_after_its_step_does_not_pause() -> None:
    token = CancelToken()

    @tool
    def stop() -> None:
        token.cancel("after_step")

    model = ScriptedModel([[call("stop"), call("pay")]])
    agent = Agent("a", tools=[stop, fake_tool("pay", needs_approval=True)])
    result = await finish(runner(model).run(agent, "go", cancel=token))
    assert result.status == "canceled"
    assert types(result.events)[-3:] == ["tool.canceled", "step.canceled", "run.canceled"]


async def test_another_run_may_use_the_session_of_a_paused_one_and_nothing_is_lost() -> None:
    pay = fake_tool("pay", "paid", needs_approval=True)
    engine = runner(ScriptedModel([call("pay"), "between", "thanks", "I see all"]))
    agent = Agent("a", tools=[pay])
    paused = await pause(engine.run(agent, "first", session="s"))
    between = await finish(engine.run(agent, "second", session="s"))
    assert between.output == "between"
    await finish(paused.resume([paused.interruptions[0].approve()]))
    texts = [message.text for message in engine.history("s") if message.text]
    assert texts == ["first", "thanks", "second", "between"]
    last = await finish(engine.run(agent, "third", session="s"))
    assert [m.text for m in last.messages if m.role == "user"] == ["first", "second", "third"]


def test_a_run_paused_on_one_loop_goes_on_on_another_and_still_shows_what_its_tools_emit() -> None:
    @tool(needs_approval=True)
    def work(ctx: RunContext[None]) -> str:
        ctx.emit("working")
        return "worked"

    engine = Runner(fake_services(ScriptedModel([call("work"), "done"])))
    paused = asyncio.run(pause(engine.run(Agent("a", tools=[work]), "go")))
    result = asyncio.run(finish(paused.resume([paused.interruptions[0].approve()])))
    assert of(result.events, "tool.delta")[0]["delta"] == "working"
    assert json.dumps(told(result.messages)) == '["worked"]'
