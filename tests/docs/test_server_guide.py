"""docs/SERVER.md against a real server: its snippets in their order, its unit, its settings, its codes."""

import asyncio
import os
import re
import shutil
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from agent_sdk.contracts import errors, platform_errors
from agent_sdk.server.__main__ import EXIT_CONFIG, EXIT_USAGE
from agent_sdk.server.main import CLOSE_MAX_S
from agent_sdk.server.sse import HEARTBEAT_S
from agent_sdk.services.platform import DRAIN_MAX_S
from agent_sdk.settings import load_settings
from tests.docs.live_server import KEY, STREAM, ended_server, live_server

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "SERVER.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def store(folder: Path) -> dict[str, str]:
    """The setting by which a server keeps its runs in `store.db`."""
    return {"AGENT_SDK_STORE_URL": f"sqlite:///{folder}/store.db"}


async def shell(snippet: str, folder: Path, url: str = "") -> str:
    """What a snippet prints, in a shell that knows the places that the page names."""
    places = {
        "STORE": folder / "store.db",
        "BACKUP": folder / "backups" / "copy.db",
        "ASIDE": folder / "aside",
    }
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", snippet),
        env={**os.environ, **{name: str(path) for name, path in places.items()}}
        | {"SERVER_URL": url, "AGENT_SDK_API_KEY": KEY},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, f"{snippet}\n{output.decode()}"
    return output.decode()


@pytest.mark.socket
@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide's snippets use curl")
async def test_a_backup_that_was_made_beside_a_running_server_is_restored(tmp_path: Path) -> None:
    probes, backup, restore, look = blocks("sh")
    (tmp_path / "backups").mkdir()
    wait = {"Prefer": "wait=30"}
    async with live_server(tmp_path, store(tmp_path)) as server, server.client() as client:
        assert '"ready"' in await shell(probes, tmp_path, server.url)
        body = {"agent": "assistant_tools", "input": "What is 17 * 23?"}
        kept = (await client.post("/v1/runs", json=body, headers=wait)).json()
        assert await shell(backup, tmp_path) == "ok\n"
        lost = (await client.post("/v1/runs", json=body, headers=wait)).json()
        await server.kill()
    await shell(restore, tmp_path)
    async with (
        live_server(tmp_path, store(tmp_path), options=["--no-worker"]) as server,
        server.client() as client,
    ):
        assert (await client.get(f"/v1/runs/{kept['id']}")).json() == kept
        assert (await client.get(f"/v1/runs/{lost['id']}")).status_code == 404
        assert '"data":[]' in await shell(look, tmp_path, server.url)
    assert (tmp_path / "store.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.socket
async def test_agents_of_modules_and_of_the_settings_file_are_served(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "agents.py").write_text(
        "from agent_sdk import Agent\n\nsupport = Agent('support')\n", encoding="utf-8"
    )
    (tmp_path / "agent-sdk.toml").write_text(blocks("toml")[0], encoding="utf-8")
    async with live_server(tmp_path) as server, server.client() as client:
        listed = {agent["name"] for agent in (await client.get("/v1/agents")).json()["data"]}
        body = {"agent": "clerk", "input": "What is 17 * 23?"}
        run = (await client.post("/v1/runs", json=body, headers={"Prefer": "wait=30"})).json()
    assert {"support", "clerk"} <= listed
    assert "391" in run["output"]


@pytest.mark.socket
async def test_what_is_canceled_before_the_worker_starts_does_not_go_on(tmp_path: Path) -> None:
    body = {"agent": "assistant_tools", "input": "What is 17 * 23?"}
    async with (
        live_server(tmp_path, store(tmp_path), options=["--no-worker"]) as server,
        server.client() as client,
    ):
        run = (await client.post("/v1/runs", json=body)).json()
        assert (await client.post(f"/v1/runs/{run['id']}/cancel", json={"mode": "now"})).is_success
    async with live_server(tmp_path, store(tmp_path)) as server, server.client() as client:
        waited = await client.get(f"/v1/runs/{run['id']}/events", headers=STREAM)
    kinds = [line[7:] for line in waited.text.splitlines() if line.startswith("event: ")]
    assert kinds[-1] == "run.canceled"
    assert "step.started" not in kinds


async def test_a_wrong_setting_is_named_with_its_place_and_the_server_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "agent-sdk.toml").write_text("[worker]\nslot = 3\n", encoding="utf-8")
    for settings, place, nearest in (
        (store(tmp_path), str(tmp_path / "agent-sdk.toml"), "worker.slots"),
        ({**store(tmp_path), "AGENT_SDK_STORE_URI": "x"}, "AGENT_SDK_STORE_URI", "AGENT_SDK_STORE_URL"),
    ):
        code, said = await ended_server(tmp_path, settings)
        assert code == EXIT_CONFIG
        assert place in said
        assert nearest in said
        (tmp_path / "agent-sdk.toml").write_text("", encoding="utf-8")
    assert not (tmp_path / "store.db").exists()


def test_the_unit_outlasts_a_drain_and_does_not_repeat_what_cannot_work() -> None:
    (unit,) = blocks("ini")
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.read_string(unit)
    service = parser["Service"]
    assert int(service["TimeoutStopSec"]) > DRAIN_MAX_S + CLOSE_MAX_S
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == {EXIT_USAGE, EXIT_CONFIG}


def test_the_units_environment_and_the_retention_table_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unit,), (_, retention) = blocks("ini"), blocks("toml")
    for name, value in re.findall(r"^Environment=(\w+)=(.*)$", unit, re.MULTILINE):
        monkeypatch.setenv(name, value)
    (tmp_path / "agent-sdk.toml").write_text(retention, encoding="utf-8")
    settings = load_settings(folder=tmp_path).values
    assert settings.server.log_format == "json"
    assert settings.retention.runs_days == tomllib.loads(retention)["retention"]["runs_days"]


def test_the_defaults_that_are_named_are_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AGENT_SDK_")]:
        monkeypatch.delenv(name)
    settings = load_settings(folder=tmp_path).values
    for key, shown in re.findall(r"^\| `(worker\.\w+)` \| ([\d,]+) \|", GUIDE, re.MULTILINE):
        assert getattr(settings.worker, key.partition(".")[2]) == int(shown.replace(",", "")), key
    assert settings.retention.deltas_days == 7


def test_a_proxy_waits_longer_than_the_heartbeat() -> None:
    (proxy,) = blocks("nginx")
    found = re.search(r"proxy_read_timeout (\d+)s;", proxy)
    assert found
    assert int(found[1]) > HEARTBEAT_S


def test_the_codes_that_are_named_are_those_of_the_errors() -> None:
    named = dict(re.findall(r"`(ASDK-[A-Z]+-\d+)` \((\w+)\)", GUIDE))
    every = {
        each.code: each.__name__
        for module in (errors, platform_errors)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, errors.AgentSDKError)
    }
    assert len(named) == 3
    for code, word in named.items():
        assert word in every[code].lower()
