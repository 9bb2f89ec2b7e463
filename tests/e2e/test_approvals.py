"""A tool that waits for somebody: it is approved, denied, or approved with other arguments, without a mouse too."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.console_kit import Visit, server, visiting
from tests.interaction.program_kit import Stage, begin
from tests.interaction.server_kit import finished, journal


@pytest_asyncio.fixture(loop_scope="session")
async def inbox(browser: Browser, console: None, at: Stage, tmp_path: Path) -> AsyncGenerator[Visit]:
    """A visit at a server where nothing else waits."""
    async with server(tmp_path, at) as served, visiting(browser, served.url) as made:
        yield made


async def waiting(visit: Visit, text: str = "Print it.") -> str:
    """A run whose tool waits."""
    async with visit.client() as client:
        run_id = await begin(client, "publisher", text)
        while (await client.get(f"/v1/runs/{run_id}")).json()["status"] != "paused":
            pass
    return run_id


async def ended(visit: Visit, run_id: str, kind: str) -> dict[str, Any]:
    """The run's one event of a type, once it has ended."""
    async with visit.client() as client:
        await finished(client, run_id)
        [found] = [event for event in await journal(client, run_id) if event["type"] == kind]
    return found["data"]


async def test_a_waiting_tool_is_approved_in_its_card(visit: Visit) -> None:
    run_id = await waiting(visit)
    await visit.open(f"/?run={run_id}")
    await visit.page.get_by_role("button", name="Approve", exact=True).click()
    await expect(visit.page.get_by_role("article", name="Tool publish: ok")).to_be_visible()
    await expect(visit.page.get_by_text("That is settled.")).to_be_visible()
    assert (await ended(visit, run_id, "tool.completed"))["result"] == "300 copies of Ode to Fog are out"


async def test_the_inbox_fills_while_it_is_looked_at_and_a_key_approves(inbox: Visit) -> None:
    page = inbox.page
    await inbox.open("/console/approvals")
    await expect(page.get_by_text("Nothing waits")).to_be_visible()
    first, second = await waiting(inbox, "The first."), await waiting(inbox, "The second.")
    await expect(page.get_by_role("link", name=re.compile("Approvals 2 waiting"))).to_be_visible()
    for left in ("Waiting 1", "Waiting"):
        await expect(page.get_by_role("article", name="Approval of publish")).to_be_visible()
        # Nothing is decided in the moment after a decision: nobody has read the next one yet.
        await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_enabled()
        await page.keyboard.press("a")
        await expect(page.get_by_role("tab", name=left, exact=True)).to_be_visible()
    await expect(page.get_by_text("Nothing waits")).to_be_visible()
    for run_id in (first, second):
        assert (await ended(inbox, run_id, "tool.approval_resolved"))["decision"] == "approve"


async def test_arguments_are_edited_by_keyboard_and_held_against_the_schema(inbox: Visit) -> None:
    page = inbox.page
    run_id = await waiting(inbox)
    await inbox.open("/console/approvals")
    await expect(page.get_by_role("article", name="Approval of publish")).to_be_visible()
    await page.keyboard.press("e")
    editor = page.get_by_label("Arguments (JSON)")
    await editor.fill('{"title": "Ode to Fog", "copies": "many"}')
    await expect(page.get_by_role("button", name="Approve with these arguments")).to_be_disabled()
    await expect(page.get_by_role("dialog")).to_contain_text("copies")
    await editor.fill('{"title": "Ode to Sun", "copies": 2}')
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Nothing waits")).to_be_visible()
    assert (await ended(inbox, run_id, "tool.completed"))["result"] == "2 copies of Ode to Sun are out"


async def test_a_tool_is_denied_with_a_reason_that_the_model_is_told(inbox: Visit) -> None:
    page = inbox.page
    run_id = await waiting(inbox)
    await inbox.open("/console/approvals")
    await expect(page.get_by_role("article", name="Approval of publish")).to_be_visible()
    await page.keyboard.press("d")
    await page.get_by_label("Reason").fill("Nobody reads odes.")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Nothing waits")).to_be_visible()
    assert (await ended(inbox, run_id, "tool.denied"))["reason"] == "Nobody reads odes."
    await page.get_by_role("tab", name="Decided").click()
    await expect(page.get_by_text("Nobody reads odes.").first).to_be_visible()


async def test_who_comes_second_is_told_that_it_is_decided(inbox: Visit) -> None:
    page = inbox.page
    run_id = await waiting(inbox)
    await inbox.open("/console/approvals")
    await expect(page.get_by_role("article", name="Approval of publish")).to_be_visible()
    await page.keyboard.press("d")
    await page.get_by_label("Reason").fill("No.")
    async with inbox.client() as client:
        [asked] = (await client.get("/v1/approvals")).json()["data"]
        answer = await client.post(f"/v1/approvals/{asked['id']}", json={"decision": "approve"})
        assert answer.is_success
    inbox.watch.expect("409")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text(re.compile("decided|already", re.IGNORECASE)).first).to_be_visible()
    assert (await ended(inbox, run_id, "tool.approval_resolved"))["decision"] == "approve"
