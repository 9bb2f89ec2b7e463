"""API keys. Of a secret only its digest is known here."""

# ruff: noqa: S608 - statements are put together from constants
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound
from agent_sdk.contracts.scope import LOCAL, Scope
from agent_sdk.ports.system import Clock
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.pages import LAST, ByNumber, page_of, place_of
from agent_sdk.storage.sqlite.records import Row, from_micros, maybe_time, to_micros
from agent_sdk.storage.sqlite.transaction import Transaction
from agent_sdk.storage.sqlite.writer import Writer

LAST_USE_INTERVAL_S: Final = 60
"""A key's last use is noted at most so often: a request that reads should not write."""

_COLUMNS: Final = "id, org_id, name, role, prefix, created_at, last_used_at, expires_at, revoked_at, number"
_ONE: Final = f"SELECT {_COLUMNS} FROM api_keys WHERE org_id = ? AND id = ?"
_PAGE: Final = f"SELECT {_COLUMNS} FROM api_keys WHERE org_id = ? AND number < ? ORDER BY number DESC LIMIT ?"
_FIND: Final = f"SELECT {_COLUMNS} FROM api_keys WHERE digest = ?"
_INSERT: Final = """
    INSERT INTO api_keys (id, org_id, name, role, prefix, created_at, last_used_at, expires_at, revoked_at, digest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_REVOKE: Final = "UPDATE api_keys SET revoked_at = ? WHERE org_id = ? AND id = ? AND revoked_at IS NULL"
_TOUCH: Final = "UPDATE api_keys SET last_used_at = ? WHERE id = ?"


class Keys:
    """Implements `agent_sdk.ports.store.KeyRecords`."""

    def __init__(self, database: Database, writer: Writer, clock: Clock) -> None:
        """Over an open database."""
        self._database = database
        self._writer = writer
        self._clock = clock
        self._touched: set[str] = set()

    async def create(self, scope: Scope, key: ApiKey, digest: str) -> None:
        """Keep a key."""
        if scope != LOCAL and key.org_id != scope.org_id:
            raise NotFound(f"there is no organisation {key.org_id!r}")
        times = (key.created_at, key.last_used_at, key.expires_at, key.revoked_at)
        kept = [None if time is None else to_micros(time) for time in times]

        def insert(tx: Transaction) -> None:
            try:
                tx.execute(_INSERT, (key.id, key.org_id, key.name, key.role, key.prefix, *kept, digest))
            except sqlite3.IntegrityError as error:
                raise Conflict(f"there is a key {key.id} or one with this secret") from error

        await self._writer.do(insert)

    async def list(self, scope: Scope, page: PageRequest) -> Page[ApiKey]:
        """Keys, newest first."""
        (before,) = place_of(page, ByNumber, (LAST,))
        rows = self._read(_PAGE, scope.org_id, before, page.limit + 1)
        return page_of(rows, page, _key, lambda row: (row[9],))

    async def revoke(self, scope: Scope, key_id: str) -> ApiKey:
        """End a key."""
        now = to_micros(self._clock.now())

        def revoke(tx: Transaction) -> ApiKey:
            tx.execute(_REVOKE, (now, scope.org_id, key_id))
            row = tx.execute(_ONE, (scope.org_id, key_id)).fetchone()
            if row is None:
                raise NotFound(f"there is no key {key_id!r}")
            return _key(row)

        return await self._writer.do(revoke)

    async def find(self, digest: str) -> ApiKey | None:
        """The key with this digest."""
        rows = self._read(_FIND, digest)
        if not rows:
            return None
        key = _key(rows[0])
        now = self._clock.now()
        stale = key.last_used_at is None or now - key.last_used_at >= timedelta(seconds=LAST_USE_INTERVAL_S)
        if stale and key.id not in self._touched:
            self._touched.add(key.id)
            self._writer.add(_Touch(key.id, to_micros(now), self._touched))
        return key

    def _read(self, sql: str, *values: Any) -> Sequence[Row]:
        with explained("the store"):
            return self._database.reader.execute(sql, values).fetchall()


class _Touch:
    """Notes the use of a key, some time soon; nobody waits for it."""

    may_wait = False

    def __init__(self, key_id: str, now: int, touched: set[str]) -> None:
        self._key_id = key_id
        self._now = now
        self._touched = touched

    def begin(self) -> None:
        """There is nothing to take."""

    def write(self, tx: Transaction) -> None:
        tx.execute(_TOUCH, (self._now, self._key_id))

    def done(self) -> None:
        self._touched.discard(self._key_id)

    def failed(self, error: Exception) -> None:
        """The next use is noted, then: this one is of no consequence, and the writer tells of its trouble itself."""
        del error
        self._touched.discard(self._key_id)


def _key(row: Row) -> ApiKey:
    return ApiKey(
        id=row[0],
        org_id=row[1],
        name=row[2],
        role=row[3],
        prefix=row[4],
        created_at=from_micros(row[5]),
        last_used_at=maybe_time(row[6]),
        expires_at=maybe_time(row[7]),
        revoked_at=maybe_time(row[8]),
    )
