"""Signing in to the console without typing a key: a code that is good once, for a key that ends by itself.

Codes live in the memory of one process, as digests, and die with it. Whoever has a key may make one; what it is good
for is a key of the same organisation and role, which never outlives the maker's own and makes no codes itself.
"""

import asyncio
import hmac
import secrets
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.page import PAGE_MAX_COUNT, PageRequest
from agent_sdk.contracts.platform_errors import (
    AdmissionRefused,
    Conflict,
    PermissionRefused,
    SignInRefused,
    SignInThrottled,
)
from agent_sdk.contracts.scope import GRANTS_OF, Grant, Role, Scope
from agent_sdk.ports.system import Clock
from agent_sdk.services.keys import KEY_BOOTSTRAP, Keys, digest

CODE_ENTROPY_BYTES: Final = 24
CODE_LIFE_MAX_S: Final = 600.0
CODES_PER_ORG_MAX_COUNT: Final = 256
"""Alive at a time; no organisation takes the room of another."""
CODES_PER_KEY_MAX_COUNT: Final = 16
"""Past it, the oldest of the same maker is forgotten: nobody pushes out the codes of others."""
KEY_NAME: Final = "console"
KEY_LIFE_MAX: Final = timedelta(hours=12)
CONSOLES_MAX_COUNT: Final = 32
"""Keys of consoles that are good at a time, of one organisation and role: nothing says who made the code of which.
Past it, the one that signed in longest ago is signed out."""
FAILURES_MAX_COUNT: Final = 10
"""From one address in `FAILURES_WINDOW_S`; what cannot be guessed need not be tried often."""
FAILURES_WINDOW_S: Final = 60.0
ADDRESSES_MAX_COUNT: Final = 1024
"""With failures that are remembered; past it the one that failed longest ago is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCode:
    """A code to sign in with."""

    code: str | None
    """Good once; null where an Idempotency-Key replays the answer, because it is not kept."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a code was good for."""

    key: str
    """`asdk_…`, a key named `console` with the role of the code's maker."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    digest: str
    maker: Scope
    until_s: float
    """Monotonic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failures:
    count: int
    until_s: float
    """Monotonic time of the end of the window."""


