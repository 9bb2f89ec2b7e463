"""Where settings come from, and what is refused."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from agent_sdk.contracts.errors import ConfigError
from agent_sdk.settings import FILE_NAME, FILE_SIZE_MAX_BYTES, listing, load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if "AGENT_SDK" in name.upper() or name.startswith(("OPENAI_", "ANTHROPIC_", "AZURE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_there_are_defaults() -> None:
    loaded = load_settings()
    assert loaded.values.model is None
    assert loaded.values.offline.token_delay_ms == 8
    assert loaded.sources == {}


def test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write(tmp_path, 'model = "a:file"')
    assert load_settings().values.model == "a:file"
    assert load_settings().sources["model"] == str(path)
    monkeypatch.setenv("AGENT_SDK_MODEL", "a:variable")
    assert load_settings().values.model == "a:variable"
    assert load_settings().sources["model"] == "environment AGENT_SDK_MODEL"
    loaded = load_settings({"model": "a:flag"})
    assert loaded.values.model == "a:flag"
    assert loaded.sources["model"] == "flag --model"


def test_a_flag_that_was_not_given_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_SDK_MODEL", "a:variable")
    assert load_settings({"model": None}).values.model == "a:variable"


def test_groups_are_nested_by_two_underscores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_SDK_LIMITS__MAX_STEPS", "3")
    monkeypatch.setenv("AGENT_SDK_LIMITS__MAX_COST_USD", "0.25")
    limits = load_settings().values.limits
    assert limits.max_steps == 3
    assert limits.max_cost_usd == Decimal("0.25")


def test_groups_of_all_sources_are_merged_key_by_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path, "[limits]\nmax_steps = 3\nmax_tokens = 10")
    monkeypatch.setenv("AGENT_SDK_LIMITS__MAX_TOKENS", "20")
    loaded = load_settings({"limits.timeout_s": 1.5})
    limits = loaded.values.limits
    assert (limits.max_steps, limits.max_tokens, limits.timeout_s) == (3, 20, 1.5)
    assert loaded.sources["limits.timeout_s"] == "flag --timeout-s"


def test_the_file_is_found_upward(tmp_path: Path) -> None:
    write(tmp_path, 'model = "a:file"')
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert load_settings(folder=deep).values.model == "a:file"


def test_the_nearest_file_is_the_one(tmp_path: Path) -> None:
    write(tmp_path, 'model = "a:far"')
    near = tmp_path / "near"
    near.mkdir()
    write(near, 'model = "a:near"')
    assert load_settings(folder=near).values.model == "a:near"


def test_lists_are_written_as_the_environment_can(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENT_SDK_HTTP_ALLOWLIST", "example.com, *.example.org,")
    monkeypatch.setenv("AGENT_SDK_FS_ROOTS", os.pathsep.join([str(tmp_path), "/srv/data"]))
    values = load_settings().values
    assert values.http_allowlist == ("example.com", "*.example.org")
    assert values.fs_roots == (tmp_path, Path("/srv/data"))


def test_folders_in_a_file_are_relative_to_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'fs_roots = ["data", "/srv/data"]')
    assert load_settings().values.fs_roots == (tmp_path / "data", Path("/srv/data"))


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_SDK_MODEL", "")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert load_settings().values.model is None
    assert load_settings().values.openai.api_key is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("OPENAI_API_KEY", "openai.api_key"),
        ("OPENAI_BASE_URL", "openai.base_url"),
        ("ANTHROPIC_API_KEY", "anthropic.api_key"),
        ("ANTHROPIC_BASE_URL", "anthropic.base_url"),
        ("AZURE_OPENAI_API_KEY", "azure.api_key"),
        ("AZURE_OPENAI_ENDPOINT", "azure.base_url"),
        ("AZURE_OPENAI_API_VERSION", "azure.api_version"),
    ],
)
def test_providers_are_configured_by_the_variables_of_their_own_tools(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    monkeypatch.setenv(name, "given")
    loaded = load_settings()
    group, _, field = key.partition(".")
    value = getattr(getattr(loaded.values, group), field)
    assert (value if isinstance(value, str) else value.get_secret_value()) == "given"
    assert loaded.sources[key] == f"environment {name}"


def test_our_own_variable_of_a_provider_wins_over_the_conventional_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://theirs")
    monkeypatch.setenv("AGENT_SDK_OPENAI__BASE_URL", "http://ours")
    assert load_settings().values.openai.base_url == "http://ours"


@pytest.mark.parametrize(
    "name",
    [
        "AGENT_SDK_STORE_URL",
        "AGENT_SDK_QUEUE_URL",
        "AGENT_SDK_API_KEY",
        "AGENT_SDK_ALLOWED_HOSTS",
        "AGENT_SDK_MODEL",
        "AGENT_SDK_FS_ROOTS",
        "AGENT_SDK_HTTP_ALLOWLIST",
    ],
)
def test_every_variable_of_the_contract_is_known(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    key = name.removeprefix("AGENT_SDK_").lower()
    assert load_settings().sources[key] == f"environment {name}"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AGENT_SDK_MODLE", "AGENT_SDK_MODEL"),
        ("AGENT_SDK_LIMITS__MAX_STEP", "AGENT_SDK_LIMITS__MAX_STEPS"),
        ("agent_sdk_http_allow_list", "AGENT_SDK_HTTP_ALLOWLIST"),
    ],
)
def test_an_unknown_variable_is_an_error_that_names_the_nearest(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(ConfigError, match=name) as caught:
        load_settings()
    assert caught.value.hint == f"Did you mean {meant}?"


def test_a_variable_like_none_other_gets_no_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_SDK_FOO", "x")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.hint == "docs/CONFIGURATION.md lists what there is."


def test_an_unknown_table_is_an_error_even_when_it_is_empty(tmp_path: Path) -> None:
    write(tmp_path, "[limts]")
    with pytest.raises(ConfigError, match="'limts' in"):
        load_settings()


def test_a_known_table_may_be_empty(tmp_path: Path) -> None:
    write(tmp_path, "[limits]")
    assert load_settings().sources == {}


@pytest.mark.parametrize("name", ["AGENT_SDK_INSTALLER", "AGENT_SDK_REQUIRE", "AGENT_SDK_TEST_CHROMIUM"])
def test_variables_of_the_projects_own_scripts_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "pip")
    assert load_settings().sources == {}


@pytest.mark.parametrize(
    ("text", "key", "meant"),
    [("modle = 1", "modle", "model"), ("[limits]\nmax_step = 1", "limits.max_step", "limits.max_steps")],
)
def test_an_unknown_key_of_the_file_is_an_error_that_names_the_nearest(
    tmp_path: Path, text: str, key: str, meant: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert f"'{key}' in {path}" in str(caught.value)
    assert caught.value.hint == f"Did you mean {meant}?"


def test_a_key_like_none_other_is_pointed_to_the_documentation(tmp_path: Path) -> None:
    write(tmp_path, "zzzzzz = 1")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "docs/CONFIGURATION.md" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["model = ", "model = \xff"])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=FILE_NAME) as caught:
        load_settings()
    assert caught.value.hint


def test_a_file_of_absurd_size_is_not_read(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"#" * (FILE_SIZE_MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="bytes"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("AGENT_SDK_LIMITS__MAX_STEPS", "many", "limits.max_steps"),
        ("AGENT_SDK_LIMITS__MAX_STEPS", "0", "limits.max_steps"),
        ("AGENT_SDK_OFFLINE__TOKEN_DELAY_MS", "-1", "offline.token_delay_ms"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, key: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert f"{key} from environment {name}" in str(caught.value)


@pytest.mark.parametrize("text", ["fs_roots = 5", "fs_roots = [[1]]", "limits = 3", "http_allowlist = [5]"])
def test_a_value_of_the_wrong_kind_names_the_file(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError, match=FILE_NAME):
        load_settings()


def test_a_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hush")
    monkeypatch.setenv("AGENT_SDK_API_KEY", "hush-hush")
    loaded = load_settings()
    assert "hush" not in repr(loaded)
    assert "hush" not in loaded.values.model_dump_json()
    write(tmp_path, "[anthropic]\napi_key = ['hush']")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_servers_settings_come_from_the_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
agent_modules = ["app:one", "app:two"]
durability = "power"
[server]
port = 9000
[worker]
slots = 4
[retention]
deltas_days = 0
archive = "old"
[export]
file = "run.jsonl"
[agents.clerk]
tools = ["calculator"]
""",
    )
    settings = load_settings().values
    assert settings.agent_modules == ("app:one", "app:two")
    assert (settings.durability, settings.server.port, settings.worker.slots) == ("power", 9000, 4)
    assert settings.retention.deltas_days == 0
    assert settings.retention.archive == tmp_path / "old"
    assert settings.export.file == tmp_path / "run.jsonl"
    assert settings.agents["clerk"].tools == ("calculator",)


