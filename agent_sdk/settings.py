"""The settings: the one place that reads the environment and `agent-sdk.toml`.

A flag wins over the environment, that over the file, that over the default. Each value knows where it came from.
docs/CONFIGURATION.md describes every key.
"""

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from agent_sdk.contracts.errors import ConfigError
from agent_sdk.observability.redaction import masked_url

FILE_NAME: Final = "agent-sdk.toml"
FILE_SIZE_MAX_BYTES: Final = 1024 * 1024
PREFIX: Final = "AGENT_SDK_"
NESTING: Final = "__"

CONVENTIONAL: Final[Mapping[str, str]] = {
    "OPENAI_API_KEY": "openai.api_key",
    "OPENAI_BASE_URL": "openai.base_url",
    "ANTHROPIC_API_KEY": "anthropic.api_key",
    "ANTHROPIC_BASE_URL": "anthropic.base_url",
    "AZURE_OPENAI_API_KEY": "azure.api_key",
    "AZURE_OPENAI_ENDPOINT": "azure.base_url",
    "AZURE_OPENAI_API_VERSION": "azure.api_version",
}
"""Variables by the names that the providers' own tools use."""

_PATHS: Final = frozenset({"fs_roots", "retention.archive", "export.file"})
_OF_FILES: Final = "agents"
"""What only a file can say: tables whose names are somebody's own."""
_SHOWN_FOR_SECRET: Final = "***"  # noqa: S105 - it is none
FOREIGN: Final = frozenset({"AGENT_SDK_INSTALLER", "AGENT_SDK_REQUIRE", "AGENT_SDK_TEST_CHROMIUM"})
"""Variables of the project's own scripts; no settings of a program."""


