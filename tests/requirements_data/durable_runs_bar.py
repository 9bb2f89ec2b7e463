"""What the plan leaves unsaid about durable runs: how well it has to hold."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="bar:chaos",
        source="quality bar",
        behavior=(
            "Over any number of kill -9 every run ends or pauses for approval, every journal is "
            "gapless and grammatical, every event that a reader received is in it byte for byte, and "
            "no effect happens once more than it may."
        ),
        tests=(
            "tests/packaging/test_benchmarks_server.py::test_ten_kills_lose_no_event_and_repeat_no_effect",
            "tests/packaging/test_benchmarks_server.py::test_the_counts_of_chaos_are_one_document_for_machines",
            "tests/docs/test_readme_story.py::test_the_counts_of_chaos_that_are_shown_are_those_that_the_command_prints",
        ),
    ),
    Requirement(
        id="bar:goes-on-at-once",
        source="quality bar",
        behavior=(
            "After a restart on the same machine interrupted runs go on by themselves; "
            "`benchmarks/chaos.py` tells after how long."
        ),
        tests=(
            "tests/docs/test_readme_story.py::test_the_stream_of_a_run_goes_on_after_its_server_was_killed",
            "tests/interaction/test_server_restart.py::test_two_workers_on_one_store_share_the_work_and_one_inherits_it",
            "tests/packaging/test_benchmarks_server.py::test_ten_kills_lose_no_event_and_repeat_no_effect",
        ),
    ),
    Requirement(
        id="bar:hundred-points",
        source="quality bar",
        behavior="From a hundred random points a reader gets exactly the rest.",
        tests=(
            "tests/interaction/test_server_readers.py::test_from_a_hundred_points_readers_get_exactly_the_rest",
        ),
    ),
    Requirement(
        id="bar:crowd",
        source="quality bar",
        behavior=(
            "Of 500 concurrent runs with three readers each, every event carries its own run's id and"
            " no stream hangs."
        ),
        tests=(
            "tests/interaction/test_server_crowd.py::test_five_hundred_runs_at_once_and_three_readers_of_each",
        ),
    ),
    Requirement(
        id="bar:foreign-readers",
        source="quality bar",
        behavior="npm eventsource, httpx-sse and curl read the stream and resume.",
        tests=(
            "tests/interaction/test_server_readers.py::test_a_reader_whose_server_is_killed_misses_and_repeats_nothing",
            "tests/interaction/test_server_readers.py::test_a_reader_that_drops_its_connections_misses_and_repeats_nothing",
            "tests/interaction/test_server_readers.py::test_a_reader_gets_the_whole_of_a_run_that_has_ended_and_ends_itself",
        ),
    ),
    Requirement(
        id="bar:schemathesis",
        source="quality bar",
        behavior="A fuzzer of the OpenAPI document finds no 5xx and no undocumented status.",
        tests=(
            "tests/interaction/test_server_openapi.py::test_a_foreign_fuzzer_finds_no_crash_and_no_answer_that_is_not_described",
        ),
    ),
    Requirement(
        id="bar:promtool",
        source="quality bar",
        behavior="promtool finds nothing to say about the metrics.",
        tests=(
            "tests/contract/test_metrics.py::test_promtool_finds_nothing_to_say_about_the_metrics",
            "tests/contract/test_metrics.py::test_promtool_would_have_said_something",
        ),
    ),
    Requirement(
        id="bar:tenancy",
        source="quality bar",
        behavior=(
            "A second tenant's key gets 404 on every id of the first, on every route, and the store "
            "gives it nothing by any method."
        ),
        tests=(
            "tests/security/test_server_tenancy.py::test_a_foreign_id_is_not_found",
            "tests/security/test_server_tenancy.py::test_a_list_has_nothing_of_another_organisation",
            "tests/security/test_store_tenancy.py::test_another_organisation_gets_and_changes_nothing",
            "tests/security/test_store_tenancy.py::test_every_method_takes_a_scope_first_or_has_a_reason",
        ),
    ),
    Requirement(
        id="bar:server-measured",
        source="quality bar",
        behavior=(
            "`benchmarks/server.py` measures CPU, first event and token, smooth streams, memory and "
            "appending beside a floor of the same run, and says what is over its budget."
        ),
        tests=(
            "tests/packaging/test_benchmarks_server.py::test_the_cost_of_the_server_is_a_ratio_to_a_floor_of_the_same_run",
            "tests/packaging/test_benchmarks_server.py::test_a_verdict_counts_what_is_over_budget",
        ),
    ),
    Requirement(
        id="bar:server-cost",
        source="quality bar",
        behavior=(
            "`benchmarks/server.py` stays within every budget: CPU of a run and first event at most "
            "twice the floor's, idle at most 60 MB, appending at least half of bare sqlite3."
        ),
        tests=Planned("0.2 durable runs"),
    ),
    Requirement(
        id="bar:install-size",
        source="quality bar",
        behavior="The default installation has at most 45 distributions and 90 MB.",
        tests=Planned("0.2 durable runs"),
    ),
)
