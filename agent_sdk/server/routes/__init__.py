"""The routes, one module for each noun."""

from typing import Final

from fastapi import APIRouter

from agent_sdk.server.routes import (
    agents,
    approvals,
    events,
    feed,
    health,
    home,
    keys,
    meta,
    runs,
    sessions,
)

ROUTERS: Final[list[APIRouter]] = [
    # The busiest first: the first route that matches answers.
    runs.router,
    events.router,
    approvals.router,
    sessions.router,
    feed.router,
    agents.router,
    meta.router,
    keys.router,
    health.router,
    home.router,
]
