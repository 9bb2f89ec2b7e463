"""Runs in the SQLite store: the published suites over it, for both kinds of durability."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agent_sdk.ports.store import Store
from agent_sdk.testing.conformance import store_creation, store_leases, store_runs, store_work
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

SUITES = (store_creation, store_leases, store_runs, store_work)
globals().update(
    {name: each for suite in SUITES for name, each in vars(suite).items() if name.startswith("test_")}
)
floor, hand = store_runs.floor, store_creation.hand


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["process", "power"])
async def store(tmp_path: Path, clock: FakeClock, request: pytest.FixtureRequest) -> AsyncGenerator[Store]:
    async with opened(empty_store(tmp_path / "store.db"), clock, request.param) as each:
        yield each


async def test_a_store_says_what_it_is(store: Store, request: pytest.FixtureRequest) -> None:
    assert store.kind == "sqlite"
    assert f"[{store.durability}]" in request.node.name
