"""Stores by URL: the entry points of the group `agent_sdk.stores`."""

from pathlib import Path
from typing import Final

from agent_sdk.contracts.errors import ConfigError
from agent_sdk.runtime.services import Services
from agent_sdk.storage.migrate import SCHEME, store_file, upgrade
from agent_sdk.storage.sqlite.store import SqliteStore

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600


def sqlite(url: str, services: Services) -> SqliteStore:
    """The store of a URL, its file made and brought up to date.

    Args:
        url: `sqlite:///relative.db` or `sqlite:////absolute.db`.
        services: Tells the time.

    Raises:
        InvalidInput: It is no URL of a SQLite file.
        ConfigError: Folder or file cannot be made.
        StoreError: The file cannot be used.
    """
    path = store_file(url).expanduser().absolute()
    prepare_file(path)
    return SqliteStore(path, clock=services.clock)


def prepare_file(path: Path) -> None:
    """Make a store's folder and file where there are none, and bring its schema up to date.

    Args:
        path: Absolute.

    Raises:
        ConfigError: Folder or file cannot be made.
        StoreError: The file is no store, or of a later version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        # What people say to agents is for nobody else; SQLite's other files take the mode from this one.
        path.touch(mode=FILE_MODE)
    except OSError as error:
        raise ConfigError(
            f"the store {path} cannot be made: {error.strerror}",
            hint="Make the folder writable, or name another file: AGENT_SDK_STORE_URL=sqlite:////another/path.",
        ) from error
    upgrade(f"{SCHEME}{path}")
