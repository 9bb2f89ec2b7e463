"""Sees everything that goes wrong in a browser's pages while a test looks at something else."""

import re
from typing import Final

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, WebError

# What only a page's own address shows: a violation of the policy, and a script of somebody else.
WATCH: Final = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`the policy refused ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
globalThis.pwned = () => console.error("a script of somebody else has run");
"""
_INSIDE: Final = ("data:", "blob:", "about:")


class Watch:
    """Complaints about the pages of a context: errors, violations of the policy, dialogs, requests elsewhere."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._heard: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Have what fits the regular expression forgiven, before and after: the test is about it."""
        self._expected.append(re.compile(pattern))

    @property
    def complaints(self) -> list[str]:
        """What nobody expected."""
        return [each for each in self._heard if not any(known.search(each) for known in self._expected)]

    async def begin(self, context: BrowserContext) -> None:
        """Look at all pages of a context, those to come as well."""
        await context.add_init_script(WATCH)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("dialog", self._dialog)
        context.on("page", self._page)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._heard.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self._heard.append(f"page error: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", *_INSIDE)):
            self._heard.append(f"request elsewhere: {request.url}")

    async def _dialog(self, dialog: Dialog) -> None:
        self._heard.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _page(self, page: Page) -> None:
        page.on("crash", lambda _: self._heard.append("the page crashed"))
