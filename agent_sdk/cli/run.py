"""`agent-sdk run`."""

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent_sdk.cli import options

if TYPE_CHECKING:
    from agent_sdk.cli.views import View


SESSION_NOTICE: Final = (
    "This run stays in memory: the next one will not know its session. "
    "For a conversation use agent-sdk chat, or a server, which keeps it."
)


def command(
    prompt: Annotated[
        str | None,
        typer.Argument(metavar="PROMPT", help="What to ask; `-` or nothing reads standard input."),
    ] = None,
    *,
    preset: options.Preset = None,
    agent: options.AgentReference = None,
    model: options.Model = None,
    session: options.Session = None,
    docs: options.Docs = None,
    max_steps: options.MaxSteps = None,
    max_tokens: options.MaxTokens = None,
    max_cost_usd: options.MaxCost = None,
    timeout: options.Timeout = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the run's events as JSON lines.")] = False,
) -> None:
    """Run an agent once and show its answer."""
    from agent_sdk.cli.prompt import read_prompt

    text = read_prompt(prompt)

    import asyncio

    from agent_sdk.cli.drive import drive, leave
    from agent_sdk.cli.launch import Choices, prepare
    from agent_sdk.cli.report import say

    limits = options.limits(max_steps, max_tokens, max_cost_usd, timeout)
    launch = prepare(Choices(preset=preset, agent=agent, model=model, docs=docs, limits=limits))
    if session is not None:
        say(SESSION_NOTICE)
    view = make_view(as_json=as_json)
    with asyncio.Runner() as loop:
        code = drive(
            loop,
            lambda token: launch.stream(text, session=session, cancel=token, tree=view.tree),
            view,
            may_ask=can_ask() and not as_json,
        )
        leave(loop, code, worst=code)


def make_view(*, as_json: bool) -> "View":
    """The view that fits where stdout goes."""
    from agent_sdk.cli import views

    if as_json:
        return views.JsonView()
    if not sys.stdout.isatty():
        return views.PipeView()
    from rich.console import Console

    from agent_sdk.cli.terminal import TerminalView

    return TerminalView(Console(highlight=False))


def can_ask() -> bool:
    """Whether a person is there to answer questions."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
