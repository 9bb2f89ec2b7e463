"""Phase 0: the boundary, the scope, the milestones, and the manifest itself."""

from __future__ import annotations

from tests.requirements_data.model import Requirement

REQUIREMENTS = (
    Requirement(
        id="0:boundary-packages",
        source="plan 0 deliverable",
        behavior=(
            "docs/BOUNDARY.md names every package of agent_sdk once, with its ring and exactly one owner, "
            "SDK or platform."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_every_layer_of_the_import_contract_has_exactly_one_owner",
            "tests/docs/test_plan_documents.py::test_every_package_that_exists_is_listed_in_the_boundary",
            "tests/docs/test_plan_documents.py::test_the_sdk_ends_where_the_third_ring_ends",
        ),
        covers=(
            "0 deliverable: Architecture boundary doc",
            "0 exit: Written boundary doc",
            "0 goal: Lock the boundary",
        ),
    ),
    Requirement(
        id="0:boundary-responsibilities",
        source="plan 0 task",
        behavior=(
            "docs/BOUNDARY.md gives each responsibility that the plan names the owner that the plan names, "
            "and the package that holds it."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_every_responsibility_of_the_plan_has_the_owner_that_the_plan_gives_it",
            "tests/docs/test_plan_documents.py::test_a_responsibility_lies_in_packages_of_its_owner",
        ),
        covers=(
            "0 task: Document SDK responsibilities:",
            "0 task: agent loop semantics",
            "0 task: tool lifecycle",
            "0 task: model routing",
            "0 task: memory semantics",
            "0 task: observability hooks",
            "0 task: Document platform responsibilities:",
            "0 task: UI/UX",
            "0 task: API server surface",
            "0 task: storage",
            "0 task: scheduling",
            "0 task: deployment",
            "SDK owns: agent loop semantics",
            "SDK owns: tool lifecycle + schemas",
            "SDK owns: model routing + retries",
            "SDK owns: memory primitives + compaction",
            "SDK owns: event streams + observability hooks",
            "SDK owns: preset definitions + tool packs",
            "platform owns: UI surfaces",
            "platform owns: API gateway semantics",
            "platform owns: storage infra and scaling",
            "platform owns: deployment and ops",
            "platform owns: user/org management",
        ),
    ),
    Requirement(
        id="0:boundary-rings",
        source="plan 0 goal",
        behavior=(
            "The rings of docs/BOUNDARY.md and the layers of the import contract never disagree about who "
            "is inside whom."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_the_rings_of_the_boundary_agree_with_the_order_of_the_import_contract",
        ),
        covers=(
            "0 goal: Lock the boundary",
            "risk: Risk: scope creep into full SaaS.",
            "risk: Mitigation: enforce platform boundary",
        ),
    ),
    Requirement(
        id="0:public-surfaces",
        source="plan 0 task",
        behavior=(
            "The review of the runtime and its APIs ends in one table: each public surface, its owner, and "
            "the artefact that defines it."
        ),
        tests=("tests/docs/test_plan_documents.py::test_every_public_surface_has_an_owner_and_a_definition",),
        covers=("0 task: Review current SDK runtime and APIs.",),
    ),
    Requirement(
        id="0:scope-checklist",
        source="plan 0 deliverable",
        behavior=(
            "docs/SCOPE.md says what the MVP contains, requirement by requirement, and what it leaves out."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_the_scope_checklist_names_every_requirement_of_the_first_phase",
            "tests/docs/test_plan_documents.py::test_the_scope_says_of_what_is_left_out_when_it_comes",
        ),
        covers=("0 deliverable: MVP scope checklist.",),
    ),
    Requirement(
        id="0:success-criteria",
        source="plan 0 goal",
        behavior="Every success criterion of docs/SCOPE.md states a bound and the command that measures it.",
        tests=(
            "tests/docs/test_plan_documents.py::test_every_success_criterion_has_a_bound_and_a_command_that_measures_it",
        ),
        covers=("0 goal: Define success criteria and measurable milestones.",),
    ),
    Requirement(
        id="0:milestones",
        source="plan 0 deliverable",
        behavior=(
            "docs/ROADMAP.md lists the releases 0.1 to 1.0 with the effort of each and the time at which "
            "it is reached."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_the_milestones_of_the_roadmap_are_those_of_the_manifest",
            "tests/docs/test_plan_documents.py::test_the_timeline_adds_up_from_the_estimates_of_the_backlog",
        ),
        covers=(
            "0 deliverable: Milestone timeline.",
            "0 goal: Define success criteria and measurable milestones.",
        ),
    ),
    Requirement(
        id="0:backlog",
        source="plan 0 exit",
        behavior=(
            "docs/ROADMAP.md holds every backlog item of the plan in its order of priority, each with an "
            "estimate and a release."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_the_backlog_holds_every_item_of_the_plan_in_its_order_with_its_estimate",
            "tests/docs/test_plan_documents.py::test_every_item_of_the_backlog_has_an_estimate_and_a_release",
            "tests/docs/test_plan_documents.py::test_nothing_is_planned_later_than_the_release_that_its_backlog_item_is_promised_for",
        ),
        covers=("0 exit: Prioritized backlog with estimates.",),
    ),
    Requirement(
        id="0:plan-kept",
        source="plan 0 goal",
        behavior=(
            "The plan in documents/ stays as it was written and claims no status; status comes from tests."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_the_plan_is_kept_as_it_was_written",
            "tests/docs/test_plan_documents.py::test_the_plan_carries_no_status_of_its_own",
        ),
    ),
    Requirement(
        id="0:definitions",
        source="plan definition",
        behavior=(
            "docs/glossary.md gives each word of the project one meaning, the three that the plan defines "
            "among them."
        ),
        tests=(
            "tests/docs/test_plan_documents.py::test_the_glossary_defines_the_words_that_the_plan_defines",
            "tests/docs/test_plan_documents.py::test_the_glossary_is_sorted_and_gives_each_word_one_meaning",
        ),
        covers=(
            "definition: SDK:",
            "definition: Platform:",
            "definition: Battery-included:",
        ),
    ),
    Requirement(
        id="0:decisions",
        source="quality bar",
        behavior="Decisions are recorded in docs/adr/, numbered, in one form, and listed with their status.",
        tests=(
            "tests/docs/test_plan_documents.py::test_decision_records_are_numbered_without_a_gap",
            "tests/docs/test_plan_documents.py::test_every_decision_record_has_title_status_date_and_the_four_parts",
            "tests/docs/test_plan_documents.py::test_the_index_lists_every_decision_record_with_its_title_and_status",
        ),
    ),
    Requirement(
        id="0:manifest",
        source="quality bar",
        behavior=(
            "Every list item of the plan is claimed by a requirement, and every requirement is bound to "
            "tests that exist or to a release."
        ),
        tests=("tests/test_requirements.py",),
    ),
    Requirement(
        id="0:status",
        source="quality bar",
        behavior="docs/DELIVERABLES.md is generated from the manifest, and a stale copy fails the check.",
        tests=(
            "tests/test_requirements.py::test_the_status_page_is_what_the_generator_writes",
            "tests/test_requirements.py::test_a_stale_status_page_fails_the_check",
        ),
    ),
)
