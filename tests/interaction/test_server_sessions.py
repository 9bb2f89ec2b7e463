"""Sessions over HTTP: the history that runs share."""

from pathlib import Path

import pytest

from agent_sdk import Agent
from tests.interaction.server_kit import finished, post_run, problem, serving
from tests.unit.services.kit import OTHER_ORG

pytestmark = pytest.mark.socket


async def test_a_session_has_the_messages_of_its_runs_in_order_and_in_pages(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        for text in ("My name is Ada.", "Thank you!"):
            run = await post_run(client, "demo", text, session_id="ses_ada")
            await finished(client, run["id"])
        session = (await client.get("/v1/sessions/ses_ada")).json()
        assert (session["id"], session["message_count"]) == ("ses_ada", 4)
        whole = (await client.get("/v1/sessions/ses_ada/messages")).json()
        assert [each["role"] for each in whole["data"]] == ["user", "assistant"] * 2
        assert whole["data"][2]["parts"][0]["text"] == "Thank you!"
        assert whole["next_cursor"] is None
        paged: list[object] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": 3, **({"cursor": cursor} if cursor else {})}
            page = (await client.get("/v1/sessions/ses_ada/messages", params=query)).json()
            paged += page["data"]
            cursor = page["next_cursor"]
        assert paged == whole["data"]


async def test_sessions_are_listed_last_used_first(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        for session in ("first", "second", "first"):
            run = await post_run(client, "demo", session_id=session)
            await finished(client, run["id"])
        page = (await client.get("/v1/sessions", params={"limit": 1})).json()
        assert [each["id"] for each in page["data"]] == ["first"]
        rest = (await client.get("/v1/sessions", params={"cursor": page["next_cursor"]})).json()
        assert [each["id"] for each in rest["data"]] == ["second"]


async def test_a_deleted_session_is_gone_with_its_runs(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        run = await post_run(client, "demo", session_id="ses_1")
        await finished(client, run["id"])
        deleted = await client.delete("/v1/sessions/ses_1")
        assert (deleted.status_code, deleted.content) == (204, b"")
        problem(await client.get("/v1/sessions/ses_1"), 404)
        problem(await client.get(f"/v1/runs/{run['id']}"), 404)
        problem(await client.delete("/v1/sessions/ses_1"), 404)


async def test_a_session_with_a_run_at_work_is_not_deleted(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo"), worker=False) as served, served.client() as client:
        await post_run(client, "demo", session_id="ses_1")
        problem(await client.delete("/v1/sessions/ses_1"), 409)
        assert (await client.get("/v1/sessions/ses_1")).status_code == 200


async def test_another_organisations_session_does_not_exist(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        run = await post_run(client, "demo", session_id="ses_1")
        await finished(client, run["id"])
        async with served.client(await served.new_key(OTHER_ORG)) as stranger:
            for path in ("/v1/sessions/ses_1", "/v1/sessions/ses_1/messages"):
                problem(await stranger.get(path), 404)
            problem(await stranger.delete("/v1/sessions/ses_1"), 404)
            assert (await stranger.get("/v1/sessions")).json() == {"data": [], "next_cursor": None}


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "many"}, {"cursor": "nonsense"}]
)
async def test_a_page_that_cannot_be_is_refused(tmp_path: Path, query: dict[str, str]) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        problem(await client.get("/v1/sessions", params=query), 422)


async def test_a_row_of_the_list_says_what_a_session_is_about(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        await finished(client, (await post_run(client, "demo", "My name\nis Ada.", session_id="ses_1"))["id"])
        run = await finished(client, (await post_run(client, "demo", "Thanks!", session_id="ses_1"))["id"])
        [row] = (await client.get("/v1/sessions")).json()["data"]
        assert (row["title"], row["run_count"], row["message_count"]) == ("My name is Ada.", 2, 4)
        assert (row["last_run_id"], row["last_status"], row["agent"]) == (run["id"], "completed", "demo")
        assert (await client.get("/v1/sessions/ses_1")).json() == row


async def test_sessions_are_searched_and_filtered_by_agent(tmp_path: Path) -> None:
    agents = [Agent("demo"), Agent("other")]
    async with serving(tmp_path, *agents, worker=False) as served, served.client() as client:
        await post_run(client, "demo", "about apples", session_id="first")
        await post_run(client, "other", "about pears", session_id="second")

        async def ids(**query: str) -> list[str]:
            response = await client.get("/v1/sessions", params=query)
            assert response.status_code == 200, response.text
            return [session["id"] for session in response.json()["data"]]

        assert await ids(q="about") == ["second", "first"]
        assert await ids(q="APPLES") == await ids(q="first") == await ids(agent="demo") == ["first"]
        assert await ids(q="apples", agent="other") == await ids(q="plums") == []
        problem(await client.get("/v1/sessions", params={"q": "word " * 17}), 422)
        async with served.client(await served.new_key(OTHER_ORG)) as stranger:
            page = (await stranger.get("/v1/sessions", params={"q": "about"})).json()
            assert page == {"data": [], "next_cursor": None}
