"""What the plan asks of the whole, and not of one phase."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="plan:brain",
        source="plan principle",
        behavior=(
            "The SDK's rings import nothing of the platform's, and an agent runs without server, database "
            "or network."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "principle: Keep agent-sdk",
            "risk: Risk: scope creep",
            "risk: Mitigation: enforce platform boundary",
        ),
    ),
    Requirement(
        id="plan:extension-points",
        source="plan principle",
        behavior=(
            "Providers, tool packs and presets of third parties register by the entry points that the "
            "builtin ones use."
        ),
        tests=Planned("0.1 first agent"),
        covers=("principle: Favor shipping a working MVP",),
    ),
    Requirement(
        id="plan:local-first",
        source="plan principle",
        behavior=(
            "One installation, one process and one file are enough for server, console, durable runs and "
            "streams."
        ),
        tests=Planned("0.3 console"),
        covers=(
            "principle: Build a minimal, local-first",
            "principle: Minimize external infra",
            "outcome: A local single-node platform",
            "risk: Mitigation: enforce platform boundary",
        ),
    ),
    Requirement(
        id="plan:scales-unchanged",
        source="plan principle",
        behavior=(
            "The same agent code runs unchanged on one machine with one org and on many machines with many "
            "orgs."
        ),
        tests=Planned("0.6 tenants"),
        covers=("principle: Build a minimal, local-first",),
    ),
    Requirement(
        id="plan:stable-surface",
        source="plan outcome",
        behavior="The schemas of tools and events are versioned, committed and checked for drift.",
        tests=Planned("0.1 first agent"),
        covers=("outcome: A stable, versioned API surface",),
    ),
    Requirement(
        id="plan:stable-memory",
        source="plan outcome",
        behavior="The memory interfaces are versioned, and a frozen copy of their signatures is checked.",
        tests=Planned("0.5 knowledge"),
        covers=("outcome: A stable, versioned API surface",),
    ),
    Requirement(
        id="plan:released",
        source="quality bar",
        behavior=(
            "Every requirement of this manifest is bound to tests, and every upgrade path from 0.1 to 1.0 "
            "is run."
        ),
        tests=Planned("1.0 stable"),
    ),
)
