"""A run that streams while the page is loaded again, and while the server is killed: no token is missing or doubled."""

import re
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.console_kit import Visit, server, text_of, visiting
from tests.interaction.program_kit import Program, Stage, begin, stored, written

WORD = re.compile(r"\bn\d+\b")
GONE = r"net::ERR_"
"""What Chromium's console says of a server that is away."""


def poem(cue: str) -> str:
    """Numbered words, and a wait in their middle; the ones behind it are as many as those before."""
    words = [f"n{number}" for number in range(400)]
    return " ".join([*words[:200], f"@{cue}", *words[200:]])


def words_of(events: list[str], *, of_last_message: bool = True) -> list[str]:
    """The words that a journal's deltas hold; of the message that was begun last."""
    texts: dict[str, str] = {}
    for event in map(decode, events):
        if event["type"] == "message.delta":
            about = event["data"]["message_id"]
            texts[about] = texts.get(about, "") + event["data"]["delta"]
    return WORD.findall(list(texts.values())[-1])


def decode(event: str) -> dict[str, Any]:
    return httpx.Response(200, content=event).json()


def message(page: Page) -> Locator:
    """The answer."""
    return page.get_by_role("article", name="Message of reciter")


async def shown(page: Page) -> list[str]:
    """The words of the answer, as they are shown."""
    return WORD.findall(await text_of(message(page)))


async def test_a_page_that_is_loaded_again_in_mid_stream_goes_on_with_every_token_once(
    visit: Visit, at: Stage
) -> None:
    async with visit.client() as client:
        run_id = await begin(client, "reciter", poem("reload"))
        await visit.open(f"/?run={run_id}")
        await expect(message(visit.page)).to_contain_text("n199")
        before = await shown(visit.page)
        assert before == words_of(await written(client, run_id))
        await visit.page.reload()
        await expect(message(visit.page)).to_contain_text("n199")
        assert await shown(visit.page) == before
        await at.go("reload")
        await expect(message(visit.page)).to_contain_text("n399")
        journal = words_of(await stored(client, run_id))
        assert journal == [f"n{number}" for number in range(400)]
        assert await shown(visit.page) == journal
        await visit.page.reload()
        await expect(message(visit.page)).to_contain_text("n399")
        assert await shown(visit.page) == journal


async def test_the_trace_of_a_run_grows_while_it_is_looked_at(visit: Visit, at: Stage) -> None:
    async with visit.client() as client:
        run_id = await begin(client, "reciter", poem("trace"))
        await visit.open(f"/console/runs/{run_id}")
        await expect(message(visit.page)).to_contain_text("n199")
        await at.go("trace")
        await expect(message(visit.page)).to_contain_text("n399")
        assert await shown(visit.page) == words_of(await stored(client, run_id))
        await expect(visit.page.get_by_text("completed", exact=True).first).to_be_visible()


async def test_a_server_that_is_killed_in_mid_stream_and_comes_back_is_followed_with_a_notice(
    browser: Browser, console: None, at: Stage, tmp_path: Path
) -> None:
    async with server(tmp_path, at) as first, visiting(browser, first.url) as visit:
        visit.watch.expect(GONE)
        async with visit.client() as client:
            run_id = await begin(client, "reciter", poem("kill"))
        await visit.open(f"/?run={run_id}")
        await expect(message(visit.page)).to_contain_text("n199")
        await first.kill()
        await expect(
            visit.page.get_by_text(re.compile(r"connection .*lost|reconnecting", re.IGNORECASE)).first
        ).to_be_visible()
        assert await shown(visit.page) == [f"n{number}" for number in range(200)]
        async with server(tmp_path, at, port=first.port) as second:
            await at.reached("kill", 2)
            await at.go("kill")
            await expect(message(visit.page)).to_contain_text("n399")
            await expect(visit.page.get_by_text("when its worker was lost")).to_be_visible()
            await expect(
                visit.page.get_by_text(re.compile(r"connection .*lost|reconnecting", re.IGNORECASE))
            ).to_have_count(0)
            await told_once(visit, second, run_id)


async def told_once(visit: Visit, served: Program, run_id: str) -> None:
    """What is shown is what the journal holds, and also after the page is loaded again."""
    async with served.client() as client:
        journal = words_of(await stored(client, run_id))
    assert journal == [f"n{number}" for number in range(400)]
    assert await shown(visit.page) == journal
    await visit.page.reload()
    await expect(message(visit.page)).to_contain_text("n399")
    assert await shown(visit.page) == journal
