"""Reading a function's docstring: what it does, and what each parameter means.

Three styles are understood, also mixed: Google (https://google.github.io/styleguide/pyguide.html#383-functions-and-methods),
NumPy (https://numpydoc.readthedocs.io/en/latest/format.html#parameters) and Sphinx
(https://www.sphinx-doc.org/en/master/usage/domains/python.html#info-field-lists).
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_PARAMETER_SECTIONS: Final = frozenset(
    {"args", "arguments", "parameters", "params", "other parameters", "keyword args"}
)
_OTHER_SECTIONS: Final = frozenset(
    {
        "attributes",
        "example",
        "examples",
        "note",
        "notes",
        "raises",
        "references",
        "return",
        "returns",
        "see also",
        "todo",
        "warning",
        "warnings",
        "warns",
        "yields",
    }
)
_GOOGLE_HEADER: Final = re.compile(r"([A-Za-z ]+):$")
_GOOGLE_ENTRY: Final = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\)|\(.*\))?\s*:\s*(.*)$")
_NUMPY_RULE: Final = re.compile(r"-{3,}$")
_NUMPY_ENTRY: Final = re.compile(r"\*{0,2}(\w+(?:\s*,\s*\w+)*)\s*(?::.*)?$")
_SPHINX_FIELD: Final = re.compile(r":(\w+)(?:\s+([^:]*))?:\s*(.*)$")
_SPHINX_PARAMETER: Final = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """What a docstring says to a caller."""

    description: str
    """Everything before the first section or field, paragraphs kept."""
    parameters: dict[str, str]
    """Parameter name to description, on one line."""


def parse(text: str | None) -> Docstring:
    """Read a docstring. Nothing in it is an error: what is not understood is part of the description or dropped."""
    lines = inspect.cleandoc(text or "").splitlines()
    sections = list(_sections(lines))
    parameters: dict[str, str] = {}
    for kind, body in sections[1:]:
        for names, words in _ENTRIES[kind](body):
            for name in names:
                parameters.setdefault(name, words)
    return Docstring(description="\n".join(sections[0][1]).strip(), parameters=parameters)


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Split into `(kind, lines)`; the first one is the prose at the top."""
    kind, body, skip = "prose", list[str](), False
    for index, line in enumerate(lines):
        if skip:
            skip = False
            continue
        following = lines[index + 1] if index + 1 < len(lines) else ""
        opened = _opens(line, following)
        if opened is None:
            body.append(line)
            continue
        yield kind, body
        kind, skip = opened, bool(_NUMPY_RULE.match(following))
        body = [line] if opened == "sphinx" else []
    yield kind, body


def _opens(line: str, following: str) -> str | None:
    """The kind of section that begins in this line, if one does."""
    field = _SPHINX_FIELD.match(line)
    if field is not None:
        return "sphinx" if field[1] in _SPHINX_PARAMETER else "other"
    header = _GOOGLE_HEADER.match(line)
    style, title = ("google", header[1]) if header else ("numpy", line)
    if style == "numpy" and not _NUMPY_RULE.match(following):
        return None
    if title.strip().lower() in _PARAMETER_SECTIONS:
        return style
    return "other" if style == "numpy" or title.strip().lower() in _OTHER_SECTIONS else None


def _google_entries(body: list[str]) -> Iterator[tuple[list[str], str]]:
    depth = min((_indent(line) for line in body if line.strip()), default=0)
    for head, rest in _grouped(body, depth):
        entry = _GOOGLE_ENTRY.match(head)
        if entry is not None:
            yield [entry[1]], _joined([entry[2], *rest])


def _numpy_entries(body: list[str]) -> Iterator[tuple[list[str], str]]:
    for head, rest in _grouped(body, 0):
        entry = _NUMPY_ENTRY.match(head)
        if entry is not None:
            yield [name.strip() for name in entry[1].split(",")], _joined(rest)


def _sphinx_entries(body: list[str]) -> Iterator[tuple[list[str], str]]:
    field = _SPHINX_FIELD.match(body[0])
    if field is not None and field[2]:
        # `:param int size: …` names the type before the name.
        yield [field[2].split()[-1].lstrip("*")], _joined([field[3], *body[1:]])


def _no_entries(_body: list[str]) -> Iterator[tuple[list[str], str]]:
    return iter(())


_ENTRIES: Final = {
    "google": _google_entries,
    "numpy": _numpy_entries,
    "sphinx": _sphinx_entries,
    "other": _no_entries,
}


def _grouped(body: list[str], depth: int) -> Iterator[tuple[str, list[str]]]:
    """Each line at `depth` with the deeper ones that follow it."""
    head, rest = "", list[str]()
    for line in body:
        if line.strip() and _indent(line) <= depth:
            if head:
                yield head, rest
            head, rest = line.strip(), []
        else:
            rest.append(line)
    if head:
        yield head, rest


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
