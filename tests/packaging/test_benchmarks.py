"""The benchmarks run, and say what they promise to say. How much comes out is theirs to judge, not a test's."""

import json
import os
import subprocess
import sys

import pytest

from tests.packaging.test_bootstrap import ROOT

pytestmark = [pytest.mark.packaging, pytest.mark.slow, pytest.mark.timeout(300)]


def benchmark(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    # Without the variables by which a measured process measures its children.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, str(ROOT / "benchmarks" / name), *options]
    return subprocess.run(command, env=unmeasured, capture_output=True, text=True, check=False)


def test_the_cost_of_runs_and_tokens_is_a_ratio_to_a_floor_of_the_same_run() -> None:
    done = benchmark("sdk.py", "--quick", "--json")
    assert done.returncode in {0, 1}, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert all(
        row["floor"] > 0 and row["ratio"] == round(row["ours"] / row["floor"], 3) for row in rows.values()
    )
    assert {name: row["budget"] for name, row in rows.items() if "at once" not in name} == {
        "tokens 10 ms apart, 16 streams": 1.5,
        "memory of 1000 open streams": 2.0,
    }
    assert {row["budget"] for name, row in rows.items() if "at once" in name} == {3.0}
    assert any("one-tool run" in name for name in rows)
    assert any("streamed run" in name for name in rows)


def test_the_cost_of_importing_is_shown_beside_a_bare_interpreter() -> None:
    done = benchmark("imports.py")
    assert done.returncode in {0, 1}, done.stderr
    assert "import agent_sdk " in done.stdout
    assert "1.00x a bare interpreter" in done.stdout
