"""From a fresh clone to a running agent, with nothing but Python 3.11.

    python3 bootstrap.py run "What is 17 * 23?"   install what is missing, then run the agent-sdk command
    python3 bootstrap.py <an agent-sdk command>   chat, version; later dev, server, ...
    python3 bootstrap.py test [pytest arguments]  lint, every test that needs no root, the coverage gate
    python3 bootstrap.py test --all               the same, the console's checks, Debian's programs; no skip
    python3 bootstrap.py lint                     rules, format, types, import contracts, sizes, locks
    python3 bootstrap.py format                   format the code and mend what can be mended
    python3 bootstrap.py setup                    install what a contributor needs, run nothing
    python3 bootstrap.py lock [--upgrade]         resolve pyproject.toml into both lock files

Everything goes into `.venv` of this checkout, from the hash-locked `requirements*.lock`: with uv when it
can be had, and with pip when not (`AGENT_SDK_INSTALLER=pip` insists on pip). Progress goes to stderr;
stdout is the command's.
"""

# Only the standard library, and only syntax that an old Python can parse: it must say that it is too old.
from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from typing import NoReturn, TextIO

MINIMUM_PYTHON = (3, 11)

# The dev lock holds everything that the runtime lock holds, in the same versions.
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
COMPILE = (
    *("pip", "compile", "pyproject.toml", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-header", "--no-annotate"),  # no line that could name a registry
)
LOCK_OPTIONS = {
    "runtime": ("--group", "build"),
    "dev": ("--group", "build", "--group", "dev", "--constraints", LOCKS["runtime"]),
}

# What `test --all` needs beyond the locks: programs, and the packages of Debian that hold them.
DEBIAN_PROGRAMS = {"promtool": "prometheus"}
# A browser, whose package needs others: of those, what the machine lacks is unpacked with it, and started by this.
BROWSER = "chromium"
BROWSER_VARIABLE = "AGENT_SDK_TEST_CHROMIUM"  # tells tests where it is
BROWSER_START = "scripts/chromium.sh"
SIMULATE = ("apt-get", "install", "--simulate", "--no-install-recommends")
# And packages of npm, as the locks in these folders say.
NPM_FOLDERS = ("tests/interaction/eventsource", "tests/e2e/axe", "ui")
NPM = ("python", "scripts/npm.py")
NPM_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")

LINT_STEPS = (
    ("ruff", "check", "--quiet", "."),
    ("ruff", "format", "--check", "--quiet", "."),
    ("basedpyright",),
    ("lint-imports", "--no-logo"),
    ("python", "scripts/check_sizes.py"),
    ("python", "scripts/check_locks.py"),
    ("python", "scripts/lint_rules.py"),
)
FORMAT_STEPS = (
    ("ruff", "check", "--fix", "--quiet", "."),
    ("ruff", "format", "--quiet", "."),
)
CONSOLE_STEPS = ((*NPM, "ui", "run", "check"),)
TEST_STEPS = (
    ("coverage", "erase"),
    ("coverage", "run", "-m", "pytest", "-n", "2", "--dist", "loadfile", "-m", "not e2e"),
    ("coverage", "run", "-m", "pytest", "-m", "e2e"),  # a browser needs the machine for itself
    ("coverage", "combine", "--quiet"),
    ("coverage", "json", "--quiet"),
    ("python", "scripts/check_coverage.py"),
)


class Problem(Exception):
    """Something the user can mend, and how."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class Checkout:
    """The paths of one checkout, and what is installed in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.scripts = self.venv / ("Scripts" if sys.platform == "win32" else "bin")

    def program(self, name: str) -> Path:
        """Where the virtual environment keeps the program `name`."""
        return self.scripts / (name + (".exe" if sys.platform == "win32" else ""))

    def lock(self, level: str) -> Path:
        """The lock file of `level`, which is "runtime" or "dev"."""
        return self.root / LOCKS[level]

    def stamp(self, level: str) -> Path:
        """The file whose text tells what was completely installed for `level`."""
        return self.venv / f"installed-{level}"

    @property
    def place(self) -> str:
        """The Python and the folder that a virtual environment is good for: it is full of absolute paths."""
        return f"{dotted(sys.version_info[:3])} {self.venv}\n"

    def digest(self, level: str) -> str:
        """What a complete installation of `level` depends on, as one line."""
        digest = hashlib.sha256(self.place.encode())
        for path in (self.lock(level), self.root / "pyproject.toml"):
            digest.update(path.read_bytes())
        return digest.hexdigest() + "\n"

    def is_ready(self, level: str) -> bool:
        """Whether `level` is installed completely, here, for this Python, from these locks."""
        return self.program("python").exists() and _text(self.stamp(level)) == self.digest(level)

    @property
    def soundness(self) -> Path:
        """The file that says `place`; absent while something is being installed."""
        return self.venv / "place"

    def is_sound(self) -> bool:
        """Whether the virtual environment belongs here and no installation into it was broken off."""
        return self.program("python").exists() and _text(self.soundness) == self.place


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def dotted(version: tuple[int, ...]) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


def say(line: str) -> None:
    """One line of progress, on stderr."""
    print("bootstrap: " + line, file=sys.stderr, flush=True)


def check_python(version: tuple[int, ...]) -> None:
    """Raise a Problem when `version` is too old for agent-sdk."""
    if version[:2] < MINIMUM_PYTHON:
        raise Problem(
            f"agent-sdk needs Python {dotted(MINIMUM_PYTHON)} or newer, and this is {dotted(version)}.",
            "Install a newer one (`apt install python3.11 python3.11-venv`, `brew install python`, or the "
            "Windows installer) and start with it: `python3.11 bootstrap.py ...`",
        )


def check_venv() -> None:
    """Raise a Problem when this Python cannot make a virtual environment, as Debian's cannot by default."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise Problem(
            f"this Python comes without {' and '.join(missing)}, so it cannot make a virtual environment.",
            "On Debian or Ubuntu: `apt install python3-venv`. Elsewhere: install a complete Python.",
        )


@contextlib.contextmanager
def alone(checkout: Checkout) -> Generator[None]:
    """Keep other bootstraps of this checkout out, until the end even if that comes by a kill."""
    # Beside the virtual environment and not in it: making it anew empties the folder.
    with (checkout.root / ".venv.lock").open("a") as handle:
        if not _takes(handle, wait=False):
            say("another bootstrap is installing into this checkout; waiting for it")
            while not _takes(handle, wait=True):
                pass
        yield


def _takes(handle: TextIO, *, wait: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # it is taken; on Windows the wait gives up after ten seconds
        return False
    return True


def ensure(checkout: Checkout, level: str) -> None:
    """Install `level` unless it is there already."""
    if checkout.is_ready(level):
        return
    check_venv()
    with alone(checkout):
        if not checkout.is_ready(level):  # else another process did it while this one waited
            install(checkout, level)


def install(checkout: Checkout, level: str) -> None:
    """Install the lock of `level` and the project. What says that all is well is written last."""
    with changing(checkout):
        for each in LOCKS:
            _remove(checkout.stamp(each))
        uv = get_uv(checkout)
        if uv is None or not installs_with_uv(checkout, level, uv):
            install_with_pip(checkout, level)
        # Where Python may not write bytecode by itself, every start would compile the package again.
        run_quietly([*python(checkout), "-m", "compileall", "-q", str(checkout.root / "agent_sdk")])
    for each in LOCKS if level == "dev" else ("runtime",):
        checkout.stamp(each).write_text(checkout.digest(each), encoding="utf-8")
    say("ready")


@contextlib.contextmanager
def changing(checkout: Checkout) -> Generator[None]:
    """A virtual environment to install into; made anew if it was moved, half done or another Python's."""
    if not checkout.is_sound():
        make_venv(checkout)
    _remove(checkout.soundness)
    yield
    checkout.soundness.write_text(checkout.place, encoding="utf-8")


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def make_venv(checkout: Checkout) -> None:
    """Make an empty virtual environment with pip, in place of any that is there."""
    import venv  # not at the top: an incomplete Python lacks it

    say(f"making .venv for Python {dotted(sys.version_info[:3])}")
    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=sys.platform != "win32").create(checkout.venv)
    except subprocess.CalledProcessError as error:
        hint = "On Debian or Ubuntu: `apt install python3-venv`."
        raise Problem(f"pip could not be put into .venv: {error}", hint) from error


