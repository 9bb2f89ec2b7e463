"""The four ready-made agents, and what each shows without a key."""

import os
from pathlib import Path

import pytest

from agent_sdk.bootstrap import build_preset, make_services
from agent_sdk.contracts.messages import CitationPart
from agent_sdk.memory.index import MemoryIndex
from agent_sdk.ports.tool import PackConfig
from agent_sdk.presets import load_preset, preset_names
from agent_sdk.runtime.result import RunResult
from agent_sdk.runtime.runner import Runner
from agent_sdk.settings import load_settings
from agent_sdk.testing import FakeClock
from agent_sdk.tools.pack import load_packs

NAMES = ("assistant_basic", "assistant_multiagent", "assistant_rag", "assistant_tools")


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if "AGENT_SDK" in name.upper() or name.startswith(("OPENAI_", "ANTHROPIC_", "AZURE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


async def ask(preset: str, *prompts: str, docs: Path | None = None) -> RunResult[str]:
    """Say the prompts in one session; the last result."""
    loaded = load_settings({"offline.token_delay_ms": 0})
    runner = Runner(make_services(loaded))
    agent = build_preset(preset, loaded.values, docs=docs).agent
    results = [await runner.run(agent, prompt, session="ses_test") for prompt in prompts]
    return results[-1]


def called(result: RunResult[str]) -> list[str]:
    return [call.name for message in result.new_messages for call in message.tool_calls]


def test_there_are_four_presets() -> None:
    assert preset_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_found_by_the_name_it_bears_and_describes_itself(name: str) -> None:
    preset = load_preset(name)
    assert preset.name == name
    assert preset.title
    assert preset.description
    assert preset.instructions


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_gets_every_tool_that_it_names(name: str) -> None:
    preset = load_preset(name)
    agent = build_preset(name, load_settings().values).agent
    helpers = [each.name for each in preset.specialists]
    assert [spec.name for spec in agent.tool_specs] == [*preset.tools, *helpers]


@pytest.mark.parametrize("name", NAMES)
async def test_a_preset_hands_its_settings_memory_and_instructions_to_an_agent_on_the_configured_model(
    name: str,
) -> None:
    preset = load_preset(name)
    agent = build_preset(name, load_settings().values).agent
    assert (agent.settings, agent.memory) == (preset.settings, preset.memory)
    assert agent.memory.turns_max
    assert agent.instructions[0] == preset.instructions
    result = await ask(name, "Hello")
    assert result.events[0].data["model"] == "offline:demo"


@pytest.mark.parametrize("name", NAMES)
def test_the_tools_of_a_preset_come_out_of_its_packs(name: str) -> None:
    preset = load_preset(name)
    index = MemoryIndex(())
    packs = load_packs(preset.all_packs, PackConfig(clock=FakeClock(), index=index))
    offered = {tool.spec.name for pack in packs for tool in pack.tools}
    wanted = {tool for each in (preset, *preset.specialists) for tool in each.tools}
    assert wanted <= offered


async def test_the_basic_assistant_talks_and_remembers() -> None:
    result = await ask("assistant_basic", "My name is Ada.", "What is my name?")
    assert "Ada" in result.output
    assert called(result) == []


async def test_the_assistant_with_tools_uses_them() -> None:
    result = await ask("assistant_tools", "What is 17 * 23, and what time is it in Tokyo?")
    assert called(result) == ["calculator", "time"]
    assert "391" in result.output
    assert "Asia/Tokyo" in result.output


async def test_the_assistant_with_tools_admits_what_its_bounds_refuse() -> None:
    result = await ask("assistant_tools", "Read /etc/passwd")
    assert called(result) == ["filesystem.read"]
    assert "filesystem.read failed" in result.output
    assert "root:" not in result.output


async def test_the_assistant_over_documents_cites_what_it_answers_from(tmp_path: Path) -> None:
    text = "# Tea\n\nGreen tea is brewed at 80 degrees. Black tea takes boiling water.\n"
    (tmp_path / "tea.md").write_text(text, encoding="utf-8")
    result = await ask("assistant_rag", "At how many degrees is green tea brewed?", docs=tmp_path)
    assert "80 degrees. [1]" in result.output
    cited = [part for part in result.messages[-1].parts if isinstance(part, CitationPart)]
    assert text[cited[0].start : cited[0].end] == cited[0].quote == "Green tea is brewed at 80 degrees."


async def test_without_documents_the_assistant_says_how_to_give_some() -> None:
    result = await ask("assistant_rag", "How do I search my own documents?")
    assert "--docs" in result.output


async def test_the_coordinator_sends_each_question_to_its_specialist(tmp_path: Path) -> None:
    (tmp_path / "tea.md").write_text("Green tea is brewed at 80 degrees.", encoding="utf-8")
    result = await ask("assistant_multiagent", "What is 17 * 23, and how is green tea brewed?", docs=tmp_path)
    assert sorted(called(result)) == ["analyst", "researcher"]
    assert "391" in result.output
    assert "80 degrees" in result.output
