"""Running a blocking function in a thread of its own.

Not in the event loop's default executor: there a function that hangs takes a place away from all others, and holds up
`asyncio.run` and the interpreter at their ends.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar, copy_context
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

THREADS_MAX_COUNT: Final = 256
"""Functions at work at once, by event loop and depth. More wait; one whose caller gave up does not count."""

_depth: ContextVar[int] = ContextVar("agent_sdk_thread_depth", default=0)
"""How many of our threads wait for this context. Each depth has places of its own, so none waits for its waiters."""


class _Places:
    """Who may run, by event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_loop: dict[asyncio.AbstractEventLoop, dict[int, asyncio.Semaphore]] = {}

    def at(self, loop: asyncio.AbstractEventLoop, depth: int) -> asyncio.Semaphore:
        with self._lock:
            if loop not in self._by_loop:
                self._by_loop = {
                    known: each for known, each in self._by_loop.items() if not known.is_closed()
                }
            return self._by_loop.setdefault(loop, {}).setdefault(depth, asyncio.Semaphore(THREADS_MAX_COUNT))


_PLACES: Final = _Places()


async def run_in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function` in a daemon thread, with a copy of the caller's context variables.

    Being canceled does not wait for it: it goes on alone, and what comes of it is dropped.

    Raises:
        RuntimeError: It raised a StopIteration, SystemExit or KeyboardInterrupt, which would end more than the call.
        BaseException: As it raised it otherwise.
    """
    loop, depth = asyncio.get_running_loop(), _depth.get()
    async with _PLACES.at(loop, depth):
        future: asyncio.Future[T] = loop.create_future()
        context = copy_context()
        context.run(_depth.set, depth + 1)

        def work() -> None:
            ended = _ended(lambda: context.run(function, *args, **kwargs))
            # A loop that was closed meanwhile has nobody left who waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_tell, future, ended)

        threading.Thread(target=work, name=f"agent-sdk {_name(function)}", daemon=True).start()
        return await future


def _ended(call: Callable[[], T]) -> Future[T]:
    ended: Future[T] = Future()
    try:
        ended.set_result(call())
    except (StopIteration, SystemExit, KeyboardInterrupt) as error:
        # A future of asyncio cannot carry the first, and the others would end the event loop instead of the call.
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.__cause__ = error
        ended.set_exception(told)
    except BaseException as error:  # noqa: BLE001 - it is raised where the call is awaited
        ended.set_exception(error)
    return ended


def _tell(future: "asyncio.Future[T]", ended: "Future[T]") -> None:
    if future.done():
        return
    error = ended.exception()
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(ended.result())


def _name(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", type(function).__name__)
