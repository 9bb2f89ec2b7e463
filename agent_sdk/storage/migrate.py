"""Bringing a store's schema up to date: `python -m agent_sdk.storage.migrate sqlite:////path/to/store.db`.

Applies the SQL that Alembic made of the revisions (`agent_sdk.storage.migrations`), and keeps Alembic's own table of
what was applied. It needs neither Alembic nor SQLAlchemy.
"""

import sqlite3
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.platform_errors import StoreError, StoreOutdated
from agent_sdk.storage.sqlite.database import explained

SQL: Final = Path(__file__).parent / "migrations" / "sql"
"""A folder per dialect; in it a file per revision, `<revision>_<name>.sql`, in the order of their names."""
SCHEME: Final = "sqlite:///"
BUSY_MAX_S: Final = 30.0
"""How long another process that writes is waited for."""


def upgrade(url: str) -> None:
    """Make the schema that of this version; what is up to date stays as it is.

    Each revision is a transaction: one that fails leaves the schema of the one before.

    Args:
        url: `sqlite:///` and the file's path, so that an absolute path makes a fourth slash.

    Raises:
        InvalidInput: There are no migrations for such a store.
        StoreOutdated: A newer version of the package made the schema.
        StoreError: The store cannot be reached or changed.
    """
    files = {file.name.partition("_")[0]: file for file in sorted((SQL / "sqlite").glob("*.sql"))}
    newest = max(files)
    with _connected(store_file(url)) as connection:
        while _revision(connection) != newest:
            _apply_next(connection, files)


def current(url: str) -> str | None:
    """The revision of the schema; None where there is none.

    Raises:
        InvalidInput: There are no migrations for such a store.
        StoreError: The store cannot be read.
    """
    path = store_file(url)
    if not path.exists():
        return None  # to connect would make it
    with _connected(path) as connection:
        return _revision(connection)


def store_file(url: str) -> Path:
    """The file that a URL names, as it names it.

    Raises:
        InvalidInput: It names none, or says more than a file's path.
    """
    if not url.startswith(SCHEME) or url == SCHEME:
        scheme = url.partition(":")[0]  # and not the rest, which may hold a password
        raise InvalidInput(
            f"{scheme!r} names no SQLite file: there are no migrations for such a store",
            hint="Write sqlite:///path/to/store.db",
        )
    path = url.removeprefix(SCHEME)
    if path.startswith((":memory:", "file:")):
        raise InvalidInput(
            "a store is a file: sqlite:///:memory: and sqlite:///file:… name none",
            hint="Write sqlite:///path/to/store.db; a Runner without a store keeps its runs in memory.",
        )
    if "?" in path:
        # Taken for part of the name, it would not do what it says.
        raise InvalidInput(
            "a store's URL has no parameters: what follows its '?' cannot be used",
            hint="Write sqlite:///path/to/store.db",
        )
    return Path(path)


@contextmanager
def _connected(path: Path) -> Generator[sqlite3.Connection]:
    with (
        explained(f"the schema of {path} cannot be read or changed"),
        closing(sqlite3.connect(path, timeout=BUSY_MAX_S, isolation_level=None)) as connection,
    ):
        yield connection


def _revision(connection: sqlite3.Connection) -> str | None:
    made = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.execute(made).fetchone() == (0,):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else row[0]


def _apply_next(connection: sqlite3.Connection, files: Mapping[str, Path]) -> None:
    """Apply the revision that follows, if another process did not do it meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        before = _revision(connection)
        if before is not None and before not in files:
            raise StoreOutdated(
                f"the schema is of revision {before}, which this version does not know",
                hint="Install the version of agent-sdk that made it, or a newer one.",
            )
        following = [revision for revision in files if before is None or revision > before]
        for revision in following[:1]:
            for statement in _statements(files[revision].read_text(encoding="utf-8")):
                connection.execute(statement).fetchall()
            if _revision(connection) != revision:
                raise StoreError(f"{files[revision].name} does not say that it was applied")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _statements(sql: str) -> Iterator[str]:
    # `executescript` would commit between them.
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


if __name__ == "__main__":
    upgrade(sys.argv[1])
