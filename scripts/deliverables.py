"""Writes docs/DELIVERABLES.md from the requirements manifest.

python3 scripts/deliverables.py            write the page
python3 scripts/deliverables.py --check    exit with 1 when the page is not what would be written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.requirements import MILESTONES, REQUIREMENTS, Planned, Requirement  # noqa: E402 - after the path is set

PAGE = ROOT / "docs" / "DELIVERABLES.md"

PARTS: Mapping[str, str] = {
    "0": "Phase 0: baseline and alignment",
    "1": "Phase 1: local-first MVP",
    "2": "Phase 2: developer experience and reliability",
    "3": "Phase 3: platform extensions",
    "4": "Phase 4: production hardening",
    "5": "Phase 5: platform maturity",
    "6": "Phase 6: enterprise readiness and operations",
    "7": "Phase 7: identity, compliance, ecosystem",
    "8": "Phase 8: governance and disaster recovery",
    "plan": "The plan as a whole",
    "contract": "What the contract adds to the plan",
    "bar": "The quality bar",
}
"""What the first part of an id stands for: the phase, without its section."""

INTRODUCTION = """\
# Deliverables

This page is generated from [`tests/requirements.py`](../tests/requirements.py) by `scripts/deliverables.py`;
do not edit it. A requirement is *shown* when it is bound to tests, which every change must pass. Everything
else is planned for a release of the [roadmap](ROADMAP.md), whatever may already work.
"""


def render(requirements: Iterable[Requirement]) -> str:
    """The page for a manifest."""
    parts: dict[str, list[Requirement]] = {part: [] for part in PARTS}
    for requirement in requirements:
        parts[part_of(requirement)].append(requirement)
    everything = [requirement for part in parts.values() for requirement in part]
    sections = [INTRODUCTION, _totals(parts, everything), _releases(everything)]
    sections += [_section(PARTS[part], members) for part, members in parts.items() if members]
    return "\n".join(sections)


def part_of(requirement: Requirement) -> str:
    """The key of `PARTS` that an id belongs to: `1.4:presets` is of phase 1."""
    return requirement.id.partition(":")[0].partition(".")[0]


def _totals(parts: Mapping[str, Sequence[Requirement]], everything: Sequence[Requirement]) -> str:
    rows = [f"| {PARTS[part]} | {_count(members)} |" for part, members in parts.items() if members]
    rows.append(f"| **all** | {_count(everything)} |")
    return _table("| | shown | planned | total |", "|---|---:|---:|---:|", rows)


def _count(members: Sequence[Requirement]) -> str:
    planned = sum(isinstance(requirement.tests, Planned) for requirement in members)
    return f"{len(members) - planned} | {planned} | {len(members)}"


def _releases(everything: Sequence[Requirement]) -> str:
    planned = [requirement.tests for requirement in everything if isinstance(requirement.tests, Planned)]
    rows = [f"| {milestone} | {planned.count(Planned(milestone))} |" for milestone in MILESTONES]
    return _table("| release | requirements to come |", "|---|---:|", rows)


def _section(title: str, members: Iterable[Requirement]) -> str:
    rows = [f"| `{member.id}` | {_cell(member.behavior)} | {_status(member)} |" for member in members]
    return f"## {title}\n\n" + _table("| id | behaviour | status |", "|---|---|---|", rows)


def _table(head: str, rule: str, rows: Iterable[str]) -> str:
    return "\n".join((head, rule, *rows, ""))


def _status(requirement: Requirement) -> str:
    if isinstance(requirement.tests, Planned):
        return f"planned for {requirement.tests.milestone}"
    paths = dict.fromkeys(node_id.partition("::")[0] for node_id in requirement.tests)
    return "shown by " + ", ".join(f"[{Path(path).name}](../{path})" for path in paths)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: Sequence[str], page: Path = PAGE) -> int:
    """Writes or checks the page; returns the exit code."""
    parser = argparse.ArgumentParser(
        description="Writes docs/DELIVERABLES.md from the requirements manifest."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 when the page is stale"
    )
    wanted = render(REQUIREMENTS.values())
    if not parser.parse_args(arguments).check:
        page.write_text(wanted, encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{page.name} is stale: run `python3 scripts/deliverables.py`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
