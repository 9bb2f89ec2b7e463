"""Holds the planning documents to the plan, the manifest and the import contract that they speak about."""

from __future__ import annotations

import configparser
import hashlib
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from tests.requirements import MILESTONES, REQUIREMENTS, ROOT, Planned, read_plan
from tests.requirements_data.plan import PLAN_PATH

WORKDAYS_PER_WEEK = 5
RECORDS = ROOT / "docs" / "adr"
PLAN_DIGEST = "cd3294585e98039d4565b3d2a03615d22614e80fed98d2662ebd017c934f3502"
PARTS_OF_A_RECORD = ["Context", "Decision", "Consequences", "Alternatives"]
PUBLIC_SURFACES = {"Python API", "events", "HTTP API", "command line", "configuration", "database schema"}


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next heading of its own height or above."""
    found = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    assert found, f"there is no heading {title!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in a text, without the heads and rules of the tables."""
    table = [line for line in text.splitlines() if line.startswith("|")]
    rules = {number for number, line in enumerate(table) if re.fullmatch(r"[|:\- ]+", line)}
    heads = {number - 1 for number in rules}
    cells = [line.strip("|").split("|") for number, line in enumerate(table) if number not in rules | heads]
    return [[cell.strip() for cell in row] for row in cells]


def listed_packages() -> list[tuple[str, int, str]]:
    """Name, ring and owner, as docs/BOUNDARY.md lists them."""
    table = rows(section(read("docs/BOUNDARY.md"), "Packages"))
    return [(name.strip("`"), int(ring), owner) for name, ring, owner, _ in table]


def import_layers() -> list[set[str]]:
    """The layers of the import contract, from the outermost to the innermost."""
    contract = configparser.ConfigParser()
    contract.read_string(read(".importlinter"))
    layers = contract["importlinter:contract:rings"]["layers"].strip().splitlines()
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def existing_packages() -> set[str]:
    package = ROOT / "agent_sdk"
    modules = {file.stem for file in package.glob("*.py") if file.stem != "__init__"}
    return modules | {folder.name for folder in package.iterdir() if any(folder.glob("*.py"))}


def backlog() -> dict[str, list[list[str]]]:
    """Rows of number, item, estimate and release by heading, as docs/ROADMAP.md lists them."""
    text = section(read("docs/ROADMAP.md"), "Backlog")
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    return {title: rows(body) for title, body in zip(parts[::2], parts[1::2], strict=True)}


def days(estimate: str) -> tuple[int, int]:
    """The least and the most workdays of `2-3 days` or `1 week`."""
    found = re.fullmatch(r"(\d+)(?:-(\d+))? (day|week)s?", estimate)
    assert found, f"{estimate!r} is no estimate"
    unit = WORKDAYS_PER_WEEK if found[3] == "week" else 1
    return int(found[1]) * unit, int(found[2] or found[1]) * unit


def span(least: int, most: int) -> str:
    return f"{least}-{most}"


# --- the plan ---


def test_the_plan_is_kept_as_it_was_written() -> None:
    assert hashlib.sha256(PLAN_PATH.read_bytes()).hexdigest() == PLAN_DIGEST


def test_the_plan_carries_no_status_of_its_own() -> None:
    plan = PLAN_PATH.read_text(encoding="utf-8")
    assert "(Completed)" not in plan
    assert "Current Status" not in plan
    assert "(../docs/DELIVERABLES.md)" in plan.split("## ")[0]


# --- the boundary ---


def test_every_layer_of_the_import_contract_has_exactly_one_owner() -> None:
    listed = Counter(name for name, _, _ in listed_packages())
    assert listed == Counter(name for layer in import_layers() for name in layer)
    assert {owner for _, _, owner in listed_packages()} == {"SDK", "platform"}


def test_every_package_that_exists_is_listed_in_the_boundary() -> None:
    assert existing_packages() - {name for name, _, _ in listed_packages()} == set()