def python(checkout: Checkout) -> list[str]:
    """The start of a command line for the virtual environment's Python."""
    return [str(checkout.program("python"))]


def pip(checkout: Checkout) -> list[str]:
    """The start of a command line that installs with pip."""
    return [*python(checkout), "-m", "pip", "install", "--disable-pip-version-check"]


def get_uv(checkout: Checkout) -> Path | None:
    """The virtual environment's uv, installed by the hashes of its lock entry; None if it cannot be had."""
    uv = checkout.program("uv")
    if os.environ.get("AGENT_SDK_INSTALLER") == "pip":
        return None
    if uv.exists():
        return uv
    say("getting uv")
    with tempfile.TemporaryDirectory() as folder:
        entry = Path(folder) / "uv.lock"
        entry.write_text(lock_entry(_text(checkout.lock("runtime")), "uv"), encoding="utf-8")
        run_quietly([*pip(checkout), "--require-hashes", "-r", str(entry)])
    return uv if uv.exists() else None


def lock_entry(lock: str, name: str) -> str:
    """The lines of the package `name` in the text of a lock; an empty string if it is not there."""
    lines = lock.splitlines(keepends=True)
    for first, line in enumerate(lines):
        if line.startswith(name + "=="):
            last = first + 1
            while last < len(lines) and lines[last][0].isspace():
                last += 1
            return "".join(lines[first:last])
    return ""


