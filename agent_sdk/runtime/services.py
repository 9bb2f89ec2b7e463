"""What the runtime needs from outside: models, time, ids and chance."""

from dataclasses import dataclass
from functools import cache
from typing import cast

from agent_sdk import plugins
from agent_sdk.ports.llm import ModelResolver
from agent_sdk.ports.system import Chance, Clock, IdFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Composed by `agent_sdk.bootstrap`, or by a test."""

    models: ModelResolver
    clock: Clock
    ids: IdFactory
    chance: Chance


@cache
def default_services() -> Services:
    """What the installed platform composes from the environment; read once per process.

    It is found by entry point, because the runtime knows neither settings nor providers.
    """
    return cast("Services", plugins.load("defaults", "services")())
