"""Requests by idempotency key of one principal: at work, or answered."""

# ruff: noqa: S608 - statements are put together from constants
import sqlite3
from typing import Final

from agent_sdk.contracts.platform_errors import IdempotencyMismatch, KeyInProgress
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.system import Clock
from agent_sdk.storage.sqlite.records import to_micros
from agent_sdk.storage.sqlite.transaction import Transaction
from agent_sdk.storage.sqlite.writer import Writer

KEY_VALID_S: Final = 86_400
"""How long an answer is kept: a day."""
IN_PROGRESS_MAX_S: Final = 300
"""After so long the process that was at work on a request is taken for dead."""
FORGET_BATCH_MAX_COUNT: Final = 1000
"""Keys that are deleted in one transaction."""
_MICROSECONDS: Final = 1_000_000

_FREE: Final = """
    DELETE FROM idempotency_keys WHERE org_id = ? AND principal = ? AND key = ?
    AND (created_at <= ? OR (status IS NULL AND run_id IS NULL AND created_at <= ?))
"""
_FIND: Final = """
    SELECT route, fingerprint, status, body, run_id FROM idempotency_keys WHERE org_id = ? AND principal = ? AND key = ?
"""
_BEGIN: Final = """
    INSERT INTO idempotency_keys (org_id, principal, key, route, fingerprint, created_at) VALUES (?, ?, ?, ?, ?, ?)
"""
_MINE: Final = "org_id = ? AND principal = ? AND key = ? AND route = ? AND fingerprint = ? AND run_id IS NULL"
_ANSWER: Final = f"UPDATE idempotency_keys SET status = ?, body = ? WHERE {_MINE}"
_FORGET: Final = f"DELETE FROM idempotency_keys WHERE {_MINE} AND status IS NULL"

_EXPIRED: Final = """
    DELETE FROM idempotency_keys WHERE rowid IN
    (SELECT rowid FROM idempotency_keys WHERE org_id = ? AND created_at <= ? LIMIT ?)
"""


def forget_expired(connection: sqlite3.Connection, org_id: str, now: int) -> None:
    """Delete the keys of an organisation that are no longer valid at `now`, in microseconds since the epoch."""
    values = (org_id, now - KEY_VALID_S * _MICROSECONDS, FORGET_BATCH_MAX_COUNT)
    while connection.execute(_EXPIRED, values).rowcount == FORGET_BATCH_MAX_COUNT:
        pass


def free_if_expired(tx: Transaction, scope: Scope, key: IdempotencyKey, now: int) -> None:
    """Delete what is kept under a key where that is no longer valid at `now`, in microseconds since the epoch."""
    oldest = (now - KEY_VALID_S * _MICROSECONDS, now - IN_PROGRESS_MAX_S * _MICROSECONDS)
    tx.execute(_FREE, (scope.org_id, scope.principal, key.key, *oldest))


class Idempotency:
    """Implements `agent_sdk.ports.store.IdempotencyRecords`."""

    def __init__(self, writer: Writer, clock: Clock) -> None:
        """Over an open writer."""
        self._writer = writer
        self._clock = clock

    async def begin(self, scope: Scope, key: IdempotencyKey) -> tuple[int, bytes] | None:
        """Note that a request begins; what was answered where it is not the first time."""
        now = to_micros(self._clock.now())

        def begin(tx: Transaction) -> tuple[int, bytes] | None:
            one = (scope.org_id, scope.principal, key.key)
            free_if_expired(tx, scope, key, now)
            row = tx.execute(_FIND, one).fetchone()
            if row is None:
                tx.execute(_BEGIN, (*one, key.route, key.fingerprint, now))
                return None
            route, fingerprint, status, body, run_id = row
            if (route, fingerprint) != (key.route, key.fingerprint) or run_id is not None:
                raise IdempotencyMismatch(f"the key {key.key!r} was used for another request to {route}")
            if status is None:
                raise KeyInProgress(f"a request with the key {key.key!r} is still at work")
            return status, body

        return await self._writer.do(begin)

    async def complete(self, scope: Scope, key: IdempotencyKey, status: int, body: bytes | None) -> None:
        """Keep the answer; without one the key is free again."""
        one = (scope.org_id, scope.principal, key.key, key.route, key.fingerprint)

        def complete(tx: Transaction) -> None:
            if body is None:
                tx.execute(_FORGET, one)
            else:
                tx.execute(_ANSWER, (status, body, *one))

        await self._writer.do(complete)
