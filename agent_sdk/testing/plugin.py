"""The pytest plugin: no real model calls, no forgotten steps, golden files.

It is loaded in every pytest run where agent-sdk is installed, so it imports nothing before a test needs it.
"""

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

_MARK = "allow_model_requests"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    group = parser.getgroup("agent-sdk")
    group.addoption("--update-golden", action="store_true", help="Write golden event streams anew.")


def pytest_configure(config: pytest.Config) -> None:
    """Know our mark."""
    config.addinivalue_line("markers", f"{_MARK}: this test may send requests to models.")


@pytest.fixture(autouse=True)
def agent_sdk_guard(request: pytest.FixtureRequest) -> Generator[None]:
    """Block model requests, unless the test is marked, and check the scripted models that it made."""
    from agent_sdk.llm.transport import allow_model_requests, block_model_requests
    from agent_sdk.testing.scripted_model import Registry, ScriptedModel

    allowed = request.node.get_closest_marker(_MARK) is not None
    reason = f"tests send no requests to models; mark the test with @pytest.mark.{_MARK} if it must"
    made: list[ScriptedModel] = []
    Registry.current = made
    failed_before = request.session.testsfailed
    try:
        with allow_model_requests() if allowed else block_model_requests(reason):
            yield
    finally:
        Registry.current = None
    if request.session.testsfailed == failed_before:
        for model in made:
            model.assert_complete()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Iterable[Any], Path], None]:
    """`golden(events, path)`: compare a run's events with a golden file, or write it with --update-golden."""
    from agent_sdk.testing.golden import check_golden

    update = bool(request.config.getoption("--update-golden"))
    return lambda events, path: check_golden(events, path, update=update)
