"""Control flow that a tool, a validator or a guardrail may raise. Signals are not errors."""

from typing import Any


class Signal(Exception):
    """Something the runtime acts on."""


class ModelRetry(Signal):
    """Send `message` back to the model and let it try again, a bounded number of times."""


class ToolFailed(Signal):
    """The call failed in a way the model should know; `message` is what it reads."""


class ApprovalRequired(Signal):
    """A human has to decide before this call may run."""

    def __init__(self, reason: str | None = None, *, metadata: dict[str, Any] | None = None) -> None:
        """Say why, and attach what helps to decide."""
        super().__init__(reason or "approval required")
        self.reason = reason
        self.metadata = metadata or {}
