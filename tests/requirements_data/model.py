"""The nouns of the requirements manifest."""

from __future__ import annotations

from dataclasses import dataclass

MILESTONES = (
    "0.1 first agent",
    "0.2 durable runs",
    "0.3 console",
    "0.4 many machines",
    "0.5 knowledge",
    "0.6 tenants",
    "0.7 reach",
    "0.8 operations",
    "0.9 governance",
    "1.0 stable",
)
"""Releases in order. `docs/ROADMAP.md` says what each one brings."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Stands where the tests of a requirement will stand: nothing shows it yet."""

    milestone: str
    """The release that brings the tests, one of `MILESTONES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One behaviour that the project promises, with the tests that show it."""

    id: str
    """`<section>:<slug>`; the section is a phase or section of the plan, `plan`, `contract` or `bar`."""
    source: str
    """Who asks for it: `plan 1.1 deliverable`, `contract`, `quality bar`."""
    behavior: str
    """A sentence that can be found true or false by looking at the product."""
    tests: tuple[str, ...] | Planned
    """Pytest node ids, `path` or `path::test_name` from the root; or the release that brings them.

    A test of a conformance suite is named where it is written, in `agent_sdk/testing/conformance`; `tests/conformance`
    runs it for each adapter.
    """
    covers: tuple[str, ...] = ()
    """Lines of the plan that this behaviour fulfils: `<label>: <first words>`; see `PlanLine.reference`."""
