"""Who may look: a key that is pasted, an address that works once, and what happens when a key is no more."""

from playwright.async_api import expect

from tests.e2e.conftest import Visiting
from tests.e2e.console_kit import Visit
from tests.interaction.server_kit import KEY

REFUSED = "401"


async def code(visit: Visit) -> str:
    """A code that signs in once."""
    async with visit.client() as client:
        made = await client.post("/v1/sign-in-codes")
    assert made.status_code == 201, made.text
    return made.json()["code"]


async def test_a_pasted_key_opens_the_page_that_was_asked_for(come: Visiting) -> None:
    async with come(signed_in=False) as visit:
        page = visit.page
        await visit.open("/console/tools?q=weather")
        await expect(page.get_by_role("heading", name="Sign in to the console")).to_be_visible()
        await page.get_by_label("API key").fill(KEY)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1, name="Tools")).to_be_visible()
        assert page.url == f"{visit.url}/console/tools?q=weather"
        await page.reload()
        await expect(page.get_by_role("heading", level=1, name="Tools")).to_be_visible()


async def test_a_wrong_key_is_refused_with_a_reason_and_nothing_is_kept(come: Visiting) -> None:
    async with come(signed_in=False) as visit:
        visit.watch.expect(REFUSED)
        await visit.open("/")
        await visit.page.get_by_label("API key").fill("asdk_wrong")
        await visit.page.get_by_role("button", name="Sign in").click()
        await expect(visit.page.get_by_role("alert")).to_contain_text("ASDK-")
        await expect(visit.page.get_by_role("alert")).to_contain_text("req_")
        assert await visit.page.evaluate("localStorage.length + sessionStorage.length") == 0


async def test_a_key_goes_with_the_tab_unless_it_is_to_be_kept(come: Visiting) -> None:
    async with come(signed_in=False) as visit:
        await visit.open("/console/agents")
        await visit.page.get_by_label("API key").fill(KEY)
        await visit.page.get_by_role("button", name="Sign in").click()
        await expect(visit.page.get_by_role("heading", level=1, name="Agents")).to_be_visible()
        other = await visit.page.context.new_page()
        await other.goto(f"{visit.url}/console/agents")
        await expect(other.get_by_role("heading", name="Sign in to the console")).to_be_visible()


async def test_tabs_follow_a_key_that_is_kept_on_the_device(come: Visiting) -> None:
    async with come(signed_in=False) as visit:
        await visit.open("/console/agents")
        other = await visit.page.context.new_page()
        await other.goto(f"{visit.url}/console/tools")
        await visit.page.get_by_label("API key").fill(KEY)
        await visit.page.get_by_text("Keep me signed in").click()
        await visit.page.get_by_role("button", name="Sign in").click()
        await expect(other.get_by_role("heading", level=1, name="Tools")).to_be_visible()
        await visit.page.get_by_role("button", name="Sign out").click()
        await expect(other.get_by_role("heading", name="Sign in to the console")).to_be_visible()


async def test_a_one_time_address_goes_before_a_kept_key(come: Visiting) -> None:
    async with come() as visit:
        async with visit.page.expect_response("**/v1/sign-in"):
            await visit.open(f"/console/agents#sign-in={await code(visit)}")
        await expect(visit.page.get_by_role("heading", level=1, name="Agents")).to_be_visible()
        kept = await visit.page.evaluate("JSON.parse(sessionStorage.getItem('agent-sdk.key')).by")
        assert kept == "code"


async def test_a_one_time_address_signs_in_once_and_leaves_no_trace(come: Visiting) -> None:
    async with come(signed_in=False) as visit, come(signed_in=False) as late:
        made = await code(visit)
        await visit.open(f"/console/agents#sign-in={made}")
        await expect(visit.page.get_by_role("heading", level=1, name="Agents")).to_be_visible()
        assert visit.page.url == f"{visit.url}/console/agents"
        late.watch.expect(REFUSED)
        await late.open(f"/#sign-in={made}")
        await expect(late.page.get_by_role("alert")).to_be_visible()
        await expect(late.page.get_by_label("API key")).to_be_visible()
        assert late.page.url == f"{late.url}/"


async def test_signing_out_revokes_what_a_one_time_address_gave(come: Visiting) -> None:
    async with come(signed_in=False) as visit:
        await visit.open(f"/console/agents#sign-in={await code(visit)}")
        await expect(visit.page.get_by_role("heading", level=1, name="Agents")).to_be_visible()
        kept = await visit.page.evaluate("JSON.parse(sessionStorage.getItem('agent-sdk.key')).key")
        async with visit.page.expect_response("**/v1/sign-out"):
            await visit.page.get_by_role("button", name="Sign out").click()
        await expect(visit.page.get_by_label("API key")).to_be_visible()
        assert await visit.page.evaluate("sessionStorage.getItem('agent-sdk.key')") is None
        async with visit.client() as client:
            refused = await client.get("/v1/runs", headers={"Authorization": f"Bearer {kept}"})
        assert refused.status_code == 401


async def test_a_key_that_is_revoked_in_mid_visit_asks_for_another_at_the_same_place(come: Visiting) -> None:
    async with come(signed_in=False) as visit, visit.client() as client:
        made = (await client.post("/v1/keys", json={"name": "guest", "role": "developer"})).json()
        await visit.open("/console/agents/forecaster")
        await visit.page.get_by_label("API key").fill(made["secret"])
        await visit.page.keyboard.press("Enter")
        await expect(visit.page.get_by_role("navigation", name="Main")).to_be_visible()
        visit.watch.expect(REFUSED)
        assert (await client.delete(f"/v1/keys/{made['key']['id']}")).is_success
        # By itself: what follows the server is refused, too.
        await expect(visit.page.get_by_role("heading", name="Sign in to the console")).to_be_visible()
        assert visit.page.url == f"{visit.url}/console/agents/forecaster"
        await visit.page.get_by_label("API key").fill(KEY)
        await visit.page.keyboard.press("Enter")
        await expect(visit.page.get_by_role("heading", level=1, name="forecaster")).to_be_visible()
