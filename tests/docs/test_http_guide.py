"""Every snippet of docs/HTTP.md runs, in the order of the page, against a real server."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from agent_sdk import Agent, tool
from agent_sdk.bootstrap import build_preset
from agent_sdk.settings import Settings
from agent_sdk.testing import ScriptedModel, call
from tests.interaction.server_kit import KEY, finished, serving

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "HTTP.md"
SNIPPETS = re.findall(r"^```(sh|py)\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def refunds() -> Agent[Any, str]:
    """An agent that asks before it pays."""

    @tool(needs_approval=True)
    def refund(amount: int) -> str:
        """Pay back."""
        return f"paid {amount}"

    return Agent("refunds", model=ScriptedModel([call("refund", amount=10), "Done."]), tools=[refund])


@pytest.mark.socket
@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide's snippets use curl")
async def test_every_snippet_runs_in_the_order_of_the_page(tmp_path: Path) -> None:
    presets = [build_preset(name, Settings()).agent for name in ("assistant_basic", "assistant_tools")]
    async with serving(tmp_path, *presets, refunds()) as served, served.client() as client:
        for language, snippet in SNIPPETS:
            program = ["bash", "-euo", "pipefail", "-c"] if language == "sh" else [sys.executable, "-c"]
            process = await asyncio.create_subprocess_exec(
                *program,
                snippet,
                cwd=tmp_path,
                env={**os.environ, "SERVER_URL": served.url, "AGENT_SDK_API_KEY": KEY},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            output, _ = await process.communicate()
            assert process.returncode == 0, f"{snippet}\n{output.decode()}"
        (refunded,) = (await client.get("/v1/runs", params={"agent": "refunds"})).json()["data"]
        assert (await finished(client, refunded["id"]))["output"] == "Done."


def test_the_guide_has_snippets_for_the_shell_and_for_python() -> None:
    languages = [language for language, _ in SNIPPETS]
    assert (languages.count("sh") >= 5, languages.count("py") >= 4) == (True, True)
