"""What the plan leaves unsaid about the first agent: the command line, settings and the quality bar."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="contract:cli-render",
        source="contract",
        behavior=(
            "On a terminal a run shows text, tool cards, timings and cost as they come; in a pipe it is "
            "plain text with the answer on stdout."
        ),
        tests=(
            "tests/interaction/test_cli_terminal.py::test_a_run_shows_thoughts_cards_text_and_what_it_took",
            "tests/interaction/test_cli_terminal.py::test_text_appears_while_the_answer_is_still_being_made",
            "tests/interaction/test_cli_run.py::test_the_answer_alone_is_on_stdout_and_the_talk_on_stderr",
        ),
    ),
    Requirement(
        id="contract:cli-json",
        source="contract",
        behavior="With --json stdout holds the envelopes as JSONL and nothing else.",
        tests=(
            "tests/interaction/test_cli_run.py::test_with_json_stdout_holds_the_events_of_the_root_run_and_nothing_else",
        ),
    ),
    Requirement(
        id="contract:cli-chat",
        source="contract",
        behavior="`agent-sdk chat` holds one session over many prompts.",
        tests=(
            "tests/interaction/test_cli_terminal.py::test_chat_holds_one_session_over_many_prompts",
            "tests/interaction/test_cli_commands.py::test_chat_in_a_pipe_answers_line_by_line",
        ),
    ),
    Requirement(
        id="contract:cli-exit-codes",
        source="contract",
        behavior="Each documented exit code is what its cause yields.",
        tests=(
            "tests/interaction/test_cli_commands.py::test_each_cause_has_its_exit_code",
            "tests/interaction/test_cli_commands.py::test_each_status_has_its_exit_code",
            "tests/interaction/test_cli_commands.py::test_every_exit_code_is_documented",
            "tests/interaction/test_cli_run.py::test_what_cannot_be_done_is_said_once_with_its_code",
            "tests/interaction/test_cli_run.py::test_a_call_that_needs_approval_pauses_with_6_where_nobody_can_be_asked",
        ),
    ),
    Requirement(
        id="contract:cli-interrupt",
        source="contract",
        behavior="Ctrl-C cancels the run, prints what was done, and exits with 130.",
        tests=(
            "tests/interaction/test_cli_terminal.py::test_ctrl_c_cancels_and_prints_what_was_done",
            "tests/interaction/test_cli_run.py::test_ctrl_c_cancels_the_run_closes_its_journal_and_ends_with_130",
        ),
    ),
    Requirement(
        id="contract:cli-version",
        source="contract",
        behavior="`agent-sdk version` and `python -m agent_sdk version` print the installed version.",
        tests=(
            "tests/interaction/test_cli_commands.py::test_the_version_is_the_installed_one",
            "tests/packaging/test_bootstrap.py::test_an_empty_home_is_enough",
        ),
    ),
    Requirement(
        id="contract:settings",
        source="contract",
        behavior=(
            "A flag wins over the environment, that over agent-sdk.toml, that over the default; an unknown "
            "key is an error with a suggestion."
        ),
        tests=(
            "tests/unit/test_settings.py::test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default",
            "tests/unit/test_settings.py::test_an_unknown_variable_is_an_error_that_names_the_nearest",
            "tests/unit/test_settings.py::test_an_unknown_key_of_the_file_is_an_error_that_names_the_nearest",
        ),
    ),
    Requirement(
        id="bar:first-minute",
        source="quality bar",
        behavior=(
            "In an empty HOME the first run with tools answers 391 and the time in Tokyo; "
            "`benchmarks/first_minute.py` holds it to 60 s from a fresh copy, and to 1.5 s when warm."
        ),
        tests=(
            "tests/packaging/test_first_minute.py::test_the_first_command_from_an_empty_home_answers_and_so_does_the_next",
        ),
    ),
    Requirement(
        id="bar:grammar-everywhere",
        source="quality bar",
        behavior=(
            "The output of run --json is accepted by the grammar for all presets, and for canceled, "
            "failed, timed-out and limit-stopped runs."
        ),
        tests=(
            "tests/interaction/test_cli_run.py::test_with_json_stdout_holds_the_events_of_the_root_run_and_nothing_else",
            "tests/interaction/test_cli_run.py::test_ctrl_c_cancels_the_run_closes_its_journal_and_ends_with_130",
            "tests/interaction/test_cli_run.py::test_a_failed_run_ends_in_its_event_and_one_error_and_8_where_the_model_failed",
            "tests/interaction/test_cli_run.py::test_a_run_that_takes_too_long_fails_with_1",
            "tests/interaction/test_cli_run.py::test_a_run_that_reaches_a_limit_fails_with_1",
        ),
    ),
    Requirement(
        id="bar:foreign-server",
        source="quality bar",
        behavior=(
            "The providers work against a mocked LiteLLM proxy, in OpenAI and Anthropic format, streaming "
            "and not."
        ),
        tests=("tests/interaction/test_litellm_proxy.py",),
    ),
    Requirement(
        id="bar:request-oracles",
        source="quality bar",
        behavior="Requests are accepted by the request types of the official openai and anthropic packages.",
        tests=(
            "tests/contract/test_provider_requests.py::test_chat_completions_requests_fit_the_official_types",
            "tests/contract/test_provider_requests.py::test_responses_requests_fit_the_official_types",
            "tests/contract/test_provider_requests.py::test_a_request_that_does_not_fit_is_found",
            "tests/contract/test_anthropic_requests.py::test_each_request_is_of_the_official_type",
            "tests/contract/test_anthropic_requests.py::test_the_judge_refuses_what_is_wrong",
        ),
    ),
    Requirement(
        id="bar:import-time",
        source="quality bar",
        behavior=(
            "`import agent_sdk` loads no aiohttp, pydantic, fastapi or sqlite; `benchmarks/imports.py` holds it "
            "to 100 ms, median of 15 cold processes."
        ),
        tests=(
            "tests/packaging/test_benchmarks.py::test_the_cost_of_importing_is_shown_beside_a_bare_interpreter",
            "tests/packaging/test_imports.py::test_importing_loads_nothing_heavy",
        ),
    ),
    Requirement(
        id="bar:cpu-per-run",
        source="quality bar",
        behavior=(
            "`benchmarks/sdk.py` holds a run to 3 times, and 1000 tokens at 10 ms spacing to 1.5 times, the CPU "
            "of a hand-written aiohttp and msgspec loop measured beside it."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:memory",
        source="quality bar",
        behavior="It holds 1000 streamed runs in flight to twice the memory of the hand-written loop.",
        tests=(
            "tests/packaging/test_benchmarks.py::test_the_cost_of_runs_and_tokens_is_a_ratio_to_a_floor_of_the_same_run",
        ),
    ),
    Requirement(
        id="bar:fuzz",
        source="quality bar",
        behavior=(
            "Of 10,000 mutated provider streams per provider none hangs, and none raises anything outside "
            "of the error tree."
        ),
        tests=("tests/properties/test_provider_streams.py",),
    ),
    Requirement(
        id="bar:coverage",
        source="quality bar",
        behavior="Branch coverage of contracts, ports, runtime, tools and llm stays at 95 % or more.",
        tests=(
            "tests/unit/scripts/test_bootstrap_commands.py::test_test_lints_runs_the_suite_and_ends_at_the_coverage_gate_and_asks_nobody_for_root",
            "tests/unit/scripts/test_bootstrap_commands.py::test_a_gate_that_stays_shut_fails_the_tests",
            "tests/unit/scripts/test_check_coverage.py::test_the_gate_opens_at_ninety_five_percent_of_all_together",
            "tests/unit/scripts/test_check_coverage.py::test_too_few_branches_close_it_even_if_every_line_ran",
        ),
    ),
)
