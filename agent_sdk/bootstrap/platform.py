"""From settings to the platform that a server, a worker or a command works with."""

from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from agent_sdk.bootstrap import default_model, make_services
from agent_sdk.bootstrap.agents import offers
from agent_sdk.bootstrap.observation import Observation
from agent_sdk.contracts.errors import ConfigError, InvalidInput
from agent_sdk.execution.worker import Worker
from agent_sdk.observability.exporters import ExportPump, FileExporter, StdoutExporter
from agent_sdk.observability.metrics import Metrics
from agent_sdk.plugins import names
from agent_sdk.ports.exporter import EventExporter
from agent_sdk.ports.records import RetentionPolicy
from agent_sdk.ports.store import Admission
from agent_sdk.runtime.services import Services
from agent_sdk.services.approvals import Approvals
from agent_sdk.services.catalog import Catalog
from agent_sdk.services.keys import Keys
from agent_sdk.services.platform import Platform, ServerSettings
from agent_sdk.services.retention import Retention, RetentionLoop
from agent_sdk.services.runs import Runs
from agent_sdk.services.sessions import Sessions
from agent_sdk.services.tool_trials import ToolTrials
from agent_sdk.settings import LoadedSettings, Settings, data_folder
from agent_sdk.storage.migrate import SCHEME, current, store_file
from agent_sdk.storage.sqlite.database import REVISION
from agent_sdk.storage.sqlite.store import SqliteStore
from agent_sdk.storage.stores import prepare_file

__all__ = [
    "REVISION",
    "check_reach",
    "key_path",
    "make_admission",
    "make_catalog",
    "make_platform",
    "make_store",
    "prepare_store",
    "store_path",
    "store_revision",
]

STORE_FILE: Final = "agent-sdk.db"
KEY_FILE: Final = "api-key"


def store_path(settings: Settings) -> Path:
    """The file that runs are kept in.

    Raises:
        ConfigError: The URL names no SQLite file.
    """
    url = settings.store_url
    if url is None or url == SCHEME:
        return data_folder() / STORE_FILE
    scheme = url.partition(":")[0]
    if not url.startswith(SCHEME):
        hint = (
            "PostgreSQL comes with release 0.4." if scheme.startswith("postgres") else "Write sqlite:///path."
        )
        raise ConfigError(f"store_url {scheme}:… cannot be used yet", hint=hint)
    try:
        return store_file(url).expanduser().absolute()
    except InvalidInput as error:
        raise ConfigError(f"store_url cannot be used: {error}", hint=error.hint) from None


def key_path(settings: Settings) -> Path:
    """The file of the key that a server makes where none is configured."""
    return store_path(settings).with_name(KEY_FILE)


def check_reach(settings: Settings, address: str) -> None:
    """Require that a server which others can reach has a key that somebody chose.

    Args:
        settings: The server's.
        address: The IP address that it listens on.

    Raises:
        ConfigError: No key is configured, and the address is not loopback's.
    """
    if settings.api_key is None and not ip_address(address.partition("%")[0]).is_loopback:
        raise ConfigError(
            f"without a configured key the server listens on loopback only, not on {address}",
            hint="Set AGENT_SDK_API_KEY, or leave out the host.",
        )


def prepare_store(settings: Settings) -> Path:
    """Make the store's folder and file where there are none, and bring its schema up to date; its path.

    Raises:
        ConfigError: Folder or file cannot be made.
        StoreError: The file is no store, or of a later version.
    """
    path = store_path(settings)
    prepare_file(path)
    return path


def store_revision(settings: Settings) -> str | None:
    """The revision of the store's schema, which is to be `REVISION`; None where there is no store yet.

    Raises:
        ConfigError: The URL names no SQLite file.
        StoreError: The store cannot be read.
    """
    return current(f"{SCHEME}{store_path(settings)}")


def make_store(settings: Settings, services: Services) -> SqliteStore:
    """The store, not yet open."""
    return SqliteStore(store_path(settings), durability=settings.durability, clock=services.clock)


def make_catalog(settings: Settings, services: Services) -> Catalog:
    """The agents of a server."""
    return Catalog(
        offers(settings),
        models=services.models,
        default_model=default_model(settings),
        providers=names("providers"),
    )


def make_admission(settings: Settings) -> Admission:
    """How much may wait."""
    return Admission(
        queued_max_count=settings.worker.queued_max_count,
        queued_per_org_max_count=settings.worker.queued_per_org_max_count,
    )


def make_platform(loaded: LoadedSettings, *, key: str | None, worker: bool) -> Platform:
    """All of it, not yet started. Called on the event loop that will run it.

    Args:
        loaded: The settings.
        key: Secret of the key that administers the default organisation.
        worker: Whether this process executes runs.

    Raises:
        ConfigError: An agent, a model or the store cannot be used as it is configured.
    """
    settings = loaded.values
    services = make_services(loaded)
    catalog = make_catalog(settings, services)
    store, metrics = make_store(settings, services), Metrics()
    observation = _observation(settings, metrics)
    store.on_commit(observation.observe)
    policy = RetentionPolicy(
        deltas_days=settings.retention.deltas_days,
        events_days=settings.retention.events_days,
        runs_days=settings.retention.runs_days,
        sessions_days=settings.retention.sessions_days,
    )
    owner = services.ids.new("job")
    return Platform(
        version=version("agent-sdk"),
        store=store,
        worker=Worker(store.work, services, catalog.resolve, owner=owner, slots=settings.worker.slots)
        if worker
        else None,
        services=services,
        catalog=catalog,
        runs=Runs(store, catalog, services, make_admission(settings)),
        sessions=Sessions(store.sessions),
        approvals=Approvals(store.approvals),
        tools=ToolTrials(catalog, services),
        keys=Keys(store.keys, clock=services.clock, ids=services.ids, bootstrap=key),
        metrics=metrics,
        retention=RetentionLoop(
            Retention(store.retention, policy),
            clock=services.clock,
            chance=services.chance,
            archive=settings.retention.archive,
        ),
        observation=observation,
        settings=ServerSettings(allowed_hosts=settings.allowed_hosts),
    )


def _observation(settings: Settings, metrics: Metrics) -> Observation:
    exporters: list[EventExporter] = []
    if settings.export.stdout:
        exporters.append(StdoutExporter())
    if settings.export.file is not None:
        exporters.append(FileExporter(settings.export.file))
    return Observation(metrics, [ExportPump(each, metrics) for each in exporters])