def test_the_rings_of_the_boundary_agree_with_the_order_of_the_import_contract() -> None:
    ring_of = {name: ring for name, ring, _ in listed_packages()}
    rings = [{ring_of[name] for name in layer} for layer in import_layers()]
    assert all(len(layer) == 1 for layer in rings)
    outside_in = [ring for layer in rings for ring in layer]
    assert outside_in == sorted(outside_in, reverse=True)


def test_the_sdk_ends_where_the_third_ring_ends() -> None:
    for name, ring, owner in listed_packages():
        assert owner == ("SDK" if ring <= 3 else "platform"), name


@pytest.mark.parametrize("owner", ["SDK", "platform"])
def test_every_responsibility_of_the_plan_has_the_owner_that_the_plan_gives_it(owner: str) -> None:
    owned = {
        responsibility
        for responsibility, owned_by, _, _ in rows(section(read("docs/BOUNDARY.md"), "Who owns what"))
        if owned_by == owner
    }
    assert owned == set(responsibilities_of(owner))


def responsibilities_of(owner: str) -> list[str]:
    """What the matrix of the plan, and the tasks of its phase 0, give to an owner."""
    lines = read_plan()
    matrix = [line.text for line in lines if line.label == f"{owner} owns"]
    tasks = [line.text for line in lines if line.label == "0 task"]
    sdk = tasks.index("Document SDK responsibilities:")
    platform = tasks.index("Document platform responsibilities:")
    return matrix + (tasks[sdk + 1 : platform] if owner == "SDK" else tasks[platform + 1 :])


def test_a_responsibility_lies_in_packages_of_its_owner() -> None:
    owner_of = {name: owner for name, _, owner in listed_packages()}
    for responsibility, owner, where, _ in rows(section(read("docs/BOUNDARY.md"), "Who owns what")):
        packages = [name for name in re.findall(r"`(\w+)`", where) if name in owner_of]
        assert packages, responsibility
        assert {owner_of[name] for name in packages} == {owner}, responsibility


def test_every_public_surface_has_an_owner_and_a_definition() -> None:
    surfaces = rows(section(read("docs/BOUNDARY.md"), "Public surfaces"))
    assert {surface for surface, _, _ in surfaces} >= PUBLIC_SURFACES
    for surface, owner, definition in surfaces:
        assert owner in ("SDK", "platform"), surface
        assert definition, surface


# --- the scope ---


def test_the_scope_checklist_names_every_requirement_of_the_first_phase() -> None:
    named = re.findall(r"`(1(?:\.\d)?:[a-z0-9-]+)`", section(read("docs/SCOPE.md"), "In"))
    assert Counter(named) == Counter(key for key in REQUIREMENTS if re.match(r"1(\.\d)?:", key))


def test_the_scope_says_of_what_is_left_out_when_it_comes() -> None:
    releases = {milestone.split()[0] for milestone in MILESTONES}
    for thing, why, comes_with in rows(section(read("docs/SCOPE.md"), "Out")):
        assert why, thing
        assert comes_with == "never" or set(comes_with.split(", ")) <= releases, thing


def test_every_success_criterion_has_a_bound_and_a_command_that_measures_it() -> None:
    criteria = rows(section(read("docs/SCOPE.md"), "Success criteria"))
    assert len({criterion for criterion, *_ in criteria}) == len(criteria) > 0
    for criterion, bound, release, command in criteria:
        assert re.search(r"\d|\ball\b", bound), criterion
        assert release in ("0.1", "0.2", "0.3"), criterion
        assert re.fullmatch(r"`(python3 bootstrap\.py|\.venv/bin/python|agent-sdk) [^`]+`", command), (
            criterion
        )


# --- the roadmap ---


def test_the_milestones_of_the_roadmap_are_those_of_the_manifest() -> None:
    releases = [row[0].strip("*") for row in rows(section(read("docs/ROADMAP.md"), "Releases"))]
    assert tuple(releases) == MILESTONES


def test_the_backlog_holds_every_item_of_the_plan_in_its_order_with_its_estimate() -> None:
    for phase in range(1, 9):
        (listed,) = (table for title, table in backlog().items() if title.startswith(f"Phase {phase}:"))
        planned = [line for line in read_plan() if line.label == f"{phase} backlog"]
        assert [row[:3] for row in listed] == [
            [str(line.number), line.text, line.estimate] for line in planned
        ]


