"""The routes of before `/v1`: the same answers, with a date on them."""

from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from agent_sdk import Agent
from tests.interaction.server_kit import STREAM, finished, post_run, problem, serving

pytestmark = pytest.mark.socket


def require_marks(response: httpx.Response, successor: str) -> None:
    """Require what RFC 9745, RFC 8594 and RFC 5829 say."""
    deprecated = response.headers["deprecation"]
    assert deprecated.startswith("@")
    assert int(deprecated[1:]) < parsedate_to_datetime(response.headers["sunset"]).timestamp()
    assert response.headers["link"] == f'<{successor}>; rel="successor-version"'


async def test_each_route_answers_as_its_twin(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        made = await client.post("/run", json={"agent": "demo", "input": "hi", "session_id": "ses_1"})
        assert made.status_code == 202
        require_marks(made, "/v1/runs")
        run_id = made.json()["id"]
        await finished(client, run_id)
        twins = {
            f"/run/{run_id}": f"/v1/runs/{run_id}",
            f"/run/{run_id}/events": f"/v1/runs/{run_id}/events",
            "/sessions": "/v1/sessions",
            "/sessions/ses_1": "/v1/sessions/ses_1",
        }
        for old, new in twins.items():
            legacy, twin = await client.get(old), await client.get(new)
            assert (legacy.status_code, legacy.content) == (200, twin.content)
            require_marks(legacy, new)
            assert "deprecation" not in twin.headers


async def test_the_stream_of_events_is_the_same_stream(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        run = await post_run(client, "demo")
        await finished(client, run["id"])
        query = {"after": "1"}
        legacy = await client.get(f"/run/{run['id']}/events", headers=STREAM, params=query)
        twin = await client.get(f"/v1/runs/{run['id']}/events", headers=STREAM, params=query)
        assert legacy.content == twin.content
        assert b"\nevent: run.completed\n" in legacy.content
        require_marks(legacy, f"/v1/runs/{run['id']}/events")


async def test_refusals_are_marked_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as client, served.client(key=None) as anybody:
        refused = await client.get("/run/run_nobody")
        problem(refused, 404)
        require_marks(refused, "/v1/runs/run_nobody")
        refused = await anybody.get("/sessions")
        problem(refused, 401)
        require_marks(refused, "/v1/sessions")


async def test_what_is_escaped_in_a_path_stays_escaped(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        response = await client.get("/sessions/a%20b%3E")
        problem(response, 404)
        require_marks(response, "/v1/sessions/a%20b%3E")


@pytest.mark.parametrize(("method", "path"), [("GET", "/run"), ("DELETE", "/run/run_1"), ("GET", "/runs")])
async def test_nothing_else_is_served_under_old_names(tmp_path: Path, method: str, path: str) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        response = await client.request(method, path)
        problem(response, 404)
        assert "deprecation" not in response.headers


async def test_head_is_get_without_a_body_there_too(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo"), worker=False) as served, served.client() as client:
        run = await post_run(client, "demo")
        for old, new in {"/sessions": "/v1/sessions", f"/run/{run['id']}": f"/v1/runs/{run['id']}"}.items():
            head = await client.head(old)
            assert (head.status_code, head.content) == (200, b"")
            require_marks(head, new)
