"""From `provider:model` to a model."""

from importlib.metadata import EntryPoint

import pytest

from agent_sdk import plugins
from agent_sdk.contracts.errors import MissingKey, UnknownModel
from agent_sdk.llm.registry import ModelRegistry
from agent_sdk.ports.llm import ProviderConfig


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The providers of this module, whatever is installed."""
    names = {"openai": "openai", "openai-compatible": "openai_compatible"}
    points = {
        name: EntryPoint(
            name=name, value=f"agent_sdk.llm.providers.{module}:create", group="agent_sdk.providers"
        )
        for name, module in names.items()
    }

    def group(_name: str) -> dict[str, EntryPoint]:
        return points

    monkeypatch.setattr(plugins, "_group", group)


def registry() -> ModelRegistry:
    return ModelRegistry({"openai": ProviderConfig(api_key="secret")}, "openai:gpt-5")


def test_a_model_is_found_by_its_id_and_made_once() -> None:
    models = registry()
    model = models.resolve("openai:gpt-5-mini")
    assert model.id == "openai:gpt-5-mini"
    assert models.resolve("openai:gpt-5-mini") is model


def test_a_model_name_may_have_colons() -> None:
    assert registry().resolve("openai:ft:gpt-4o:acme").id == "openai:ft:gpt-4o:acme"


def test_none_is_the_default_model() -> None:
    assert registry().resolve(None).id == "openai:gpt-5"


@pytest.mark.parametrize("model_id", ["gpt-5", "openai:", ":gpt-5", ""])
def test_an_id_without_provider_or_model_is_explained(model_id: str) -> None:
    with pytest.raises(UnknownModel, match="names no model") as caught:
        registry().resolve(model_id)
    assert "openai:gpt-5" in (caught.value.hint or "") or "openai:openai" in (caught.value.hint or "")


def test_a_misspelled_provider_gets_a_suggestion() -> None:
    with pytest.raises(UnknownModel) as caught:
        registry().resolve("opanai:gpt-5")
    assert caught.value.hint == "Did you mean openai:gpt-5?"


def test_an_unknown_provider_gets_the_list() -> None:
    with pytest.raises(UnknownModel) as caught:
        registry().resolve("zzz:gpt-5")
    assert caught.value.hint == "Providers: openai, openai-compatible."


def test_a_provider_without_configuration_says_what_it_misses() -> None:
    with pytest.raises(MissingKey) as caught:
        ModelRegistry({}, "openai:gpt-5").resolve(None)
    assert "OPENAI_API_KEY" in (caught.value.hint or "")
