"""Somebody else's provider, tool pack and preset: found by the entry points that the builtin ones use."""

import importlib
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from agent_sdk import plugins
from agent_sdk.bootstrap import build_preset, make_services
from agent_sdk.ports.tool import PackConfig
from agent_sdk.presets import preset_names
from agent_sdk.runtime.runner import Runner
from agent_sdk.settings import Settings, load_settings
from agent_sdk.testing import FakeClock
from agent_sdk.tools.pack import load_packs

ENTRY_POINTS = """
[agent_sdk.providers]
parrots = asdk_parrots:create

[agent_sdk.tool_packs]
parrots = asdk_parrots:pack

[agent_sdk.presets]
parrot = asdk_parrots:preset
"""
MODULE = '''
from types import SimpleNamespace
from agent_sdk import tool
from agent_sdk.presets import Preset
from agent_sdk.testing import ScriptedModel, call

@tool(effects="read")
def squawk(word: str) -> str:
    """Say a word twice."""
    return f"{word} {word}"

def create(model, config):
    return ScriptedModel([call("squawk", word=model), "Polly said it."], id=f"parrots:{model}")

def pack(config):
    return SimpleNamespace(name="parrots", version="1.0.0", tools=(squawk,))

preset = Preset(
    name="parrot",
    title="Parrot",
    description="Repeats.",
    instructions="Squawk.",
    packs=("builtin", "parrots"),
    tools=("squawk", "time"),
)
'''


@pytest.fixture(autouse=True)
def parrots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """A distribution of somebody else's, installed for this process."""
    info = tmp_path / "parrots-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parrots\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "asdk_parrots.py").write_text(MODULE)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    importlib.invalidate_caches()
    plugins._group.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    plugins._group.cache_clear()  # pyright: ignore[reportPrivateUsage]
    sys.modules.pop("asdk_parrots", None)


def test_a_pack_is_loaded_beside_the_builtin_one() -> None:
    builtin, theirs = load_packs(["builtin", "parrots"], PackConfig(clock=FakeClock()))
    assert "calculator" in [tool.spec.name for tool in builtin.tools]
    assert [tool.spec.name for tool in theirs.tools] == ["squawk"]


async def test_a_preset_runs_with_a_tool_and_a_provider_of_its_own_beside_the_builtin_ones() -> None:
    assert {"parrot", "assistant_tools"} <= set(preset_names())
    runner = Runner(make_services(load_settings({"model": "parrots:ara"})))
    assert runner.services.models.resolve("offline:demo").id == "offline:demo"
    result = await runner.run(build_preset("parrot", Settings()).agent, "Speak!")
    assert result.output == "Polly said it."
    (completed,) = [event for event in result.events if event.type == "tool.completed"]
    assert (completed.data["name"], completed.data["result"]) == ("squawk", "ara ara")
