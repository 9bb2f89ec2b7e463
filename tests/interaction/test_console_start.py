"""`agent-sdk dev`, `server` and `doctor` with a console: it is built in a checkout, announced, and opened signed in."""

import json
import os
import re
import shutil
import socket
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from agent_sdk.ui.place import of_tree
from agent_sdk.ui.state import state_of
from tests.interaction.cli_kit import ROOT, run_cli
from tests.interaction.cli_program import Program, program
from tests.interaction.console_kit import SHELL, tree_with_console

SIGN_IN: Final = re.compile(r"sign in, once: (http://127\.0\.0\.1:\d+)/#sign-in=([A-Za-z0-9_-]{32})\n")
NODE: Final = "#!/bin/sh\necho v24.0.0\n"
NPM: Final = f"""#!/bin/sh
[ "$1" = ci ] && exit
[ -n "$FAILS" ] && {{ echo 'vite: a source is wrong'; exit 1; }}
mkdir -p ../agent_sdk/ui/static
echo '{SHELL}' > ../agent_sdk/ui/static/index.html
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An installed package with a console."""
    return tree_with_console(tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> dict[str, str]:
    """A checkout with a console to build and an npm that is a script: the environment to start it with."""
    root, programs = tmp_path / "checkout", tmp_path / "programs"
    shutil.copytree(
        ROOT / "agent_sdk", root / "agent_sdk", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    (root / "ui").mkdir()
    (root / "ui" / "package.json").write_text("{}", encoding="utf-8")
    (root / "hatch_build.py").touch()
    programs.mkdir()
    for name, script in (("node", NODE), ("npm", NPM)):
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o700)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {"PYTHONPATH": str(root), "PATH": path, "AGENT_SDK_SKIP_UI": ""}


def invitation(started: Program) -> tuple[str, str]:
    """The address and the code that `dev` says."""
    begin = len(started.said)
    started.read_until("#sign-in=")
    while (found := SIGN_IN.search(started.said, max(0, begin - 100))) is None:
        started.read_until("\n")
    return found[1], found[2]


def sign_in(url: str, code: str) -> httpx.Response:
    return httpx.post(f"{url}/v1/sign-in", json={"code": code}, trust_env=False)


@pytest.mark.socket
def test_dev_says_after_each_start_how_to_sign_in_once(tmp_path: Path, tree: Path) -> None:
    with program(tmp_path, "dev", "--port", "0", PYTHONPATH=str(tree)) as started:
        url = started.serves()
        started.read_until(f"its console: {url}/\n")
        assert "csp-nonce" in httpx.get(f"{url}/", trust_env=False).text
        said_url, first = invitation(started)
        assert said_url == url
        assert sign_in(url, first).status_code == 200
        assert sign_in(url, first).status_code == 401
        (tmp_path / "app.py").touch()
        started.read_until("changed: app.py")
        started.serves()
        _, second = invitation(started)
        assert sign_in(url, first).status_code == 401
        key = sign_in(url, second).json()["key"]
        with started.client(key) as console:
            assert console.get("/v1/runs").status_code == 200


@pytest.mark.socket
def test_dev_signs_in_with_the_key_that_the_server_made(tmp_path: Path, tree: Path) -> None:
    env = {"PYTHONPATH": str(tree), "AGENT_SDK_API_KEY": ""}
    with program(tmp_path, "dev", "--port", "0", **env) as started:
        url, code = invitation(started)
        assert sign_in(url, code).status_code == 200


@pytest.mark.socket
def test_a_stranger_on_the_port_is_not_shown_the_key(tmp_path: Path, tree: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("broken(", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--port", str(port), "--agent", "app:agent")
    with program(tmp_path, "dev", *options, PYTHONPATH=str(tree)) as started:
        started.read_until("has ended")
        with socket.create_server(("127.0.0.1", port)) as stranger:
            for text in ("broken(1", "broken(12"):
                app.write_text(text, encoding="utf-8")
                started.read_until("changed: app.py")
                started.read_until("cannot listen on")
            stranger.setblocking(False)
            with pytest.raises(BlockingIOError):
                stranger.accept()
        app.write_text("from agent_sdk import Agent\nagent = Agent('a')\n", encoding="utf-8")
        url, code = invitation(started)
        assert sign_in(url, code).status_code == 200


@pytest.mark.socket
def test_the_browser_is_opened_signed_in(tmp_path: Path, tree: Path) -> None:
    browser = tmp_path / "bin" / "xdg-open"
    browser.parent.mkdir()
    os.mkfifo(tmp_path / "opened")
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n', encoding="utf-8")
    browser.chmod(0o700)
    path = f"{browser.parent}{os.pathsep}{os.environ['PATH']}"
    with program(tmp_path, "dev", "--port", "0", "--open", PATH=path, PYTHONPATH=str(tree)) as started:
        started.serves()
        opened = SIGN_IN.fullmatch(f"sign in, once: {(tmp_path / 'opened').read_text(encoding='utf-8')}")
        assert opened is not None
        assert sign_in(opened[1], opened[2]).status_code == 200


@pytest.mark.socket
def test_a_server_of_an_installed_package_says_where_its_console_is(tmp_path: Path, tree: Path) -> None:
    with program(tmp_path, "server", "--port", "0", PYTHONPATH=str(tree)) as started:
        url = started.serves()
        started.read_until(f"its console: {url}/\n")
        assert "building" not in started.said
        assert "sign-in" not in started.said


@pytest.mark.socket
@pytest.mark.parametrize("command", ["dev", "server"])
def test_a_checkout_builds_its_console_before_it_serves(
    tmp_path: Path, checkout: dict[str, str], command: str
) -> None:
    with program(tmp_path, command, "--port", "0", **checkout) as started:
        url = started.serves()
        assert started.said.index("the console is built") < started.said.index("serves on")
        assert "csp-nonce" in httpx.get(f"{url}/", trust_env=False).text
    assert state_of(of_tree(Path(checkout["PYTHONPATH"]))) == "built"


@pytest.mark.socket
@pytest.mark.parametrize("command", ["dev", "server"])
def test_without_a_console_the_server_works_and_says_what_failed(
    tmp_path: Path, checkout: dict[str, str], command: str
) -> None:
    with program(tmp_path, command, "--port", "0", FAILS="1", **checkout) as started:
        url = started.serves()
        assert "error ASDK-CFG-006: `npm run build` failed" in started.said
        assert "vite: a source is wrong" in started.said
        page = httpx.get(f"{url}/", trust_env=False).text
        assert "`npm run build` failed" in page
        assert "vite" not in page
        with started.client() as client:
            assert client.get("/v1/runs").status_code == 200


@pytest.mark.socket
def test_who_wants_no_console_gets_none_built(tmp_path: Path, checkout: dict[str, str]) -> None:
    with program(tmp_path, "server", "--port", "0", **{**checkout, "AGENT_SDK_SKIP_UI": "1"}) as started:
        started.serves()
        assert "building" not in started.said
    assert state_of(of_tree(Path(checkout["PYTHONPATH"]))) == "missing"


def test_ui_build_builds_it_by_hand_and_says_where_it_is(tmp_path: Path, checkout: dict[str, str]) -> None:
    first, second = (run_cli(tmp_path, "ui", "build", env=checkout) for _ in range(2))
    static = of_tree(Path(checkout["PYTHONPATH"])).static
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out == f"built  {static}\n"
    assert "building the console" in first.err
    assert second.err == ""


def test_ui_build_that_fails_says_why(tmp_path: Path, checkout: dict[str, str]) -> None:
    done = run_cli(tmp_path, "ui", "build", env={**checkout, "FAILS": "1"})
    assert (done.code, done.out) == (3, "")
    assert "error ASDK-CFG-006: `npm run build` failed" in done.err
    assert "vite: a source is wrong" in done.err


def test_ui_build_has_nothing_to_build_in_an_installed_package(tmp_path: Path, tree: Path) -> None:
    done = run_cli(tmp_path, "ui", "build", env={"PYTHONPATH": str(tree)})
    assert (done.code, done.out) == (2, "")
    assert "its sources are not here" in done.err


def console_finding(folder: Path, env: dict[str, str]) -> dict[str, Any]:
    """What `doctor` says of the console."""
    document = json.loads(run_cli(folder, "doctor", "--json", env=env).out)
    return next(each for each in document["checks"] if each["name"] == "console")


def test_doctor_says_whether_the_console_is_built_and_what_builds_it(
    tmp_path: Path, checkout: dict[str, str]
) -> None:
    missing = console_finding(tmp_path, checkout)
    assert (missing["status"], missing["fix"]) == ("warn", "agent-sdk ui build")
    assert console_finding(tmp_path, {**checkout, "AGENT_SDK_SKIP_UI": "1"})["status"] == "ok"
    static = Path(checkout["PYTHONPATH"]) / "agent_sdk" / "ui" / "static"
    static.mkdir()
    (static / "index.html").touch()
    assert console_finding(tmp_path, checkout)["evidence"].startswith("stale; ")


def test_doctor_knows_a_package_that_came_with_and_without_a_console(tmp_path: Path, tree: Path) -> None:
    env = {"PYTHONPATH": str(tree), "AGENT_SDK_SKIP_UI": ""}
    assert console_finding(tmp_path, env)["status"] == "ok"
    (tree / "agent_sdk" / "ui" / "static" / "index.html").unlink()
    missing = console_finding(tmp_path, env)
    assert (missing["status"], missing["fix"]) == (
        "warn",
        "pip install --force-reinstall --no-deps agent-sdk",
    )
