"""What the plan leaves unsaid about durable runs: the server and the command line."""

from __future__ import annotations

from tests.requirements_data.model import Requirement

REQUIREMENTS = (
    Requirement(
        id="contract:keys-and-roles",
        source="contract",
        behavior=(
            "Keys are made, listed without their secret, rotated and revoked by admins; a viewer "
            "reads, a developer steers."
        ),
        tests=(
            "tests/interaction/test_server_keys.py::test_a_key_is_made_told_once_listed_without_its_secret_and_revoked",
            "tests/interaction/test_server_keys.py::test_a_rotated_key_has_a_new_secret_and_the_old_one_ends",
            "tests/interaction/test_server_keys.py::test_only_admins_see_and_make_keys",
            "tests/interaction/test_server_access.py::test_a_viewer_reads_and_makes_nothing",
        ),
    ),
    Requirement(
        id="contract:host-and-origin",
        source="contract",
        behavior="A request for another host, or from another origin's page, is refused.",
        tests=(
            "tests/interaction/test_server_access.py::test_only_requests_for_this_server_are_served",
            "tests/interaction/test_server_access.py::test_a_request_has_exactly_one_host",
            "tests/interaction/test_server_access.py::test_other_peoples_pages_are_refused",
        ),
    ),
    Requirement(
        id="contract:request-bounds",
        source="contract",
        behavior=(
            "Bodies, heads and silent connections are bounded, and nonsense is refused with a problem."
        ),
        tests=(
            "tests/interaction/test_server_errors.py::test_a_body_beyond_the_bound_is_refused_however_it_comes",
            "tests/interaction/test_server_errors.py::test_a_head_without_end_is_cut_off",
            "tests/interaction/test_server_errors.py::test_a_connection_that_says_nothing_more_is_ended",
            "tests/security/test_server_bodies.py::test_what_is_no_sense_is_refused_everywhere_and_changes_nothing",
        ),
    ),
    Requirement(
        id="contract:post-as-stream",
        source="contract",
        behavior=(
            "POST /v1/runs answers with the stream to who accepts one, and waits for the end with "
            "Prefer: wait=N."
        ),
        tests=(
            "tests/interaction/test_server_runs.py::test_the_answer_to_who_wants_a_stream_is_the_stream",
            "tests/interaction/test_server_runs.py::test_who_prefers_to_wait_gets_the_end",
            "tests/interaction/test_server_runs.py::test_who_waits_too_shortly_gets_what_there_is",
            "tests/interaction/test_server_runs.py::test_who_waits_learns_at_once_that_somebody_has_to_decide",
        ),
    ),
    Requirement(
        id="contract:idempotent-posts",
        source="contract",
        behavior=(
            "Every POST that creates takes an Idempotency-Key, which belongs to one principal and one"
            " request."
        ),
        tests=(
            "tests/interaction/test_server_keys.py::test_a_repeated_request_makes_one_key_and_tells_the_secret_once",
            "tests/interaction/test_server_keys.py::test_a_request_is_refused_while_the_same_one_is_at_work",
            "tests/interaction/test_server_keys.py::test_an_idempotency_key_belongs_to_one_principal_and_one_route",
            "tests/interaction/test_server_runs.py::test_a_repeated_stream_is_the_same_run_from_its_start",
        ),
    ),
    Requirement(
        id="contract:sse-cursors",
        source="contract",
        behavior=(
            "A cursor at the end gets 204, one older than retention 410, one that cannot be a "
            "problem, and Last-Event-ID counts before ?after=."
        ),
        tests=(
            "tests/interaction/test_server_events.py::test_a_cursor_at_the_end_tells_the_reader_to_stop",
            "tests/interaction/test_server_events.py::test_a_cursor_into_a_journal_that_is_gone_is_told_so",
            "tests/interaction/test_server_events.py::test_what_is_no_cursor_is_refused",
            "tests/interaction/test_server_events.py::test_the_header_of_a_reader_that_comes_back_counts_before_the_query",
        ),
    ),
    Requirement(
        id="contract:sse-alive",
        source="contract",
        behavior=(
            "A silent stream sends comments, and a server that goes says goodbye so that the reader "
            "comes back elsewhere."
        ),
        tests=(
            "tests/interaction/test_server_events.py::test_a_silent_stream_stays_alive",
            "tests/interaction/test_server_events.py::test_a_server_that_goes_says_goodbye_and_the_stream_goes_on_elsewhere",
        ),
    ),
    Requirement(
        id="contract:sse-any-process",
        source="contract",
        behavior="A run is followed on a server that does not execute it.",
        tests=(
            "tests/interaction/test_server_events.py::test_a_run_can_be_followed_on_a_server_that_does_not_execute_it",
            "tests/unit/storage/test_two_processes.py::test_a_reader_follows_a_run_that_another_process_writes",
            "tests/interaction/test_server_restart.py::test_two_servers_on_one_store_show_the_same_runs",
        ),
    ),
    Requirement(
        id="contract:event-pages",
        source="contract",
        behavior=(
            "Without an SSE Accept header a journal comes in pages of JSON, which say when deltas "
            "were let go."
        ),
        tests=(
            "tests/interaction/test_server_events.py::test_a_journal_comes_in_pages_too",
            "tests/interaction/test_server_events.py::test_a_journal_without_its_deltas_says_so",
        ),
    ),
    Requirement(
        id="contract:run-lists",
        source="contract",
        behavior=(
            "Runs are listed by status, session and agent, and searched by words, newest first, in "
            "pages that nothing moves."
        ),
        tests=(
            "tests/interaction/test_server_runs.py::test_runs_are_listed_by_what_they_are",
            "agent_sdk/testing/conformance/store_records.py::test_text_finds_every_word_in_input_output_or_tags",
            "agent_sdk/testing/conformance/store_records.py::test_runs_made_meanwhile_move_no_page",
        ),
    ),
    Requirement(
        id="contract:feed",
        source="contract",
        behavior=(
            "GET /v1/feed streams the changes of an organisation's runs, and goes on where a reader left."
        ),
        tests=(
            "tests/interaction/test_server_feed.py::test_a_run_is_seen_from_its_queueing_to_its_end",
            "tests/interaction/test_server_feed.py::test_a_reader_that_comes_back_gets_what_it_missed",
            "tests/interaction/test_server_feed.py::test_another_organisations_runs_are_not_in_it",
        ),
    ),
    Requirement(
        id="contract:catalog",
        source="contract",
        behavior=(
            "Agents, presets, tools with schema and effects, models and the server's own bounds are listed."
        ),
        tests=(
            "tests/interaction/test_server_catalog.py::test_agents_are_listed_with_version_tools_and_schemas",
            "tests/interaction/test_server_catalog.py::test_tools_are_listed_with_their_declaration",
            "tests/unit/services/test_catalog.py::test_the_presets_are_offered_under_their_names",
            "tests/interaction/test_server_catalog.py::test_the_default_model_is_marked",
            "tests/interaction/test_server_catalog.py::test_the_server_names_its_versions_features_store_and_bounds",
        ),
    ),
    Requirement(
        id="contract:agents-on-server",
        source="contract",
        behavior=("Agents of modules and agents that agent-sdk.toml declares are served beside the presets."),
        tests=(
            "tests/docs/test_server_guide.py::test_agents_of_modules_and_of_the_settings_file_are_served",
            "tests/interaction/test_cli_server.py::test_agents_of_the_working_directory_are_served_beside_the_presets",
        ),
    ),
    Requirement(
        id="contract:drain",
        source="contract",
        behavior=(
            "SIGTERM ends claims; runs stop at the border of a step or are cut, are given back "
            "without a loss, and go on at once elsewhere."
        ),
        tests=(
            "tests/interaction/test_server_restart.py::test_a_run_in_mid_step_is_handed_over_at_its_border",
            "tests/interaction/test_server_restart.py::test_a_run_that_reaches_no_border_is_taken_away_and_goes_on",
            "tests/interaction/test_worker_recovery.py::test_what_is_not_at_a_border_in_time_is_cut_and_goes_on_at_once_elsewhere",
            "tests/interaction/test_server_main.py::test_whoever_waits_for_a_run_is_answered_before_the_server_goes",
        ),
    ),
    Requirement(
        id="contract:restart-at-once",
        source="contract",
        behavior="A restart listens on the same address at once, whatever was connected.",
        tests=(
            "tests/interaction/test_server_restart.py::test_the_port_is_free_at_once_whatever_was_connected",
            "tests/interaction/test_server_main.py::test_a_restart_needs_no_wait_and_its_runs_are_all_there",
        ),
    ),
    Requirement(
        id="contract:deprecated-twins",
        source="contract",
        behavior=(
            "The plan's unversioned routes carry Deprecation, Sunset and a link to their successor, "
            "on refusals too."
        ),
        tests=(
            "tests/interaction/test_server_legacy.py::test_each_route_answers_as_its_twin",
            "tests/interaction/test_server_legacy.py::test_refusals_are_marked_too",
            "tests/contract/test_openapi.py::test_the_deprecated_routes_say_so_and_answer_as_their_twins",
        ),
    ),
    Requirement(
        id="contract:logs",
        source="contract",
        behavior=(
            "Each log line is JSON or one line of text, carries the ids that it is about, and no secret."
        ),
        tests=(
            "tests/unit/observability/test_logs.py::test_a_record_is_one_line_with_time_level_logger_message_and_its_facts",
            "tests/unit/observability/test_logs.py::test_bound_ids_are_on_every_line_inside_and_nest",
            "tests/unit/observability/test_logs.py::test_a_secret_in_a_text_is_hidden",
            "tests/unit/observability/test_logs.py::test_a_field_with_the_name_of_a_secret_is_hidden_at_any_depth_and_numbers_are_not",
        ),
    ),
    Requirement(
        id="contract:export-whole",
        source="contract",
        behavior=("An exporter gets the whole journal of every run, in order, and costs no run anything."),
        tests=(
            "tests/interaction/test_cli_server.py::test_an_export_holds_the_whole_journal_once_the_server_has_ended",
            "tests/unit/observability/test_exporters.py::test_a_slow_exporter_holds_nobody_up_and_loses_what_is_past_its_bound",
        ),
    ),
    Requirement(
        id="contract:clock-jumps",
        source="contract",
        behavior="A clock that jumps ends no run wrongly and repeats no effect.",
        tests=(
            "tests/security/test_clock_jumps.py::test_a_run_in_mid_message_ends_in_order",
            "tests/security/test_clock_jumps.py::test_what_cannot_be_taken_back_is_done_once_and_asked_about_by_nobody",
            "agent_sdk/testing/conformance/store_work.py::test_a_clock_that_goes_back_loses_no_lease_and_keeps_the_order",
        ),
    ),
    Requirement(
        id="contract:cli-runs",
        source="contract",
        behavior=(
            "`agent-sdk runs` lists, shows, follows, cancels, resumes and replays, by the server or "
            "on the store itself."
        ),
        tests=(
            "tests/interaction/test_cli_runs.py::test_server_and_store_say_the_same",
            "tests/interaction/test_cli_runs.py::test_a_list_is_narrowed",
            "tests/interaction/test_cli_runs.py::test_events_are_whole_journals_and_go_on_where_they_were_left",
            "tests/interaction/test_cli_runs.py::test_a_run_that_waits_for_an_approval_cannot_be_resumed_but_canceled",
            "tests/interaction/test_cli_runs.py::test_a_paused_run_goes_on",
            "tests/interaction/test_cli_runs.py::test_a_replay_that_diverges_says_where_and_fails",
        ),
    ),
    Requirement(
        id="contract:cli-keys",
        source="contract",
        behavior="`agent-sdk keys` makes, lists, rotates and revokes; a secret is shown once.",
        tests=(
            "tests/interaction/test_cli_keys.py::test_the_secret_alone_is_on_stdout_and_never_shown_again",
            "tests/interaction/test_cli_keys.py::test_a_key_opens_its_organisation_until_it_is_revoked",
            "tests/interaction/test_cli_keys.py::test_rotating_makes_a_key_like_it_and_ends_it",
        ),
    ),
    Requirement(
        id="contract:cli-config",
        source="contract",
        behavior=("`agent-sdk config show --sources` says where each value comes from, and masks secrets."),
        tests=(
            "tests/interaction/test_cli_config.py::test_every_value_says_where_it_comes_from",
            "tests/interaction/test_cli_config.py::test_secrets_are_masked_wherever_they_stand",
        ),
    ),
    Requirement(
        id="contract:cli-db",
        source="contract",
        behavior=("`agent-sdk db` upgrades and checks a store, and leaves one of a later version alone."),
        tests=(
            "tests/interaction/test_cli_db.py::test_upgrade_makes_a_store_that_check_accepts",
            "tests/interaction/test_cli_db.py::test_a_store_of_a_later_version_is_left_alone",
        ),
    ),
    Requirement(
        id="contract:cli-dev",
        source="contract",
        behavior=(
            "`agent-sdk dev` starts again when a file changes, and runs and their readers go on across that."
        ),
        tests=(
            "tests/interaction/test_cli_dev.py::test_a_run_and_its_readers_go_on_across_a_reload",
            "tests/interaction/test_cli_dev.py::test_what_cannot_be_imported_is_waited_out",
            "tests/interaction/test_cli_dev.py::test_it_ends_with_its_server",
        ),
    ),
)
