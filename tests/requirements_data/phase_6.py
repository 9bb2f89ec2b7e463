"""Phase 6: operations at scale."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="6.1:metrics-endpoint",
        source="plan 6.1 deliverable",
        behavior=(
            "/metrics exposes runs, steps, tools, first-token time, tokens and cost in the Prometheus "
            "format, with bounded labels."
        ),
        tests=(
            "tests/interaction/test_server_health.py::test_metrics_are_prometheus_text_and_need_a_key",
            "tests/contract/test_metrics.py::test_promtool_finds_nothing_to_say_about_the_metrics",
            "tests/unit/observability/test_metrics.py::test_labels_are_bounded_whatever_models_callers_and_plugins_say",
            "tests/contract/test_metrics.py::test_every_metric_is_ours_and_on_the_page_with_its_type_and_labels",
        ),
        covers=(
            "6.1 task: Prometheus metrics endpoint",
            "6.1 deliverable: `/metrics` endpoint",
            "6 backlog: Prometheus `/metrics`",
        ),
    ),
    Requirement(
        id="6.1:queue-metrics",
        source="plan 6.1 task",
        behavior="/metrics also exposes queues, workers, leases and providers, from every process.",
        tests=Planned("0.4 many machines"),
        covers=(
            "6.1 task: Prometheus metrics endpoint",
            "6 backlog: Prometheus `/metrics`",
            "6 exit: Metrics endpoint and tracing presets validated.",
        ),
    ),
    Requirement(
        id="6.1:otel-presets",
        source="plan 6.1 deliverable",
        behavior=(
            "OTLP and stdout exporters are set by one named preset each, and deliver to a real collector."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "6.1 task: OTel exporter presets",
            "6.1 deliverable: OTel exporter configuration presets.",
            "6 exit: Metrics endpoint and tracing presets validated.",
            "6 backlog: OTel exporter presets",
        ),
    ),
    Requirement(
        id="6.1:dashboards",
        source="plan 6.1 task",
        behavior="The Grafana and Datadog templates query only metrics that exist.",
        tests=Planned("0.8 operations"),
        covers=("6.1 task: Dashboard integration templates",),
    ),
    Requirement(
        id="6.1:observability-docs",
        source="plan 6.1 deliverable",
        behavior=(
            "The guide to metrics and tracing names every metric and span, as a test compares, and advises "
            "on production."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "6.1 task: OTel exporter presets",
            "6.1 deliverable: Docs: metrics + tracing",
            "6 backlog: OTel exporter presets",
        ),
    ),
    Requirement(
        id="6.2:k8s",
        source="plan 6.2 deliverable",
        behavior=(
            "The manifests for deployment, service and ingress are valid against the Kubernetes schemas "
            "and refuse to run as root."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "6.2 task: Kubernetes manifests",
            "6.2 deliverable: `deploy/k8s` manifests",
            "6 exit: K8s deployable with probes",
            "6 backlog: Kubernetes deployment manifests",
        ),
    ),
    Requirement(
        id="6.2:helm-optional",
        source="plan 6.2 task",
        behavior="A Helm chart follows the version of each release.",
        tests=Planned("0.8 operations"),
        covers=("6.2 task: Optional Helm chart",),
    ),
    Requirement(
        id="6.2:probes",
        source="plan 6.2 task",
        behavior=(
            "/health answers while the process lives, and /ready only while store and queue really answer, "
            "and says why not."
        ),
        tests=(
            "tests/interaction/test_server_health.py::test_a_server_that_is_up_is_alive_and_ready_for_anybody",
            "tests/interaction/test_server_health.py::test_a_store_that_cannot_be_written_makes_the_server_unready_and_leaves_it_alive",
            "tests/interaction/test_server_health.py::test_a_worker_that_claims_no_more_makes_the_server_unready",
        ),
        covers=(
            "6.2 task: Readiness/liveness probes",
            "6 exit: K8s deployable with probes",
        ),
    ),
    Requirement(
        id="6.2:k8s-docs",
        source="plan 6.2 deliverable",
        behavior="The Kubernetes guide covers probes, draining, migrations and autoscaling on queue depth.",
        tests=Planned("0.8 operations"),
        covers=(
            "6.2 task: Readiness/liveness probes",
            "6.2 deliverable: Docs: production deployment (K8s).",
            "6 exit: K8s deployable with probes",
            "6 backlog: Kubernetes deployment manifests",
        ),
    ),
    Requirement(
        id="6.3:alembic",
        source="plan 6.3 deliverable",
        behavior=(
            "Alembic migrates SQLite and PostgreSQL from empty and from every released schema to head; "
            "`agent-sdk db` upgrades and checks."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "6.3 task: Alembic migrations",
            "6.3 deliverable: Alembic migration setup",
            "6 exit: Migrations are versioned and tested.",
            "6 backlog: Alembic migrations",
        ),
    ),
    Requirement(
        id="6.3:upgrade-check",
        source="plan 6.3 task",
        behavior=(
            "The upgrade script runs the acceptance tests of the last release against the new schema, "
            "while a server of the old one keeps working."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "6.3 task: Upgrade validation script.",
            "6 exit: Migrations are versioned and tested.",
            "6 backlog: Alembic migrations",
        ),
    ),
    Requirement(
        id="6.3:compatibility-policy",
        source="plan 6.3 deliverable",
        behavior=(
            "The policy on schema compatibility is documented, and a migration that breaks it fails a test."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "6.3 task: Backward-compatible schema",
            "6.3 deliverable: Docs: migration + compatibility policy.",
        ),
    ),
    Requirement(
        id="6.4:cloud-secrets",
        source="plan 6.4 deliverable",
        behavior=(
            "AWS, GCP and Azure secret managers sit behind the port of secrets and pass its conformance "
            "suite."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "6.4 task: Secrets manager integration",
            "6.4 deliverable: `agent_sdk/secrets` cloud",
            "6 backlog: Secrets manager integrations",
        ),
    ),
    Requirement(
        id="6.4:field-encryption",
        source="plan 6.4 task",
        behavior=(
            "Chosen fields can be encrypted by a hook before they are stored; the guide covers encryption "
            "at rest."
        ),
        tests=Planned("0.9 governance"),
        covers=("6.4 task: Encryption-at-rest guidance",),
    ),
    Requirement(
        id="6.4:tenant-retention",
        source="plan 6.4 task",
        behavior="Each org sets its own retention within the limits of the operator, by the admin API.",
        tests=Planned("0.6 tenants"),
        covers=(
            "6.4 task: Data retention per-tenant controls.",
            "6 backlog: Data retention per-tenant controls",
        ),
    ),
    Requirement(
        id="6.4:compliance-docs",
        source="plan 6.4 deliverable",
        behavior=(
            "The compliance guide says which data is kept where and how long, and by which control that "
            "can be changed."
        ),
        tests=Planned("0.9 governance"),
        covers=("6.4 deliverable: Docs: compliance + retention controls.",),
    ),
    Requirement(
        id="6.5:schedules",
        source="plan 6.5 deliverable",
        behavior=(
            "Cron and interval schedules fire once per tick with any number of servers, and rightly over "
            "both changes of summer time."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "6.5 task: Scheduled/cron runs.",
            "6.5 deliverable: Scheduler subsystem.",
            "6 backlog: Scheduled/cron runs",
        ),
    ),
    Requirement(
        id="6.5:cancellation",
        source="plan 6.5 task",
        behavior=(
            "A cancel ends a run in any unfinished state, and its children first; partial text and usage "
            "are kept."
        ),
        tests=(
            "tests/unit/runtime/test_durable.py::test_a_canceled_run_ends_as_canceled_whether_it_works_waits_or_has_not_begun",
            "tests/unit/runtime/test_cancellation.py::test_now_keeps_the_partial_text_and_closes_the_providers_stream",
            "tests/unit/runtime/test_subagents.py::test_cancellation_reaches_grandchildren_before_the_parents_tool_ends",
            "tests/interaction/test_worker_runs.py::test_a_paused_run_is_canceled_at_once",
        ),
        covers=(
            "6.5 task: Cancellation semantics",
            "6 backlog: Scheduled/cron runs",
        ),
    ),
    Requirement(
        id="6.5:distributed-queue",
        source="plan 6.5 deliverable",
        behavior=(
            "Redis, Kafka and SQS can each be chosen by URL, and the docs say what each guarantees and how "
            "it was tested."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "6.5 task: Distributed queue backend option",
            "6.5 deliverable: Queue backend adapter + docs.",
            "6 backlog: Distributed queue backend adapter",
        ),
    ),
    Requirement(
        id="6.6:versioned-routes",
        source="plan 6.6 deliverable",
        behavior=(
            "Every route lives under /v1, names its API version in a header, and its unversioned twin of "
            "the plan answers alike."
        ),
        tests=(
            "tests/contract/test_openapi.py::test_every_route_of_the_contract_is_there_and_no_other",
            "tests/interaction/test_server_legacy.py::test_each_route_answers_as_its_twin",
            "tests/interaction/test_server_access.py::test_refusals_carry_what_every_answer_carries",
            "tests/interaction/test_server_legacy.py::test_nothing_else_is_served_under_old_names",
        ),
        covers=(
            "6.6 task: API versioning strategy",
            "6.6 deliverable: Versioned API routing.",
            "6 exit: API versioning policy published",
            "6 backlog: API versioning (`/v1`)",
        ),
    ),
    Requirement(
        id="6.6:deprecation",
        source="plan 6.6 task",
        behavior=(
            "A deprecated route, field or function warns by itself, with the date of its end and its "
            "successor."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "6.6 task: Deprecation policy + automated",
            "6 exit: API versioning policy published",
            "6 backlog: API versioning (`/v1`)",
        ),
    ),
    Requirement(
        id="6.6:client-compatibility",
        source="plan 6.6 task",
        behavior=(
            "Both clients of the last two minor releases pass against the new server, and warn when a "
            "server is too old."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "6.6 task: Client SDK compatibility checks.",
            "6 backlog: Client SDK compatibility checks",
        ),
    ),
    Requirement(
        id="6.6:versioning-docs",
        source="plan 6.6 deliverable",
        behavior=(
            "The versioning policy says for API, events, clients and Python what may change when, and is "
            "enforced by the contract tests."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "6.6 deliverable: Docs: API versioning",
            "6 exit: API versioning policy published",
            "6 backlog: Client SDK compatibility checks",
        ),
    ),
)
