"""`openai-compatible:<model>`: any server that speaks OpenAI's API (Ollama, vLLM, llama.cpp, LM Studio, LiteLLM)."""

from typing import Final

from agent_sdk.contracts.errors import ConfigError
from agent_sdk.llm.providers.openai import openai_model
from agent_sdk.llm.providers.openai_wire import Endpoint, base_headers, choose_api, path_of
from agent_sdk.ports.llm import Model, ProviderConfig

PROVIDER: Final = "openai-compatible"


def create(model: str, config: ProviderConfig) -> Model:
    """A model behind the configured `base_url`. What it costs is not known.

    Args:
        model: As the server calls it; `responses/` before it asks through the Responses API.
        config: The base URL with its version (`http://127.0.0.1:11434/v1`), a key if the server wants one,
        and the
            option `api` (`chat` or `responses`).

    Raises:
        ConfigError: There is no base URL, or an option has an unknown value.
    """
    if not config.base_url:
        raise ConfigError(
            "an OpenAI-compatible server has no base URL of its own",
            hint="Set base_url of the provider openai-compatible, for example http://127.0.0.1:11434/v1 for Ollama.",
        )
    name, api = choose_api(model, config.options.get("api"), "chat")
    headers = base_headers()
    if api_key := (config.api_key or "").strip():
        headers["Authorization"] = f"Bearer {api_key}"
    endpoint = Endpoint(
        provider=PROVIDER,
        model=name,
        url=f"{config.base_url.rstrip('/')}/{path_of(api)}",
        headers=headers,
        max_tokens_field="max_tokens",
    )
    return openai_model(endpoint, api, model_id=f"{PROVIDER}:{model}", price_list=None)
