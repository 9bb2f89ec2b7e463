"""How SQLite reads the lists: by an index in their order, so that a page costs what is on it and not what there is."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent_sdk.contracts.page import PageRequest
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.records import SessionQuery
from agent_sdk.ports.store import RunQuery
from agent_sdk.storage.sqlite import queries, sessions
from tests.factories.sqlite_files import empty_store

PAGE = PageRequest()
BY_USE = "SEARCH sessions USING INDEX sessions_by_use (org_id=? AND (updated_at,id)<(?,?))"


def plan(path: Path, statement: tuple[str, Sequence[Any]]) -> list[str]:
    """What SQLite does for a statement, the outermost loop first."""
    sql, values = statement
    with closing(sqlite3.connect(path)) as connection:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return empty_store(tmp_path / "store.db")


@pytest.mark.parametrize(
    ("query", "loop"),
    [
        (RunQuery(), "runs_of_org (org_id=? AND number<?)"),
        (RunQuery(status="failed", agent="a"), "runs_of_org (org_id=? AND number<?)"),
        (RunQuery(text="two words"), "runs_of_org (org_id=? AND number<?)"),
        (
            RunQuery(session_id="s", status="failed"),
            "runs_of_session (org_id=? AND session_id=? AND number<?)",
        ),
        (RunQuery(parent_run_id="run_1", session_id="s"), "runs_of_parent (parent_id=? AND rowid<?)"),
    ],
)
def test_a_page_of_runs_is_read_by_one_index_in_its_order(path: Path, query: RunQuery, loop: str) -> None:
    steps = plan(path, queries.list_statement(LOCAL, query, PAGE))
    assert steps[0] == f"SEARCH runs USING INDEX {loop}"
    assert [step for step in steps if "SCAN" in step or "TEMP B-TREE" in step] == []


@pytest.mark.parametrize(
    "query", [SessionQuery(), SessionQuery(agent="a"), SessionQuery(text="two words", agent="a")]
)
def test_a_page_of_sessions_is_read_by_one_index_in_its_order(path: Path, query: SessionQuery) -> None:
    steps = plan(path, sessions.list_statement(LOCAL, query, PAGE))
    assert steps[0] == BY_USE
    assert [step for step in steps if "SCAN" in step or "TEMP B-TREE" in step] == []
    of_runs = [step for step in steps if step.startswith("SEARCH runs")]
    assert all("runs_of_session (org_id=? AND session_id=?)" in step for step in of_runs)


def test_sessions_count_their_runs_and_look_for_an_agent_without_reading_a_run(path: Path) -> None:
    plain = plan(path, sessions.list_statement(LOCAL, SessionQuery(), PAGE))
    with_agent = plan(path, sessions.list_statement(LOCAL, SessionQuery(agent="a"), PAGE))
    counted = "SEARCH runs USING COVERING INDEX runs_of_session (org_id=? AND session_id=?)"
    assert plain.count(counted) == 2  # how many there are, and whose the newest is
    assert with_agent.count(counted) == 3


def test_runs_are_narrowed_by_what_the_index_says(path: Path) -> None:
    sql, values = queries.list_statement(LOCAL, RunQuery(status="failed", agent="a"), PAGE)
    narrowed = sql.partition(" FROM runs ")[2]
    assert plan(path, (f"SELECT number FROM runs {narrowed}", values)) == [
        "SEARCH runs USING COVERING INDEX runs_of_org (org_id=? AND number<?)"
    ]
