"""What a process sees of its own commits."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent_sdk import Agent
from agent_sdk.bootstrap.observation import Observation
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.observability.exporters import ExportPump, FileExporter
from agent_sdk.observability.logs import JsonFormatter
from agent_sdk.observability.metrics import Metrics
from agent_sdk.runtime.request import RunRequest
from agent_sdk.services.platform import Platform
from tests.factories.journals import journal
from tests.interaction.server_kit import compose, new_store


def value(metrics: Metrics, series: str) -> float:
    """A series by its name and labels."""
    lines = metrics.render().decode().splitlines()
    [line] = [line for line in lines if line.startswith(f"agent_sdk_{series} ")]
    return float(line.rpartition(" ")[2])


def encoded(events: Sequence[Event]) -> list[tuple[Event, bytes]]:
    return [(event, encode(event)) for event in events]


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncGenerator[Platform]:
    """A platform whose runs nobody takes."""
    composed = compose(new_store(tmp_path), [Agent("waiter")], worker=False)
    await composed.start()
    yield composed
    await composed.stop()


async def counted() -> None:
    """Return when the runs of before have been counted."""
    await asyncio.wait([task for task in asyncio.all_tasks() if task.get_name() == "agent-sdk-count-runs"])


async def test_runs_of_before_are_counted(platform: Platform) -> None:
    for _ in range(3):
        await platform.runs.create(LOCAL, RunRequest(agent="waiter", input="hi"))
    metrics = Metrics()
    observation = Observation(metrics, [])
    observation.start(platform.store)
    await counted()
    assert value(metrics, 'runs{status="queued"}') == 3
    assert value(metrics, "queue_depth") == 3
    await observation.stop()


async def test_what_was_seen_meanwhile_counts_before_what_the_store_had_said(platform: Platform) -> None:
    created = await platform.runs.create(LOCAL, RunRequest(agent="waiter", input="hi"))
    metrics = Metrics()
    observation = Observation(metrics, [])
    observation.start(platform.store)
    # The run of before starts, and another one comes, before anything was counted.
    queued, started = journal("run.queued", "run.started")
    observation.observe(encoded([replace(started, run_id=created.run.id), queued]), 0.001)
    await counted()
    assert value(metrics, 'runs{status="running"}') == 1
    assert value(metrics, 'runs{status="queued"}') == 1
    assert value(metrics, "queue_depth") == 1
    await observation.stop()


def test_the_queue_grows_and_shrinks_with_what_is_committed() -> None:
    metrics = Metrics()
    observation = Observation(metrics, [])
    queued, started = journal("run.queued", "run.started")
    observation.observe(encoded([queued]), 0.001)
    assert value(metrics, "queue_depth") == 1
    observation.observe(encoded([started]), 0.001)
    assert value(metrics, "queue_depth") == 0
    assert value(metrics, "commit_batch_events_count") == 2


async def test_exporters_have_everything_when_it_has_stopped(tmp_path: Path) -> None:
    metrics = Metrics()
    path = tmp_path / "run.jsonl"
    observation = Observation(metrics, [ExportPump(FileExporter(path), metrics)])
    events = journal("run.queued", "run.started")
    observation.observe(encoded(events), 0.001)
    await observation.stop()
    assert [json.loads(line)["seq"] for line in path.read_text(encoding="utf-8").splitlines()] == [1, 2]


async def test_what_cannot_be_measured_is_exported_all_the_same(tmp_path: Path) -> None:
    metrics = Metrics()
    path = tmp_path / "run.jsonl"
    observation = Observation(metrics, [ExportPump(FileExporter(path), metrics)])
    [queued] = journal("run.queued")
    with pytest.raises(KeyError):
        observation.observe(encoded([replace(queued, type="run.failed", data={})]), 0.001)
    await observation.stop()
    assert path.read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("kind", ["run.completed", "run.failed", "run.canceled"])
def test_the_end_of_a_run_is_one_line_of_the_log(
    kind: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO", "agent_sdk.bootstrap.observation")
    handler = logging.StreamHandler(lines := io.StringIO())
    handler.setFormatter(JsonFormatter())
    monkeypatch.setattr(logging.getLogger("agent_sdk"), "handlers", [handler])
    events = journal("run.queued", "run.started", kind)
    Observation(Metrics(), []).observe(encoded(events), 0.001)
    [line] = [json.loads(each) for each in lines.getvalue().splitlines()]
    ended = events[-1]
    assert (line["run_id"], line["org_id"], line["level"]) == (ended.run_id, ended.org_id, "info")
    assert line["status"] == kind.removeprefix("run.")
    assert line["stop_reason"] == ended.data["stop_reason"]
    assert line["error_code"] == (ended.data["error"]["code"] if kind == "run.failed" else None)
