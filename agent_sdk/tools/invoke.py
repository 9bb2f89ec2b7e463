"""Running a tool's function, so that nothing comes out of it but results, errors and signals of ours."""

import inspect
from collections.abc import Callable
from typing import Any

from agent_sdk.contracts.errors import ToolCrashed, ToolError
from agent_sdk.contracts.signals import Signal
from agent_sdk.reliability.threads import run_in_thread


def is_async(function: Callable[..., Any]) -> bool:
    """Say whether calling `function` gives a coroutine, also when it is an object with an async `__call__`."""
    if inspect.iscoroutinefunction(function):
        return True
    return inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - asks about the method


async def invoke(run: Callable[[], Any], *, in_thread: bool) -> Any:
    """Run `run`, and await what it returns if that can be awaited.

    A thread is given the caller's context variables; being canceled does not wait for it.

    Raises:
        ToolCrashed: `run` raised an exception that is not ours; it is the `__cause__`.
        ToolError, Signal: As `run` raised them.
    """
    try:
        returned = await run_in_thread(run) if in_thread else run()
        return await returned if inspect.isawaitable(returned) else returned
    except (ToolError, Signal):
        raise
    except (Exception, SystemExit) as error:
        raise ToolCrashed(f"{type(error).__name__}: {error}") from error
