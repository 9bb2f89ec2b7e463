"""What README.md tells of runs that cannot be lost: killed, started again, gone on with."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_sse import EventSource

from agent_sdk import Agent, Runner
from agent_sdk.bootstrap import build_preset
from agent_sdk.contracts.codec import encode
from agent_sdk.presets import preset_names
from agent_sdk.settings import Settings
from tests.docs.live_server import STREAM, environment, live_server
from tests.interaction.cli_kit import run_cli

ROOT = Path(__file__).resolve().parents[2]
SLOWLY = {"AGENT_SDK_OFFLINE__TOKEN_DELAY_MS": "20"}
QUESTION = "What is 17 * 23?"

LEFT_BEHIND = """
import asyncio
from agent_sdk import Agent, Runner

async def main():
    agent = Agent("assistant", instructions="Answer briefly.")
    async with Runner(store="sqlite:///runs.db", agents=[agent]) as runner:
        async with runner.stream(agent, "Hello!", session="talk") as stream:
            async for event in stream:
                print(event.type, flush=True)

asyncio.run(main())
"""


async def read(response: httpx.Response, until: str) -> list[tuple[int, str, str]]:
    """Number, type and data of the events of a stream, up to one of a type."""
    assert response.status_code == 200
    seen: list[tuple[int, str, str]] = []
    async for frame in EventSource(response).aiter_sse():
        seen.append((int(frame.id), frame.event, frame.data))
        if frame.event == until:
            break
    return seen


@pytest.mark.socket
async def test_the_stream_of_a_run_goes_on_after_its_server_was_killed(tmp_path: Path) -> None:
    body = re.search(r"-d '(\{.*assistant_tools.*\})'", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert body, "README.md no longer begins a run"
    async with live_server(tmp_path, SLOWLY) as server, server.client() as client:
        async with client.stream("POST", "/v1/runs", json=json.loads(body[1]), headers=STREAM) as response:
            before = await read(response, "message.delta")
        await server.kill()
    path, last = f"/v1/runs/{json.loads(before[0][2])['run_id']}/events", before[-1][0]
    port = int(server.url.rpartition(":")[2])
    async with live_server(tmp_path, port=port) as again, again.client() as client:
        back = {**STREAM, "Last-Event-ID": str(last)}
        async with client.stream("GET", path, headers=back) as response:
            after = await read(response, "run.completed")
        async with client.stream("GET", path, headers=STREAM) as response:
            whole = await read(response, "run.completed")
    assert before + after == whole
    assert [seq for seq, _, _ in whole] == list(range(1, len(whole) + 1))
    assert "run.resumed" in [kind for _, kind, _ in after]
    assert "391" in json.loads(whole[-1][2])["data"]["output"]


async def test_what_a_killed_program_left_the_next_runner_goes_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        LEFT_BEHIND,
        cwd=tmp_path,
        env=environment(tmp_path, SLOWLY),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    async for line in program.stdout:
        assert line != b"run.completed\n", "it was over before it could be killed"
        if line == b"message.started\n":
            program.kill()
            break
    await program.wait()
    monkeypatch.chdir(tmp_path)
    agent = Agent("assistant", instructions="Answer briefly.")
    async with Runner(store="sqlite:///runs.db", agents=[agent]) as runner:
        result = await runner.run(agent, "And again!", session="talk")
    roles = [message.role for message in result.messages]
    assert roles == ["user", "assistant", "user", "assistant"], "the run that was cut has its answer"
    assert [message.text for message in result.messages][::2] == ["Hello!", "And again!"]


@pytest.mark.socket
@pytest.mark.parametrize("name", sorted(preset_names()))
async def test_a_preset_does_the_same_in_python_on_the_command_line_and_on_the_server(
    tmp_path: Path, name: str
) -> None:
    in_python = await Runner().run(build_preset(name, Settings()).agent, QUESTION)
    on_the_line = await asyncio.to_thread(run_cli, tmp_path, "run", "--json", "--preset", name, QUESTION)
    async with live_server(tmp_path) as server, server.client() as client:
        body = {"agent": name, "input": QUESTION}
        async with client.stream("POST", "/v1/runs", json=body, headers=STREAM) as response:
            on_the_server = [json.loads(data) for _, _, data in await read(response, "run.completed")]
    did = what_was_done([json.loads(encode(event)) for event in in_python.events])
    assert did[-1]["output"]
    assert what_was_done([json.loads(line) for line in on_the_line.out.splitlines()]) == did
    assert what_was_done(on_the_server) == did


def what_was_done(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Calls, results and the answer, without what differs from run to run."""
    kept = ("name", "version", "args", "result", "agent", "output", "stop_reason")
    ends = ("tool.started", "tool.completed", "subagent.completed", "run.completed")
    return [
        {key: value for key, value in event["data"].items() if key in kept}
        for event in events
        if event["type"] in ends
    ]


def test_the_counts_of_chaos_that_are_shown_are_those_that_the_command_prints() -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("benchmarks/chaos.py --kills 200\n")[2]
    lines = shown.partition("```")[0].splitlines()
    printed = "".join(
        [(ROOT / "benchmarks" / name).read_text(encoding="utf-8") for name in ("chaos.py", "chaos_checks.py")]
    )
    assert lines[0] == "kills: 200"
    assert lines[-1] == "0 violations"
    assert [line for line in lines[:-1] if line.partition(":")[0] not in printed] == []
