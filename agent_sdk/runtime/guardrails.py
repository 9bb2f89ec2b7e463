"""Guardrails: checks of what goes in and what comes out, which may end the run."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agent_sdk.contracts.errors import GuardrailTripped, RunFailed
from agent_sdk.contracts.signals import ModelRetry
from agent_sdk.ports.tool import RunContext
from agent_sdk.reliability.threads import run_in_thread
from agent_sdk.runtime.outcome import wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailResult:
    """A verdict."""

    tripped: bool
    reason: str | None = None


Verdict = GuardrailResult | bool | None
"""What a guardrail returns: a result, or False to trip; True and None let it pass."""
Check = Callable[[RunContext[Any], Any], Verdict | Awaitable[Verdict]]
"""Called with the context and the input text (input guardrails) or the output (output guardrails)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """A check with a name.

    `parallel` lets an input guardrail run beside the first model call; tools and the answer wait for its verdict.
    A plain function is a guardrail that blocks.
    """

    check: Check
    name: str
    parallel: bool = False

    async def verdict(self, ctx: RunContext[Any], value: Any) -> None:
        """Check, sync functions in a thread.

        Raises:
            GuardrailTripped: The verdict is no.
            RunFailed: There is no verdict, because the check raised; that is no yes.
            ModelRetry: As the check raised it.
        """
        try:
            verdict = await self._ask(ctx, value)
        except (RunFailed, ModelRetry):
            raise
        except (Exception, SystemExit) as error:
            raise wrapped(error, stop_reason="guardrail") from error
        if isinstance(verdict, GuardrailResult):
            tripped, reason = verdict.tripped, verdict.reason
        else:
            tripped, reason = verdict is False, None
        if tripped:
            message = f"the guardrail {self.name!r} stopped the run"
            raise GuardrailTripped(f"{message}: {reason}" if reason else message)

    async def _ask(self, ctx: RunContext[Any], value: Any) -> Verdict:
        if inspect.iscoroutinefunction(self.check):
            return await self.check(ctx, value)
        verdict = await run_in_thread(self.check, ctx, value)
        return await verdict if inspect.isawaitable(verdict) else verdict


def as_guardrails(given: Sequence[Guardrail | Check]) -> tuple[Guardrail, ...]:
    """Name plain functions after themselves."""
    return tuple(
        [
            item
            if isinstance(item, Guardrail)
            else Guardrail(check=item, name=getattr(item, "__name__", type(item).__name__))
            for item in given
        ]
    )
