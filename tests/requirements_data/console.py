"""What the plan leaves unsaid about the console."""

from __future__ import annotations

from tests.requirements_data.model import Requirement

REQUIREMENTS = (
    Requirement(
        id="bar:console-approvals",
        source="quality bar",
        behavior=(
            "A waiting tool is approved, denied or approved with other arguments in the console, by "
            "keyboard; a decision of somebody else is told."
        ),
        tests=(
            "tests/e2e/test_approvals.py::test_a_waiting_tool_is_approved_in_its_card",
            "tests/e2e/test_approvals.py::test_the_inbox_fills_while_it_is_looked_at_and_a_key_approves",
            "tests/e2e/test_approvals.py::test_arguments_are_edited_by_keyboard_and_held_against_the_schema",
            "tests/e2e/test_approvals.py::test_a_tool_is_denied_with_a_reason_that_the_model_is_told",
            "tests/e2e/test_approvals.py::test_who_comes_second_is_told_that_it_is_decided",
        ),
    ),
    Requirement(
        id="bar:console-restart",
        source="quality bar",
        behavior=(
            "A page goes on with the same stream after kill -9 and a restart of the server, and says "
            "that it was away."
        ),
        tests=(
            "tests/e2e/test_streaming.py::test_a_server_that_is_killed_in_mid_stream_and_comes_back_is_followed_with_a_notice",
        ),
    ),
    Requirement(
        id="bar:console-trace",
        source="quality bar",
        behavior=(
            "A run is seen as conversation, tree, waterfall, events and JSON over one selection, "
            "live, with subagents inside."
        ),
        tests=(
            "tests/e2e/test_streaming.py::test_the_trace_of_a_run_grows_while_it_is_looked_at",
            "tests/e2e/test_trace.py::test_a_subagent_is_shown_inside_the_tree_of_its_parent",
            "tests/e2e/test_shell.py::test_back_and_forward_go_through_pages_and_tabs",
        ),
    ),
    Requirement(
        id="bar:console-replay",
        source="quality bar",
        behavior=(
            "A scrubber shows the state at any event; a run is forked from there, and its replay is verified."
        ),
        tests=(
            "tests/e2e/test_trace.py::test_the_scrubber_shows_the_state_at_each_event_and_keeps_its_place_in_the_address",
            "tests/e2e/test_trace.py::test_a_fork_from_the_scrubber_goes_on_from_the_border_of_a_step",
            "tests/e2e/test_trace.py::test_a_replay_is_verified",
        ),
    ),
    Requirement(
        id="bar:console-compare",
        source="quality bar",
        behavior="Two runs are compared by text, tokens, cost and latency.",
        tests=(
            "tests/e2e/test_trace.py::test_two_runs_are_compared_by_text_tokens_cost_and_latency",
            "tests/e2e/test_lists.py::test_two_chosen_runs_are_compared",
        ),
    ),
    Requirement(
        id="bar:console-lists",
        source="quality bar",
        behavior=(
            "Lists of runs are live, searched and filtered in the address; a deletion can be taken back."
        ),
        tests=(
            "tests/e2e/test_lists.py::test_a_search_finds_runs_by_their_words_and_is_in_the_address",
            "tests/e2e/test_lists.py::test_a_run_that_begins_elsewhere_comes_and_changes_in_the_list",
            "tests/e2e/test_lists.py::test_a_run_is_deleted_unless_it_is_taken_back",
        ),
    ),
    Requirement(
        id="bar:console-tools",
        source="quality bar",
        behavior="Tools and agents are shown with their schemas; a tool is tried by a form.",
        tests=(
            "tests/e2e/test_shell.py::test_a_tool_is_tried_by_a_form",
            "tests/e2e/test_shell.py::test_an_agent_is_shown_with_its_tools_and_starts_a_run",
            "tests/interaction/test_server_tools.py",
        ),
    ),
    Requirement(
        id="bar:console-edit",
        source="quality bar",
        behavior=(
            "A prompt that was sent is edited and sent again; what is being written survives a "
            "reload; a session is continued."
        ),
        tests=(
            "tests/e2e/test_run_page.py::test_a_prompt_that_is_edited_and_sent_again_makes_a_new_run_and_keeps_the_old",
            "tests/e2e/test_run_page.py::test_what_is_written_is_kept_when_the_page_is_loaded_again",
            "tests/e2e/test_run_page.py::test_the_next_message_goes_on_in_the_same_session",
        ),
    ),
    Requirement(
        id="bar:console-sign-in",
        source="quality bar",
        behavior=(
            "Nothing is shown without a key; an address of `dev` signs in once; a key that ends is "
            "asked for again at the same place."
        ),
        tests=(
            "tests/e2e/test_sign_in.py::test_a_pasted_key_opens_the_page_that_was_asked_for",
            "tests/e2e/test_sign_in.py::test_a_wrong_key_is_refused_with_a_reason_and_nothing_is_kept",
            "tests/e2e/test_sign_in.py::test_a_key_goes_with_the_tab_unless_it_is_to_be_kept",
            "tests/e2e/test_sign_in.py::test_a_one_time_address_signs_in_once_and_leaves_no_trace",
            "tests/e2e/test_sign_in.py::test_signing_out_revokes_what_a_one_time_address_gave",
            "tests/e2e/test_sign_in.py::test_a_key_that_is_revoked_in_mid_visit_asks_for_another_at_the_same_place",
        ),
    ),
    Requirement(
        id="bar:console-keyboard",
        source="quality bar",
        behavior="A palette and a sheet of shortcuts reach everything by keyboard.",
        tests=(
            "tests/e2e/test_shell.py::test_the_palette_goes_to_pages_and_runs_by_keyboard",
            "tests/e2e/test_shell.py::test_a_question_mark_lists_the_shortcuts_of_the_page",
        ),
    ),
    Requirement(
        id="bar:console-barriers",
        source="quality bar",
        behavior="No page has a barrier that axe knows, in either theme; each fits 390 pixels.",
        tests=(
            "tests/e2e/test_access.py::test_a_page_has_no_barrier_and_fits_in_both_themes_and_on_a_phone",
            "tests/e2e/test_shell.py::test_on_a_phone_the_navigation_is_a_drawer",
            "tests/e2e/test_shell.py::test_the_system_decides_about_the_theme_until_somebody_does",
        ),
    ),
    Requirement(
        id="bar:console-hostile",
        source="quality bar",
        behavior=(
            "Nothing runs of what models, tools, errors and addresses say, under a strict content "
            "security policy."
        ),
        tests=(
            "tests/e2e/test_hostile.py::test_nothing_runs_of_what_models_and_tools_say",
            "tests/e2e/test_hostile.py::test_nothing_runs_where_a_vector_is_the_whole_answer",
            "tests/e2e/test_hostile.py::test_nothing_runs_of_an_error",
            "tests/e2e/test_hostile.py::test_nothing_runs_of_what_is_folded",
            "tests/e2e/test_hostile.py::test_nothing_runs_of_an_address",
            "tests/interaction/test_console_pages.py::test_every_page_is_the_shell_with_a_nonce_of_its_own",
        ),
    ),
    Requirement(
        id="bar:console-smooth",
        source="quality bar",
        behavior=(
            "5,000 events in a run, 10,000 runs in the list and 200 events a second keep no task over 200 ms."
        ),
        tests=(
            "tests/e2e/test_smooth.py::test_five_thousand_events_are_smooth_in_every_tab",
            "tests/e2e/test_smooth.py::test_a_run_that_streams_two_hundred_events_a_second_is_smooth",
            "tests/e2e/test_smooth.py::test_ten_thousand_runs_are_smooth_to_scroll_and_search",
        ),
    ),
    Requirement(
        id="bar:console-errors",
        source="quality bar",
        behavior="What goes wrong is told with code, hint and the id of the request.",
        tests=(
            "tests/e2e/test_run_page.py::test_a_run_that_failed_says_why_and_what_to_do",
            "tests/e2e/test_run_page.py::test_a_tool_that_failed_is_open_with_its_error",
            "tests/e2e/test_run_page.py::test_a_run_that_is_not_there_says_so_with_the_id_of_the_request",
        ),
    ),
)
