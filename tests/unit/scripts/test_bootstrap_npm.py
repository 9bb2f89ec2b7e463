"""What `test --all` installs with npm: what a lock says, once for each lock."""

import subprocess
from pathlib import Path

import pytest

import bootstrap
from bootstrap import Checkout

ROOT = Path(bootstrap.__file__).parent
NPM = '#!/bin/sh\necho "$PWD $*" >> "$CALLS"\n/bin/rm -rf node_modules\n/bin/mkdir node_modules\n'


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """How npm was called; there is no other program."""
    npm = tmp_path / "path" / "npm"
    npm.parent.mkdir()
    npm.write_text(NPM)
    npm.chmod(0o755)
    calls = tmp_path / "calls"
    calls.write_text("")
    monkeypatch.setenv("PATH", str(npm.parent))
    monkeypatch.setenv("CALLS", str(calls))
    (tmp_path / "reader").mkdir()
    return calls


def test_a_lock_is_installed_once_and_again_when_it_changes(tmp_path: Path, calls: Path) -> None:
    folder = tmp_path / "reader"
    call = f"{folder} {' '.join(bootstrap.NPM_INSTALL[1:])}\n"
    for text, count in (("one", 1), ("one", 1), ("two", 2)):
        (folder / "package-lock.json").write_text(text)
        bootstrap.install_npm_packages(Checkout(tmp_path), ["reader"])
        assert calls.read_text() == call * count


def test_an_installation_that_failed_is_a_problem_and_is_tried_again(tmp_path: Path, calls: Path) -> None:
    (tmp_path / "reader" / "package-lock.json").write_text("one")
    npm = tmp_path / "path" / "npm"
    npm.write_text(f"{NPM}echo no route >&2\nexit 1\n")
    with pytest.raises(bootstrap.Problem, match="no route"):
        bootstrap.install_npm_packages(Checkout(tmp_path), ["reader"])
    npm.write_text(NPM)
    bootstrap.install_npm_packages(Checkout(tmp_path), ["reader"])
    assert len(calls.read_text().splitlines()) == 2


def test_without_npm_it_says_what_to_install(tmp_path: Path, calls: Path) -> None:
    (tmp_path / "reader" / "package-lock.json").write_text("one")
    (tmp_path / "path" / "npm").unlink()
    with pytest.raises(bootstrap.Problem) as caught:
        bootstrap.install_npm_packages(Checkout(tmp_path), ["reader"])
    assert "Node.js" in caught.value.hint
    assert calls.read_text() == ""


def test_no_lock_names_a_registry() -> None:
    for name in bootstrap.NPM_FOLDERS:
        lock = (ROOT / name / "package-lock.json").read_text()
        assert "integrity" in lock
        assert "://" not in lock
        ignored = subprocess.run(
            ["git", "check-ignore", "-q", f"{name}/node_modules/x"],
            cwd=ROOT,
            check=False,
        )
        assert ignored.returncode in {0, 128}  # 128: not in a repository
