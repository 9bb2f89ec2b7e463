"""What `test --all` installs with npm: what a lock says, once for each lock."""

import re
import subprocess
from pathlib import Path

import pytest

import bootstrap
from bootstrap import Checkout

ROOT = Path(bootstrap.__file__).parent
SPONSORS = {"github.com", "opencollective.com", "tidelift.com"}
# Stands for `python scripts/npm.py FOLDER ci …`: the Python of the environment, which finds a Node that fits.
PYTHON = '#!/bin/sh\necho "$*" >> "$CALLS"\n/bin/rm -rf reader/node_modules\n/bin/mkdir reader/node_modules\n'


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """How npm was called."""
    say(tmp_path, PYTHON)
    calls = tmp_path / "calls"
    calls.write_text("")
    monkeypatch.setenv("CALLS", str(calls))
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "package-lock.json").write_text("one")
    return calls


def say(root: Path, text: str) -> None:
    """Have the environment's Python be a script."""
    python = Checkout(root).program("python")
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(text)
    python.chmod(0o755)


def test_a_lock_is_installed_once_and_again_when_it_changes(tmp_path: Path, calls: Path) -> None:
    for text, count in (("one", 1), ("one", 1), ("two", 2)):
        (tmp_path / "reader" / "package-lock.json").write_text(text)
        bootstrap.install_npm_packages(Checkout(tmp_path), ["reader"])
        made = calls.read_text().splitlines()
        assert len(made) == count
        assert made[-1].endswith(f"npm.py reader {' '.join(bootstrap.NPM_INSTALL)}")


def test_an_installation_that_failed_is_a_problem_and_is_tried_again(tmp_path: Path, calls: Path) -> None:
    say(tmp_path, f"{PYTHON}echo no route >&2\nexit 1\n")
    with pytest.raises(bootstrap.Problem, match="no route") as caught:
        bootstrap.install_npm_packages(Checkout(tmp_path), ["reader"])
    assert caught.value.hint
    say(tmp_path, PYTHON)
    bootstrap.install_npm_packages(Checkout(tmp_path), ["reader"])
    assert len(calls.read_text().splitlines()) == 2


def test_no_lock_names_a_registry() -> None:
    for name in bootstrap.NPM_FOLDERS:
        lock = (ROOT / name / "package-lock.json").read_text()
        assert "integrity" in lock
        assert '"resolved"' not in lock
        assert set(re.findall(r"://([^/\"]+)", lock)) <= SPONSORS
        ignored = subprocess.run(
            ["git", "check-ignore", "-q", f"{name}/node_modules/x"],
            cwd=ROOT,
            check=False,
        )
        assert ignored.returncode in {0, 128}  # 128: not in a repository
