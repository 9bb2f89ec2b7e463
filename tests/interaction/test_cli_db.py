"""`agent-sdk db …`: the schema of the store."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from agent_sdk.bootstrap.platform import REVISION
from tests.interaction.cli_kit import run_cli


def store(folder: Path) -> Path:
    return folder / ".local" / "share" / "agent-sdk" / "agent-sdk.db"


def test_upgrade_makes_a_store_that_check_accepts(tmp_path: Path) -> None:
    missing = run_cli(tmp_path, "db", "check")
    assert missing.code == 3
    assert "agent-sdk db upgrade" in missing.err
    assert not store(tmp_path).exists()
    made = run_cli(tmp_path, "db", "upgrade")
    assert (made.code, made.out) == (0, f"{REVISION}  {store(tmp_path)}\n")
    assert run_cli(tmp_path, "db", "check").out == made.out
    assert run_cli(tmp_path, "db", "upgrade").out == made.out


def test_current_tells_of_what_is_and_what_should_be(tmp_path: Path) -> None:
    none = run_cli(tmp_path, "db", "current", "--json")
    assert json.loads(none.out) == {"store": str(store(tmp_path)), "revision": None, "expected": REVISION}
    assert not store(tmp_path).exists()
    assert run_cli(tmp_path, "db", "current").out.startswith("none  ")
    run_cli(tmp_path, "db", "upgrade")
    assert json.loads(run_cli(tmp_path, "db", "current", "--json").out)["revision"] == REVISION


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    run_cli(tmp_path, "db", "upgrade")
    with closing(sqlite3.connect(store(tmp_path))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in ("upgrade", "check"):
        done = run_cli(tmp_path, "db", command)
        assert done.code == 3
        assert "9999" in done.err
    assert run_cli(tmp_path, "db", "current").out.startswith("9999  ")


def test_a_file_that_is_no_store_is_3(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database" * 100, encoding="utf-8")
    for command in ("upgrade", "check", "current"):
        done = run_cli(tmp_path, "db", command, env={"AGENT_SDK_STORE_URL": f"sqlite:///{path}"})
        assert done.code == 3
        assert done.err.startswith("error ASDK-STO-004: ")
