"""What bootstrap.py decides, without installing anything; tests/packaging/test_bootstrap.py installs."""

import ast
import contextlib
import importlib.util
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

import bootstrap
from bootstrap import Checkout, Problem

SCRIPT = Path(bootstrap.__file__)

HOLDER = """
import sys; from pathlib import Path
sys.path.insert(0, sys.argv[1])
import bootstrap
with bootstrap.alone(bootstrap.Checkout(Path(sys.argv[2]))):
    print("in", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout in which everything is installed, as far as its files say."""
    made = Checkout(tmp_path)
    for name in ("pyproject.toml", *bootstrap.LOCKS.values()):
        (tmp_path / name).write_text(name)
    made.scripts.mkdir(parents=True)
    made.program("python").touch()
    made.soundness.write_text(made.place)
    for level in bootstrap.LOCKS:
        made.stamp(level).write_text(made.digest(level))
    return made


@contextlib.contextmanager
def holder(checkout: Checkout) -> Generator[subprocess.Popen[str]]:
    """A process that takes the checkout's lock, says so on stdout, and lets go at the end of its stdin."""
    command = [sys.executable, "-c", HOLDER, str(SCRIPT.parent), str(checkout.root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_from(process: subprocess.Popen[str], name: str) -> str:
    stream = process.stdout if name == "stdout" else process.stderr
    assert stream is not None
    return stream.readline()


def test_an_old_python_can_parse_it() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_is_told_what_to_do() -> None:
    pretend = (
        "import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", pretend, str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and this is 3.9.2" in done.stderr
    assert "apt install python3.11" in done.stderr


def test_a_python_without_ensurepip_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> str | None:
        return None if name == "ensurepip" else name

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    with pytest.raises(Problem, match="comes without ensurepip") as caught:
        bootstrap.check_venv()
    assert "apt install python3-venv" in caught.value.hint


@pytest.mark.parametrize("level", ["runtime", "dev"])
def test_what_is_installed_is_not_installed_again(
    checkout: Checkout, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(bootstrap, "install")
    bootstrap.ensure(checkout, level)


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_another_lock_or_project_file_is_installed_again(checkout: Checkout, name: str) -> None:
    (checkout.root / name).write_text("other")
    assert not checkout.is_ready("runtime")


def test_another_dev_lock_leaves_the_runtime_ready(checkout: Checkout) -> None:
    (checkout.root / "requirements-dev.lock").write_text("other")
    assert checkout.is_ready("runtime")
    assert not checkout.is_ready("dev")


def test_a_moved_checkout_is_not_ready(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> None:
    moved = Checkout(checkout.root.rename(tmp_path_factory.mktemp("elsewhere") / "moved"))
    assert not moved.is_ready("runtime")
    assert not moved.is_sound()


def test_another_python_is_not_ready(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert not checkout.is_ready("runtime")
    assert not checkout.is_sound()


def test_a_venv_whose_python_is_gone_is_not_ready(checkout: Checkout) -> None:
    checkout.program("python").unlink()
    assert not checkout.is_ready("runtime")
    assert not checkout.is_sound()


def test_an_installation_that_breaks_off_leaves_nothing_that_looks_ready(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_uv(_: Checkout) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "get_uv", get_uv)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.install(checkout, "runtime")
    assert not checkout.is_sound()
    assert not any(map(checkout.is_ready, bootstrap.LOCKS))


def test_what_another_process_installed_meanwhile_is_not_installed_again(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = checkout.stamp("runtime").read_text()
    checkout.stamp("runtime").unlink()

    @contextlib.contextmanager
    def alone(_: Checkout) -> Generator[None]:
        checkout.stamp("runtime").write_text(finished)
        yield

    monkeypatch.setattr(bootstrap, "alone", alone)
    monkeypatch.delattr(bootstrap, "install")
    bootstrap.ensure(checkout, "runtime")


def test_two_bootstraps_take_turns(checkout: Checkout) -> None:
    with holder(checkout) as owner:
        assert line_from(owner, "stdout") == "in\n"
        with holder(checkout) as waiter:
            assert "waiting for it" in line_from(waiter, "stderr")
            owner.communicate("\n")
            assert line_from(waiter, "stdout") == "in\n"


def test_a_killed_bootstrap_keeps_nobody_out(checkout: Checkout) -> None:
    with holder(checkout) as killed:
        assert line_from(killed, "stdout") == "in\n"
        killed.kill()
        killed.wait()
        with holder(checkout) as next_one:
            assert line_from(next_one, "stdout") == "in\n"


def test_the_entry_of_one_package_is_cut_from_a_lock() -> None:
    entry = "uv==0.13.9 \\\n    --hash=b \\\n    --hash=c\n"
    lock = f"typer==1 \\\n    --hash=a\n{entry}uvloop==1 \\\n    --hash=d\n"
    assert bootstrap.lock_entry(lock, "uv") == entry


def test_a_lock_without_the_package_has_no_entry_of_it() -> None:
    assert bootstrap.lock_entry("uvloop==1 \\\n    --hash=d\n", "uv") == ""


def test_uv_is_not_even_looked_for_where_pip_is_insisted_on(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.program("uv").touch()
    assert bootstrap.get_uv(checkout) == checkout.program("uv")
    monkeypatch.setenv("AGENT_SDK_INSTALLER", "pip")
    assert bootstrap.get_uv(checkout) is None


def test_every_step_runs_even_after_one_failed(
    checkout: Checkout, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def program(_: Checkout, name: str) -> Path:
        return Path(sys.executable) if name == "python" else Path(name)

    monkeypatch.setattr(Checkout, "program", program)
    steps = [("python", "-c", "raise SystemExit(3)"), ("python", "-c", "print('second')")]
    assert bootstrap.run_steps(checkout, steps, {}) == 1
    out, err = capfd.readouterr()
    assert out == "second\n"
    assert "FAILED: python -c raise SystemExit(3)" in err


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main([]) == 0
    assert "bootstrap.py run" in capsys.readouterr().out


def test_an_incomplete_checkout_is_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "__file__", str(tmp_path / "bootstrap.py"))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    assert bootstrap.main(["version"]) == 1
    assert "Is this a complete checkout" in capsys.readouterr().err
