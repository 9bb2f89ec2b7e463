"""Phase 2: developer experience and reliability."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="2.1:run-log",
        source="plan 2.1 task",
        behavior=(
            "Each run is written as structured JSON lines, with run, session and request ids on every line."
        ),
        tests=Planned("0.2 durable runs"),
        covers=(
            "2.1 task: Structured run logs",
            "2 backlog: Observability upgrade:",
        ),
    ),
    Requirement(
        id="2.1:exporters",
        source="plan 2.1 task",
        behavior=(
            "Exporters for stdout and file sit behind one port; a broken exporter is reported and never "
            "fails a run."
        ),
        tests=Planned("0.2 durable runs"),
        covers=(
            "2.1 task: Exporter interface (stdout + file).",
            "2 backlog: Observability upgrade:",
        ),
    ),
    Requirement(
        id="2.1:metrics",
        source="plan 2.1 task",
        behavior=(
            "Latency of steps, tools and first tokens, token usage and tool error rates are collected from "
            "events and emitted."
        ),
        tests=Planned("0.2 durable runs"),
        covers=(
            "2.1 task: Metrics: latency",
            "2 backlog: Metrics pipeline:",
        ),
    ),
    Requirement(
        id="2.2:scripted-model",
        source="plan 2.2 task",
        behavior=(
            "ScriptedModel replays scripted steps deterministically, and fails on an unexpected call as on "
            "an unused step."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "2.2 task: Add deterministic mock LLM",
            "2 backlog: Deterministic mock LLM",
        ),
    ),
    Requirement(
        id="2.2:tool-fakes",
        source="plan 2.2 task",
        behavior=(
            "Tools can be replaced by fakes that record their calls, and time and ids by deterministic ones."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "2.2 task: Add deterministic mock LLM",
            "2 backlog: Deterministic mock LLM",
        ),
    ),
    Requirement(
        id="2.2:schema-regressions",
        source="plan 2.2 task",
        behavior=(
            "The schema of every builtin tool is committed; a change without the matching version fails a "
            "test."
        ),
        tests=Planned("0.1 first agent"),
        covers=(
            "2.2 task: Regression tests for tool schemas.",
            "2 backlog: Tool schema regression tests",
        ),
    ),
    Requirement(
        id="2.2:golden-events",
        source="plan 2.2 task",
        behavior="Golden files fix the order of events for plain, tool, parallel, failed and canceled runs.",
        tests=Planned("0.1 first agent"),
        covers=(
            "2.2 task: Golden test for streaming event order.",
            "2 backlog: Streaming regression tests",
        ),
    ),
    Requirement(
        id="2.2:stream-regressions",
        source="plan 2 backlog",
        behavior=(
            "Reconnecting, catching up and disconnecting at random points yield exactly the rest of the "
            "stream."
        ),
        tests=Planned("0.2 durable runs"),
        covers=("2 backlog: Streaming regression tests",),
    ),
    Requirement(
        id="2.3:vector-store",
        source="plan 2.3 task",
        behavior=(
            "A SQLite vector store upserts, deletes, filters and searches, and passes the conformance "
            "suite of vector stores."
        ),
        tests=Planned("0.5 knowledge"),
        covers=(
            "2.3 task: Built-in vector store adapter",
            "2 backlog: Local vector store adapter",
        ),
    ),
    Requirement(
        id="2.3:embeddings",
        source="plan 2.3 task",
        behavior="Embedding providers sit behind one port; an offline one and an OpenAI-compatible one ship.",
        tests=Planned("0.5 knowledge"),
        covers=(
            "2.3 task: Pluggable embedding provider.",
            "2 backlog: Local vector store adapter",
        ),
    ),
    Requirement(
        id="2.3:compaction",
        source="plan 2.3 task",
        behavior=(
            "Compaction starts at configured thresholds, never parts a call from its result, may summarise "
            "through a hook, and cannot fail a run."
        ),
        tests=Planned("0.5 knowledge"),
        covers=(
            "2.3 task: Memory compaction policies.",
            "2 backlog: Memory compaction policies",
        ),
    ),
    Requirement(
        id="2.3:rag",
        source="plan 2 exit",
        behavior=(
            "assistant_rag ingests, retrieves and cites; a citation that its source does not support is "
            "dropped and reported."
        ),
        tests=Planned("0.5 knowledge"),
        covers=(
            "2 backlog: RAG preset improvements",
            "2 exit: Basic memory/RAG workflow in presets.",
        ),
    ),
    Requirement(
        id="2:coverage",
        source="plan 2 exit",
        behavior=(
            "Branch coverage of contracts, ports, runtime, tools and llm is at least 95 %, checked by the "
            "test command."
        ),
        tests=Planned("0.1 first agent"),
        covers=("2 exit: Coverage on core runtime paths.",),
    ),
    Requirement(
        id="2:doctor",
        source="plan 2 backlog",
        behavior=(
            "`agent-sdk doctor` reports each check as ok, warn or fail with its evidence and the command "
            "that repairs it."
        ),
        tests=Planned("0.2 durable runs"),
        covers=("2 backlog: CLI diagnostics:",),
    ),
    Requirement(
        id="2:errors-cli",
        source="plan 2 backlog",
        behavior="An error on the command line says its code, its cause and what to do next.",
        tests=Planned("0.1 first agent"),
        covers=("2 backlog: Dev UX polish:",),
    ),
    Requirement(
        id="2:errors-http",
        source="plan 2 backlog",
        behavior="An HTTP error is problem+json with a documented code, a hint and the request id.",
        tests=Planned("0.2 durable runs"),
        covers=("2 backlog: Dev UX polish:",),
    ),
)
