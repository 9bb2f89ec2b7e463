"""Time, ids and chance: asked for, never taken, so that a run can be repeated and a test can own them."""

from datetime import datetime
from typing import Protocol

from agent_sdk.contracts.ids import IdPrefix


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Wall-clock time, UTC, aware. It may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back. For durations and deadlines."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        ...


class IdFactory(Protocol):
    """Makes ids (`agent_sdk.contracts.ids`), each greater than the one before."""

    def new(self, prefix: IdPrefix) -> str:
        """A new id."""
        ...


class Chance(Protocol):
    """Random numbers, for jitter."""

    def random(self) -> float:
        """A number in [0, 1)."""
        ...
