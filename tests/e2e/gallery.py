"""Every page of the console, with something on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx
from playwright.async_api import Page, expect

from tests.interaction.server_kit import finished, post_run

TABS: Final = ("conversation", "tree", "waterfall", "events", "json", "replay")
PUBLIC: Final = ("sign-in",)
"""Pages for who is not signed in."""


# Fonts, a frame for what was measured, and colours on their way from one theme to the other.
REST: Final = """
async () => {
  await document.fonts.ready;
  const moves = () => document.getAnimations().some((each) => each instanceof CSSTransition);
  do await new Promise(requestAnimationFrame); while (moves());
  await new Promise(requestAnimationFrame);
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the pages show: runs of a server."""

    told: str
    """A run that used tools and is complete."""
    again: str
    """Another one like it."""
    planned: str
    """One with a subagent."""
    waiting: str
    """One that waits for an approval."""
    failed: str
    session: str
    """Of the complete run."""


async def made(client: httpx.AsyncClient) -> Scene:
    """Have the agents do what the pages show."""
    told = await post_run(
        client, "forecaster", "What will the weather be in Oslo tomorrow?", tags=["weather"]
    )
    await finished(client, told["id"])
    again = await post_run(client, "forecaster", "And what should I wear?", session_id=told["session_id"])
    planned = await post_run(client, "planner", "Plan my day, please.")
    stumbled = await post_run(client, "stumbler", "Try the path through the wood.")
    failed = await post_run(client, "breaker", "The provider is down for maintenance.")
    for each in (again, planned, stumbled, failed):
        await finished(client, each["id"])
    waiting = await post_run(client, "publisher", "Print three hundred copies.")
    while (await client.get(f"/v1/runs/{waiting['id']}")).json()["status"] != "paused":
        pass
    return Scene(
        told=told["id"],
        again=again["id"],
        planned=planned["id"],
        waiting=waiting["id"],
        failed=failed["id"],
        session=told["session_id"],
    )


NAMES: Final = (
    *PUBLIC,
    *("start", "run", "run-waiting", "run-failed", "runs", "runs-empty"),
    *(f"trace-{tab}" for tab in TABS),
    *("trace-inspector", "compare", "sessions", "session", "approvals"),
    *("tools", "tool", "agents", "agent", "presets", "not-found"),
)
"""Of all pages."""


def addresses(scene: Scene) -> Mapping[str, str]:
    """Of each page, by a name for it."""
    trace = f"/console/runs/{scene.told}"
    return {
        "sign-in": "/",
        "start": "/",
        "run": f"/?run={scene.told}",
        "run-waiting": f"/?run={scene.waiting}",
        "run-failed": f"/?run={scene.failed}",
        "runs": "/console/runs",
        "runs-empty": "/console/runs?q=nothing+like+this",
        **{f"trace-{tab}": f"{trace}?tab={tab}" for tab in TABS},
        "trace-inspector": f"/console/runs/{scene.planned}?tab=tree&item=step%3A1",
        "compare": f"/console/compare?a={scene.told}&b={scene.again}",
        "sessions": "/console/sessions",
        "session": f"/console/sessions/{scene.session}",
        "approvals": "/console/approvals",
        "tools": "/console/tools",
        "tool": "/console/tools/weather",
        "agents": "/console/agents",
        "agent": "/console/agents/forecaster",
        "presets": "/console/presets",
        "not-found": "/console/nothing-here",
    }


async def settled(page: Page) -> None:
    """Return when a page shows what it has to show."""
    # Not by its role: where a sheet is open, what is behind it is hidden from who cannot see.
    await expect(page.locator("h1")).to_have_count(1)
    await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    await page.evaluate(REST)
