"""The command line. Each command is a module, and imports what it needs only when it runs."""

import os
import signal
from types import FrameType

_INTERRUPTED = 130
"""`agent_sdk.cli.exit_codes.INTERRUPTED`, without its imports."""


def main() -> None:
    """Entry point of `agent-sdk`; ends the process with one of `agent_sdk.cli.exit_codes`."""
    # Before anything is imported: what Ctrl-C ends before a run has begun needs no farewell, nor a traceback.
    signal.signal(signal.SIGINT, _leave)

    from agent_sdk.cli.app import run_app

    run_app()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Nothing is flushed, because whoever reads may have stopped reading.
    os._exit(_INTERRUPTED)
