"""Sessions in memory: what runs of one conversation have said, one run at a time."""

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Final

from agent_sdk.contracts.messages import Message

SESSIONS_MAX_COUNT: Final = 1000
"""Sessions a process remembers; the one unused for longest is forgotten first."""


class MemorySessions:
    """Histories by session id. Runs of one session may live on different event loops, in different threads."""

    def __init__(self) -> None:
        """Know none."""
        self._lock = threading.Lock()
        self._said: OrderedDict[str, dict[str, tuple[Message, ...]]] = OrderedDict()
        """By session, then by run in the order of their first turns: a run that was paused goes on in its place."""
        self._waiting: dict[str, deque[Future[None]]] = {}
        """By session that a run is at work in: the runs that wait for their turn."""

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
            said = self._said.get(session_id, {})
            return tuple([message for messages in said.values() for message in messages])

    def save(self, session_id: str, run_id: str, messages: Iterable[Message]) -> None:
        """Remember what a run said, in place of what was known of it."""
        with self._lock:
            self._said.setdefault(session_id, {})[run_id] = tuple(messages)
            self._said.move_to_end(session_id)
            if len(self._said) > SESSIONS_MAX_COUNT:
                self._said.popitem(last=False)
