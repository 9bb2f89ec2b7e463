"""Tools tried over HTTP: one call outside of any run, made as runs make it."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_sdk import Agent, RunContext, tool
from agent_sdk.contracts.messages import ImagePart
from agent_sdk.contracts.signals import ApprovalRequired
from agent_sdk.services.tool_trials import TRIALS_MAX_COUNT, TRIALS_PER_ORG_MAX_COUNT
from agent_sdk.tools.output import CONTENT_LENGTH_MAX_CHARS
from tests.interaction.server_kit import deployer, problem, serving
from tests.unit.services.kit import OTHER_ORG

pytestmark = pytest.mark.socket

SECRET = "a word for nobody's log"


@tool(version="1.2.0", effects="read")
def double(number: int) -> dict[str, int]:
    """Double a number."""
    return {"doubled": 2 * number}


async def invoke(
    client: httpx.AsyncClient, name: str, args: Mapping[str, Any], **more: Any
) -> httpx.Response:
    return await client.post(f"/v1/tools/{name}/invoke", json={"args": args, **more})


async def answered(client: httpx.AsyncClient, name: str, args: Mapping[str, Any], **more: Any) -> Any:
    response = await invoke(client, name, args, **more)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_tool_answers_with_what_it_returned(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("maths", tools=[double])) as served, served.client() as client:
        said = await answered(client, "double", {"number": 21})
        assert said.pop("duration_ms") >= 0
        assert said == {
            "ok": True,
            "version": "1.2.0",
            "effects": "read",
            "result": {"doubled": 42},
            "attachments": [],
            "error": None,
        }


async def test_it_takes_no_model_and_leaves_no_run_and_no_session(tmp_path: Path) -> None:
    agent = Agent("maths", model="nobody:none", tools=[double])
    async with serving(tmp_path, agent) as served, served.client() as client:
        assert (await answered(client, "double", {"number": 1}))["ok"]
        for path in ("/v1/runs", "/v1/sessions"):
            assert (await client.get(path)).json()["data"] == []


async def test_a_tool_that_needs_no_arguments_gets_none(tmp_path: Path) -> None:
    @tool
    def ping() -> None:
        """Do nothing."""

    async with serving(tmp_path, Agent("a", tools=[ping])) as served, served.client() as client:
        said = await answered(client, "ping", {})
        assert (said["ok"], said["result"]) == (True, None)


@pytest.mark.parametrize("args", [{}, {"number": "21"}, {"number": 1, "more": 2}])
async def test_arguments_that_do_not_fit_are_an_answer_of_the_tool(
    tmp_path: Path, args: dict[str, Any]
) -> None:
    async with serving(tmp_path, Agent("maths", tools=[double])) as served, served.client() as client:
        said = await answered(client, "double", args)
        assert (said["ok"], said["result"], said["error"]["code"]) == (False, None, "ASDK-TOOL-003")
        assert said["error"]["hint"]


async def test_a_call_that_ends_badly_is_an_answer_of_the_tool(tmp_path: Path) -> None:
    @tool
    def broken() -> str:
        """Break."""
        raise ValueError("out of order")

    @tool(timeout_s=0.01)
    async def slow() -> str:
        """Never end."""
        await asyncio.Event().wait()
        return "never"

    agent = Agent("a", tools=[broken, slow], tool_retries_max=0)
    async with serving(tmp_path, agent) as served, served.client() as client:
        said = await answered(client, "broken", {})
        assert said["error"]["code"] == "ASDK-TOOL-006"
        assert "out of order" in said["error"]["message"]
        assert (await answered(client, "slow", {}))["error"]["code"] == "ASDK-TOOL-004"
        assert (await answered(client, "broken", {"x": 1}))["error"]["code"] == "ASDK-TOOL-003"


async def test_a_long_result_is_cut_as_in_a_run(tmp_path: Path) -> None:
    @tool
    def much() -> str:
        """Say much."""
        return "x" * (2 * CONTENT_LENGTH_MAX_CHARS)

    async with serving(tmp_path, Agent("a", tools=[much])) as served, served.client() as client:
        result = (await answered(client, "much", {}))["result"]
        assert len(result) <= CONTENT_LENGTH_MAX_CHARS
        assert "characters cut" in result


async def test_images_come_as_attachments(tmp_path: Path) -> None:
    @tool
    def draw() -> ImagePart:
        """Draw."""
        return ImagePart(data=b"png")

    async with serving(tmp_path, Agent("a", tools=[draw])) as served, served.client() as client:
        [image] = (await answered(client, "draw", {}))["attachments"]
        assert (image["type"], image["media_type"], image["data"]) == ("image", "image/png", "cG5n")


async def test_a_call_that_needs_approval_is_refused_until_whoever_tries_it_agrees(tmp_path: Path) -> None:
    async with serving(tmp_path, deployer()) as served, served.client() as client:
        refused = problem(await invoke(client, "deploy", {"name": "it"}), 409)
        assert refused["code"] == "ASDK-RES-004"
        assert "approve" in refused["hint"]
        problem(await invoke(client, "deploy", {"name": "it"}, approve=False), 409)
        said = await answered(client, "deploy", {"name": "it"}, approve=True)
        assert (said["ok"], said["result"]) == (True, "it")


async def test_a_tool_may_ask_for_approval_itself(tmp_path: Path) -> None:
    @tool
    def pay(ctx: RunContext[None], usd: int) -> str:
        """Pay."""
        if usd > 100 and not ctx.approved:
            raise ApprovalRequired("that is much")
        return "paid"

    async with serving(tmp_path, Agent("a", tools=[pay])) as served, served.client() as client:
        assert (await answered(client, "pay", {"usd": 1}))["result"] == "paid"
        refused = problem(await invoke(client, "pay", {"usd": 1000}), 409)
        assert (refused["code"], "that is much" in refused["detail"]) == ("ASDK-RES-004", True)
        assert (await answered(client, "pay", {"usd": 1000}, approve=True))["result"] == "paid"


async def test_a_tool_that_asks_on_although_it_has_its_approval_has_failed(tmp_path: Path) -> None:
    @tool
    def never() -> str:
        """Ask for ever."""
        raise ApprovalRequired("that is much")

    async with serving(tmp_path, Agent("a", tools=[never])) as served, served.client() as client:
        problem(await invoke(client, "never", {}), 409)
        said = await answered(client, "never", {}, approve=True)
        assert (said["ok"], "that is much" in said["error"]["message"]) == (False, True)
        assert "ctx.approved" in said["error"]["hint"]


async def test_a_tool_has_the_deps_that_its_agent_makes(tmp_path: Path) -> None:
    @dataclass
    class Shop:
        name: str

    @tool
    def where(ctx: RunContext[Shop]) -> str:
        """Say where."""
        return ctx.deps.name

    agent = Agent("a", tools=[where], deps_type=Shop, deps_factory=lambda: Shop("corner"))
    async with serving(tmp_path, agent) as served, served.client() as client:
        assert (await answered(client, "where", {}))["result"] == "corner"


async def test_a_tool_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("maths", tools=[double])) as served, served.client() as client:
        assert "double" in problem(await invoke(client, "doubel", {}), 404)["hint"]
        problem(await invoke(client, "double/..", {}), 404)


async def test_of_two_tools_with_one_name_the_first_that_is_listed_is_called(tmp_path: Path) -> None:
    @tool(name="double", version="1.1.0")
    def older(number: int) -> str:
        """Double a number, in an older way."""
        return f"{number}{number}"

    agents = [Agent("new", tools=[double]), Agent("old", tools=[older])]
    async with serving(tmp_path, *agents) as served, served.client() as client:
        listed = (await client.get("/v1/tools")).json()["data"]
        assert [each["version"] for each in listed] == ["1.1.0", "1.2.0"]
        said = await answered(client, "double", {"number": 4})
        assert (said["version"], said["effects"], said["result"]) == ("1.1.0", "external", "44")


async def test_an_agent_is_not_tried_as_a_tool(tmp_path: Path) -> None:
    agent = Agent("boss", tools=[Agent("helper", description="Helps.").as_tool()])
    async with serving(tmp_path, agent) as served, served.client() as client:
        assert "/v1/runs" in problem(await invoke(client, "helper", {"input": "hi"}), 422)["hint"]
        [listed] = (await client.get("/v1/tools")).json()["data"]
        assert (listed["name"], listed["asks_agent"]) == ("helper", "helper")


@pytest.mark.parametrize(
    "body", [{}, {"args": [1]}, {"args": None}, {"args": {}, "aprove": True}, {"args": {}, "approve": "yes"}]
)
async def test_a_body_of_another_shape_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with serving(tmp_path, Agent("maths", tools=[double])) as served, served.client() as client:
        problem(await client.post("/v1/tools/double/invoke", json=body), 422)


async def test_whoever_may_only_read_tries_no_tool(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("maths", tools=[double])) as served:
        viewer_key = await served.new_key("org_00000000000000000000000001", "viewer")
        async with served.client(viewer_key) as viewer:
            problem(await invoke(viewer, "double", {"number": 1}), 403)
        async with served.client(None) as nobody:
            problem(await invoke(nobody, "double", {"number": 1}), 401)


async def test_the_same_idempotency_key_calls_once(tmp_path: Path) -> None:
    calls: list[int] = []

    @tool
    def count(step: int) -> int:
        """Count."""
        calls.append(step)
        return len(calls)

    async with serving(tmp_path, Agent("a", tools=[count])) as served, served.client() as client:
        client.headers["Idempotency-Key"] = "k"
        first = await invoke(client, "count", {"step": 1})
        again = await invoke(client, "count", {"step": 1})
        assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
        assert calls == [1]
        problem(await invoke(client, "count", {"step": 2}), 422)


async def test_a_refused_call_frees_its_idempotency_key(tmp_path: Path) -> None:
    async with serving(tmp_path, deployer()) as served, served.client() as client:
        client.headers["Idempotency-Key"] = "k"
        problem(await invoke(client, "deploy", {"name": "it"}), 409)
        assert (await answered(client, "deploy", {"name": "it"}, approve=True))["ok"]


@dataclass
class Waiting:
    """A tool that ends when it may."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def agent(self) -> Agent[Any, Any]:
        @tool
        async def wait() -> str:
            """Wait."""
            self.started.release()
            await self.gate.wait()
            return "done"

        return Agent("a", tools=[wait])

    async def begin(self, client: httpx.AsyncClient, count: int = 1) -> "list[asyncio.Task[Any]]":
        """Try it so many times; they have begun."""
        tasks = [asyncio.create_task(answered(client, "wait", {})) for _ in range(count)]
        for _ in tasks:
            await self.started.acquire()
        return tasks


