"""Every behaviour that the project promises, bound to tests that show it or to the release that brings them.

The data is in `tests/requirements_data/`, by phase of the plan. `tests/test_requirements.py`
applies the checks of this module to it, and `scripts/deliverables.py` writes `docs/DELIVERABLES.md` from it.

To bind a requirement, replace its `Planned(...)` by the node ids of its tests, and run that script.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.requirements_data import (
    console,
    durable_runs,
    durable_runs_bar,
    durable_runs_server,
    first_agent,
    first_agent_bar,
    first_agent_runs,
    phase_0,
    phase_1,
    phase_1_batteries,
    phase_2,
    phase_3,
    phase_4,
    phase_5,
    phase_6,
    phase_7,
    phase_8,
    whole_plan,
)
from tests.requirements_data.model import MILESTONES, Planned, Requirement
from tests.requirements_data.plan import PlanLine, read_plan

__all__ = [
    "MILESTONES",
    "REQUIREMENTS",
    "ROOT",
    "Planned",
    "Requirement",
    "assemble",
    "claims_of_nothing",
    "faults",
    "missing_tests",
    "read_plan",
    "unclaimed_lines",
]

ROOT = Path(__file__).parents[1]

_ID = re.compile(r"(?:[0-8](?:\.\d)?|plan|contract|bar):[a-z0-9]+(?:-[a-z0-9]+)*")
_SOURCE = re.compile(r"plan [0-8](?:\.\d)? [a-z]+|plan [a-z ]+|contract|quality bar")


def assemble(*parts: Iterable[Requirement]) -> Mapping[str, Requirement]:
    """Joins the parts of the manifest by id.

    Raises:
        ValueError: when two requirements have the same id.
    """
    manifest: dict[str, Requirement] = {}
    for part in parts:
        for requirement in part:
            if requirement.id in manifest:
                raise ValueError(f"two requirements have the id {requirement.id!r}")
            manifest[requirement.id] = requirement
    return manifest


def faults(requirement: Requirement) -> list[str]:
    """What is wrong with the form of one requirement."""
    found: list[str] = []
    if not _ID.fullmatch(requirement.id):
        found.append(f"{requirement.id}: the id is not of the form `section:slug`")
    if not _SOURCE.fullmatch(requirement.source):
        found.append(f"{requirement.id}: {requirement.source!r} is no source")
    if not re.fullmatch(r"\S.+[^\s.]\.", requirement.behavior):
        found.append(f"{requirement.id}: the behaviour is not a sentence")
    if isinstance(requirement.tests, Planned):
        if requirement.tests.milestone not in MILESTONES:
            found.append(f"{requirement.id}: {requirement.tests.milestone!r} is no milestone")
    elif not requirement.tests:
        found.append(f"{requirement.id}: is neither bound to tests nor planned")
    return found


def missing_tests(requirements: Iterable[Requirement], root: Path = ROOT) -> list[str]:
    """The bindings whose test does not exist below `root`. Test modules are parsed, not imported."""
    return [
        f"{requirement.id}: {node_id}"
        for requirement in requirements
        if not isinstance(requirement.tests, Planned)
        for node_id in requirement.tests
        if not _exists(node_id, root)
    ]


def _exists(node_id: str, root: Path) -> bool:
    path, _, name = node_id.partition("::")
    file = root / path
    if not file.is_file():
        return False
    if file.suffix != ".py":
        return not name
    names = _test_names(ast.parse(file.read_text(encoding="utf-8")).body)
    return name in names if name else bool(names)


def _test_names(body: Iterable[ast.stmt], prefix: str = "") -> set[str]:
    """The names that pytest can collect: `test_x`, `TestY` and `TestY::test_x`."""
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            names.add(prefix + node.name)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            names |= {prefix + node.name, *_test_names(node.body, f"{prefix}{node.name}::")}
    return names


def unclaimed_lines(lines: Iterable[PlanLine], requirements: Iterable[Requirement]) -> list[str]:
    """The lines of the plan that no requirement covers."""
    claims = tuple({claim for requirement in requirements for claim in requirement.covers})
    return [line.reference for line in lines if not line.reference.startswith(claims)]


def claims_of_nothing(lines: Iterable[PlanLine], requirements: Iterable[Requirement]) -> list[str]:
    """The claims that do not name exactly one line of the plan."""
    references = [line.reference for line in lines]
    return [
        f"{requirement.id}: {claim}"
        for requirement in requirements
        for claim in requirement.covers
        if sum(reference.startswith(claim) for reference in references) != 1
    ]


REQUIREMENTS = assemble(
    phase_0.REQUIREMENTS,
    phase_1.REQUIREMENTS,
    phase_1_batteries.REQUIREMENTS,
    phase_2.REQUIREMENTS,
    phase_3.REQUIREMENTS,
    phase_4.REQUIREMENTS,
    phase_5.REQUIREMENTS,
    phase_6.REQUIREMENTS,
    phase_7.REQUIREMENTS,
    phase_8.REQUIREMENTS,
    whole_plan.REQUIREMENTS,
    first_agent.REQUIREMENTS,
    first_agent_runs.REQUIREMENTS,
    first_agent_bar.REQUIREMENTS,
    console.REQUIREMENTS,
    durable_runs.REQUIREMENTS,
    durable_runs_server.REQUIREMENTS,
    durable_runs_bar.REQUIREMENTS,
)
"""The whole manifest, by id, in the order of the plan."""