def test_lists_come_from_the_environment_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_SDK_AGENT_MODULES", "app:one, app:two")
    monkeypatch.setenv("AGENT_SDK_ALLOWED_HOSTS", "a.example,b.example")
    settings = load_settings().values
    assert settings.agent_modules == ("app:one", "app:two")
    assert settings.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize("name", ["AGENT_SDK_AGENTS", "AGENT_SDK_AGENTS__CLERK__MODEL"])
def test_agents_are_declared_in_a_file_and_nowhere_else(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "{}")
    with pytest.raises(ConfigError, match="is no setting"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[agents.clerk]\ntool = []", "agents.clerk.tools"),
        ("[server]\nprt = 1", "server.port"),
        ("agents = 1", "[agents.NAME]"),
        ("[agents]\nclerk = 1", "[agents.clerk]"),
    ],
)
def test_an_unknown_key_of_a_table_names_the_nearest(tmp_path: Path, text: str, hint: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert hint in (refused.value.hint or "")


def test_a_listing_has_every_key_with_its_source_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write(tmp_path, "[limits]\nmax_steps = 3")
    monkeypatch.setenv("OPENAI_API_KEY", "s3cret")
    monkeypatch.setenv("AGENT_SDK_STORE_URL", "postgresql://me:s3cret@example.com/db")
    found = {each.key: (each.value, each.source) for each in listing(load_settings({"server.port": 1}))}
    assert found["limits.max_steps"] == (3, str(path))
    assert found["openai.api_key"] == ("***", "environment OPENAI_API_KEY")
    assert found["store_url"] == ("postgresql://***@example.com/db", "environment AGENT_SDK_STORE_URL")
    assert found["server.port"] == (1, "flag --port")
    assert found["durability"] == ("process", "default")
    assert "s3cret" not in str(found)
