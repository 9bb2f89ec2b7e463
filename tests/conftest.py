"""With `AGENT_SDK_REQUIRE=all`, a test that would be skipped fails: what CI did not run, it did not check."""

import os
from collections.abc import Generator
from importlib import import_module

import pytest

# pytester forgets what is first imported inside it, and classes would exist twice.
import_module("aiohttp")

pytest_plugins = ["tests.sockets"]


def _everything_is_required() -> bool:
    return os.environ.get("AGENT_SDK_REQUIRE") == "all"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    return f"AGENT_SDK_REQUIRE=all forbids skipping. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one; an expected failure stays what it is."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _everything_is_required():
        report.longrepr = _reason(report)
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped module into an error of collection."""
    report = yield
    if report.skipped and _everything_is_required():
        report.longrepr = _reason(report)
        report.outcome = "failed"
    return report
