"""The pytest plugin: no real model calls, no forgotten steps, golden files.

It is loaded in every pytest run where agent-sdk is installed, so it imports nothing before a test needs it.
"""

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from agent_sdk.contracts.events import Event
    from agent_sdk.testing.scripted_model import ScriptedModel

_MARK: Final = "allow_model_requests"
_MADE: "pytest.StashKey[list[ScriptedModel]]" = pytest.StashKey()
"""The scripted models that a test made."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    group = parser.getgroup("agent-sdk")
    group.addoption("--update-golden", action="store_true", help="Write golden event streams anew.")


def pytest_configure(config: pytest.Config) -> None:
    """Know our mark."""
    config.addinivalue_line("markers", f"{_MARK}: this test may send requests to models.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Block model requests in the test and in its fixtures of any scope, unless the test is marked."""
    from agent_sdk.llm.transport import allow_model_requests, block_model_requests

    allowed = item.get_closest_marker(_MARK) is not None
    reason = f"tests send no requests to models; mark the test with @pytest.mark.{_MARK} if it must"
    with allow_model_requests() if allowed else block_model_requests(reason):
        return (yield)


@pytest.fixture(autouse=True)
def agent_sdk_scripted_models(request: pytest.FixtureRequest) -> Generator[None]:
    """Note the scripted models that the test and its own fixtures make; those of wider scopes outlive it."""
    from agent_sdk.testing.scripted_model import Registry

    before = Registry.current
    Registry.current = request.node.stash[_MADE] = []
    yield
    Registry.current = before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that would pass, but whose scripted models were asked too much or too little."""
    result = yield
    for model in item.stash.get(_MADE, ()):
        model.assert_complete()
    return result


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> "Callable[[Iterable[Event], Path], None]":
    """`golden(events, path)`: compare a run's events with a golden file, or write it with --update-golden."""
    from agent_sdk.testing.golden import check_golden

    update = bool(request.config.getoption("--update-golden"))
    return lambda events, path: check_golden(events, path, update=update)
