"""The hook of `tests/conftest.py`, tried on small suites in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parents[2] / "conftest.py"
SUITE = """
import pytest

@pytest.mark.skip(reason="no database")
def test_that_is_marked(): ...

def test_that_skips_itself():
    pytest.skip("no database")

@pytest.mark.xfail(strict=True)
def test_that_is_expected_to_fail():
    assert False
"""
SKIPPED_MODULE = "import pytest\npytest.skip('no database', allow_module_level=True)\n"


def last_line(folder: Path, *, require: str) -> str:
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"))
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "test_module.py").write_text(SKIPPED_MODULE)
    options = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        env={**os.environ, "AGENT_SDK_REQUIRE": require},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()[-1]


def test_every_skip_fails_where_everything_is_required(tmp_path: Path) -> None:
    assert last_line(tmp_path, require="all").startswith("1 failed, 1 xfailed, 2 errors in")


def test_otherwise_a_skip_is_a_skip(tmp_path: Path) -> None:
    assert last_line(tmp_path, require="").startswith("3 skipped, 1 xfailed in")
