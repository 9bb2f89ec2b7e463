"""Everybody can use it: no page has a barrier that axe finds, in both themes, on a desktop and on a phone."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.e2e.console_kit import DESKTOP, PHONE, visiting
from tests.e2e.gallery import NAMES, PUBLIC, Scene, addresses, settled
from tests.e2e.screenshots import screenshot
from tests.interaction.program_kit import Program

AXE: Final = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
needs_axe: Final = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci in tests/e2e/axe")


async def barriers(page: Page) -> list[str]:
    """What axe finds, a line for each place."""
    # https://github.com/dequelabs/axe-core/blob/develop/doc/API.md
    found: dict[str, Any] = await page.evaluate(
        "(tags) => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", list(RULES)
    )
    return [
        f"{violation['id']}: {node['html'][:160]}: {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


LOOKS: Final[tuple[tuple[str, Literal["light", "dark"], ViewportSize], ...]] = (
    ("", "light", DESKTOP),
    ("-dark", "dark", DESKTOP),
    ("-phone-dark", "dark", PHONE),
    ("-phone", "light", PHONE),
)
"""An end of a picture's name, theme and size."""


async def looks(page: Page) -> AsyncGenerator[str]:
    """Turn a page to each theme and size; which of `LOOKS` it has now."""
    for look, theme, size in LOOKS:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=theme)
        await expect(page.locator("html")).to_have_attribute("data-theme", theme)
        await settled(page)
        yield look


@needs_axe
@pytest.mark.parametrize("name", NAMES)
async def test_a_page_has_no_barrier_and_fits_in_both_themes_and_on_a_phone(
    browser: Browser, gallery: tuple[Program, Scene], name: str
) -> None:
    served, scene = gallery
    found: list[str] = []
    backgrounds: set[str] = set()
    async with visiting(browser, served.url, signed_in=name not in PUBLIC) as visit:
        # By the debugger's protocol, which the page's policy does not bind.
        await visit.page.context.add_init_script(path=AXE)
        await visit.open(addresses(scene)[name])
        async for look in looks(visit.page):
            found += [f"{name}{look}: {line}" for line in await barriers(visit.page)]
            over = await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found += [f"{name}{look}: {over} px too wide"] if over > 0 else []
            backgrounds.add(await visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))
            if look != "-phone-dark":
                await screenshot(visit.page, f"{name}{look}")
    assert not found, "\n".join(found)
    assert len(backgrounds) == 2
