"""The application: FastAPI behind one layer that lets nothing through without a key."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from agent_sdk.server.direct import Direct
from agent_sdk.server.errors import handle_with_problems
from agent_sdk.server.legacy import LegacyPaths
from agent_sdk.server.middleware import Front
from agent_sdk.server.routes import ROUTERS
from agent_sdk.server.sse import Streams
from agent_sdk.services.platform import Platform
from agent_sdk.services.sign_in import SignIn
from agent_sdk.ui.place import NOWHERE, Place


class Application:
    """An ASGI application, and the streams that it has open."""

    def __init__(self, app: ASGIApp, api: FastAPI, streams: Streams) -> None:
        """Serve `app`; `api` is what is in it."""
        self._app = app
        self.api = api
        self.streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(scope, receive, send)


def create_app(platform: Platform, console: Place = NOWHERE) -> Application:
    """What serves `platform`, and the console that lies in a place."""
    api = FastAPI(
        version=platform.version, redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None
    )
    for router in ROUTERS:
        # Included routers are looked through one by one at each request; routes are not.
        api.router.routes.extend(router.routes)
    handle_with_problems(api)
    streams = Streams(platform.metrics.open_streams)
    api.state.streams = streams
    api.state.sign_in = SignIn(platform.keys, clock=platform.services.clock)
    api.state.console = console
    return Application(LegacyPaths(Front(Direct(api), platform)), api, streams)
