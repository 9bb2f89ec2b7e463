"""The one tree of errors.

    AgentSDKError
    ├── ConfigError
    │   ├── MissingKey               a provider was chosen and its key is not set
    │   ├── UnknownModel             no provider of that name
    │   ├── PluginNotFound
    │   ├── PluginBroken
    │   └── ConsoleBuildFailed       the server goes on without its console, or with the one from before
    ├── DefinitionError              an agent, a tool or a schema is declared in a way that cannot work
    ├── InvalidInput                 what the caller passed cannot be used
    ├── GrammarError                 an event that may not stand where it stands
    ├── ModelError                   what a provider answered, or did not
    │   ├── RateLimited
    │   ├── QuotaExceeded
    │   ├── Overloaded
    │   ├── Unavailable
    │   ├── ConnectionFailed
    │   ├── ModelTimeout
    │   ├── AuthenticationFailed
    │   ├── PermissionDenied
    │   ├── ModelNotFound
    │   ├── ContentFiltered
    │   ├── BadRequest
    │   │   └── ContextWindowExceeded
    │   └── ServerError
    │       └── MalformedResponse
    ├── ToolError                    what became of a tool call; its hint is told to the model
    │   ├── ToolNotFound
    │   ├── ToolArgumentsInvalid
    │   ├── ToolTimeout
    │   ├── ToolRefused              the tool's own bounds say no
    │   ├── ToolCrashed              the tool raised
    │   └── ToolResultInvalid
    └── RunFailed                    the run ended without an output; carries what it had
        ├── LimitExceeded
        ├── GuardrailTripped
        ├── OutputInvalid
        └── DeadLettered             its owners were lost too often without a step of progress

What only the platform raises (access, conflicts, the store) is in `agent_sdk.contracts.platform_errors`, under the
same root.

`code` is stable and listed in docs/ERRORS.md; the class docstring is the default message. Errors know nothing of
HTTP. `ModelRetry`, `ToolFailed` and `ApprovalRequired` (`agent_sdk.contracts.signals`) are not errors.
"""

from typing import Any, ClassVar

from agent_sdk.contracts.run import RunError, StopReason
from agent_sdk.contracts.usage import Usage


class AgentSDKError(Exception):
    """Something went wrong in the SDK."""

    code: ClassVar[str] = "ASDK-SDK-001"
    retryable: bool = False
    """Whether the same call may succeed later, unchanged."""
    hint: str | None = None
    """What the reader can do about it."""
    result: Any = None
    """The `RunResult` with everything up to there, when the error ended a run."""

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        """Take the class docstring, or the nearest one above it, where no message is given."""
        super().__init__(message or _first_line(type(self)))
        if hint is not None:
            self.hint = hint

    def as_data(self) -> RunError:
        """The error as an event or an API answer carries it."""
        return RunError(code=self.code, message=str(self), hint=self.hint, retryable=self.retryable)


def _first_line(kind: type) -> str:
    return next(each.__doc__.partition("\n")[0] for each in kind.__mro__ if each.__doc__)


class ConfigError(AgentSDKError):
    """The configuration cannot be used."""

    code = "ASDK-CFG-001"
    hint = "Look at the settings that it names."


class MissingKey(ConfigError):
    """A provider's key is not set."""

    code = "ASDK-CFG-002"
    hint = "Set the key in the environment, or choose another provider."


class UnknownModel(ConfigError):
    """No provider goes by that name."""

    code = "ASDK-CFG-003"
    hint = "Write models as provider:model, with a provider that is installed."


class PluginNotFound(ConfigError):
    """Nothing is installed under that name."""

    code = "ASDK-CFG-004"
    hint = "Install the distribution that brings it, or look for a misspelling."


class PluginBroken(ConfigError):
    """What is installed under that name cannot be loaded."""

    code = "ASDK-CFG-005"
    hint = "Update or remove the distribution that it comes from."


class ConsoleBuildFailed(ConfigError):
    """The console cannot be built."""

    code = "ASDK-CFG-006"
    hint = "Build it by hand to see why: agent-sdk ui build. AGENT_SDK_SKIP_UI=1 does without it."


class DefinitionError(AgentSDKError):
    """The declaration cannot work."""

    code = "ASDK-DEF-001"
    hint = "Look at the definition that it names."


class InvalidInput(AgentSDKError):
    """The input cannot be used."""

    code = "ASDK-INP-001"
    hint = "Look at what was passed in."


class GrammarError(AgentSDKError):
    """The event may not stand there."""

    code = "ASDK-EVT-001"
    hint = (
        "docs/EVENTS.md describes the grammar; a journal that breaks it was not written by one runner alone."
    )


