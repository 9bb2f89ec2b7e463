import re
from pathlib import Path

import pytest

from scripts.check_locks import disagreements, main, pins, strange_lines

ROOT = Path(__file__).parents[3]
HASHES = f"    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'f' * 64}\n"
LOCK = f"aiohttp==3.14.5 \\\n{HASHES}colorama==0.4.6 ; sys_platform == 'win32' \\\n{HASHES}"
# Put together here, so that no address stands in this file either.
ADDRESS = "https" + "://" + "mirror.example/simple"


def test_pins_markers_and_hashes_are_what_a_lock_may_hold() -> None:
    assert list(strange_lines(LOCK)) == []


@pytest.mark.parametrize(
    "line",
    [
        f"--index-url {ADDRESS}",
        f"--extra-index-url {ADDRESS}",
        "--find-links /somewhere",
        f"aiohttp @ {ADDRESS}/aiohttp-3.14.5.whl",
        "-e .",
        f"# from {ADDRESS}",
        "aiohttp>=3",
        "    --hash=md5:0123",
    ],
)
def test_anything_else_is_strange(line: str) -> None:
    assert [number for number, _ in strange_lines(LOCK + line + "\n")] == [7]


def test_versions_are_read_with_and_without_marker() -> None:
    assert pins(LOCK) == {"aiohttp": "3.14.5", "colorama": "0.4.6"}


def test_the_dev_lock_must_have_what_the_runtime_lock_has() -> None:
    dev = LOCK.replace("3.14.5", "3.14.6").replace("colorama", "colours")
    assert list(disagreements(LOCK, dev)) == [
        "aiohttp is 3.14.6, but 3.14.5 in requirements.lock",
        "colorama is missing, but 0.4.6 in requirements.lock",
    ]


def test_both_locks_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / "requirements-dev.lock").write_text(f"--index-url {ADDRESS}\n{LOCK}")
    assert main(tmp_path) == 1
    assert capsys.readouterr().out.startswith("requirements-dev.lock:1: neither a pinned package nor a hash")


def test_the_locks_of_this_repository_pass() -> None:
    assert main(ROOT) == 0


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_distribution_of_the_repository_has_a_hash(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(lock)) > 0
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
