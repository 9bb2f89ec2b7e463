from typing import Any

import pytest

from agent_sdk.observability.metrics import ERROR_CODES_COUNT_MAX, Metrics
from tests.factories.journals import ERROR, USAGE, JournalWriter, journal


def observed(*steps: str) -> Metrics:
    metrics = Metrics()
    for event in journal(*steps):
        metrics.observe_event(event)
    return metrics


def value(metrics: Metrics, series: str) -> float | None:
    """The value of a series as it is written, `name{label="value"}`; None if it is not there."""
    for line in metrics.render().decode().splitlines():
        name, _, number = line.rpartition(" ")
        if name == f"agent_sdk_{series}":
            return float(number)
    return None


def live(metrics: Metrics) -> dict[str, float | None]:
    return {
        each: value(metrics, f'runs{{status="{each}"}}')
        for each in ("queued", "running", "paused", "retrying")
    }


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (["run.queued"], "queued"),
        (["run.queued", "run.started"], "running"),
        (["run.queued", "run.started", "run.resumed +"], "running"),
        (["run.queued", "run.started", "run.paused"], "paused"),
        (["run.queued", "run.started", "run.paused", "run.queued"], "queued"),
        (["run.queued", "run.started", "run.retrying"], "retrying"),
        (["run.queued", "run.started", "run.completed"], None),
        (["run.queued", "run.canceled"], None),
    ],
)
def test_a_live_run_is_counted_under_its_last_status_and_an_ended_one_nowhere(
    steps: list[str], status: str | None
) -> None:
    counts = live(observed(*steps))
    assert {each for each, count in counts.items() if count == 1} == ({status} if status else set())
    assert {count for each, count in counts.items() if each != status} == {0}


def test_an_ended_run_is_counted_by_status_and_reason() -> None:
    metrics = observed("run.queued", "run.started", "run.completed")
    assert value(metrics, 'runs_ended_total{status="completed",stop_reason="end_turn"}') == 1


def test_runs_from_before_the_process_started_are_counted_until_they_end() -> None:
    metrics = Metrics()
    writer = JournalWriter()
    metrics.set_runs({writer.id("run", 0): "paused", "run_2": "queued", "run_3": "completed"})
    assert live(metrics) == {"queued": 1, "running": 0, "paused": 1, "retrying": 0}
    metrics.observe_event(writer.add("run.canceled"))
    assert live(metrics) == {"queued": 1, "running": 0, "paused": 0, "retrying": 0}


def test_a_run_that_ends_without_a_beginning_here_makes_no_count_negative() -> None:
    assert set(live(observed("run.failed")).values()) == {0.0}


def test_an_end_that_is_told_twice_makes_no_count_negative() -> None:
    assert set(live(observed("run.queued", "run.completed", "run.completed")).values()) == {0.0}


def test_latencies_are_seconds() -> None:
    metrics = Metrics()
    writer = JournalWriter()
    metrics.observe_event(writer.add("step.completed", latency_ms=1500, first_token_ms=250))
    metrics.observe_event(writer.add("step.completed", latency_ms=500, first_token_ms=None))
    metrics.observe_event(writer.add("tool.failed", "c1", duration_ms=2000))
    assert value(metrics, "step_duration_seconds_sum") == 2
    assert value(metrics, "step_duration_seconds_count") == 2
    assert value(metrics, "first_token_seconds_sum") == 0.25
    assert value(metrics, "first_token_seconds_count") == 1
    assert value(metrics, 'tool_duration_seconds_sum{outcome="failed"}') == 2


def test_tokens_and_cost_of_steps_add_up_and_an_unknown_price_adds_nothing() -> None:
    metrics = Metrics()
    writer = JournalWriter()
    metrics.observe_event(
        writer.add("step.completed", usage={**USAGE, "cache_read_tokens": 4, "cost_usd": 0.25})
    )
    metrics.observe_event(writer.add("step.failed", usage=USAGE))
    metrics.observe_event(writer.add("run.completed"))  # repeats what its steps said
    tokens = {
        kind: value(metrics, f'tokens_total{{kind="{kind}"}}') for kind in ("input", "output", "cache_read")
    }
    assert tokens == {"input": 20, "output": 10, "cache_read": 4}
    assert value(metrics, "cost_usd_total") == 0.25


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("run.failed", "run"),
        ("run.retrying", "run"),
        ("tool.failed", "tool"),
        ("step.failed", "step"),
        ("message.failed", "message"),
    ],
)
def test_errors_are_counted_by_what_they_ended_and_their_code(kind: str, source: str) -> None:
    metrics = Metrics()
    metrics.observe_event(JournalWriter().add(kind, error=ERROR))
    assert value(metrics, f'errors_total{{code="{ERROR["code"]}",source="{source}"}}') == 1


def test_deltas_and_types_of_a_later_version_change_nothing() -> None:
    before = Metrics().render()
    after = observed("message.delta m1", "reasoning.delta m1", "tool.delta c1", "run.invented").render()
    assert without_times(after) == without_times(before)


def without_times(text: bytes) -> list[str]:
    return [line for line in text.decode().splitlines() if "_created" not in line]


def test_labels_are_bounded_whatever_models_callers_and_plugins_say() -> None:
    metrics = Metrics()
    writer = JournalWriter()
    for number in range(ERROR_CODES_COUNT_MAX * 2):
        writer.agent = f"agent-{number}"
        error: dict[str, Any] = {**ERROR, "code": f"code-{number}"}
        metrics.observe_event(writer.add("tool.failed", f"call-{number}", name=f"tool-{number}", error=error))
        metrics.observe_event(writer.add("run.completed", stop_reason=f"reason-{number}", output="s3cret"))
        metrics.observe_http("/v1/runs", f"METHOD{number}", 400, 0.01)
    text = metrics.render().decode()
    errors = [line for line in text.splitlines() if line.startswith("agent_sdk_errors_total{")]
    assert len(errors) == ERROR_CODES_COUNT_MAX + 1
    assert value(metrics, 'errors_total{code="other",source="tool"}') == ERROR_CODES_COUNT_MAX
    assert (
        value(metrics, 'runs_ended_total{status="completed",stop_reason="other"}')
        == ERROR_CODES_COUNT_MAX * 2
    )
    assert [each for each in ("run_0", "call-", "agent-", "tool-", "METHOD", "s3cret") if each in text] == []


def test_what_the_server_says_is_shown() -> None:
    metrics = Metrics()
    metrics.observe_commit(12, 0.25)
    metrics.set_queue_depth(7)
    metrics.open_streams.inc()
    metrics.open_streams.inc()
    metrics.open_streams.dec()
    metrics.observe_http("/v1/runs/{run_id}", "GET", 404, 0.5)
    metrics.count_dropped(3, "failed")
    assert value(metrics, "commit_batch_events_sum") == 12
    assert value(metrics, "commit_duration_seconds_sum") == 0.25
    assert value(metrics, "queue_depth") == 7
    assert value(metrics, "open_streams") == 1
    assert value(metrics, 'http_requests_total{method="GET",route="/v1/runs/{run_id}",status="404"}') == 1
    assert value(metrics, 'http_request_duration_seconds_sum{method="GET",route="/v1/runs/{run_id}"}') == 0.5
    assert value(metrics, 'export_dropped_events_total{reason="failed"}') == 3


def test_two_counts_in_one_process_know_nothing_of_each_other() -> None:
    one, other = Metrics(), Metrics()
    one.set_queue_depth(3)
    assert value(other, "queue_depth") == 0
