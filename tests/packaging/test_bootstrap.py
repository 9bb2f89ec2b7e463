"""bootstrap.py as a new user meets it: a fresh copy of the tree, an empty HOME, and nothing installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.needs_network,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home; what the installers keep there makes the later tests of this module fast."""
    return tmp_path_factory.mktemp("home")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A checkout after its first start, and what that start said."""

    checkout: Path
    out: str
    err: str


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Installed:
    """One installation for the tests that leave it sound."""
    checkout = copy_of_the_tree(tmp_path_factory.mktemp("installed"))
    out, err = run(checkout, home)
    return Installed(checkout=checkout, out=out, err=err)


def copy_of_the_tree(folder: Path) -> Path:
    """A copy of what is or could be committed, below `folder`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    checkout = folder / "checkout"
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # and not one that was deleted since the last commit
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, checkout / name)
    return checkout


def environment(home: Path, **extra: str) -> Mapping[str, str]:
    """What a login shell would have, and how this machine reaches its package registry."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_"))}
    return {**kept, "HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **extra}


def start(checkout: Path, home: Path, **extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "bootstrap.py", "version"],
        cwd=checkout,
        env=environment(home, **extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(checkout: Path, home: Path, **extra: str) -> tuple[str, str]:
    """The stdout and stderr of `bootstrap.py version`, which must succeed."""
    with start(checkout, home, **extra) as process:
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert "0.1.0" in out
    return out, err


def test_an_empty_home_is_enough(installed: Installed) -> None:
    assert "bootstrap:" not in installed.out
    assert installed.err.startswith("bootstrap: making .venv")


def test_the_second_start_installs_nothing(installed: Installed, home: Path) -> None:
    assert run(installed.checkout, home) == (installed.out, "")


def test_a_moved_checkout_is_installed_again(installed: Installed, home: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(installed.checkout, moved, symlinks=True)
    _, err = run(moved, home)
    assert err.startswith("bootstrap: making .venv")


def test_a_broken_off_installation_is_redone(installed: Installed, home: Path) -> None:
    venv = installed.checkout / ".venv"
    for mark in (venv / "place", venv / "installed-runtime"):
        mark.unlink()
    (package,) = venv.glob("[Ll]ib/**/site-packages/typer")
    shutil.rmtree(package)  # its metadata stays, so an installer would think that it is there
    run(installed.checkout, home)
    assert package.is_dir()


def test_pip_takes_over_where_uv_fails(home: Path, tmp_path: Path) -> None:
    # For uv alone: nothing listens there, and there is no cache to hide it.
    unreachable = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/", "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0"}
    _, err = run(copy_of_the_tree(tmp_path), home, **unreachable)
    assert "uv could not" in err
    assert "installing requirements.lock with pip" in err


def test_two_at_once_install_once(home: Path, tmp_path: Path) -> None:
    checkout = copy_of_the_tree(tmp_path)
    with start(checkout, home) as first, start(checkout, home) as second:
        told = [process.communicate() for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), told
    assert sum("making .venv" in err for _, err in told) == 1
    assert all("0.1.0" in out for out, _ in told)
