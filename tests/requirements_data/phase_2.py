"""Phase 2: developer experience and reliability."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="2.1:run-log",
        source="plan 2.1 task",
        behavior=(
            "Each run is written as structured JSON lines, with the ids of run and session on every line, and the "
            "server's log has the ids of request and run on the lines about them."
        ),
        tests=(
            "tests/unit/observability/test_exporters.py::test_the_run_log_holds_every_event_on_a_line_and_goes_on_after_a_restart",
            "tests/unit/observability/test_logs.py::test_bound_ids_are_on_every_line_inside_and_nest",
        ),
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
        tests=(
            "tests/unit/observability/test_exporters.py::test_exporters_satisfy_the_port",
            "tests/unit/observability/test_exporters.py::test_standard_output_gets_a_line_per_event",
            "tests/unit/observability/test_exporters.py::test_the_run_log_holds_every_event_on_a_line_and_goes_on_after_a_restart",
            "tests/unit/observability/test_exporters.py::test_a_failing_exporter_is_said_once_counted_and_tried_again",
            "tests/unit/observability/test_exporters.py::test_a_full_disk_leaves_no_half_line_and_the_log_goes_on_when_there_is_room",
        ),
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
        tests=(
            "tests/unit/observability/test_metrics.py::test_latencies_are_seconds",
            "tests/unit/observability/test_metrics.py::test_tokens_and_cost_of_steps_add_up_and_an_unknown_price_adds_nothing",
            "tests/unit/observability/test_metrics.py::test_errors_are_counted_by_what_they_ended_and_their_code",
        ),
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
        tests=(
            "tests/unit/testing/test_scripted_model.py::test_steps_that_were_not_played_are_an_error",
            "tests/unit/testing/test_scripted_model.py::test_a_call_too_many_is_an_error_at_once_and_at_the_end",
            "tests/unit/testing/test_scripted_model.py::test_a_text_streams_word_by_word_and_ends_as_a_whole",
            "tests/unit/testing/test_plugin.py::test_a_step_that_was_not_played_fails_the_test",
            "tests/unit/testing/test_plugin.py::test_an_unexpected_call_fails_the_test_even_when_its_error_was_caught",
            "tests/unit/runtime/test_journals.py::test_with_fakes_for_time_and_ids_two_runs_write_the_same_bytes",
        ),
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
        tests=(
            "tests/unit/testing/test_fakes.py::test_a_fake_tool_answers_in_turn_and_then_with_the_last_result",
            "tests/unit/testing/test_fakes.py::test_the_clock_stands_still_until_it_is_moved",
            "tests/unit/testing/test_fakes.py::test_ids_count_over_all_prefixes",
        ),
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
        tests=(
            "tests/unit/tools/test_pack.py::test_a_changed_builtin_schema_has_a_new_version",
            "tests/unit/tools/test_pack.py::test_no_golden_schema_is_left_over",
            "tests/unit/tools/test_compatibility.py::test_a_breaking_change_needs_a_new_major_version",
        ),
        covers=(
            "2.2 task: Regression tests for tool schemas.",
            "2 backlog: Tool schema regression tests",
        ),
    ),
    Requirement(
        id="2.2:golden-events",
        source="plan 2.2 task",
        behavior="Golden files fix the order of events for plain, tool, parallel, failed and canceled runs.",
        tests=(
            "tests/golden/test_streams.py::test_a_run_says_what_it_always_said",
            "tests/golden/test_streams.py::test_every_golden_file_is_of_a_scenario",
        ),
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
        tests=(
            "tests/interaction/test_server_readers.py::test_from_a_hundred_points_readers_get_exactly_the_rest",
            "tests/interaction/test_server_readers.py::test_a_reader_that_drops_its_connections_misses_and_repeats_nothing",
            "tests/interaction/test_server_readers.py::test_a_reader_whose_server_is_killed_misses_and_repeats_nothing",
        ),
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
        tests=(
            "tests/unit/scripts/test_bootstrap_commands.py::test_test_lints_runs_the_suite_and_ends_at_the_coverage_gate_and_asks_nobody_for_root",
            "tests/unit/scripts/test_bootstrap_commands.py::test_a_gate_that_stays_shut_fails_the_tests",
            "tests/unit/scripts/test_check_coverage.py",
        ),
        covers=("2 exit: Coverage on core runtime paths.",),
    ),
    Requirement(
        id="2:doctor",
        source="plan 2 backlog",
        behavior=(
            "`agent-sdk doctor` reports each check as ok, warn or fail with its evidence and the command "
            "that repairs it."
        ),
        tests=(
            "tests/interaction/test_cli_doctor.py::test_a_new_machine_has_no_failures_and_nothing_is_made",
            "tests/interaction/test_cli_doctor.py::test_people_get_lines_with_evidence_and_the_command_that_mends",
            "tests/interaction/test_cli_doctor.py::test_an_unknown_setting_fails_and_what_needs_settings_is_left_out",
            "tests/interaction/test_cli_doctor.py::test_fix_makes_the_store_and_closes_the_key_file",
        ),
        covers=("2 backlog: CLI diagnostics:",),
    ),
    Requirement(
        id="2:errors-cli",
        source="plan 2 backlog",
        behavior="An error on the command line says its code, its cause and what to do next.",
        tests=(
            "tests/interaction/test_cli_run.py::test_a_run_that_reaches_a_limit_fails_with_1",
            "tests/interaction/test_cli_run.py::test_what_cannot_be_done_is_said_once_with_its_code",
        ),
        covers=("2 backlog: Dev UX polish:",),
    ),
    Requirement(
        id="2:errors-http",
        source="plan 2 backlog",
        behavior="An HTTP error is problem+json with a documented code, a hint and the request id.",
        tests=(
            "tests/interaction/test_server_errors.py::test_every_error_has_a_status_and_its_code_is_told",
            "tests/interaction/test_server_errors.py::test_what_is_no_request_is_refused_with_a_problem_too",
            "tests/contract/test_openapi.py::test_the_codes_of_problems_are_those_of_the_errors",
            "tests/interaction/test_server_access.py::test_refusals_carry_what_every_answer_carries",
        ),
        covers=("2 backlog: Dev UX polish:",),
    ),
)
