"""What a run may use at most."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NoReturn

from agent_sdk.contracts.errors import InvalidInput, LimitExceeded
from agent_sdk.contracts.run import RunLimits
from agent_sdk.contracts.usage import Usage

STEPS_MAX_DEFAULT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLimits:
    """Ceilings of one run and its children; None means none. Reached, the run fails with what it had."""

    max_steps: int | None = STEPS_MAX_DEFAULT
    max_tokens: int | None = None
    """Input and output tokens together."""
    max_cost_usd: Decimal | float | None = None
    """Refused on a model whose price is not known."""
    timeout_s: float | None = None
    """Seconds of wall-clock time."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a ceiling.

        Raises:
            InvalidInput: It is no finite number above 0.
        """
        for name in ("max_steps", "max_tokens", "max_cost_usd", "timeout_s"):
            value = getattr(self, name)
            if value is not None and not _is_ceiling(value):
                msg = f"{name} must be a finite number greater than 0, not {value!r}"
                raise InvalidInput(msg, hint="None means no ceiling.")

    def as_data(self) -> RunLimits:
        """The ceilings as an event carries them."""
        cost = self.max_cost_usd
        return RunLimits(
            max_steps=self.max_steps,
            max_tokens=self.max_tokens,
            max_cost_usd=None if cost is None else Decimal(str(cost)),
            timeout_s=self.timeout_s,
        )

    def check_step(self, steps: int, usage: Usage) -> None:
        """Check before a step begins.

        Args:
            steps: Steps begun so far.
            usage: Consumed so far, children included.

        Raises:
            LimitExceeded: A ceiling is reached.
        """
        if self.max_steps is not None and steps >= self.max_steps:
            raise LimitExceeded(
                f"the run reached max_steps = {self.max_steps} without an answer",
                hint="Raise max_steps, or look at the steps: an agent that loops often lacks a tool or a clear goal.",
                stop_reason="max_steps",
            )
        self.check_budget(usage)

    def check_budget(self, usage: Usage) -> None:
        """Check that anything is left to spend.

        Raises:
            LimitExceeded: Tokens or dollars are used up.
        """
        if self.max_tokens is not None and usage.total_tokens >= self.max_tokens:
            self._refuse_tokens(usage)
        if self._cost_ceiling is not None and usage.requests and (usage.cost_usd or 0) >= self._cost_ceiling:
            self._refuse_cost(usage)

    def check_answer(self, usage: Usage) -> None:
        """Check after an answer: what it used is spent, so only passing a ceiling counts, not reaching it.

        Raises:
            LimitExceeded: A ceiling is passed, or the cost cannot be told.
        """
        if self.max_tokens is not None and usage.total_tokens > self.max_tokens:
            self._refuse_tokens(usage)
        if self._cost_ceiling is None or not usage.requests:
            return
        if usage.cost_usd is None:
            raise unpriced()
        if usage.cost_usd > self._cost_ceiling:
            self._refuse_cost(usage)

    @property
    def _cost_ceiling(self) -> Decimal | None:
        return None if self.max_cost_usd is None else Decimal(str(self.max_cost_usd))

    def _refuse_tokens(self, usage: Usage) -> NoReturn:
        raise LimitExceeded(
            f"the run used {usage.total_tokens} of max_tokens = {self.max_tokens}",
            hint="Raise max_tokens or shorten the input.",
            stop_reason="max_tokens",
        )

    def _refuse_cost(self, usage: Usage) -> NoReturn:
        raise LimitExceeded(
            f"the run cost ${usage.cost_usd} of max_cost_usd = ${self.max_cost_usd}",
            hint="Raise max_cost_usd or use a cheaper model.",
            stop_reason="max_cost",
        )


def _is_ceiling(value: object) -> bool:
    if isinstance(value, float | Decimal):
        return math.isfinite(value) and value > 0
    return isinstance(value, int) and value > 0


def unpriced() -> LimitExceeded:
    """The refusal of a cost ceiling that could not be kept."""
    return LimitExceeded(
        "the price of the model is not known, so max_cost_usd cannot be kept",
        hint="Use max_tokens, or a model whose price is known.",
        stop_reason="max_cost",
    )
