"""Sessions in memory: what runs of one conversation have said, one run at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from agent_sdk.contracts.messages import Message

SESSIONS_MAX_COUNT: Final = 1000
"""Sessions a process remembers; the one unused for longest is forgotten first."""


class MemorySessions:
    """Histories by session id."""

    def __init__(self) -> None:
        """Know none."""
        self._histories: OrderedDict[str, tuple[Message, ...]] = OrderedDict()
        self._turns: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(self, session_id: str) -> AsyncGenerator[tuple[Message, ...]]:
        """Wait until no other run is at work in the session, then hold it and give its history."""
        turn = self._turns.setdefault(session_id, asyncio.Lock())
        try:
            async with turn:
                yield self._histories.get(session_id, ())
        finally:
            waiting = bool(getattr(turn, "_waiters", None))
            if not turn.locked() and not waiting:
                self._turns.pop(session_id, None)

    def history(self, session_id: str) -> tuple[Message, ...]:
        """What was said so far."""
        return self._histories.get(session_id, ())

    def save(self, session_id: str, messages: Iterable[Message]) -> None:
        """Remember a session's messages in place of what was known of it."""
        self._histories[session_id] = tuple(messages)
        self._histories.move_to_end(session_id)
        if len(self._histories) > SESSIONS_MAX_COUNT:
            self._histories.popitem(last=False)
