"""Runs in the SQLite store: the published suites over it, for both kinds of durability."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agent_sdk.ports.store import Store
from agent_sdk.testing.conformance import store_leases, store_runs, store_work
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

SUITES = (store_leases, store_runs, store_work)
globals().update(
    {name: each for suite in SUITES for name, each in vars(suite).items() if name.startswith("test_")}
)
floor = store_runs.floor


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["process", "power"])
async def store(tmp_path: Path, clock: FakeClock, request: pytest.FixtureRequest) -> AsyncGenerator[Store]:
    async with opened(empty_store(tmp_path / "store.db"), clock, request.param) as each:
        yield each
