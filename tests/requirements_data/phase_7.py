"""Phase 7: identity, compliance, deployment, sandboxes."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="7.1:lifecycle",
        source="plan 7.1 task",
        behavior=(
            "Users and service accounts are invited, suspended, restored and removed by the admin API, and "
            "their keys follow."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "7.1 task: Service accounts and user lifecycle",
            "7.1 deliverable: Admin APIs for users",
            "7 backlog: Service accounts + user lifecycle",
        ),
    ),
    Requirement(
        id="7.1:sso",
        source="plan 7.1 deliverable",
        behavior=(
            "OIDC and SAML sign-in sit behind one port with mock providers; forged, replayed and expired "
            "assertions are refused."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "7.1 task: SSO interfaces (OIDC/SAML)",
            "7.1 deliverable: `agent_sdk/identity` provider",
            "7 exit: SSO/SCIM interfaces available",
            "7 backlog: SSO (OIDC/SAML)",
        ),
    ),
    Requirement(
        id="7.1:scim",
        source="plan 7.1 deliverable",
        behavior="SCIM 2.0 creates, changes, filters and removes users and groups of one org.",
        tests=Planned("0.9 governance"),
        covers=(
            "7.1 task: SCIM provisioning endpoints.",
            "7.1 deliverable: Admin APIs for users",
            "7 exit: SSO/SCIM interfaces available",
            "7 backlog: SSO (OIDC/SAML)",
        ),
    ),
    Requirement(
        id="7.2:tenant-keys",
        source="plan 7.2 deliverable",
        behavior=(
            "Each org has its own encryption keys in the control plane, which rotate, and whose "
            "destruction makes its data unreadable."
        ),
        tests=Planned("0.9 governance"),
        covers=(
            "7.2 task: Per-tenant encryption keys",
            "7.2 deliverable: Encryption utilities",
            "7 exit: Encryption + residency + retention",
            "7 backlog: Per-tenant encryption keys",
        ),
    ),
    Requirement(
        id="7.2:residency",
        source="plan 7.2 deliverable",
        behavior="An org's region is recorded, and a store, model or sink outside of it is refused.",
        tests=Planned("0.9 governance"),
        covers=(
            "7.2 task: Data residency metadata",
            "7.2 deliverable: Admin APIs for residency + retention.",
            "7 exit: Encryption + residency + retention",
            "7 backlog: Data residency metadata",
        ),
    ),
    Requirement(
        id="7.2:retention-of-runs",
        source="plan 7.2 task",
        behavior="Retention is set for runs and sessions as for events, and a legal hold stops it.",
        tests=Planned("0.9 governance"),
        covers=(
            "7.2 task: Retention controls for runs/sessions",
            "7.2 deliverable: Admin APIs for residency + retention.",
            "7 exit: Encryption + residency + retention",
            "7 backlog: Data residency metadata",
        ),
    ),
    Requirement(
        id="7.2:pruning",
        source="plan 7.2 deliverable",
        behavior="Pruning helpers delete in bounded batches with a dry run and a count, on both stores.",
        tests=Planned("0.4 many machines"),
        covers=("7.2 deliverable: Storage pruning helpers.",),
    ),
    Requirement(
        id="7.3:helm",
        source="plan 7.3 deliverable",
        behavior="deploy/helm/agent-sdk renders manifests that are valid for every documented value.",
        tests=Planned("0.8 operations"),
        covers=(
            "7.3 task: Helm chart for Kubernetes",
            "7.3 deliverable: `deploy/helm/agent-sdk` chart.",
            "7 exit: Helm chart and release hardening",
            "7 backlog: Helm chart for deployment",
        ),
    ),
    Requirement(
        id="7.3:release-hardening",
        source="plan 7.3 deliverable",
        behavior=(
            "A release carries an SBOM and a vulnerability scan, made by commands that the guide gives and "
            "a test runs."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "7.3 task: SBOM + vulnerability",
            "7.3 deliverable: Docs for release hardening",
            "7 exit: Helm chart and release hardening",
            "7 backlog: Helm chart for deployment",
        ),
    ),
    Requirement(
        id="7.4:sqs-kafka",
        source="plan 7.4 deliverable",
        behavior=(
            "SQS and Kafka adapters pass the conformance suite of queues against mock brokers, and the "
            "docs say so."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "7.4 task: Queue adapters for SQS/Kafka",
            "7.4 deliverable: Queue backend interfaces",
            "7 exit: Queue adapters and durable scheduler",
            "7 backlog: Queue adapters for SQS/Kafka",
        ),
    ),
    Requirement(
        id="7.4:durable-schedules",
        source="plan 7.4 deliverable",
        behavior=(
            "Schedules live in the store, outlive restarts, obey their misfire rule, and are managed by "
            "API and CLI."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "7.4 task: Durable scheduler persistence",
            "7.4 deliverable: Scheduler persistence",
            "7 exit: Queue adapters and durable scheduler",
            "7 backlog: Durable scheduler persistence.",
        ),
    ),
    Requirement(
        id="7.5:contract-suite",
        source="plan 7.5 deliverable",
        behavior=(
            "A change of /v1 that would break a client, and a deprecation without its headers, fail the "
            "contract suite."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "7.5 task: Contract checks for `/v1`",
            "7.5 deliverable: Contract test suite.",
            "7 exit: API contract and correlation IDs",
            "7 backlog: API contract checks",
        ),
    ),
    Requirement(
        id="7.5:request-ids",
        source="plan 7.5 deliverable",
        behavior=(
            "The request id is in the response, in every log line and in every error of a request, taken "
            "over from the caller when valid."
        ),
        tests=(
            "tests/interaction/test_server_access.py::test_a_request_id_is_taken_over",
            "tests/interaction/test_server_access.py::test_what_cannot_be_a_request_id_is_replaced",
            "tests/interaction/test_server_access.py::test_refusals_carry_what_every_answer_carries",
            "tests/interaction/test_server_access.py::test_the_log_knows_the_trace_that_a_request_belongs_to",
        ),
        covers=(
            "7.5 task: Correlation IDs for logs",
            "7.5 deliverable: Request/trace correlation",
            "7 backlog: Correlation IDs (request/trace)",
        ),
    ),
    Requirement(
        id="7.5:trace-correlation",
        source="plan 7.5 task",
        behavior=(
            "A traceparent is taken over, and leads from the response to the trace, the logs and the "
            "events of the run."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "7.5 task: Correlation IDs for logs",
            "7.5 deliverable: Request/trace correlation",
            "7 exit: API contract and correlation IDs",
            "7 backlog: Correlation IDs (request/trace)",
        ),
    ),
    Requirement(
        id="7.6:sandbox",
        source="plan 7.6 deliverable",
        behavior=(
            "Tools execute behind a sandbox port: the local one bounds time, memory, files and network, "
            "and the Docker one says when it is missing."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "7.6 task: Tool execution sandbox interface",
            "7.6 deliverable: `agent_sdk/sandbox`",
            "7 exit: Tool sandbox and hierarchical",
            "7 backlog: Tool sandbox interface",
        ),
    ),
    Requirement(
        id="7.6:orchestration",
        source="plan 7.6 deliverable",
        behavior=(
            "Trees of agents run in parallel, in sequence, by router and by supervisor; cancel reaches "
            "every leaf and no child is orphaned."
        ),
        tests=Planned("0.5 knowledge"),
        covers=(
            "7.6 task: Hierarchical agent orchestration",
            "7.6 deliverable: Enhanced orchestration module",
            "7 exit: Tool sandbox and hierarchical",
            "7 backlog: Tool sandbox interface",
        ),
    ),
)
