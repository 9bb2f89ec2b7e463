"""Sessions in memory: what runs of one conversation have said, one run at a time."""

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.messages import Message

SESSIONS_MAX_COUNT: Final = 1000
"""Sessions a process remembers; the one unused for longest is forgotten first."""
UNNAMED_SESSIONS_MAX_COUNT: Final = 100
"""Those among them whose id no caller ever gave: most are never gone on with."""

_turns: ContextVar[tuple["_Turn", ...]] = ContextVar("agent_sdk_session_turns", default=())
"""The turns that end only after what runs in this context."""


@dataclass(slots=True, eq=False)
class _Turn:
    """Mutable, because what a tool leaves behind keeps the context and may have a turn when this one is over."""

    sessions: "MemorySessions"
    session_id: str
    over: bool = False


_Said = OrderedDict[str, dict[str, tuple[Message, ...]]]
"""By session, then by run in the order of their first turns: a run that was paused goes on in its place."""


class MemorySessions:
    """Histories by session id. Runs of one session may live on different event loops, in different threads."""

    def __init__(self) -> None:
        """Know none."""
        self._lock = threading.Lock()
        self._named: _Said = OrderedDict()
        self._unnamed: _Said = OrderedDict()
        self._waiting: dict[str, deque[Future[None]]] = {}
        """By session that a run is at work in: the runs that wait for their turn."""

    def check_free(self, session_id: str) -> None:
        """Require that the caller does not wait for itself.

        Raises:
            InvalidInput: A run that is at work in the session waits for what runs here, such as its own tool.
        """
        if any(
            turn.sessions is self and turn.session_id == session_id and not turn.over for turn in _turns.get()
        ):
            msg = f"the session {session_id!r} is held by the run that asks for it"
            raise InvalidInput(msg, hint="Run it in another session, or use agent.as_tool().")

    @contextmanager
    def holding(self, session_id: str) -> Generator[None]:
        """Say what runs inside that it has the session's turn."""
        turn = _Turn(self, session_id)
        token = _turns.set((*_turns.get(), turn))
        try:
            yield
        finally:
            turn.over = True
            _turns.reset(token)

    def enter_free(self, session_id: str) -> bool:
        """Take the turn where no run is at work in the session; `leave` has to follow."""
        with self._lock:
            if session_id in self._waiting:
                return False
            self._waiting[session_id] = deque()
            return True

    async def enter(self, session_id: str) -> None:
        """Wait until no other run is at work in the session, first come, first served; `leave` has to follow."""
        with self._lock:
            waiting = self._waiting.get(session_id)
            if waiting is None:
                self._waiting[session_id] = deque()
                return
            turn: Future[None] = Future()
            waiting.append(turn)
        try:
            await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            # Where it cannot be taken back the turn was given, and has to be passed on.
            if not turn.cancel():
                self.leave(session_id)
            raise

    def leave(self, session_id: str) -> None:
        """Give the turn to the next."""
        with self._lock:
            waiting = self._waiting[session_id]
            while waiting:
                turn = waiting.popleft()
                if turn.set_running_or_notify_cancel():
                    turn.set_result(None)
                    return
            del self._waiting[session_id]

    def history(self, session_id: str) -> tuple[Message, ...]:
        """What was said so far."""
        with self._lock:
            said = self._named.get(session_id) or self._unnamed.get(session_id, {})
            return tuple([message for messages in said.values() for message in messages])

    def save(self, session_id: str, run_id: str, messages: Iterable[Message], *, named: bool) -> None:
        """Remember what a run said, in place of what was known of it.

        Args:
            session_id: The session; once named it stays so.
            run_id: The run.
            messages: What it said; nothing of the run is remembered where there is none.
            named: Whether a caller gave the session's id.
        """
        said = tuple(messages)
        with self._lock:
            named = named or session_id in self._named
            runs = self._named.pop(session_id, None) or self._unnamed.pop(session_id, None) or {}
            if said:
                runs[run_id] = said
            else:
                runs.pop(run_id, None)
            sessions = self._named if named else self._unnamed
            if runs:
                sessions[session_id] = runs
            if len(self._unnamed) > UNNAMED_SESSIONS_MAX_COUNT:
                self._unnamed.popitem(last=False)
            if len(self._named) + len(self._unnamed) > SESSIONS_MAX_COUNT:
                self._named.popitem(last=False)
