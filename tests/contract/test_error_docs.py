"""Every error has a code of its own, words of its own, and its line in docs/ERRORS.md."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

import agent_sdk
from agent_sdk.contracts import errors, platform_errors
from agent_sdk.contracts.errors import AgentSDKError, ConfigError, ModelError, RunFailed
from agent_sdk.contracts.run import StopReason
from scripts.generate_error_docs import below, main, tree_below

ROOT = Path(agent_sdk.__file__).parent
ERRORS = list(below(AgentSDKError))


def test_the_committed_page_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_page_is_found_and_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "ERRORS.md"
    assert main(["--check"], page) == 1
    assert main([], page) == 0
    assert main(["--check"], page) == 0
    assert all(f"| `{kind.code}` | `{kind.__name__}` |" in page.read_text() for kind in ERRORS)


def test_all_errors_of_the_sdk_are_declared_in_the_one_tree() -> None:
    for found in pkgutil.walk_packages(agent_sdk.__path__, "agent_sdk."):
        # Alembic imports its revisions itself, within an environment that they need.
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            importlib.import_module(found.name)

    def ours(kind: type[AgentSDKError]) -> list[type[AgentSDKError]]:
        return [kind, *[each for child in kind.__subclasses__() for each in ours(child)]]

    declared = {kind for kind in ours(AgentSDKError) if kind.__module__.startswith("agent_sdk.")}
    assert declared == set(ERRORS)


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_has_a_code_in_its_own_body(kind: type[AgentSDKError]) -> None:
    assert re.fullmatch(r"ASDK-[A-Z]+-\d{3}", vars(kind)["code"])


def test_no_two_errors_share_a_code() -> None:
    assert [code for code, count in Counter(kind.code for kind in ERRORS).items() if count > 1] == []


@pytest.mark.parametrize("kind", ERRORS)
def test_an_errors_docstring_is_a_sentence_of_its_own(kind: type[AgentSDKError]) -> None:
    line = (vars(kind)["__doc__"] or "").splitlines()[0]
    assert line.endswith(".")
    assert line not in {(other.__doc__ or "").splitlines()[0] for other in ERRORS if other is not kind}


@pytest.mark.parametrize(
    "kind", [*below(ConfigError), *[k for k in below(ModelError) if k is not ModelError]]
)
def test_what_a_person_has_to_mend_comes_with_a_hint(kind: type[AgentSDKError]) -> None:
    assert (kind.hint or "").endswith(".")


@pytest.mark.parametrize("kind", list(below(RunFailed)))
def test_a_failed_run_ends_for_a_reason_that_the_contract_knows(kind: type[RunFailed]) -> None:
    assert kind.stop_reason in get_args(StopReason)


def test_the_tree_in_the_source_is_the_tree_of_the_classes() -> None:
    drawn: list[str] = []
    for home in (errors, platform_errors):
        docstring = ast.get_docstring(ast.parse(Path(home.__file__ or "").read_text(encoding="utf-8"))) or ""
        drawn += [line.strip() for line in docstring.splitlines() if "── " in line]
    names = [re.sub(r"(\w) {2,}.*", r"\1", line).lstrip("├└│─ ") for line in drawn]
    assert names == [line.strip().lstrip("├└│─ ") for line in tree_below(AgentSDKError)]
