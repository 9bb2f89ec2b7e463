"""The port to whoever wants a copy of every committed event outside of the store."""

from collections.abc import Sequence
from typing import Protocol


class EventExporter(Protocol):
    """Takes committed events. It is only ever called from one thread, which may be held up as long as it likes."""

    def export(self, events: Sequence[bytes]) -> None:
        """Take a committed batch: envelopes as JSON (`schemas/events.v1.json`), without line ends, in order.

        Raises:
            Exception: The batch was not taken. It is counted as dropped, and the next one is tried as usual.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds; nothing is exported afterwards."""
        ...
