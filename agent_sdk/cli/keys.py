"""`agent-sdk keys …`: on the store of this machine, by whoever holds its file."""

import re
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from agent_sdk.contracts.api_key import ApiKey
    from agent_sdk.contracts.scope import Scope
    from agent_sdk.services.keys import Keys, NewKey

ResultT = TypeVar("ResultT")
NAME_DEFAULT: Final = "made by agent-sdk keys"
_DURATION: Final = re.compile(r"(\d{1,6})([dhm])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}


class Role(StrEnum):
    """Of `agent_sdk.contracts.scope.Role`."""

    VIEWER = "viewer"
    DEVELOPER = "developer"
    ADMIN = "admin"


KeyId = Annotated[str, typer.Argument(metavar="ID", help="Of the key, key_….")]
Org = Annotated[
    str | None, typer.Option("--org", metavar="ORG", help="Organisation; the default one if left out.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def create(
    *,
    org: Org = None,
    role: Annotated[
        Role, typer.Option("--role", help="viewer reads, developer runs, admin manages keys, too.")
    ] = Role.DEVELOPER,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What it is for.")] = NAME_DEFAULT,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="WHEN", help="In 90d, 12h or 30m, or at 2027-01-31T12:00:00Z."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key; its secret is written this once."""
    from agent_sdk.contracts.scope import LOCAL

    ends = None if expires is None else _moment(expires)
    _tell(
        _use(
            lambda keys: keys.create(LOCAL, name=name, role=role.value, expires_at=ends, org_id=org),
        ),
        as_json=as_json,
    )


def list_keys(*, org: Org = None, as_json: Json = False) -> None:
    """List keys, newest first."""
    found = _use(lambda keys: _all(keys, _scope(org)))
    if as_json:
        _write({"data": found, "next_cursor": None})
        return
    from agent_sdk.cli.report import say
    from agent_sdk.cli.table import age, table

    if not found:
        say("There are no keys but the one that a server starts with.")
        return
    now = _now()
    rows = [
        (key.id, key.prefix + "…", key.role, _state(key, now), age(key.last_used_at, now), key.name)
        for key in found
    ]
    table(("id", "secret", "role", "state", "used", "name"), rows)


def rotate(key_id: KeyId, *, org: Org = None, as_json: Json = False) -> None:
    """Make a key like this one, and end this one.

    The new secret is written this once.
    """
    _tell(_use(lambda keys: keys.rotate(_scope(org), key_id)), as_json=as_json)


def revoke(key_id: KeyId, *, org: Org = None, as_json: Json = False) -> None:
    """End a key."""
    key = _use(lambda keys: keys.revoke(_scope(org), key_id))
    if as_json:
        _write(key)
        return
    from agent_sdk.services.keys import CACHE_TTL_S

    print(f"{key.id}  revoked; a running server notices within {CACHE_TTL_S:.0f} s")


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "create": create,
    "list": list_keys,
    "rotate": rotate,
    "revoke": revoke,
}


def _use(use: "Callable[[Keys], Awaitable[ResultT]]") -> ResultT:
    import asyncio

    from agent_sdk.bootstrap.local import local_keys
    from agent_sdk.settings import load_settings

    async def main() -> ResultT:
        async with local_keys(load_settings()) as keys:
            return await use(keys)

    return asyncio.run(main())


async def _all(keys: "Keys", scope: "Scope") -> "list[ApiKey]":
    from agent_sdk.contracts.page import PAGE_MAX_COUNT, PageRequest

    found: list[ApiKey] = []
    cursor: str | None = None
    while True:
        page = await keys.list(scope, PageRequest(limit=PAGE_MAX_COUNT, cursor=cursor))
        found += page.data
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def _scope(org: str | None) -> "Scope":
    from agent_sdk.contracts.scope import LOCAL, Scope

    return LOCAL if org is None else Scope(org_id=org)


def _tell(made: "NewKey", *, as_json: bool) -> None:
    if as_json:
        _write(made)
        return
    from agent_sdk.cli.report import say

    # The secret alone is on stdout, so that a script can take it as it is.
    print(made.secret)
    key = made.key
    ends = "" if key.expires_at is None else f", until {key.expires_at:%Y-%m-%d %H:%M} UTC"
    say(f"{key.id}  {key.role} of {key.org_id}{ends}. The secret is not kept, and cannot be shown again.")


def _write(document: object) -> None:
    from agent_sdk.contracts.codec import encode

    print(encode(document).decode())


def _now() -> "datetime":
    from agent_sdk.reliability.system import SystemClock

    return SystemClock().now()


def _state(key: "ApiKey", now: "datetime") -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "valid"
    return "expired" if key.expires_at <= now else f"until {key.expires_at:%Y-%m-%d %H:%M}"


def _moment(text: str) -> "datetime":
    from datetime import datetime, timedelta

    from agent_sdk.contracts.errors import InvalidInput

    duration = _DURATION.fullmatch(text)
    if duration is not None:
        return _now() + timedelta(**{_UNITS[duration[2]]: int(duration[1])})
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"--expires {text!r} is no time", hint="Write 90d, 12h, 30m, or a time like 2027-01-31T12:00:00Z."
        ) from error
