"""What the plan leaves unsaid about the first agent: models, tools and runs."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="contract:offline-model",
        source="contract",
        behavior=(
            "offline:demo answers without key or network, asks for real tool calls, and says that it is no "
            "language model."
        ),
        tests=(
            "tests/unit/llm/test_offline_tools.py::test_two_independent_questions_become_two_parallel_calls_and_one_answer",
            "tests/unit/llm/test_offline_tools.py::test_arithmetic_in_many_notations_reaches_the_calculator",
            "tests/unit/llm/test_offline_talk.py::test_it_says_that_it_is_no_language_model_when_the_rules_do_not_reach",
            "tests/interaction/test_cli_run.py::test_the_offline_demo_says_what_it_is_and_how_to_get_a_real_model",
            "tests/unit/test_bootstrap_services.py::test_without_a_key_the_offline_model_answers",
        ),
    ),
    Requirement(
        id="contract:model-strings",
        source="contract",
        behavior=(
            "`provider:model` chooses OpenAI, Anthropic, Azure, an OpenAI-compatible base URL or the "
            "offline model; a typing error is met with the nearest name."
        ),
        tests=(
            "tests/docs/test_configuration_examples.py::test_each_provider_is_configured_by_an_example",
            "tests/unit/llm/test_registry.py::test_a_misspelled_provider_gets_a_suggestion",
            "tests/unit/llm/test_registry.py::test_a_model_name_may_have_colons",
            "tests/unit/llm/test_openai_providers.py::test_a_compatible_server_needs_an_address_and_no_key",
            "tests/unit/llm/test_openai_providers.py::test_azure_uses_the_v1_api",
        ),
    ),
    Requirement(
        id="contract:openai-apis",
        source="contract",
        behavior="openai: speaks Chat Completions and Responses, streaming and not, with the same events.",
        tests=(
            "tests/unit/llm/test_openai_providers.py::test_openai_is_asked_through_chat_completions",
            "tests/unit/llm/test_openai_providers.py::test_the_responses_api_is_asked_for_by_name_or_option",
            "tests/unit/llm/test_openai_chat_answers.py::test_an_answer_in_one_piece_gives_the_same_chunks_as_a_stream",
            "tests/unit/llm/test_openai_responses_answers.py::test_an_answer_in_one_piece_gives_the_same_parts_as_a_stream",
            "tests/conformance/test_providers.py",
        ),
    ),
    Requirement(
        id="contract:thin-providers",
        source="contract",
        behavior=("Providers load no vendor's client, and reuse their connections from request to request."),
        tests=(
            "tests/packaging/test_imports.py::test_the_import_contracts_are_kept",
            "tests/packaging/test_imports.py::test_a_breach_of_a_contract_is_found",
            "tests/unit/llm/test_http.py::test_one_connection_serves_one_answer_after_another",
        ),
    ),
    Requirement(
        id="contract:stop-reasons",
        source="contract",
        behavior=(
            "Every reason for which a provider stops becomes one of the finish reasons of the contract."
        ),
        tests=(
            "tests/unit/llm/test_openai_chat_answers.py::test_each_stop_reason_has_its_word",
            "tests/unit/llm/test_openai_responses_answers.py::test_each_reason_to_be_incomplete_has_its_word",
            "tests/unit/llm/test_anthropic_answers.py::test_stop_reasons",
        ),
    ),
    Requirement(
        id="contract:structured-output",
        source="contract",
        behavior=(
            "A run with an output type returns a valid value of it, natively, by tool or by prompt, or "
            "fails after bounded retries."
        ),
        tests=(
            "tests/unit/runtime/test_output.py::test_native_output_is_asked_for_where_the_model_has_it_and_no_tools_are_in_the_way",
            "tests/unit/runtime/test_output.py::test_a_hidden_tool_is_the_way_beside_tools_and_for_models_without_native_output",
            "tests/unit/runtime/test_output.py::test_prompted_output_is_asked_for_in_the_instructions_and_read_out_of_a_fence",
            "tests/unit/runtime/test_output.py::test_an_answer_that_does_not_fit_goes_back_with_the_reason_a_bounded_number_of_times",
        ),
    ),
    Requirement(
        id="contract:image-input",
        source="contract",
        behavior=(
            "Images and documents reach each provider in its own format, or are refused with a clear error."
        ),
        tests=(
            "tests/unit/llm/test_openai_requests.py::test_images_and_documents_travel_by_value",
            "tests/unit/llm/test_openai_requests.py::test_images_and_documents_travel_by_address_where_the_api_takes_it",
            "tests/unit/llm/test_anthropic_requests.py::test_files_on_the_wire",
            "tests/unit/llm/test_anthropic_requests.py::test_a_file_that_the_api_does_not_take_is_refused_before_anything_is_sent",
            "tests/contract/test_provider_requests.py::test_chat_completions_requests_fit_the_official_types",
            "tests/contract/test_provider_requests.py::test_responses_requests_fit_the_official_types",
        ),
    ),
    Requirement(
        id="contract:prompt-cache",
        source="contract",
        behavior="Cache reads and writes that a provider reports appear in the usage and in the cost.",
        tests=(
            "tests/unit/llm/test_openai_chat_answers.py::test_usage_counts_cached_and_reasoning_tokens_within_the_totals",
            "tests/unit/llm/test_anthropic_answers.py::test_cached_tokens_count_as_input",
            "tests/unit/llm/test_prices.py::test_the_cost_is_the_one_of_the_price_list",
        ),
    ),
    Requirement(
        id="contract:cost",
        source="contract",
        behavior=(
            "Cost comes from a price table; an unknown price is null and never 0, and a cost limit on it "
            "is refused."
        ),
        tests=(
            "tests/unit/llm/test_prices.py::test_the_cost_is_the_one_of_the_price_list",
            "tests/unit/llm/test_prices.py::test_an_unknown_price_is_none_and_never_nothing",
            "tests/unit/contracts/test_data.py::test_a_sum_with_one_unknown_price_has_no_price",
            "tests/unit/runtime/test_limits.py::test_a_cost_ceiling_on_a_model_without_price_is_refused_before_the_first_request",
        ),
    ),
    Requirement(
        id="contract:retries",
        source="contract",
        behavior=(
            "Retries honour Retry-After, have jitter and a bound, and never follow a shown token unless "
            "the step can be restarted."
        ),
        tests=(
            "tests/unit/reliability/test_retry.py::test_the_providers_wish_is_a_floor_and_jitter_goes_on_top",
            "tests/unit/reliability/test_retry.py::test_the_last_try_is_the_last",
            "tests/unit/reliability/test_retry.py::test_a_cut_stream_is_restarted_unless_the_policy_forbids_it",
            "tests/unit/runtime/test_retries.py::test_a_rate_limit_is_waited_out_as_the_provider_asked",
            "tests/unit/runtime/test_retries.py::test_a_cut_stream_starts_again_under_a_new_message_id",
            "tests/unit/runtime/test_retries.py::test_a_cut_stream_is_left_cut_where_the_policy_says_so",
            "tests/unit/runtime/test_retries.py::test_tries_are_bounded",
        ),
    ),
    Requirement(
        id="contract:malformed-streams",
        source="contract",
        behavior=(
            "A provider stream that is cut, garbled, empty or contradictory ends as a clear error or a "
            "repaired message, never as a hang."
        ),
        tests=(
            "tests/properties/test_provider_streams.py::test_a_mutated_answer_ends_in_a_response_or_a_model_error",
            "tests/properties/test_provider_streams.py::test_a_mutated_answer_over_a_connection_never_hangs",
            "tests/unit/llm/test_openai_chat_answers.py::test_an_event_that_cannot_be_read_is_malformed",
            "tests/unit/llm/test_openai_chat_answers.py::test_an_answer_with_nothing_in_it_is_malformed",
            "tests/unit/llm/test_openai_chat_answers.py::test_two_tool_calls_with_one_id_are_told_apart",
            "tests/unit/llm/test_openai_chat_answers.py::test_missing_usage_counts_a_request_without_tokens",
            "tests/unit/llm/test_openai_chat_answers.py::test_an_error_in_mid_stream_is_raised_after_what_came_before_it",
            "tests/unit/llm/test_openai_responses_answers.py::test_a_stream_that_ends_before_the_response_does_is_cut",
            "tests/unit/llm/test_anthropic_answers.py::test_a_cut_stream_ends_as_connection_failed",
            "tests/unit/llm/test_anthropic_answers.py::test_two_calls_of_one_id_are_told_apart",
            "tests/unit/llm/test_http.py::test_a_cut_stream_ends_as_connection_failed",
            "tests/unit/llm/test_http.py::test_silence_ends_as_a_timeout",
        ),
    ),
    Requirement(
        id="contract:tool-decorator",
        source="contract",
        behavior=(
            "@tool derives name, description and schema from signature and docstring, for sync and async "
            "functions."
        ),
        tests=(
            "tests/unit/tools/test_function_tool.py::test_a_tool_declares_what_its_signature_and_docstring_say",
            "tests/unit/tools/test_function_tool.py::test_a_sync_function_runs_in_a_thread_with_the_callers_context",
            "tests/unit/tools/test_function_tool.py::test_an_async_function_runs_in_the_loop",
            "tests/unit/tools/test_docstring.py::test_three_styles_say_the_same",
        ),
    ),
    Requirement(
        id="contract:tool-concurrency",
        source="contract",
        behavior=(
            "Tool calls run in parallel unless declared sequential, results keep the model's order, and "
            "sync tools run in threads with their context."
        ),
        tests=(
            "tests/unit/runtime/test_tools.py::test_parallel_results_come_in_the_models_order_whatever_ends_first",
            "tests/unit/runtime/test_tools.py::test_a_sequential_tool_is_a_barrier",
            "tests/unit/runtime/test_tools.py::test_a_sync_tool_runs_in_a_thread_with_the_callers_context_and_does_not_block_the_loop",
        ),
    ),
    Requirement(
        id="contract:tool-bounds",
        source="contract",
        behavior=(
            "Tools have a timeout and bounded output; invalid arguments go back to the model a bounded "
            "number of times."
        ),
        tests=(
            "tests/unit/runtime/test_tools.py::test_a_tool_that_takes_too_long_is_ended_and_the_model_is_told",
            "tests/unit/runtime/test_tools.py::test_a_huge_result_is_cut_for_the_model_and_in_the_journal",
            "tests/unit/runtime/test_tools.py::test_arguments_that_do_not_fit_go_back_to_the_model",
            "tests/unit/runtime/test_tools.py::test_malformed_arguments_are_told_to_the_model_and_counted",
            "tests/unit/runtime/test_tools.py::test_what_a_tool_emits_after_its_end_is_ignored_and_what_is_too_much_is_cut",
        ),
    ),
    Requirement(
        id="contract:tool-signals",
        source="contract",
        behavior="ModelRetry, ToolFailed and ApprovalRequired steer the loop and are not errors of the run.",
        tests=(
            "tests/unit/runtime/test_tools.py::test_model_retry_is_sent_back_a_bounded_number_of_times",
            "tests/unit/runtime/test_tools.py::test_whatever_a_tool_raises_is_told_to_the_model_and_never_counted_against_it",
            "tests/unit/runtime/test_approvals.py::test_a_tool_may_ask_for_approval_itself_and_sees_that_it_has_it",
            "tests/unit/contracts/test_errors.py::test_signals_are_not_errors",
        ),
    ),
    Requirement(
        id="contract:tool-not-found",
        source="contract",
        behavior=(
            "A call of a tool that the agent does not have is answered as configured: by a hint to the "
            "model or a failed run."
        ),
        tests=(
            "tests/unit/runtime/test_tools.py::test_an_unknown_tool_is_told_to_the_model_with_the_names_that_exist",
            "tests/unit/runtime/test_tools.py::test_an_unknown_tool_ends_the_run_at_once_where_the_agent_says_so",
        ),
    ),
    Requirement(
        id="contract:one-loop",
        source="contract",
        behavior="run, stream and run_sync go through the same loop and leave the same journal.",
        tests=(
            "tests/unit/runtime/test_journals.py::test_run_run_sync_and_stream_leave_the_same_journal",
            "tests/properties/test_run.py::test_a_run_and_a_stream_of_the_same_script_end_in_the_same_way",
        ),
    ),
    Requirement(
        id="contract:limits",
        source="contract",
        behavior=(
            "Limits on steps, tokens, cost and time end a run with their own stop reason and the usage so "
            "far."
        ),
        tests=(
            "tests/unit/runtime/test_limits.py::test_max_steps_ends_a_run_that_never_answers",
            "tests/unit/runtime/test_limits.py::test_max_tokens_is_checked_before_each_step_and_after_each_answer",
            "tests/unit/runtime/test_limits.py::test_max_cost_is_kept",
            "tests/unit/runtime/test_limits.py::test_a_run_that_takes_too_long_is_ended_and_its_words_are_kept",
            "tests/unit/runtime/test_loop.py::test_errors_carry_the_result_with_what_the_run_had",
        ),
    ),
    Requirement(
        id="contract:handoffs",
        source="contract",
        behavior=(
            "A handoff passes the session to another agent in the same run; an agent used as a tool is a "
            "child run."
        ),
        tests=(
            "tests/unit/runtime/test_handoffs.py::test_another_agent_takes_over_with_its_own_model_tools_and_instructions",
            "tests/unit/runtime/test_handoffs.py::test_the_agents_name_in_the_events_changes_with_the_next_step",
            "tests/unit/runtime/test_handoffs.py::test_a_filter_says_what_the_next_agent_sees_and_the_session_keeps_everything",
            "tests/unit/runtime/test_subagents.py::test_a_subagent_is_a_child_run_with_a_journal_of_its_own",
        ),
    ),
    Requirement(
        id="contract:guardrails",
        source="contract",
        behavior=(
            "Input guardrails run before the model is asked, output guardrails before a run completes, and "
            "a refusal ends the run with stop reason guardrail."
        ),
        tests=(
            "tests/unit/runtime/test_guardrails.py::test_a_blocking_guardrail_that_trips_ends_the_run_before_the_model_is_asked",
            "tests/unit/runtime/test_guardrails.py::test_an_output_guardrail_stops_an_answer",
        ),
    ),
    Requirement(
        id="contract:guardrails-before-shown",
        source="contract",
        behavior="No reader of a stream is shown any of an answer before its output guardrails have passed.",
        tests=Planned("0.2 durable runs"),
    ),
    Requirement(
        id="contract:instructions",
        source="contract",
        behavior="Instructions can be text or a function of the run's context, asked anew at each step.",
        tests=(
            "tests/unit/runtime/test_loop.py::test_instructions_are_text_and_functions_sync_and_async_made_anew_for_each_step",
        ),
    ),
    Requirement(
        id="contract:cancel",
        source="contract",
        behavior=(
            "A cancel token works from any thread and more than once, now or after the step; it closes the "
            "provider stream and cancels children."
        ),
        tests=(
            "tests/unit/runtime/test_cancellation.py::test_a_token_may_be_canceled_from_many_threads_and_is_heard_once",
            "tests/unit/runtime/test_cancellation.py::test_a_token_is_quiet_until_it_is_asked_and_only_after_step_to_now_changes_it",
            "tests/unit/runtime/test_cancellation.py::test_a_thread_may_cancel",
            "tests/unit/runtime/test_cancellation.py::test_now_keeps_the_partial_text_and_closes_the_providers_stream",
            "tests/unit/runtime/test_cancellation.py::test_after_step_lets_the_step_end",
            "tests/unit/runtime/test_subagents.py::test_cancellation_reaches_grandchildren_before_the_parents_tool_ends",
            "tests/unit/llm/test_http.py::test_closing_the_generator_closes_the_providers_stream",
        ),
    ),
    Requirement(
        id="contract:transcript",
        source="contract",
        behavior=(
            "A transcript cut anywhere is repaired so that the next request is valid for every provider."
        ),
        tests=("tests/properties/test_transcript.py",),
    ),
    Requirement(
        id="contract:override",
        source="contract",
        behavior="A test replaces an agent's model for a block of code without touching the agent.",
        tests=(
            "tests/unit/runtime/test_definition.py::test_override_puts_another_model_in_force_inside_only",
            "tests/unit/runtime/test_definition.py::test_overrides_of_concurrent_tasks_do_not_meet",
            "tests/unit/runtime/test_definition.py::test_an_override_holds_for_subagents_and_handoffs",
        ),
    ),
    Requirement(
        id="contract:no-real-calls",
        source="contract",
        behavior="In tests a request to a real model is an error unless the test asks for it.",
        tests=(
            "tests/unit/testing/test_plugin.py::test_a_request_to_a_model_is_impossible_by_default",
            "tests/unit/testing/test_plugin.py::test_a_request_is_impossible_in_fixtures_of_every_scope",
            "tests/unit/testing/test_plugin.py::test_a_marked_test_may_send_requests",
        ),
    ),
    Requirement(
        id="contract:fake-clock",
        source="contract",
        behavior=(
            "Time and ids come from ports; with the fakes a run's journal is the same byte for byte each "
            "time."
        ),
        tests=(
            "tests/unit/runtime/test_journals.py::test_with_fakes_for_time_and_ids_two_runs_write_the_same_bytes",
            "tests/unit/ports/test_ports.py::test_the_fakes_are_what_the_ports_ask_for",
        ),
    ),
)
