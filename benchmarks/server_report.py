"""The figures of benchmarks/server.py, and how they are judged."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the report."""

    name: str
    unit: str
    ours: float
    floor: float | None = None
    budget: float | None = None
    rule: Literal["ratio at most", "ratio at least", "at most"] = "ratio at most"
    note: str | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to the floor."""
        return self.ours / self.floor if self.floor else None

    @property
    def is_over(self) -> bool:
        """Whether the budget is passed. A ratio to nothing keeps no budget."""
        if self.budget is None:
            return False
        if self.rule == "at most":
            return self.ours > self.budget
        if self.ratio is None:
            return self.rule == "ratio at most"
        return self.ratio > self.budget if self.rule == "ratio at most" else self.ratio < self.budget


def _budget(row: Row) -> str:
    if row.budget is None:
        return ""
    sign = ">=" if row.rule == "ratio at least" else "<="
    return f"{sign} {row.budget:g}{'' if row.rule == 'at most' else 'x'}"


def report(rows: list[Row]) -> None:
    """Print the figures as a table, and a sentence."""
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}}  {'floor':>10} {'ours':>10} {'ratio':>8} {'budget':>9}")
    for row in rows:
        floor = "" if row.floor is None else f"{row.floor:,.2f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
        marks = f"{'  over budget' if row.is_over else ''}{f'  ({row.note})' if row.note else ''}"
        figures = f"{floor:>10} {row.ours:>10,.2f} {ratio:>8} {_budget(row):>9}"
        print(f"{row.name:{width}}  {figures}  {row.unit}{marks}")
    over = sum(row.is_over for row in rows)
    print(f"{over} of {sum(row.budget is not None for row in rows)} figures are over budget")
