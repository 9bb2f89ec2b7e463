"""What others wrote is shown and never runs: in answers, tools, citations, titles and errors.

A page's watch complains of a script that ran, a dialog, a request to anywhere else, and of everything that the page's
policy had to stop: what is hostile does not even get that far.
"""

import re
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.e2e.console_kit import Visit
from tests.e2e.vectors import VECTORS
from tests.interaction.server_kit import finished, post_run

OPENERS: Final = '[aria-expanded="false"], details:not([open]) > summary, [aria-haspopup="dialog"]'
POKE: Final = """
async () => {
  const touch = new Set();
  for (const kind of ["pointerover", "mouseover", "mouseenter", "focusin", "toggle", "animationstart", "load", "error"])
    for (const element of document.querySelectorAll("main *")) element.dispatchEvent(new Event(kind));
  return [...document.querySelectorAll("main a[href], main [src], main [srcdoc], main iframe, main object")]
    .map((element) => element.getAttribute("href") ?? element.outerHTML);
}
"""
FORBIDDEN: Final = (
    "main :is(base, style, link, meta, script, iframe, object, embed, form form, img[src*='evil'], [onerror], [onload],"
    " [onclick], [onfocus], [ontoggle], [onmouseover]), .prose [style], .prose :is(img, svg, math, video, audio, input)"
)
SAFE: Final = re.compile(r"/(?!/)|#|https?://|mailto:|\?")
TABS: Final = ("conversation", "tree", "waterfall", "events", "json", "replay")


async def look_through(page: Page) -> None:
    """Touch everything on a page from its top to its end; whatever links there are lead nowhere bad."""
    await expect(page.locator("h1").first).to_be_visible()
    await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    scrollers = page.locator("main section[tabindex='0'], main [role=tabpanel], main [role=tree]")
    for position in range(4):
        links: list[str] = await page.evaluate(POKE)
        assert [link for link in links if not SAFE.match(link)] == []
        assert await page.locator(FORBIDDEN).count() == 0
        for each in await scrollers.all():
            await each.evaluate("(box, part) => box.scrollTo(0, box.scrollHeight * part)", (position + 1) / 4)


async def opened(page: Page, count: int) -> None:
    """Open the first of what is folded."""
    for opener in (await page.locator(f"main :is({OPENERS})").all())[:count]:
        if await opener.is_visible():
            await opener.click()
            await page.keyboard.press("Escape")


def test_the_corpus_has_every_kind_once() -> None:
    assert len(VECTORS) == len(set(VECTORS)) >= 40


async def test_nothing_runs_of_what_models_and_tools_say(visit: Visit) -> None:
    async with visit.client() as client:
        run = await post_run(client, "mirror", "<img src=x onerror=pwned()>")
        ended = await finished(client, run["id"])
    assert ended["status"] == "completed", ended
    for address in (
        f"/?run={run['id']}",
        *(f"/console/runs/{run['id']}?tab={tab}" for tab in TABS),
        f"/console/sessions/{run['session_id']}",
        f"/console/compare?a={run['id']}&b={run['id']}",
    ):
        await visit.open(address)
        await look_through(visit.page)


async def test_nothing_runs_where_a_vector_is_the_whole_answer(visit: Visit) -> None:
    """Each for itself: one that is not closed may hide those behind it."""
    async with visit.client() as client:
        runs = [await post_run(client, "reciter", vector) for vector in VECTORS]
        for run in runs:
            await finished(client, run["id"])
    for address in ("/console/runs?agent=reciter", "/console/sessions?agent=reciter"):
        await visit.open(address)
        await look_through(visit.page)
    await visit.page.goto(f"{visit.url}/console/agents")
    for run in runs:
        # Within the page: loading it anew for each would show no more.
        await visit.page.evaluate("(to) => history.pushState(null, '', to)", f"/?run={run['id']}")
        await expect(visit.page.get_by_role("button", name="Regenerate")).to_be_visible()
        await expect(visit.page.get_by_text("The run is completed.")).to_have_count(1)
        links: list[str] = await visit.page.evaluate(POKE)
        assert [link for link in links if not SAFE.match(link)] == []
        assert await visit.page.locator(FORBIDDEN).count() == 0


@pytest.mark.parametrize("vector", VECTORS[:3] + VECTORS[-12:])
async def test_nothing_runs_of_an_error(visit: Visit, vector: str) -> None:
    async with visit.client() as client:
        run = await post_run(client, "breaker", vector)
        await finished(client, run["id"])
    await visit.open(f"/?run={run['id']}")
    await expect(visit.page.get_by_role("note")).to_contain_text(vector.split(maxsplit=1)[0])
    await look_through(visit.page)


async def test_nothing_runs_of_what_is_folded(visit: Visit) -> None:
    async with visit.client() as client:
        run = await post_run(client, "mirror", "open everything")
        await finished(client, run["id"])
    await visit.open(f"/?run={run['id']}")
    await look_through(visit.page)
    await opened(visit.page, 12)
    await look_through(visit.page)


async def test_nothing_runs_of_an_address(visit: Visit) -> None:
    visit.watch.expect("40[0-9]|422")
    for vector in ("<img src=x onerror=pwned()>", "javascript:pwned()", '"><script>pwned()</script>'):
        for place in (
            "/console/runs?q=",
            "/?run=",
            "/?agent=",
            "/console/compare?a=",
            "/console/sessions?q=",
        ):
            await visit.page.goto(f"{visit.url}{place}{vector}")
            await look_through(visit.page)