class SignIn:
    """Use cases of signing in and out."""

    def __init__(self, keys: Keys, *, clock: Clock) -> None:
        """Make keys with `keys`."""
        self._keys = keys
        self._clock = clock
        self._codes: list[_Code] = []
        """The oldest first."""
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._making = asyncio.Lock()

    async def make_code(self, scope: Scope) -> SignInCode:
        """A code that signs in with the role of its maker.

        Raises:
            AdmissionRefused: Too many codes of the organisation are alive.
            PermissionRefused: Signing in made the key of whoever asks: what ends by itself does not multiply.
            StoreError: The store does not answer.
        """
        scope.require("read")
        key = await self._key_of(scope)
        if key is not None and _is_console(key):
            raise PermissionRefused(
                "a key that signing in made makes no sign-in codes",
                hint="Make the code with a key from `agent-sdk keys create`, or with the server's own.",
            )
        alive = list(self._alive())
        own = [code for code in alive if code.maker.principal == scope.principal]
        if len(own) >= CODES_PER_KEY_MAX_COUNT:
            alive.remove(own[0])
        if sum(code.maker.org_id == scope.org_id for code in alive) >= CODES_PER_ORG_MAX_COUNT:
            raise AdmissionRefused("too many sign-in codes are alive", hint="Use one, or wait ten minutes.")
        secret = secrets.token_urlsafe(CODE_ENTROPY_BYTES)
        until_s = self._clock.monotonic() + CODE_LIFE_MAX_S
        self._codes = [*alive, _Code(digest=digest(secret), maker=scope, until_s=until_s)]
        return SignInCode(code=secret, expires_at=self._clock.now() + timedelta(seconds=CODE_LIFE_MAX_S))

    async def redeem(self, secret: str, address: str) -> SignedIn:
        """A key for a code.

        Args:
            secret: The code.
            address: Who shows it; it is told to wait after `FAILURES_MAX_COUNT` failures, unless the code is good.

        Raises:
            SignInRefused: It is no code, was used, has expired, or its maker's key has ended.
            SignInThrottled: So is this one, and too much from that address was refused before.
            StoreError: The store does not answer; the code is used up all the same.
        """
        code = self._take(digest(secret))
        if code is None:
            raise self._failed(address)
        acting, role = _acting_for(code.maker), _role_of(code.maker)
        expires_at = self._clock.now() + KEY_LIFE_MAX
        if code.maker.principal != KEY_BOOTSTRAP:
            maker = await self._key_of(code.maker)
            if maker is None or not _is_good(maker, self._clock.now()):
                raise self._failed(address)
            expires_at = min(expires_at, maker.expires_at or expires_at)
        async with self._making:  # or those who sign in at once would be counted by none of them
            await self._make_room(acting, role)
            made = await self._keys.create(acting, name=KEY_NAME, role=role, expires_at=expires_at)
        return SignedIn(key=made.secret, expires_at=expires_at)

    async def sign_out(self, scope: Scope) -> None:
        """End the key of whoever asks, which has to be one that signing in made.

        Raises:
            Conflict: It is another one: whoever made that one for more than a console ends it.
        """
        key = await self._key_of(scope)
        if key is None or not _is_console(key):
            raise Conflict(
                "this key was not made by signing in", hint="Forget it; `agent-sdk keys revoke` ends it."
            )
        await self._keys.revoke(_acting_for(scope), key.id)

    async def _make_room(self, acting: Scope, role: Role) -> None:
        """End the oldest consoles of an organisation and role, so that there is room for one more."""
        now, good = self._clock.now(), list[ApiKey]()
        async for key in self._listed(acting):
            if key.created_at <= now - KEY_LIFE_MAX:
                break  # it and all behind it are older than any console gets
            if key.role == role and _is_console(key) and _is_good(key, now):
                good.append(key)
        for key in good[CONSOLES_MAX_COUNT - 1 :]:
            await self._keys.revoke(acting, key.id)

    def _alive(self) -> Iterator[_Code]:
        now_s = self._clock.monotonic()
        return (code for code in self._codes if now_s < code.until_s)

    def _take(self, shown: str) -> _Code | None:
        """The code with a digest, which is none from now on. Every one is compared, each in constant time."""
        alive = list(self._alive())
        found = [code for code in alive if hmac.compare_digest(code.digest, shown)]
        self._codes = [code for code in alive if code not in found]
        return found[0] if found else None

    def _failed(self, address: str) -> SignInRefused | SignInThrottled:
        """Count a failure; what to raise."""
        now_s = self._clock.monotonic()
        before = self._failures.get(address)
        if before is None or before.until_s <= now_s:
            before = _Failures(count=0, until_s=now_s + FAILURES_WINDOW_S)
        if before.count >= FAILURES_MAX_COUNT:
            refused = SignInThrottled()
            refused.retry_after_s = before.until_s - now_s
            return refused
        self._failures.pop(address, None)
        self._failures[address] = _Failures(count=before.count + 1, until_s=before.until_s)
        if len(self._failures) > ADDRESSES_MAX_COUNT:
            self._failures.popitem(last=False)
        return SignInRefused()

    async def _key_of(self, scope: Scope) -> ApiKey | None:
        """The key that somebody shows; None for the configured one, which no store has."""
        if scope.principal == KEY_BOOTSTRAP:
            return None
        async for key in self._listed(_acting_for(scope)):
            if key.id == scope.principal:
                return key
        return None

    async def _listed(self, acting: Scope) -> AsyncGenerator[ApiKey]:
        """The keys of an organisation, newest first."""
        cursor: str | None = None
        while True:
            page = await self._keys.list(acting, PageRequest(limit=PAGE_MAX_COUNT, cursor=cursor))
            for key in page.data:
                yield key
            cursor = page.next_cursor
            if cursor is None:
                return


def _acting_for(scope: Scope) -> Scope:
    """The platform in the organisation of somebody who may make no keys: what is made has at most their role."""
    return Scope(org_id=scope.org_id, project_id=scope.project_id, principal=scope.principal)


def _role_of(scope: Scope) -> Role:
    roles: dict[frozenset[Grant], Role] = {grants: role for role, grants in GRANTS_OF.items()}
    return roles[scope.grants]


def _is_console(key: ApiKey) -> bool:
    return key.name == KEY_NAME and key.expires_at is not None


def _is_good(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
