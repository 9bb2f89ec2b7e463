"""Tables and lists of facts, for terminals and pipes."""

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agent_sdk.cli.text import cells, fit, one_line

CELL_MAX_CHARS: Final = 200
_GAP: Final = "  "
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below their heads. On a terminal the last column is cut where the line is full."""
    lines = [list(heads), *([one_line(cell, CELL_MAX_CHARS) for cell in row] for row in rows)]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(heads))]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lines:
        text = _GAP.join(
            [cell + " " * (width - cells(cell)) for cell, width in zip(line, widths, strict=True)]
        )
        print(text.rstrip() if room is None else fit(text.rstrip(), room))


def facts(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one below the other."""
    width = max(cells(name) for name, _ in pairs)
    for name, value in pairs:
        print(f"{name}{' ' * (width - cells(name))}{_GAP}{value}")


def moment(value: str | None) -> str:
    """A time of JSON, or none, in UTC to the second."""
    return "-" if value is None else f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S}"


def age(time: datetime | None, now: datetime) -> str:
    """How long ago, in the largest whole unit: `12s`, `5m`, `3h`, `40d`."""
    if time is None:
        return "-"
    seconds = max(int((now - time).total_seconds()), 0)
    unit, size = next((each for each in _UNITS if seconds >= each[1]), ("s", 1))
    return f"{seconds // size}{unit}"
