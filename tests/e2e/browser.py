"""Debian's Chromium, driven by Playwright: the machine's own, or what `bootstrap.py test --all` unpacked."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, async_playwright

PROGRAM_VARIABLE: Final = "AGENT_SDK_TEST_CHROMIUM"
"""Set by `bootstrap.py test --all`."""
# Nothing is looked up outside, whatever a page asks for; and no picture depends on the machine's screen.
OPTIONS: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-background-networking",
)


def program() -> str | None:
    """Where Chromium is; None where there is none."""
    return os.environ.get(PROGRAM_VARIABLE) or shutil.which("chromium")


@asynccontextmanager
async def launched(path: str) -> AsyncGenerator[Browser]:
    """A browser without a window."""
    # https://playwright.dev/python/docs/api/class-browsertype#browser-type-launch: root needs --no-sandbox.
    options = [*OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=options)
        try:
            yield browser
        finally:
            await browser.close()
