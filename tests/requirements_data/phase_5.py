"""Phase 5: control plane, durable execution, providers, clients."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="5.1:control-plane",
        source="plan 5.1 deliverable",
        behavior=(
            "Orgs, users, API keys, quotas and model policies live in the store and are unchanged by a "
            "restart and by a migration."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "5.1 task: Persist orgs/users/API keys",
            "5.1 deliverable: `agent_sdk/storage/control_plane`",
            "5 exit: Control plane data is durable",
            "5 backlog: Persistent control plane",
            "5 validation: Tenant control plane persists",
        ),
    ),
    Requirement(
        id="5.1:admin-api",
        source="plan 5.1 deliverable",
        behavior="What one server writes through the admin API, every other server reads at once.",
        tests=Planned("0.6 tenants"),
        covers=(
            "5.1 task: Admin API refactor",
            "5.1 deliverable: Updated admin APIs",
        ),
    ),
    Requirement(
        id="5.1:control-plane-migrations",
        source="plan 5.1 deliverable",
        behavior=(
            "The schema of the control plane is versioned, and migrations run by themselves in order, once."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "5.1 task: Migration scripts and versioned schema",
            "5.1 deliverable: Migration scripts for control plane.",
            "5 exit: Control plane data is durable",
            "5 validation: Tenant control plane persists",
        ),
    ),
    Requirement(
        id="5.2:queue-backends",
        source="plan 5.2 deliverable",
        behavior="Redis, PostgreSQL and SQS deliver queued runs durably and pass one conformance suite.",
        tests=Planned("0.4 many machines"),
        covers=(
            "5.2 task: Durable queue backend (Redis/PG/SQS)",
            "5.2 deliverable: `agent_sdk/execution/queue_backends`",
            "5 exit: Queue execution is durable",
            "5 backlog: Durable queue backend",
        ),
    ),
    Requirement(
        id="5.2:state-machine",
        source="plan 5.2 deliverable",
        behavior=(
            "A run moves only along the transitions of its state machine; any other is refused and changes "
            "nothing."
        ),
        tests=(
            "tests/unit/contracts/test_grammar.py::test_runs_and_steps_follow_their_states",
            "tests/interaction/test_server_runs.py::test_what_has_ended_is_not_steered",
            "agent_sdk/testing/conformance/store_runs.py::test_a_run_that_has_ended_is_steered_no_more",
            "agent_sdk/testing/conformance/store_leases.py::test_an_event_that_does_not_follow_is_refused",
        ),
        covers=(
            "5.2 task: Run state machine",
            "5.2 deliverable: Run lifecycle state machine + supervisor.",
        ),
    ),
    Requirement(
        id="5.2:supervisor",
        source="plan 5.2 deliverable",
        behavior=(
            "The supervisor keeps the wished number of workers alive, drains them on request and reports "
            "their health."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "5.2 task: Durable queue backend (Redis/PG/SQS)",
            "5.2 deliverable: Run lifecycle state machine + supervisor.",
            "5.2 deliverable: Worker health + DLQ tooling.",
            "5 backlog: Durable queue backend",
        ),
    ),
    Requirement(
        id="5.2:dead-letters",
        source="plan 5.2 deliverable",
        behavior=(
            "A run that used up its attempts is kept as a dead letter with its history, and can be listed, "
            "inspected and redriven by API and CLI."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "5.2 task: Dead-letter handling and replay tools.",
            "5.2 deliverable: Worker health + DLQ tooling.",
            "5 exit: Queue execution is durable",
            "5 backlog: Durable queue backend",
            "5 validation: Queue execution supports retry and DLQ",
        ),
    ),
    Requirement(
        id="5.2:lost-worker",
        source="plan 5 validation",
        behavior=(
            "A run whose worker is killed goes on with another within two lease times, and the dead one "
            "can write nothing."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "5 exit: Queue execution is durable",
            "5 validation: Queue execution supports retry and DLQ",
        ),
    ),
    Requirement(
        id="5.3:providers",
        source="plan 5.3 deliverable",
        behavior=(
            "OpenAI, Anthropic and Azure stream text, reasoning, parallel tool calls, structured output "
            "and usage through one port."
        ),
        tests=("tests/conformance/test_providers.py",),
        covers=(
            "5.3 task: Real OpenAI/Anthropic/Azure providers",
            "5.3 deliverable: `agent_sdk/llm/providers/*`",
            "5 exit: Provider integrations support streaming",
            "5 backlog: Provider integrations",
        ),
    ),
    Requirement(
        id="5.3:provider-errors",
        source="plan 5.3 task",
        behavior=(
            "Every failure of every provider becomes one error tree with a hint, and retries are bounded "
            "and honour Retry-After."
        ),
        tests=(
            "tests/unit/llm/test_failures.py::test_each_refusal_has_its_place_in_the_tree",
            "tests/unit/llm/test_failures.py::test_an_error_in_mid_stream_has_its_place_in_the_tree",
            "tests/unit/llm/test_failures.py::test_retry_after_is_read_in_each_of_its_forms",
            "tests/contract/test_error_docs.py::test_what_a_person_has_to_mend_comes_with_a_hint",
            "tests/unit/runtime/test_retries.py::test_a_rate_limit_is_waited_out_as_the_provider_asked",
            "tests/unit/runtime/test_retries.py::test_tries_are_bounded",
            "tests/properties/test_provider_streams.py::test_a_mutated_answer_ends_in_a_response_or_a_model_error",
        ),
        covers=(
            "5.3 task: Provider-specific retry",
            "5 backlog: Provider integrations",
        ),
    ),
    Requirement(
        id="5.3:provider-docs",
        source="plan 5.3 deliverable",
        behavior="docs/PROVIDERS.md configures each provider by an example that a test loads.",
        tests=("tests/docs/test_configuration_examples.py::test_each_provider_is_configured_by_an_example",),
        covers=("5.3 deliverable: `docs/PROVIDERS.md`",),
    ),
    Requirement(
        id="5.3:tracing",
        source="plan 5.3 task",
        behavior=(
            "One trace spans the request, the run, its model calls and its tools, in the OpenTelemetry "
            "conventions for generative AI."
        ),
        tests=Planned("0.8 operations"),
        covers=(
            "5.3 task: OpenTelemetry tracing",
            "5 exit: Provider integrations support streaming",
            "5 backlog: OTel tracing across",
            "5 validation: Provider streaming works with tracing enabled.",
        ),
    ),
    Requirement(
        id="5.3:tracing-demo",
        source="plan 5.3 deliverable",
        behavior="The demo sends a streamed run with tools to a real collector, which shows the whole trace.",
        tests=Planned("0.8 operations"),
        covers=(
            "5.3 deliverable: End-to-end tracing demo.",
            "5 backlog: Reference provider + tracing demo app.",
        ),
    ),
    Requirement(
        id="5.4:oidc",
        source="plan 5.4 deliverable",
        behavior=(
            "A JWT of a configured OIDC issuer is accepted; a wrong signature, audience, issuer, algorithm "
            "or time is not."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "5.4 task: OIDC/JWT support for API access.",
            "5.4 deliverable: `agent_sdk/security/oidc`",
            "5 exit: Auth supports OIDC/JWT",
            "5 backlog: OIDC/JWT auth",
            "5 validation: Auth supports OIDC/JWT",
        ),
    ),
    Requirement(
        id="5.4:key-rotation",
        source="plan 5.4 deliverable",
        behavior="Keys expire and rotate by API with an overlap, and a revoked key stops at once.",
        tests=Planned("0.6 tenants"),
        covers=(
            "5.4 task: API key rotation/expiration.",
            "5.4 deliverable: Admin APIs for key rotation/expiry.",
            "5 exit: Auth supports OIDC/JWT",
            "5 backlog: OIDC/JWT auth",
            "5 validation: Auth supports OIDC/JWT",
        ),
    ),
    Requirement(
        id="5.4:rate-limits",
        source="plan 5.4 deliverable",
        behavior=(
            "Each key has a rate limit that holds over all servers; past it the answer is 429 with "
            "Retry-After."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "5.4 task: Per-key rate limits",
            "5.4 deliverable: Rate limit enforcement per key.",
            "5 backlog: Per-key rate limits",
        ),
    ),
    Requirement(
        id="5.4:ip-allowlists",
        source="plan 5.4 task",
        behavior="A key with an IP allowlist is refused from elsewhere, also behind a trusted proxy.",
        tests=Planned("0.6 tenants"),
        covers=(
            "5.4 task: Per-key rate limits",
            "5 backlog: Per-key rate limits",
        ),
    ),
    Requirement(
        id="5.5:init",
        source="plan 5.5 deliverable",
        behavior="`agent-sdk init` writes a project that passes its own tests, for each template.",
        tests=Planned("0.7 reach"),
        covers=(
            "5.5 task: Project scaffolding CLI",
            "5.5 deliverable: CLI scaffolding.",
            "5 backlog: CLI scaffolding",
        ),
    ),
    Requirement(
        id="5.5:manifests",
        source="plan 5.5 deliverable",
        behavior=(
            "A tool pack has a specified, versioned, signed manifest; a pack that was tampered with is not "
            "loaded."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "5.5 task: Tool pack versioning and signed",
            "5.5 deliverable: Tool pack manifest spec",
            "5 backlog: Tool pack manifest",
        ),
    ),
    Requirement(
        id="5.5:catalogue",
        source="plan 5.5 deliverable",
        behavior=(
            "A reference catalogue lists tool packs with version, signer and tools, and installs one by name."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "5.5 task: Managed plugin catalog",
            "5.5 deliverable: Reference tool catalog.",
        ),
    ),
    Requirement(
        id="5.6:clients",
        source="plan 5.6 deliverable",
        behavior=(
            "The Python and JavaScript clients start runs, stream them, resume after a lost connection and "
            "answer approvals."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "5.6 task: First-party Python and JS clients",
            "5.6 deliverable: `clients/python` and `clients/js`.",
            "5 backlog: Client SDKs (Python + JS).",
            "5 validation: Client SDKs pass integration tests",
        ),
    ),
    Requirement(
        id="5.6:client-types",
        source="plan 5.6 task",
        behavior="The types of both clients agree with openapi/v1.json, checked for drift.",
        tests=Planned("0.7 reach"),
        covers=(
            "5.6 task: Typed models aligned",
            "5 backlog: Client SDKs (Python + JS).",
        ),
    ),
    Requirement(
        id="5.6:client-docs",
        source="plan 5.6 deliverable",
        behavior=(
            "Each client builds as an installable package with docs, and its examples run against a real "
            "server."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "5.6 deliverable: Docs and examples.",
            "5 exit: Client SDKs published with docs.",
            "5 validation: Client SDKs pass integration tests",
        ),
    ),
)
