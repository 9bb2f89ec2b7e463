"""One run on the command line: shows it, asks for approvals, and listens for Ctrl-C."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from agent_sdk.cli import exit_codes
from agent_sdk.cli.report import report, say
from agent_sdk.cli.views import View, one_line
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import AgentSDKError, ModelError, RunFailed
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.result import ApprovalDecision, Interruption, RunResult
from agent_sdk.runtime.stream import RunStream

QUESTION_ARGUMENTS_MAX_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    result: RunResult[Any] | None
    error: AgentSDKError | None = None


def drive(
    loop: asyncio.Runner, begin: Callable[[CancelToken], RunStream[Any]], view: View, *, may_ask: bool
) -> int:
    """Run to the end and return the exit code; what failed has been reported.

    Args:
        loop: Runs everything; the same one for all runs of the process, because models keep connections on it.
        begin: Begins the run under a cancel token.
        view: Shows it.
        may_ask: Whether there is somebody to decide on approvals.
    """
    begun = time.monotonic()
    token = CancelToken()
    ended = loop.run(_follow(begin(token), token, view))
    while may_ask and ended.result is not None and ended.result.interruptions:
        decisions = _ask(ended.result.interruptions)
        ended = loop.run(_follow(ended.result.resume_stream(decisions), token, view))
    view.end(ended.result, time.monotonic() - begun)
    if ended.error is not None:
        report(ended.error)
        return exit_codes.of_error(ended.error)
    if ended.result is None:
        return exit_codes.FAILED
    if ended.result.status == "canceled":
        say("canceled; what was said and done so far is above")
    if ended.result.interruptions:
        _say_paused(ended.result.interruptions)
    return exit_codes.of_status(ended.result.status)


def leave(loop: asyncio.Runner, code: int, *, worst: int) -> NoReturn:
    """End the process. A thread of a tool that was given up, by cancellation or time-out, is not waited for.

    Args:
        loop: Is closed.
        code: The exit code.
        worst: The worst code of any run so far, which tells whether a tool may have been given up.
    """
    if worst not in {exit_codes.FAILED, exit_codes.INTERRUPTED}:
        loop.close()
        sys.exit(code)
    loop.run(_close_connections())
    _exit_now(code)


async def _close_connections() -> None:
    await asyncio.get_running_loop().shutdown_asyncgens()


def _exit_now(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


async def _follow(run: RunStream[Any], token: CancelToken, view: View) -> _Ended:
    with _interruptible(token):
        async with run as stream:
            async for event in stream:
                view.event(event)
            try:
                return _Ended(result=await stream.result())
            except (RunFailed, ModelError) as error:
                return _Ended(result=getattr(error, "result", None), error=error)


@contextmanager
def _interruptible(token: CancelToken) -> Generator[None]:
    """The first Ctrl-C cancels the run, which then closes its journal; the second leaves at once."""

    def interrupt() -> None:
        if token.canceled:
            _exit_now(exit_codes.INTERRUPTED)
        say("\ncanceling …")
        token.cancel("now", reason="Ctrl-C")

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _ask(waiting: Sequence[Interruption]) -> list[ApprovalDecision]:
    decisions: list[ApprovalDecision] = []
    for call in waiting:
        arguments = one_line(encode(call.args).decode(), QUESTION_ARGUMENTS_MAX_CHARS)
        reason = f" ({one_line(call.reason, QUESTION_ARGUMENTS_MAX_CHARS)})" if call.reason else ""
        print(f"Allow {call.name} {arguments}?{reason} [y/N] ", end="", file=sys.stderr, flush=True)
        allowed = sys.stdin.readline().strip().lower() in {"y", "yes"}
        decisions.append(call.approve() if allowed else call.deny("the user said no"))
    return decisions


def _say_paused(waiting: Sequence[Interruption]) -> None:
    names = ", ".join(call.name for call in waiting)
    say(f"paused: {names} needs approval\n  hint: Run it on a terminal, where it can be asked for.")
