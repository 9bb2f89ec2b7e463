"""Phase 1, the local-first MVP: events, runs, storage, server and console."""

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
        tests=(
            "tests/contract/test_event_schema.py::test_the_events_of_real_runs_fit",
            "tests/contract/test_event_schema.py::test_the_events_of_any_journal_fit",
            "tests/contract/test_event_schema.py::test_an_event_of_each_type_fits_and_one_without_its_data_does_not",
            "tests/contract/test_event_schema.py::test_an_envelope_without_one_of_its_fields_does_not_fit",
            "tests/unit/contracts/test_codec.py::test_an_envelope_has_the_fields_of_the_contract_in_order",
            "tests/unit/contracts/test_data.py::test_every_event_type_has_a_stream_and_a_shape",
        ),
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
        tests=(
            "agent_sdk/testing/conformance/store_leases.py::test_observers_are_told_what_is_stored",
            "agent_sdk/testing/conformance/store_leases.py::test_an_observer_that_fails_keeps_nobody_waiting",
            "tests/unit/observability/test_exporters.py::test_the_pump_hands_batches_on_in_order_and_closes_the_exporter_at_the_end",
            "tests/unit/observability/test_exporters.py::test_a_slow_exporter_holds_nobody_up_and_loses_what_is_past_its_bound",
            "tests/unit/observability/test_exporters.py::test_a_failing_exporter_is_said_once_counted_and_tried_again",
        ),
        covers=("1.1 deliverable: `agent_sdk/observability` streaming",),
    ),
    Requirement(
        id="1.1:run-metadata",
        source="plan 1.1 deliverable",
        behavior=(
            "One model describes a run: its ids, session, agent, model, status, stop reason, usage, times, "
            "tags and metadata."
        ),
        tests=(
            "tests/unit/contracts/test_run_record.py::test_one_record_holds_ids_status_usage_times_tags_and_metadata",
        ),
        covers=(
            "1.1 task: Add run/session identifiers and metadata.",
            "1.1 deliverable: `agent_sdk/runtime` run metadata model.",
            "1 backlog: Define event envelope schema",
        ),
    ),
    Requirement(
        id="1.1:run-described",
        source="plan 1.1 task",
        behavior=(
            "Every run is described by that one model, with the tags and metadata that it was started with."
        ),
        tests=(
            "tests/unit/contracts/test_run_record.py::test_one_record_holds_ids_status_usage_times_tags_and_metadata",
            "tests/interaction/test_server_runs.py::test_a_run_is_accepted_and_ends_by_itself",
            "agent_sdk/testing/conformance/store_records.py::test_a_run_stays_whole_in_lists",
        ),
    ),
    Requirement(
        id="1.1:ids",
        source="plan 1.1 task",
        behavior=(
            "Ids are prefixed by kind and sort by the time of their making, and an id of another kind is "
            "refused."
        ),
        tests=(
            "tests/unit/contracts/test_ids.py::test_an_id_tells_its_prefix_and_its_time",
            "tests/unit/contracts/test_ids.py::test_ids_sort_as_their_times_do",
            "tests/unit/contracts/test_ids.py::test_what_is_no_id_is_refused",
            "tests/unit/contracts/test_ids.py::test_the_prefixes_are_those_of_the_contract",
            "tests/unit/reliability/test_system.py::test_ids_ascend_and_tell_their_time",
            "tests/contract/test_event_schema.py::test_an_envelope_with_a_wrong_value_does_not_fit",
        ),
        covers=("1.1 task: Add run/session identifiers and metadata.",),
    ),
    Requirement(
        id="1.1:ids-propagate",
        source="plan 1 backlog",
        behavior=(
            "Run, root, parent, session and step stand in every event of a run and of its children, run, "
            "session and step in every tool context, and run and step in the key of every model request."
        ),
        tests=(
            "tests/unit/runtime/test_journals.py::test_run_root_parent_session_and_step_reach_events_tools_requests_and_children",
            "tests/unit/runtime/test_subagents.py::test_a_subagent_is_a_child_run_with_a_journal_of_its_own",
        ),
        covers=("1 backlog: Implement run/session IDs and metadata propagation",),
    ),
    Requirement(
        id="1.1:ids-context",
        source="plan 1.1 task",
        behavior=(
            "Tool contexts also tell root and parent of a run, and model requests also session, root and "
            "parent."
        ),
        tests=Planned("0.2 durable runs"),
    ),
    Requirement(
        id="1.1:storage-interface",
        source="plan 1.1 deliverable",
        behavior=(
            "Sessions and run journals go through one storage port, whose conformance suites an adapter "
            "passes and whose adapters are found by URL."
        ),
        tests=(
            "agent_sdk/testing/conformance/store_runs.py::test_a_created_run_waits_and_its_first_event_can_be_read",
            "agent_sdk/testing/conformance/store_records.py::test_a_sessions_messages_come_oldest_first_in_pages",
            "tests/unit/runtime/test_durable_runner.py::test_a_url_that_names_no_file_is_refused",
            "tests/packaging/test_imports.py::test_the_built_in_adapters_come_through_entry_points",
        ),
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
        tests=(
            "tests/docs/test_readme_story.py::test_the_stream_of_a_run_goes_on_after_its_server_was_killed",
            "tests/interaction/test_server_main.py::test_a_restart_needs_no_wait_and_its_runs_are_all_there",
            "tests/docs/test_server_guide.py::test_a_backup_that_was_made_beside_a_running_server_is_restored",
            "tests/unit/runtime/test_durable_runner.py::test_a_session_is_gone_on_with_by_another_process",
            "tests/unit/runtime/test_durable_runner.py::test_a_url_that_names_no_file_is_refused",
        ),
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
        tests=(
            "tests/unit/tools/test_function_tool.py::test_unknown_and_missing_arguments_are_named",
            "tests/unit/tools/test_function_tool.py::test_nothing_but_a_whole_number_is_an_integer",
            "tests/unit/tools/test_function_tool.py::test_unknown_fields_are_refused_at_every_depth",
            "tests/unit/tools/test_tool_result.py::test_a_result_is_checked_against_the_annotation",
            "tests/unit/tools/test_raw_tool.py::test_arguments_that_do_not_fit_are_named_without_their_values",
            "tests/unit/tools/test_raw_tool.py::test_the_result_is_checked_where_there_is_a_schema",
            "tests/properties/test_tools_schema.py::test_after_any_change_schema_and_checks_still_agree",
        ),
        covers=("1.1 task: Add tool schema validation",),
    ),
    Requirement(
        id="1.1:tool-version",
        source="plan 1.1 task",
        behavior=(
            "A tool carries a semantic version, and a schema change that breaks callers without a major "
            "bump is found."
        ),
        tests=(
            "tests/unit/tools/test_tool_definition.py::test_a_declaration_that_cannot_work_is_refused",
            "tests/unit/tools/test_compatibility.py::test_a_change_of_parameters_asks_for",
            "tests/unit/tools/test_compatibility.py::test_a_change_of_the_result_asks_for_the_opposite",
            "tests/unit/tools/test_compatibility.py::test_a_breaking_change_needs_a_new_major_version",
            "tests/properties/test_tools_compatibility.py::test_without_a_refusal_every_value_of_the_old_fits_the_new",
        ),
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
        tests=(
            "tests/interaction/test_server_runs.py::test_a_run_is_accepted_and_ends_by_itself",
            "tests/interaction/test_server_legacy.py::test_each_route_answers_as_its_twin",
            "tests/interaction/test_server_runs.py::test_a_run_does_not_end_with_the_request_that_made_it",
        ),
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
        tests=(
            "tests/interaction/test_server_runs.py::test_a_run_is_accepted_and_ends_by_itself",
            "tests/interaction/test_server_errors.py::test_a_strange_id_is_an_unknown_one",
            "tests/security/test_server_tenancy.py::test_a_foreign_id_is_not_found",
            "tests/interaction/test_server_legacy.py::test_each_route_answers_as_its_twin",
        ),
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
        tests=(
            "tests/interaction/test_server_events.py::test_every_frame_is_the_stored_event",
            "tests/interaction/test_server_events.py::test_a_reader_that_comes_back_gets_exactly_the_rest",
            "tests/interaction/test_server_events.py::test_events_come_as_they_are_committed_and_the_stream_closes_after_the_last",
            "tests/interaction/test_server_legacy.py::test_the_stream_of_events_is_the_same_stream",
        ),
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
        tests=(
            "tests/interaction/test_server_slow_readers.py::test_a_reader_that_never_reads_slows_nobody_and_is_gone_in_time",
            "tests/interaction/test_server_crowd.py::test_a_reader_that_never_reads_slows_nobody_and_is_gone_within_half_a_minute",
            "tests/interaction/test_server_slow_readers.py::test_a_slow_reader_gets_everything_in_the_end",
            "tests/unit/storage/test_tail.py::test_a_tail_is_bounded_by_size",
        ),
        covers=("1 backlog: Implement SSE streaming in FastAPI",),
    ),
    Requirement(
        id="1.2:sessions",
        source="plan 1.2 task",
        behavior="GET /sessions lists sessions in pages, and GET /sessions/{id} shows one with its messages.",
        tests=(
            "tests/interaction/test_server_sessions.py::test_sessions_are_listed_last_used_first",
            "tests/interaction/test_server_sessions.py::test_a_session_has_the_messages_of_its_runs_in_order_and_in_pages",
            "tests/interaction/test_server_legacy.py::test_each_route_answers_as_its_twin",
        ),
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
        tests=(
            "tests/interaction/test_server_openapi.py::test_every_route_that_is_not_public_needs_a_key",
            "tests/interaction/test_server_access.py::test_without_a_valid_key_nothing_is_told",
            "tests/unit/services/test_keys.py::test_the_configured_key_administers_the_default_organisation_and_is_not_in_the_store",
            "tests/unit/services/test_local_key.py::test_the_first_start_makes_a_key_that_only_its_user_can_read_and_later_ones_find_it",
        ),
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
        tests=(
            "tests/docs/test_server_guide.py::test_a_wrong_setting_is_named_with_its_place_and_the_server_does_not_start",
            "tests/interaction/test_cli_server.py::test_settings_that_cannot_be_used_are_one_clean_error",
        ),
        covers=("1 backlog: Basic API key auth middleware",),
    ),
    Requirement(
        id="1.2:openapi",
        source="plan 1.2 deliverable",
        behavior=(
            "/openapi.json describes every route, response and event, /docs shows it, and the committed "
            "copy is checked for drift."
        ),
        tests=(
            "tests/contract/test_openapi.py::test_every_route_of_the_contract_is_there_and_no_other",
            "tests/contract/test_openapi.py::test_every_route_has_typed_answers_and_problems",
            "tests/contract/test_openapi.py::test_events_have_the_shapes_of_their_own_schema",
            "tests/contract/test_openapi.py::test_the_committed_document_is_current",
            "tests/interaction/test_server_openapi.py::test_the_document_that_is_served_is_the_committed_one",
            "tests/interaction/test_server_openapi.py::test_the_page_of_routes_lists_every_route",
        ),
        covers=("1.2 deliverable: API docs (OpenAPI auto docs).",),
    ),
    Requirement(
        id="1.3:submit",
        source="plan 1.3 task",
        behavior=(
            "In the console a prompt can be written, sent to a chosen agent, preset and model, and stopped."
        ),
        tests=(
            "tests/e2e/test_run_page.py::test_a_prompt_shows_the_tools_it_used_the_answer_and_its_source",
            "tests/e2e/test_run_page.py::test_stop_cancels_a_run_at_work",
        ),
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
        tests=(
            "tests/e2e/test_streaming.py::test_a_page_that_is_loaded_again_in_mid_stream_goes_on_with_every_token_once",
            "tests/e2e/test_streaming.py::test_a_server_that_is_killed_in_mid_stream_and_comes_back_is_followed_with_a_notice",
        ),
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
        tests=(
            "tests/e2e/test_run_page.py::test_a_prompt_shows_the_tools_it_used_the_answer_and_its_source",
            "tests/e2e/test_run_page.py::test_a_tool_that_failed_is_open_with_its_error",
        ),
        covers=(
            "1.3 task: inspect tool calls",
            "1 backlog: Build minimal dev console UI",
        ),
    ),
    Requirement(
        id="1.3:history",
        source="plan 1.3 task",
        behavior="The console lists sessions and runs, searches them, and opens any of them by a deep link.",
        tests=(
            "tests/e2e/test_lists.py::test_a_session_is_found_opened_continued_and_deleted",
            "tests/e2e/test_lists.py::test_a_search_finds_runs_by_their_words_and_is_in_the_address",
            "tests/e2e/test_shell.py::test_an_address_deep_in_a_run_opens_there_after_signing_in",
        ),
        covers=("1.3 task: view session history",),
    ),
    Requirement(
        id="1.3:served-at-root",
        source="plan 1.3 deliverable",
        behavior="The server answers / with the single-page console, whose shell holds no data.",
        tests=(
            "tests/interaction/test_console_pages.py::test_every_page_is_the_shell_with_a_nonce_of_its_own",
            "tests/interaction/test_console_pages.py::test_an_asset_is_kept_for_ever_and_is_packed_for_who_takes_it",
            "tests/interaction/test_console_pages.py::test_no_way_leads_out_of_the_folder_or_into_the_api",
            "tests/interaction/test_console_sign_in.py::test_making_a_code_takes_a_key",
        ),
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
        tests=(
            "tests/interaction/test_console_start.py::test_a_checkout_builds_its_console_before_it_serves",
            "tests/packaging/test_console_wheel.py::test_a_wheel_holds_the_console_and_not_its_sources",
            "tests/packaging/test_console_wheel.py::test_an_installed_wheel_serves_the_console_and_signs_in",
            "tests/unit/ui/test_console_build.py::test_it_is_built_once_and_again_when_the_sources_have_changed",
        ),
        covers=(
            "1.3 deliverable: `agent_sdk/ui` static bundle.",
            "1 backlog: Serve UI from server root",
            "1 exit: UI works without external infra.",
        ),
    ),
)
