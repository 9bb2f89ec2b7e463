"""Phase 1, the local-first MVP: presets, tools, and the tests that keep it."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="1.4:presets",
        source="plan 1.4 deliverable",
        behavior=(
            "agent_sdk.presets offers the four presets by name, each with model settings, tools out of "
            "packs, memory policy and instructions, on the configured model."
        ),
        tests=(
            "tests/unit/presets/test_presets.py::test_there_are_four_presets",
            "tests/unit/presets/test_presets.py::test_a_preset_is_found_by_the_name_it_bears_and_describes_itself",
            "tests/unit/presets/test_presets.py::test_a_preset_hands_its_settings_memory_and_instructions_to_an_agent_on_the_configured_model",
            "tests/unit/presets/test_presets.py::test_the_tools_of_a_preset_come_out_of_its_packs",
            "tests/unit/presets/test_presets.py::test_a_preset_gets_every_tool_that_it_names",
        ),
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
        tests=("tests/unit/presets/test_presets.py::test_the_basic_assistant_talks_and_remembers",),
        covers=("1.4 task: `assistant_basic`",),
    ),
    Requirement(
        id="1.4:assistant-tools",
        source="plan 1.4 task",
        behavior=(
            "assistant_tools answers a question that needs the calculator and the time with calls to both, "
            "offline too."
        ),
        tests=(
            "tests/unit/presets/test_presets.py::test_the_assistant_with_tools_uses_them",
            "tests/interaction/test_cli_run.py::test_the_answer_alone_is_on_stdout_and_the_talk_on_stderr",
        ),
        covers=("1.4 task: `assistant_tools`",),
    ),
    Requirement(
        id="1.4:assistant-rag",
        source="plan 1.4 task",
        behavior=(
            "assistant_rag answers from ingested files with citations that point into them, offline too."
        ),
        tests=(
            "tests/unit/presets/test_presets.py::test_the_assistant_over_documents_cites_what_it_answers_from",
            "tests/interaction/test_cli_run.py::test_documents_are_searched_and_what_was_left_out_is_told",
        ),
        covers=("1.4 task: `assistant_rag`",),
    ),
    Requirement(
        id="1.4:assistant-multiagent",
        source="plan 1.4 task",
        behavior=(
            "assistant_multiagent lets a coordinator hand parts of a question to two specialists, offline "
            "too."
        ),
        tests=(
            "tests/unit/presets/test_presets.py::test_the_coordinator_sends_each_question_to_its_specialist",
        ),
        covers=("1.4 task: `assistant_multiagent`",),
    ),
    Requirement(
        id="1.4:cli-run",
        source="plan 1.4 deliverable",
        behavior="`agent-sdk run --preset NAME PROMPT` streams the answer for each preset.",
        tests=(
            "tests/interaction/test_cli_run.py::test_with_json_stdout_holds_the_events_of_the_root_run_and_nothing_else",
            "tests/interaction/test_cli_terminal.py::test_text_appears_while_the_answer_is_still_being_made",
        ),
        covers=(
            "1.4 deliverable: CLI: `agent-sdk run",
            "1 backlog: CLI wiring for presets",
        ),
    ),
    Requirement(
        id="1.4:cli-server",
        source="plan 1 backlog",
        behavior="`agent-sdk server` serves the API on the host and port that it is given.",
        tests=(
            "tests/interaction/test_cli_server.py::test_it_answers_ready_and_ends_well_on_sigterm",
            "tests/interaction/test_cli_server.py::test_it_becomes_the_servers_own_program_under_the_same_process_id",
            "tests/interaction/test_cli_server.py::test_several_processes_are_refused_for_now",
            "tests/interaction/test_cli_server.py::test_a_port_that_is_taken_is_one_clean_error",
        ),
        covers=(
            "1 backlog: CLI wiring for presets",
            "1 exit: Local server runs and streams events.",
        ),
    ),
    Requirement(
        id="1.4:cli-server-workers",
        source="plan 1 backlog",
        behavior="`agent-sdk server --workers N` serves with N processes.",
        tests=Planned("0.4 many machines"),
    ),
    Requirement(
        id="1.4:presets-on-server",
        source="plan 1 exit",
        behavior=(
            "A preset and its tools behave the same in Python, on the command line and through the server."
        ),
        tests=(
            "tests/docs/test_readme_story.py::test_a_preset_does_the_same_in_python_on_the_command_line_and_on_the_server",
            "tests/unit/services/test_catalog.py::test_the_presets_are_offered_under_their_names",
        ),
        covers=("1 exit: Presets + tool packs work with CLI and server.",),
    ),
    Requirement(
        id="1.5:pack",
        source="plan 1.5 deliverable",
        behavior="Each builtin tool is published with schema, version, effects and a description.",
        tests=(
            "tests/unit/tools/test_pack.py::test_the_builtin_pack_has_these_tools",
            "tests/unit/tools/test_pack.py::test_every_builtin_schema_is_valid_and_described",
            "tests/unit/tools/test_pack.py::test_no_golden_schema_is_left_over",
        ),
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
        tests=(
            "tests/unit/tools/test_pack.py::test_packs_are_loaded_by_name",
            "tests/unit/test_extension_points.py::test_a_pack_is_loaded_beside_the_builtin_one",
        ),
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
        tests=("tests/security/test_builtin_tools_filesystem.py",),
        covers=("1.5 task: `filesystem.read`, `filesystem.write`",),
    ),
    Requirement(
        id="1.5:http-fetch",
        source="plan 1.5 task",
        behavior=(
            "http.fetch reaches allowlisted hosts only, and refuses private addresses as resolved, at "
            "every redirect."
        ),
        tests=(
            "tests/security/test_builtin_tools_http.py::test_a_host_that_is_not_listed_is_refused",
            "tests/security/test_builtin_tools_http.py::test_a_name_that_resolves_to_a_special_address_is_refused",
            "tests/security/test_builtin_tools_http.py::test_a_special_address_is_refused_even_when_it_is_listed",
            "tests/security/test_builtin_tools_http.py::test_a_redirect_is_checked_like_a_first_request",
            "tests/security/test_builtin_tools_http.py::test_a_redirect_to_a_private_address_is_refused",
            "tests/security/test_builtin_tools_http.py::test_a_name_that_changes_its_address_is_looked_up_once_per_hop",
        ),
        covers=("1.5 task: `http.fetch` (with allowlist)",),
    ),
    Requirement(
        id="1.5:calculator",
        source="plan 1.5 task",
        behavior=(
            "calculator evaluates an expression grammar in exact decimals, with bounded powers and no "
            "evaluation of code."
        ),
        tests=(
            "tests/unit/tools/test_calculator.py",
            "tests/properties/test_tools_calculator.py",
        ),
        covers=("1.5 task: `calculator`",),
    ),
    Requirement(
        id="1.5:time",
        source="plan 1.5 task",
        behavior="time answers the time of any IANA zone.",
        tests=(
            "tests/unit/tools/test_time.py::test_every_iana_zone_is_known",
            "tests/unit/tools/test_time.py::test_the_time_in_a_zone_is_told",
        ),
        covers=("1.5 task: `time`",),
    ),
    Requirement(
        id="1.5:vector-search",
        source="plan 1.5 task",
        behavior="vector.search returns ranked passages with their source from a local index.",
        tests=(
            "tests/unit/tools/test_vector_search.py::test_passages_come_with_what_a_citation_needs",
            "tests/unit/memory/test_index.py::test_the_chunk_with_the_words_of_the_query_comes_first",
            "tests/unit/memory/test_index.py::test_scores_descend_and_the_limit_holds",
            "tests/unit/presets/test_presets.py::test_the_assistant_over_documents_cites_what_it_answers_from",
        ),
        covers=("1.5 task: `vector.search` (optional local)",),
    ),
    Requirement(
        id="1:regressions-sdk",
        source="plan 1 backlog",
        behavior="A change in event order or in a tool schema fails a regression test.",
        tests=(
            "tests/golden/test_streams.py::test_a_run_says_what_it_always_said",
            "tests/unit/testing/test_golden.py::test_the_first_line_that_differs_is_shown",
            "tests/unit/tools/test_pack.py::test_a_changed_builtin_schema_has_a_new_version",
        ),
        covers=("1 backlog: Regression tests: event ordering",),
    ),
    Requirement(
        id="1:regressions-sse",
        source="plan 1 backlog",
        behavior="A change in the SSE frames fails a regression test.",
        tests=(
            "tests/interaction/test_server_events.py::test_every_frame_is_the_stored_event",
            "tests/interaction/test_server_events.py::test_a_silent_stream_stays_alive",
            "tests/interaction/test_server_events.py::test_a_journal_without_its_deltas_says_so",
            "tests/interaction/test_server_readers.py::test_a_reader_gets_the_whole_of_a_run_that_has_ended_and_ends_itself",
        ),
        covers=("1 backlog: Regression tests: event ordering",),
    ),
)
