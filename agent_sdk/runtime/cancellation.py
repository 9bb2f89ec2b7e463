"""The cancel token: asked for once, from any thread; heard by a run and all its children."""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from agent_sdk.contracts.run import CancelMode

Listener = Callable[[CancelMode], None]


class CancelToken:
    """Cancels the runs it was given to. Thread-safe and idempotent; only `after_step` → `now` changes it.

    `now` ends the model's stream and the tools at work; `after_step` lets the step end. What was said and used up to
    there is kept either way.
    """

    def __init__(self) -> None:
        """Start quiet."""
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._mode: CancelMode | None = None
        self._reason: str | None = None

    @property
    def canceled(self) -> bool:
        """Whether cancellation was asked for, in either mode."""
        return self._mode is not None

    @property
    def mode(self) -> CancelMode | None:
        """How, or None while nobody asked."""
        return self._mode

    @property
    def reason(self) -> str | None:
        """Why, in the words of whoever asked first."""
        return self._reason

    def cancel(self, mode: CancelMode = "now", *, reason: str | None = None) -> None:
        """Ask for cancellation."""
        with self._lock:
            if self._mode in {"now", mode}:
                return
            self._mode = mode
            self._reason = self._reason or reason
            listeners = list(self._listeners)
        for listener in listeners:
            listener(mode)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called, in the canceling thread, at each change; returns how to stop it.

        It is called at once when cancellation was asked for before.
        """
        with self._lock:
            self._listeners.append(listener)
            mode = self._mode
        if mode is not None:
            listener(mode)
        return lambda: self._forget(listener)

    def _forget(self, listener: Listener) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)


class Interrupter:
    """Interrupts the task that executes a run: at `cancel now`, or when its time is over.

    A context manager around the task's work. Inside, the interruption is an `asyncio.CancelledError`; `interrupted`
    tells it from a cancellation of the task by somebody else, which is never swallowed.
    """

    def __init__(self, token: CancelToken, timeout_s: float | None) -> None:
        """Listen to `token` and, where there is a limit, to the clock of the event loop."""
        self._token = token
        self._timeout_s = timeout_s
        self._task: asyncio.Task[object] | None = None
        self._stop: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._active = False
        self.timed_out = False
        self._fired = False

    def __enter__(self) -> Self:
        """Start listening on behalf of the current task."""
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        self._active = True
        self._stop = self._token.listen(lambda mode: self._heard(loop, mode))
        if self._timeout_s is not None:
            self._timer = loop.call_later(self._timeout_s, self._time_over)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._active = False
        if self._stop is not None:
            self._stop()
        if self._timer is not None:
            self._timer.cancel()

    def absorb(self) -> bool:
        """Take an `asyncio.CancelledError` as ours.

        Returns:
            True when this interrupter raised it and nobody else wants the task to end; the task goes on.
        """
        if not self._fired or self._task is None:
            return False
        self._fired = False
        return self._task.uncancel() == 0

    def _heard(self, loop: asyncio.AbstractEventLoop, mode: CancelMode) -> None:
        if mode == "now":
            # The canceling thread may be any; a loop that is gone has nothing left to interrupt.
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(self._fire)

    def _time_over(self) -> None:
        self.timed_out = True
        self._fire()

    def _fire(self) -> None:
        if self._active and not self._fired and self._task is not None and not self._task.done():
            self._fired = True
            self._task.cancel()
