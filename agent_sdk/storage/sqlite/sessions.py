"""Sessions: listed, read, erased. Their messages are written by the runs in them."""

# ruff: noqa: S608 - statements are put together from constants
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from agent_sdk.contracts.codec import decode, message_from_plain
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.session import TITLE_LENGTH_MAX_CHARS, Session
from agent_sdk.ports.records import SessionQuery
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.erasure import delete_session, erase_runs, transaction
from agent_sdk.storage.sqlite.pages import LAST, ON_LOOP_MAX_COUNT, Number, page_of, place_of
from agent_sdk.storage.sqlite.records import Row, from_micros, maybe_json
from agent_sdk.storage.sqlite.search import HAS_WORD, word_values, words_of

_OF_SESSION: Final = "FROM runs WHERE org_id = sessions.org_id AND session_id = sessions.id"
_ROOTS: Final = f"{_OF_SESSION} AND depth = 0"
_NEWEST: Final = f"{_ROOTS} ORDER BY number DESC LIMIT 1"
SESSION_COLUMNS: Final = f"""
    id, created_at, updated_at, metadata,
    (SELECT count(*) FROM messages WHERE org_id = sessions.org_id AND session_id = sessions.id),
    (SELECT input {_ROOTS} ORDER BY number LIMIT 1),
    (SELECT count(*) {_ROOTS}),
    (SELECT id {_NEWEST}), (SELECT status {_NEWEST}), (SELECT agent {_NEWEST})
"""
"""What `session_from_row` reads."""
_ONE: Final = f"SELECT {SESSION_COLUMNS} FROM sessions WHERE org_id = ? AND id = ?"
_PAGE: Final = f"SELECT {SESSION_COLUMNS} FROM sessions WHERE org_id = ? AND (updated_at, id) < (?, ?)"
_LAST_USED_FIRST: Final = " ORDER BY updated_at DESC, id DESC LIMIT ?"
_HAS_AGENT: Final = f" AND EXISTS (SELECT 1 {_ROOTS} AND agent = ?)"
_HAS_WORD: Final = f" AND (id = ? OR EXISTS (SELECT 1 {_OF_SESSION} AND {HAS_WORD}))"
_MESSAGES: Final = """
    SELECT data, run_number, position FROM messages
    WHERE org_id = ? AND session_id = ? AND (run_number, position) > (?, ?) ORDER BY run_number, position LIMIT ?
"""
_RUNS: Final = "SELECT id, depth, ended_at FROM runs WHERE org_id = ? AND session_id = ?"

ByUse = tuple[Number, str]
ByPosition = tuple[Number, Number]


class Sessions:
    """Implements `agent_sdk.ports.store.SessionRecords`."""

    def __init__(self, database: Database) -> None:
        """Over an open database."""
        self._database = database

    async def list(self, scope: Scope, query: SessionQuery, page: PageRequest) -> Page[Session]:
        """Sessions, last used first."""
        sql, values = list_statement(scope, query, page)

        def read(connection: sqlite3.Connection) -> Page[Session]:
            rows = connection.execute(sql, values).fetchall()
            return page_of(rows, page, session_from_row, lambda row: (row[2], row[0]))

        # On a thread, for the messages and runs of each are counted.
        return await self._database.in_thread(read)

    async def get(self, scope: Scope, session_id: str) -> Session:
        """One session."""
        rows = self._read(_ONE, scope.org_id, session_id)
        if not rows:
            raise _unknown(session_id)
        return session_from_row(rows[0])

    async def messages(self, scope: Scope, session_id: str, page: PageRequest) -> Page[Message]:
        """Its messages, oldest first."""
        place = place_of(page, ByPosition, (-1, -1))
        await self.get(scope, session_id)
        values = (scope.org_id, session_id, *place, page.limit + 1)

        def read(connection: sqlite3.Connection) -> Page[Message]:
            rows = connection.execute(_MESSAGES, values).fetchall()
            return page_of(rows, page, _message, lambda row: (row[1], row[2]))

        if page.limit > ON_LOOP_MAX_COUNT:
            return await self._database.in_thread(read)
        with explained("the store"):
            return read(self._database.reader)

    async def erase(self, scope: Scope, session_id: str) -> None:
        """Delete it with its runs."""

        def erase(connection: sqlite3.Connection) -> None:
            one = (scope.org_id, session_id)
            with transaction(connection):
                if connection.execute(_ONE, one).fetchone() is None:
                    raise _unknown(session_id)
                runs = connection.execute(_RUNS, one).fetchall()
                busy = [run_id for run_id, depth, ended_at in runs if depth == 0 and ended_at is None]
                if busy:
                    raise Conflict(
                        f"the run {busy[0]} in it has not ended", hint="Cancel it, or wait for its end."
                    )
                erase_runs(connection, [run_id for run_id, _, _ in runs])
                delete_session(connection, *one)

        await self._database.in_thread(erase)

    def _read(self, sql: str, *values: Any) -> Sequence[Row]:
        with explained("the store"):
            return self._database.reader.execute(sql, values).fetchall()


def list_statement(scope: Scope, query: SessionQuery, page: PageRequest) -> tuple[str, tuple[Any, ...]]:
    """What reads a page of sessions, and one more: SQL, and its values.

    Raises:
        InvalidInput: The page cannot be, or the search is too long.
    """
    place = place_of(page, ByUse, (LAST, ""))
    words = words_of(query.text or "")
    narrowed = _HAS_WORD * len(words)
    values = [value for word in words for value in (word, *word_values(word))]
    if query.agent is not None:
        narrowed, values = _HAS_AGENT + narrowed, [query.agent, *values]
    return f"{_PAGE}{narrowed}{_LAST_USED_FIRST}", (scope.org_id, *place, *values, page.limit + 1)


def session_from_row(row: Row) -> Session:
    """A session, from `SESSION_COLUMNS`."""
    return Session(
        id=row[0],
        created_at=from_micros(row[1]),
        updated_at=from_micros(row[2]),
        metadata=maybe_json(row[3]) or {},
        message_count=row[4],
        title=_title(maybe_json(row[5])),
        run_count=row[6],
        last_run_id=row[7],
        last_status=row[8],
        agent=row[9],
    )


def _title(asked: Any) -> str | None:
    """The beginning of the first words of an input, in one line."""
    parts = [asked] if isinstance(asked, str) else asked or ()
    texts = [part if isinstance(part, str) else part.get("text") for part in parts]
    words = next((text for text in texts if text and text.strip()), "")
    line = " ".join(words[: 2 * TITLE_LENGTH_MAX_CHARS].split())
    return line[:TITLE_LENGTH_MAX_CHARS] or None


def _message(row: Row) -> Message:
    return message_from_plain(decode(row[0]))


def _unknown(session_id: str) -> NotFound:
    return NotFound(f"there is no session {session_id!r}")
