"""The machine's clock, ids and chance: the only module that asks it for them."""

import asyncio
import os
import random
import secrets
import threading
import time
from datetime import UTC, datetime
from functools import partial
from typing import Final

from agent_sdk.contracts.ids import ENTROPY_BITS, PAIRS, IdPrefix, encode_ulid

COUNT_BITS: Final = 30
COUNT_MAX: Final = (1 << COUNT_BITS) - 1


class SystemClock:
    """The machine's clock."""

    # Not functions of ours around the machine's: time is asked for with each token.
    now = staticmethod(partial(datetime.now, UTC))
    """Wall-clock time in UTC."""
    monotonic = staticmethod(time.monotonic)
    """Seconds of the monotonic clock."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SystemIds:
    """Ids in strictly ascending order within a process, also when the clock goes back. Safe in threads.

    Of the 80 bits of entropy, 50 are drawn at random once per process and 30 count: two processes meet only where
    they draw the same number, and an id costs one addition and three table look-ups.
    """

    def __init__(self) -> None:
        """Draw this process's share of the entropy."""
        self._lock = threading.Lock()
        self._time_ms = 0
        self._count = COUNT_MAX
        self._own = 0
        self._head = ""
        if hasattr(os, "register_at_fork"):
            # A forked child would go on counting in its parent's share.
            os.register_at_fork(after_in_child=self._start_over)

    def new(self, prefix: IdPrefix) -> str:
        """A new id."""
        time_ms = time.time_ns() // 1_000_000
        with self._lock:
            if time_ms > self._time_ms or self._count >= COUNT_MAX:
                self._renew(time_ms)
            self._count = count = self._count + 1
            head = self._head
        return f"{prefix}_{head}{PAIRS[count >> 20]}{PAIRS[count >> 10 & 1023]}{PAIRS[count & 1023]}"

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        self._count = COUNT_MAX

    def _renew(self, time_ms: int) -> None:
        """Write the part anew that ids of one millisecond share."""
        if self._count >= COUNT_MAX:
            # A later millisecond keeps the order where a smaller number follows a greater one.
            time_ms = max(time_ms, self._time_ms + 1)
            self._count = 0
            self._own = secrets.randbits(ENTROPY_BITS - COUNT_BITS)
        self._time_ms = time_ms
        whole = encode_ulid(time_ms, self._own << COUNT_BITS)
        self._head = whole[: -COUNT_BITS // 5]


class SystemChance:
    """The standard library's generator: good for jitter, not for secrets."""

    def random(self) -> float:
        """A number in [0, 1)."""
        return random.random()
