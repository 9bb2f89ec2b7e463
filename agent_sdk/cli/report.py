"""Errors, and other talk, on stderr."""

import shutil
import sys

from agent_sdk.cli.text import Wrap, printable
from agent_sdk.contracts.errors import AgentSDKError
from agent_sdk.observability.redaction import masked_urls


def report(error: AgentSDKError) -> None:
    """Say code, what happened, why, and what to do."""
    lines = [f"error {error.code}: {error}"]
    cause = error.__cause__
    words = (cause.strerror if isinstance(cause, OSError) else None) or str(cause)
    if cause is not None and words and words not in str(error):
        code = f"{cause.code}: " if isinstance(cause, AgentSDKError) else ""
        lines.append(f"  cause: {code}{words}")
    hint = error.hint or (cause.hint if isinstance(cause, AgentSDKError) else None)
    if hint:
        lines.append(f"  hint: {hint}")
    say(masked_urls("\n".join(lines)))


def say(text: str) -> None:
    """Print talk; what is quoted in it cannot steer the terminal."""
    safe = printable(text)
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        safe = "\n".join(Wrap(width).take(line) for line in safe.split("\n"))
    print(safe, file=sys.stderr, flush=True)
