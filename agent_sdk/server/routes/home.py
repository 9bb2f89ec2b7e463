"""`/docs` and `/openapi.json`, and the look of a page without scripts: for whoever meets the server for the first time.

No data of anybody, no script, and nothing from another host.
"""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from agent_sdk.contracts.codec import decode, encode
from agent_sdk.server.answers import answer_bytes
from agent_sdk.server.openapi import TITLE, answers, document, text_answer
from agent_sdk.server.raw import raw_route

_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;"
    "padding:0 1rem}code{font:14px ui-monospace,monospace}td,th{padding:.3rem .8rem .3rem 0;text-align:left;"
    "vertical-align:top}h2{margin-top:2rem;text-transform:capitalize}s{opacity:.7}"
)
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
TAGS: Final = ("meta",)

router = APIRouter()


async def docs(request: Request) -> Response:
    """The routes, for people."""
    described = decode(await _described(request))
    return page(f"{TITLE}: routes", "".join(_listing(described)))


async def openapi(request: Request) -> Response:
    """This description."""
    return answer_bytes(await _described(request))


async def _described(request: Request) -> bytes:
    """The OpenAPI document, made once: most servers are never asked for it."""
    app = request.app
    state = app.state
    if not hasattr(state, "openapi"):
        # In a thread: it takes longer than readers of streams should wait.
        state.openapi = encode(await asyncio.to_thread(document, app.routes, app.version))
    made: bytes = state.openapi
    return made


def _listing(described: Mapping[str, Any]) -> Iterator[str]:
    sections: dict[str, list[str]] = {}
    for path, item in described["paths"].items():
        for method, operation in item.items():
            rows = sections.setdefault(operation["tags"][0], [])
            about = escape(operation.get("description") or operation["summary"])
            name = f"<code>{method.upper()} {escape(path)}</code>"
            name = f"<s>{name}</s>" if operation.get("deprecated") else name
            rows.append(f"<tr><td>{name}</td><td>{about}</td></tr>")
    yield f"<h1>{escape(described['info']['title'])}</h1><p>{escape(described['info']['description'])}</p>"
    yield '<p><a href="/openapi.json">/openapi.json</a> has every parameter and every shape.</p>'
    for tag, rows in sections.items():
        yield f"<h2>{escape(tag)}</h2><table>{''.join(rows)}</table>"


def page(title: str, body: str) -> Response:
    """A page of plain HTML: a title as text, and a body that is markup."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{body}</body></html>'
    )
    return HTMLResponse(text, headers=_HEADERS)


raw_route(router, "GET", "/docs", docs, responses=text_answer("text/html"), tags=TAGS)
raw_route(router, "GET", "/openapi.json", openapi, responses=answers({"type": "object"}), tags=TAGS)
