"""The key that a server makes for itself."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent_sdk.contracts.errors import ConfigError
from agent_sdk.services.local_key import local_key


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_a_key_that_only_its_user_can_read_and_later_ones_find_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "key"
    secret, made = local_key(path)
    assert made
    assert mode_of(path) == 0o600
    assert local_key(path) == (secret, False)
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_a_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "key"
    secret, _ = local_key(path)
    path.chmod(0o644)
    assert local_key(path) == (secret, False)
    assert mode_of(path) == 0o600


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(local_key, [path] * 32))
    assert len({secret for secret, _ in found}) == 1
    assert sum(made for _, made in found) == 1


@pytest.mark.parametrize("text", ["", "short", "x" * 5000, "a key with\x07a bell in it"])
def test_a_file_without_a_key_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(ConfigError, match="holds no key"):
        local_key(path)
    assert path.read_text() == text


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("somebody else's secret, long enough")
    elsewhere.chmod(0o644)
    (tmp_path / "key").symlink_to(elsewhere)
    with pytest.raises(ConfigError):
        local_key(tmp_path / "key")
    assert mode_of(elsewhere) == 0o644


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be kept"):
        local_key(tmp_path / "missing" / "key")
