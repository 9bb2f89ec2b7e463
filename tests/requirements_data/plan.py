"""Reads the list items of the plan, so that a test can ask whether each one is claimed by a requirement."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

PLAN_PATH = Path(__file__).parents[2] / "documents" / "BATTERY_INCLUDED_PLATFORM_PLAN.md"

_LABEL_OF_HEADING = {
    "Scope and Principles": "principle",
    "Target Outcomes": "outcome",
    "Definitions": "definition",
    "Risks and Mitigations": "risk",
    "Next Steps (actionable)": "next step",
    "SDK owns:": "SDK owns",
    "Platform owns:": "platform owns",
}
_KIND_OF_HEADING = {
    "Goals": "goal",
    "Deliverables": "deliverable",
    "Deliverables:": "deliverable",
    "Tasks": "task",
    "Exit Criteria": "exit",
    "Backlog": "backlog",
    "Validation Criteria": "validation",
}
_PHASE = re.compile(r"^## Phase (?P<phase>\d)(?P<rest>.*)$")
_SECTION = re.compile(r"^### (?P<section>\d\.\d) ")
_HEADING = re.compile(r"^(?:#{2,3} (?P<title>.+)|(?P<inline>[A-Z][A-Za-z ]+:))$")
_ITEM = re.compile(r"^(?P<indent> *)(?:-|(?P<number>\d+)\.) (?P<text>.+?) *$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One list item of the plan."""

    label: str
    """Where it stands: `1.1 task`, `4 exit`, `3 backlog`, `principle`."""
    text: str
    """The item as written, without its bullet or number."""
    number: int | None = None
    """Its place in a numbered list."""
    estimate: str | None = None
    """Of a backlog item, as written: `2-3 days`."""

    @property
    def reference(self) -> str:
        """What a requirement's `covers` quotes, as far as needed to be unambiguous."""
        return f"{self.label}: {self.text}"


def read_plan(path: Path = PLAN_PATH) -> tuple[PlanLine, ...]:
    """Reads the plan that is in the repository."""
    return parse_plan(path.read_text(encoding="utf-8"))


def parse_plan(text: str) -> tuple[PlanLine, ...]:
    """Returns every list item of a plan, in order.

    Raises:
        ValueError: when a list item stands under an unknown heading, so that nothing is skipped in silence.
    """
    lines: list[PlanLine] = []
    place = _Place()
    for raw in text.splitlines():
        if item := _ITEM.match(raw):
            number = int(item["number"]) if item["number"] else None
            lines.append(PlanLine(label=place.label_for(raw), text=item["text"], number=number))
        elif raw.startswith("Estimate: "):
            lines[-1] = replace(lines[-1], estimate=raw.removeprefix("Estimate: ").removesuffix("."))
        else:
            place = place.after(raw)
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the document the reader is."""

    section: str = ""
    kind: str = ""

    def after(self, line: str) -> _Place:
        if phase := _PHASE.match(line):
            rest = phase["rest"].removesuffix(" (Prioritized, Rough Estimates)").strip()
            return _Place(phase["phase"], _KIND_OF_HEADING.get(rest, ""))
        if section := _SECTION.match(line):
            return _Place(section["section"], "task")
        heading = _HEADING.match(line)
        if heading is None:
            return self
        return self._under(heading["title"] or heading["inline"])

    def _under(self, title: str) -> _Place:
        if title in _LABEL_OF_HEADING:
            return _Place("", _LABEL_OF_HEADING[title])
        if title not in _KIND_OF_HEADING:
            return _Place(self.section, "")
        ends_the_subsection = title in ("Exit Criteria", "Validation Criteria")
        return _Place(self.section[:1] if ends_the_subsection else self.section, _KIND_OF_HEADING[title])

    def label_for(self, item: str) -> str:
        if not self.kind:
            raise ValueError(f"the plan has a list item under a heading that is not known: {item!r}")
        return f"{self.section} {self.kind}".strip()
