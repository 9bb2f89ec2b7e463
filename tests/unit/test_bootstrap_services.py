"""From settings to services and agents."""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agent_sdk.bootstrap import (
    ANTHROPIC_MODEL_DEFAULT,
    OFFLINE_MODEL,
    OPENAI_MODEL_DEFAULT,
    build_preset,
    default_limits,
    default_model,
    default_services,
    load_agent,
    make_services,
)
from agent_sdk.contracts.errors import ConfigError, DefinitionError, InvalidInput, PluginNotFound
from agent_sdk.runtime.agent import Agent
from agent_sdk.settings import LimitSettings, Settings, load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if "AGENT_SDK" in name.upper() or name.startswith(("OPENAI_", "ANTHROPIC_", "AZURE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def tool_names(agent: Agent[Any, Any]) -> list[str]:
    return [spec.name for spec in agent.tool_specs]


def test_without_a_key_the_offline_model_answers() -> None:
    assert default_services().models.resolve(None).id == OFFLINE_MODEL


@pytest.mark.parametrize(
    ("given", "model"),
    [
        ({}, OFFLINE_MODEL),
        ({"openai": {"api_key": "k"}}, OPENAI_MODEL_DEFAULT),
        ({"anthropic": {"api_key": "k"}}, ANTHROPIC_MODEL_DEFAULT),
        ({"openai": {"api_key": "k"}, "anthropic": {"api_key": "k"}}, OPENAI_MODEL_DEFAULT),
        ({"openai": {"api_key": "k"}, "model": "anthropic:x"}, "anthropic:x"),
    ],
)
def test_the_default_model_follows_the_keys_that_are_set(given: dict[str, Any], model: str) -> None:
    assert default_model(Settings(**given)) == model


def test_the_default_model_of_each_provider_can_be_made_and_priced() -> None:
    from genai_prices import Usage, calc_price

    services = make_services(load_settings({"openai.api_key": "k", "anthropic.api_key": "k"}))
    for model in (OPENAI_MODEL_DEFAULT, ANTHROPIC_MODEL_DEFAULT):
        assert services.models.resolve(model).id == model
        provider, _, name = model.partition(":")
        assert calc_price(Usage(input_tokens=1), model_ref=name, provider_id=provider).total_price > 0


def test_configured_limits_replace_the_runtimes_own() -> None:
    assert default_limits(Settings()).max_steps is not None
    limits = default_limits(Settings(limits=LimitSettings(max_steps=2, timeout_s=9)))
    assert (limits.max_steps, limits.timeout_s, limits.max_tokens) == (2, 9, None)


def test_a_preset_without_documents_searches_its_own_guide() -> None:
    built = build_preset("assistant_rag", Settings())
    assert built.ingested is not None
    assert built.ingested.documents == ("agent-sdk.md",)
    assert tool_names(built.agent) == ["vector.search"]


def test_a_preset_that_needs_no_documents_reads_none() -> None:
    assert build_preset("assistant_tools", Settings()).ingested is None


def test_documents_that_are_given_take_the_place_of_the_guide(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text("tea", encoding="utf-8")
    built = build_preset("assistant_rag", Settings(), docs=tmp_path)
    assert built.ingested is not None
    assert built.ingested.documents == ("tea.txt",)


def test_documents_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        build_preset("assistant_rag", Settings(), docs=tmp_path / "nowhere")


def test_documents_with_nothing_to_search_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    with pytest.raises(InvalidInput, match="1 files were left out"):
        build_preset("assistant_rag", Settings(), docs=tmp_path)


def test_an_unknown_preset_is_met_with_the_nearest_name() -> None:
    with pytest.raises(PluginNotFound) as caught:
        build_preset("asistant_tool", Settings())
    assert caught.value.hint == "Did you mean assistant_tools?"


def test_a_name_like_no_preset_is_met_with_all_of_them() -> None:
    with pytest.raises(PluginNotFound) as caught:
        build_preset("xyz", Settings())
    assert "assistant_rag" in str(caught.value.hint)


@pytest.fixture
def user_module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("users_agents")
    monkeypatch.setitem(sys.modules, "users_agents", module)
    module.__dict__.update(support=Agent("support"), number=5)
    return module


def test_an_agent_is_loaded_by_module_and_attribute(user_module: ModuleType) -> None:
    assert load_agent("users_agents:support") is user_module.__dict__["support"]


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("users_agents", "module:attribute"),
        ("users_agents:", "module:attribute"),
        ("users_agents:suport", "Did you mean users_agents:support?"),
        ("users_agents:zzz", "Name the variable"),
        ("users_agents:number", "Name the variable"),
        ("no_such_module:x", "imported"),
        ("no_such_package.module:x", "imported"),
        ("../users_agents:support", "module:attribute"),
        (".users_agents:support", "module:attribute"),
    ],
)
@pytest.mark.usefixtures("user_module")
def test_a_reference_that_names_no_agent_is_an_error_with_a_hint(reference: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_agent(reference)
    assert what in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import os\nimport no_such_dependency", "line 2: ModuleNotFoundError: No module named"),
        ("\n\n1 / 0", "line 3: ZeroDivisionError: division by zero"),
        ("x = 1\ndef (:", "line 2: SyntaxError"),
        ("import sys\nsys.exit(7)", "line 2: SystemExit: 7"),
        ("import json\njson.loads('{')", "line 2: JSONDecodeError"),
    ],
)
def test_a_module_that_cannot_be_imported_is_an_error_that_names_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, what: str
) -> None:
    (tmp_path / "broken_module.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "broken_module", raising=False)
    importlib.invalidate_caches()
    with pytest.raises(ConfigError) as caught:
        load_agent("broken_module:x")
    assert f"{tmp_path / 'broken_module.py'}, {what}" in str(caught.value)


def test_an_error_of_the_tree_in_a_users_module_keeps_its_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "misdefined.py").write_text(
        "from agent_sdk import Agent\nAgent('a', tools=[5])", encoding="utf-8"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(DefinitionError):
        load_agent("misdefined:x")
