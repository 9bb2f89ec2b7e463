"""What `agent-sdk doctor` looks at. Each check says what it saw, and what would mend it."""

import errno
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from agent_sdk.contracts.errors import AgentSDKError, ConfigError
from agent_sdk.observability.redaction import masked_urls
from agent_sdk.settings import LoadedSettings, Settings, load_settings

PYTHON_MIN: Final = (3, 11)
SQLITE_MIN: Final = (3, 35, 0)
"""The first with RETURNING (https://www.sqlite.org/lang_returning.html)."""
DISK_WARN_BYTES: Final = 1024**3
DISK_FAIL_BYTES: Final = 100 * 1024**2
CLOCK_BEHIND_MAX: Final = timedelta(minutes=1)
PORT_ANSWER_MAX_S: Final = 2.0
KEY_FILE_MODE: Final = 0o600
DIGEST_SHOWN_CHARS: Final = 12
_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9._-]+")
_HEADER_SIZE_BYTES: Final = 100
_MAGIC: Final = b"SQLite format 3\0"
_WAL: Final = b"\x02\x02"

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found."""

    name: str
    status: Status
    evidence: str
    fix: str | None = None
    """The command or setting that mends it."""
    mend: Callable[[], object] | None = None
    """Does it, where that is safe."""


def examine() -> list[Finding]:
    """Every check; those that need settings only where these can be used, and one failure only once."""
    findings = [_python(), _distribution()]
    try:
        loaded = load_settings()
    except ConfigError as error:
        return [*findings, Finding(name="settings", status="fail", evidence=str(error), fix=error.hint)]
    findings.append(_settings(loaded))
    said: set[str] = set()
    for name, check in _OF_SETTINGS.items():
        try:
            findings.append(check(loaded))
        except (AgentSDKError, ImportError, OSError) as error:
            evidence = masked_urls(str(error))
            if evidence in said:
                continue  # what keeps several checks from looking is found once
            said.add(evidence)
            fix = error.hint if isinstance(error, AgentSDKError) else None
            findings.append(Finding(name=name, status="fail", evidence=evidence, fix=fix))
    return findings


def mend(findings: Sequence[Finding]) -> None:
    """Mend what can be mended; what fails at it is found again.

    Raises:
        AgentSDKError: The store cannot be made or brought up to date.
        OSError: A file cannot be changed.
    """
    for finding in findings:
        if finding.mend is not None:
            finding.mend()


def _python() -> Finding:
    is_good = sys.version_info >= PYTHON_MIN
    evidence = f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.executable}"
    return Finding(
        name="python",
        status="ok" if is_good else "fail",
        evidence=evidence,
        fix=None if is_good else "Use Python 3.11.",
    )


def _distribution() -> Finding:
    try:
        evidence = f"agent-sdk {metadata.version('agent-sdk')}"
        missing = list(_missing(metadata.requires("agent-sdk") or []))
    except metadata.PackageNotFoundError:
        return Finding(
            name="distribution",
            status="fail",
            evidence="agent-sdk is not installed",
            fix="pip install agent-sdk",
        )
    if missing:
        return Finding(
            name="distribution",
            status="fail",
            evidence=f"{evidence}; missing: {', '.join(missing)}",
            fix=f"pip install {' '.join(missing)}",
        )
    extras = metadata.metadata("agent-sdk").get_all("Provides-Extra") or []
    return Finding(
        name="distribution",
        status="ok",
        evidence=f"{evidence}; extras: {', '.join(extras) or 'there are none'}",
    )


def _missing(requirements: Sequence[str]) -> Iterator[str]:
    for requirement in requirements:
        name = _REQUIREMENT.match(requirement)
        if name is None or ";" in requirement:
            continue  # for another platform, or an extra
        try:
            metadata.version(name[0])
        except metadata.PackageNotFoundError:
            yield name[0]


def _settings(loaded: LoadedSettings) -> Finding:
    from agent_sdk.settings import FILE_NAME

    files = sorted({source for source in loaded.sources.values() if source.endswith(FILE_NAME)})
    count = len(loaded.sources)
    where = files[0] if files else f"no {FILE_NAME} upward from {Path.cwd()}"
    return Finding(name="settings", status="ok", evidence=f"{where}; {count} set, none unknown")


def _store(loaded: LoadedSettings) -> Finding:
    import os

    from agent_sdk.bootstrap.platform import prepare_store, store_path

    path = store_path(loaded.values)
    place = _nearest(path)
    writable = os.access(place, os.W_OK) and (place == path or os.access(place, os.X_OK))
    # SQLite makes its log beside the file.
    if not writable or (place == path and not os.access(path.parent, os.W_OK)):
        return Finding(
            name="store",
            status="fail",
            evidence=f"{place} cannot be written",
            fix=f"chmod u+w {place}, or set AGENT_SDK_STORE_URL",
        )
    if place != path:
        return Finding(
            name="store",
            status="warn",
            evidence=f"{path} is not made yet; the first start of a server makes it",
            fix="agent-sdk db upgrade",
            mend=lambda: prepare_store(loaded.values),
        )
    return Finding(name="store", status="ok", evidence=f"{path}, {_size(path.stat().st_size)}")


def _schema(loaded: LoadedSettings) -> Finding:
    from agent_sdk.bootstrap.platform import REVISION, prepare_store, store_revision

    found = store_revision(loaded.values)
    if found == REVISION:
        return Finding(name="schema", status="ok", evidence=f"revision {found}")
    newer = found is not None and found > REVISION
    return Finding(
        name="schema",
        status="fail" if newer else "warn",
        evidence=f"revision {found or 'none'}, and this version's is {REVISION}",
        fix="Install the version of agent-sdk that made it." if newer else "agent-sdk db upgrade",
        mend=None if newer else lambda: prepare_store(loaded.values),
    )


def _sqlite(loaded: LoadedSettings) -> Finding:
    """Read from the file's header: https://www.sqlite.org/fileformat.html#the_database_header."""
    from agent_sdk.bootstrap.platform import store_path

    path = store_path(loaded.values)
    header = b""
    if path.exists():
        with path.open("rb") as file:
            header = file.read(_HEADER_SIZE_BYTES)
    if header and not header.startswith(_MAGIC):
        return Finding(
            name="sqlite",
            status="fail",
            evidence=f"{path} is no SQLite file",
            fix="Set AGENT_SDK_STORE_URL to another file.",
        )
    if len(header) < _HEADER_SIZE_BYTES:
        return Finding(name="sqlite", status="ok", evidence="nothing is written yet")
    number = int.from_bytes(header[96:100], "big")
    version = (number // 1_000_000, number // 1000 % 1000, number % 1000)
    mode = "WAL" if header[18:20] == _WAL else "not in WAL mode before the first start"
    evidence = f"written by SQLite {'.'.join(map(str, version))}, {mode}"
    if version < SQLITE_MIN:
        return Finding(
            name="sqlite", status="fail", evidence=evidence, fix="Use a Python with SQLite 3.35 or newer."
        )
    # The first server to open it sets it.
    return Finding(name="sqlite", status="ok", evidence=evidence)


def _disk(loaded: LoadedSettings) -> Finding:
    from agent_sdk.bootstrap.platform import store_path

    place = _nearest(store_path(loaded.values))
    free = shutil.disk_usage(place).free
    status: Status = "fail" if free < DISK_FAIL_BYTES else "warn" if free < DISK_WARN_BYTES else "ok"
    fix = None if status == "ok" else "Make room, or set AGENT_SDK_STORE_URL to another disk."
    return Finding(name="disk", status=status, evidence=f"{_size(free)} free at {place}", fix=fix)


def _key_file(loaded: LoadedSettings) -> Finding:
    from agent_sdk.bootstrap.platform import key_path

    if loaded.values.api_key is not None:
        source = loaded.sources["api_key"]
        return Finding(name="server key", status="ok", evidence=f"configured: {source}")
    path = key_path(loaded.values)
    if not path.exists():
        return Finding(name="server key", status="ok", evidence=f"the first start of a server makes {path}")
    mode = stat.S_IMODE(path.stat().st_mode)
    if sys.platform != "win32" and mode & ~KEY_FILE_MODE:
        return Finding(
            name="server key",
            status="fail",
            evidence=f"{path} has mode {mode:04o}: others can read it",
            fix=f"chmod 600 {path}",
            mend=lambda: path.chmod(KEY_FILE_MODE),
        )
    return Finding(name="server key", status="ok", evidence=f"{path}, mode {mode:04o}")


def _models(loaded: LoadedSettings) -> Finding:
    from agent_sdk.bootstrap import OFFLINE_MODEL, default_model, make_services

    # To resolve a model asks nobody: it says whether there is a provider of that name, and a key for it.
    model = make_services(loaded).models.resolve(None)
    keys = ", ".join(f"{name} ({source})" for name, source in _provider_keys(loaded)) or "none"
    evidence = f"default {model.id}; provider keys: {keys}"
    if default_model(loaded.values) == OFFLINE_MODEL and loaded.values.model is None:
        return Finding(
            name="models",
            status="warn",
            evidence=evidence,
            fix="Set OPENAI_API_KEY or ANTHROPIC_API_KEY for a language model; offline:demo is a demo.",
        )
    return Finding(name="models", status="ok", evidence=evidence)


def _provider_keys(loaded: LoadedSettings) -> Iterator[tuple[str, str]]:
    for key, source in loaded.sources.items():
        provider, dot, name = key.partition(".")
        if dot and name == "api_key":
            yield provider, source


def _agents(loaded: LoadedSettings) -> Finding:
    from agent_sdk.bootstrap import make_services
    from agent_sdk.bootstrap.platform import make_catalog
    from agent_sdk.contracts.scope import LOCAL

    agents = make_catalog(loaded.values, make_services(loaded)).agents(LOCAL)
    return Finding(name="agents", status="ok", evidence=", ".join(agent.name for agent in agents))


def _console(loaded: LoadedSettings) -> Finding:
    from agent_sdk.ui.build import COMMAND
    from agent_sdk.ui.place import here
    from agent_sdk.ui.state import recorded, state_of

    place = here()
    state = state_of(place)
    if state == "built":
        made_of = (recorded(place.static) or "unknown sources")[:DIGEST_SHOWN_CHARS]
        return Finding(name="console", status="ok", evidence=f"built from {made_of}, {place.static}")
    if loaded.values.skip_ui:
        return Finding(name="console", status="ok", evidence=f"{state}, and skip_ui leaves it so")
    if place.checkout is None:
        fix = "pip install --force-reinstall --no-deps agent-sdk"
        return Finding(name="console", status="warn", evidence="missing from the installed package", fix=fix)
    evidence = f"{state}; the next start of a server from this checkout builds it"
    return Finding(name="console", status="warn", evidence=evidence, fix=COMMAND)


def _port(loaded: LoadedSettings) -> Finding:
    from agent_sdk.server.listen import address_of, listen

    host, port = loaded.values.server.host, loaded.values.server.port
    try:
        with listen(host, port) as bound:
            return Finding(name="port", status="ok", evidence=f"{address_of(bound)} is free")
    except ConfigError as error:
        # An address that is taken is one of this machine; nobody else is asked.
        taken = isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE
        if taken and _answers(loaded.values):
            return Finding(name="port", status="ok", evidence=f"a server answers on {host}:{port}")
        return Finding(
            name="port", status="fail", evidence=str(error), fix="Set AGENT_SDK_SERVER__PORT, or use --port."
        )


def _answers(settings: Settings) -> bool:
    from agent_sdk.cli.client import Client
    from agent_sdk.cli.runs_source import own_url

    try:
        answer = Client(own_url(settings), None, silence_max_s=PORT_ANSWER_MAX_S).get("/health")
    except AgentSDKError:
        return False
    return answer == {"status": "ok"}


def _clock(loaded: LoadedSettings) -> Finding:
    """A clock that is behind what was written before makes keys and leases end at the wrong time."""
    from agent_sdk.bootstrap.platform import store_path
    from agent_sdk.reliability.system import SystemClock

    now, store = SystemClock().now(), store_path(loaded.values)
    files = [Path(__file__), *([store] if store.exists() else [])]
    newest = max(datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files)
    evidence = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if newest - now > CLOCK_BEHIND_MAX:
        return Finding(
            name="clock",
            status="fail",
            evidence=f"{evidence} is before the last change of {files[-1]}, {newest:%Y-%m-%d %H:%M:%S}",
            fix="Set the clock: timedatectl set-ntp true",
        )
    return Finding(name="clock", status="ok", evidence=evidence)


_OF_SETTINGS: Final[dict[str, Callable[[LoadedSettings], Finding]]] = {
    "store": _store,
    "schema": _schema,
    "sqlite": _sqlite,
    "disk": _disk,
    "server key": _key_file,
    "models": _models,
    "agents": _agents,
    "console": _console,
    "port": _port,
    "clock": _clock,
}


def _nearest(path: Path) -> Path:
    """The path itself, or the first folder above it that there is."""
    return next(each for each in (path, *path.parents) if each.exists())


def _size(size_bytes: int) -> str:
    for unit, divisor in (("GB", 10**9), ("MB", 10**6)):
        if size_bytes >= divisor:
            return f"{size_bytes / divisor:.1f} {unit}"
    return f"{size_bytes / 1000:.1f} kB"
