"""What OpenAI's two APIs have in common on the wire, and where they are found."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

import msgspec

from agent_sdk.contracts.errors import BadRequest, ConfigError
from agent_sdk.contracts.messages import DocumentPart, ImagePart, Message, ToolCallPart
from agent_sdk.llm.transport import Call
from agent_sdk.llm.wire_names import to_wire
from agent_sdk.ports.llm import ModelRequest

Api = Literal["chat", "responses"]

USER_AGENT: Final = "agent-sdk"
RESPONSES_PREFIX: Final = "responses/"
FILE_NAME_DEFAULT: Final = "document"


def _plain(value: object) -> object:
    """Schemas and opaque state may come as any kind of mapping."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is, and which of its dialects it understands."""

    provider: str
    model: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """With the credentials."""
    max_tokens_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    """What the limit of the answer is called in Chat Completions; older servers know only the second."""
    reasoning_summary: str | None = None
    """Which summary of its reasoning the Responses API is asked for."""

    def call(self, request: ModelRequest, body: Mapping[str, Any]) -> Call:
        """The HTTP call that carries `body`; `settings.extra` goes over it."""
        settings = request.settings
        headers = self.headers
        if request.idempotency_key is not None:
            headers = {**headers, "Idempotency-Key": request.idempotency_key}
        return Call(
            provider=self.provider,
            url=self.url,
            headers=headers,
            body=_encode({**body, **settings.extra} if settings.extra else body, self.provider),
            timeout_s=settings.timeout_s,
        )


def choose_api(model: str, option: str | None, default: Api) -> tuple[str, Api]:
    """The model's bare name and the API that it is asked through.

    Raises:
        ConfigError: The option `api` has another value than `chat` or `responses`.
    """
    if model.startswith(RESPONSES_PREFIX):
        return model.removeprefix(RESPONSES_PREFIX), "responses"
    if option is None:
        return model, default
    if option == "chat" or option == "responses":  # noqa: PLR1714 - so that the type is narrowed
        return model, option
    raise ConfigError(f"there is no API {option!r}", hint="The option `api` is `chat` or `responses`.")


def path_of(api: Api) -> str:
    """The API's path below the base URL."""
    return "chat/completions" if api == "chat" else "responses"


def base_headers() -> dict[str, str]:
    """What every request carries."""
    return {"Content-Type": "application/json", "User-Agent": USER_AGENT}


def call_ids(messages: Sequence[Message], provider: str) -> dict[str, str]:
    """Our ids of tool calls to those on the wire.

    A provider gets its own ids back, since some accept no others; calls that another one made go under ours.
    """
    return {
        call.tool_call_id: (call.provider == provider and call.provider_call_id) or call.tool_call_id
        for message in messages
        for call in message.tool_calls
    }


def arguments_of(call: ToolCallPart) -> str:
    """The arguments as the model wrote them, wrapped where they are no JSON object: servers parse them."""
    try:
        value = msgspec.json.decode(call.arguments)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        value = None
    if isinstance(value, dict):
        return call.arguments
    return msgspec.json.encode({"malformed": call.arguments}).decode()


def source_url(part: ImagePart | DocumentPart) -> str:
    """The part's address: its own, or a data URL (RFC 2397)."""
    if part.data is None:
        return part.url or ""
    return f"data:{part.media_type};base64,{b64encode(part.data).decode('ascii')}"


def inlined(part: DocumentPart) -> str | None:
    """The text of a document that is text, with its name; None for one that has to travel as a file."""
    if part.data is None or not part.media_type.startswith("text/"):
        return None
    return f"{part.name or FILE_NAME_DEFAULT}:\n{part.data.decode('utf-8', 'replace')}"


def tool_choice(request: ModelRequest) -> tuple[str, str | None] | None:
    """The mode, and the wire name of the one tool where a tool is named; None leaves it to the provider."""
    choice = request.settings.tool_choice
    if choice is None or not request.tools:
        return None
    if choice in {"auto", "required", "none"}:
        return choice, None
    return "function", to_wire(choice)


def set_fields(**fields: object) -> dict[str, Any]:
    """The fields that are set."""
    return {name: value for name, value in fields.items() if value is not None}


def _encode(body: Mapping[str, Any], provider: str) -> bytes:
    try:
        return _ENCODER.encode(body)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise BadRequest(
            f"the request to {provider} cannot be written as JSON: {error}",
            provider=provider,
            replay_safe=True,
            hint="Look at settings.extra and the tools' schemas.",
        ) from error
