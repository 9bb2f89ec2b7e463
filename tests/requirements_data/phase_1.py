"""Phase 1: the local-first MVP."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="1.1:event-schema",
        source="plan 1.1 deliverable",
        behavior=(
            "Every event of the streams assistant, tool and lifecycle has the one versioned envelope, and "
            "validates against schemas/events.v1.json."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "1.1 task: Add stable event schema",
            "1.1 deliverable: `agent_sdk/observability` streaming",
            "1 backlog: Define event envelope schema",
            "risk: Risk: streaming complexity.",
            "risk: Mitigation: define strict event envelopes early.",
        ),
    ),
    Requirement(
        id="1.1:event-bus",
        source="plan 1.1 deliverable",
        behavior=(
            "agent_sdk.observability hands every committed event, in order, to each subscriber, and a "
            "failing subscriber never breaks the run."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.1 deliverable: `agent_sdk/observability` streaming",),
    ),
    Requirement(
        id="1.1:run-metadata",
        source="plan 1.1 deliverable",
        behavior=(
            "A run carries its ids, session, agent, model, status, stop reason, usage, times, tags and "
            "metadata in one model."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "1.1 task: Add run/session identifiers and metadata.",
            "1.1 deliverable: `agent_sdk/runtime` run metadata model.",
            "1 backlog: Define event envelope schema",
        ),
    ),
    Requirement(
        id="1.1:ids",
        source="plan 1.1 task",
        behavior=(
            "Ids are prefixed by kind and sort by the time of their making, and an id of another kind is "
            "refused."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.1 task: Add run/session identifiers and metadata.",),
    ),
    Requirement(
        id="1.1:ids-propagate",
        source="plan 1 backlog",
        behavior=(
            "Run, root, parent, session and step reach every event, tool context, model request and child "
            "run unchanged."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1 backlog: Implement run/session IDs and metadata propagation",),
    ),
    Requirement(
        id="1.1:storage-interface",
        source="plan 1.1 deliverable",
        behavior=(
            "Sessions and run journals go through one storage port, which agent_sdk.storage shows and an "
            "in-memory adapter implements."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "1.1 task: Add a simple pluggable storage interface",
            "1.1 deliverable: `agent_sdk/storage` interface",
            "1 backlog: Add storage interface",
        ),
    ),
    Requirement(
        id="1.1:sqlite-store",
        source="plan 1.1 deliverable",
        behavior=(
            "With the default settings, runs, sessions and events are kept in SQLite and survive a "
            "restart; the store can be changed by URL."
        ),
        tests=Planned("0.2 durable runs"),
        covers=(
            "1.1 deliverable: `agent_sdk/storage` interface",
            "1 backlog: Add storage interface",
        ),
    ),
    Requirement(
        id="1.1:tool-schema",
        source="plan 1.1 task",
        behavior=(
            "Tool arguments and results are checked strictly against JSON Schema 2020-12; an unknown, "
            "missing or mistyped field is refused by name."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.1 task: Add tool schema validation",),
    ),
    Requirement(
        id="1.1:tool-version",
        source="plan 1.1 task",
        behavior=(
            "A tool carries a semantic version, and a schema change that breaks callers without a major "
            "bump is found."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "1.1 task: Add tool schema validation",
            "risk: Risk: tool schema churn.",
            "risk: Mitigation: semantic versioning of tool schemas.",
        ),
    ),
    Requirement(
        id="1.2:post-run",
        source="plan 1.2 task",
        behavior="POST /run starts a run and answers 202 with the run before it has ended.",
        tests=Planned("0.2 durable runs"),
        covers=(
            "1.2 task: FastAPI server endpoints:",
            "1.2 task: `POST /run` (start run)",
            "1 backlog: Add `POST /run`",
        ),
    ),
    Requirement(
        id="1.2:get-run",
        source="plan 1.2 task",
        behavior=(
            "GET /run/{id} answers the status, usage and output of a run, and 404 for an id that is "
            "unknown or foreign."
        ),
        tests=Planned("0.2 durable runs"),
        covers=(
            "1.2 task: `GET /run/{id}` (status)",
            "1 backlog: Add `POST /run`",
        ),
    ),
    Requirement(
        id="1.2:sse",
        source="plan 1.2 deliverable",
        behavior=(
            "GET /run/{id}/events streams the journal as SSE, resumes after Last-Event-ID without gap or "
            "repeat, and ends after the last event."
        ),
        tests=Planned("0.2 durable runs"),
        covers=(
            "1.2 task: `GET /run/{id}/events` (SSE stream)",
            "1.2 deliverable: `agent_sdk/server` with SSE",
            "1 backlog: Implement SSE streaming in FastAPI",
            "1 exit: Local server runs and streams events.",
        ),
    ),
    Requirement(
        id="1.2:slow-reader",
        source="plan 1 backlog",
        behavior=(
            "A reader that never reads slows neither the run nor other readers, costs bounded memory, and "
            "is let go within 30 s."
        ),
        tests=Planned("0.2 durable runs"),
        covers=("1 backlog: Implement SSE streaming in FastAPI",),
    ),
    Requirement(
        id="1.2:sessions",
        source="plan 1.2 task",
        behavior="GET /sessions lists sessions in pages, and GET /sessions/{id} shows one with its messages.",
        tests=Planned("0.2 durable runs"),
        covers=(
            "1.2 task: `GET /sessions` and `GET /sessions/{id}`",
            "1 backlog: Add `POST /run`",
        ),
    ),
    Requirement(
        id="1.2:api-key",
        source="plan 1.2 task",
        behavior=(
            "Every route with data needs the API key from the environment or the one made at the first "
            "start; without it the answer is 401."
        ),
        tests=Planned("0.2 durable runs"),
        covers=(
            "1.2 task: Local auth: API key in env.",
            "1.2 deliverable: `agent_sdk/server` with SSE",
            "1 backlog: Basic API key auth middleware",
        ),
    ),
    Requirement(
        id="1.2:config-validation",
        source="plan 1 backlog",
        behavior=(
            "A server whose configuration is wrong does not start; it names the key, its source and the "
            "nearest known key."
        ),
        tests=Planned("0.2 durable runs"),
        covers=("1 backlog: Basic API key auth middleware",),
    ),
    Requirement(
        id="1.2:openapi",
        source="plan 1.2 deliverable",
        behavior=(
            "/openapi.json describes every route, response and event, /docs shows it, and the committed "
            "copy is checked for drift."
        ),
        tests=Planned("0.2 durable runs"),
        covers=("1.2 deliverable: API docs (OpenAPI auto docs).",),
    ),
    Requirement(
        id="1.3:submit",
        source="plan 1.3 task",
        behavior=(
            "In the console a prompt can be written, sent to a chosen agent, preset and model, and stopped."
        ),
        tests=Planned("0.3 console"),
        covers=(
            "1.3 task: Minimal web UI to:",
            "1.3 task: submit prompts",
            "1 backlog: Build minimal dev console UI",
        ),
    ),
    Requirement(
        id="1.3:stream",
        source="plan 1.3 task",
        behavior=(
            "The console shows the answer while it streams, and goes on after a reload or a lost "
            "connection with no token missing or doubled."
        ),
        tests=Planned("0.3 console"),
        covers=(
            "1.3 task: stream output",
            "1 backlog: Build minimal dev console UI",
        ),
    ),
    Requirement(
        id="1.3:tool-calls",
        source="plan 1.3 task",
        behavior=(
            "The console shows each tool call with name, version, arguments, result, duration and state."
        ),
        tests=Planned("0.3 console"),
        covers=(
            "1.3 task: inspect tool calls",
            "1 backlog: Build minimal dev console UI",
        ),
    ),
    Requirement(
        id="1.3:history",
        source="plan 1.3 task",
        behavior="The console lists sessions and runs, searches them, and opens any of them by a deep link.",
        tests=Planned("0.3 console"),
        covers=("1.3 task: view session history",),
    ),
    Requirement(
        id="1.3:served-at-root",
        source="plan 1.3 deliverable",
        behavior="The server answers / with the single-page console, whose shell holds no data.",
        tests=Planned("0.3 console"),
        covers=(
            "1.3 task: Prefer a single-page UI",
            "1.3 deliverable: Integrated UI route `/`",
            "1 backlog: Serve UI from server root",
        ),
    ),
    Requirement(
        id="1.3:bundle",
        source="plan 1.3 deliverable",
        behavior=(
            "The wheel carries the built bundle in agent_sdk/ui/static; a checkout builds it when it is "
            "missing or stale."
        ),
        tests=Planned("0.3 console"),
        covers=(
            "1.3 deliverable: `agent_sdk/ui` static bundle.",
            "1 backlog: Serve UI from server root",
            "1 exit: UI works without external infra.",
        ),
    ),
    Requirement(
        id="1.4:presets",
        source="plan 1.4 deliverable",
        behavior=(
            "agent_sdk.presets offers the four presets by name, each with model, tool pack, memory policy "
            "and instructions."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "1.4 task: Presets for common workflows:",
            "1.4 task: Each preset includes",
            "1.4 deliverable: `agent_sdk/presets` module.",
            "1 backlog: Implement presets",
            "outcome: A set of opinionated presets",
        ),
    ),
    Requirement(
        id="1.4:assistant-basic",
        source="plan 1.4 task",
        behavior="assistant_basic holds a conversation, offline too.",
        tests=Planned("0.1 first agent"),
        covers=("1.4 task: `assistant_basic`",),
    ),
    Requirement(
        id="1.4:assistant-tools",
        source="plan 1.4 task",
        behavior=(
            "assistant_tools answers a question that needs the calculator and the time with calls to both, "
            "offline too."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.4 task: `assistant_tools`",),
    ),
    Requirement(
        id="1.4:assistant-rag",
        source="plan 1.4 task",
        behavior=(
            "assistant_rag answers from ingested files with citations that point into them, offline too."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.4 task: `assistant_rag`",),
    ),
    Requirement(
        id="1.4:assistant-multiagent",
        source="plan 1.4 task",
        behavior=(
            "assistant_multiagent lets a coordinator hand parts of a question to two specialists, offline "
            "too."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.4 task: `assistant_multiagent`",),
    ),
    Requirement(
        id="1.4:cli-run",
        source="plan 1.4 deliverable",
        behavior="`agent-sdk run --preset NAME PROMPT` streams the answer for each preset.",
        tests=Planned("0.1 first agent"),
        covers=(
            "1.4 deliverable: CLI: `agent-sdk run",
            "1 backlog: CLI wiring for presets",
        ),
    ),
    Requirement(
        id="1.4:cli-server",
        source="plan 1 backlog",
        behavior="`agent-sdk server` serves the API on the host, port and worker count that it is given.",
        tests=Planned("0.2 durable runs"),
        covers=(
            "1 backlog: CLI wiring for presets",
            "1 exit: Local server runs and streams events.",
        ),
    ),
    Requirement(
        id="1.4:presets-on-server",
        source="plan 1 exit",
        behavior=(
            "A preset and its tools behave the same in Python, on the command line and through the server."
        ),
        tests=Planned("0.2 durable runs"),
        covers=("1 exit: Presets + tool packs work with CLI and server.",),
    ),
    Requirement(
        id="1.5:pack",
        source="plan 1.5 deliverable",
        behavior="Each builtin tool is published with schema, version, effects and a description.",
        tests=Planned("0.1 first agent"),
        covers=(
            "1.5 task: Built-in tools packaged",
            "1.5 deliverable: `agent_sdk/tools/builtin` with schemas.",
            "1 backlog: Build tool packs with schema",
            "outcome: A set of opinionated presets",
        ),
    ),
    Requirement(
        id="1.5:auto-load",
        source="plan 1.5 deliverable",
        behavior="The tool registry finds the builtin pack by its entry point, as it finds a third party's.",
        tests=Planned("0.1 first agent"),
        covers=(
            "1.5 deliverable: Tool registry auto-loads",
            "1 backlog: Build tool packs with schema",
        ),
    ),
    Requirement(
        id="1.5:filesystem",
        source="plan 1.5 task",
        behavior=(
            "filesystem.read and filesystem.write stay inside the configured roots, whatever symlinks and "
            "`..` say; writes are atomic."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.5 task: `filesystem.read`, `filesystem.write`",),
    ),
    Requirement(
        id="1.5:http-fetch",
        source="plan 1.5 task",
        behavior=(
            "http.fetch reaches allowlisted hosts only, and refuses private addresses as resolved, at "
            "every redirect."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.5 task: `http.fetch` (with allowlist)",),
    ),
    Requirement(
        id="1.5:calculator",
        source="plan 1.5 task",
        behavior=(
            "calculator evaluates an expression grammar in exact decimals, with bounded powers and no "
            "evaluation of code."
        ),
        tests=Planned("0.1 first agent"),
        covers=("1.5 task: `calculator`",),
    ),
    Requirement(
        id="1.5:time",
        source="plan 1.5 task",
        behavior="time answers the time of any IANA zone.",
        tests=Planned("0.1 first agent"),
        covers=("1.5 task: `time`",),
    ),
    Requirement(
        id="1.5:vector-search",
        source="plan 1.5 task",
        behavior="vector.search returns ranked passages with their source from a local index.",
        tests=Planned("0.1 first agent"),
        covers=("1.5 task: `vector.search` (optional local)",),
    ),
    Requirement(
        id="1:regressions-sdk",
        source="plan 1 backlog",
        behavior="A change in event order or in a tool schema fails a regression test.",
        tests=Planned("0.1 first agent"),
        covers=("1 backlog: Regression tests: event ordering",),
    ),
    Requirement(
        id="1:regressions-sse",
        source="plan 1 backlog",
        behavior="A change in the SSE frames fails a regression test.",
        tests=Planned("0.2 durable runs"),
        covers=("1 backlog: Regression tests: event ordering",),
    ),
)
