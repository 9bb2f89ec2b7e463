"""`/` and `/console/…`: the console. It holds no data: what it shows, it asks the API for, with a key.

Every page of it is the same shell, which looks at its own address. Nothing is kept in memory: the files are read when
somebody asks for them, in a thread.
"""

import asyncio
import secrets
from html import escape
from pathlib import Path
from typing import Final, cast

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.server.authentication import CONSOLE_PATH
from agent_sdk.server.openapi import TITLE, text_answer
from agent_sdk.server.raw import RawRoute, raw_route
from agent_sdk.server.routes.home import TAGS, page
from agent_sdk.ui import files
from agent_sdk.ui.place import Checkout, Place

NONCE_ENTROPY_BYTES: Final = 16
ASSETS: Final = "assets/"
"""What lies there has the digest of its contents in its name."""
ASSET_LIFE_S: Final = 31_536_000
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types dompurify"
)
_OF_SHELL: Final = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_MISSING: Final = """
<h1>agent-sdk</h1>
<p>This server runs agents whose runs cannot be lost. Its API works; its console is not built.</p>
{why}
<p>{remedy}</p>
<ul>
<li><a href="/docs">/docs</a>: the routes</li>
<li><a href="/openapi.json">/openapi.json</a>: their description for programs</li>
<li><a href="/ready">/ready</a>: whether the server can work</li>
</ul>
<p>Everything else needs a key: <code>Authorization: Bearer asdk_…</code></p>
"""
_BUILD: Final = "Build it in the checkout, and load this page again: <code>agent-sdk ui build</code>"
_INSTALL: Final = (
    "The installed package came without it. Install one that has it: "
    "<code>pip install --force-reinstall --no-deps agent-sdk</code>"
)

router = APIRouter()


async def home(request: Request) -> Response:
    """The console, or a page that says how to get it."""
    place = cast("Place", request.app.state.console)
    nonce = secrets.token_urlsafe(NONCE_ENTROPY_BYTES)
    found = await asyncio.to_thread(files.shell, place.static, nonce)
    if found is None:
        return await asyncio.to_thread(_missing, place.checkout)
    headers = {**_OF_SHELL, "Content-Security-Policy": POLICY.format(nonce=nonce)}
    return Response(found, headers=headers, media_type="text/html")


async def console(request: Request) -> Response:
    """A file of the console; for every path that names none, the console itself."""
    name: str = request.path_params.get("path", "")
    is_asset = name.startswith(ASSETS)
    if not is_asset and ("/" in name or not files.is_file_name(name)):
        return await home(request)
    static: Path = request.app.state.console.static
    gzip = _takes_gzip(request.headers.get("accept-encoding", ""))
    file = await asyncio.to_thread(files.read, static, name, gzip=gzip)
    if file is None:
        raise HTTPException(404, "the console has no such file")
    headers = {
        "Cache-Control": f"public, max-age={ASSET_LIFE_S}, immutable" if is_asset else "no-cache",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        **({"Content-Encoding": "gzip"} if file.is_gzip else {}),
    }
    return Response(file.body, headers={**headers, "Content-Type": file.media_type})


def _missing(checkout: Checkout | None) -> Response:
    """What to show instead. No path of this machine is told: anybody may read it."""
    if checkout is None:
        return page(TITLE, _MISSING.format(why="", remedy=_INSTALL))
    try:
        why = f"<p>{escape(checkout.failure.read_text(encoding='utf-8'))}</p>"
    except OSError:  # nobody tried
        why = ""
    return page(TITLE, _MISSING.format(why=why, remedy=_BUILD))


def _takes_gzip(accepted: str) -> bool:
    """Whether a reader takes gzip (RFC 9110, section 12.5.3)."""
    weights: dict[str, str] = {}
    for each in accepted.lower().replace(" ", "").split(","):
        coding, _, weight = each.partition(";q=")
        weights[coding] = weight or "1"
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""


raw_route(router, "GET", "/", home, responses=text_answer("text/html"), tags=TAGS)
for path in (CONSOLE_PATH, f"{CONSOLE_PATH}/{{path:path}}"):
    # Not described: these are pages for people.
    router.routes.append(
        RawRoute(path, console, methods=["GET"], include_in_schema=False, response_model=None)
    )
