"""Runs as lists and as a feed, and their erasure."""

# ruff: noqa: S608 - statements are put together from constants
import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.store import RunQuery
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.erasure import erase_runs, transaction
from agent_sdk.storage.sqlite.pages import LAST, ON_LOOP_MAX_COUNT, ByNumber, page_of, place_of
from agent_sdk.storage.sqlite.records import RUN_COLUMNS, Row, run_from_row
from agent_sdk.storage.sqlite.search import HAS_WORD, word_values, words_of

FEED_MAX_COUNT: Final = 256
"""Changes that come at once; the rest comes with the next call."""

_COLUMN_OF: Final = {
    "status": "status",
    "session_id": "session_id",
    "agent": "agent",
    "parent_run_id": "parent_id",
}
_LIST: Final = f"SELECT {RUN_COLUMNS}, number FROM runs INDEXED BY {{}} WHERE org_id = ? AND number < ?"
_CHANGES: Final = f"""
    SELECT {RUN_COLUMNS}, change_seq FROM runs WHERE org_id = ? AND change_seq > ? ORDER BY change_seq LIMIT ?
"""
_NEWEST: Final = (
    f"SELECT {RUN_COLUMNS}, change_seq FROM runs WHERE org_id = ? ORDER BY change_seq DESC LIMIT 1"
)
_ENDED: Final = """
    SELECT root.ended_at FROM runs JOIN runs AS root ON root.id = runs.root_id WHERE runs.org_id = ? AND runs.id = ?
"""
# UNION also ends where a row of a damaged file is its own parent.
_TREE: Final = """
    WITH RECURSIVE tree(id) AS (SELECT ? UNION SELECT runs.id FROM runs JOIN tree ON runs.parent_id = tree.id)
    SELECT id FROM tree
"""


class RunQueries:
    """Implements what `agent_sdk.ports.store.RunRecords` lists and erases."""

    def __init__(self, database: Database) -> None:
        """Over an open database."""
        self._database = database
        self._waiting: set[asyncio.Future[None]] = set()

    async def list(self, scope: Scope, query: RunQuery, page: PageRequest) -> Page[Run]:
        """Runs, newest first."""
        sql, values = list_statement(scope, query, page)

        def read(connection: sqlite3.Connection) -> Page[Run]:
            rows = connection.execute(sql, values).fetchall()
            return page_of(rows, page, run_from_row, lambda row: (row[-1],))

        # Whatever no index finds may look at every run there is.
        scans = query.text or query.status or query.agent
        if scans or page.limit > ON_LOOP_MAX_COUNT:
            return await self._database.in_thread(read)
        with explained("the store"):
            return read(self._database.reader)

    async def feed(self, scope: Scope, *, after: int | None, timeout_s: float) -> Sequence[tuple[int, Run]]:
        """What changed after the change number `after`; the newest change alone where that is None."""
        if after is None:
            return self._changes(_NEWEST, scope.org_id)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            changes = self._changes(_CHANGES, scope.org_id, min(max(after, 0), LAST), FEED_MAX_COUNT)
            left_s = deadline - loop.time()
            if changes or left_s <= 0:
                return changes
            await self._next_change(left_s)

    def changed(self) -> None:
        """Have the feeds look: the status of some run changed, or another process wrote."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def erase(self, scope: Scope, run_id: str) -> None:
        """Delete a run that has ended, with its subagents' and what its session knew of it."""

        def erase(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                row = connection.execute(_ENDED, (scope.org_id, run_id)).fetchone()
                if row is None:
                    raise NotFound(f"there is no run {run_id!r}")
                if row[0] is None:
                    raise Conflict(f"the run {run_id} has not ended", hint="Cancel it, or wait for its end.")
                tree = [found for (found,) in connection.execute(_TREE, (run_id,))]
                erase_runs(connection, tree)

        await self._database.in_thread(erase)

    def _changes(self, sql: str, *values: Any) -> Sequence[tuple[int, Run]]:
        with explained("the store"):
            rows: Sequence[Row] = self._database.reader.execute(sql, values).fetchall()
        return [(row[-1], run_from_row(row)) for row in rows]

    async def _next_change(self, timeout_s: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await asyncio.wait([waiting], timeout=timeout_s)
        finally:
            self._waiting.discard(waiting)


def list_statement(scope: Scope, query: RunQuery, page: PageRequest) -> tuple[str, tuple[Any, ...]]:
    """What reads a page of runs, and one more: SQL, and its values.

    Raises:
        InvalidInput: The page cannot be, or the search is too long.
    """
    (before,) = place_of(page, ByNumber, (LAST,))
    asked = {column: getattr(query, name) for name, column in _COLUMN_OF.items()}
    asked = {column: value for column, value in asked.items() if value is not None}
    words = words_of(query.text or "")
    narrowed = [f" AND {column} = ?" for column in asked] + [f" AND {HAS_WORD}"] * len(words)
    values = [*asked.values(), *[value for word in words for value in word_values(word)]]
    sql = f"{_LIST.format(_index_of(query))}{''.join(narrowed)} ORDER BY number DESC LIMIT ?"
    return sql, (scope.org_id, before, *values, page.limit + 1)


def _index_of(query: RunQuery) -> str:
    """The index that finds the fewest runs, in the order of the list: without statistics, SQLite guesses."""
    if query.parent_run_id is not None:
        return "runs_of_parent"
    return "runs_of_org" if query.session_id is None else "runs_of_session"
