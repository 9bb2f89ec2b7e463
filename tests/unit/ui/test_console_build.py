"""Building the console with an npm that is a script: what is built when, by whom, and what a failure leaves."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent_sdk.contracts.errors import ConsoleBuildFailed
from agent_sdk.ui import node
from agent_sdk.ui.build import ensure
from agent_sdk.ui.place import Place, of_tree
from agent_sdk.ui.state import state_of

ROOT = Path(__file__).parents[3]
NODE = "#!/bin/sh\necho v20.19.0\n"
NPM = """#!/bin/sh
echo "$*" >> "$CALLS"
[ -n "$FAILS" ] && { echo "npm error the registry is away"; exit 1; }
[ "$1" = ci ] && { /bin/mkdir node_modules; exit; }
[ -d node_modules ] || { echo "nothing is installed"; exit 1; }
[ -n "$GATE" ] && { echo building > "$GATE.begun"; read line < "$GATE"; }
/bin/mkdir -p ../agent_sdk/ui/static/assets
/bin/cp src/main.ts ../agent_sdk/ui/static/index.html
"""
BUILD_IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from agent_sdk.ui.build import ensure
from agent_sdk.ui.place import of_tree
ensure(of_tree(Path(sys.argv[1])), print)
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """How npm was called; there is no other program."""
    programs = tmp_path / "path"
    programs.mkdir()
    for name, script in (("node", NODE), ("npm", NPM)):
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o755)
    path = tmp_path / "calls"
    path.touch()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("CALLS", str(path))
    return path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The console of a checkout, not built."""
    root = tmp_path / "checkout"
    (root / "ui" / "src").mkdir(parents=True)
    (root / "ui" / "package.json").write_text("{}", encoding="utf-8")
    (root / "ui" / "src" / "main.ts").write_text("one", encoding="utf-8")
    (root / "hatch_build.py").touch()
    return of_tree(root)


def change(place: Place, text: str) -> None:
    """Write another version of the sources."""
    assert place.checkout is not None
    (place.checkout.sources / "src" / "main.ts").write_text(text, encoding="utf-8")


def shown(place: Place) -> str:
    return (place.static / "index.html").read_text(encoding="utf-8")


def ignore(text: str) -> None:
    """Progress that nobody reads."""


def test_it_is_built_once_and_again_when_the_sources_have_changed(place: Place, calls: Path) -> None:
    said: list[str] = []
    assert state_of(place) == "missing"
    ensure(place, said.append)
    ensure(place, said.append)
    assert (state_of(place), shown(place)) == ("built", "one")
    assert [line.split()[0] for line in calls.read_text().splitlines()] == ["ci", "run"]
    assert len(said) == 2
    change(place, "two")
    assert state_of(place) == "stale"
    ensure(place, said.append)
    assert (state_of(place), shown(place)) == ("built", "two")


def test_a_source_that_is_renamed_or_moved_is_noticed(place: Place, calls: Path) -> None:
    ensure(place, ignore)
    assert place.checkout is not None
    sources = place.checkout.sources / "src"
    (sources / "main.ts").rename(sources / "other.ts")
    assert state_of(place) == "stale"


def test_what_is_no_source_is_not_looked_at_or_copied(place: Place, calls: Path) -> None:
    ensure(place, ignore)
    assert place.checkout is not None
    sources = place.checkout.sources
    for name in ("node_modules/a/index.js", ".vite/cache", "coverage/report.html", ".DS_Store"):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).touch()
    assert state_of(place) == "built"
    change(place, "two")
    ensure(place, ignore)  # npm's script fails where there is a node_modules already
    assert (sources / "node_modules" / "a" / "index.js").exists()


