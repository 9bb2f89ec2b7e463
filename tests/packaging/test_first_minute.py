"""What a new user's first command does, from a fresh copy with an empty HOME.

`benchmarks/first_minute.py` and `benchmarks/imports.py` say how long it takes.
"""

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from tests.packaging.test_bootstrap import copy_of_the_tree, environment

PROMPT: Final = "What is 17 * 23, and what time is it in Tokyo?"

pytestmark = [pytest.mark.packaging, pytest.mark.slow, pytest.mark.timeout(300)]


def ask(checkout: Path, home: Path) -> str:
    """What stdout says of the answer."""
    command = [sys.executable, "bootstrap.py", "run", "--preset", "assistant_tools", PROMPT]
    done = subprocess.run(
        command,
        cwd=checkout,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.needs_network
def test_the_first_command_from_an_empty_home_answers_and_so_does_the_next(tmp_path: Path) -> None:
    checkout, home = copy_of_the_tree(tmp_path), tmp_path / "home"
    home.mkdir()
    for _ in range(2):
        before = datetime.now(ZoneInfo("Asia/Tokyo"))
        answer = ask(checkout, home)
        after = datetime.now(ZoneInfo("Asia/Tokyo"))
        assert "391" in answer
        assert any(f"{moment:%H:%M}" in answer for moment in (before, after))
