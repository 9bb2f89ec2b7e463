"""`anthropic:<model>`: Anthropic's Messages API, and whoever else speaks it.

Source: https://platform.claude.com/docs/en/api/overview
"""

from typing import Final

from agent_sdk.contracts.errors import BadRequest, MissingKey
from agent_sdk.llm.decoding import AnswerDecoder
from agent_sdk.llm.http_model import Exchange, HttpModel
from agent_sdk.llm.providers.anthropic_models import Traits, traits
from agent_sdk.llm.providers.anthropic_stream import CitingBuilder, MessagesReader
from agent_sdk.llm.providers.anthropic_transcript import PROVIDER, encode
from agent_sdk.llm.providers.anthropic_wire import wire_request
from agent_sdk.llm.transport import Call
from agent_sdk.llm.wire_names import WireNames
from agent_sdk.ports.llm import Model, ModelRequest, ProviderConfig

BASE_URL: Final = "https://api.anthropic.com"
USER_AGENT: Final = "agent-sdk"
VERSION: Final = "2023-06-01"
"""https://platform.claude.com/docs/en/api/versioning"""


def create(model: str, config: ProviderConfig) -> Model:
    """A model of the Messages API (an entry point of `agent_sdk.providers`).

    Args:
        model: As the API calls it, for example `claude-opus-5-5`.
        config: The key (not needed with a `base_url` of one's own); the base URL may end in `/v1` or not.

    Raises:
        MissingKey: There is neither a key nor a base URL.
    """
    api_key = (config.api_key or "").strip()
    if not api_key and not config.base_url:
        raise MissingKey(
            "there is no key for Anthropic",
            hint="Set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server that needs none; "
            "offline:demo needs no key.",
        )
    base_url = (config.base_url or BASE_URL).rstrip("/").removesuffix("/v1")
    known = traits(model)
    provider = _Provider(model, known, url=f"{base_url}/v1/messages", api_key=api_key)
    return HttpModel(
        id=f"{PROVIDER}:{model}",
        profile=known.profile,
        prepare=provider.prepare,
        price_list=PROVIDER,
    )


class _Provider:
    """One model's side of every exchange."""

    def __init__(self, model: str, known: Traits, *, url: str, api_key: str) -> None:
        self._model = model
        self._traits = known
        self._url = url
        self._headers = {
            "anthropic-version": VERSION,
            "content-type": "application/json",
            "user-agent": USER_AGENT,
        }
        if api_key:
            self._headers["x-api-key"] = api_key

    def prepare(self, request: ModelRequest) -> Exchange:
        """The call for a request, and who reads its answer."""
        try:
            wire = wire_request(request, model=self._model, traits=self._traits)
            body = encode(wire.body)
        except (ValueError, TypeError, RecursionError) as error:
            raise BadRequest(
                f"the request to {PROVIDER} cannot be written as JSON: {error}",
                hint="Look for text with half a character in it, and for settings that are no JSON.",
                provider=PROVIDER,
                replay_safe=True,
            ) from error
        call = Call(
            provider=PROVIDER,
            url=self._url,
            headers=self._headers,
            body=body,
            timeout_s=request.settings.timeout_s,
        )
        names = WireNames([tool.name for tool in request.tools])
        builder = CitingBuilder(provider=PROVIDER, model=self._model, ids=request.ids, names=names)
        reader = MessagesReader(builder, model=self._model, prefix=wire.prefix)
        return Exchange(call=call, decoder=AnswerDecoder(reader, builder))
