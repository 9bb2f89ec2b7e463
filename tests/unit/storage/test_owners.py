"""Owners of leases: who holds a lock is alive, and who left a file without one is dead."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.storage.sqlite.owners import Owners

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys
from pathlib import Path
from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.storage.sqlite.owners import Owners
owners = Owners(Path(sys.argv[1]))
owners.hold("wrk/ä 1")
print("held", flush=True)
sys.stdin.read()
"""


def test_an_owner_that_lets_go_is_dead_to_others_until_it_is_forgotten(tmp_path: Path) -> None:
    mine, others = Owners(tmp_path / "owners"), Owners(tmp_path / "owners")
    assert others.dead() == frozenset()
    mine.hold("wrk_1")
    mine.hold("wrk_1")
    assert list(mine.held) == ["wrk_1"]
    assert others.dead() == frozenset()
    mine.close()
    assert others.dead() == {"wrk_1"}
    others.forget("wrk_1")
    others.forget("wrk_1")
    assert others.dead() == frozenset()


def test_an_owner_has_one_process(tmp_path: Path) -> None:
    mine, others = Owners(tmp_path), Owners(tmp_path)
    mine.hold("wrk_1")
    with pytest.raises(StoreError, match="wrk_1"):
        others.hold("wrk_1")
    assert list(others.held) == []
    mine.close()


def test_who_comes_while_others_sweep_keeps_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, others, lock = Owners(tmp_path), Owners(tmp_path), fcntl.flock

    def swept_before(file: int, operation: int) -> None:
        # Its file is there, and not locked yet.
        monkeypatch.setattr(fcntl, "flock", lock)
        assert others.dead() == {"wrk_1"}
        others.forget("wrk_1")
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", swept_before)
    mine.hold("wrk_1")
    assert others.dead() == frozenset()
    assert others.alive() == {"wrk_1"}
    mine.close()
    assert others.dead() == {"wrk_1"}


def test_who_comes_while_others_look_is_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, lock = Owners(tmp_path), fcntl.flock

    def looked_at(file: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        with (tmp_path / "wrk_1.lock").open() as other:
            lock(other, operation)
            lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", looked_at)
    mine.hold("wrk_1")
    assert Owners(tmp_path).alive() == {"wrk_1"}
    mine.close()


def test_who_has_come_meanwhile_is_not_forgotten(tmp_path: Path) -> None:
    mine, others = Owners(tmp_path), Owners(tmp_path)
    mine.hold("wrk_1")
    others.forget("wrk_1")
    mine.close()
    assert others.dead() == {"wrk_1"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "owners").touch()
    with pytest.raises(StoreError, match="owners"):
        Owners(tmp_path / "owners").hold("wrk_1")


def test_a_process_that_is_killed_is_dead_at_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    owners = Owners(tmp_path)
    assert owners.dead() == frozenset()
    process.kill()
    process.communicate()
    assert owners.dead() == {"wrk/ä 1"}


def test_the_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    owners = Owners(tmp_path / "owners")
    owners.hold("wrk_1")
    assert (tmp_path / "owners").stat().st_mode & 0o777 == 0o700
    owners.close()
