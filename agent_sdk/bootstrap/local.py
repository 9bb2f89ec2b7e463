"""Use cases directly on the store, for commands of whoever holds its file."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any

from agent_sdk.bootstrap import make_services
from agent_sdk.bootstrap.platform import make_admission, make_catalog, make_store, prepare_store
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.services import Services
from agent_sdk.services.catalog import Catalog
from agent_sdk.services.keys import Keys
from agent_sdk.services.runs import Runs
from agent_sdk.settings import LoadedSettings, Settings


@asynccontextmanager
async def local_keys(loaded: LoadedSettings) -> AsyncGenerator[Keys]:
    """The keys of the store, which is made where there is none.

    Raises:
        ConfigError, StoreError: It cannot be used.
    """
    prepare_store(loaded.values)
    services = make_services(loaded)
    store = make_store(loaded.values, services)
    await store.open()
    try:
        yield Keys(store.keys, clock=services.clock, ids=services.ids)
    finally:
        await store.close()


@asynccontextmanager
async def local_runs(loaded: LoadedSettings) -> AsyncGenerator[Runs]:
    """The runs of the store; agents are imported only where one is needed.

    Raises:
        ConfigError, StoreError: It cannot be used.
    """
    services = make_services(loaded)
    store = make_store(loaded.values, services)
    await store.open()
    try:
        yield Runs(store, _Agents(loaded.values, services), services, make_admission(loaded.values))
    finally:
        await store.close()


class _Agents:
    def __init__(self, settings: Settings, services: Services) -> None:
        self._settings = settings
        self._services = services

    def resolve(self, name: str) -> AgentDefinition[Any, Any]:
        """The agent of that name."""
        return self._catalog.resolve(name)

    @cached_property
    def _catalog(self) -> Catalog:
        return make_catalog(self._settings, self._services)
