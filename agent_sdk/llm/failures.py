"""What a provider's refusal means: HTTP status and error body to the error tree.

Bodies come in any shape: OpenAI's `{"error": {"message", "type", "code"}}`, Anthropic's `{"type": "error",
"error": {...}, "request_id"}`, FastAPI's `{"detail": ...}`, a gateway's HTML, a bare string, nothing.
Sources: https://developers.openai.com/api/docs/guides/error-codes ·
https://platform.claude.com/docs/en/api/errors · RFC 9110 section 10.2.3 (Retry-After).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

import msgspec

from agent_sdk.contracts import errors
from agent_sdk.contracts.errors import MalformedResponse, ModelError

MESSAGE_LENGTH_MAX_CHARS: Final = 500
NESTING_MAX_LEVELS: Final = 4
RETRY_AFTER_MAX_SECONDS: Final = 7 * 24 * 3600.0
ANY_STATUS_ERROR_MIN: Final = 400
SERVER_STATUS_MIN: Final = 500
CODE_MAX: Final = 100_000
OVERLOADED_STATUS: Final = 529

_PRECISE: Final[Mapping[str, type[ModelError]]] = {
    "insufficient_quota": errors.QuotaExceeded,
    "billing_error": errors.QuotaExceeded,
    "billing_hard_limit_reached": errors.QuotaExceeded,
    "billing_not_active": errors.QuotaExceeded,
    "budget_exceeded": errors.QuotaExceeded,
    "rate_limit_exceeded": errors.RateLimited,
    "rate_limit_error": errors.RateLimited,
    "context_length_exceeded": errors.ContextWindowExceeded,
    "exceed_context_size_error": errors.ContextWindowExceeded,
    "contextwindowexceedederror": errors.ContextWindowExceeded,
    "content_filter": errors.ContentFiltered,
    "content_policy_violation": errors.ContentFiltered,
    "contentpolicyviolationerror": errors.ContentFiltered,
    "bio_policy": errors.ContentFiltered,
    "misalignment_policy_violation": errors.ContentFiltered,
    "image_content_policy_violation": errors.ContentFiltered,
    "overloaded_error": errors.Overloaded,
    "invalid_api_key": errors.AuthenticationFailed,
    "authentication_error": errors.AuthenticationFailed,
    "permission_error": errors.PermissionDenied,
    "model_not_found": errors.ModelNotFound,
    "not_found_error": errors.ModelNotFound,
    "deploymentnotfound": errors.ModelNotFound,
    "timeout_error": errors.ModelTimeout,
}
"""Words in `type` or `code` that say more than the status."""

_BY_STATUS: Final[Mapping[int, type[ModelError]]] = {
    401: errors.AuthenticationFailed,
    402: errors.QuotaExceeded,
    403: errors.PermissionDenied,
    404: errors.ModelNotFound,
    408: errors.ModelTimeout,
    429: errors.RateLimited,
    502: errors.Unavailable,
    503: errors.Unavailable,
    504: errors.ModelTimeout,
    OVERLOADED_STATUS: errors.Overloaded,
}

_GENERAL: Final[Mapping[str, type[ModelError]]] = {
    "invalid_request_error": errors.BadRequest,
    "invalid_prompt": errors.BadRequest,
    "bad_request": errors.BadRequest,
    "request_too_large": errors.BadRequest,
    "service_unavailable": errors.Unavailable,
}
"""Words that count only where there is no status, in the middle of a stream."""

_TOO_LONG: Final = re.compile(
    r"context[ _]length|context[ _]window|context size|prompt is too long|input is too long"
    r"|too many (?:input )?tokens|exceeds? (?:the )?(?:maximum|max|model).{0,40}tokens",
    re.IGNORECASE,
)
_OUT_OF_CREDIT: Final = re.compile(r"credit balance is too low|exceeded your current quota", re.IGNORECASE)
_SECRET: Final = re.compile(r"\b(sk|key)-[A-Za-z0-9_*-]{6,}")


@dataclass(frozen=True, slots=True)
class _Detail:
    message: str = ""
    words: tuple[str, ...] = ()


def from_response(provider: str, status: int, headers: Mapping[str, str], body: bytes) -> ModelError:
    """The error that an HTTP answer other than 200 stands for.

    Args:
        provider: Who answered.
        status: The HTTP status.
        headers: Of the answer, by name in any case.
        body: Its beginning.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    detail = _read_body(body)
    kind = _kind(status, detail)
    said = detail.message or "no explanation"
    return kind(
        f"{provider} answered {status}: {said}",
        provider=provider,
        status=status,
        hint=_hint(status),
        retry_after=retry_after_s(lower),
        # A refused request was not worked on. Behind a 5xx nobody knows, except where load was shed at the
        # door.
        replay_safe=status < SERVER_STATUS_MIN or status == OVERLOADED_STATUS,
        request_id=request_id(lower),
    )


