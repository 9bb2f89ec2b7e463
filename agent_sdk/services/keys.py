"""API keys: making and ending them, and who a secret is. Only digests of secrets are kept, here and in the store."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.errors import ConfigError, InvalidInput
from agent_sdk.contracts.page import PAGE_MAX_COUNT, Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound, PermissionRefused, Unauthenticated
from agent_sdk.contracts.scope import GRANTS_OF, LOCAL, ORG_DEFAULT, Role, Scope
from agent_sdk.ports.records import KeyRecords
from agent_sdk.ports.system import Clock, IdFactory

SECRET_PREFIX: Final = "asdk_"  # noqa: S105 - what every secret begins with, for scanners of leaked secrets
SECRET_ENTROPY_BYTES: Final = 32
SECRET_LENGTH_MAX_CHARS: Final = 512
SHOWN_LENGTH_CHARS: Final = len(SECRET_PREFIX) + 6
"""Of a secret's beginning, which lists show to tell keys apart."""
NAME_LENGTH_MAX_CHARS: Final = 100
CACHE_TTL_S: Final = 5.0
"""Another process may have revoked a key that long before this one notices."""
CACHE_MAX_COUNT: Final = 1024
KEY_BOOTSTRAP: Final = "key_00000000000000000000000002"
"""The principal of whoever shows the configured key: an id that no clock makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made: the one time that its secret is told."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    scope: Scope
    expires_at: datetime | None
    until_s: float
    """Monotonic time until which the store need not be asked again."""


class Keys:
    """Use cases over API keys, and authentication."""

    def __init__(
        self, records: KeyRecords, *, clock: Clock, ids: IdFactory, bootstrap: str | None = None
    ) -> None:
        """Take where keys are kept.

        Args:
            records: The store's keys.
            clock: Tells when a key expires.
            ids: Makes their ids.
            bootstrap: Secret of the key that administers the default organisation; only its digest is kept.

        Raises:
            ConfigError: No request could show `bootstrap`.
        """
        self._records = records
        self._clock = clock
        self._ids = ids
        self._bootstrap = None if bootstrap is None else digest(_sendable(bootstrap))
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def authenticate(self, secret: str) -> Scope:
        """Who shows this secret.

        Raises:
            Unauthenticated: Nobody, or its key was revoked or has expired.
            StoreError: The store does not answer.
        """
        shown = digest(secret)
        if self._bootstrap is not None and hmac.compare_digest(shown, self._bootstrap):
            return _BOOTSTRAP_SCOPE
        known = self._known.get(shown)
        if known is None or known.until_s <= self._clock.monotonic():
            # The look-up is by digest, of which nobody can choose a prefix: its timing tells nothing of a secret.
            known = self._remember(shown, await self._records.find(shown))
        if _expired(known.expires_at, self._clock.now()):
            raise Unauthenticated("the key has expired")
        return known.scope

    async def create(
        self,
        scope: Scope,
        *,
        name: str,
        role: Role,
        expires_at: datetime | None = None,
        org_id: str | None = None,
    ) -> NewKey:
        """Make a key.

        Args:
            scope: An admin's.
            name: What it is for, up to `NAME_LENGTH_MAX_CHARS`.
            role: What it may.
            expires_at: When it ends by itself; never, by default.
            org_id: Of another organisation than the scope's own, which only the local scope may.

        Raises:
            InvalidInput: The name is empty or too long, or the key would have expired already.
            PermissionRefused: Another organisation's key.
        """
        scope.require("admin")
        if org_id not in {None, scope.org_id} and scope != LOCAL:
            raise PermissionRefused("a key is made for one's own organisation")
        return await self._create(scope, self._described(name, role, expires_at, org_id or scope.org_id))

    async def list(self, scope: Scope, page: PageRequest) -> Page[ApiKey]:
        """Keys, newest first, ended ones among them."""
        scope.require("admin")
        return await self._records.list(scope, page)

    async def rotate(self, scope: Scope, key_id: str) -> NewKey:
        """Make a key like this one, and end this one.

        Raises:
            NotFound: There is no such key.
            Conflict: It has ended.
        """
        scope.require("admin")
        old = await self._get(scope, key_id)
        if old.revoked_at is not None or _expired(old.expires_at, self._clock.now()):
            raise Conflict(f"the key {key_id} has ended", hint="Make a new one.")
        # In this order whoever is cut off in between has two keys, and not none.
        made = await self._create(scope, self._described(old.name, old.role, old.expires_at, old.org_id))
        await self.revoke(scope, key_id)
        return made

    async def revoke(self, scope: Scope, key_id: str) -> ApiKey:
        """End a key: at once in this process, within `CACHE_TTL_S` in others.

        Raises:
            NotFound: There is no such key.
        """
        scope.require("admin")
        key = await self._records.revoke(scope, key_id)
        for each in [shown for shown, known in self._known.items() if known.scope.principal == key_id]:
            del self._known[each]
        return key

    async def _create(self, scope: Scope, key: ApiKey) -> NewKey:
        secret = make_secret()
        key = replace(key, prefix=secret[:SHOWN_LENGTH_CHARS])
        await self._records.create(scope, key, digest(secret))
        return NewKey(key=key, secret=secret)

    def _described(self, name: str, role: Role, expires_at: datetime | None, org_id: str) -> ApiKey:
        now = self._clock.now()
        if not name.strip() or len(name) > NAME_LENGTH_MAX_CHARS:
            raise InvalidInput(
                "the key's name is empty or too long", hint=f"Up to {NAME_LENGTH_MAX_CHARS} characters."
            )
        if expires_at is not None and expires_at.tzinfo is None:
            raise InvalidInput("expires_at has no time zone", hint="End it with Z for UTC.")
        if _expired(expires_at, now):
            raise InvalidInput("expires_at is in the past", hint="Leave it out for a key that never expires.")
        return ApiKey(
            id=self._ids.new("key"),
            org_id=org_id,
            name=name.strip(),
            role=role,
            prefix=SECRET_PREFIX,
            created_at=now,
            expires_at=expires_at,
        )

    async def _get(self, scope: Scope, key_id: str) -> ApiKey:
        cursor: str | None = None
        while True:
            page = await self._records.list(scope, PageRequest(limit=PAGE_MAX_COUNT, cursor=cursor))
            found = next((key for key in page.data if key.id == key_id), None)
            if found is not None:
                return found
            cursor = page.next_cursor
            if cursor is None:
                raise NotFound(f"there is no key {key_id!r}")

    def _remember(self, shown: str, key: ApiKey | None) -> _Known:
        self._known.pop(shown, None)
        if key is None:
            raise Unauthenticated("the key is not known")
        if key.revoked_at is not None:
            raise Unauthenticated("the key was revoked")
        scope = Scope(org_id=key.org_id, principal=key.id, grants=GRANTS_OF[key.role])
        until_s = self._clock.monotonic() + CACHE_TTL_S
        known = self._known[shown] = _Known(scope=scope, expires_at=key.expires_at, until_s=until_s)
        if len(self._known) > CACHE_MAX_COUNT:
            self._known.popitem(last=False)
        return known


_BOOTSTRAP_SCOPE: Final = Scope(org_id=ORG_DEFAULT, principal=KEY_BOOTSTRAP)


def digest(secret: str) -> str:
    """What is kept of a secret: SHA-256, hexadecimal. Secrets are long and random, so no slow hash is needed."""
    # A header's odd bytes may come as lone surrogates, which no key contains.
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _sendable(secret: str) -> str:
    """What a header can carry of a configured secret: blanks around it are lost on the way."""
    plain = secret.strip()
    if not plain or len(plain) > SECRET_LENGTH_MAX_CHARS or not (plain.isascii() and plain.isprintable()):
        raise ConfigError(
            "the configured API key cannot be sent in a header",
            hint=f"AGENT_SDK_API_KEY is 1 to {SECRET_LENGTH_MAX_CHARS} printable ASCII characters.",
        )
    return plain


def _expired(expires_at: datetime | None, now: datetime) -> bool:
    return expires_at is not None and expires_at <= now


def make_secret() -> str:
    """A new secret: 256 bits that cannot be guessed."""
    return SECRET_PREFIX + secrets.token_urlsafe(SECRET_ENTROPY_BYTES)
