"""A run taken apart: its tabs, the scrubber over its journal, a fork from there, and two runs side by side."""

import re
from collections.abc import AsyncGenerator

import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.console_kit import Visit
from tests.interaction.server_kit import finished, journal, post_run


@pytest_asyncio.fixture(loop_scope="session")
async def told(visit: Visit, only_marked_tests_connect: None) -> AsyncGenerator[str]:
    """A run that used two tools in its first step, and ended with its second."""
    async with visit.client() as client:
        run = await post_run(client, "forecaster", "How will Oslo be?")
        await finished(client, run["id"])
    yield run["id"]


async def test_the_scrubber_shows_the_state_at_each_event_and_keeps_its_place_in_the_address(
    visit: Visit, told: str
) -> None:
    page = visit.page
    async with visit.client() as client:
        events = await journal(client, told)
    await visit.open(f"/console/runs/{told}?tab=replay")
    slider = page.get_by_role("slider", name="Place in the journal")
    await expect(slider).to_have_value(str(len(events)))
    await expect(page.get_by_role("heading", name="Oslo, tomorrow")).to_be_visible()
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.get_by_role("heading", name="Event 1: run.queued")).to_be_visible()
    await expect(page.get_by_role("heading", name="Oslo, tomorrow")).to_have_count(0)
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("heading", name="Event 2: run.started")).to_be_visible()
    step = next(event["seq"] for event in events if event["type"] == "step.completed")
    # To the beginning of the first step, and to its end.
    await page.keyboard.press("PageUp")
    await page.keyboard.press("PageUp")
    await expect(page).to_have_url(re.compile(rf"[?&]at={step}\b"))
    await expect(page.get_by_role("article", name="Tool weather: ok")).to_be_visible()
    await expect(page.get_by_role("region", name="State at this place")).to_contain_text("running")
    await page.reload()
    await expect(page.get_by_role("heading", name=f"Event {step}: step.completed")).to_be_visible()
    await slider.focus()
    await page.keyboard.press("End")
    await expect(page.get_by_role("heading", name="Oslo, tomorrow")).to_be_visible()


async def test_a_fork_from_the_scrubber_goes_on_from_the_border_of_a_step(visit: Visit, told: str) -> None:
    page = visit.page
    async with visit.client() as client:
        events = await journal(client, told)
        border = next(event["seq"] for event in events if event["type"] == "step.completed")
        await visit.open(f"/console/runs/{told}?tab=replay&at={border + 1}")
        await page.get_by_role("button", name="Fork from here").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text(f"events 1 to {border}")
        await dialog.get_by_role("button", name="Fork", exact=True).click()
        await expect(page).not_to_have_url(re.compile(told))
        forked = page.url.partition("/runs/")[2].partition("?")[0]
        run = await finished(client, forked)
        assert run["status"] == "completed"
        copied = [event for event in await journal(client, forked) if event["type"] == "tool.executing"]
        # The tools are not asked again: their results came with what was kept.
        assert len(copied) == 2
    await expect(page.get_by_role("heading", name=re.compile(forked))).to_be_visible()
    await page.get_by_role("button", name="Compare the two").click()
    await expect(page).to_have_url(re.compile(rf"a={told}&b={forked}"))
    await expect(page.get_by_role("row", name=re.compile("^Tool calls 2 2 same"))).to_be_visible()


async def test_two_runs_are_compared_by_text_tokens_cost_and_latency(visit: Visit, told: str) -> None:
    page = visit.page
    async with visit.client() as client:
        other = await post_run(client, "reciter", "Take an umbrella")
        await finished(client, other["id"])
    await visit.open(f"/console/compare?a={told}&b={other['id']}")
    figures = page.get_by_role("region", name="Figures")
    for name in ("Tokens in", "Cost", "Latency"):
        await expect(figures.get_by_role("row", name=re.compile(f"^{name}\\b"))).to_be_visible()
    await expect(figures.get_by_role("row", name=re.compile("^Agent "))).to_contain_text("reciter")
    answer = page.get_by_role("region", name="Answer")
    await expect(answer.get_by_role("insertion").first).to_contain_text("only in B")
    await expect(answer.get_by_role("deletion").first).to_contain_text("only in A")
    await page.get_by_role("button", name="Swap").click()
    await expect(page).to_have_url(re.compile(rf"a={other['id']}&b={told}"))


async def test_a_replay_is_verified(visit: Visit, told: str) -> None:
    await visit.open(f"/console/runs/{told}?tab=replay")
    panel = visit.page.get_by_role("tabpanel", name="Replay")
    await panel.get_by_role("button", name="Check determinism").click()
    await expect(panel.get_by_text("Deterministic: 2 steps replayed")).to_be_visible()


async def test_a_subagent_is_shown_inside_the_tree_of_its_parent(visit: Visit) -> None:
    page = visit.page
    async with visit.client() as client:
        run = await post_run(client, "planner", "Plan it.")
        await finished(client, run["id"])
    await visit.open(f"/console/runs/{run['id']}?tab=tree")
    child = page.get_by_role("treeitem", name=re.compile("Subagent forecaster"))
    await child.click()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("treeitem", name=re.compile("Tool weather"))).to_be_visible()
    await page.get_by_role("tab", name="Waterfall").click()
    await expect(page).to_have_url(re.compile("tab=waterfall"))
    await page.get_by_role("tab", name="Events").click()
    await expect(page.get_by_role("region", name="Events of the run")).to_contain_text("subagent.started")
    await page.get_by_role("tab", name="JSON").click()
    await expect(page.get_by_text("demo:planner").first).to_be_visible()
