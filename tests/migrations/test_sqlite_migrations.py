import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.platform_errors import StoreCorrupt, StoreError, StoreLocked, StoreOutdated
from agent_sdk.storage import migrate
from agent_sdk.storage.migrate import current, upgrade
from agent_sdk.storage.sqlite.database import REVISION
from scripts.render_migrations import MIGRATIONS, main, rendered, stale, wanted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations to add to, which begins with those that are shipped."""
    folder = tmp_path / "sql"
    (folder / "sqlite").mkdir(parents=True)
    for file in (migrate.SQL / "sqlite").glob("*.sql"):
        (folder / "sqlite" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(migrate, "SQL", folder)
    return folder / "sqlite"


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


def head() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()


def upgrade_with_alembic(path: Path) -> None:
    with_connection = config()
    engine = sa.create_engine(url(path))
    with engine.begin() as connection:
        with_connection.attributes["connection"] = connection
        command.upgrade(with_connection, "head")
    engine.dispose()


def current_by_alembic(path: Path) -> str | None:
    engine = sa.create_engine(url(path))
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found


def query(path: Path, statement: str, *values: Any) -> Sequence[Any]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def schema(path: Path) -> Mapping[tuple[str, str], Any]:
    """Everything in a file by kind and name: its SQL without its layout, and what SQLite understood of it."""
    made: dict[tuple[str, str], Any] = {}
    for kind, name, text in query(path, "SELECT type, name, sql FROM sqlite_master"):
        details = ("table_xinfo", "index_list") if kind == "table" else ("index_xinfo",)
        understood = [query(path, f"SELECT * FROM pragma_{each}(?)", name) for each in details]
        made[kind, name] = (text and "".join(text.split()), understood)
    return made


def rows(path: Path) -> Mapping[str, Sequence[Any]]:
    tables = query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name: query(path, f"SELECT * FROM {name}") for (name,) in tables}


def test_a_new_store_is_at_the_head_and_alembic_sees_it_there(path: Path) -> None:
    upgrade(url(path))
    assert current(url(path)) == current_by_alembic(path) == head() == REVISION


def test_the_sql_makes_what_alembic_makes_column_by_column_and_index_by_index(
    path: Path, tmp_path: Path
) -> None:
    upgrade(url(path))
    other = tmp_path / "alembic.db"
    upgrade_with_alembic(other)
    assert ("table", "runs") in schema(path)
    assert schema(path) == schema(other)
    assert rows(path) == rows(other)


def test_upgrading_again_changes_nothing(path: Path) -> None:
    upgrade(url(path))
    before = path.read_bytes()
    upgrade(url(path))
    assert path.read_bytes() == before


def test_several_at_once_upgrade_once(path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(upgrade, url(path)) for _ in range(4)]:
            done.result()
    assert current(url(path)) == REVISION


def test_alembic_finds_nothing_to_do_after_us_and_we_after_alembic(path: Path, tmp_path: Path) -> None:
    upgrade(url(path))
    before = schema(path)
    upgrade_with_alembic(path)
    assert schema(path) == before
    other = tmp_path / "alembic.db"
    upgrade_with_alembic(other)
    upgrade(url(other))
    assert schema(other) == before


def test_a_new_revision_is_applied_once_and_keeps_the_rows(path: Path, sql: Path) -> None:
    upgrade(url(path))
    query(path, "UPDATE counters SET value = 7")
    (sql / "9999_more.sql").write_text(
        "CREATE TABLE more (n INTEGER);\n\n-- A trigger holds statements of its own.\n"
        "CREATE TRIGGER t AFTER INSERT ON more BEGIN\n  UPDATE counters SET value = 8;\n  SELECT 1;\nEND;\n"
        f"UPDATE alembic_version SET version_num='9999' WHERE version_num = '{REVISION}'\n"
    )
    upgrade(url(path))
    upgrade(url(path))
    assert current(url(path)) == "9999"
    assert query(path, "SELECT value FROM counters") == [(7,)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CREATE TABLE half (n);\nINSERT INTO absent VALUES (1);\n", "no such table: absent"),
        ("CREATE TABLE half (n);\n", "9999_bad.sql does not say that it was applied"),
    ],
)
def test_a_revision_that_fails_leaves_the_one_before(path: Path, sql: Path, text: str, told: str) -> None:
    (sql / "9999_bad.sql").write_text(text)
    for _ in range(2):
        with pytest.raises(StoreError, match=told):
            upgrade(url(path))
        assert current(url(path)) == REVISION
        assert ("table", "half") not in schema(path)


def test_a_schema_that_a_newer_version_made_is_left_alone(path: Path) -> None:
    upgrade(url(path))
    query(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StoreOutdated, match="9999") as caught:
        upgrade(url(path))
    assert "newer" in str(caught.value.hint)
    assert path.read_bytes() == before


def test_a_store_that_is_not_there_has_no_revision_and_stays_away(path: Path) -> None:
    assert current(url(path)) is None
    assert not path.exists()


def test_a_database_without_a_schema_has_no_revision(path: Path) -> None:
    query(path, "CREATE TABLE alembic_version (version_num)")
    assert current(url(path)) is None


def test_what_is_no_database_is_left_alone(path: Path) -> None:
    path.write_bytes(b"something else" * 100)
    with pytest.raises(StoreCorrupt):
        upgrade(url(path))
    assert path.read_bytes() == b"something else" * 100


def test_a_store_that_is_held_by_another_program_is_reported(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "BUSY_MAX_S", 0)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked):
            upgrade(url(path))


@pytest.mark.parametrize("url", ["postgresql://me:s3cret@host/db", "sqlite://", "sqlite:///", "store.db"])
def test_other_stores_have_no_migrations_yet(url: str) -> None:
    with pytest.raises(InvalidInput, match="no migrations") as caught:
        upgrade(url)
    assert "s3cret" not in str(caught.value)


def test_the_sql_that_is_shipped_is_what_alembic_renders() -> None:
    assert stale(wanted()) == []


def test_the_script_writes_what_is_missing_and_takes_away_what_is_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.render_migrations.SQL", tmp_path)
    strange = tmp_path / "sqlite" / "0000_strange.sql"
    strange.parent.mkdir()
    strange.touch()
    assert main(["--check"]) == 1
    assert strange.exists()
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert [file.name for file in strange.parent.iterdir()] == [name for name, _ in rendered("sqlite")]


def test_the_revisions_can_be_rendered_for_postgresql() -> None:
    text = "".join(text for _, text in rendered("postgresql"))
    assert "number BIGSERIAL NOT NULL" in text
    assert "WHERE status = 'queued'" in text
