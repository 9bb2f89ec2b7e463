"""The short way to a route: past FastAPI's layers, which are there for what raw routes do not use.

They answer errors and close what dependencies hold. Errors are answered by `agent_sdk.server.middleware`, and raw
routes have no dependencies. What no route takes as it is goes the whole way, which knows how to refuse it.
"""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from agent_sdk.server.raw import RawRoute


class Direct:
    """Serves the raw routes of an application, and hands on what is none of theirs."""

    def __init__(self, api: FastAPI) -> None:
        """Look up what `api` has by now."""
        self._api = api
        self._routes = [route for route in api.routes if isinstance(route, RawRoute)]
        self._by_path = {
            (method, route.path): route
            for route in reversed(self._routes)
            if not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        scope["app"] = self._api
        route = self._route(scope)
        if route is None:
            await self._api(scope, receive, send)
            return
        try:
            await route.app(scope, receive, send)
        except ClientDisconnect as error:
            raise HTTPException(400, "the request was not sent to its end") from error

    def _route(self, scope: Scope) -> RawRoute | None:
        route = self._by_path.get((scope["method"], scope["path"]))
        if route is not None:
            scope.update(route=route, endpoint=route.endpoint, path_params={})
            return route
        for each in self._routes:
            match, found = each.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return each
        return None
