"""What each command of bootstrap.py runs, in a checkout whose programs only write down how they were called."""

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

import bootstrap
from bootstrap import Checkout

ROOT = Path(bootstrap.__file__).parent
PROGRAMS = ("agent-sdk", "basedpyright", "coverage", "lint-imports", "python", "ruff")
NOTE = '#!/bin/sh\necho "${0##*/} $* [$AGENT_SDK_REQUIRE]" >> "$CALLS"\n'
CHECKS = {
    "style": "ruff check --quiet .",
    "format": "ruff format --check --quiet .",
    "types": "basedpyright ",
    "imports": "lint-imports --no-logo",
    "sizes": "python scripts/check_sizes.py",
    "locks": "python scripts/check_locks.py",
    "rules": "python scripts/lint_rules.py",
}
SUITE = "coverage run -m pytest"
GATE = "python scripts/check_coverage.py"


@dataclass(frozen=True, slots=True)
class Workshop:
    """A checkout in which everything is installed, as far as its files say."""

    root: Path

    def program(self, folder: Path, name: str, script: str = NOTE) -> None:
        """Put a program there."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)

    def run(self, *command: str) -> tuple[int, list[str]]:
        """The exit code of a command, and how the programs were called."""
        calls = self.root / "calls"
        calls.write_text("")
        path = os.pathsep.join([str(self.root / "path"), os.environ["PATH"]])
        environment = {"PATH": path, "CALLS": str(calls)}
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, check=False)
        return done.returncode, calls.read_text().splitlines()

    def bootstrap(self, *arguments: str) -> tuple[int, list[str]]:
        """The same of `bootstrap.py …`."""
        return self.run(sys.executable, "bootstrap.py", *arguments)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    (tmp_path / "scripts").mkdir()
    for name in ("bootstrap.py", "pyproject.toml", bootstrap.BROWSER_START, *bootstrap.LOCKS.values()):
        shutil.copy(ROOT / name, tmp_path / name)
    checkout, made = Checkout(tmp_path), Workshop(tmp_path)
    for name in PROGRAMS:
        made.program(checkout.scripts, name)
    # Whoever would install from Debian is heard, too.
    for name in ("apt-get", "sudo"):
        made.program(tmp_path / "path", name)
    checkout.soundness.write_text(checkout.place)
    for level in bootstrap.LOCKS:
        checkout.stamp(level).write_text(checkout.digest(level))
    return made


def test_lint_holds_style_types_imports_sizes_and_locks(workshop: Workshop) -> None:
    assert workshop.bootstrap("lint") == (0, [f"{check} []" for check in CHECKS.values()])


@pytest.mark.parametrize("name", ["basedpyright", "lint-imports", "ruff"])
def test_lint_fails_where_one_check_fails(workshop: Workshop, name: str) -> None:
    workshop.program(Checkout(workshop.root).scripts, name, f"{NOTE}exit 1\n")
    code, calls = workshop.bootstrap("lint")
    assert (code, len(calls)) == (1, len(CHECKS))


def test_the_types_of_package_and_tests_are_checked_strictly() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    assert settings["typeCheckingMode"] == "strict"
    assert {"agent_sdk", "tests"} <= set(settings["include"])


def test_test_lints_runs_the_suite_and_ends_at_the_coverage_gate_and_asks_nobody_for_root(
    workshop: Workshop,
) -> None:
    code, calls = workshop.bootstrap("test")
    assert code == 0
    assert calls[: len(CHECKS)] == [f"{check} []" for check in CHECKS.values()]
    suites = [call for call in calls if call.startswith(SUITE)]
    assert [call.endswith("-m not e2e []") for call in suites] == [True, False]
    assert suites[1].endswith("-m e2e []")
    assert calls[-1] == f"{GATE} []"
    assert not [call for call in calls if call.startswith(("apt-get", "sudo"))]


def test_a_gate_that_stays_shut_fails_the_tests(workshop: Workshop) -> None:
    shut = f'{NOTE}[ "$1" != scripts/check_coverage.py ]\n'
    workshop.program(Checkout(workshop.root).scripts, "python", shut)
    assert workshop.bootstrap("test")[0] == 1


def test_test_all_requires_every_test(workshop: Workshop) -> None:
    for name in (*bootstrap.DEBIAN_PROGRAMS, bootstrap.BROWSER):
        workshop.program(workshop.root / "path", name)
    code, calls = workshop.bootstrap("test", "--all")
    assert code == 0
    suites = [call for call in calls if call.startswith(SUITE)]
    assert len(suites) == 2
    assert all(suite.endswith(" [all]") for suite in suites)
    assert not [call for call in calls if "--all" in call]
    # The console's own checks come before.
    assert calls[len(CHECKS)] == "python scripts/npm.py ui run check [all]"


def test_a_missing_program_is_unpacked_once_and_nothing_is_installed(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, checkout = workshop.root / "path", Checkout(workshop.root)
    for name in ("mkdir", "touch"):
        (folder / name).symlink_to(shutil.which(name) or name)
    workshop.program(folder, "there")
    # apt knows the package only after an update.
    known = workshop.root / "known"
    workshop.program(folder, "sudo", '#!/bin/sh\nexec "$@"\n')
    apt_get = f'{NOTE}if [ "$1" = update ]; then touch {known}; else [ -e {known} ] && touch "$3.deb"; fi\n'
    workshop.program(folder, "apt-get", apt_get)
    workshop.program(folder, "dpkg", '#!/bin/sh\nmkdir -p "$3/usr/bin" && touch "$3/usr/bin/missing"\n')
    calls = workshop.root / "calls"
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("CALLS", str(calls))
    monkeypatch.delenv("AGENT_SDK_REQUIRE", raising=False)
    for _ in range(2):
        bootstrap.unpack_debian_packages(checkout, {"there": "a", "missing": "b"})
    assert (checkout.venv / "debian" / "b" / "usr" / "bin" / "missing").is_file()
    asked = ["apt-get download --quiet b []", "apt-get update []", "apt-get download --quiet b []"]
    assert calls.read_text().splitlines() == asked


def test_the_packages_of_npm_are_installed_as_their_locks_say_before_anything_is_checked(
    workshop: Workshop,
) -> None:
    for name in (*bootstrap.DEBIAN_PROGRAMS, bootstrap.BROWSER):
        workshop.program(workshop.root / "path", name)
    modules = workshop.root / "ui" / "node_modules"
    modules.mkdir(parents=True)
    lock = modules.with_name("package-lock.json")
    lock.write_text("{}")
    install = "python scripts/npm.py ui ci --ignore-scripts --no-audit --no-fund []"
    assert workshop.bootstrap("test", "--all")[1][0] == install
    assert install not in workshop.bootstrap("test", "--all")[1]
    lock.write_text("{ }")
    assert workshop.bootstrap("test", "--all", "tests/unit")[1] == [
        install,
        "python -m pytest tests/unit [all]",
    ]


SIMULATED = """\
Inst libnew (1 Debian:12/stable [amd64])
Inst libc6 [2] (3 Debian:12/stable [amd64])
Inst chromium (150 Debian:12/stable [amd64])
Conf chromium (150 Debian:12/stable [amd64])
"""


def desktopless(workshop: Workshop, monkeypatch: pytest.MonkeyPatch, browser: str) -> None:
    """A machine without Chromium, whose apt has one that is a script."""
    folder = workshop.root / "path"
    for name in ("mkdir", "touch", "cat", "dirname", "cp", "chmod"):
        (folder / name).symlink_to(shutil.which(name) or name)
    (workshop.root / "simulated").write_text(SIMULATED)
    workshop.program(workshop.root, "browser", browser)
    download = 'shift 2; for each; do touch "$each.deb"; done'
    apt_get = f'if [ "$1" = install ]; then cat {workshop.root}/simulated; else {download}; fi\n'
    workshop.program(folder, "apt-get", f"{NOTE}{apt_get}")
    lib = '"$3/usr/lib/x86_64-linux-gnu"'
    put = f'mkdir -p "$3/usr/lib/chromium" {lib} && cp {workshop.root}/browser "$3/usr/lib/chromium/chromium"'
    workshop.program(folder, "dpkg", f"#!/bin/sh\n{put}\n")
    (folder / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("CALLS", str(workshop.root / "calls"))
    monkeypatch.delenv("AGENT_SDK_REQUIRE", raising=False)


def test_a_browser_is_unpacked_once_with_the_libraries_that_the_machine_lacks(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktopless(workshop, monkeypatch, '#!/bin/sh\necho "$LD_LIBRARY_PATH $*"\n')
    checkout = Checkout(workshop.root)
    program = bootstrap.provide_browser(checkout)
    assert bootstrap.provide_browser(checkout) == program
    asked = (workshop.root / "calls").read_text().splitlines()
    # What would be upgraded is there, and stays as it is.
    assert asked == [
        "apt-get install --simulate --no-install-recommends chromium []",
        "apt-get download --quiet libnew chromium []",
    ]
    done = subprocess.run([program, "about:blank"], capture_output=True, text=True, check=True)
    libraries, argument = done.stdout.split()
    assert str(checkout.venv / "debian" / "chromium" / "usr/lib/x86_64-linux-gnu") in libraries.split(":")
    assert argument == "about:blank"


def test_a_browser_that_does_not_start_is_a_problem_with_a_remedy(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktopless(workshop, monkeypatch, "#!/bin/sh\necho a library is missing\nexit 127\n")
    with pytest.raises(bootstrap.Problem, match="a library is missing") as caught:
        bootstrap.provide_browser(Checkout(workshop.root))
    assert "apt-get install chromium" in caught.value.hint


def test_the_machines_own_browser_is_taken_and_tests_are_told_where_it_is(workshop: Workshop) -> None:
    for name in (*bootstrap.DEBIAN_PROGRAMS, bootstrap.BROWSER):
        workshop.program(workshop.root / "path", name)
    told = '#!/bin/sh\necho "$AGENT_SDK_TEST_CHROMIUM" >> "$CALLS"\n'
    workshop.program(Checkout(workshop.root).scripts, "python", told)
    path = workshop.root / "path" / "chromium"
    assert workshop.bootstrap("test", "--all", "tests/e2e") == (0, [str(path)])


def test_a_package_that_cannot_be_had_is_a_problem_with_a_remedy(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.program(workshop.root / "path", "apt-get", "#!/bin/sh\nexit 1\n")
    monkeypatch.setenv("PATH", str(workshop.root / "path"))
    monkeypatch.setenv("CALLS", str(workshop.root / "calls"))
    with pytest.raises(bootstrap.Problem) as caught:
        bootstrap.unpack_debian_packages(Checkout(workshop.root), {"missing": "b"})
    assert "--all" in caught.value.hint


def test_test_with_arguments_runs_only_what_they_name(workshop: Workshop) -> None:
    assert workshop.bootstrap("test", "tests/unit", "-x") == (0, ["python -m pytest tests/unit -x []"])


@pytest.mark.parametrize("arguments", [("run", "What is 17 * 23?"), ("chat",), ("version",)])
def test_any_other_command_is_handed_to_agent_sdk_with_its_exit_code(
    workshop: Workshop, arguments: tuple[str, ...]
) -> None:
    workshop.program(Checkout(workshop.root).scripts, "agent-sdk", f"{NOTE}exit 6\n")
    assert workshop.bootstrap(*arguments) == (6, [f"agent-sdk {' '.join(arguments)} []"])


def test_what_ci_runs_is_test_all_and_nothing_else(workshop: Workshop) -> None:
    shutil.copytree(ROOT / ".ci", workshop.root / ".ci")
    workshop.program(workshop.root / "path", "python3", f"{NOTE}exit 7\n")
    code, calls = workshop.run(str(workshop.root / ".ci" / "run"))
    assert (code, calls) == (7, ["python3 bootstrap.py test --all []"])
