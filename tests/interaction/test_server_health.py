"""What watches a server sees: it lives, it can work, and numbers."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent_sdk import Agent
from tests.interaction.server_kit import problem, serving

pytestmark = pytest.mark.socket


async def test_a_server_that_is_up_is_alive_and_ready_for_anybody(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client(key=None) as anybody:
        assert (await anybody.get("/health")).json() == {"status": "ok"}
        ready = await anybody.get("/ready")
        assert ready.status_code == 200
        assert ready.json() == {"status": "ready", "checks": {"store": "ok", "worker": "ok"}}


async def test_a_server_without_a_worker_does_not_speak_of_one(tmp_path: Path) -> None:
    async with serving(tmp_path, worker=False) as served, served.client(key=None) as anybody:
        assert (await anybody.get("/ready")).json()["checks"] == {"store": "ok"}


async def test_a_store_that_cannot_be_written_makes_the_server_unready_and_leaves_it_alive(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, worker=False) as served, served.client(key=None) as anybody:
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            ready = await anybody.get("/ready")
            assert ready.status_code == 503
            assert ready.json() == {"status": "unavailable", "checks": {"store": "ASDK-STO-003"}}
            assert (await anybody.get("/health")).status_code == 200
        assert (await anybody.get("/ready")).status_code == 200


async def test_a_worker_that_claims_no_more_makes_the_server_unready(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client(key=None) as anybody:
        assert served.platform.worker is not None
        await served.platform.worker.drain(1)
        ready = await anybody.get("/ready")
        assert (ready.status_code, ready.json()["checks"]) == (503, {"store": "ok", "worker": "dead"})


async def test_metrics_are_prometheus_text_and_need_a_key(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        await client.get("/v1/meta")
        response = await client.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        families = {family.name for family in text_string_to_metric_families(response.text)}
        assert {"agent_sdk_runs", "agent_sdk_http_requests", "agent_sdk_open_streams"} <= families
        assert 'route="/v1/meta"' in response.text
        async with served.client(key=None) as anybody:
            problem(await anybody.get("/metrics"), 401)
