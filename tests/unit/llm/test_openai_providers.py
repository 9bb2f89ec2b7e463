"""Where the three providers of the OpenAI family send their requests, and with which credentials."""

import json

import pytest

from agent_sdk.contracts.errors import ConfigError, MissingKey
from agent_sdk.llm.providers import anthropic, azure, openai, openai_compatible
from agent_sdk.llm.transport import Call
from agent_sdk.ports.llm import Model, ModelSettings, ProviderConfig
from tests.unit.llm.openai_kit import exchange, request

RESOURCE = "https://mine.openai.azure.com"
LOCAL = "http://127.0.0.1:11434/v1/"


def call_of(model: Model, settings: ModelSettings | None = None) -> Call:
    return exchange(model, request(settings=settings)).call


def test_openai_is_asked_through_chat_completions() -> None:
    model = openai.create("gpt-5", ProviderConfig(api_key="k"))
    assert model.id == "openai:gpt-5"
    assert model.profile.native_output
    call = call_of(model)
    assert call.url == "https://api.openai.com/v1/chat/completions"
    assert call.headers["Authorization"] == "Bearer k"
    assert call.silence_max_s == 120


@pytest.mark.parametrize(("name", "options"), [("responses/gpt-5", {}), ("gpt-5", {"api": "responses"})])
def test_the_responses_api_is_asked_for_by_name_or_option(name: str, options: dict[str, str]) -> None:
    model = openai.create(name, ProviderConfig(api_key="k", options=options))
    assert model.id == f"openai:{name}"
    call = call_of(model)
    assert call.url == "https://api.openai.com/v1/responses"
    assert json.loads(call.body)["model"] == "gpt-5"


def test_the_option_api_may_name_the_default_and_nothing_else() -> None:
    chat = openai.create("gpt-5", ProviderConfig(api_key="k", options={"api": "chat"}))
    assert call_of(chat).url.endswith("/chat/completions")
    with pytest.raises(ConfigError, match="no API 'assistants'"):
        openai.create("gpt-5", ProviderConfig(api_key="k", options={"api": "assistants"}))


def test_account_options_travel_as_headers() -> None:
    options = {"organization": "org-1", "project": "proj-1"}
    headers = call_of(openai.create("gpt-5", ProviderConfig(api_key="k", options=options))).headers
    assert (headers["OpenAI-Organization"], headers["OpenAI-Project"]) == ("org-1", "proj-1")


def test_openai_needs_a_key_unless_the_server_is_ones_own() -> None:
    with pytest.raises(MissingKey) as caught:
        openai.create("gpt-5", ProviderConfig())
    assert "OPENAI_API_KEY" in (caught.value.hint or "")
    call = call_of(openai.create("llama3", ProviderConfig(base_url=LOCAL)))
    assert call.url == "http://127.0.0.1:11434/v1/chat/completions"
    assert "Authorization" not in call.headers


def test_credentials_are_not_shown() -> None:
    assert "secret" not in repr(call_of(openai.create("gpt-5", ProviderConfig(api_key="secret"))))


def test_a_compatible_server_needs_an_address_and_no_key() -> None:
    with pytest.raises(ConfigError, match="no base URL"):
        openai_compatible.create("llama3", ProviderConfig())
    model = openai_compatible.create("llama3", ProviderConfig(base_url=LOCAL))
    assert model.id == "openai-compatible:llama3"
    call = call_of(model, ModelSettings(max_output_tokens=5, timeout_s=300))
    assert call.url == "http://127.0.0.1:11434/v1/chat/completions"
    assert call.silence_max_s == 300
    assert json.loads(call.body)["max_tokens"] == 5
    keyed = openai_compatible.create("llama3", ProviderConfig(base_url=LOCAL, api_key="k"))
    assert call_of(keyed).headers["Authorization"] == "Bearer k"


@pytest.mark.parametrize(
    "base_url", [RESOURCE, f"{RESOURCE}/", f"{RESOURCE}/openai", f"{RESOURCE}/openai/v1/"]
)
def test_azure_uses_the_v1_api(base_url: str) -> None:
    model = azure.create("my deployment", ProviderConfig(api_key="k", base_url=base_url))
    assert model.id == "azure:my deployment"
    call = call_of(model)
    assert call.url == f"{RESOURCE}/openai/v1/chat/completions"
    assert call.headers["api-key"] == "k"
    assert "Authorization" not in call.headers
    assert json.loads(call.body)["model"] == "my deployment"


def test_azure_with_an_api_version_uses_the_older_addresses() -> None:
    config = ProviderConfig(api_key="k", base_url=RESOURCE, options={"api_version": "2024-10-21"})
    chat = f"{RESOURCE}/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21"
    assert call_of(azure.create("my deployment", config)).url == chat
    responses = f"{RESOURCE}/openai/responses?api-version=2024-10-21"
    assert call_of(azure.create("responses/gpt", config)).url == responses


def test_azure_needs_key_and_address() -> None:
    with pytest.raises(MissingKey) as caught:
        azure.create("d", ProviderConfig(base_url=RESOURCE))
    assert "AZURE_OPENAI_API_KEY" in (caught.value.hint or "")
    with pytest.raises(ConfigError) as missing:
        azure.create("d", ProviderConfig(api_key="k"))
    assert "AZURE_OPENAI_ENDPOINT" in (missing.value.hint or "")


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_key_of_nothing_but_blanks_is_none(blank: str) -> None:
    with pytest.raises(MissingKey):
        openai.create("gpt-5", ProviderConfig(api_key=blank))
    with pytest.raises(MissingKey):
        azure.create("gpt-5", ProviderConfig(api_key=blank, base_url=RESOURCE))
    with pytest.raises(MissingKey):
        anthropic.create("claude-opus-5-5", ProviderConfig(api_key=blank))
    compatible = openai_compatible.create("llama3", ProviderConfig(api_key=blank, base_url=LOCAL))
    assert "Authorization" not in call_of(compatible).headers
