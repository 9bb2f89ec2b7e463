"""The watch itself: a page in which something goes wrong fails its test."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Visiting

WRONGS = {
    "a script of somebody else has run": "pwned()",
    "page error: boom": "setTimeout(() => { throw new Error('boom') })",
    "console: alas": "console.error('alas')",
    "dialog: hello": "setTimeout(() => alert('hello'))",
    "the policy refused img-src": "new Image().src = 'https://evil.invalid/p.png'",
    "the policy refused frame-src": "const made = document.createElement('iframe'); made.src = 'https://evil.invalid'; "
    "document.body.append(made)",
    "the policy refused require-trusted-types-for": "try { document.body.innerHTML = '<p>' } catch {}",
}


@pytest.mark.parametrize("complaint", WRONGS)
async def test_what_goes_wrong_in_a_page_fails_the_test(come: Visiting, complaint: str) -> None:
    with pytest.raises(AssertionError) as failed:
        await go_wrong(come, WRONGS[complaint])
    assert complaint in str(failed.value)


async def go_wrong(come: Visiting, script: str) -> None:
    """Visit a page, and do something there that no page of the console does."""
    async with come() as visit:
        await visit.open("/console/agents")
        await expect(visit.page.get_by_role("heading", level=1, name="Agents")).to_be_visible()
        await visit.page.evaluate(f"() => {{ {script} }}")
        await visit.page.evaluate("new Promise((done) => setTimeout(done, 50))")
