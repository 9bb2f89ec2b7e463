"""What the Anthropic provider knows of a model by its name."""

from typing import Any

import pytest

from agent_sdk.llm.providers.anthropic_models import traits
from agent_sdk.ports.llm import ModelProfile, ModelSettings, ReasoningEffort
from tests.unit.llm.anthropic_kit import WEATHER, body, model, request


@pytest.mark.parametrize(
    ("name", "native", "forced", "window"),
    [
        ("claude-3-7-sonnet-20250219", False, True, 200_000),
        ("claude-3-haiku-20240307", False, True, 200_000),
        ("claude-opus-4-20250514", False, True, 200_000),
        ("claude-haiku-4-5-20251001", True, True, 200_000),
        ("claude-sonnet-4-6", True, True, 1_000_000),
        ("claude-opus-5", True, True, 1_000_000),
        ("claude-fable-5", True, True, 1_000_000),
        ("claude-mythos-5-1", True, False, 1_000_000),
        ("claude-opus-5-5", True, False, 1_000_000),
        ("claude-sonnet-5-5", True, False, 1_000_000),
        ("claude-haiku-5-5", True, True, 1_000_000),
        ("anthropic/claude-opus-4.6", True, True, 1_000_000),
    ],
)
def test_profiles(name: str, native: bool, forced: bool, window: int) -> None:
    assert model(name).profile == ModelProfile(
        native_output=native, forced_tool_choice=forced, context_window_tokens=window
    )


def test_an_unknown_name_promises_nothing() -> None:
    assert model("mock").profile == ModelProfile()
    assert (
        body(request(settings=ModelSettings(reasoning_effort="none")), "mock").keys().isdisjoint({"thinking"})
    )


def thinking(name: str, effort: ReasoningEffort, **settings: Any) -> dict[str, Any]:
    asked = body(request(tools=(WEATHER,), settings=ModelSettings(reasoning_effort=effort, **settings)), name)
    return {field: asked[field] for field in ("thinking", "output_config") if field in asked}


@pytest.mark.parametrize("name", ["claude-sonnet-4-6", "claude-opus-5-5", "claude-fable-5"])
def test_from_4_6_on_the_model_adapts_to_an_effort_and_shows_a_summary(name: str) -> None:
    adaptive = {"type": "adaptive", "display": "summarized"}
    assert thinking(name, "high") == {"thinking": adaptive, "output_config": {"effort": "high"}}
    assert thinking(name, "minimal") == {"thinking": adaptive, "output_config": {"effort": "low"}}


@pytest.mark.parametrize(
    ("effort", "budget"), [("minimal", 1024), ("low", 4096), ("medium", 10_000), ("high", 24_000)]
)
def test_before_4_6_an_effort_is_a_budget(effort: ReasoningEffort, budget: int) -> None:
    assert thinking("claude-haiku-4-5", effort) == {"thinking": {"type": "enabled", "budget_tokens": budget}}


def test_a_budget_stays_below_the_bound_of_the_answer_or_is_left_out() -> None:
    assert thinking("claude-haiku-4-5", "high", max_output_tokens=2000)["thinking"]["budget_tokens"] == 1999
    assert thinking("claude-haiku-4-5", "high", max_output_tokens=1024) == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claude-haiku-4-5", {}),
        ("claude-opus-4-8", {}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}}),
        ("claude-haiku-5-5", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", {"output_config": {"effort": "low"}}),
        ("claude-fable-5", {"output_config": {"effort": "low"}}),
    ],
)
def test_no_thinking_is_asked_for_in_the_model_s_own_way(name: str, expected: object) -> None:
    assert thinking(name, "none") == expected


@pytest.mark.parametrize("choice", ["required", "weather.lookup"])
def test_a_forced_call_goes_without_thinking(choice: str) -> None:
    assert thinking("claude-haiku-4-5", "high", tool_choice=choice) == {}
    assert thinking("claude-opus-4-6", "high", tool_choice=choice) == {"output_config": {"effort": "high"}}
    assert "thinking" in thinking("claude-haiku-4-5", "high", tool_choice="auto")


def test_a_date_is_no_version() -> None:
    assert traits("claude-opus-4-20250514").profile == traits("claude-opus-4-0").profile


@pytest.mark.parametrize(
    ("name", "taken"), [("claude-opus-4-6", True), ("claude-opus-4-7", False), ("mock", True)]
)
def test_models_without_a_temperature_are_not_sent_one(name: str, taken: bool) -> None:
    asked = body(request(settings=ModelSettings(temperature=0, top_p=0.5)), name)
    assert ({"temperature", "top_p"} <= asked.keys()) is taken
    assert taken or asked.keys().isdisjoint({"temperature", "top_p"})
