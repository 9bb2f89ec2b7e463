"""One run on the command line: shows it, asks for approvals, and listens for Ctrl-C."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final, NoReturn

from agent_sdk.cli import exit_codes
from agent_sdk.cli.report import report, say
from agent_sdk.cli.text import visible
from agent_sdk.cli.views import View
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import AgentSDKError, ModelError, RunFailed
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.result import ApprovalDecision, Interruption, RunResult
from agent_sdk.runtime.stream import RunStream

LOOP_ANSWER_MAX_S: Final = 2


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
    """The first Ctrl-C cancels the run, which then closes its journal; the second leaves at once.

    A loop that is stuck, for example because nobody reads what it writes, cannot cancel: it is left after
    `LOOP_ANSWER_MAX_S`. So this is a handler of the process, which runs where those of a loop do not.
    """
    loop = asyncio.get_running_loop()
    stuck = threading.Timer(LOOP_ANSWER_MAX_S, os._exit, (exit_codes.INTERRUPTED,))
    stuck.daemon = True

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if stuck.ident is not None:
            os._exit(exit_codes.INTERRUPTED)
        stuck.start()
        loop.call_soon_threadsafe(cancel)

    def cancel() -> None:
        say("\ncanceling …")
        stuck.cancel()
        token.cancel("now", reason="Ctrl-C")

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        stuck.cancel()
        signal.signal(signal.SIGINT, before)


def _ask(waiting: Sequence[Interruption]) -> list[ApprovalDecision]:
    decisions: list[ApprovalDecision] = []
    for call in waiting:
        print(f"{_question(call)}\n[y/N] ", end="", file=sys.stderr, flush=True)
        allowed = sys.stdin.readline().strip().lower() in {"y", "yes"}
        decisions.append(call.approve() if allowed else call.deny("the user said no"))
    return decisions


def _question(call: Interruption) -> str:
    """All that is decided on, uncut: what is hidden here would be allowed unseen."""
    reason = [f"  ({visible(call.reason)})"] if call.reason else []
    arguments = [
        f"  {visible(name)} = {visible(encode(value).decode())}" for name, value in call.args.items()
    ]
    return "\n".join([f"Allow {visible(call.name)}?", *arguments, *reason])


def _say_paused(waiting: Sequence[Interruption]) -> None:
    names = ", ".join(call.name for call in waiting)
    say(f"paused: {names} needs approval\n  hint: Run it on a terminal, where it can be asked for.")
