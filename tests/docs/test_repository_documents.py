"""The documents of the repository: they are there, lead somewhere, and name commands that exist."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.interaction.cli_kit import run_cli

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
USAGE_ERROR = 2
BOOTSTRAPS_OWN = {"test", "lint", "format", "setup", "lock"}
ENDLESS = {"server", "dev"}


def place(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What headings are called in links."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(page: Path) -> list[str]:
    """The lines of its blocks for a shell that start bootstrap.py, without their comments."""
    blocks = re.findall(r"^```(?:console|sh)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("python3 bootstrap.py ")]


def dead_links(page: Path) -> list[str]:
    dead: list[str] = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


@pytest.mark.parametrize(
    "name", ["README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG", "SECURITY", "VERSIONING"]
)
def test_the_documents_that_everybody_looks_for_are_there(name: str) -> None:
    assert (ROOT / f"{name}.md").read_text(encoding="utf-8").startswith("# ")


def test_the_license_is_the_one_that_the_package_declares() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_link_leads_to_what_exists(page: Path) -> None:
    assert dead_links(page) == []


def test_a_link_to_a_missing_page_or_heading_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# There\n\n## A `b` c\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[1](there.md) [2](there.md#a-b-c) [3](gone.md) [4](there.md#gone) [5](#gone) [6](https://x.y)"
    )
    assert dead_links(page) == ["gone.md", "there.md#gone", "#gone"]


def test_the_commands_of_readme_and_contributing_are_understood(tmp_path: Path) -> None:
    shown = [line for name in ("README.md", "CONTRIBUTING.md") for line in commands(ROOT / name)]
    assert len(shown) > 5
    for line in shown:
        arguments = re.findall(r'"[^"]*"|[^\s"]+', line.partition("#")[0])[2:]
        if arguments[0] not in BOOTSTRAPS_OWN:
            arguments += ["--help"] * (arguments[0] in ENDLESS)
            done = run_cli(tmp_path, *[argument.strip('"') for argument in arguments])
            assert done.code != USAGE_ERROR, done.err


def test_the_criteria_of_the_releases_so_far_are_measured_by_scripts_that_exist() -> None:
    scope = (ROOT / "docs" / "SCOPE.md").read_text(encoding="utf-8")
    scripts = re.findall(r"\| 0\.[12] \| `\.venv/bin/python ([^\s`]+)[^`]*`", scope)
    assert len(scripts) > 5
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


def test_the_readme_names_the_version_that_the_package_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"on top of {project['version']}," in (ROOT / "README.md").read_text(encoding="utf-8")
