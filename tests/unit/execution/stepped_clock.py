"""A clock on which sleepers sleep until a test moves it."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from agent_sdk.testing.fakes import START, FakeClock


class SteppedClock(FakeClock):
    """Unlike its base, sleeping does not move it; `step` does, and wakes whom it passes."""

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start)
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    @property
    def asleep_s(self) -> list[float]:
        """Seconds that each sleeper has left, the next one to wake first."""
        left = [due - self.monotonic() for due, sleeper in self._sleepers if not sleeper.done()]
        return sorted(round(each, 6) for each in left)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.monotonic() + seconds, sleeper))
        await sleeper

    def step(self, seconds: float) -> None:
        self.advance(seconds)
        for due, sleeper in self._sleepers:
            if due <= self.monotonic() and not sleeper.done():
                sleeper.set_result(None)
        self._sleepers = [each for each in self._sleepers if not each[1].done()]


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until it is so; pytest's timeout is the patience."""
    while not condition():  # noqa: ASYNC110 - any condition, and no time passes
        await asyncio.sleep(0)
