"""The console in distributions: who builds it, what they hold, and that an installed wheel serves it."""

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from agent_sdk.ui import node
from tests.interaction.cli_kit import PATIENCE_S
from tests.interaction.cli_program import Program
from tests.interaction.test_console_start import NODE, NPM, invitation, sign_in
from tests.packaging.test_bootstrap import copy_of_the_tree, environment

INDEX: Final = "agent_sdk/ui/static/index.html"

pytestmark = pytest.mark.packaging


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what could be committed: nothing is built in it."""
    return copy_of_the_tree(tmp_path)


@pytest.fixture
def scripted(tmp_path: Path) -> dict[str, str]:
    """An environment whose npm is a script that needs no registry."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, script in (("node", NODE), ("npm", NPM)):
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o700)
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def build(folder: Path, target: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Build a distribution of the tree in `folder` into its `dist`."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", "dist"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def built(folder: Path, target: str, env: Mapping[str, str]) -> Path:
    """The distribution, which must succeed."""
    done = build(folder, target, env)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (folder / "dist").glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


def test_a_wheel_holds_the_console_and_not_its_sources(checkout: Path, scripted: dict[str, str]) -> None:
    wheel = built(checkout, "wheel", scripted)
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {INDEX, "agent_sdk/ui/static/build.json"} <= names
    assert {name.split("/")[0] for name in names} == {"agent_sdk", "agent_sdk-0.1.0.dist-info"}


def test_a_source_distribution_holds_both_and_its_wheel_needs_no_npm(
    checkout: Path, scripted: dict[str, str], tmp_path: Path
) -> None:
    sdist = built(checkout, "sdist", scripted)
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (tree,) = (tmp_path / "unpacked").iterdir()
    for name in (INDEX, "ui/package.json", "ui/package-lock.json", "ui/.npmrc", "hatch_build.py"):
        assert (tree / name).is_file(), name
    assert not (tree / "ui" / "node_modules").exists()
    wheel = built(tree, "wheel", {**scripted, "FAILS": "1"})
    assert INDEX in zipfile.ZipFile(wheel).namelist()


def test_a_console_that_cannot_be_built_fails_the_wheel_and_says_what_does_without(
    checkout: Path, scripted: dict[str, str]
) -> None:
    failing = {**scripted, "FAILS": "1"}
    done = build(checkout, "wheel", failing)
    assert done.returncode != 0
    assert "`npm run build` failed" in done.stdout + done.stderr
    assert "AGENT_SDK_SKIP_UI=1" in done.stdout + done.stderr
    wheel = built(checkout, "wheel", {**failing, "AGENT_SDK_SKIP_UI": "1"})
    assert INDEX not in zipfile.ZipFile(wheel).namelist()


def test_an_editable_installation_builds_nothing(checkout: Path, scripted: dict[str, str]) -> None:
    build_editable = "from hatchling.build import build_editable; print(build_editable('dist'))"
    (checkout / "dist").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", build_editable],
        cwd=checkout,
        env={**scripted, "FAILS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (checkout / INDEX).exists()


@pytest.mark.parametrize(
    ("variable", "value", "required"),
    [("PATH", os.defpath, []), ("PATH", "/nowhere", [node.REQUIREMENT]), ("AGENT_SDK_SKIP_UI", "1", [])],
)
def test_a_build_asks_for_node_only_where_there_is_none(
    checkout: Path, scripted: dict[str, str], variable: str, value: str, required: list[str]
) -> None:
    nowhere = {**scripted, "PATH": "/nowhere"}
    env = scripted if value == os.defpath else {**nowhere, variable: value}
    asked = "from hatchling.build import get_requires_for_build_wheel as asked; print(asked())"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=checkout, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(required)


@contextmanager
def dev(venv: Path, home: Path) -> Generator[Program]:
    """`agent-sdk dev` of an installed package, outside the checkout."""
    process = subprocess.Popen(
        [str(venv / "bin" / "agent-sdk"), "dev", "--port", "0"],
        cwd=home,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield Program(process, home)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        assert process.stderr is not None
        process.stderr.close()


@pytest.mark.socket
@pytest.mark.slow
@pytest.mark.needs_network
@pytest.mark.timeout(300)
def test_an_installed_wheel_serves_the_console_and_signs_in(checkout: Path, tmp_path: Path) -> None:
    installed_wheel_serves(built(checkout, "wheel", os.environ), tmp_path)


def installed_wheel_serves(wheel: Path, tmp_path: Path) -> None:
    """Install a wheel into an empty environment, and look at its console as a browser would."""
    venv, home = tmp_path / "venv", tmp_path / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    install = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(install, cwd=home, check=True)
    with dev(venv, home) as started:
        url, code = invitation(started)
        assert "building" not in started.said
        page = httpx.get(f"{url}/", trust_env=False)
        assert "__CSP_NONCE__" not in page.text
        assets = [part.split('"')[0] for part in page.text.split('="/console/assets/')[1:]]
        assert any(name.endswith(".js") for name in assets)
        for name in assets:
            answer = httpx.get(f"{url}/console/assets/{name}", trust_env=False)
            assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
        key = sign_in(url, code).json()["key"]
        headers = {"Authorization": f"Bearer {key}"}
        assert httpx.get(f"{url}/v1/meta", headers=headers, trust_env=False).status_code == 200
