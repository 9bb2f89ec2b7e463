from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts import deliverables
from tests.requirements import (
    REQUIREMENTS,
    Planned,
    Requirement,
    assemble,
    claims_of_nothing,
    faults,
    missing_tests,
    read_plan,
    unclaimed_lines,
)
from tests.requirements_data.plan import parse_plan

SAMPLE = Requirement(
    id="1.1:sample",
    source="plan 1.1 task",
    behavior="A sample behaves.",
    tests=Planned("0.1 first agent"),
)

SAMPLE_PLAN = """\
## Phase 1: First
### Objective
Do it.
### 1.1 Part
- Add a thing:
  - `nested` thing
Deliverables:
- The thing.
### Exit Criteria
- The thing works.
## Phase 1 Backlog (Prioritized, Rough Estimates)
1. Build the thing.  \nEstimate: 2-3 days.
"""


def test_every_line_of_the_plan_is_claimed_by_a_requirement() -> None:
    assert unclaimed_lines(read_plan(), REQUIREMENTS.values()) == []


def test_every_claim_names_exactly_one_line_of_the_plan() -> None:
    assert claims_of_nothing(read_plan(), REQUIREMENTS.values()) == []


def test_every_bound_test_exists() -> None:
    assert missing_tests(REQUIREMENTS.values()) == []


def test_every_requirement_is_well_formed() -> None:
    assert [fault for requirement in REQUIREMENTS.values() for fault in faults(requirement)] == []


def test_no_two_requirements_say_the_same() -> None:
    sentences = [requirement.behavior for requirement in REQUIREMENTS.values()]
    assert len(sentences) == len(set(sentences))


def test_every_phase_of_the_plan_has_requirements() -> None:
    phases = {deliverables.part_of(requirement) for requirement in REQUIREMENTS.values()}
    assert phases == set(deliverables.PARTS)


def test_the_status_page_is_what_the_generator_writes() -> None:
    assert deliverables.main(["--check"]) == 0


def test_a_stale_status_page_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "DELIVERABLES.md"
    assert deliverables.main(["--check"], page) == 1
    assert deliverables.main([], page) == 0
    assert deliverables.main(["--check"], page) == 0
    page.write_text(page.read_text(encoding="utf-8") + "\nAll done.\n", encoding="utf-8")
    assert deliverables.main(["--check"], page) == 1
    assert "scripts/deliverables.py" in capsys.readouterr().err


def test_the_status_page_tells_shown_from_planned() -> None:
    shown = replace(SAMPLE, id="2:shown", behavior="Either a|b.", tests=("tests/a/test_b.py::test_c",))
    page = deliverables.render([SAMPLE, shown])
    assert "| `1.1:sample` | A sample behaves. | planned for 0.1 first agent |" in page
    assert "| `2:shown` | Either a\\|b. | shown by [test_b.py](../tests/a/test_b.py) |" in page
    assert "| **all** | 1 | 1 | 2 |" in page


def test_a_second_requirement_of_the_same_id_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.1:sample"):
        assemble([SAMPLE], [SAMPLE])


@pytest.mark.parametrize(
    "changed",
    [
        replace(SAMPLE, id="sample"),
        replace(SAMPLE, id="9:sample"),
        replace(SAMPLE, source=""),
        replace(SAMPLE, source="hearsay"),
        replace(SAMPLE, behavior=""),
        replace(SAMPLE, behavior="no sentence"),
        replace(SAMPLE, tests=()),
        replace(SAMPLE, tests=Planned("soon")),
    ],
)
def test_a_malformed_requirement_is_found(changed: Requirement) -> None:
    assert faults(SAMPLE) == []
    assert len(faults(changed)) == 1


@pytest.mark.parametrize(
    ("node_id", "exists"),
    [
        ("tests/test_a.py", True),
        ("tests/test_a.py::test_plain", True),
        ("tests/test_a.py::test_async", True),
        ("tests/test_a.py::TestGroup", True),
        ("tests/test_a.py::TestGroup::test_member", True),
        ("tests/page.spec.ts", True),
        ("tests/test_b.py", False),
        ("tests/empty.py", False),
        ("tests/test_a.py::helper", False),
        ("tests/test_a.py::test_member", False),
        ("tests/test_a.py::TestGroup::test_plain", False),
        ("tests/page.spec.ts::test_plain", False),
        ("tests", False),
    ],
)
def test_a_binding_is_found_only_where_a_test_stands(tmp_path: Path, node_id: str, *, exists: bool) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_a.py").write_text(
        "def test_plain(): ...\nasync def test_async(): ...\ndef helper(): ...\n"
        "class TestGroup:\n    def test_member(self): ...\n",
        encoding="utf-8",
    )
    (folder / "empty.py").write_text("", encoding="utf-8")
    (folder / "page.spec.ts").write_text("", encoding="utf-8")
    bound = replace(SAMPLE, tests=(node_id,))
    assert (missing_tests([bound], tmp_path) == []) is exists


def test_the_reader_of_the_plan_finds_every_kind_of_line() -> None:
    lines = parse_plan(SAMPLE_PLAN)
    assert [line.reference for line in lines] == [
        "1.1 task: Add a thing:",
        "1.1 task: `nested` thing",
        "1.1 deliverable: The thing.",
        "1 exit: The thing works.",
        "1 backlog: Build the thing.",
    ]
    assert (lines[-1].number, lines[-1].estimate) == (1, "2-3 days")


def test_a_line_under_a_heading_that_is_not_known_is_not_skipped() -> None:
    with pytest.raises(ValueError, match="a stray wish"):
        parse_plan("## Phase 1: First\n### Wishes\n- a stray wish\n")


def test_a_line_without_a_claim_and_a_claim_without_a_line_are_found() -> None:
    lines = parse_plan(SAMPLE_PLAN)
    claims = ("1.1 task: Add", "1.1 task: `nested`", "1.1 deliverable: The thing", "1 exit: The", "1 task: x")
    claimant = replace(SAMPLE, covers=claims)
    assert unclaimed_lines(lines, [claimant]) == ["1 backlog: Build the thing."]
    assert claims_of_nothing(lines, [claimant]) == ["1.1:sample: 1 task: x"]


def test_a_claim_that_fits_two_lines_names_neither() -> None:
    vague = replace(SAMPLE, covers=("1.1 task:",))
    assert claims_of_nothing(parse_plan(SAMPLE_PLAN), [vague]) == ["1.1:sample: 1.1 task:"]
