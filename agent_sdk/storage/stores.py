"""Stores by URL: the entry points of the group `agent_sdk.stores`."""

from pathlib import Path
from typing import Final

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.runtime.services import Services
from agent_sdk.storage.migrate import upgrade
from agent_sdk.storage.sqlite.store import SqliteStore

SCHEME: Final = "sqlite:///"


def sqlite(url: str, services: Services) -> SqliteStore:
    """The store of a URL, its file made and brought up to date.

    Args:
        url: `sqlite:///relative.db` or `sqlite:////absolute.db`.
        services: Tells the time.

    Raises:
        InvalidInput: It is no URL of a SQLite file.
        StoreError: The file cannot be used.
    """
    if not url.startswith(SCHEME) or url == SCHEME:
        raise InvalidInput(f"{url!r} names no SQLite file", hint="Write sqlite:///runs.db.")
    path = Path(url.removeprefix(SCHEME)).expanduser().absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    upgrade(f"{SCHEME}{path}")
    return SqliteStore(path, clock=services.clock)
