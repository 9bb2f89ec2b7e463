"""Human decisions on waiting calls, in a run and in the subagents that paused below it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.runtime.execute import args_hash, deny
from agent_sdk.runtime.result import ApprovalDecision, Interruption, Verdict

if TYPE_CHECKING:
    from agent_sdk.runtime.state import Call, RunState


def interruptions(state: "RunState") -> Iterator[Interruption]:
    """The calls that wait; where a subagent paused, its calls in place of the one that runs it."""
    for call in state.step.waiting if state.step else ():
        child = state.children.get(call.part.tool_call_id)
        if child is not None:
            yield from interruptions(child)
        else:
            name, args = call.part.name, call.args
            yield Interruption(
                tool_call_id=call.part.tool_call_id,
                name=name,
                args=args,
                args_hash=args_hash(name, args),
                reason=call.waiting_for,
            )


def check_decisions(state: "RunState", decisions: Sequence[ApprovalDecision]) -> None:
    """Require that every decision names a call that waits, once.

    Raises:
        InvalidInput: One does not.
    """
    waiting = {item.tool_call_id for item in interruptions(state)}
    for decision in decisions:
        if decision.tool_call_id not in waiting:
            msg = f"{decision.tool_call_id} is not waiting for a decision"
            raise InvalidInput(msg, hint=f"Waiting: {', '.join(sorted(waiting)) or 'nothing'}.")
        waiting.discard(decision.tool_call_id)
        if decision.decision not in get_args(Verdict):
            msg = f"{decision.decision!r} is no decision"
            raise InvalidInput(msg, hint=f"One of {', '.join(get_args(Verdict))}.")
        _check_args(decision)


def _check_args(decision: ApprovalDecision) -> None:
    try:
        encode(decision.args)
    except (TypeError, ValueError) as error:
        msg = f"the arguments decided for {decision.tool_call_id} have no JSON form: {error}"
        raise InvalidInput(
            msg, hint="Edited arguments are what the model would write: plain JSON."
        ) from error


def apply_decisions(state: "RunState", decisions: Sequence[ApprovalDecision]) -> None:
    """Journal checked decisions and set the calls free that they decide."""
    by_call = {decision.tool_call_id: decision for decision in decisions}
    for call in state.step.waiting if state.step else ():
        call_id = call.part.tool_call_id
        child = state.children.get(call_id)
        if child is not None:
            theirs = [item.tool_call_id for item in interruptions(child)]
            child.decisions = tuple([by_call[call_id] for call_id in theirs if call_id in by_call])
            if child.decisions:
                _resolve(state, call, ApprovalDecision(tool_call_id=call_id, decision="approve"))
        elif call_id in by_call:
            _resolve(state, call, by_call[call_id])


def _resolve(state: "RunState", call: "Call", decision: ApprovalDecision) -> None:
    state.journal.record(
        "tool.approval_resolved",
        {
            "tool_call_id": decision.tool_call_id,
            "decision": decision.decision,
            "reason": decision.reason,
            **({"by": decision.by} if decision.by is not None else {}),
            **({"args": decision.args} if decision.args is not None else {}),
        },
    )
    if decision.decision == "deny":
        deny(state, call, decision.reason)
        return
    if decision.args is not None:
        call.args = decision.args
        call.part = replace(call.part, arguments=encode(decision.args).decode())
    call.status = "approved"
