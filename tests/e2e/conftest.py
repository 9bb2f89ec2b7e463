"""One browser and one server for all tests of a process; a page of its own for each."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from pytest_asyncio import is_async_test

from agent_sdk.ui.build import ensure
from agent_sdk.ui.place import here
from tests.e2e import browser as chromium
from tests.e2e.console_kit import Visit, server, visiting
from tests.e2e.gallery import Scene, made
from tests.interaction.program_kit import Program, Stage, stage

SCENE = pytest.StashKey[Scene]()
TIMEOUT_S = 180
"""Of one test; the first one may have to build the console."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker("e2e")
            item.add_marker("socket")
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))
            if is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is."""
    found = chromium.program()
    if found is None:
        pytest.skip("needs Chromium: apt install chromium")
    return found


@pytest.fixture(scope="session")
def console(chromium_path: str) -> None:
    """The console, built from these sources; as it is, with AGENT_SDK_SKIP_UI."""
    if not os.environ.get("AGENT_SDK_SKIP_UI"):
        ensure(here(), print)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncGenerator[Browser]:
    """A browser without a window."""
    async with chromium.launched(chromium_path) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def at() -> AsyncGenerator[Stage]:
    """Where the agents of all servers wait."""
    async with stage() as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(
    console: None, at: Stage, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Program]:
    """A server that many tests use; it is full of what they did before."""
    async with server(tmp_path_factory.mktemp("served"), at) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gallery_server(
    console: None, at: Stage, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Program]:
    """A server whose pages are looked at, and nothing else is done."""
    async with server(tmp_path_factory.mktemp("gallery"), at) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def gallery(
    only_marked_tests_connect: None, gallery_server: Program, request: pytest.FixtureRequest
) -> tuple[Program, Scene]:
    """The same scene for all tests, made by the first that wants it."""
    # A fixture of the session may not connect: only tests may.
    scene = request.config.stash.get(SCENE, None)
    if scene is None:
        async with gallery_server.client() as client:
            scene = request.config.stash[SCENE] = await made(client)
    return gallery_server, scene


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, served: Program) -> AsyncGenerator[Visit]:
    """Somebody who is signed in, on a desktop, where it is light."""
    async with visiting(browser, served.url) as made:
        yield made


Visiting = Callable[..., AbstractAsyncContextManager[Visit]]


@pytest.fixture
def come(browser: Browser, served: Program) -> Visiting:
    """Somebody else, with the options of `visiting`."""

    def begin(**options: Any) -> AbstractAsyncContextManager[Visit]:
        return visiting(browser, served.url, **options)

    return begin