def installs_with_uv(checkout: Checkout, level: str, uv: Path) -> bool:
    """Install with uv; False, with a word of why, where uv cannot (it does not read pip's configuration)."""
    command = [str(uv), "pip", "install", "--quiet", "--python", str(checkout.program("python"))]
    say(f"installing {LOCKS[level]} with uv")
    locked = ["--require-hashes", "--compile-bytecode", "-r", str(checkout.lock(level))]
    project = ["--offline", "--no-deps", "--no-build-isolation", "--editable", str(checkout.root)]
    failure = run_quietly([*command, *locked]) or run_quietly([*command, *project])
    if failure:
        say("uv could not: " + failure.splitlines()[-1])
    return not failure


def install_with_pip(checkout: Checkout, level: str) -> None:
    """Install with pip."""
    say(f"installing {LOCKS[level]} with pip")
    locked = ["--require-hashes", "-r", str(checkout.lock(level))]
    project = ["--no-index", "--no-deps", "--no-build-isolation", "--editable", str(checkout.root)]
    for arguments in (locked, project):
        failure = run_quietly([*pip(checkout), *arguments])
        if failure:
            raise Problem(
                "pip could not install:\n" + failure,
                "If no package registry can be reached, set pip's own `index-url` or proxy, and start again.",
            )


def run_captured(command: Sequence[str], folder: Path | None = None) -> tuple[int, str]:
    """Run `command` in `folder`; its exit code and output."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    done = subprocess.run(
        command, check=False, cwd=folder, stdin=nothing, stdout=pipe, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout.decode(errors="replace").strip()


def run_quietly(command: Sequence[str], folder: Path | None = None) -> str:
    """Run `command` in `folder` and keep its output to ourselves: the output if it failed, else an empty string."""
    code, said = run_captured(command, folder)
    return "" if code == 0 else said or f"{command[0]} ended with {code}"


def hand_over(command: list[str]) -> NoReturn:
    """Become `command`."""
    if sys.platform == "win32":  # where exec returns to the shell before the command ends
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


def run_steps(checkout: Checkout, steps: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run every step, even after one failed, by the virtual environment's programs; the exit code."""
    failed: list[str] = []
    for step in steps:
        say(" ".join(step))
        command = [str(checkout.program(step[0])), *step[1:]]
        if subprocess.call(command, cwd=checkout.root, env=dict(environment)) != 0:
            failed.append(" ".join(step))
    for each in failed:
        say(f"FAILED: {each}")
    return 1 if failed else 0


def lint(checkout: Checkout) -> int:
    """Run every check that runs no code of the project; the exit code."""
    ensure(checkout, "dev")
    return run_steps(checkout, LINT_STEPS, os.environ)