def test_every_item_of_the_backlog_has_an_estimate_and_a_release() -> None:
    releases = {milestone.split()[0] for milestone in MILESTONES}
    items = [row for table in backlog().values() for row in table]
    assert {release for *_, release in items} == releases
    for _, item, estimate, _ in items:
        assert 0 < days(estimate)[0] <= days(estimate)[1], item


def test_the_timeline_adds_up_from_the_estimates_of_the_backlog() -> None:
    items = [row for table in backlog().values() for row in table]
    least_before = most_before = 0
    for milestone, _, effort, reached in rows(section(read("docs/ROADMAP.md"), "Releases")):
        release = milestone.strip("*").split()[0]
        estimates = [days(estimate) for _, _, estimate, completed_by in items if completed_by == release]
        least, most = sum(low for low, _ in estimates), sum(high for _, high in estimates)
        least_before, most_before = least_before + least, most_before + most
        weeks = [math.ceil(total / WORKDAYS_PER_WEEK) for total in (least_before, most_before)]
        assert (effort, reached) == (span(least, most), span(*weeks)), milestone


def test_nothing_is_planned_later_than_the_release_that_its_backlog_item_is_promised_for() -> None:
    promised = promised_releases()
    late = [
        f"{requirement.id} for {requirement.tests.milestone}: {claim}"
        for requirement in REQUIREMENTS.values()
        if isinstance(requirement.tests, Planned)
        for claim in requirement.covers
        for reference, release in promised.items()
        if reference.startswith(claim) and MILESTONES.index(requirement.tests.milestone) > release
    ]
    assert late == []


def promised_releases() -> Mapping[str, int]:
    """The place among `MILESTONES` of each backlog item's release, by the item's reference."""
    order: Sequence[str] = [milestone.split()[0] for milestone in MILESTONES]
    return {
        f"{title[len('Phase ')]} backlog: {item}": order.index(release)
        for title, table in backlog().items()
        if title.startswith("Phase ")
        for _, item, _, release in table
    }


# --- the words ---


def test_the_glossary_defines_the_words_that_the_plan_defines() -> None:
    words = {word for word, _, _ in rows(read("docs/glossary.md"))}
    defined = {line.text.partition(":")[0] for line in read_plan() if line.label == "definition"}
    assert defined == {"SDK", "Platform", "Battery-included"}
    assert defined <= words


def test_the_glossary_is_sorted_and_gives_each_word_one_meaning() -> None:
    words = [word.casefold() for word, _, _ in rows(read("docs/glossary.md"))]
    assert words == sorted(set(words))
    assert all(meaning.endswith(".") for _, meaning, _ in rows(read("docs/glossary.md")))


# --- decision records ---


def records() -> dict[str, str]:
    """The text of every record by its file name, without the template."""
    files = sorted(RECORDS.glob("[0-9][0-9][0-9][0-9]-*.md"))
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.name != "0000-template.md"}


def status_of(text: str) -> str:
    found = re.search(r"^Status: (proposed|accepted|replaced by \d{4})$", text, re.MULTILINE)
    assert found
    return found[1]


def test_decision_records_are_numbered_without_a_gap() -> None:
    assert [int(name[:4]) for name in records()] == list(range(1, len(records()) + 1))


def test_every_decision_record_has_title_status_date_and_the_four_parts() -> None:
    for name, text in records().items():
        assert text.startswith(f"# {name[:4]} "), name
        assert status_of(text), name
        assert re.search(r"^Date: \d{4}-\d\d-\d\d$", text, re.MULTILINE), name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS_OF_A_RECORD, name


def test_the_index_lists_every_decision_record_with_its_title_and_status() -> None:
    index = read("docs/adr/README.md")
    listed = re.findall(r"^\| \[(.+)\]\((\d{4}-.+\.md)\) \| (.+) \|$", index, re.MULTILINE)
    wanted = [(text.splitlines()[0][2:], name, status_of(text)) for name, text in records().items()]
    assert listed == wanted
