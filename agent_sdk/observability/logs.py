"""Structured logs on the standard library's logging: one line per record, with the ids of what it is about.

Everybody logs as usual, `logging.getLogger(__name__)`, and puts facts into `extra`, not into the sentence.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO

from agent_sdk.observability.redaction import redacted, redacted_text

LogFormat = Literal["json", "text"]
LogLevel = Literal["debug", "info", "warning", "error", "critical"]

_IDS: Final[ContextVar[Mapping[str, str]]] = ContextVar("agent_sdk_log_ids")
_OF_EVERY_RECORD: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    *("message", "asctime", "taskName"),
    "color_message",  # uvicorn's second copy of its message, for terminals
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LINE_ENDS: Final = re.compile(r"[\t\n]")


@contextmanager
def bound(
    *,
    request_id: str | None = None,
    run_id: str | None = None,
    org_id: str | None = None,
    trace_id: str | None = None,
) -> Generator[None]:
    """Put these ids on every line that is logged inside, by this task and by those that it starts.

    None keeps what is bound outside.
    """
    given = {"request_id": request_id, "run_id": run_id, "org_id": org_id, "trace_id": trace_id}
    token = _IDS.set({**_IDS.get({}), **{name: each for name, each in given.items() if each is not None}})
    try:
        yield
    finally:
        _IDS.reset(token)


def configure(
    format: LogFormat,  # noqa: A002 - the word of the setting
    level: LogLevel = "info",
    stream: TextIO | None = None,
) -> None:
    """Log everything of `level` and above to `stream`, stderr by default. The last call counts."""
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if format == "json" else TextFormatter())
    root = logging.getLogger()
    for each in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(each)
    root.addHandler(handler)
    root.setLevel(level.upper())


class _Handler(logging.StreamHandler[TextIO]):
    """Known by its type, so that the next `configure` takes away this one and no other."""


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Ids and `extra` of a record, plain and without secrets; an id that is bound wins."""
    extra = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
    return redacted({**extra, **_IDS.get({})})


def _error(record: logging.LogRecord) -> tuple[str, str, str] | None:
    """Type, message and stack of a record's exception."""
    if not record.exc_info or record.exc_info[1] is None:
        return None
    error = record.exc_info[1]
    stack = "".join(traceback.format_exception(error))
    return type(error).__qualname__, redacted_text(str(error)), redacted_text(stack)


class JsonFormatter(logging.Formatter):
    """One JSON object per line, in ASCII, so that no terminal and no collector can misread it."""

    def format(self, record: logging.LogRecord) -> str:
        """Write `time` (UTC, RFC 3339), `level`, `logger`, `message`, then ids, exception and extra fields."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted_text(record.getMessage()),
        }
        error = _error(record)
        if error:
            line |= dict(zip(("error_type", "error_message", "error_stack"), error, strict=True))
        # First, and not to be overwritten by a field of the same name.
        return json.dumps(line | {**_fields(record), **line}, allow_nan=False)


class TextFormatter(logging.Formatter):
    """One line for human eyes, the stack of an exception below it. Control characters cannot act on the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time of day (UTC), level, logger, message and fields."""
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        fields = "".join([f" {name}={value}" for name, value in _fields(record).items()])
        head = f"{record.levelname:<8} {record.name}: {redacted_text(record.getMessage())}{fields}"
        error = _error(record)
        stack = "\n" + _visible(error[2].rstrip()) if error else ""
        return f"{time} {_LINE_ENDS.sub(_escaped, _visible(head))}{stack}"


def _visible(text: str) -> str:
    return _CONTROL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return ascii(found.group())[1:-1]
