"""The Run page: a prompt, what the agent does with it, and everything that may come in between."""

import re

from playwright.async_api import expect

from tests.e2e.console_kit import Visit
from tests.interaction.program_kit import Stage, begin
from tests.interaction.server_kit import finished, journal

RUN = re.compile(r"[?&]run=(run_\w+)")


async def say(visit: Visit, agent: str, text: str) -> str:
    """Choose an agent and send a prompt; the run's id, from the address."""
    await visit.open(f"/?agent={agent}")
    await expect(visit.page.get_by_role("combobox", name="Agent")).to_have_value(re.compile(agent))
    await visit.page.get_by_label("Message to the agent").fill(text)
    await visit.page.keyboard.press("Enter")
    await expect(visit.page).to_have_url(RUN)
    found = RUN.search(visit.page.url)
    assert found is not None
    return found[1]


async def test_a_prompt_shows_the_tools_it_used_the_answer_and_its_source(visit: Visit) -> None:
    page = visit.page
    run_id = await say(visit, "forecaster", "How will Oslo be?")
    await expect(page.get_by_role("heading", name="Oslo, tomorrow")).to_be_visible()
    await expect(page.get_by_role("cell", name="clear")).to_be_visible()
    card = page.get_by_role("article", name="Tool weather: ok")
    await expect(card).to_contain_text("1.0.0")
    await card.get_by_role("button", name="weather").click()
    await expect(card.get_by_role("region", name="Arguments of weather")).to_contain_text('"Oslo"')
    await expect(card).to_contain_text('sky: "clear"')
    await page.get_by_role("button", name="Source 1: Forecast for Oslo").click()
    source = page.get_by_role("dialog", name="Source 1")
    await expect(source).to_contain_text("Fog until ten, then clear")
    await expect(source.get_by_role("link")).to_have_attribute("href", "https://weather.invalid/oslo")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=re.compile("Reasoned for")).click()
    await expect(page.get_by_text("The user needs the weather and the plans")).to_be_visible()
    async with visit.client() as client:
        assert (await client.get(f"/v1/runs/{run_id}")).json()["status"] == "completed"


async def test_the_next_message_goes_on_in_the_same_session(visit: Visit) -> None:
    first = await say(visit, "forecaster", "How will Oslo be, first of all?")
    await expect(visit.page.get_by_role("heading", name="Oslo, tomorrow")).to_be_visible()
    await expect(visit.page.get_by_role("button", name="Regenerate")).to_be_visible()
    await visit.page.get_by_label("Message to the agent").fill("And then?")
    await visit.page.get_by_role("button", name="Send", exact=True).click()
    await expect(visit.page).not_to_have_url(re.compile(first))
    await expect(visit.page.get_by_role("button", name="Regenerate")).to_have_count(2)
    await expect(visit.page.get_by_text("How will Oslo be, first of all?")).to_have_count(1)
    async with visit.client() as client:
        runs = [
            (await client.get(f"/v1/runs/{each}")).json() for each in (first, RUN.findall(visit.page.url)[0])
        ]
    assert runs[0]["session_id"] == runs[1]["session_id"]


async def test_stop_cancels_a_run_at_work(visit: Visit, at: Stage) -> None:
    run_id = await say(visit, "reciter", "one @stopped two")
    await at.reached("stopped")
    await expect(visit.page.get_by_role("article", name="Message of reciter")).to_contain_text("one")
    await visit.page.get_by_role("button", name="Stop").click()
    await expect(visit.page.get_by_text("The run was canceled.", exact=True).last).to_be_visible()
    async with visit.client() as client:
        events = await journal(client, run_id)
    assert events[-1]["type"] == "run.canceled"


async def test_a_prompt_that_is_edited_and_sent_again_makes_a_new_run_and_keeps_the_old(visit: Visit) -> None:
    first = await say(visit, "reciter", "what I ment")
    await expect(visit.page.get_by_role("button", name="Regenerate")).to_be_visible()
    await visit.page.get_by_role("button", name="Edit and send again").click()
    await visit.page.get_by_label("Your message").fill("what I meant")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page).not_to_have_url(re.compile(first))
    await expect(visit.page.get_by_role("article", name="Message of reciter")).to_contain_text("what I meant")
    second = RUN.findall(visit.page.url)[0]
    async with visit.client() as client:
        assert (await finished(client, second))["output"] == "what I meant "
        assert (await client.get(f"/v1/runs/{first}")).json()["output"] == "what I ment "


async def test_what_is_written_is_kept_when_the_page_is_loaded_again(visit: Visit) -> None:
    await visit.open("/?agent=reciter")
    await visit.page.get_by_label("Message to the agent").fill("not sent yet")
    await visit.page.reload()
    await expect(visit.page.get_by_label("Message to the agent")).to_have_value("not sent yet")


async def test_a_long_run_opens_at_its_end_and_leads_back_there(visit: Visit) -> None:
    page = visit.page
    async with visit.client() as client:
        run_id = await begin(client, "marathon", "Walk.")
        await finished(client, run_id)
    await visit.open(f"/?run={run_id}")
    await expect(page.get_by_role("button", name="Regenerate")).to_be_in_viewport()
    await page.get_by_role("region", name="Conversation").hover()
    await page.mouse.wheel(0, -3000)
    await expect(page.get_by_role("button", name="Regenerate")).not_to_be_in_viewport()
    await page.get_by_role("button", name="Jump to the latest").click()
    await expect(page.get_by_role("button", name="Regenerate")).to_be_in_viewport()


async def test_a_run_that_failed_says_why_and_what_to_do(visit: Visit) -> None:
    await say(visit, "breaker", "The moon is closed.")
    note = visit.page.get_by_role("note")
    await expect(note).to_contain_text("The moon is closed.")
    await expect(note).to_contain_text("ASDK-LLM-001")
    await expect(note).to_contain_text("Say something else.")


async def test_a_tool_that_failed_is_open_with_its_error(visit: Visit) -> None:
    await say(visit, "stumbler", "Go.")
    card = visit.page.get_by_role("article", name="Tool stumble: error")
    await expect(card).to_contain_text("fell over a root")
    await expect(card).to_contain_text("ASDK-TOOL-")


async def test_a_run_that_is_not_there_says_so_with_the_id_of_the_request(visit: Visit) -> None:
    visit.watch.expect("404")
    for address in ("/?run=", "/console/runs/"):
        await visit.open(f"{address}run_00000000000000000000000009")
        alert = visit.page.get_by_role("alert").first
        await expect(alert).to_contain_text("ASDK-RES-001")
        await expect(alert).to_contain_text("req_")
        await expect(alert.get_by_role("button", name="Copy the error").first).to_be_visible()


async def test_a_request_is_copied_as_a_command_without_the_key(visit: Visit) -> None:
    async with visit.client() as client:
        run_id = await begin(client, "reciter", "copy me")
        await finished(client, run_id)
    await visit.open(f"/console/runs/{run_id}")
    await visit.page.get_by_role("button", name="Copy request").click()
    await visit.page.get_by_role("menuitem", name=re.compile("curl", re.IGNORECASE)).click()
    copied = await visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl ")
    assert run_id in copied
    assert "Bearer $" in copied
