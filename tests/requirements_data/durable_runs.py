"""What the plan leaves unsaid about durable runs: the store and the worker."""

from __future__ import annotations

from tests.requirements_data.model import Requirement

REQUIREMENTS = (
    Requirement(
        id="contract:store-made",
        source="contract",
        behavior=(
            "The store is made and brought up to date by migrations that Alembic wrote; a later "
            "version's schema is left alone."
        ),
        tests=(
            "tests/migrations/test_sqlite_migrations.py::test_a_new_store_is_at_the_head_and_alembic_sees_it_there",
            "tests/migrations/test_sqlite_migrations.py::test_a_revision_that_fails_leaves_the_one_before",
            "tests/migrations/test_sqlite_migrations.py::test_a_schema_that_a_newer_version_made_is_left_alone",
            "tests/unit/storage/test_faults.py::test_another_versions_schema_is_refused",
        ),
    ),
    Requirement(
        id="contract:committed-before-visible",
        source="contract",
        behavior=(
            "No reader is shown an event that a kill -9 could lose, and what it was shown is stored "
            "byte for byte."
        ),
        tests=(
            "tests/unit/storage/test_crashes.py::test_what_a_reader_was_shown_outlives_a_kill",
            "agent_sdk/testing/conformance/store_runs.py::test_a_reader_who_waits_is_woken_by_a_commit_and_by_nothing_before_it",
            "tests/unit/storage/test_faults.py::test_a_reader_sees_nothing_of_what_a_full_disk_refused",
            "tests/interaction/test_server_events.py::test_every_frame_is_the_stored_event",
        ),
    ),
    Requirement(
        id="contract:group-commit",
        source="contract",
        behavior=(
            "What all runs of a process append in one turn shares a commit, and a bad part of it "
            "harms no other, with durability process and power alike."
        ),
        tests=(
            "tests/unit/storage/test_writer.py::test_what_comes_in_one_turn_of_the_loop_shares_a_commit",
            "tests/unit/storage/test_writer.py::test_an_operation_that_breaks_leaves_nothing_and_harms_nobody",
            "agent_sdk/testing/conformance/store_leases.py::test_a_bad_entry_harms_no_other_run_of_its_batch",
            "agent_sdk/testing/conformance/store_leases.py::test_what_a_task_appends_at_once_is_seen_at_once_or_not_at_all",
        ),
    ),
    Requirement(
        id="contract:deltas-merge",
        source="contract",
        behavior="Deltas that nobody has seen when a commit comes are one event.",
        tests=(
            "agent_sdk/testing/conformance/store_leases.py::test_deltas_that_nobody_has_seen_are_one_event",
            "tests/unit/storage/test_writer.py::test_while_commits_are_frequent_entries_wait_a_little_and_share_one",
        ),
    ),
    Requirement(
        id="contract:projections",
        source="contract",
        behavior=(
            "Status, approvals and a session's messages are changed in the transaction of the events "
            "that they follow from."
        ),
        tests=(
            "agent_sdk/testing/conformance/store_work.py::test_the_end_of_a_run_is_in_its_row",
            "agent_sdk/testing/conformance/store_work.py::test_a_run_that_ends_leaves_no_open_approval",
            "agent_sdk/testing/conformance/store_leases.py::test_a_session_remembers_what_its_runs_say",
            "tests/unit/storage/test_projection.py::test_every_status_has_an_event",
        ),
    ),
    Requirement(
        id="contract:store-troubles",
        source="contract",
        behavior=(
            "A full disk, a foreign lock or a damaged file is a clear error; nothing is half written,"
            " the server stays up, and /ready says why."
        ),
        tests=(
            "tests/unit/storage/test_faults.py::test_a_full_disk_loses_no_event_and_keeps_their_order",
            "tests/unit/storage/test_faults.py::test_a_foreign_lock_that_stays_is_said_to_callers",
            "tests/unit/storage/test_faults.py::test_a_file_that_was_cut_off_is_corrupt",
            "tests/security/test_server_disk_full.py::test_a_full_disk_refuses_what_is_new_and_loses_nothing_of_what_is_at_work",
            "tests/interaction/test_server_health.py::test_a_store_that_cannot_be_written_makes_the_server_unready_and_leaves_it_alive",
        ),
    ),
    Requirement(
        id="contract:retention-local",
        source="contract",
        behavior=(
            "Retention lets deltas, journals, runs and sessions go per organisation, in batches, "
            "hourly, and never a run that has not ended; a dry run only counts."
        ),
        tests=(
            "agent_sdk/testing/conformance/store_retention.py::test_only_the_deltas_of_old_ended_runs_go",
            "agent_sdk/testing/conformance/store_retention.py::test_an_old_journal_goes_and_its_run_is_left",
            "agent_sdk/testing/conformance/store_retention.py::test_an_old_run_goes_with_its_journal_and_its_subagents",
            "agent_sdk/testing/conformance/store_retention.py::test_an_unused_session_goes_with_its_runs",
            "agent_sdk/testing/conformance/store_retention.py::test_a_run_that_has_not_ended_is_never_pruned",
            "agent_sdk/testing/conformance/store_retention.py::test_nothing_of_another_organisation_is_pruned",
            "agent_sdk/testing/conformance/store_retention.py::test_a_dry_run_counts_what_would_go_and_deletes_nothing",
            "agent_sdk/testing/conformance/store_retention.py::test_more_than_one_batch_goes_in_one_prune",
            "tests/unit/services/test_retention.py::test_every_organisation_is_pruned_hourly_from_a_random_moment_on",
        ),
    ),
    Requirement(
        id="contract:archive",
        source="contract",
        behavior=(
            "What retention deletes is in the archive first, byte for byte as JSONL; where it cannot "
            "be written nothing goes."
        ),
        tests=(
            "agent_sdk/testing/conformance/store_retention.py::test_what_goes_is_in_the_archive_byte_for_byte",
            "agent_sdk/testing/conformance/store_retention.py::test_an_archive_keeps_the_messages_of_a_session",
            "agent_sdk/testing/conformance/store_retention.py::test_nothing_goes_where_the_archive_cannot_be_written",
            "tests/conformance/test_sqlite_store_records.py::test_a_full_disk_under_the_archive_deletes_nothing",
        ),
    ),
    Requirement(
        id="contract:erasure",
        source="contract",
        behavior="A run or a session that is deleted leaves not a word in any table.",
        tests=(
            "tests/conformance/test_sqlite_store_records.py::test_not_a_word_of_an_erased_run_is_left_in_any_table",
            "agent_sdk/testing/conformance/store_records.py::test_an_erased_session_takes_its_runs_along",
            "agent_sdk/testing/conformance/store_records.py::test_a_run_that_has_not_ended_is_not_erased",
        ),
    ),
    Requirement(
        id="contract:backup-by-copy",
        source="contract",
        behavior=("A copy that SQLite makes beside a running server is restored as docs/SERVER.md says."),
        tests=(
            "tests/docs/test_server_guide.py::test_a_backup_that_was_made_beside_a_running_server_is_restored",
            "tests/docs/test_server_guide.py::test_what_is_canceled_before_the_worker_starts_does_not_go_on",
        ),
    ),
    Requirement(
        id="contract:fence",
        source="contract",
        behavior=("Each claim raises the attempt; a former owner writes nothing, and harms nobody who does."),
        tests=(
            "agent_sdk/testing/conformance/store_leases.py::test_a_zombie_writes_nothing",
            "agent_sdk/testing/conformance/store_leases.py::test_a_zombie_harms_no_other_run_of_its_batch",
            "tests/interaction/test_worker_recovery.py::test_a_silent_owner_is_followed_by_another_and_writes_nothing_when_it_wakes",
            "agent_sdk/testing/conformance/store_work.py::test_a_claim_begins_the_run",
        ),
    ),
    Requirement(
        id="contract:heartbeats",
        source="contract",
        behavior=(
            "Leases are extended from a thread of their own; a loop that hangs, or a store that does "
            "not answer, loses them in time."
        ),
        tests=(
            "tests/unit/execution/test_heartbeat.py::test_its_thread_beats_at_once_tells_the_loop_of_signals_and_ends_when_stopped",
            "tests/unit/execution/test_heartbeat.py::test_a_loop_that_hangs_loses_its_leases_and_has_them_extended_when_it_moves_again",
            "tests/interaction/test_worker_recovery.py::test_runs_whose_lease_cannot_be_extended_are_given_up_before_it_runs_out",
        ),
    ),
    Requirement(
        id="contract:dead-owners",
        source="contract",
        behavior=(
            "An owner that died on the same machine is noticed at the next search, without waiting "
            "for its lease."
        ),
        tests=(
            "tests/unit/storage/test_owners.py::test_a_process_that_is_killed_is_dead_at_once",
            "tests/interaction/test_worker_recovery.py::test_the_run_of_a_process_that_was_killed_goes_on_at_once",
        ),
    ),
    Requirement(
        id="contract:unfinished-calls",
        source="contract",
        behavior=(
            "After a crash a call without a result runs again only if its tool is read-only or "
            "idempotent; otherwise the run pauses with approval_required."
        ),
        tests=(
            "tests/interaction/test_server_restart.py::test_a_tool_that_only_reads_is_called_again_after_a_kill",
            "tests/interaction/test_server_restart.py::test_a_tool_with_effects_is_not_called_again_unless_somebody_says_so",
            "tests/unit/runtime/test_recovery.py::test_an_external_call_with_unknown_outcome_waits_for_a_human_and_may_be_denied",
            "tests/interaction/test_worker_recovery.py::test_a_tool_that_may_have_acted_waits_for_a_human",
        ),
    ),
    Requirement(
        id="contract:resume-anywhere",
        source="contract",
        behavior=(
            "A run that is cut after any commit goes on and ends as if it had not been, with "
            "handoffs, subagents and structured output, and its usage is counted once."
        ),
        tests=(
            "tests/unit/runtime/test_recovery.py::test_a_run_cut_after_any_commit_goes_on_without_repeating_a_journaled_result",
            "tests/unit/runtime/test_recovery.py::test_a_run_cut_again_and_again_ends_as_if_it_had_not_been",
            "tests/unit/runtime/test_recovery.py::test_usage_is_counted_over_a_crash",
        ),
    ),
    Requirement(
        id="contract:dead-letter-local",
        source="contract",
        behavior=(
            "A run whose owners are lost again and again without progress fails with dead_letter; "
            "progress takes the count back."
        ),
        tests=(
            "tests/interaction/test_worker_recovery.py::test_a_run_whose_owners_are_lost_again_and_again_ends_as_a_dead_letter",
            "agent_sdk/testing/conformance/store_work.py::test_a_run_whose_owners_are_lost_too_often_is_dead",
            "agent_sdk/testing/conformance/store_work.py::test_progress_makes_the_next_loss_the_first",
            "agent_sdk/testing/conformance/store_work.py::test_giving_a_run_back_is_no_loss",
        ),
    ),
    Requirement(
        id="contract:retrying",
        source="contract",
        behavior=(
            "A model failure that may pass is tried again after a delay, a bounded number of times, "
            "in attempts of its own."
        ),
        tests=(
            "tests/unit/runtime/test_durable.py::test_a_failure_that_may_pass_is_tried_again_a_bounded_number_of_times",
            "tests/interaction/test_worker_runs.py::test_a_run_that_waits_before_it_tries_again_goes_on_when_its_delay_is_over",
            "agent_sdk/testing/conformance/store_work.py::test_a_delayed_run_waits_for_its_time",
        ),
    ),
    Requirement(
        id="contract:pause-resume",
        source="contract",
        behavior="A run pauses at the border of a step and goes on from there when it is resumed.",
        tests=(
            "tests/interaction/test_worker_runs.py::test_a_run_pauses_at_the_border_of_a_step_and_goes_on_when_resumed",
            "agent_sdk/testing/conformance/store_runs.py::test_a_paused_run_waits_until_it_is_resumed",
            "tests/unit/runtime/test_durable.py::test_a_pause_comes_at_the_border_of_a_step_and_the_run_goes_on_from_there",
        ),
    ),
    Requirement(
        id="contract:cancel-durable",
        source="contract",
        behavior=(
            "A durable run is canceled at once or after its step, also from another process, and "
            "while it waits."
        ),
        tests=(
            "tests/interaction/test_worker_runs.py::test_a_run_that_is_canceled_now_stops_in_the_middle_of_an_answer",
            "tests/interaction/test_worker_runs.py::test_a_run_that_is_canceled_after_the_step_keeps_what_the_step_did",
            "agent_sdk/testing/conformance/store_runs.py::test_cancellation_reaches_the_owner_of_a_run_and_its_subagents",
            "tests/interaction/test_worker_runs.py::test_what_another_process_wants_is_heard_with_the_next_heartbeat",
            "agent_sdk/testing/conformance/store_work.py::test_a_run_that_waits_is_claimed_to_be_canceled_although_its_session_is_busy",
        ),
    ),
    Requirement(
        id="contract:input-mid-run",
        source="contract",
        behavior=(
            "What a user adds while a run is at work is journaled as input.received and answered by "
            "the next step."
        ),
        tests=(
            "tests/interaction/test_worker_runs.py::test_what_a_user_adds_in_mid_run_is_in_the_next_question_to_the_model",
            "tests/unit/runtime/test_durable.py::test_what_the_user_adds_during_the_last_answer_is_answered_too",
            "agent_sdk/testing/conformance/store_runs.py::test_inputs_come_in_order_until_they_are_journaled",
        ),
    ),
    Requirement(
        id="contract:approvals-durable",
        source="contract",
        behavior=(
            "An approval is listed, decided once, with edited arguments or a reason, and the last "
            "decision lets the run go on, also below a subagent and after a restart."
        ),
        tests=(
            "tests/interaction/test_server_approvals.py::test_the_last_decision_lets_the_run_go_on",
            "tests/interaction/test_server_approvals.py::test_whoever_approves_may_change_the_arguments",
            "tests/interaction/test_server_approvals.py::test_the_same_decision_again_changes_nothing_and_another_one_is_a_conflict",
            "tests/unit/runtime/test_durable.py::test_an_approval_below_a_subagent_survives_a_restart",
            "agent_sdk/testing/conformance/store_access.py::test_a_subagents_last_approval_lets_the_root_go_on",
        ),
    ),
    Requirement(
        id="contract:on-busy",
        source="contract",
        behavior=(
            "A run in a busy session waits its turn, is refused, or has those before it canceled, as it asks."
        ),
        tests=(
            "tests/interaction/test_worker_runs.py::test_runs_of_a_session_come_one_after_the_other_and_know_what_was_said",
            "agent_sdk/testing/conformance/store_runs.py::test_a_busy_session_rejects_where_that_is_asked",
            "agent_sdk/testing/conformance/store_runs.py::test_an_interrupting_run_has_those_before_it_canceled",
            "agent_sdk/testing/conformance/store_work.py::test_a_session_has_one_running_run_and_the_oldest_is_next",
        ),
    ),
    Requirement(
        id="contract:fair-claims",
        source="contract",
        behavior="Organisations take turns, and a process takes no more runs than it has slots.",
        tests=(
            "agent_sdk/testing/conformance/store_work.py::test_organisations_take_turns",
            "agent_sdk/testing/conformance/store_work.py::test_an_organisation_that_comes_late_is_next_where_there_is_one_slot",
            "tests/interaction/test_worker_runs.py::test_no_more_runs_are_at_work_than_there_are_slots",
        ),
    ),
    Requirement(
        id="contract:fork",
        source="contract",
        behavior=(
            "A fork is a new run that goes on from the end of a step, with ids of its own and, if "
            "wished, other words."
        ),
        tests=(
            "tests/unit/runtime/test_replay.py::test_a_fork_goes_on_from_the_end_of_a_step_with_other_ids",
            "tests/unit/runtime/test_replay.py::test_a_fork_takes_what_the_user_says_instead",
            "tests/interaction/test_server_runs.py::test_a_fork_goes_on_from_a_step",
            "tests/unit/runtime/test_replay.py::test_a_compacted_journal_cannot_be_forked",
        ),
    ),
    Requirement(
        id="contract:replay-prefixes",
        source="contract",
        behavior=(
            "Every prefix of a journal repeats, also one with a crash, an approval and an input, and "
            "an agent that would have stopped earlier is found."
        ),
        tests=(
            "tests/unit/runtime/test_replay.py::test_every_prefix_of_a_journal_repeats",
            "tests/unit/runtime/test_replay.py::test_a_journal_with_a_crash_an_approval_and_an_input_repeats",
            "tests/unit/runtime/test_replay.py::test_an_agent_that_would_stop_earlier_diverges",
        ),
    ),
    Requirement(
        id="contract:changed-agent",
        source="contract",
        behavior=(
            "A run whose agent changed goes on as long as it repeats the journal, and otherwise waits"
            " for a human."
        ),
        tests=(
            "tests/unit/runtime/test_durable.py::test_a_changed_agent_goes_on_as_long_as_it_repeats_the_journal",
            "tests/unit/runtime/test_durable.py::test_an_agent_that_lost_a_tool_waits_for_a_human_after_a_restart",
        ),
    ),
    Requirement(
        id="contract:durable-deps",
        source="contract",
        behavior=(
            "Deps travel as JSON or are made by the agent's factory; what could not be made again is "
            "refused before anything is written."
        ),
        tests=(
            "tests/unit/runtime/test_durable.py::test_deps_are_read_from_json_or_made_by_the_agents_factory",
            "tests/unit/runtime/test_durable.py::test_what_cannot_be_run_is_refused_before_anything_is_written",
            "tests/unit/runtime/test_durable_runner.py::test_deps_travel_as_json_or_are_made_again",
            "tests/unit/runtime/test_durable_runner.py::test_what_could_not_be_made_again_is_refused",
        ),
    ),
    Requirement(
        id="contract:durable-runner",
        source="contract",
        behavior=(
            "Runner(store=...) runs the same agents durably from Python; what one process leaves, "
            "killed or not, the next one goes on with."
        ),
        tests=(
            "tests/unit/runtime/test_durable_runner.py::test_a_run_over_a_store_returns_what_one_in_memory_does",
            "tests/unit/runtime/test_durable_runner.py::test_leaving_a_stream_early_leaves_the_run_at_work",
            "tests/unit/runtime/test_durable_runner.py::test_a_paused_run_is_decided_and_goes_on",
            "tests/docs/test_readme_story.py::test_what_a_killed_program_left_the_next_runner_goes_on_with",
        ),
    ),
)