class ModelError(AgentSDKError):
    """The model call failed."""

    code = "ASDK-LLM-001"
    usage: Usage | None = None
    """What the failed call used up, where the provider said so."""

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        provider: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
        replay_safe: bool = False,
        request_id: str | None = None,
    ) -> None:
        """Note what is known of the failure.

        Args:
            message: What happened.
            hint: What to do about it.
            provider: Who answered.
            status: The HTTP status, where there was one.
            retry_after: Seconds that the provider asked to wait.
            replay_safe: Whether the provider certainly has not begun to answer, so that asking again costs
                and does nothing twice.
            request_id: The provider's id of the request, for its support.
        """
        super().__init__(message, hint=hint)
        self.provider = provider
        self.status = status
        self.retry_after = retry_after
        self.replay_safe = replay_safe
        self.request_id = request_id


class RateLimited(ModelError):
    """Too many requests or tokens per minute."""

    code = "ASDK-LLM-002"
    retryable = True
    hint = "Wait, or lower the request rate; retries honour the provider's Retry-After."


class QuotaExceeded(ModelError):
    """The account's quota or credit is used up."""

    code = "ASDK-LLM-003"
    hint = "Check plan and billing at the provider."


class Overloaded(ModelError):
    """The provider is overloaded."""

    code = "ASDK-LLM-004"
    retryable = True
    hint = "Wait, or use another model meanwhile."


class Unavailable(ModelError):
    """The provider is temporarily unavailable."""

    code = "ASDK-LLM-005"
    retryable = True
    hint = "Wait, and look at the provider's status page."


class ConnectionFailed(ModelError):
    """The connection to the provider failed."""

    code = "ASDK-LLM-006"
    retryable = True
    hint = "Check the network and the base URL."


class ModelTimeout(ModelError):
    """The provider did not answer in time."""

    code = "ASDK-LLM-007"
    retryable = True
    hint = "Try again, or raise settings.timeout_s."


class AuthenticationFailed(ModelError):
    """The provider does not accept the key."""

    code = "ASDK-LLM-008"
    hint = "Check the API key in the environment."


class PermissionDenied(ModelError):
    """The key may not use this model or feature."""

    code = "ASDK-LLM-009"
    hint = "Ask for access at the provider, or use another model."


class ModelNotFound(ModelError):
    """The provider does not know the model."""

    code = "ASDK-LLM-010"
    hint = "Check the model's name and that the account has access to it."


class ContentFiltered(ModelError):
    """The provider's content filter stopped the request."""

    code = "ASDK-LLM-011"
    hint = "Rephrase the input, or look at the provider's content policy."


class BadRequest(ModelError):
    """The provider does not accept the request."""

    code = "ASDK-LLM-012"
    hint = "Look at the provider's message: the model may not support what was asked of it."


class ContextWindowExceeded(BadRequest):
    """The conversation is longer than the model's context window."""

    code = "ASDK-LLM-013"
    hint = "Shorten the input, or choose a memory policy that compacts."


class ServerError(ModelError):
    """The provider failed."""

    code = "ASDK-LLM-014"
    retryable = True
    hint = "Try again later; the provider's support wants the request id."


class MalformedResponse(ServerError):
    """The provider's answer cannot be read."""

    code = "ASDK-LLM-015"
    hint = (
        "Check that the base URL is an API of the provider's kind, with no other software answering for it."
    )


class ToolError(AgentSDKError):
    """The tool call failed."""

    code = "ASDK-TOOL-001"


class ToolNotFound(ToolError):
    """The agent has no tool of that name."""

    code = "ASDK-TOOL-002"


class ToolArgumentsInvalid(ToolError):
    """The arguments do not fit the tool's schema."""

    code = "ASDK-TOOL-003"


class ToolTimeout(ToolError):
    """The tool did not end in time."""

    code = "ASDK-TOOL-004"


class ToolRefused(ToolError):
    """The tool's bounds do not allow it."""

    code = "ASDK-TOOL-005"


class ToolCrashed(ToolError):
    """The tool raised an exception."""

    code = "ASDK-TOOL-006"


class ToolResultInvalid(ToolError):
    """The result does not fit the tool's schema."""

    code = "ASDK-TOOL-007"


class RunFailed(AgentSDKError):
    """The run failed.

    `stop_reason` says why in a word; an error that caused it is `__cause__`.
    """

    code = "ASDK-RUN-001"
    stop_reason: StopReason = "model_error"

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, stop_reason: StopReason | None = None
    ) -> None:
        """Take the class's stop reason where none is given."""
        super().__init__(message, hint=hint)
        if stop_reason is not None:
            self.stop_reason = stop_reason


class LimitExceeded(RunFailed):
    """The run reached a limit."""

    code = "ASDK-RUN-002"
    stop_reason = "max_steps"


class GuardrailTripped(RunFailed):
    """A guardrail stopped the run."""

    code = "ASDK-RUN-003"
    stop_reason = "guardrail"


class OutputInvalid(RunFailed):
    """The model's answer does not fit the output type."""

    code = "ASDK-RUN-004"
    stop_reason = "model_error"


class DeadLettered(RunFailed):
    """Whoever executed the run was lost too often without a new step."""

    code = "ASDK-RUN-005"
    stop_reason = "dead_letter"
    hint = "Look at the last events: what was begun there may bring its process down. Redrive it when that is mended."
