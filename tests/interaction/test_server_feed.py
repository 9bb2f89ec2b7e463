"""The feed: which runs changed their status, for lists that stay true."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from agent_sdk import Agent
from tests.interaction.server_kit import finished, post_run, problem, serving
from tests.unit.services.kit import OTHER_ORG

pytestmark = pytest.mark.socket


@asynccontextmanager
async def feed(client: httpx.AsyncClient, **request: Any) -> AsyncGenerator[AsyncIterator[ServerSentEvent]]:
    """The events of the feed, as they come."""
    async with aconnect_sse(client, "GET", "/v1/feed", **request) as source:
        assert source.response.status_code == 200
        yield source.aiter_sse()


async def until(events: AsyncIterator[ServerSentEvent], status: str) -> list[ServerSentEvent]:
    """Events up to the first with a run of this status."""
    seen: list[ServerSentEvent] = []
    async for event in events:
        seen.append(event)
        if event.event == "run.status" and event.json()["status"] == status:
            return seen
    raise AssertionError(f"the feed ended without {status}")


async def test_a_run_is_seen_from_its_queueing_to_its_end(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        async with feed(client) as events:
            beginning = await anext(events)
            run = await post_run(client, "demo")
            seen = await until(events, "completed")
        assert (beginning.id, beginning.data) == ("0", "")
        assert {each.event for each in seen} == {"run.status"}
        numbers = [int(each.id) for each in seen]
        assert numbers == sorted(set(numbers))
        assert {each.json()["id"] for each in seen} == {run["id"]}
        assert seen[-1].json() == await finished(client, run["id"])


async def test_a_reader_that_comes_back_gets_what_it_missed(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        first = await post_run(client, "demo")
        await finished(client, first["id"])
        async with feed(client) as events:
            cursor = (await anext(events)).id
        assert int(cursor) > 0
        second = await post_run(client, "demo")
        await finished(client, second["id"])
        for request in ({"headers": {"Last-Event-ID": cursor}}, {"params": {"after": cursor}}):
            async with feed(client, **request) as events:
                seen = await until(events, "completed")
            assert {each.json()["id"] for each in seen} == {second["id"]}


async def test_another_organisations_runs_are_not_in_it(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, Agent("demo")) as served,
        served.client() as client,
        served.client(await served.new_key(OTHER_ORG)) as stranger,
    ):
        await finished(client, (await post_run(client, "demo"))["id"])
        theirs = await post_run(stranger, "demo")
        async with feed(stranger, params={"after": 0}) as events:
            seen = await until(events, "completed")
        assert {each.json()["id"] for each in seen} == {theirs["id"]}


@pytest.mark.parametrize("cursor", ["-1", "x", "1.5", "9" * 30])
async def test_a_cursor_that_is_none_is_refused(tmp_path: Path, cursor: str) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        problem(await client.get("/v1/feed", params={"after": cursor}), 422)
        problem(await client.get("/v1/feed", headers={"Last-Event-ID": cursor}), 422)
