"""The writer: what shares a commit, in which order, and who is told of what."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agent_sdk.contracts.platform_errors import Conflict
from agent_sdk.storage.sqlite import writer as writer_module
from agent_sdk.storage.sqlite.database import Database
from agent_sdk.storage.sqlite.transaction import Transaction
from agent_sdk.storage.sqlite.writer import Operation, Writer
from tests.factories.sqlite_files import empty_store


class Note:
    """A part that stays pending: counts what happens to it."""

    may_wait = True

    def __init__(self, name: str, story: list[str]) -> None:
        self.name = name
        self.story = story
        self.over = asyncio.Event()

    def begin(self) -> None:
        self.story.append(f"{self.name} begins")

    def write(self, tx: Transaction) -> None:
        tx.execute("INSERT INTO counters (name, value) VALUES (?, 1)", (self.name,))

    def done(self) -> None:
        self.story.append(f"{self.name} is done")
        self.over.set()

    def failed(self, error: Exception) -> None:
        self.story.append(f"{self.name} failed: {type(error).__name__}")


class Desk:
    """A writer over an empty store, and the commits that it told of."""

    def __init__(self, path: Path, durability: str) -> None:
        self.database = Database(path, "power" if durability == "power" else "process")
        self.database.open()
        self.commits: list[Transaction] = []
        self.writer = Writer(self.database, lambda tx, _seconds: self.commits.append(tx))
        self.writer.open()

    def names(self) -> list[str]:
        rows = self.database.reader.execute("SELECT name FROM counters WHERE name <> 'change'")
        return [name for (name,) in rows]


@pytest.fixture(params=["process", "power"])
async def desk(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Desk]:
    desk = Desk(empty_store(tmp_path / "store.db"), request.param)
    yield desk
    await desk.writer.close()
    desk.database.close()


def insert(name: str) -> Operation[str]:
    def operation(tx: Transaction) -> str:
        tx.execute("INSERT INTO counters (name, value) VALUES (?, 1)", (name,))
        return name

    return operation


async def test_what_comes_in_one_turn_of_the_loop_shares_a_commit(desk: Desk) -> None:
    results = await asyncio.gather(*[desk.writer.do(insert(str(index))) for index in range(10)])
    assert results == [str(index) for index in range(10)]
    assert len(desk.commits) == 1
    assert desk.names() == results


async def test_entries_that_came_before_an_operation_are_written_before_it(desk: Desk) -> None:
    story: list[str] = []
    desk.writer.add(Note("entry", story))

    def operation(tx: Transaction) -> list[str]:
        return [name for (name,) in tx.execute("SELECT name FROM counters WHERE name = 'entry'")]

    assert await desk.writer.do(operation) == ["entry"]
    assert story == ["entry begins", "entry is done"]
    assert len(desk.commits) == 1


async def test_a_refused_operation_is_its_callers_alone(desk: Desk) -> None:
    def refuse(_tx: Transaction) -> None:
        raise Conflict("no")

    refused, made = await asyncio.gather(
        desk.writer.do(refuse), desk.writer.do(insert("x")), return_exceptions=True
    )
    assert isinstance(refused, Conflict)
    assert made == "x"
    assert len(desk.commits) == 1


async def test_an_operation_that_breaks_leaves_nothing_and_harms_nobody(desk: Desk) -> None:
    def break_off(tx: Transaction) -> None:
        insert("half")(tx)
        raise ZeroDivisionError

    story: list[str] = []
    desk.writer.add(Note("entry", story))
    broken, made = await asyncio.gather(
        desk.writer.do(break_off), desk.writer.do(insert("x")), return_exceptions=True
    )
    assert isinstance(broken, ZeroDivisionError)
    assert made == "x"
    assert story == ["entry begins", "entry is done"]
    assert sorted(desk.names()) == ["entry", "x"]


async def test_a_statement_that_fails_is_told_to_whoever_sent_it(desk: Desk) -> None:
    await desk.writer.do(insert("x"))
    story: list[str] = []
    desk.writer.add(Note("x", story))
    desk.writer.add(Note("y", story))
    await desk.writer.do(insert("z"))
    assert story == ["x begins", "y begins", "x failed: StoreError", "y is done"]


async def test_a_caller_who_left_does_not_undo_what_was_asked(desk: Desk) -> None:
    asked = asyncio.ensure_future(desk.writer.do(insert("x")))
    await asyncio.sleep(0)
    asked.cancel()
    await desk.writer.do(insert("y"))
    assert desk.names() == ["x", "y"]


async def test_while_commits_are_frequent_entries_wait_a_little_and_share_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "FLUSH_INTERVAL_MIN_S", 0.2)
    await desk.writer.do(insert("first"))
    desk.commits.clear()
    story: list[str] = []
    notes = [Note(name, story) for name in "abc"]
    for note in notes:
        desk.writer.add(note)
        await asyncio.sleep(0)
    await notes[-1].over.wait()
    assert len(desk.commits) == 1
    assert story == [*[f"{name} begins" for name in "abc"], *[f"{name} is done" for name in "abc"]]
