"""The heartbeat: keeps a worker's leases while its event loop lives, and tells the loop how old they are.

It has a thread of its own, so that a loop that is busy for some seconds loses nothing. A loop that hangs is no owner:
after `LOOP_HANG_MAX_S` its leases are left to run out, and others go on with its runs.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from agent_sdk.ports.store import WorkQueue
from agent_sdk.ports.system import Clock
from agent_sdk.reliability.threads import run_in_thread

LEASE_MARGIN_S: Final = 5.0
"""A run is given up so long before its lease runs out: nobody else may have begun with it by then."""
HEARTBEAT_INTERVAL_S: Final = 10.0
HEARTBEAT_RETRY_S: Final = 2.0
"""After one that the store did not take."""
PULSE_INTERVAL_S: Final = 1.0
"""How often the event loop shows that it moves."""
LOOP_HANG_MAX_S: Final = 30.0
JOIN_MAX_S: Final = 5.0
"""How long `stop` waits for a heartbeat that is under way."""

log = logging.getLogger(__name__)


class Heartbeat:
    """Extends the leases of one owner, and hears of signals on the way."""

    def __init__(
        self,
        work: WorkQueue,
        owner: str,
        clock: Clock,
        *,
        signaled: Callable[[frozenset[str]], None],
        pulsed: Callable[[float], None],
    ) -> None:
        """Prepare it; `start` begins.

        Args:
            work: Whose leases.
            owner: Of the leases.
            clock: Its monotonic time is asked from the thread, too.
            signaled: Told on the event loop of runs that have signals.
            pulsed: Told on the event loop, every `PULSE_INTERVAL_S`, when leases were last extended (monotonic).
        """
        self._work = work
        self._owner = owner
        self._clock = clock
        self._signaled = signaled
        self._pulsed = pulsed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._thread = threading.Thread(target=self._run, name=f"agent-sdk heartbeat {owner}", daemon=True)
        self._stopped = threading.Event()
        self._hung = False
        self._pulse_at = self._extended_at = clock.monotonic()

    @property
    def alive(self) -> bool:
        """Whether its thread is at work."""
        return self._thread.is_alive()

    @property
    def pulse_age_s(self) -> float:
        """Seconds since the event loop was last seen to move."""
        return self._clock.monotonic() - self._pulse_at

    @property
    def extended_age_s(self) -> float:
        """Seconds since leases were last extended."""
        return self._clock.monotonic() - self._extended_at

    def start(self) -> None:
        """Begin, on the running event loop; the first beat is at once."""
        self._loop = asyncio.get_running_loop()
        self._pulse_at = self._extended_at = self._clock.monotonic()
        self._timer = self._loop.call_later(PULSE_INTERVAL_S, self._pulse_and_again)
        self._thread.start()

    async def stop(self) -> None:
        """End it: leases run out from here on. A beat that is under way is waited for, up to `JOIN_MAX_S`."""
        self._stopped.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._thread.is_alive():
            await run_in_thread(self._thread.join, JOIN_MAX_S)

    def pulse(self) -> None:
        """Show that the event loop moves, and have it look after its leases."""
        self._pulse_at = self._clock.monotonic()
        self._pulsed(self._extended_at)

    def beat(self) -> float:
        """Extend the leases once, unless the event loop hangs; seconds to wait until the next time."""
        now = self._clock.monotonic()
        if self._hangs(now):
            return PULSE_INTERVAL_S
        try:
            run_ids = self._work.heartbeat(self._owner)
        except Exception:
            # Whatever it was, the thread has to live: without it every run of this process would be given up.
            log.exception("the heartbeat of %s failed; its leases run out meanwhile", self._owner)
            return HEARTBEAT_RETRY_S
        # What the store granted counts from before the call.
        self._extended_at = now
        if run_ids and self._loop is not None:
            # A loop that is closed has no runs any more.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._signaled, run_ids)
        return HEARTBEAT_INTERVAL_S

    def _hangs(self, now: float) -> bool:
        hangs, before = now - self._pulse_at > LOOP_HANG_MAX_S, self._hung
        self._hung = hangs
        if hangs and not before:
            log.error(
                "the event loop has not moved for %.0f s: the leases of %s are left to run out",
                now - self._pulse_at,
                self._owner,
            )
        elif before and not hangs:
            log.warning("the event loop moves again: the leases of %s are extended", self._owner)
        return hangs

    def _pulse_and_again(self) -> None:
        if self._loop is not None:
            self._timer = self._loop.call_later(PULSE_INTERVAL_S, self._pulse_and_again)
        self.pulse()

    def _run(self) -> None:
        wait_s = self.beat()
        while not self._stopped.wait(wait_s):
            wait_s = self.beat()
