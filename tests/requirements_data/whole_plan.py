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
        tests=(
            "tests/packaging/test_imports.py::test_the_import_contracts_are_kept",
            "tests/packaging/test_imports.py::test_a_breach_of_a_contract_is_found",
            "tests/packaging/test_imports.py::test_importing_loads_nothing_heavy",
            "tests/docs/test_plan_documents.py::test_the_sdk_ends_where_the_third_ring_ends",
            "tests/unit/presets/test_presets.py::test_the_assistant_with_tools_uses_them",
        ),
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
        tests=("tests/unit/test_extension_points.py",),
        covers=("principle: Favor shipping a working MVP",),
    ),
    Requirement(
        id="plan:local-first",
        source="plan principle",
        behavior=(
            "One installation, one process and one file are enough for server, console, durable runs and "
            "streams."
        ),
        tests=(
            "tests/docs/test_readme_story.py::test_the_stream_of_a_run_goes_on_after_its_server_was_killed",
            "tests/packaging/test_console_wheel.py::test_an_installed_wheel_serves_the_console_and_signs_in",
        ),
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
        tests=(
            "tests/contract/test_event_schema.py::test_the_committed_files_are_current",
            "tests/contract/test_event_schema.py::test_a_stale_file_is_found_and_written_anew",
            "tests/unit/tools/test_pack.py::test_a_changed_builtin_schema_has_a_new_version",
        ),
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
