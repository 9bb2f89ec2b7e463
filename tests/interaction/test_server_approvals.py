"""Approvals over HTTP: a run waits, a human says the word, the run goes on."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_sdk import Agent, tool
from agent_sdk.contracts.scope import ORG_DEFAULT
from agent_sdk.testing import ScriptedModel, call
from tests.interaction.server_kit import finished, post_run, problem, serving
from tests.unit.services.kit import OTHER_ORG

pytestmark = pytest.mark.socket


def refunds(*amounts: int, goes_on: bool = True) -> Agent[Any, str]:
    """An agent that asks to refund these amounts and, where it goes on, says that it is done."""

    @tool(needs_approval=True)
    def refund(amount: int) -> str:
        """Pay back."""
        return f"paid {amount}"

    asks = [call("refund", amount=each) for each in amounts]
    model = ScriptedModel([asks, "Done."] if goes_on else [asks])
    return Agent("refunds", model=model, tools=[refund])


async def waiting(client: httpx.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    """The approvals that a run waits for, once it does."""
    async with client.stream("GET", "/v1/feed", params={"after": 0}) as stream:
        async for line in stream.aiter_lines():
            if '"status":"paused"' in line:
                break
    approvals = (await client.get("/v1/approvals")).json()["data"]
    return [each for each in approvals if each["run_id"] == run_id]


async def tool_results(client: httpx.AsyncClient, run_id: str) -> list[str]:
    events = (await client.get(f"/v1/runs/{run_id}/events")).json()["data"]
    return [each["data"].get("result", each["type"]) for each in events if each["stream"] == "tool"]


async def test_the_last_decision_lets_the_run_go_on(tmp_path: Path) -> None:
    async with serving(tmp_path, refunds(10, 20)) as served, served.client() as client:
        run = await post_run(client, "refunds")
        asked = await waiting(client, run["id"])
        assert {each["args"]["amount"] for each in asked} == {10, 20}
        first, second = sorted(asked, key=lambda each: each["args"]["amount"])
        assert (first["tool"], first["status"], len(first["args_hash"])) == ("refund", "pending", 64)
        assert (await client.get(f"/v1/approvals/{first['id']}")).json() == first
        approved = await client.post(f"/v1/approvals/{first['id']}", json={"decision": "approve"})
        assert approved.status_code == 200, approved.text
        assert approved.json()["status"] == "approved"
        assert (await client.get(f"/v1/runs/{run['id']}")).json()["status"] == "paused"
        denied = await client.post(
            f"/v1/approvals/{second['id']}", json={"decision": "deny", "reason": "too much"}
        )
        assert denied.json()["decision_reason"] == "too much"
        assert (await finished(client, run["id"]))["status"] == "completed"
        results = await tool_results(client, run["id"])
        assert "paid 10" in results
        assert "paid 20" not in results
        assert "tool.denied" in results


async def test_whoever_approves_may_change_the_arguments(tmp_path: Path) -> None:
    async with serving(tmp_path, refunds(100)) as served, served.client() as client:
        run = await post_run(client, "refunds")
        (asked,) = await waiting(client, run["id"])
        decision = {"decision": "approve", "args": {"amount": 50}}
        decided = (await client.post(f"/v1/approvals/{asked['id']}", json=decision)).json()
        assert (decided["args"], decided["edited_args"]) == ({"amount": 100}, {"amount": 50})
        await finished(client, run["id"])
        assert "paid 50" in await tool_results(client, run["id"])


async def test_the_same_decision_again_changes_nothing_and_another_one_is_a_conflict(tmp_path: Path) -> None:
    async with serving(tmp_path, refunds(10, 20, goes_on=False)) as served, served.client() as client:
        run = await post_run(client, "refunds")
        path = f"/v1/approvals/{(await waiting(client, run['id']))[0]['id']}"
        first = await client.post(path, json={"decision": "approve"})
        again = await client.post(path, json={"decision": "approve"})
        assert (again.status_code, again.json()) == (200, first.json())
        problem(await client.post(path, json={"decision": "deny"}), 409)


async def test_decided_approvals_are_listed_on_request_only(tmp_path: Path) -> None:
    async with serving(tmp_path, refunds(10)) as served, served.client() as client:
        run = await post_run(client, "refunds")
        (asked,) = await waiting(client, run["id"])
        await client.post(f"/v1/approvals/{asked['id']}", json={"decision": "deny"})
        await finished(client, run["id"])
        assert (await client.get("/v1/approvals")).json()["data"] == []
        everything = (await client.get("/v1/approvals", params={"status": "all"})).json()["data"]
        assert [each["status"] for each in everything] == ["denied"]
        problem(await client.get("/v1/approvals", params={"status": "some"}), 422)


async def test_another_organisations_approval_does_not_exist_and_a_viewer_may_not_decide(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, refunds(10, goes_on=False)) as served, served.client() as client:
        run = await post_run(client, "refunds")
        (asked,) = await waiting(client, run["id"])
        path, decision = f"/v1/approvals/{asked['id']}", {"decision": "approve"}
        async with served.client(await served.new_key(OTHER_ORG)) as stranger:
            problem(await stranger.get(path), 404)
            problem(await stranger.post(path, json=decision), 404)
            assert (await stranger.get("/v1/approvals", params={"status": "all"})).json()["data"] == []
        async with served.client(await served.new_key(ORG_DEFAULT, "viewer")) as viewer:
            assert (await viewer.get(path)).status_code == 200
            problem(await viewer.post(path, json=decision), 403)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"decision": "maybe"}, 422),
        ({"decision": "deny", "args": {}}, 422),
        ({"decision": "approve", "argz": {}}, 422),
        ({"decision": "approve", "args": [1]}, 422),
        ([], 422),
    ],
)
async def test_a_decision_that_says_something_else_is_refused(tmp_path: Path, body: Any, status: int) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        problem(await client.post("/v1/approvals/call_1", json=body), status)
