"""A person at the console: a page that is signed in to a server, and what a test asks of both."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e import agents
from tests.e2e.watch import Watch
from tests.interaction.program_kit import Program, Stage, program
from tests.interaction.server_kit import KEY

WAIT_MAX_MS: Final = 10_000
"""Until something that has to appear is given up."""
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
_KEPT: Final = json.dumps({"key": KEY, "by": "paste", "expiresAt": None})
_STORAGE: Final = "agent-sdk.key"

expect.set_options(timeout=WAIT_MAX_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One page of one browser context, at one server."""

    page: Page
    url: str
    watch: Watch

    async def open(self, path: str) -> None:
        """Go to an address of the console."""
        await self.page.goto(f"{self.url}{path}")

    def client(self) -> httpx.AsyncClient:
        """A client of the API, beside the page."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    async def command(self, text: str) -> None:
        """Choose a command from the palette, by keyboard."""
        await self.page.keyboard.press("Control+k")
        await self.page.get_by_role("combobox", name="Command").fill(text)
        await expect(self.page.get_by_role("option").first).to_be_visible()
        await self.page.keyboard.press("Enter")


@asynccontextmanager
async def visiting(
    browser: Browser, url: str, *, signed_in: bool = True, **options: Any
) -> AsyncGenerator[Visit]:
    """A new context with a page, and a complaint at the end if anything went wrong in it.

    Args:
        browser: Where.
        url: Of the server.
        signed_in: Whether the key is kept already.
        options: Of Playwright's `new_context`.
    """
    kept = [{"origin": url, "localStorage": [{"name": _STORAGE, "value": _KEPT}]}] if signed_in else []
    defaults: dict[str, Any] = {
        "viewport": DESKTOP,
        "locale": "en-GB",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
        "permissions": ["clipboard-read", "clipboard-write"],
        "storage_state": {"cookies": [], "origins": kept},
    }
    context = await browser.new_context(**{**defaults, **options})
    context.set_default_timeout(WAIT_MAX_MS)
    watch = Watch(url)
    await watch.begin(context)
    try:
        yield Visit(page=await context.new_page(), url=url, watch=watch)
    except BaseException as error:
        error.add_note(f"The pages complained: {watch.complaints}")
        raise
    finally:
        await context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@asynccontextmanager
async def server(
    folder: Path, at: Stage | None = None, *, port: int = 0, **env: str
) -> AsyncGenerator[Program]:
    """The program with the agents of these tests, and with the console that is built."""
    options = [f"--agent={agents.__name__}:{name}" for name in agents.NAMES]
    variables = {"AGENT_SDK_SKIP_UI": "1", **env}
    async with program(folder, *options, port=port, at=at, variables=variables) as started:
        yield started


async def text_of(locator: Locator) -> str:
    """What is shown, its white space made one."""
    return " ".join((await locator.inner_text()).split())