def test_a_failure_leaves_what_was_there_and_is_told(
    place: Place, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(place, ignore)
    change(place, "two")
    monkeypatch.setenv("FAILS", "1")
    with pytest.raises(ConsoleBuildFailed) as caught:
        ensure(place, ignore)
    assert "`npm ci`" in str(caught.value)
    assert "the registry is away" in str(caught.value.hint)
    assert (state_of(place), shown(place)) == ("stale", "one")
    assert place.checkout is not None
    assert "`npm ci` failed" in place.checkout.failure.read_text(encoding="utf-8")
    monkeypatch.delenv("FAILS")
    ensure(place, ignore)
    assert not place.checkout.failure.exists()
    assert [each.name for each in place.checkout.cache.iterdir()] == ["console.lock"]


def test_what_is_written_while_it_builds_is_not_taken_for_built(
    place: Place, calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(tmp_path, monkeypatch)
    builder = threading.Thread(target=ensure, args=(place, ignore))
    builder.start()
    gate.wait()
    change(place, "two")
    gate.open()
    builder.join()
    assert (state_of(place), shown(place)) == ("stale", "one")


def test_two_at_once_build_once(
    place: Place, calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(tmp_path, monkeypatch)
    waits = threading.Event()

    def say(text: str) -> None:
        if "waiting" in text:
            waits.set()

    builders = [threading.Thread(target=ensure, args=(place, each)) for each in (ignore, say)]
    builders[0].start()
    gate.wait()
    builders[1].start()
    assert waits.wait(30)
    gate.open()
    for builder in builders:
        builder.join()
    assert state_of(place) == "built"
    assert len(calls.read_text().splitlines()) == 2


def test_a_kill_in_the_middle_leaves_the_old_one_and_nobody_waiting(
    place: Place, calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(place, ignore)
    change(place, "two")
    gate = Gate(tmp_path, monkeypatch)
    assert place.checkout is not None
    command = [sys.executable, "-c", BUILD_IN_ANOTHER_PROCESS, str(place.checkout.root)]
    builder = subprocess.Popen(command, cwd=ROOT)
    gate.wait()
    builder.kill()
    builder.wait()
    assert (state_of(place), shown(place)) == ("stale", "one")
    monkeypatch.delenv("GATE")
    ensure(place, ignore)
    assert (state_of(place), shown(place)) == ("built", "two")
    gate.open()  # the script of the one that was killed ends, too


def test_what_a_killed_build_left_is_cleared_away(place: Place, calls: Path) -> None:
    assert place.checkout is not None
    left = place.checkout.cache / "console-build-killed" / "ui"
    left.mkdir(parents=True)
    ensure(place, ignore)
    assert not left.exists()


def test_an_installed_package_is_never_built(tmp_path: Path, calls: Path) -> None:
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "package.json").touch()  # somebody else's
    place = of_tree(tmp_path)
    ensure(place, ignore)
    assert place.checkout is None
    assert calls.read_text() == ""


def test_a_folder_that_cannot_be_written_is_a_failure_of_the_build(place: Place, calls: Path) -> None:
    assert place.checkout is not None
    place.checkout.cache.touch()
    with pytest.raises(ConsoleBuildFailed, match="cannot be built"):
        ensure(place, ignore)


def test_a_failure_of_the_disk_is_told_without_paths_of_the_machine(place: Place, calls: Path) -> None:
    assert place.checkout is not None
    (place.checkout.sources / "src" / "gone.ts").symlink_to(place.checkout.root / "nowhere")
    with pytest.raises(ConsoleBuildFailed):
        ensure(place, ignore)
    note = place.checkout.failure.read_text(encoding="utf-8")
    assert "cannot be built: No such file" in note
    assert "/" not in note


def test_what_was_there_is_put_back_where_the_new_one_cannot_be_put(
    place: Place, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(place, ignore)
    change(place, "two")
    rename = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self.name == place.static.name and self != place.static:
            raise OSError(errno.EACCES, "Permission denied", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(ConsoleBuildFailed, match="Permission denied"):
        ensure(place, ignore)
    assert (state_of(place), shown(place)) == ("stale", "one")


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        *(("v20.19.0\n", True), ("v20.20.2\n", True), ("v22.12.0\n", True), ("v24.19.0\n", True)),
        *(("v18.20.4\n", False), ("v20.18.3\n", False), ("v21.7.0\n", False), ("v22.11.0\n", False)),
        *(("", False), ("node 24", False)),
    ],
)
def test_a_node_fits_that_vite_runs_on(said: str, *, fits: bool) -> None:
    assert node.fits(said) is fits


def test_an_old_node_on_the_path_is_not_taken(calls: Path, tmp_path: Path) -> None:
    assert node.on_path() is not None
    (tmp_path / "path" / "node").write_text("#!/bin/sh\necho v18.20.4\n", encoding="utf-8")
    assert node.on_path() is None


def test_the_lock_has_the_hashes_of_the_node_that_is_installed_where_there_is_none() -> None:
    entry = node.locked((ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), node.WHEEL)
    lines = entry.strip().splitlines()
    assert lines[0].startswith(f"{node.REQUIREMENT} ")
    assert lines[1:]
    assert all("--hash=sha256:" in line for line in lines[1:])


class Gate:
    """Holds npm's script back in the middle of the build."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = folder / "gate"
        self._begun = folder / "gate.begun"
        for path in (self._path, self._begun):
            os.mkfifo(path)
        monkeypatch.setenv("GATE", str(self._path))

    def wait(self) -> None:
        """Return when the script has come so far."""
        self._begun.read_text(encoding="utf-8")

    def open(self) -> None:
        """Let it go on."""
        self._path.write_text("go\n", encoding="utf-8")
