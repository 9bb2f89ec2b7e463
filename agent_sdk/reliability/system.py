"""The machine's clock, ids and chance: the only module that asks it for them."""

import asyncio
import random
import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Final

from agent_sdk.contracts.ids import ENTROPY_BITS, IdPrefix, encode_id

_ENTROPY_MAX: Final = (1 << ENTROPY_BITS) - 1
_ENTROPY_STEP_BITS: Final = 32


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SystemIds:
    """Ids in strictly ascending order within a process, also when the clock goes back. Safe in threads."""

    def __init__(self) -> None:
        """Start with fresh entropy."""
        self._lock = threading.Lock()
        self._time_ms = 0
        self._entropy = 0

    def new(self, prefix: IdPrefix) -> str:
        """A new id."""
        time_ms = time.time_ns() // 1_000_000
        with self._lock:
            if time_ms > self._time_ms:
                self._time_ms = time_ms
                # The top bit stays free, so that stepping within a millisecond does not run over.
                self._entropy = secrets.randbits(ENTROPY_BITS - 1)
            else:
                self._entropy += 1 + random.getrandbits(_ENTROPY_STEP_BITS)
                if self._entropy > _ENTROPY_MAX:
                    self._time_ms += 1
                    self._entropy = secrets.randbits(ENTROPY_BITS - 1)
            return encode_id(prefix, self._time_ms, self._entropy)


class SystemChance:
    """The standard library's generator: good for jitter, not for secrets."""

    def random(self) -> float:
        """A number in [0, 1)."""
        return random.random()
