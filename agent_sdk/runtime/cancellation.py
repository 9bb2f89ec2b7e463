"""The cancel token: asked for once, from any thread; heard by a run and all its children."""

import asyncio
import threading
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Literal, Self

from agent_sdk.contracts.run import CancelMode

Listener = Callable[[CancelMode], None]
AskedBy = Literal["us", "others", "nobody"]


def is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the caller is called by this event loop."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


class CancelToken:
    """Cancels the runs it was given to. Thread-safe and idempotent; only `after_step` → `now` changes it.

    `now` ends the model's stream and the tools at work; `after_step` lets the step end. What was said and used up to
    there is kept either way.
    """

    def __init__(self) -> None:
        """Start quiet."""
        self._lock = threading.Lock()
        self._listeners: dict[object, Listener] = {}
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
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener(mode)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called, in the canceling thread, at each change; returns how to stop it.

        It is called at once when cancellation was asked for before.
        """
        key = object()
        with self._lock:
            self._listeners[key] = listener
            mode = self._mode
        if mode is not None:
            listener(mode)
        return lambda: self._forget(key)

    @contextmanager
    def following(self, other: "CancelToken | None") -> Generator[None]:
        """Be canceled when `other` is, while inside. The other way round nothing is passed on."""
        if other is None:
            yield
            return
        stop = other.listen(lambda mode: self.cancel(mode, reason=other.reason))
        try:
            yield
        finally:
            stop()

    def _forget(self, key: object) -> None:
        with self._lock:
            self._listeners.pop(key, None)


class Interrupter:
    """Interrupts the task that executes a run: when its token says so, or when its time is over.

    A context manager around the task's work. Inside, the interruption is an `asyncio.CancelledError`; `asked_by` tells
    it from a cancellation of the task by somebody else, which is never swallowed.
    """

    def __init__(
        self,
        token: CancelToken | None,
        timeout_s: float | None = None,
        *,
        modes: Collection[CancelMode] = ("now",),
    ) -> None:
        """Listen to `token` and, where there is a limit, to the clock of the event loop.

        Args:
            token: What to listen to; a subagent has none, because canceling its parent's task reaches it anyway.
            timeout_s: Seconds after which to interrupt.
            modes: Those of the token that interrupt.
        """
        self._token = token
        self._timeout_s = timeout_s
        self._modes = modes
        self._task: asyncio.Task[object] | None = None
        self._asked_before = 0
        self._stop: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._active = False
        self.timed_out = False
        self.fired = False
        """Whether it has interrupted. A function that swallows the interruption does not undo it."""

    def __enter__(self) -> Self:
        """Start listening on behalf of the current task."""
        loop = asyncio.get_running_loop()
        self._task = task = asyncio.current_task(loop)
        self._asked_before = task.cancelling() if task else 0
        self._active = True
        if self._token is not None:
            self._stop = self._token.listen(lambda mode: self._heard(loop, mode))
        if self._timeout_s is not None:
            self._timer = loop.call_later(self._timeout_s, self._time_over)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, and take the request to cancel back where it was ours."""
        self._active = False
        if self._stop is not None:
            self._stop()
        if self._timer is not None:
            self._timer.cancel()
        if self.fired and self._task is not None:
            self._task.uncancel()

    @property
    def asked_by(self) -> AskedBy:
        """Who wants the task to end. Where others do, too, theirs is the last word."""
        asked = self._task.cancelling() - self._asked_before if self._task else 0
        if asked > self.fired:
            return "others"
        return "us" if self.fired else "nobody"

    def interrupt(self) -> None:
        """Interrupt the task, once. On its event loop; nothing happens before or after the task's work."""
        if self._active and not self.fired and self._task is not None and not self._task.done():
            self.fired = True
            self._task.cancel()

    def _heard(self, loop: asyncio.AbstractEventLoop, mode: CancelMode) -> None:
        if mode not in self._modes:
            return
        # The canceling thread may be any; a loop that is gone has nothing left to interrupt.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self.interrupt)

    def _time_over(self) -> None:
        self.timed_out = not self.fired
        self.interrupt()
