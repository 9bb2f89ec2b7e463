"""From settings to the platform and its store."""

import os
from pathlib import Path

import pytest

from agent_sdk.bootstrap.local import local_keys, local_runs
from agent_sdk.bootstrap.platform import (
    REVISION,
    STORE_FILE,
    key_path,
    make_platform,
    prepare_store,
    store_path,
    store_revision,
)
from agent_sdk.contracts.errors import ConfigError
from agent_sdk.contracts.page import PageRequest
from agent_sdk.contracts.platform_errors import NotFound, StoreOutdated
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.store import RunQuery
from agent_sdk.runtime.request import RunRequest
from agent_sdk.settings import LoadedSettings, data_folder, load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if "AGENT_SDK" in name.upper() or name.startswith(("OPENAI_", "ANTHROPIC_", "AZURE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def settings_with(**flags: object) -> LoadedSettings:
    return load_settings(flags)


def test_the_store_is_in_the_users_data_folder_by_default(tmp_path: Path) -> None:
    settings = load_settings().values
    assert store_path(settings) == data_folder() / STORE_FILE == tmp_path / "data" / "agent-sdk" / STORE_FILE
    assert key_path(settings).parent == store_path(settings).parent


def test_a_store_url_names_a_file(tmp_path: Path) -> None:
    absolute = settings_with(store_url=f"sqlite:///{tmp_path}/a.db").values
    assert store_path(absolute) == tmp_path / "a.db"
    assert store_path(settings_with(store_url="sqlite:///b.db").values) == tmp_path / "b.db"
    assert store_path(settings_with(store_url="sqlite:///").values) == data_folder() / STORE_FILE


@pytest.mark.parametrize("url", ["postgresql://me:pw@host/db", "mysql://host/db", "store.db"])
def test_a_store_that_cannot_be_used_yet_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        store_path(settings_with(store_url=url).values)
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize("name", [":memory:", "a.db?mode=ro"])
def test_a_store_url_that_says_more_than_a_path_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="store_url"):
        store_path(settings_with(store_url=f"sqlite:///{name}").values)


def test_a_store_is_made_once_and_for_its_user_alone() -> None:
    settings = load_settings().values
    assert store_revision(settings) is None
    path = prepare_store(settings)
    assert store_revision(settings) == REVISION
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    made = path.read_bytes()
    prepare_store(settings)
    assert path.read_bytes() == made


async def test_a_platform_runs_what_the_settings_describe(tmp_path: Path) -> None:
    (tmp_path / "agent-sdk.toml").write_text(
        '[agents.greeter]\nmodel = "offline:demo"\n[offline]\ntoken_delay_ms = 0\n[export]\nfile = "all.jsonl"\n',
        encoding="utf-8",
    )
    loaded = load_settings()
    prepare_store(loaded.values)
    platform = make_platform(loaded, key="the-key-of-the-server", worker=True)
    await platform.start()
    assert (await platform.keys.authenticate("the-key-of-the-server")).org_id == LOCAL.org_id
    created = await platform.runs.create(LOCAL, RunRequest(agent="greeter", input="Hello"))
    run = await platform.runs.wait(LOCAL, created.run.id, 30)
    await platform.drain()
    await platform.stop()
    assert run.status == "completed"
    assert len((tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()) == run.last_seq


async def test_the_store_can_be_used_without_a_server() -> None:
    loaded = load_settings()
    with pytest.raises(StoreOutdated):
        async with local_runs(loaded):
            pass
    async with local_keys(loaded) as keys:
        made = await keys.create(LOCAL, name="ci", role="viewer")
        assert (await keys.authenticate(made.secret)).principal == made.key.id
    async with local_runs(loaded) as runs:
        assert (await runs.list(LOCAL, RunQuery(), PageRequest())).data == []
        with pytest.raises(NotFound, match="no agent 'nobody'"):
            await runs.create(LOCAL, RunRequest(agent="nobody", input="hi"))
