"""Comparing two versions of a tool: what a change of its schemas asks of its version number.

What a tool takes may only grow, and what it gives may only become narrower or gain properties, or its users break.
A change that cannot be judged counts as breaking. Versions: https://semver.org.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.tools.subset import refusals

Bump = Literal["none", "patch", "minor", "major"]

_BREAKING_FIELDS: Final = ("name", "effects", "idempotent")
_BEHAVIOR_FIELDS: Final = ("needs_approval", "sequential")
_WORDING_FIELDS: Final = ("description", "timeout_s", "parameters", "result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is between two versions of a tool."""

    required_bump: Bump
    """The least part of the version number that has to grow."""
    reasons: tuple[str, ...]
    """Why, as `bump: what`, greatest first."""


def compare(old: ToolSpec, new: ToolSpec) -> Change:
    """Say what changed from `old` to `new`, and how much the version has to grow for it."""
    found = sorted(set(_changes(old, new)), key=lambda change: (-_weight(change[0]), change[1]))
    required: Bump = found[0][0] if found else "none"
    return Change(required_bump=required, reasons=tuple([f"{bump}: {reason}" for bump, reason in found]))


def check_version(old: ToolSpec, new: ToolSpec) -> None:
    """Refuse a change whose version did not grow enough. Below 1.0.0 the next smaller part is enough.

    Raises:
        DefinitionError: The version grew too little, or went back.
    """
    before, after = _numbers(old.version), _numbers(new.version)
    change = compare(old, new)
    if after >= before and _weight(_bump(before, after)) >= _weight(_asked(change.required_bump, before)):
        return
    asked = _asked(change.required_bump, before)
    msg = f"{new.name} went from {old.version} to {new.version}, but its change is {asked}"
    raise DefinitionError(msg, hint="; ".join(change.reasons) or "A version never goes back.")


def _changes(old: ToolSpec, new: ToolSpec) -> Iterator[tuple[Bump, str]]:
    for field in _BREAKING_FIELDS:
        if getattr(old, field) != getattr(new, field):
            yield "major", f"{field} is {getattr(new, field)!r}, was {getattr(old, field)!r}"
    for field in _BEHAVIOR_FIELDS:
        if getattr(old, field) != getattr(new, field):
            yield "minor", f"{field} is {getattr(new, field)!r}, was {getattr(old, field)!r}"
    for reason in refusals(old.parameters, new.parameters):
        yield "major", f"parameters: {reason}"
    for reason in refusals(new.parameters, old.parameters):
        yield "minor", f"parameters: before, {reason}"
    yield from _result_changes(old, new)
    for field in _WORDING_FIELDS:
        if getattr(old, field) != getattr(new, field):
            yield "patch", f"{field} changed"


def _result_changes(old: ToolSpec, new: ToolSpec) -> Iterator[tuple[Bump, str]]:
    if old.result is None or new.result is None:
        if new.result is not None:
            yield "minor", "result: has a schema now"
        elif old.result is not None:
            yield "major", "result: has no schema any more"
        return
    # Readers of a result skip properties that they do not know.
    for reason in refusals(new.result, old.result, unknown_allowed=True):
        yield "major", f"result: before, {reason}"
    for reason in refusals(old.result, new.result):
        yield "minor", f"result: {reason}"
    for reason in refusals(new.result, old.result):
        yield "minor", f"result: before, {reason}"


def _weight(bump: Bump) -> int:
    return get_args(Bump).index(bump)


def _asked(required: Bump, before: tuple[int, int, int]) -> Bump:
    if before[0]:
        return required
    lower: Mapping[Bump, Bump] = {"major": "minor", "minor": "patch", "patch": "patch", "none": "none"}
    return lower[required]


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = version.partition("+")[0].partition("-")[0].split(".")
    return int(major), int(minor), int(patch)


def _bump(before: tuple[int, int, int], after: tuple[int, int, int]) -> Bump:
    parts: tuple[Bump, ...] = ("major", "minor", "patch")
    for part, old, new in zip(parts, before, after, strict=True):
        if old != new:
            return part
    return "none"
