"""Every Python block of README.md and docs/ runs, alone and offline."""

import shutil
from pathlib import Path

import pytest
from sybil.document import Document
from sybil.example import Example
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("README.md"), *ROOT.glob("docs/*.md")])


def snippets() -> list[Example]:
    documents = [Document.parse(str(page), PythonCodeBlockParser()) for page in PAGES]
    return [example for document in documents for example in document.examples()]


def place(example: Example) -> str:
    return f"{Path(example.path).name}:{example.line}"


@pytest.mark.parametrize("example", snippets(), ids=place)
def test_the_snippet_runs_by_itself(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A copy of the pages stands where they would be in a checkout, so that a snippet may read and write files.
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    example.document.namespace.clear()
    example.document.namespace["__name__"] = "__snippet__"
    example.evaluate()


def test_the_guide_to_agents_has_snippets() -> None:
    assert len([example for example in snippets() if example.path.endswith("AGENTS.md")]) > 10
