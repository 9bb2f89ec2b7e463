"""What Prometheus says of our metrics, and that the page about them is complete."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent_sdk.contracts.event_data import DATA_OF
from agent_sdk.observability.metrics import CONTENT_TYPE, Metrics
from tests.factories.journals import ERROR, JournalWriter

PAGE = Path(__file__).parents[2] / "docs" / "OBSERVABILITY.md"
UNPACKED = Path(sys.prefix) / "debian" / "prometheus" / "usr" / "bin"  # where bootstrap.py puts it
PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=str(UNPACKED))
HAPPENED: dict[str, dict[str, Any]] = {
    "step.completed": {"first_token_ms": 5},
    "step.failed": {"error": ERROR},
}


def everything() -> bytes:
    """Metrics of a process in which everything happened once."""
    metrics = Metrics()
    writer = JournalWriter()
    for kind in DATA_OF:
        metrics.observe_event(writer.add(kind, **HAPPENED.get(kind, {})))
    metrics.observe_commit(3, 0.001)
    metrics.observe_http("/v1/runs/{run_id}", "GET", 200, 0.01)
    metrics.set_queue_depth(1)
    metrics.open_streams.inc()
    metrics.count_dropped(1, "queue_full")
    return metrics.render()


def families() -> dict[str, str]:
    """Type of each metric by its name as it is written."""
    found = {each.name: each.type for each in text_string_to_metric_families(everything().decode())}
    return {
        name + "_total" * (kind == "counter"): kind
        for name, kind in found.items()
        if not name.endswith("_created")
    }


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian's package `prometheus`)")
def test_promtool_finds_nothing_to_say_about_the_metrics() -> None:
    done = subprocess.run(
        [PROMTOOL or "", "check", "metrics"], input=everything(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian's package `prometheus`)")
def test_promtool_would_have_said_something() -> None:
    broken = everything().replace(b"agent_sdk_cost_usd_total", b"agent_sdk_cost_usd")
    done = subprocess.run(
        [PROMTOOL or "", "check", "metrics"], input=broken, capture_output=True, check=False
    )
    assert done.returncode != 0


def test_the_content_type_is_that_of_the_text_format() -> None:
    assert CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"


def test_every_metric_is_ours_and_on_the_page_with_its_type_and_labels() -> None:
    listed = dict(
        re.findall(r"^\| `(agent_sdk_\w+)` \| (\w+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert listed == families()


def test_the_page_lists_the_labels_of_every_metric() -> None:
    rows = re.findall(
        r"^\| `(agent_sdk_\w+)` \| \w+ \|([^|]*)\|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    listed = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    used: dict[str, set[str]] = {name: set() for name in families()}
    for family in text_string_to_metric_families(everything().decode()):
        name = family.name + "_total" * (family.type == "counter")
        for sample in family.samples:
            if name in used:
                used[name] |= set(sample.labels) - {"le"}
    assert listed == used
