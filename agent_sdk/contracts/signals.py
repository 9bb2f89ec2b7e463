"""Control flow that a tool, a validator or a guardrail may raise. Signals are not errors."""


class Signal(Exception):
    """Something the runtime acts on."""


class ModelRetry(Signal):
    """Send `message` back to the model and let it try again, a bounded number of times."""


class ToolFailed(Signal):
    """The call failed in a way the model should know; `message` is what it reads."""


class ApprovalRequired(Signal):
    """A human has to decide before this call may run."""

    def __init__(self, reason: str | None = None) -> None:
        """Say why: whoever decides reads it."""
        super().__init__(reason or "approval required")
        self.reason = reason