async def test_only_so_many_are_tried_at_once_by_one_organisation_and_by_all(tmp_path: Path) -> None:
    tried = Waiting()
    orgs = [f"org_{number:026}" for number in range(2, 3 + TRIALS_MAX_COUNT // TRIALS_PER_ORG_MAX_COUNT)]
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(tmp_path, tried.agent()))
        *clients, late = [
            await stack.enter_async_context(served.client(await served.new_key(org))) for org in orgs
        ]
        waiting: list[asyncio.Task[Any]] = []
        for client in clients:
            waiting += await tried.begin(client, TRIALS_PER_ORG_MAX_COUNT)
            refused = problem(await invoke(client, "wait", {}), 429)
            assert refused["code"] == "ASDK-ADM-001"
        assert len(waiting) == TRIALS_MAX_COUNT
        problem(await invoke(late, "wait", {}), 429)
        tried.gate.set()
        assert all(said["ok"] for said in await asyncio.gather(*waiting))
        assert (await answered(late, "wait", {}))["ok"]


async def test_one_organisation_leaves_room_for_another(tmp_path: Path) -> None:
    tried = Waiting()
    async with serving(tmp_path, tried.agent()) as served, served.client() as client:
        waiting = await tried.begin(client, TRIALS_PER_ORG_MAX_COUNT)
        async with served.client(await served.new_key(OTHER_ORG)) as other:
            waiting += await tried.begin(other)
            tried.gate.set()
            assert all(said["ok"] for said in await asyncio.gather(*waiting))


async def test_what_is_tried_when_the_server_ends_is_answered_and_nothing_more_is_begun(
    tmp_path: Path,
) -> None:
    tried = Waiting()
    async with serving(tmp_path, tried.agent()) as served, served.client() as client:
        [trial] = await tried.begin(client)
        drain = asyncio.create_task(served.platform.drain())
        assert "ending" in problem(await invoke(client, "wait", {}), 429)["detail"]
        assert not drain.done()
        tried.gate.set()
        await drain
        assert (await trial)["ok"]


async def test_the_log_says_who_tried_what_and_not_with_which_arguments(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    @tool
    def tell(secret: str) -> str:
        """Break with what was told."""
        raise ValueError(secret)

    caplog.set_level(logging.DEBUG)
    async with serving(tmp_path, Agent("a", tools=[tell])) as served, served.client() as client:
        assert SECRET in (await answered(client, "tell", {"secret": SECRET}))["error"]["message"]
    [line] = [each for each in caplog.records if each.getMessage() == "a tool was tried"]
    told = vars(line)
    assert (line.levelno, told["tool"]) == (logging.INFO, "tell")
    assert told["principal"].startswith("key_")
    assert told["duration_ms"] >= 0
    assert [each for each in caplog.records if SECRET in str(vars(each))] == []
