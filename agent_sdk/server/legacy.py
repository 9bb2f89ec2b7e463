"""The routes of before `/v1`: each is its twin under an old name, and says so.

Sources: RFC 9745 (Deprecation), RFC 8594 (Sunset), RFC 5829 (successor-version).
"""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEPRECATED: Final = datetime(2026, 11, 22, tzinfo=UTC)
SUNSET: Final = datetime(2027, 12, 31, tzinfo=UTC)
LEGACY: Final = (
    ("POST", "/run", "/v1/runs"),
    ("GET", "/run/{run_id}", "/v1/runs/{run_id}"),
    ("GET", "/run/{run_id}/events", "/v1/runs/{run_id}/events"),
    ("GET", "/sessions", "/v1/sessions"),
    ("GET", "/sessions/{session_id}", "/v1/sessions/{session_id}"),
)
"""Method, old path, and the path of the twin. Both have the same names in braces."""

_PREFIXES: Final = ("/run", "/sessions")
_NAME: Final = re.compile(r"\{(\w+)\}")
_PATTERNS: Final = tuple(
    (method, re.compile(_NAME.sub(r"(?P<\1>[^/]+)", old)), _NAME.sub(r"\\g<\1>", new))
    for method, old, new in LEGACY
)
_DEPRECATION: Final = f"@{int(DEPRECATED.timestamp())}"
_SUNSET: Final = format_datetime(SUNSET, usegmt=True)


class LegacyPaths:
    """Pure ASGI middleware: sends a deprecated path to its twin, and marks every answer, refusals among them."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        twin = _twin(scope) if scope["type"] == "http" else None
        if twin is None:
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Deprecation"] = _DEPRECATION
                headers["Sunset"] = _SUNSET
                headers.append("Link", f'<{twin}>; rel="successor-version"')
            await send(message)

        raw = twin.encode("latin-1")
        await self._app({**scope, "path": unquote(twin), "raw_path": raw}, receive, marked)


def _twin(scope: Scope) -> str | None:
    """The path to go on with, still percent-encoded; None where nothing is deprecated."""
    if not scope["path"].startswith(_PREFIXES):
        return None
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    asked = "GET" if scope["method"] == "HEAD" else scope["method"]
    for method, old, new in _PATTERNS:
        found = old.fullmatch(path) if asked == method else None
        if found is not None:
            return found.expand(new)
    return None
