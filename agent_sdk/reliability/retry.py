"""When to try again, and after how long."""

from dataclasses import dataclass
from typing import Final

from agent_sdk.contracts.errors import ModelError

DOUBLINGS_MAX_COUNT: Final = 64
"""Enough to reach any ceiling, and few enough for a float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with full jitter, bounded, that honours what the other side asked for.

    Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """

    attempts_max: int = 4
    """Tries in all, the first included."""
    backoff_base_s: float = 0.5
    backoff_max_s: float = 20.0
    retry_after_max_s: float = 60.0
    """A provider that asks for a longer wait is not waited for."""
    restart_cut_streams: bool = True
    """Whether an answer that broke off after tokens were shown is asked for again, under a new message id."""

    def delay_s(self, error: ModelError, attempt: int, chance: float, *, shown: bool) -> float | None:
        """Seconds to wait before the next try, or None to give up.

        Args:
            error: How the last try ended.
            attempt: Its number, from 1.
            chance: A random number in [0, 1).
            shown: Whether the try had already shown tokens to a reader.
        """
        if not error.retryable or attempt >= self.attempts_max:
            return None
        if shown and not self.restart_cut_streams:
            return None
        doublings = min(attempt - 1, DOUBLINGS_MAX_COUNT)
        backoff = min(self.backoff_max_s, self.backoff_base_s * 2**doublings) * chance
        if error.retry_after is None:
            return backoff
        if error.retry_after > self.retry_after_max_s:
            return None
        # Jitter goes on top of the wish, never below it.
        return error.retry_after + backoff
