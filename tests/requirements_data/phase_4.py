"""Phase 4: production hardening."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="4.1:org-scoping",
        source="plan 4.1 task",
        behavior=(
            "Every route and every store method is bound to the org of the credential; a foreign id is not "
            "found."
        ),
        tests=(
            "tests/security/test_server_tenancy.py::test_a_foreign_id_is_not_found",
            "tests/security/test_server_tenancy.py::test_a_list_has_nothing_of_another_organisation",
            "tests/security/test_server_tenancy.py::test_what_is_made_is_made_in_ones_own_organisation",
            "tests/security/test_store_tenancy.py::test_every_method_takes_a_scope_first_or_has_a_reason",
            "tests/security/test_store_tenancy.py::test_another_organisation_gets_and_changes_nothing",
        ),
        covers=(
            "4.1 task: Enforce org scoping",
            "4 backlog: Enforce org scoping across API",
            "4 exit: Org scoping and RBAC enforced",
            "4 validation: RBAC and org scoping enforced in tests",
            "next step: Kick off Phase 4",
        ),
    ),
    Requirement(
        id="4.1:rbac",
        source="plan 4.1 deliverable",
        behavior=(
            "admin, developer and viewer, and the grants of a token, decide every route and storage query, "
            "as a committed matrix says."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.1 task: Add RBAC + token scopes",
            "4.1 deliverable: `agent_sdk/security` RBAC",
            "4 backlog: RBAC + token scopes",
            "4 exit: Org scoping and RBAC enforced",
            "4 validation: RBAC and org scoping enforced in tests",
            "next step: Kick off Phase 4",
        ),
    ),
    Requirement(
        id="4.1:tool-allowlists",
        source="plan 4.1 deliverable",
        behavior=(
            "A sandbox policy per org sets the roots and hosts that filesystem and http tools may touch; "
            "what is outside is denied and recorded."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.1 task: Tool sandboxing and allowlist",
            "4.1 deliverable: `agent_sdk/tools` sandbox policy",
            "4 backlog: Tool sandboxing + allowlists",
        ),
    ),
    Requirement(
        id="4.1:secrets",
        source="plan 4.1 task",
        behavior=(
            "Secrets come from environment, file or a vault-ready adapter behind one port, and never "
            "appear in logs, events or errors."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.1 task: Secrets management integration",
            "4 backlog: Secrets management interface",
        ),
    ),
    Requirement(
        id="4.1:security-docs",
        source="plan 4.1 deliverable",
        behavior=(
            "The security model is documented with the least privileges for each role, and a test compares "
            "it with the matrix."
        ),
        tests=Planned("0.6 tenants"),
        covers=("4.1 deliverable: Docs: Security model",),
    ),
    Requirement(
        id="4.2:postgres-events",
        source="plan 4.2 deliverable",
        behavior=(
            "Events are appended to PostgreSQL, and any past stream is read back byte for byte from "
            "another process."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "4.2 task: Persist run events to Postgres",
            "4.2 deliverable: `agent_sdk/storage/postgres` events",
            "4 exit: Postgres event persistence with replay verified.",
            "4 backlog: Postgres event persistence + replay",
            "next step: Implement Postgres event persistence",
        ),
    ),
    Requirement(
        id="4.2:replay-endpoints-sse",
        source="plan 4.2 deliverable",
        behavior="A finished or running run is streamed over SSE from any cursor.",
        tests=(
            "tests/interaction/test_server_events.py::test_a_reader_that_comes_back_gets_exactly_the_rest",
            "tests/interaction/test_server_readers.py::test_from_a_hundred_points_readers_get_exactly_the_rest",
            "tests/interaction/test_server_events.py::test_a_cursor_at_the_end_tells_the_reader_to_stop",
        ),
        covers=(
            "4.2 deliverable: Replay endpoints for SSE/WS.",
            "4 backlog: Postgres event persistence + replay",
            "next step: Implement Postgres event persistence",
        ),
    ),
    Requirement(
        id="4.2:replay-endpoints-ws",
        source="plan 4.2 deliverable",
        behavior=(
            "A finished or running run is streamed over WebSocket from any cursor, with the bytes of SSE."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "4.2 deliverable: Replay endpoints for SSE/WS.",
            "4 backlog: Postgres event persistence + replay",
        ),
    ),
    Requirement(
        id="4.2:retention",
        source="plan 4.2 deliverable",
        behavior=(
            "A retention policy prunes and compacts events in batches beside live traffic, with a dry run, "
            "and archives to JSONL before it deletes."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "4.2 task: Retention policies and archiving.",
            "4.2 deliverable: Run event retention policy config.",
            "4 backlog: Retention policies + archiving",
            "next step: Add retention policies",
        ),
    ),
    Requirement(
        id="4.2:replay-with-retention",
        source="plan 4 validation",
        behavior=(
            "Catching up from PostgreSQL after retention was applied yields the same final messages, and "
            "an older cursor gets 410."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "4 validation: Event replay validated",
            "4 exit: Postgres event persistence with replay verified.",
        ),
    ),
    Requirement(
        id="4.2:recovery",
        source="plan 4.2 task",
        behavior=(
            "After kill -9 and a restart every unfinished run goes on from its journal, and no recorded "
            "tool result is executed again."
        ),
        tests=(
            "tests/interaction/test_server_restart.py::test_streams_go_on_from_another_process_after_a_kill_in_mid_message",
            "tests/unit/runtime/test_recovery.py::test_a_run_cut_after_any_commit_goes_on_without_repeating_a_journaled_result",
            "tests/packaging/test_benchmarks_server.py::test_ten_kills_lose_no_event_and_repeat_no_effect",
            "tests/interaction/test_worker_recovery.py::test_the_run_of_a_process_that_was_killed_goes_on_at_once",
        ),
        covers=(
            "4.2 task: Run state recovery",
            "4 backlog: Run recovery for in-flight runs",
        ),
    ),
    Requirement(
        id="4.3:deletion",
        source="plan 4.3 deliverable",
        behavior=(
            "Admins set retention and delete runs, sessions and a person's data by API, and nothing of it "
            "can be read afterwards."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.3 task: Data retention + deletion APIs.",
            "4.3 deliverable: Admin APIs for retention and deletion.",
            "4 backlog: Data retention + deletion APIs.",
        ),
    ),
    Requirement(
        id="4.3:audit-log",
        source="plan 4.3 deliverable",
        behavior=(
            "Every admin action and key change leaves an audit record with actor, action, object, outcome "
            "and request id."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.3 task: Audit logs for admin actions",
            "4.3 deliverable: `agent_sdk/observability/audit_logs`.",
            "4 backlog: Audit logs for admin actions",
            "next step: Add retention policies",
        ),
    ),
    Requirement(
        id="4.3:redaction",
        source="plan 4.3 deliverable",
        behavior=(
            "Configured kinds of personal data are removed from logs and events before they are stored or "
            "sent; a corpus measures what escapes."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.3 task: PII redaction pipeline",
            "4.3 deliverable: PII redaction configuration and tests.",
            "4 backlog: PII redaction pipeline",
        ),
    ),
    Requirement(
        id="4.4:tenant-models",
        source="plan 4.4 deliverable",
        behavior=(
            "An org has its own registry of models and its own route of fallbacks; a model outside of it "
            "is refused."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.4 task: Per-tenant model registry",
            "4.4 deliverable: `agent_sdk/llm` tenant registry",
            "4 backlog: Per-tenant model registry",
        ),
    ),
    Requirement(
        id="4.4:caps",
        source="plan 4.4 task",
        behavior="Cost and tokens are capped per org and user, also when many runs start at once.",
        tests=Planned("0.6 tenants"),
        covers=(
            "4.4 task: Cost and token caps per org/user.",
            "4 backlog: Quota enforcement for tokens",
        ),
    ),
    Requirement(
        id="4.4:quotas",
        source="plan 4.4 deliverable",
        behavior=(
            "Quotas of runs, sessions and tokens are checked at the start of a run and at each tool call; "
            "the refusal says which quota and when it resets."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.4 deliverable: Quota enforcement on run start",
            "4 exit: Quotas, audit logs, and retention policies enforced.",
            "4 backlog: Quota enforcement for tokens",
            "4 validation: Quotas enforced with clear error",
            "next step: Add retention policies",
        ),
    ),
    Requirement(
        id="4.4:quota-audit",
        source="plan 4 validation",
        behavior="A run refused by quota leaves an audit record.",
        tests=Planned("0.6 tenants"),
        covers=(
            "4 exit: Quotas, audit logs, and retention policies enforced.",
            "4 validation: Quotas enforced with clear error",
        ),
    ),
    Requirement(
        id="4.4:prompt-versions",
        source="plan 4.4 deliverable",
        behavior=(
            "Prompts and safety policies are registered in immutable versions; a run records which it "
            "used, and a rollback is one call."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "4.4 task: Prompt/policy versioning",
            "4.4 deliverable: Prompt policy registry",
            "4 backlog: Prompt/policy versioning",
        ),
    ),
    Requirement(
        id="4.5:local-worker",
        source="plan 4.5 deliverable",
        behavior="Runs are executed by leased workers behind a queue port; the local worker needs no broker.",
        tests=(
            "tests/interaction/test_worker_runs.py::test_a_run_is_claimed_when_it_is_created_and_completes",
            "agent_sdk/testing/conformance/store_work.py::test_heartbeats_keep_a_lease",
            "tests/interaction/test_worker_recovery.py::test_a_silent_owner_is_followed_by_another_and_writes_nothing_when_it_wakes",
        ),
        covers=(
            "4.5 deliverable: Task queue interface + local worker",
            "4 backlog: Queue-based execution option",
        ),
    ),
    Requirement(
        id="4.5:worker-pool",
        source="plan 4.5 task",
        behavior="A pool of workers on other processes and machines executes queued runs.",
        tests=Planned("0.4 many machines"),
        covers=(
            "4.5 task: Queue-based execution option",
            "4 backlog: Queue-based execution option",
        ),
    ),
    Requirement(
        id="4.5:admission",
        source="plan 4.5 deliverable",
        behavior="Past the configured bound new runs get 429 with Retry-After, and no accepted run is lost.",
        tests=(
            "tests/interaction/test_server_runs.py::test_beyond_the_bound_a_run_is_refused_for_now",
            "agent_sdk/testing/conformance/store_runs.py::test_past_the_bound_a_run_is_refused_and_not_made",
            "agent_sdk/testing/conformance/store_runs.py::test_a_full_organisation_keeps_no_other_from_its_runs",
        ),
        covers=(
            "4.5 task: Backpressure propagation",
            "4.5 deliverable: Backpressure + retry policy config.",
            "4 backlog: Backpressure propagation + retry",
        ),
    ),
    Requirement(
        id="4.5:backpressure",
        source="plan 4.5 task",
        behavior=(
            "A slow store slows the reading of the model stream and of tool output; memory stays bounded."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "4.5 task: Backpressure propagation",
            "4 backlog: Backpressure propagation + retry",
        ),
    ),
    Requirement(
        id="4.5:retry-policy",
        source="plan 4.5 deliverable",
        behavior="An agent's retry policy sets the attempts, the backoff and the errors that are retried.",
        tests=Planned("0.4 many machines"),
        covers=(
            "4.5 task: Retry policies and idempotency keys",
            "4.5 deliverable: Backpressure + retry policy config.",
            "4 backlog: Backpressure propagation + retry",
        ),
    ),
    Requirement(
        id="4.5:idempotency",
        source="plan 4.5 deliverable",
        behavior=(
            "The same Idempotency-Key with the same body makes one run, also under concurrency and across "
            "a restart; with another body it is refused."
        ),
        tests=(
            "tests/interaction/test_server_runs.py::test_a_repeated_request_makes_nothing_and_is_answered_alike",
            "tests/interaction/test_server_runs.py::test_simultaneous_repetitions_make_one_run",
            "tests/interaction/test_server_restart.py::test_a_request_that_is_repeated_after_a_kill_makes_one_run",
            "agent_sdk/testing/conformance/store_runs.py::test_an_idempotency_key_of_another_request_is_refused",
        ),
        covers=(
            "4.5 task: Retry policies and idempotency keys",
            "4.5 deliverable: Idempotency support on run creation.",
            "4 backlog: Idempotency keys for run creation.",
        ),
    ),
    Requirement(
        id="4.6:production-guide",
        source="plan 4.6 deliverable",
        behavior=(
            "docs/PRODUCTION_HARDENING.md covers TLS, proxies, backups and migrations, and its commands "
            "are run by tests."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "4.6 task: Production deployment guide",
            "4.6 deliverable: `docs/PRODUCTION_HARDENING.md`",
            "4 exit: Production deployment guide published",
            "4 backlog: Production deployment guide",
        ),
    ),
    Requirement(
        id="4.6:migration-runbook",
        source="plan 4.6 deliverable",
        behavior="Schema upgrades have a tool and a runbook, whose steps are run against a filled database.",
        tests=Planned("0.4 many machines"),
        covers=(
            "4.6 task: Migration tooling for schema upgrades.",
            "4.6 deliverable: `docs/PRODUCTION_HARDENING.md`",
            "4 backlog: Migration tooling and runbook.",
        ),
    ),
    Requirement(
        id="4.6:builder-guide",
        source="plan 4.6 deliverable",
        behavior=(
            "docs/PLATFORM_BUILDER_GUIDE.md leads from an empty folder to a multi-tenant integration, and "
            "its code runs."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "4.6 task: Reference multi-tenant demo app",
            "4.6 deliverable: `docs/PLATFORM_BUILDER_GUIDE.md`.",
            "4 backlog: Platform builder guide",
        ),
    ),
    Requirement(
        id="4.6:demo-app",
        source="plan 4.6 deliverable",
        behavior="The reference app serves two tenants that cannot see each other.",
        tests=Planned("0.8 operations"),
        covers=(
            "4.6 task: Reference multi-tenant demo app",
            "4.6 deliverable: Example reference app",
            "4 backlog: Platform builder guide",
        ),
    ),
    Requirement(
        id="4:compose-smoke",
        source="plan 4 validation",
        behavior=(
            "A smoke test brings up the Compose deployment of the guide, finishes a run and takes it down."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "4 exit: Production deployment guide published",
            "4 validation: Deployment guide verified",
        ),
    ),
)
