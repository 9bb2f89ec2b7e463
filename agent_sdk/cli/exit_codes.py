"""What the exit code says. docs/CLI.md has the same table."""

from typing import Final

from agent_sdk.contracts import errors, platform_errors
from agent_sdk.contracts.run import RunStatus

OK: Final = 0
FAILED: Final = 1
"""The run failed: a tool, a guardrail, a limit or a time-out."""
USAGE: Final = 2
CONFIG: Final = 3
AUTH: Final = 4
NOT_FOUND: Final = 5
CONFLICT: Final = 6
"""Also a run that ended paused."""
QUOTA: Final = 7
"""A quota or a rate limit."""
PROVIDER: Final = 8
TRY_AGAIN: Final = 75
"""Provider, server or store are away for the moment (EX_TEMPFAIL of sysexits.h)."""
INTERRUPTED: Final = 130

# The first class that fits decides, so subclasses come before their base.
_OF_ERROR: Final[tuple[tuple[type[errors.AgentSDKError], int], ...]] = (
    (errors.PluginNotFound, NOT_FOUND),
    (errors.ConfigError, CONFIG),
    (errors.DefinitionError, CONFIG),
    (errors.InvalidInput, USAGE),
    (errors.AuthenticationFailed, AUTH),
    (errors.PermissionDenied, AUTH),
    (errors.ModelNotFound, NOT_FOUND),
    (errors.RateLimited, QUOTA),
    (errors.QuotaExceeded, QUOTA),
    (errors.Overloaded, TRY_AGAIN),
    (errors.Unavailable, TRY_AGAIN),
    (errors.ConnectionFailed, TRY_AGAIN),
    (errors.ModelTimeout, TRY_AGAIN),
    (errors.ModelError, PROVIDER),
    (platform_errors.AccessError, AUTH),
    (platform_errors.NotFound, NOT_FOUND),
    (platform_errors.CursorExpired, NOT_FOUND),
    (platform_errors.Conflict, CONFLICT),
    (platform_errors.IdempotencyMismatch, CONFLICT),
    (platform_errors.AdmissionRefused, QUOTA),
    (platform_errors.StoreCorrupt, CONFIG),
    (platform_errors.StoreOutdated, CONFIG),
)
_OF_STATUS: Final[dict[RunStatus, int]] = {"completed": OK, "paused": CONFLICT, "canceled": INTERRUPTED}


def of_error(error: errors.AgentSDKError) -> int:
    """The code of an error; a failed run has that of the model's error behind it."""
    if isinstance(error, errors.RunFailed):
        if error.stop_reason == "quota_exceeded":
            return QUOTA
        cause = error.__cause__
        return of_error(cause) if isinstance(cause, errors.ModelError) else FAILED
    otherwise = TRY_AGAIN if error.retryable else FAILED
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), otherwise)


def of_status(status: RunStatus) -> int:
    """The code of a run that did not fail."""
    return _OF_STATUS.get(status, FAILED)
