"""What a server says of itself: agents, presets, tools, models and its own bounds."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from agent_sdk import Agent, tool
from tests.interaction.server_kit import problem, serving

pytestmark = pytest.mark.socket

PATHS = ("/v1/agents", "/v1/presets", "/v1/tools", "/v1/models", "/v1/meta")


class Order(BaseModel):
    id: int


@tool(version="1.2.0", effects="read", idempotent=True, timeout_s=10)
def lookup(order_id: int) -> Order:
    """Look an order up."""
    return Order(id=order_id)


async def test_agents_are_listed_with_version_tools_and_schemas(tmp_path: Path) -> None:
    agent = Agent("support", description="Helps.", tools=[lookup], output_type=Order)
    async with serving(tmp_path, agent) as served, served.client() as client:
        page = (await client.get("/v1/agents")).json()
        assert page["next_cursor"] is None
        (info,) = page["data"]
        assert (info["name"], info["description"], info["tools"]) == ("support", "Helps.", ["lookup"])
        assert info["model"] == "offline:demo"
        assert info["output_schema"]["properties"]["id"]["type"] == "integer"
        assert len(info["version"]) == 16
        assert (await client.get("/v1/presets")).json()["data"] == []


async def test_tools_are_listed_with_their_declaration(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("support", tools=[lookup])) as served, served.client() as client:
        (info,) = (await client.get("/v1/tools")).json()["data"]
        assert info["parameters"]["properties"]["order_id"] == {"type": "integer"}
        assert info["result"]["properties"]["id"]["type"] == "integer"
        declared = ("version", "effects", "idempotent", "needs_approval", "timeout_s", "agents")
        assert [info[name] for name in declared] == ["1.2.0", "read", True, False, 10, ["support"]]


async def test_the_default_model_is_marked(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        models = (await client.get("/v1/models")).json()
        assert [(each["id"], each["default"]) for each in models["data"]] == [("offline:demo", True)]


async def test_the_server_names_its_versions_features_store_and_bounds(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        response = await client.get("/v1/meta")
        meta = response.json()
        assert (meta["name"], meta["version"]) == ("agent-sdk", "0.0.0")
        assert meta["api_version"] == response.headers["agent-sdk-api-version"]
        assert "events.sse" in meta["features"]
        assert meta["limits"]["page_max_count"] == 1000
        assert meta["store"].keys() == {"kind", "durability"}
        assert meta["store"]["kind"] == "sqlite"


async def test_all_of_it_needs_a_key(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client(key=None) as anybody:
        for path in PATHS:
            problem(await anybody.get(path), 401)


async def test_a_long_list_comes_in_pages(tmp_path: Path) -> None:
    agents = [Agent(name, model=f"test:{name}", tools=[lookup]) for name in ("a", "b", "c")]
    async with serving(tmp_path, *agents) as served, served.client() as client:
        for path in ("/v1/agents", "/v1/models"):
            whole = (await client.get(path)).json()["data"]
            first = (await client.get(path, params={"limit": 2})).json()
            assert first["data"] == whole[:2]
            rest = (await client.get(path, params={"cursor": first["next_cursor"]})).json()
            assert (rest["data"], rest["next_cursor"]) == (whole[2:], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "cursor=-1", "cursor=x", "cursor=9"])
async def test_a_page_that_cannot_be_is_refused(tmp_path: Path, query: str) -> None:
    async with serving(tmp_path, Agent("demo", tools=[lookup])) as served, served.client() as client:
        for path in ("/v1/agents", "/v1/presets", "/v1/tools", "/v1/models"):
            problem(await client.get(f"{path}?{query}"), 422)