def _separated(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(item.strip() for item in value.split(separator) if item.strip())

    return BeforeValidator(split)


Hosts = Annotated[tuple[str, ...], NoDecode, _separated(",")]
Names = Annotated[tuple[str, ...], NoDecode, _separated(",")]
Days = Annotated[float, Field(ge=0)]
Folders = Annotated[tuple[Path, ...], NoDecode, _separated(os.pathsep)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LimitSettings(_Group):
    """Ceilings of each run that names none of its own."""

    max_steps: Annotated[int, Field(gt=0)] | None = None
    max_tokens: Annotated[int, Field(gt=0)] | None = None
    max_cost_usd: Annotated[Decimal, Field(gt=0)] | None = None
    timeout_s: Annotated[float, Field(gt=0)] | None = None


class ServerSettings(_Group):
    """How the server listens and logs."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    log_format: Literal["json", "text"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class WorkerSettings(_Group):
    """How much is done at a time, and how much may wait."""

    slots: Annotated[int, Field(gt=0, le=10_000)] = 256
    queued_max_count: Annotated[int, Field(gt=0)] = 10_000
    queued_per_org_max_count: Annotated[int, Field(gt=0)] = 1_000


class RetentionSettings(_Group):
    """How many days things are kept after their run ended; none keeps them."""

    deltas_days: Days | None = 7
    events_days: Days | None = None
    runs_days: Days | None = None
    sessions_days: Days | None = None
    archive: Path | None = None
    """Folder for what is written down before it is deleted."""


class ExportSettings(_Group):
    """Where committed events are written to, beside the store."""

    stdout: bool = False
    file: Path | None = None


class AgentSettings(_Group):
    """An agent that the settings file declares."""

    description: str = ""
    instructions: str = ""
    model: str | None = None
    tools: Names = ()
    """Of the installed packs."""
    handoffs: Names = ()
    """Names of other agents of the file."""


class OfflineSettings(_Group):
    """The offline model."""

    token_delay_ms: Annotated[float, Field(ge=0, le=10_000)] = 8


class ProviderSettings(_Group):
    """Key and address of a provider."""

    api_key: SecretStr | None = None
    base_url: str | None = None


class AzureSettings(ProviderSettings):
    """Azure OpenAI; `base_url` is the resource's endpoint."""

    api_version: str | None = None


class Settings(BaseSettings):
    """Everything that can be configured."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTING, env_ignore_empty=True, extra="forbid", frozen=True
    )

    model: str | None = None
    """Default model, `provider:model`."""
    fs_roots: Folders = ()
    """Folders that file tools may touch; in the environment separated as in PATH."""
    http_allowlist: Hosts = ()
    """Hosts that web tools may reach; in the environment separated by commas."""
    store_url: str | None = None
    """Where runs are kept; a SQLite file in the user's data folder by default."""
    durability: Literal["process", "power"] = "process"
    """What a committed event survives: the end of the process, or a loss of power, too."""
    queue_url: str | None = None
    api_key: SecretStr | None = None
    """The key that administers the default organisation."""
    allowed_hosts: Hosts = ()
    """Host names that the server answers to, beside those that it listens on."""
    skip_ui: bool = False
    """Whether a checkout's console is left as it is, built or not."""
    agent_modules: Names = ()
    """Agents of the server, as module:attribute."""
    agents: dict[str, AgentSettings] = {}
    """Agents of the server that the file itself declares, by name."""
    server: ServerSettings = ServerSettings()
    worker: WorkerSettings = WorkerSettings()
    retention: RetentionSettings = RetentionSettings()
    export: ExportSettings = ExportSettings()
    limits: LimitSettings = LimitSettings()
    offline: OfflineSettings = OfflineSettings()
    openai: ProviderSettings = ProviderSettings()
    anthropic: ProviderSettings = ProviderSettings()
    azure: AzureSettings = AzureSettings()
    openai_compatible: ProviderSettings = ProviderSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` gathered: it has to know where each value came from."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings, and where each value came from."""

    values: Settings
    sources: Mapping[str, str]
    """By key, for example `limits.max_steps`; what is not here has its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value, as it may be shown."""

    key: str
    value: Any
    """Plain JSON; secrets, also those in URLs, are masked."""
    source: str
    """`default`, or what `LoadedSettings.sources` says."""


def listing(loaded: LoadedSettings) -> Iterator[Setting]:
    """Every key there is, in the order of their declaration."""
    plain = loaded.values.model_dump(mode="json")
    for key in _keys(Settings):
        value: Any = plain
        for name in key.split("."):
            value = value[name]
        yield Setting(key=key, value=_shown(value), source=loaded.sources.get(key, "default"))


def _shown(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if set(value) == {"*"}:
        return _SHOWN_FOR_SECRET  # what a secret is dumped as is stars, however many
    return masked_url(value) if "://" in value else value


def data_folder() -> Path:
    """Where a user's data is kept (XDG Base Directory Specification; on Windows the local application data)."""
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "agent-sdk"


def load_settings(flags: Mapping[str, Any] | None = None, *, folder: Path | None = None) -> LoadedSettings:
    """Gather the settings.

    Args:
        flags: Values of the command line by key; None values count as not given.
        folder: Where the search for `agent-sdk.toml` begins, upward; the working directory by default.

    Raises:
        ConfigError: A key is unknown, or a value cannot be used; the message names file or variable.
    """
    given: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for values in (
        _from_file(folder or Path.cwd()),
        _from_conventional(),
        _from_environment(),
        _from_flags(flags or {}),
    ):
        for key, (value, source) in values.items():
            given[key], sources[key] = value, source
    try:
        settings = Settings(**_nested(given))
    except ValidationError as error:
        raise _unusable(error, sources) from None  # the cause would print the values, secrets among them
    return LoadedSettings(values=settings, sources=sources)


_Found = dict[str, tuple[Any, str]]
"""By key: value and source."""


def _from_flags(flags: Mapping[str, Any]) -> _Found:
    return {
        key: (value, f"flag --{key.rpartition('.')[2].replace('_', '-')}")
        for key, value in flags.items()
        if value is not None
    }


def _from_environment() -> _Found:
    variables = {_variable(key): key for key in _keys(Settings) if key != _OF_FILES}
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name.upper() not in variables and name.upper() not in FOREIGN:
            raise _unknown(f"the variable {name}", name.upper(), variables)
    flat = dict(_flattened(EnvSettingsSource(Settings)()))
    return {key: (flat[key], f"environment {name}") for name, key in variables.items() if key in flat}


def _from_conventional() -> _Found:
    return {
        key: (os.environ[name], f"environment {name}")
        for name, key in CONVENTIONAL.items()
        if os.environ.get(name)
    }


def _from_file(folder: Path) -> _Found:
    path = next(
        (each / FILE_NAME for each in (folder, *folder.parents) if (each / FILE_NAME).is_file()), None
    )
    if path is None:
        return {}
    try:
        if path.stat().st_size > FILE_SIZE_MAX_BYTES:
            raise ConfigError(
                f"{path} has more than {FILE_SIZE_MAX_BYTES} bytes", hint="It is not a settings file."
            )
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", hint="It has to be TOML in UTF-8: https://toml.io."
        ) from error
    known = _keys(Settings)
    found: _Found = {}
    if _OF_FILES in document:
        found[_OF_FILES] = _declared_agents(path, document.pop(_OF_FILES)), str(path)
    for key, value in _flattened(document):
        if value == {} and any(each.startswith(f"{key}.") for each in known):
            continue  # a table that is there and says nothing
        if key not in known:
            raise _unknown(f"{key!r} in {path}", key, known)
        found[key] = (_beside(path, value) if key in _PATHS else value, str(path))
    return found


def _declared_agents(path: Path, table: object) -> dict[str, Any]:
    """The agents of a file, each with keys that are known."""
    if not isinstance(table, dict):
        raise ConfigError(f"agents in {path} is no table", hint="Write [agents.NAME] for each agent.")
    agents = cast("dict[str, Any]", table)
    for name, fields in agents.items():
        if not isinstance(fields, dict):
            raise ConfigError(f"agents.{name} in {path} is no table", hint=f"Write [agents.{name}].")
        known = {f"agents.{name}.{key}": None for key in AgentSettings.model_fields}
        for key in cast("dict[str, Any]", fields):
            if f"agents.{name}.{key}" not in known:
                raise _unknown(f"'agents.{name}.{key}' in {path}", f"agents.{name}.{key}", known)
    return agents


def _beside(path: Path, value: Any) -> Any:
    """Folders in a file are meant relative to the file."""
    if isinstance(value, str):
        return str(path.parent / Path(value).expanduser())
    if not isinstance(value, list):
        return value
    folders = cast("list[object]", value)
    return [str(path.parent / Path(item).expanduser()) if isinstance(item, str) else item for item in folders]


def _keys(model: type[BaseModel], prefix: str = "") -> dict[str, None]:
    """All keys that may be set."""
    keys: dict[str, None] = {}
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            keys |= _keys(kind, f"{prefix}{name}.")
        else:
            keys[f"{prefix}{name}"] = None
    return keys


def _variable(key: str) -> str:
    return PREFIX + key.replace(".", NESTING).upper()


def _flattened(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flattened(cast("dict[str, Any]", value), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *groups, name = key.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    return nested


def _unknown(what: str, name: str, known: Mapping[str, Any]) -> ConfigError:
    # What all variables begin with makes none of them alike.
    bare = {each.removeprefix(PREFIX): each for each in known}
    close = get_close_matches(name.removeprefix(PREFIX), bare, n=1)
    hint = f"Did you mean {bare[close[0]]}?" if close else "docs/CONFIGURATION.md lists what there is."
    return ConfigError(f"{what} is no setting", hint=hint)


def _unusable(error: ValidationError, sources: Mapping[str, str]) -> ConfigError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = [str(part) for part in first["loc"]]
    # A value inside a list has a longer path than the key it belongs to.
    key = next(
        (key for end in range(len(path), 0, -1) if (key := ".".join(path[:end])) in sources), ".".join(path)
    )
    return ConfigError(
        f"{key} from {sources.get(key, 'the default')} cannot be used: {first['msg']}",
        hint="docs/CONFIGURATION.md says what it may be.",
    )
