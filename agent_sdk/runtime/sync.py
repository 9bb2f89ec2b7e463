"""Running on one private event loop, for code that is not async.

The loop lives in a daemon thread as long as the process, and so do its HTTP connections: no loop is ever closed
under a client that still holds one.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.runtime.cancellation import CancelToken, is_running

T = TypeVar("T")


def run_blocking(begin: Callable[[], Coroutine[Any, Any, T]], token: CancelToken) -> T:
    """Run what `begin` gives on the private loop and block this thread until it ends.

    A KeyboardInterrupt cancels through `token`, waits for the end, and is raised again.

    Raises:
        InvalidInput: This thread is that of the private loop: waiting for it would never end.
    """
    loop = _PRIVATE.loop()
    if is_running(loop):
        msg = "run_sync was called by an async function that run_sync runs"
        raise InvalidInput(msg, hint="Await agent.run(…) there.")
    work = _Work(begin)
    try:
        loop.call_soon_threadsafe(work.start)
        return work.ended.result()
    except KeyboardInterrupt:
        token.cancel("now", reason="interrupted")
        # Whatever it ends in, the caller asked to be interrupted. What has not begun never will.
        if not work.ended.cancel():
            wait([work.ended])
        raise


class _Work(Generic[T]):
    """A task on another thread's loop, made there: an interrupt of this thread finds it begun or not, never between."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self.ended: Future[T] = Future()
        self._begin = begin
        self._task: asyncio.Task[T] | None = None

    def start(self) -> None:
        if self.ended.set_running_or_notify_cancel():
            self._task = asyncio.get_running_loop().create_task(self._begin())
            self._task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[T]) -> None:
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            self.ended.set_exception(error)
        else:
            self.ended.set_result(task.result())


class _PrivateLoop:
    """Made at the first use; a forked process makes its own, because threads are not inherited."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._pid = os.getpid()
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_forever, args=[self._loop], name="agent-sdk", daemon=True).start()
            return self._loop


def _forever(loop: asyncio.AbstractEventLoop) -> None:
    while True:
        # A task that raises one of these has it as its result already; the others on this loop go on.
        with suppress(KeyboardInterrupt, SystemExit):
            loop.run_forever()


_PRIVATE: Final = _PrivateLoop()
