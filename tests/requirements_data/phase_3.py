"""Phase 3: gateway, channels, tenants."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="3.1:protocol",
        source="plan 3.1 task",
        behavior=(
            "The WebSocket protocol is specified: envelopes, authentication, reconnect by cursor; the "
            "spec's examples are run as tests."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "3.1 task: WebSocket protocol",
            "3 backlog: Gateway mode design",
        ),
    ),
    Requirement(
        id="3.1:gateway",
        source="plan 3 backlog",
        behavior=(
            "A client that connects and authenticates over WebSocket starts runs and receives the bytes "
            "that SSE readers receive."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "3.1 task: WebSocket protocol",
            "3 backlog: Gateway server skeleton:",
        ),
    ),
    Requirement(
        id="3.1:subscriptions",
        source="plan 3 backlog",
        behavior="Many clients subscribe to many runs over one socket each; a slow one is held back alone.",
        tests=Planned("0.7 reach"),
        covers=(
            "3.1 task: WebSocket protocol",
            "3 backlog: Multi-client support:",
        ),
    ),
    Requirement(
        id="3.1:devices",
        source="plan 3.1 task",
        behavior=(
            "A device or agent registers its identity by pairing, which an operator confirms, and can be "
            "revoked."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "3.1 task: Device/agent registration.",
            "3 backlog: Device/agent registration model",
        ),
    ),
    Requirement(
        id="3.2:channels",
        source="plan 3.2 task",
        behavior=(
            "Slack, Discord and web connectors sit behind one channel port and pass one conformance suite."
        ),
        tests=Planned("0.7 reach"),
        covers=("3.2 task: Slack/Discord/Web UI connectors.",),
    ),
    Requirement(
        id="3.2:channel-end-to-end",
        source="plan 3 exit",
        behavior=(
            "A message that arrives in a channel starts a run, and the answer arrives in the same thread, "
            "once, also after a restart."
        ),
        tests=Planned("0.7 reach"),
        covers=(
            "3 exit: At least one channel integration works",
            "3 backlog: First channel integration",
        ),
    ),
    Requirement(
        id="3.3:tenancy",
        source="plan 3.3 task",
        behavior="Every row belongs to an org; users are members of orgs; quotas bind org and user.",
        tests=Planned("0.6 tenants"),
        covers=(
            "3.3 task: Org/user scoping, quota management.",
            "3 backlog: Multi-tenant data model",
        ),
    ),
    Requirement(
        id="3.3:tenancy-design",
        source="plan 3 exit",
        behavior=(
            "The multi-tenant design document tells the data model, isolation, quotas and the upgrade of "
            "the storage, and matches the schema."
        ),
        tests=Planned("0.6 tenants"),
        covers=(
            "3 exit: Multi-tenant design doc complete.",
            "3 backlog: Multi-tenant data model",
        ),
    ),
    Requirement(
        id="3.3:postgres",
        source="plan 3.3 task",
        behavior=(
            "Runs, sessions and events are kept in PostgreSQL behind the port and the conformance suite of "
            "SQLite."
        ),
        tests=Planned("0.4 many machines"),
        covers=(
            "3.3 task: Storage layer upgraded to Postgres.",
            "3 backlog: Postgres storage adapter",
        ),
    ),
    Requirement(
        id="3:admin-ui",
        source="plan 3 backlog",
        behavior="The admin pages manage orgs and API keys and show usage.",
        tests=Planned("0.6 tenants"),
        covers=("3 backlog: Admin UI basics",),
    ),
    Requirement(
        id="3:compose",
        source="plan 3 backlog",
        behavior=(
            "A Docker Compose blueprint with a short production guide brings up the server, workers and "
            "PostgreSQL."
        ),
        tests=Planned("0.8 operations"),
        covers=("3 backlog: Deployment blueprint:",),
    ),
)
