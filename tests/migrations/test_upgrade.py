"""The schema: made from nothing, again and again the same, and known by its number."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from agent_sdk.contracts.platform_errors import StoreCorrupt, StoreError
from agent_sdk.storage.migrate import SQL, current, upgrade
from agent_sdk.storage.sqlite.database import REVISION

ROOT = Path(__file__).parents[2]


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_an_upgrade_makes_the_schema_that_this_version_reads(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    upgrade(url(path))
    assert current(url(path)) == REVISION
    tables = {name for name, _ in schema(path)}
    assert {"runs", "events", "inputs", "approvals", "sessions", "messages", "api_keys"} <= tables


def test_a_store_of_the_first_revision_is_upgraded_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    [first] = (SQL / "sqlite").glob("0001_*.sql")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(first.read_text(encoding="utf-8"))
        connection.execute("INSERT INTO sessions VALUES ('org_1', 'ses_1', 'prj_1', 1, 1, NULL)")
        connection.commit()
    upgrade(url(path))
    fresh = tmp_path / "fresh.db"
    upgrade(url(fresh))
    assert (current(url(path)), schema(path)) == (REVISION, schema(fresh))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM sessions").fetchall() == [("ses_1",)]


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    upgrade(url(path))
    before = path.read_bytes()
    upgrade(url(path))
    assert path.read_bytes() == before


def test_an_empty_file_has_no_revision(tmp_path: Path) -> None:
    assert current(url(tmp_path / "store.db")) is None


def test_a_migration_that_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE api_keys (mine TEXT)")
        connection.commit()
    before = schema(path)
    with pytest.raises(StoreError, match="api_keys"):
        upgrade(url(path))
    assert schema(path) == before


def test_garbage_is_not_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"no database at all. " * 500)
    for work in (upgrade, current):
        with pytest.raises(StoreCorrupt):
            work(url(path))
    assert path.read_bytes() == b"no database at all. " * 500


def test_a_process_of_its_own_upgrades_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    command = [sys.executable, "-m", "agent_sdk.storage.migrate", url(path)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert current(url(path)) == REVISION


def test_the_store_itself_loads_no_orm() -> None:
    code = "import sys, agent_sdk.storage.sqlite; assert not {'sqlalchemy', 'alembic', 'mako'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
