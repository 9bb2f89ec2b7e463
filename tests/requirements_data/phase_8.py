"""Phase 8: governance, recovery from disaster, distribution."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="8.1:policy-engine",
        source="plan 8.1 deliverable",
        behavior=(
            "The in-process engine decides on tools, data egress, model routes and cost: allow, deny or "
            "ask, each with its reason."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.1 task: Policy interface for tools",
            "8.1 deliverable: `agent_sdk/policy` interfaces",
            "8 exit: Policy engine enforces",
            "8 backlog: Policy interface + default evaluator",
        ),
    ),
    Requirement(
        id="8.1:policy-bundles",
        source="plan 8.1 deliverable",
        behavior=(
            "Policy bundles are versioned, assigned to orgs by the admin API, and overridden per org only "
            "where they allow it."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.1 task: Policy bundles/versioning",
            "8.1 deliverable: Admin APIs for policy bundles",
            "8 backlog: Policy interface + default evaluator",
        ),
    ),
    Requirement(
        id="8.1:policy-mock",
        source="plan 8.1 task",
        behavior=(
            "A test can replace the evaluator by a scripted one and see every question that it was asked."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.1 task: Mockable policy evaluator",
            "8 exit: Policy engine enforces",
        ),
    ),
    Requirement(
        id="8.2:hash-chain",
        source="plan 8.2 deliverable",
        behavior=(
            "An audit record that was changed, removed, inserted or moved breaks the hash chain at its place."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.2 task: Tamper-evident audit log chain",
            "8.2 deliverable: Audit log sink interfaces",
            "8 exit: Audit logs are tamper-evident",
            "8 backlog: Audit hash chaining",
        ),
    ),
    Requirement(
        id="8.2:audit-export",
        source="plan 8.2 deliverable",
        behavior=(
            "The audit log is exported as JSONL and CSV with what is needed to verify it elsewhere; its "
            "retention is set by the admin API."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.2 task: Audit log export endpoint",
            "8.2 deliverable: Admin API for export",
            "8 exit: Audit logs are tamper-evident",
            "8 backlog: Audit hash chaining",
        ),
    ),
    Requirement(
        id="8.2:audit-sinks",
        source="plan 8.2 deliverable",
        behavior=(
            "File and HTTP sinks receive each audit record at least once, also after an outage, and have "
            "mocks."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.2 task: Pluggable audit sinks",
            "8.2 deliverable: Audit log sink interfaces",
            "8 backlog: Audit hash chaining",
        ),
    ),
    Requirement(
        id="8.3:backup",
        source="plan 8.3 deliverable",
        behavior=(
            "`agent-sdk backup` saves control plane and runs of SQLite and PostgreSQL consistently beside "
            "live traffic."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.3 task: Backup/restore CLI",
            "8.3 deliverable: `agent-sdk backup`",
            "8 exit: Backup/restore works",
            "8 backlog: Backup/restore CLI",
        ),
    ),
    Requirement(
        id="8.3:restore",
        source="plan 8.3 deliverable",
        behavior=(
            "`agent-sdk restore` brings back exactly what was saved, validates it first, and can do a dry "
            "run."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.3 task: Backup/restore CLI",
            "8.3 task: Restore validation and dry-run",
            "8.3 deliverable: `agent-sdk backup`",
            "8 exit: Backup/restore works",
            "8 backlog: Backup/restore CLI",
        ),
    ),
    Requirement(
        id="8.3:backup-registry",
        source="plan 8.3 task",
        behavior="The control plane records every backup with its time, place, schema, size and checksum.",
        tests=Planned("0.9 governance"),
        covers=(
            "8.3 task: Backup metadata registry",
            "8 backlog: Backup/restore CLI",
        ),
    ),
    Requirement(
        id="8.3:recovery-runbook",
        source="plan 8.3 deliverable",
        behavior="The runbook leads from a lost database to a running service, and a test follows it.",
        tests=Planned("0.9 governance"),
        covers=(
            "8.3 deliverable: Docs: backup + recovery runbook.",
            "8 exit: Backup/restore works",
            "8 backlog: Backup/restore CLI",
        ),
    ),
    Requirement(
        id="8.4:usage",
        source="plan 8.4 deliverable",
        behavior=(
            "Usage is summed per org, project and service account from the journal, and the sums agree "
            "with the runs."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.4 task: Usage aggregation per org",
            "8.4 deliverable: Usage aggregation API",
            "8 exit: Usage export endpoints",
            "8 backlog: Usage aggregation",
        ),
    ),
    Requirement(
        id="8.4:usage-export",
        source="plan 8.4 deliverable",
        behavior="Usage is exported as CSV and JSON, and sent to a signed webhook at least once.",
        tests=Planned("0.9 governance"),
        covers=(
            "8.4 task: Export to CSV/JSON",
            "8.4 deliverable: Usage aggregation API",
            "8 exit: Usage export endpoints",
            "8 backlog: Usage aggregation",
        ),
    ),
    Requirement(
        id="8.4:cost-tags",
        source="plan 8.4 task",
        behavior="Project, environment and cost-centre tags of a run reach the export, and can be required.",
        tests=Planned("0.9 governance"),
        covers=(
            "8.4 task: Cost allocation tags",
            "8 exit: Usage export endpoints",
            "8 backlog: Usage aggregation",
        ),
    ),
    Requirement(
        id="8.4:billing-docs",
        source="plan 8.4 deliverable",
        behavior=(
            "The guide to billing export explains each column and how costs are allocated, by an example "
            "that a test computes."
        ),
        tests=Planned("0.9 governance"),
        covers=("8.4 deliverable: Docs: billing export",),
    ),
    Requirement(
        id="8.5:registry",
        source="plan 8.5 deliverable",
        behavior=(
            "The registry port lists, publishes and pulls signed packs; a local registry and a mock client "
            "implement it."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "8.5 task: Registry interface",
            "8.5 task: Local registry implementation",
            "8.5 deliverable: `agent_sdk/registry` interfaces",
            "8 exit: Tool pack registry publish/pull",
            "8 backlog: Tool pack registry interfaces",
        ),
    ),
    Requirement(
        id="8.5:packs-cli",
        source="plan 8.5 deliverable",
        behavior="`agent-sdk packs` publishes a pack and pulls it elsewhere; a bad signature is refused.",
        tests=Planned("0.7 reach"),
        covers=(
            "8.5 deliverable: CLI for publishing",
            "8 exit: Tool pack registry publish/pull",
            "8 backlog: Tool pack registry interfaces",
        ),
    ),
    Requirement(
        id="8.6:reliability",
        source="plan 8.6 deliverable",
        behavior=(
            "Retry and circuit-breaker policies wrap any provider or tool, and are property-tested on a "
            "fake clock."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.6 task: Circuit breaker + retry policy",
            "8.6 deliverable: `agent_sdk/reliability` policy",
            "8.6 deliverable: Tests for retry/fallback/replay",
            "8 exit: Retry/fallback/replay behavior validated.",
            "8 backlog: Reliability policies",
        ),
    ),
    Requirement(
        id="8.6:fallback",
        source="plan 8.6 task",
        behavior=(
            "When a provider is down the next of the route answers, the event route.fallback says so, and "
            "no token is shown twice."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "8.6 task: Provider fallback policy",
            "8.6 deliverable: Tests for retry/fallback/replay",
            "8 exit: Retry/fallback/replay behavior validated.",
            "8 backlog: Reliability policies",
        ),
    ),
    Requirement(
        id="8.6:replay",
        source="plan 8.6 task",
        behavior=(
            "A run is replayed against its journal with no outside call, and the first divergence is named."
        ),
        tests=(
            "tests/unit/runtime/test_replay.py::test_a_journal_repeats_with_no_model_and_no_tool",
            "tests/unit/runtime/test_replay.py::test_a_changed_tool_version_is_where_the_replay_diverges",
            "tests/interaction/test_server_runs.py::test_a_run_that_has_ended_replays",
        ),
        covers=(
            "8.6 task: Deterministic replay mode",
            "8.6 deliverable: Tests for retry/fallback/replay",
            "8 exit: Retry/fallback/replay behavior validated.",
            "8 backlog: Reliability policies",
        ),
    ),
)
