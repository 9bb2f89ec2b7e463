"""`agent-sdk chat`."""

import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

from agent_sdk.cli import exit_codes, options

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from agent_sdk.cli.launch import Launch
    from agent_sdk.contracts.tool import ToolSpec

HELP: Final = """\
/help    this
/tools   what the agent can use
/clear   forget the conversation and begin a new one
/quit    leave (so do Ctrl-D and, at the prompt, Ctrl-C)
Ctrl-C cancels an answer; anything else is said to the agent."""


def command(
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
) -> None:
    """Talk with an agent in one session. The limits hold for each answer."""
    import asyncio

    from agent_sdk.cli.drive import leave
    from agent_sdk.cli.launch import Choices, prepare

    limits = options.limits(max_steps, max_tokens, max_cost_usd, timeout)
    launch = prepare(Choices(preset=preset, agent=agent, model=model, docs=docs, limits=limits))
    with asyncio.Runner() as loop:
        chat = _Chat(launch, loop, session)
        code = chat.talk()
        leave(loop, code, worst=chat.worst)


class _Chat:
    def __init__(self, launch: "Launch", loop: "asyncio.Runner", session: str | None) -> None:
        self._launch = launch
        self._loop = loop
        self._session = session or self._new_session()
        self.worst = exit_codes.OK
        """Code of the last answer that failed."""

    def talk(self) -> int:
        """Read and answer until the end; the exit code, which for a person at a terminal is always good."""
        from agent_sdk.cli.report import say
        from agent_sdk.cli.run import can_ask

        by_hand = can_ask()
        if by_hand:
            # Importing it gives `input` editing and a history.
            import_module("readline")
            # It has to give the terminal back before the process ends.
            signal.signal(signal.SIGINT, signal.default_int_handler)

            say(f"Talking with {self._launch.agent.name}. /help says what there is, /quit leaves.")
        for line in _lines(by_hand=by_hand):
            if line in {"/quit", "/exit"}:
                break
            if line.startswith("/"):
                say(self._obey(line))
            elif line:
                self.worst = self._answer(line, by_hand=by_hand) or self.worst
        return exit_codes.OK if by_hand else self.worst

    def _answer(self, text: str, *, by_hand: bool) -> int:
        from agent_sdk.cli.drive import drive
        from agent_sdk.cli.report import report
        from agent_sdk.cli.run import make_view
        from agent_sdk.contracts.errors import AgentSDKError

        view = make_view(as_json=False)
        try:
            return drive(
                self._loop,
                lambda token: self._launch.stream(text, session=self._session, cancel=token, tree=view.tree),
                view,
                may_ask=by_hand,
            )
        except AgentSDKError as error:
            report(error)
            return exit_codes.of_error(error)

    def _obey(self, line: str) -> str:
        match line:
            case "/help":
                return HELP
            case "/tools":
                return (
                    "\n".join(f"{tool.name}: {tool.description.splitlines()[0]}" for tool in self._tools)
                    or "none"
                )
            case "/clear":
                self._session = self._new_session()
                return "A new conversation."
            case _:
                return f"There is no {line}; /help says what there is."

    @property
    def _tools(self) -> "list[ToolSpec]":
        return list(self._launch.agent.tool_specs)

    def _new_session(self) -> str:
        return self._launch.runner.services.ids.new("ses")


def _lines(*, by_hand: bool) -> "Iterator[str]":
    """What is said, line by line, until the input ends."""
    from agent_sdk.cli.prompt import check_text

    while True:
        try:
            line = input("\n> ") if by_hand else _piped_line()
        except EOFError:
            return
        yield check_text(line).strip()


def _piped_line() -> str:
    from agent_sdk.cli.prompt import decode

    line = sys.stdin.buffer.readline() if sys.stdin is not None else b""
    if not line:
        raise EOFError
    return decode(line)
