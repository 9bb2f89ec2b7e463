"""What importing costs, who may import whom, and what a wheel holds."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = (
    "aiohttp",
    "alembic",
    "anthropic",
    "fastapi",
    "genai_prices",
    "httpx",
    "httpx2",
    "jsonschema",
    "openai",
    "prometheus_client",
    "pydantic",
    "pydantic_settings",
    "rich",
    "sqlalchemy",
    "sqlite3",
    "starlette",
    "typer",
    "uvicorn",
)

pytestmark = pytest.mark.packaging


def run(
    *command: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the tree in `folder`."""
    return run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo", cwd=folder)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to break."""
    shutil.copytree(ROOT / "agent_sdk", tmp_path / "agent_sdk", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    without_console = {**os.environ, "AGENT_SDK_SKIP_UI": "1"}
    built = run(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), env=without_console
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_importing_loads_nothing_heavy() -> None:
    # Without the variables by which a measured process measures its children: that loads sqlite3.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = run(sys.executable, "-c", "import agent_sdk, sys; print(*sys.modules)", env=unmeasured)
    assert done.returncode == 0, done.stderr
    assert set(HEAVY) & set(done.stdout.split()) == set()


def test_the_import_contracts_are_kept(tree: Path) -> None:
    done = lint_imports(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "source", "broken"),
    [
        ("utils/__init__.py", "", "Rings: imports point inward only BROKEN"),
        ("contracts/outward.py", "import agent_sdk.runtime", "Rings: imports point inward only BROKEN"),
        ("runtime/vendor.py", "import openai", "no vendor's client BROKEN"),
        ("runtime/web.py", "def serve():\n    import fastapi", "HTTP is served in server only BROKEN"),
        ("runtime/sql.py", "import sqlite3", "SQL lives in storage and queue_backends only BROKEN"),
        ("storage/orm.py", "import sqlalchemy", "Only revisions are written with Alembic BROKEN"),
        ("runtime/http.py", "import aiohttp", "Only models and tools call out over HTTP BROKEN"),
        ("runtime/adapter.py", "import agent_sdk.llm.providers.openai", "reached by entry point BROKEN"),
    ],
)
def test_a_breach_of_a_contract_is_found(tree: Path, module: str, source: str, broken: str) -> None:
    path = tree / "agent_sdk" / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    done = lint_imports(tree)
    assert done.returncode == 1
    assert broken in " ".join(done.stdout.split())


def test_the_wheel_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert "agent_sdk/py.typed" in wheel.namelist()


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    folders = {name.split("/")[0] for name in wheel.namelist()}
    assert folders == {"agent_sdk", "agent_sdk-0.1.0.dist-info"}


def test_the_wheel_holds_the_migrations_as_sql(wheel: zipfile.ZipFile) -> None:
    folder = ROOT / "agent_sdk" / "storage" / "migrations" / "sql"
    files = {file.relative_to(ROOT).as_posix() for file in folder.glob("*/*.sql")}
    assert files
    assert files <= set(wheel.namelist())


def test_the_built_in_adapters_come_through_entry_points(wheel: zipfile.ZipFile) -> None:
    entry_points = wheel.read("agent_sdk-0.1.0.dist-info/entry_points.txt").decode()
    assert "offline = agent_sdk.llm.providers.offline:create" in entry_points
    assert "agent-sdk = agent_sdk.cli:main" in entry_points


def test_the_wheel_shows_the_readme(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read("agent_sdk-0.1.0.dist-info/METADATA").decode()
    assert "Description-Content-Type: text/markdown" in metadata
