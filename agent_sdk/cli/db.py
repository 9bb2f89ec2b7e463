"""`agent-sdk db …`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from agent_sdk.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def upgrade(*, as_json: Json = False) -> None:
    """Make the store, or bring its schema up to date.

    A server does so when it starts.
    """
    from agent_sdk.bootstrap.platform import prepare_store

    prepare_store(_settings())
    current(as_json=as_json)


def check(*, as_json: Json = False) -> None:
    """Require that the schema is this version's."""
    from agent_sdk.bootstrap.platform import REVISION, store_revision
    from agent_sdk.contracts.platform_errors import StoreOutdated

    found = store_revision(_settings())
    if found != REVISION:
        raise StoreOutdated(f"the schema is of revision {found or 'none'}, and this version's is {REVISION}")
    current(as_json=as_json)


def current(*, as_json: Json = False) -> None:
    """Show the revision of the schema."""
    from agent_sdk.bootstrap.platform import REVISION, store_path, store_revision
    from agent_sdk.contracts.codec import encode

    settings = _settings()
    path, found = store_path(settings), store_revision(settings)
    if as_json:
        print(encode({"store": str(path), "revision": found, "expected": REVISION}).decode())
        return
    state = "" if found == REVISION else f"  (this version's is {REVISION}: agent-sdk db upgrade)"
    print(f"{found or 'none'}  {path}{state}")


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {"upgrade": upgrade, "check": check, "current": current}


def _settings() -> "Settings":
    from agent_sdk.settings import load_settings

    return load_settings().values
