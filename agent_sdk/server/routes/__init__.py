"""The routes, one module for each noun."""

from typing import Final

from fastapi import APIRouter

from agent_sdk.server.routes import (
    agents,
    approvals,
    console,
    events,
    feed,
    health,
    home,
    keys,
    meta,
    runs,
    sessions,
    sign_in,
    tools,
)

ROUTERS: Final[list[APIRouter]] = [
    # The busiest first: the first route that matches answers.
    runs.router,
    events.router,
    approvals.router,
    sessions.router,
    feed.router,
    agents.router,
    tools.router,
    meta.router,
    keys.router,
    health.router,
    sign_in.router,
    home.router,
    console.router,
]
