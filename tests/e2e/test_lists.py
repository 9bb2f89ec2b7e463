"""Runs and sessions: found, filtered in the address, followed live, and deleted unless it is taken back."""

import re

from playwright.async_api import expect

from tests.e2e.console_kit import Visit
from tests.interaction.program_kit import Stage, begin
from tests.interaction.server_kit import finished


async def recited(visit: Visit, text: str) -> str:
    """A run that has ended."""
    async with visit.client() as client:
        run_id = await begin(client, "reciter", text)
        await finished(client, run_id)
    return run_id


async def exists(visit: Visit, path: str) -> bool:
    async with visit.client() as client:
        return (await client.get(path)).status_code == 200


async def test_a_search_finds_runs_by_their_words_and_is_in_the_address(visit: Visit) -> None:
    page = visit.page
    await recited(visit, "quokka of the north")
    await recited(visit, "wombat of the south")
    await visit.open("/console/runs")
    await expect(page.get_by_role("table", name="Runs")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("QUOKKA")
    await expect(page).to_have_url(re.compile("q=QUOKKA"))
    await expect(page.get_by_role("link", name="quokka of the north")).to_be_visible()
    await expect(page.get_by_role("link", name="wombat of the south")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("searchbox")).to_have_value("QUOKKA")
    await expect(page.get_by_role("link", name="quokka of the north")).to_be_visible()
    await page.get_by_role("combobox", name="Status").select_option("failed")
    await expect(page.get_by_text(re.compile("match", re.IGNORECASE)).first).to_be_visible()
    await expect(page).to_have_url(re.compile("status=failed"))
    await page.go_back()


async def test_a_run_that_begins_elsewhere_comes_and_changes_in_the_list(visit: Visit, at: Stage) -> None:
    page = visit.page
    await visit.open("/console/runs?agent=reciter")
    await expect(page.get_by_role("table", name="Runs").or_(page.get_by_text("No run")).first).to_be_visible()
    async with visit.client() as client:
        await begin(client, "reciter", "numbat comes @live")
        row = page.get_by_role("row", name=re.compile("numbat comes"))
        await expect(row).to_contain_text("running")
        await at.go("live")
        await expect(row).to_contain_text("completed")


async def test_a_run_is_deleted_unless_it_is_taken_back(visit: Visit) -> None:
    page = visit.page
    run_id = await recited(visit, "bilby to delete")
    await visit.open("/console/runs?q=bilby")
    link = page.get_by_role("link", name="bilby to delete")
    for taken_back in (True, False):
        await page.get_by_role("checkbox", name=re.compile("Choose bilby")).check()
        await page.get_by_role("region", name="Chosen runs").get_by_role("button", name="Delete").click()
        await expect(link).to_have_count(0)
        if taken_back:
            await page.get_by_role("button", name="Undo").click()
            await expect(link).to_be_visible()
            assert await exists(visit, f"/v1/runs/{run_id}")
    async with page.expect_response(lambda each: each.request.method == "DELETE") as answer:
        pass
    assert (await answer.value).status == 204
    assert not await exists(visit, f"/v1/runs/{run_id}")


async def test_two_chosen_runs_are_compared(visit: Visit) -> None:
    page = visit.page
    ids = {await recited(visit, "dingo one"), await recited(visit, "dingo two")}
    await visit.open("/console/runs?q=dingo")
    await expect(page.get_by_role("link", name="dingo one")).to_be_visible()
    # From the first row on: choose, next, choose.
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.get_by_role("button", name="Compare").click()
    await expect(page.get_by_role("heading", name="Compare two runs")).to_be_visible()
    assert set(re.findall(r"run_\w+", page.url)) == ids


async def test_a_session_is_found_opened_continued_and_deleted(visit: Visit) -> None:
    page = visit.page
    run_id = await recited(visit, "echidna says hello")
    async with visit.client() as client:
        session = (await client.get(f"/v1/runs/{run_id}")).json()["session_id"]
    await visit.open("/console/sessions?q=echidna")
    await page.get_by_role("link", name="echidna says hello").click()
    await expect(page).to_have_url(re.compile(f"/console/sessions/{session}"))
    await expect(page.get_by_role("article", name="Message of reciter")).to_contain_text("echidna says hello")
    await page.get_by_role("button", name="Continue").or_(page.get_by_role("link", name="Continue")).click()
    await expect(page).to_have_url(re.compile(f"session={session}"))
    await expect(page.get_by_text("echidna says hello").first).to_be_visible()
    await visit.open(f"/console/sessions/{session}")
    await page.get_by_role("button", name="Delete").click()
    async with page.expect_response(lambda each: each.request.method == "DELETE"):
        await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert not await exists(visit, f"/v1/sessions/{session}")
