"""`azure:<deployment>`: OpenAI's models in Azure.

The base URL is the resource (`https://<resource>.openai.azure.com`). Without the option `api_version` the v1
API is used, which has no versions; with it the older one, whose addresses carry the deployment and the
version.
Source: https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle
"""

from typing import Final
from urllib.parse import quote

from agent_sdk.contracts.errors import ConfigError, MissingKey
from agent_sdk.llm.providers.openai import openai_model
from agent_sdk.llm.providers.openai_wire import Api, Endpoint, base_headers, choose_api, path_of
from agent_sdk.ports.llm import Model, ProviderConfig

PROVIDER: Final = "azure"


def create(model: str, config: ProviderConfig) -> Model:
    """A deployment.

    Args:
        model: Name of the deployment; `responses/` before it asks through the Responses API.
        config: Key, base URL of the resource, and options `api_version`, `api` (`chat` or `responses`) and
            `reasoning_summary`.

    Raises:
        MissingKey: There is no key.
        ConfigError: There is no base URL, or an option has an unknown value.
    """
    api_key = (config.api_key or "").strip()
    if not api_key:
        raise MissingKey("there is no key for Azure OpenAI", hint="Set AZURE_OPENAI_API_KEY.")
    if not config.base_url:
        raise ConfigError(
            "Azure OpenAI has an address for each resource, and none is set",
            hint="Set AZURE_OPENAI_ENDPOINT, for example https://my-resource.openai.azure.com.",
        )
    deployment, api = choose_api(model, config.options.get("api"), "chat")
    endpoint = Endpoint(
        provider=PROVIDER,
        model=deployment,
        url=_url(config.base_url, deployment, api, config.options.get("api_version")),
        headers={**base_headers(), "api-key": api_key},
        reasoning_summary=config.options.get("reasoning_summary"),
    )
    return openai_model(endpoint, api, model_id=f"{PROVIDER}:{model}", price_list=PROVIDER)


def _url(base_url: str, deployment: str, api: Api, version: str | None) -> str:
    resource = base_url.rstrip("/").removesuffix("/v1").removesuffix("/openai")
    path = path_of(api)
    if version is None:
        return f"{resource}/openai/v1/{path}"
    query = f"api-version={quote(version, safe='')}"
    if api == "responses":
        return f"{resource}/openai/{path}?{query}"
    return f"{resource}/openai/deployments/{quote(deployment, safe='')}/{path}?{query}"
