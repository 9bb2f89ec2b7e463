"""`openai:<model>`: OpenAI, and whatever answers like it under another base URL.

Chat Completions is the default, because that is what proxies and compatible servers speak. The Responses API,
which alone hands reasoning back to a reasoning model, is asked for by `openai:responses/<model>`, or for all
models by the option `api = "responses"`.
"""

from collections.abc import Mapping
from typing import Final

from agent_sdk.contracts.errors import MissingKey
from agent_sdk.llm.assembly import ResponseBuilder
from agent_sdk.llm.decoding import AnswerDecoder
from agent_sdk.llm.http_model import Exchange, HttpModel
from agent_sdk.llm.providers.openai_chat_reply import ChatReader
from agent_sdk.llm.providers.openai_chat_request import chat_body
from agent_sdk.llm.providers.openai_responses_reply import ResponsesReader
from agent_sdk.llm.providers.openai_responses_request import responses_body
from agent_sdk.llm.providers.openai_wire import Api, Endpoint, base_headers, choose_api, path_of
from agent_sdk.llm.wire_names import WireNames
from agent_sdk.ports.llm import Model, ModelProfile, ModelRequest, ProviderConfig

PROVIDER: Final = "openai"
BASE_URL: Final = "https://api.openai.com/v1"


def create(model: str, config: ProviderConfig) -> Model:
    """A model of OpenAI, or of a server under `base_url` that speaks the same API.

    Args:
        model: As the API calls it; `responses/` before it asks through the Responses API.
        config: The key (not needed with a `base_url` of one's own); options `api` (`chat` or `responses`),
            `organization`, `project` and `reasoning_summary` (`auto`, `concise` or `detailed`).

    Raises:
        MissingKey: There is neither a key nor a base URL.
        ConfigError: An option has an unknown value.
    """
    api_key = (config.api_key or "").strip()
    if not api_key and not config.base_url:
        raise MissingKey(
            "there is no key for OpenAI",
            hint="Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs none; offline:demo needs no key.",
        )
    options = config.options
    name, api = choose_api(model, options.get("api"), "chat")
    headers = base_headers()
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    headers |= _account(options)
    endpoint = Endpoint(
        provider=PROVIDER,
        model=name,
        url=f"{(config.base_url or BASE_URL).rstrip('/')}/{path_of(api)}",
        headers=headers,
        reasoning_summary=options.get("reasoning_summary"),
    )
    return openai_model(endpoint, api, model_id=f"{PROVIDER}:{model}", price_list=PROVIDER)


def openai_model(endpoint: Endpoint, api: Api, *, model_id: str, price_list: str | None) -> Model:
    """A model behind `endpoint`, asked through `api`."""
    make_body = chat_body if api == "chat" else responses_body
    make_reader = ChatReader if api == "chat" else ResponsesReader

    def prepare(request: ModelRequest) -> Exchange:
        builder = ResponseBuilder(
            provider=endpoint.provider,
            model=endpoint.model,
            ids=request.ids,
            names=WireNames([tool.name for tool in request.tools]),
        )
        decoder = AnswerDecoder(make_reader(builder, endpoint.provider), builder)
        return Exchange(call=endpoint.call(request, make_body(request, endpoint)), decoder=decoder)

    profile = ModelProfile(native_output=True)
    return HttpModel(id=model_id, profile=profile, prepare=prepare, price_list=price_list)


def _account(options: Mapping[str, str]) -> dict[str, str]:
    names = {"organization": "OpenAI-Organization", "project": "OpenAI-Project"}
    return {header: options[option] for option, header in names.items() if options.get(option)}
