import json
from pathlib import Path
from typing import Any

import pytest

from scripts.check_coverage import PACKAGES, Count, complaints, count, main


def file(*, lines: tuple[int, int], branches: tuple[int, int]) -> dict[str, Any]:
    return {
        "summary": {
            "covered_lines": lines[0],
            "num_statements": lines[1],
            "covered_branches": branches[0],
            "num_branches": branches[1],
        }
    }


def report(folder: Path, **summaries: dict[str, Any]) -> Path:
    files = {f"agent_sdk/{package}/module.py": summary for package, summary in summaries.items()}
    path = folder / "coverage.json"
    path.write_text(json.dumps({"files": files}))
    return path


def test_only_the_files_of_the_package_itself_count() -> None:
    one = file(lines=(1, 2), branches=(3, 4))
    files = {"agent_sdk/llm/a.py": one, "agent_sdk/llm/providers/b.py": one, "agent_sdk/llms/c.py": one}
    assert count(files, "llm") == Count(lines=4, lines_run=2, branches=8, branches_run=6)


def test_a_package_without_branches_is_fully_covered() -> None:
    assert Count(lines=10, lines_run=10).branch_percent == 100.0


def test_a_package_that_was_not_measured_is_named() -> None:
    assert list(complaints({"ports": Count()})) == ["nothing of agent_sdk/ports was measured"]


def test_the_gate_opens_at_ninety_five_percent_of_all_together(tmp_path: Path) -> None:
    rest = {package: file(lines=(10, 10), branches=(20, 20)) for package in PACKAGES[1:]}
    path = report(tmp_path, contracts=file(lines=(10, 10), branches=(15, 20)), **rest)
    assert main(path) == 0


def test_too_few_branches_close_it_even_if_every_line_ran(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = {package: file(lines=(10, 10), branches=(20, 20)) for package in PACKAGES[1:]}
    path = report(tmp_path, contracts=file(lines=(10, 10), branches=(14, 20)), **rest)
    assert main(path) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "coverage contracts  lines 100.00 %  branches  70.00 %"
    assert out[-1] == "coverage: 94.00 % of the branches ran, at least 95 % must"


def test_too_few_lines_close_it(tmp_path: Path) -> None:
    assert main(report(tmp_path, **dict.fromkeys(PACKAGES, file(lines=(9, 10), branches=(1, 1))))) == 1