def from_event(provider: str, error: object) -> ModelError:
    """The error that a stream, or a body with status 200, carries in place of an answer.

    Args:
        provider: Who answered.
        error: The decoded JSON, of any shape.
    """
    detail = _detail(error)
    status = next((int(word) for word in detail.words if re.fullmatch(r"[45]\d\d", word)), None)
    kind = _kind(status, detail)
    return kind(f"{provider} broke off: {detail.message or 'no explanation'}", provider=provider)


def not_an_answer(provider: str, body: bytes) -> MalformedResponse:
    """The error of a body with status 200 that other software wrote, such as a proxy's page. Not retryable.

    Args:
        provider: Who was asked.
        body: Its beginning.
    """
    text = body.strip()
    if not text:
        said = "an empty body"
    elif text.startswith((b"{", b"[")):
        said = _read_body(text).message or "JSON of another kind"
    else:
        said = _read_body(text.splitlines()[0]).message
    error = MalformedResponse(f"{provider} answered 200, but without an answer: {said}", provider=provider)
    error.retryable = False
    return error


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait, from `retry-after-ms` or `Retry-After`.

    A date counts from the answer's own `Date`, so no clock of ours is involved; without one it is not
    understood.

    Args:
        headers: With names in lower case.
    """
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _seconds(value)
    if seconds is not None or value is None:
        return seconds
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return min(max(wait.total_seconds(), 0.0), RETRY_AFTER_MAX_SECONDS)


def request_id(headers: Mapping[str, str]) -> str | None:
    """The provider's id of the request, for its support; header names in lower case."""
    return headers.get("x-request-id") or headers.get("request-id") or headers.get("apim-request-id")


def _seconds(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return min(number, RETRY_AFTER_MAX_SECONDS) if math.isfinite(number) and number >= 0 else None


def _hint(status: int) -> str | None:
    if status == 404:  # noqa: PLR2004 - not found
        return "Check the model's name, the account's access to it, and the base URL."
    if status < ANY_STATUS_ERROR_MIN:
        return "Check the base URL: redirects are not followed, because they would carry the key along."
    return None


def _kind(status: int | None, detail: _Detail) -> type[ModelError]:
    kind = _by_words(_PRECISE, detail) or _by_status(status)
    kind = kind or _by_words(_GENERAL, detail) or errors.ServerError
    if kind in {errors.BadRequest, errors.RateLimited} and _OUT_OF_CREDIT.search(detail.message):
        return errors.QuotaExceeded
    if kind in {errors.BadRequest, errors.ServerError} and _TOO_LONG.search(detail.message):
        return errors.ContextWindowExceeded
    return kind


def _by_words(table: Mapping[str, type[ModelError]], detail: _Detail) -> type[ModelError] | None:
    return next((table[word] for word in detail.words if word in table), None)


def _by_status(status: int | None) -> type[ModelError] | None:
    if status is None:
        return None
    return _BY_STATUS.get(status) or (errors.BadRequest if status < SERVER_STATUS_MIN else errors.ServerError)


def _read_body(body: bytes) -> _Detail:
    text = body.strip()
    if text.startswith(b"data:"):
        # Some gateways write the error as the event of the stream that was asked for.
        text = text.removeprefix(b"data:").partition(b"\n")[0].strip()
    if not text:
        return _Detail()
    try:
        return _detail(msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if text.startswith(b"<"):
            return _Detail("an HTML page")
        return _Detail(_clean(text.decode("utf-8", "replace")))


def _detail(value: object, level: int = 0) -> _Detail:
    """Message and words of an error object, wherever in the nesting they are."""
    if isinstance(value, str):
        return _Detail(_clean(value))
    if level == NESTING_MAX_LEVELS:
        return _Detail()
    if isinstance(value, list):
        inner = cast("list[Any]", value)
        return _detail(inner[0], level + 1) if inner else _Detail()
    if not isinstance(value, dict):
        return _Detail()
    fields = cast("dict[str, Any]", value)
    # The innermost words come first, because `type` of an outer object is often just "error".
    nested = [_detail(fields[key], level + 1) for key in ("error", "innererror", "detail") if fields.get(key)]
    own = [str(fields[key]).lower() for key in ("code", "type", "status") if _is_word(fields.get(key))]
    words = tuple([word for each in nested for word in each.words] + own)
    said = fields.get("message") or fields.get("msg")
    if not isinstance(said, str):
        said = next((each.message for each in nested if each.message), "")
    return _Detail(_clean(said), words)


def _is_word(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and 0 < value < CODE_MAX)


def _clean(text: str) -> str:
    """One bounded line, without anything that looks like a key."""
    line = " ".join(text[: 4 * MESSAGE_LENGTH_MAX_CHARS].split())
    line = _SECRET.sub(r"\1-…", line)
    return line if len(line) <= MESSAGE_LENGTH_MAX_CHARS else line[: MESSAGE_LENGTH_MAX_CHARS - 1] + "…"
