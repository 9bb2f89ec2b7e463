"""Errors, and other talk, on stderr."""

import sys

from agent_sdk.contracts.errors import AgentSDKError


def report(error: AgentSDKError) -> None:
    """Say code, what happened, why, and what to do."""
    lines = [f"error {error.code}: {error}"]
    cause = error.__cause__
    if cause is not None and str(cause) and str(cause) not in str(error):
        code = f"{cause.code}: " if isinstance(cause, AgentSDKError) else ""
        lines.append(f"  cause: {code}{cause}")
    hint = error.hint or (cause.hint if isinstance(cause, AgentSDKError) else None)
    if hint:
        lines.append(f"  hint: {hint}")
    say("\n".join(lines))


def say(text: str) -> None:
    """Print a line of talk."""
    print(text, file=sys.stderr, flush=True)
