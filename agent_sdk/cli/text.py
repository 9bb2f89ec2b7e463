"""Text of models, tools and files, made safe to show."""

import re
import unicodedata
from typing import Final

# Line breaks and tabs are the text's own; the other controls move cursors, and the bidi controls of
# https://www.unicode.org/reports/tr9/ make text read otherwise than it is.
_CONTROLS: Final = {code for code in (*range(32), *range(127, 160)) if code not in {9, 10}}
_BIDI: Final = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_STEERING: Final = dict.fromkeys(_CONTROLS | _BIDI)
_PIECES: Final = re.compile(r"\n|[^\S\n]+|\S+")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """`text` without what could steer a terminal."""
    return text.translate(_STEERING)


def one_line(text: str, length_max_chars: int) -> str:
    """`text` without line breaks and control characters, shortened in the middle of nowhere."""
    flat = " ".join(printable(text).split())
    return flat if len(flat) <= length_max_chars else f"{flat[: length_max_chars - 1]}…"


def visible(text: str) -> str:
    """All of `text` on one line, with an escape for each character that would not be seen."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNSEEN else char
        for char in text
    )


def cells(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    return sum(_width(char) for char in text)


def fit(text: str, width_cells: int) -> str:
    """`text`, cut with an ellipsis where it takes more columns than there are."""
    if cells(text) <= width_cells:
        return text
    kept, room = "", width_cells - 1
    for char in text:
        if (room := room - _width(char)) < 0:
            break
        kept += char
    return f"{kept}…"


class Wrap:
    """Breaks text between words where a line is full, piece by piece as it comes."""

    def __init__(self, width_cells: int) -> None:
        """Begin on an empty line."""
        self._width = width_cells
        self._column = 0
        self._between = True
        """Whether a word may go to the next line here; one that comes in pieces stays together."""

    def take(self, text: str) -> str:
        """`text` with line breaks in it."""
        return "".join(self._place(match[0]) for match in _PIECES.finditer(text))

    def _place(self, piece: str) -> str:
        if piece == "\n":
            self._column, self._between = 0, True
            return piece
        size = cells(piece)
        full = self._column + size > self._width
        if piece.isspace():
            self._between = True
            self._column = self._width if full else self._column + size
            return "" if full else piece
        breaks = full and self._between and self._column > 0
        # A word longer than a line is broken by the terminal itself.
        end = size if breaks else self._column + size
        self._column = (end - 1) % self._width + 1
        self._between = False
        return f"\n{piece}" if breaks else piece


def _width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
