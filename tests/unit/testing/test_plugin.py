"""The pytest plugin, seen from a project of its user."""

import asyncio
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

LOADED = """
import sys
import agent_sdk.testing.plugin
print(sorted(name for name in sys.modules if name.startswith("agent_sdk")))
"""
RUN = """
from agent_sdk import Agent
from agent_sdk.runtime.runner import Runner
from agent_sdk.testing import ScriptedModel, fake_services
import asyncio

def run(model):
    return asyncio.run(Runner(fake_services(model)).run(Agent("a"), "hi"))
"""
SEND = """
import asyncio
import pytest
from agent_sdk.contracts.errors import ConnectionFailed, ModelError
from agent_sdk.llm.transport import Call, send

# Nobody listens on the discard port of the loopback interface.
CALL = Call(provider="p", url="http://127.0.0.1:9", headers={}, body=b"")
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyprojecttoml("""
        [tool.pytest.ini_options]
        addopts = ["--strict-markers", "-p", "no:randomly"]
        asyncio_default_fixture_loop_scope = "function"
    """)
    return pytester


def outcomes(project: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    project.makepyfile(source)
    return project.runpytest_inprocess(*arguments)


def test_the_plugin_is_found_by_entry_point() -> None:
    (point,) = entry_points(group="pytest11", name="agent-sdk")
    assert point.value == "agent_sdk.testing.plugin"


def test_loading_the_plugin_loads_nothing_else_of_the_sdk() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "['agent_sdk', 'agent_sdk.testing', 'agent_sdk.testing.plugin']"


def test_a_step_that_was_not_played_fails_the_test(project: pytest.Pytester) -> None:
    result = outcomes(project, RUN + "def test_x():\n    run(ScriptedModel(['hello', 'more']))\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*scripted:model was left with 1 of 2 steps*"])


def test_a_model_that_nobody_asked_fails_the_test(project: pytest.Pytester) -> None:
    outcomes(project, RUN + "def test_x():\n    ScriptedModel(['hello'])\n").assert_outcomes(failed=1)


def test_a_model_of_a_fixture_of_the_test_is_checked_too(project: pytest.Pytester) -> None:
    fixture = "import pytest\n@pytest.fixture\ndef model():\n    return ScriptedModel(['hello'])\n"
    outcomes(project, RUN + fixture + "def test_x(model):\n    pass\n").assert_outcomes(failed=1)


def test_a_model_shared_by_a_module_may_be_played_over_several_tests(project: pytest.Pytester) -> None:
    fixture = (
        "import pytest\n@pytest.fixture(scope='module')\ndef model():\n    return ScriptedModel(['a', 'b'])\n"
    )
    tests = "def test_x(model):\n    run(model)\ndef test_y(model):\n    run(model)\n"
    outcomes(project, RUN + fixture + tests).assert_outcomes(passed=2)


def test_a_script_played_to_its_end_passes(project: pytest.Pytester) -> None:
    outcomes(project, RUN + "def test_x():\n    run(ScriptedModel(['hello']))\n").assert_outcomes(passed=1)


def test_an_unexpected_call_fails_the_test_even_when_its_error_was_caught(project: pytest.Pytester) -> None:
    body = """
def test_x():
    try:
        run(ScriptedModel([]))
    except Exception:
        return
    assert False, "nobody complained"
"""
    result = outcomes(project, RUN + body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*asked 1 times more often than it has steps*"])


def test_a_test_that_fails_anyway_is_not_told_of_steps_left(project: pytest.Pytester) -> None:
    body = "def test_x():\n    ScriptedModel(['hello'])\n    assert 1 == 2\n"
    result = outcomes(project, RUN + body)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*was left with*")


def test_a_test_that_is_skipped_or_expected_to_fail_stays_so(project: pytest.Pytester) -> None:
    body = """
import pytest

def test_skipped():
    ScriptedModel(['hello'])
    pytest.skip("not today")

@pytest.mark.xfail
def test_expected():
    ScriptedModel(['hello'])
    assert False
"""
    outcomes(project, RUN + body).assert_outcomes(skipped=1, xfailed=1)


def test_a_request_to_a_model_is_impossible_by_default(project: pytest.Pytester) -> None:
    body = """
def test_x():
    with pytest.raises(ModelError, match="mark the test with @pytest.mark.allow_model_requests if it must"):
        asyncio.run(send(CALL))
"""
    outcomes(project, SEND + body).assert_outcomes(passed=1)


def test_a_request_is_impossible_in_fixtures_of_every_scope(project: pytest.Pytester) -> None:
    body = """
@pytest.fixture(scope="session")
def answer():
    with pytest.raises(ModelError, match="model requests are blocked"):
        asyncio.run(send(CALL))

def test_x(answer):
    pass
"""
    outcomes(project, SEND + body).assert_outcomes(passed=1)


@pytest.mark.socket
def test_a_marked_test_may_send_requests(project: pytest.Pytester) -> None:
    body = """
@pytest.mark.allow_model_requests
def test_x():
    with pytest.raises(ConnectionFailed):
        asyncio.run(send(CALL))

def test_y():
    with pytest.raises(ModelError, match="model requests are blocked"):
        asyncio.run(send(CALL))
"""
    outcomes(project, SEND + body).assert_outcomes(passed=2)


GOLDEN = """
from pathlib import Path
def test_x(golden):
    golden(run(ScriptedModel(['hello'])).events, Path("hello.jsonl"))
"""


def test_a_golden_stream_is_written_on_demand_and_then_compared(project: pytest.Pytester) -> None:
    result = outcomes(project, RUN + GOLDEN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*hello.jsonl is missing; run with --update-golden to write it*"])
    project.runpytest_inprocess("--update-golden").assert_outcomes(passed=1)
    assert '"output": "hello"' in (project.path / "hello.jsonl").read_text()
    project.runpytest_inprocess().assert_outcomes(passed=1)
    (project.path / "hello.jsonl").write_text("{}\n")
    project.runpytest_inprocess().assert_outcomes(failed=1)


def test_the_examples_in_the_documents_pass(project: pytest.Pytester) -> None:
    page = (Path(__file__).parents[3] / "docs" / "TESTING.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    project.makepyfile(**{f"test_example_{number}": source for number, source in enumerate(examples)})
    tests = sum(source.count("def test_") for source in examples)
    arguments = ("-o", "asyncio_mode=auto", "--update-golden", "--import-mode=importlib")
    project.runpytest_inprocess(*arguments).assert_outcomes(passed=tests)


def test_the_example_of_a_watched_run_passes() -> None:
    page = (Path(__file__).parents[3] / "docs" / "EVENTS.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    types = asyncio.run(names["watch"]())
    assert types == ["message.started", "message.delta", "message.completed"]
