"""The benchmark of the server and its chaos run as they promise. Chaos is correctness: nothing may be violated."""

import json
import re

import pytest

from tests.packaging.test_benchmarks import benchmark

pytestmark = [pytest.mark.packaging, pytest.mark.slow, pytest.mark.socket, pytest.mark.timeout(300)]

BUDGETS = {
    "idle memory": 60,
    "first event": 2,
    "first event, absolute": 0.8,
    "first token": 2,
    "first token, absolute": 3,
    "CPU of a run, 1 client": 2,
    "CPU of a run, 16 clients": 2,
    "CPU of a run, 64 clients": 2,
    "CPU of a run, 256 clients": 2,
    "growth from 1 to 256 clients": 1,
    "errors": 0,
    "smooth streams": 1,
    "appended events": 0.5,
}


def test_the_cost_of_the_server_is_a_ratio_to_a_floor_of_the_same_run() -> None:
    done = benchmark("server.py", "--quick", "--json")
    assert done.returncode in {0, 1}, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert {name: row["budget"] for name, row in rows.items() if row["budget"] is not None} == BUDGETS
    assert done.returncode == int(any(row["over"] for row in rows.values()))
    assert all(
        row["ratio"] == pytest.approx(row["ours"] / row["floor"]) for row in rows.values() if row["floor"]
    )
    assert rows["errors"]["ours"] == 0, rows["errors"]["note"]


def test_a_verdict_counts_what_is_over_budget() -> None:
    done = benchmark("server.py", "--quick", "--twin", "--only", "memory")
    lines = done.stdout.splitlines()
    assert done.returncode in {0, 1}, done.stderr
    assert re.fullmatch(r"idle memory +[\d.]+ +[\d.]+ +[\d.]+x +<= 60  MB(  over budget)?", lines[1])
    assert lines[-1] == f"{done.returncode} of 1 figures are over budget"


def test_ten_kills_lose_no_event_and_repeat_no_effect() -> None:
    done = benchmark("chaos.py", "--kills", "10")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "kills: 10"
    assert lines[-1] == "0 violations"
    started = re.match(r"runs: (\d+) \(", lines[1])
    journals = re.match(r"journals: (\d+) gapless, (\d+) accepted by the grammar, \d+ events", lines[2])
    readers = re.match(r"readers: \d+ connections, (\d+) events received, (\d+) of them in the", lines[3])
    assert started is not None
    assert journals is not None
    assert readers is not None
    assert int(started[1]) > 0
    assert journals.groups() == (started[1], started[1])
    assert int(readers[1]) == int(readers[2]) > 0
    assert "send_letter" in lines[6]
    assert lines[6].endswith(" 0 calls executed more than once")
    assert lines[7] == "executed after the result was journaled: 0"
    assert re.match(r"/ready to the last run that goes on: median", lines[10]), "no kill interrupted a run"


def test_the_counts_of_chaos_are_one_document_for_machines() -> None:
    done = benchmark("chaos.py", "--kills", "2", "--runs", "3", "--seed", "2", "--json")
    counts = json.loads(done.stdout)
    assert done.returncode == 0, counts["violations"]
    assert counts["kills"] == 2
    assert counts["violations"] == []
    assert len(counts["seconds"]["ready"]) == 3
    assert counts["runs"]["started"] == counts["journals"]["gapless"] > 0
