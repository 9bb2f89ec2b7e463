"""What every page has: navigation, palette, shortcuts, themes, a drawer where it is narrow, and addresses that last."""

import re

from playwright.async_api import expect

from tests.e2e.conftest import Visiting
from tests.e2e.console_kit import PHONE, Visit
from tests.interaction.program_kit import begin
from tests.interaction.server_kit import KEY, finished

DARK = "getComputedStyle(document.documentElement).colorScheme"


async def test_the_palette_goes_to_pages_and_runs_by_keyboard(visit: Visit) -> None:
    page = visit.page
    async with visit.client() as client:
        run_id = await begin(client, "reciter", "platypus")
        await finished(client, run_id)
    await visit.open("/console/tools")
    await expect(page.get_by_role("heading", level=1, name="Tools")).to_be_visible()
    await visit.command("sessions")
    await expect(page.get_by_role("heading", level=1, name="Sessions")).to_be_visible()
    await visit.command(run_id)
    await expect(page).to_have_url(re.compile(f"/console/runs/{run_id}"))
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Command").fill("platypus")
    await expect(page.get_by_role("option", name=re.compile("platypus"))).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_question_mark_lists_the_shortcuts_of_the_page(visit: Visit) -> None:
    page = visit.page
    await visit.open("/console/approvals")
    await expect(page.get_by_role("heading", level=1, name="Approvals")).to_be_visible()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet).to_contain_text("Commands")
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)


async def test_a_theme_is_chosen_and_kept(visit: Visit) -> None:
    page = visit.page
    await visit.open("/console/agents")
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    await page.get_by_role("combobox", name="Theme").select_option("dark")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await page.evaluate(DARK) == "dark"
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_the_system_decides_about_the_theme_until_somebody_does(come: Visiting) -> None:
    async with come(color_scheme="dark") as visit:
        await visit.open("/console/agents")
        await expect(visit.page.locator("html")).to_have_attribute("data-theme", "dark")
        await visit.page.emulate_media(color_scheme="light")
        await expect(visit.page.locator("html")).to_have_attribute("data-theme", "light")


async def test_on_a_phone_the_navigation_is_a_drawer(come: Visiting) -> None:
    async with come(viewport=PHONE, has_touch=True, is_mobile=True) as visit:
        page = visit.page
        await visit.open("/")
        await expect(page.get_by_role("heading", level=1, name="Run")).to_be_visible()
        await expect(page.get_by_role("navigation")).to_have_count(0)
        await page.get_by_role("button", name="Open the navigation").tap()
        await page.get_by_role("dialog").get_by_role("link", name="Presets").tap()
        await expect(page.get_by_role("heading", level=1, name="Presets")).to_be_visible()
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_an_address_deep_in_a_run_opens_there_after_signing_in(visit: Visit, come: Visiting) -> None:
    async with visit.client() as client:
        run_id = await begin(client, "reciter", "deep")
        await finished(client, run_id)
    address = f"/console/runs/{run_id}?tab=replay&at=3"
    async with come(signed_in=False) as guest:
        await guest.open(address)
        await guest.page.get_by_label("API key").fill(KEY)
        await guest.page.keyboard.press("Enter")
        await expect(guest.page.get_by_role("heading", name=re.compile("^Event 3"))).to_be_visible()
        assert guest.page.url == f"{guest.url}{address}"


async def test_back_and_forward_go_through_pages_and_tabs(visit: Visit) -> None:
    page = visit.page
    await visit.open("/console/agents")
    await page.get_by_role("link", name="Presets").click()
    await expect(page.get_by_role("heading", level=1, name="Presets")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", level=1, name="Agents")).to_be_visible()
    await page.go_forward()
    await expect(page.get_by_role("heading", level=1, name="Presets")).to_be_visible()


async def test_a_tool_is_tried_by_a_form(visit: Visit) -> None:
    page = visit.page
    await visit.open("/console/tools/calendar")
    await page.get_by_label("day").fill("today")
    await page.get_by_role("button", name=re.compile("^(Try|Run)")).click()
    await expect(page.get_by_text("today, 14:00: walk in the park").first).to_be_visible()


async def test_an_agent_is_shown_with_its_tools_and_starts_a_run(visit: Visit) -> None:
    page = visit.page
    await visit.open("/console/agents/forecaster")
    await expect(page.get_by_role("link", name="weather").first).to_be_visible()
    await (
        page.get_by_role("link", name=re.compile("Start|Run with"))
        .or_(page.get_by_role("button", name=re.compile("Start|Run with")))
        .first.click()
    )
    await expect(page).to_have_url(re.compile("agent=forecaster"))
