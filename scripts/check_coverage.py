"""The gate: what an agent runs on is tested, line by line and branch by branch, to 95 %.

Reads `coverage.json`, prints a line for each package and one for all together, and exits with 1 if all
together have too few of their lines or of their branches.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MINIMUM_PERCENT = 95.0
PACKAGES = ("contracts", "ports", "runtime", "tools", "llm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many lines and branches there are, and how many of them ran."""

    lines: int = 0
    lines_run: int = 0
    branches: int = 0
    branches_run: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            lines=self.lines + other.lines,
            lines_run=self.lines_run + other.lines_run,
            branches=self.branches + other.branches,
            branches_run=self.branches_run + other.branches_run,
        )

    @property
    def line_percent(self) -> float:
        """The share of lines that ran; 100 where there are none."""
        return _percent(self.lines_run, self.lines)

    @property
    def branch_percent(self) -> float:
        """The share of branches that were taken; 100 where there are none."""
        return _percent(self.branches_run, self.branches)


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


def count(files: Mapping[str, Any], package: str) -> Count:
    """Add up the files of `agent_sdk/<package>` in the `files` of a coverage report."""
    total = Count()
    for path, file in files.items():
        if Path(path).parts[:2] == ("agent_sdk", package):
            summary = file["summary"]
            total += Count(
                lines=summary["num_statements"],
                lines_run=summary["covered_lines"],
                branches=summary["num_branches"],
                branches_run=summary["covered_branches"],
            )
    return total


def complaints(counts: Mapping[str, Count]) -> Iterable[str]:
    """Yield what keeps the gate shut: a package without code, or too little of all together."""
    for package, each in counts.items():
        if not each.lines:
            yield f"nothing of agent_sdk/{package} was measured"
    total = sum(counts.values(), Count())
    for what, percent in (("lines", total.line_percent), ("branches", total.branch_percent)):
        if percent < MINIMUM_PERCENT:
            yield f"{percent:.2f} % of the {what} ran, at least {MINIMUM_PERCENT:g} % must"


def main(report: Path) -> int:
    """Check a report made by `coverage json`; the exit code."""
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    counts = {package: count(files, package) for package in PACKAGES}
    for name, each in {**counts, "together": sum(counts.values(), Count())}.items():
        print(f"coverage {name:<10} lines {each.line_percent:6.2f} %  branches {each.branch_percent:6.2f} %")
    failures = list(complaints(counts))
    for failure in failures:
        print(f"coverage: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "coverage.json")))
