"""What the plan leaves unsaid about the first agent: the repository and the contracts."""

from __future__ import annotations

from tests.requirements_data.model import Requirement

REQUIREMENTS = (
    Requirement(
        id="contract:one-command",
        source="contract",
        behavior=(
            "`python3 bootstrap.py` with run, chat, test or lint needs only Python 3.11: it makes the "
            "environment from hash-checked locks and goes on."
        ),
        tests=(
            "tests/packaging/test_bootstrap.py::test_an_empty_home_is_enough",
            "tests/packaging/test_bootstrap.py::test_the_second_start_installs_nothing",
            "tests/unit/scripts/test_bootstrap.py::test_an_old_python_is_told_what_to_do",
            "tests/unit/scripts/test_bootstrap_commands.py::test_lint_holds_style_types_imports_sizes_and_locks",
            "tests/unit/scripts/test_bootstrap_commands.py::test_test_with_arguments_runs_only_what_they_name",
            "tests/unit/scripts/test_bootstrap_commands.py::test_any_other_command_is_handed_to_agent_sdk_with_its_exit_code",
        ),
    ),
    Requirement(
        id="contract:dev-command",
        source="contract",
        behavior=(
            "`python3 bootstrap.py dev` goes on in the same way to a local server that reloads changed code."
        ),
        tests=(
            "tests/interaction/test_cli_dev.py::test_a_run_and_its_readers_go_on_across_a_reload",
            "tests/unit/scripts/test_bootstrap_commands.py::test_any_other_command_is_handed_to_agent_sdk_with_its_exit_code",
        ),
    ),
    Requirement(
        id="contract:installer",
        source="contract",
        behavior=(
            "Where uv cannot be had pip installs the same locks, and an interrupted installation is mended."
        ),
        tests=(
            "tests/packaging/test_bootstrap.py::test_pip_takes_over_where_uv_fails",
            "tests/packaging/test_bootstrap.py::test_a_broken_off_installation_is_redone",
            "tests/unit/scripts/test_bootstrap.py::test_an_installation_that_breaks_off_leaves_nothing_that_looks_ready",
        ),
    ),
    Requirement(
        id="contract:locks",
        source="contract",
        behavior="The lock files hold a hash for every distribution and no URL.",
        tests=(
            "tests/unit/scripts/test_check_locks.py::test_the_locks_of_this_repository_pass",
            "tests/unit/scripts/test_check_locks.py::test_every_distribution_of_the_repository_has_a_hash",
            "tests/unit/scripts/test_check_locks.py::test_anything_else_is_strange",
        ),
    ),
    Requirement(
        id="contract:test-command",
        source="contract",
        behavior=(
            "`bootstrap.py test` needs no root; with --all it also unpacks programs of the system's packages, "
            "installing none, and every skip is a failure."
        ),
        tests=(
            "tests/unit/scripts/test_bootstrap_commands.py::test_test_lints_runs_the_suite_and_ends_at_the_coverage_gate_and_asks_nobody_for_root",
            "tests/unit/scripts/test_bootstrap_commands.py::test_test_all_requires_every_test",
            "tests/unit/scripts/test_bootstrap_commands.py::test_a_missing_program_is_unpacked_once_and_nothing_is_installed",
            "tests/unit/scripts/test_required_tests.py::test_every_skip_fails_where_everything_is_required",
        ),
    ),
    Requirement(
        id="contract:ci",
        source="contract",
        behavior=("What CI runs is `bootstrap.py test --all`, and nothing else."),
        tests=(
            "tests/unit/scripts/test_bootstrap_commands.py::test_what_ci_runs_is_test_all_and_nothing_else",
        ),
    ),
    Requirement(
        id="contract:rings",
        source="contract",
        behavior=("A package that stands in no ring, or an import that points outward, fails the lint."),
        tests=(
            "tests/packaging/test_imports.py::test_the_import_contracts_are_kept",
            "tests/packaging/test_imports.py::test_a_breach_of_a_contract_is_found",
            "tests/unit/scripts/test_bootstrap_commands.py::test_lint_holds_style_types_imports_sizes_and_locks",
            "tests/unit/scripts/test_bootstrap_commands.py::test_lint_fails_where_one_check_fails",
        ),
    ),
    Requirement(
        id="contract:lint",
        source="contract",
        behavior=(
            "`bootstrap.py lint` holds imports, types of package and tests, style, and the sizes of "
            "modules and functions."
        ),
        tests=(
            "tests/unit/scripts/test_bootstrap_commands.py::test_lint_holds_style_types_imports_sizes_and_locks",
            "tests/unit/scripts/test_bootstrap_commands.py::test_lint_fails_where_one_check_fails",
            "tests/unit/scripts/test_bootstrap_commands.py::test_the_types_of_package_and_tests_are_checked_strictly",
            "tests/unit/scripts/test_check_sizes.py",
            "tests/unit/scripts/test_lint_rules.py",
        ),
    ),
    Requirement(
        id="contract:repository-docs",
        source="contract",
        behavior=(
            "README, ARCHITECTURE, CONTRIBUTING, LICENSE and CHANGELOG exist, link only to what exists, "
            "their commands are understood and their Python blocks run."
        ),
        tests=(
            "tests/docs/test_repository_documents.py",
            "tests/docs/test_snippets.py",
        ),
    ),
    Requirement(
        id="contract:grammar",
        source="contract",
        behavior=(
            "A public state machine accepts exactly the journals that the event grammar allows, whole or "
            "as a prefix."
        ),
        tests=(
            "tests/properties/test_grammar.py::test_every_valid_journal_is_accepted",
            "tests/properties/test_grammar.py::test_every_prefix_is_accepted_as_a_prefix_and_never_as_a_whole",
            "tests/properties/test_grammar.py::test_a_renumbered_mutation_is_judged_as_the_model_judges_it",
            "tests/properties/test_grammar.py::test_whatever_could_follow_a_prefix_is_judged_as_the_model_judges_it",
            "tests/unit/contracts/test_grammar.py",
        ),
    ),
    Requirement(
        id="contract:gapless",
        source="contract",
        behavior=(
            "The seq of a run starts at 1 and grows by exactly 1; the last event is terminal and nothing "
            "follows it."
        ),
        tests=(
            "tests/properties/test_grammar.py::test_a_journal_out_of_sequence_is_refused",
            "tests/unit/contracts/test_grammar.py::test_the_envelope_continues_the_one_before",
            "tests/properties/test_run.py::test_a_run_ended_anywhere_leaves_valid_journals_right_sums_and_no_task",
            "tests/golden/test_streams.py::test_a_golden_run_follows_the_grammar",
        ),
    ),
    Requirement(
        id="contract:closed-once",
        source="contract",
        behavior=(
            "Every started event is closed by exactly one of completed, failed, canceled or denied with "
            "the same id."
        ),
        tests=(
            "tests/properties/test_grammar.py::test_losing_a_start_or_an_end_is_never_overlooked",
            "tests/unit/contracts/test_grammar.py::test_messages_open_and_close_once_and_end_with_their_attempt",
            "tests/unit/contracts/test_grammar.py::test_a_call_is_executed_once_per_attempt_and_never_against_a_decision",
            "tests/properties/test_run.py::test_a_run_ended_anywhere_leaves_valid_journals_right_sums_and_no_task",
        ),
    ),
    Requirement(
        id="contract:messages",
        source="contract",
        behavior=(
            "Messages carry text, reasoning with opaque provider state, tool calls, tool results, images, "
            "documents and citations without loss."
        ),
        tests=(
            "tests/properties/test_codec.py::test_a_message_is_rebuilt_from_its_plain_form",
            "tests/properties/test_codec.py::test_a_part_is_rebuilt_from_its_plain_form",
        ),
    ),
    Requirement(
        id="contract:usage",
        source="contract",
        behavior="Usage buckets are inclusive, written down, and add up over steps, children and providers.",
        tests=(
            "tests/unit/contracts/test_data.py::test_usage_sums_the_same_in_any_grouping_and_order",
            "tests/unit/contracts/test_data.py::test_totals_count_each_token_once",
            "tests/unit/runtime/test_loop.py::test_usage_is_the_sum_of_the_steps_and_counts_tool_calls",
            "tests/unit/runtime/test_subagents.py::test_usage_and_cost_roll_up",
            "tests/unit/llm/test_openai_chat_answers.py::test_usage_counts_cached_and_reasoning_tokens_within_the_totals",
            "tests/unit/llm/test_anthropic_answers.py::test_cached_tokens_count_as_input",
        ),
    ),
    Requirement(
        id="contract:public-api",
        source="contract",
        behavior=("The names that agent_sdk exports, with their signatures, agree with a committed list."),
        tests=(
            "tests/contract/test_public_api.py::test_nothing_that_was_public_is_gone_or_harder_to_call",
            "tests/contract/test_public_api.py::test_the_check_tells_an_addition_from_a_break",
            "tests/contract/test_public_api.py::test_what_is_listed_is_what_type_checkers_see",
        ),
    ),
    Requirement(
        id="contract:error-tree",
        source="contract",
        behavior=(
            "Every error class of the SDK is an AgentSDKError with code, hint and retryable, and each code "
            "is documented."
        ),
        tests=(
            "tests/contract/test_error_docs.py",
            "tests/unit/contracts/test_errors.py::test_an_error_as_data_is_what_events_carry",
        ),
    ),
    Requirement(
        id="contract:events-schema",
        source="contract",
        behavior="schemas/events.v1.json is generated from the contracts, and drift fails a check.",
        tests=(
            "tests/contract/test_event_schema.py::test_the_committed_files_are_current",
            "tests/contract/test_event_schema.py::test_a_stale_file_is_found_and_written_anew",
            "tests/contract/test_event_schema.py::test_the_schema_is_valid_in_its_dialect",
        ),
    ),
)
