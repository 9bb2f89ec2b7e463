"""The processes of a benchmark: where they run, what they cost, and that none of them outlives it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
KEY = "benchmark-key"
MODEL_ID = "openai-compatible:gpt-fake"
SETTINGS_FILE = "agent-sdk.toml"

READY_MAX_S = 30.0
READY_POLL_S = 0.01
STOP_MAX_S = 10.0
PORTS = range(20_000, 30_000)
"""Below those that the kernel gives to clients: a client that calls while nobody listens must not meet itself."""


def free_port() -> int:
    """A port of loopback on which a server may be started again and again."""
    for number in range(len(PORTS)):
        port = PORTS[(os.getpid() * 37 + time.monotonic_ns() // 1000 + number) % len(PORTS)]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError("no port is free")


@contextmanager
def pinned(core: int | None) -> Generator[None]:
    """Let what is started inside run on one core only."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _end(_number: int, _frame: object) -> None:
    sys.exit(128 + signal.SIGTERM)


class Processes:
    """Starts processes, and ends all of them when it is left, however it is left."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._running: list[subprocess.Popen[Any]] = []

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, _end)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            self.stop(process)

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        core: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a server in a process group of its own; what it prints goes to `log` in its folder."""
        # A group of its own: Ctrl-C reaches the benchmark only, which then ends what it started.
        with pinned(core), (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def start_helper(self, command: Sequence[str], *, core: int | None = None) -> str:
        """Start a process that prints one line when it can work, and ends when its stdin does; that line."""
        with pinned(core):
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
            )
        self._running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{command} did not start")
        return line

    def kill(self, process: subprocess.Popen[Any]) -> None:
        """End it as a power cut would."""
        process.kill()
        process.wait()
        self._forget(process)

    def stop(self, process: subprocess.Popen[Any]) -> None:
        """End it and what it has started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            try:
                process.wait(STOP_MAX_S)
            except subprocess.TimeoutExpired:
                continue
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._forget(process)

    def _forget(self, process: subprocess.Popen[Any]) -> None:
        self._running = [each for each in self._running if each is not process]


def our_server(folder: Path, *, port: int, module: str, model_url: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment of the server under test, whose one agent is `agent` in `module`.

    Writes the settings file and a copy of the module into `folder`.
    """
    (folder / f"{module}.py").write_bytes((HERE / f"{module}.py").read_bytes())
    (folder / SETTINGS_FILE).write_text(f'agent_modules = ["{module}:agent"]\n', encoding="utf-8")
    command = [sys.executable, "-m", "agent_sdk", "server", "--host", "127.0.0.1", "--port", str(port)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_SDK_")}
    return command, {
        **inherited,
        "HOME": str(folder),
        "AGENT_SDK_STORE_URL": f"sqlite:///{folder}/store.db",
        "AGENT_SDK_API_KEY": KEY,
        "AGENT_SDK_SKIP_UI": "1",
        "AGENT_SDK_DURABILITY": "process",
        "AGENT_SDK_OPENAI_COMPATIBLE__BASE_URL": model_url,
        "AGENT_SDK_OPENAI_COMPATIBLE__API_KEY": "x",
    }


def wait_until_ready(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when `url` answers 200.

    Raises:
        RuntimeError: The process ended, or did not get ready; with the end of its log.
    """
    deadline = time.monotonic() + READY_MAX_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(READY_POLL_S)
    raise RuntimeError(f"no server became ready at {url}:\n{tail_of_log(folder)}")


def tail_of_log(folder: Path, size: int = 3000) -> str:
    """The end of what the servers of `folder` printed."""
    return (folder / "log").read_text(encoding="utf-8", errors="replace")[-size:]


def tree_of(pid: int) -> list[int]:
    """The process and its descendants."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents[int(path.parent.name)] = int(fields[1])
    family = [pid]
    for each in family:  # grows while it is read
        family += [child for child, parent in parents.items() if parent == each]
    return family


def cpu_s(pid: int) -> float:
    """User and system time of the process and its living descendants, to the nanosecond."""
    total = 0.0
    for each in tree_of(pid):
        try:
            # clock_getcpuclockid(3) builds a process's clock this way; Python has it for threads only.
            total += time.clock_gettime((~each << 3) | 2)
        except OSError:  # it ended meanwhile
            continue
    return total


def resident_mb(pid: int) -> float:
    """Resident set of the process and its descendants, shared pages counted in each."""
    pages = sum(int(Path(f"/proc/{each}/statm").read_text("ascii").split()[1]) for each in tree_of(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
