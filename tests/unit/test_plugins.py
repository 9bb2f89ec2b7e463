import importlib
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from agent_sdk import plugins
from agent_sdk.contracts.errors import PluginBroken, PluginNotFound

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Install]:
    """Installs a distribution with these entry points into this process."""
    plugins._group.cache_clear()  # pyright: ignore[reportPrivateUsage]

    def make(entry_points: str) -> None:
        info = tmp_path / "somebodys-0.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys\nVersion: 0.1\n")
        (info / "entry_points.txt").write_text(entry_points)
        (tmp_path / "asdk_plugin.py").write_text("thing = 'found'\n")
        (tmp_path / "asdk_broken.py").write_text("raise RuntimeError('no library')\n")
        monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
        importlib.invalidate_caches()

    yield make
    plugins._group.cache_clear()  # pyright: ignore[reportPrivateUsage]


def test_what_is_installed_is_found_by_name(install: Install) -> None:
    install("[agent_sdk.things]\nb = asdk_plugin:thing\na = asdk_plugin\n")
    assert plugins.names("things") == ("a", "b")
    assert plugins.load("things", "b") == "found"


def test_a_group_of_somebody_else_is_not_ours(install: Install) -> None:
    install("[other.things]\na = asdk_plugin:thing\n")
    assert plugins.names("things") == ()


def test_an_unknown_name_is_refused_with_the_known_ones(install: Install) -> None:
    install("[agent_sdk.things]\nb = asdk_plugin:thing\na = asdk_plugin\n")
    with pytest.raises(PluginNotFound, match="no things named 'c' is installed") as refused:
        plugins.load("things", "c")
    assert refused.value.hint == "Installed: a, b."


def test_where_nothing_is_installed_the_hint_says_so(install: Install) -> None:
    install("")
    with pytest.raises(PluginNotFound) as refused:
        plugins.load("things", "c")
    assert refused.value.hint == "Installed: none."


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("asdk_broken:thing", "no library"),
        ("asdk_missing:thing", "No module named"),
        ("asdk_plugin:other", "other"),
    ],
)
def test_what_cannot_be_imported_is_named_with_its_reason(install: Install, target: str, why: str) -> None:
    install(f"[agent_sdk.things]\na = {target}\n")
    with pytest.raises(PluginBroken, match=rf"{target}, the things plugin 'a', cannot be loaded: .*{why}"):
        plugins.load("things", "a")
