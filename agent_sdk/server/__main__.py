"""The server as a program of its own: `python -m agent_sdk.server`, which `agent-sdk server` becomes.

A process without the command line's libraries, because what is idle should be small. What it needs is imported when it
starts, so that Ctrl-C ends it without a word until then.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agent_sdk.contracts.errors import AgentSDKError
    from agent_sdk.services.platform import Platform
    from agent_sdk.settings import LoadedSettings, Settings

# As `agent_sdk.cli.exit_codes` has them, which this process does without.
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_CONFIG: Final = 3
EXIT_TRY_AGAIN: Final = 75
OPEN_FILES_MAX_COUNT: Final = 65_536

COLLECTION_THRESHOLDS: Final = (3_000, 20, 20)
"""Objects made and not freed between two looks at the youngest, and how many of those go before the next older."""


def main(arguments: Sequence[str]) -> int:
    """Serve until a signal comes; the exit code."""
    # The system's own handler ends the process at once; the server sets another one when it listens.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    options = _parser().parse_args(arguments)
    from agent_sdk.contracts.errors import AgentSDKError

    try:
        return _serve(options)
    except AgentSDKError as error:
        sys.stderr.write(f"error {error.code}: {error}\n" + (f"  hint: {error.hint}\n" if error.hint else ""))
        return _code(error)


def _serve(options: argparse.Namespace) -> int:
    import logging

    from agent_sdk.bootstrap.platform import check_reach, prepare_store
    from agent_sdk.observability import logs
    from agent_sdk.server.listen import listen
    from agent_sdk.server.main import run_server
    from agent_sdk.settings import load_settings

    # As `python -m` does: what lies in the working directory can be imported.
    sys.path.insert(0, str(Path.cwd()))
    loaded = load_settings(
        {
            "server.host": options.host,
            "server.port": options.port,
            "agent_modules": tuple(options.agent) or None,
        }
    )
    settings = loaded.values
    logs.configure(settings.server.log_format, settings.server.log_level)
    # What it says of its beginning and end is said here, or by the exit code.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    _allow_many_streams()
    bound = listen(settings.server.host, settings.server.port)
    check_reach(settings, bound.getsockname()[0])
    prepare_store(settings)
    key = _key(settings)
    return run_server(lambda: _compose(loaded, key, worker=not options.no_worker), bound)


def _allow_many_streams() -> None:
    """Raise the limit of open files: each stream is one, and the usual limit holds a thousand."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_MAX_COUNT if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_MAX_COUNT)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="agent-sdk server", description="Serve agents over HTTP.")
    parser.add_argument("--host", help="where to listen; 127.0.0.1 by default")
    parser.add_argument("--port", type=int, help="8080 by default; 0 takes any that is free")
    parser.add_argument(
        "--agent", action="append", default=[], metavar="MODULE:ATTR", help="an agent to serve; repeatable"
    )
    parser.add_argument("--no-worker", action="store_true", help="leave the runs to other processes")
    return parser


def _compose(loaded: "LoadedSettings", key: str, *, worker: bool) -> "Platform":
    import gc

    from agent_sdk.bootstrap.platform import make_platform

    platform = make_platform(loaded, key=key, worker=worker)
    # What was imported and built lives as long as the process: no collection needs to look at it again.
    gc.collect()
    gc.freeze()
    # Nearly everything ends by its count of references. What goes in circles waits a little longer, and each look for
    # it, in which no token moves, comes less often.
    gc.set_threshold(*COLLECTION_THRESHOLDS)
    return platform


def _key(settings: "Settings") -> str:
    from agent_sdk.bootstrap.platform import key_path
    from agent_sdk.services.local_key import local_key

    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    path = key_path(settings)
    secret, made = local_key(path)
    if made:
        sys.stderr.write(f"A key was made; it is kept in {path}:\n  {secret}\n")
    else:
        sys.stderr.write(f"The key is in {path}\n")
    return secret


def _code(error: "AgentSDKError") -> int:
    from agent_sdk.contracts.errors import ConfigError, DefinitionError, InvalidInput
    from agent_sdk.contracts.platform_errors import StoreCorrupt, StoreError, StoreOutdated

    if isinstance(error, ConfigError | DefinitionError | StoreCorrupt | StoreOutdated):
        return EXIT_CONFIG
    if isinstance(error, StoreError):
        return EXIT_TRY_AGAIN
    return EXIT_USAGE if isinstance(error, InvalidInput) else EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