def test(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Run everything that must pass, or with pytest arguments only what they name; the exit code."""
    ensure(checkout, "dev")
    environment, wanted = dict(os.environ), [argument for argument in arguments if argument != "--all"]
    steps = [("python", "-m", "pytest", *wanted)] if wanted else [*LINT_STEPS, *TEST_STEPS]
    if "--all" in arguments:
        unpack_debian_packages(checkout, DEBIAN_PROGRAMS)
        environment.setdefault(BROWSER_VARIABLE, provide_browser(checkout))
        install_npm_packages(checkout, NPM_FOLDERS)
        environment["AGENT_SDK_REQUIRE"] = "all"
        steps = steps if wanted else [*LINT_STEPS, *CONSOLE_STEPS, *TEST_STEPS]
    return run_steps(checkout, steps, environment)


def unpack_debian_packages(checkout: Checkout, programs: Mapping[str, str]) -> None:
    """Put those of `programs` (to the packages that hold them) that are missing into `.venv/debian/<package>`.

    Unpacked, because installing may start what a package serves, and needs root.
    """
    for program, package in programs.items():
        folder = checkout.venv / "debian" / package
        if shutil.which(program) or (folder / "usr" / "bin" / program).exists():
            continue
        say(f"unpacking {package} of Debian")
        unpack(checkout, folder, [package])


def unpack(checkout: Checkout, folder: Path, packages: Sequence[str]) -> None:
    """Put what packages of Debian hold into `folder`, all of it or nothing."""
    with tempfile.TemporaryDirectory(dir=checkout.venv) as name:
        place = Path(name)
        ask_apt(["apt-get", "download", "--quiet", *packages], place)
        for archive in place.glob("*.deb"):
            failure = run_quietly(["dpkg", "-x", str(archive), str(place / "unpacked")])
            if failure:
                raise Problem("dpkg could not unpack:\n" + failure, "Is the disk full?")
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        (place / "unpacked").rename(folder)


def ask_apt(command: Sequence[str], folder: Path) -> str:
    """Run a command of apt's in `folder`; its output. Asks for root only where apt knows nothing yet."""
    code, said = run_captured(command, folder)
    if code == 0:
        return said
    update = ["apt-get", "update"] if shutil.which("sudo") is None else ["sudo", "apt-get", "update"]
    failure = run_quietly(update)
    code, said = run_captured(command, folder)
    if code != 0:
        raise Problem(f"apt-get could not {command[1]}:\n{failure or said}", "Be root, or leave out `--all`.")
    return said


def provide_browser(checkout: Checkout) -> str:
    """Where a Chromium is that starts: the machine's, or Debian's, unpacked into `.venv` with what it needs."""
    found = shutil.which(BROWSER)
    if found is not None:
        return found
    folder = checkout.venv / "debian" / BROWSER
    program = folder / "start"
    if not os.access(program, os.X_OK):
        say(f"unpacking {BROWSER} of Debian, and what it needs")
        unpack(checkout, folder, lacking(checkout, BROWSER))
        shutil.copy(checkout.root / BROWSER_START, program)  # what says that all is well comes last
    failure = run_quietly([str(program), "--version"])
    if failure:
        raise Problem(
            f"{BROWSER} does not start:\n{failure}", f"`apt-get install {BROWSER}`, or leave out `--all`."
        )
    return str(program)


def lacking(checkout: Checkout, package: str) -> list[str]:
    """The packages that apt would add to install `package`, itself among them."""
    # Lines of `apt-get --simulate`: `Inst NAME (VERSION ...)`; one that would be upgraded has its version in between.
    plan = ask_apt([*SIMULATE, package], checkout.root)
    return re.findall(r"^Inst (\S+) \(", plan, re.MULTILINE)


def install_npm_packages(checkout: Checkout, folders: Sequence[str]) -> None:
    """Install what the locks of `folders` say, unless it is there."""
    for name in folders:
        folder = checkout.root / name
        wanted, stamp = _text(folder / "package-lock.json"), folder / "node_modules" / "installed"
        if _text(stamp) == wanted:
            continue
        say(f"installing the npm packages of {name}")
        failure = run_quietly([*python(checkout), *NPM[1:], name, *NPM_INSTALL], checkout.root)
        if failure:
            raise Problem("npm could not install:\n" + failure, "Does npm reach its registry?")
        stamp.write_text(wanted, encoding="utf-8")


def lock(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Resolve pyproject.toml into both locks, for every platform, with hashes and without any address."""
    check_venv()
    with alone(checkout), changing(checkout):
        uv = get_uv(checkout)
    if uv is None:
        raise Problem(
            "Only uv resolves for every platform, and it cannot be had.", "Is AGENT_SDK_INSTALLER set?"
        )
    for level, options in LOCK_OPTIONS.items():
        command = [str(uv), *COMPILE, *options, *arguments, "--output-file", LOCKS[level]]
        say("resolving " + LOCKS[level])
        if subprocess.call(command, cwd=checkout.root) != 0:
            return 1
    return 0


def dispatch(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit code, unless the process became the command."""
    command, rest = (arguments or ["--help"])[0], arguments[1:]
    if command in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    if command == "test":
        return test(checkout, rest)
    if command == "lint":
        return lint(checkout)
    if command == "format":
        ensure(checkout, "dev")
        return run_steps(checkout, FORMAT_STEPS, os.environ)
    if command == "lock":
        return lock(checkout, rest)
    if command == "setup":
        ensure(checkout, "dev")
        return 0
    ensure(checkout, "runtime")
    hand_over([str(checkout.program("agent-sdk")), *arguments])


def main(arguments: Sequence[str]) -> int:
    """Check the interpreter, then dispatch; a Problem is told with its remedy."""
    try:
        check_python(tuple(sys.version_info[:3]))
        return dispatch(Checkout(Path(__file__).resolve().parent), arguments)
    except Problem as problem:
        say(f"{problem}\n  {problem.hint}")
        return 1
    except OSError as error:
        say(f"{error}\n  Is this a complete checkout in a folder that you may write to?")
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
