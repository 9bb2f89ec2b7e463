"""From `provider:model` to a model."""

from collections.abc import Mapping
from difflib import get_close_matches

from agent_sdk import plugins
from agent_sdk.contracts.errors import PluginNotFound, UnknownModel
from agent_sdk.ports.llm import Model, ProviderConfig, ProviderFactory

GROUP = "providers"


class ModelRegistry:
    """Makes each model once (`agent_sdk.ports.llm.ModelResolver`). Providers are found by entry point."""

    def __init__(self, configs: Mapping[str, ProviderConfig], default_model: str) -> None:
        """Take what each provider is told, by its name, and the id of the model that answers when none is named."""
        self._configs = dict(configs)
        self._default_model = default_model
        self._models: dict[str, Model] = {}

    def resolve(self, model_id: str | None) -> Model:
        """The model of that id; None means the default.

        Raises:
            UnknownModel: The id is not `provider:model`, or no such provider is installed.
            ConfigError: The provider cannot work with its configuration.
        """
        wanted = self._default_model if model_id is None else model_id
        model = self._models.get(wanted)
        if model is None:
            model = self._models[wanted] = self._make(wanted)
        return model

    def _make(self, model_id: str) -> Model:
        provider, colon, name = model_id.partition(":")
        if not colon or not provider or not name:
            raise UnknownModel(
                f"{model_id!r} names no model",
                hint=f"Write it as provider:model, for example openai:{model_id.strip(':') or 'gpt-5'}.",
            )
        try:
            create: ProviderFactory = plugins.load(GROUP, provider)
        except PluginNotFound as error:
            raise UnknownModel(f"there is no provider {provider!r}", hint=_hint(provider, name)) from error
        return create(name, self._configs.get(provider, ProviderConfig()))


def _hint(provider: str, name: str) -> str:
    known = plugins.names(GROUP)
    close = get_close_matches(provider.lower(), known, n=1)
    if close:
        return f"Did you mean {close[0]}:{name}?"
    return f"Providers: {', '.join(known) or 'none installed'}."
