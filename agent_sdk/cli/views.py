"""How a run is shown: as JSON lines, as plain text for a pipe, or (`terminal`) for a person at a terminal."""

import sys
from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

from agent_sdk.cli.report import say
from agent_sdk.cli.text import cells, fit, one_line
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import TextPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.runtime.result import RunResult

ARGUMENTS_MAX_CHARS: Final = 100
RESULT_MAX_CHARS: Final = 120


class View(Protocol):
    """Shows one run."""

    tree: bool
    """Whether it wants the events of subagents too."""

    def event(self, event: Event) -> None:
        """Show the next event."""
        ...

    def end(self, result: RunResult[Any] | None, elapsed_s: float) -> None:
        """Show what the run came to; None when it failed before it began."""
        ...


class JsonView:
    """Each event of the root run as one line of JSON on stdout."""

    tree = False

    def event(self, event: Event) -> None:
        """Write its envelope."""
        sys.stdout.buffer.write(encode(event) + b"\n")
        sys.stdout.buffer.flush()

    def end(self, result: RunResult[Any] | None, elapsed_s: float) -> None:
        """The last event has said it all."""


class PipeView:
    """The answer on stdout, and what is done for it on stderr."""

    tree = True

    def __init__(self) -> None:
        """Show a new run."""
        self._cards = Cards()

    def event(self, event: Event) -> None:
        """Tell of tools that have ended."""
        card = self._cards.read(event)
        if card is not None and card.ended:
            say(f"{'  ' * event.depth}{card.line()}")

    def end(self, result: RunResult[Any] | None, elapsed_s: float) -> None:
        """Write the answer, and what it took."""
        if result is not None:
            # What a run had said that failed or reached a limit was paid for, too.
            output = _last_text(result) if result.status == "failed" else result.output
            if output is not None:
                print(plain(output), flush=True)
            say(footer(self._cards.steps, result.usage, elapsed_s))


class Card:
    """One tool call, as far as it has come."""

    def __init__(self, agent: str | None, name: str, args: Mapping[str, Any]) -> None:
        """A call that was just accepted; `agent` is named where it is not the one the user speaks to."""
        self._who = f"{agent} " if agent else ""
        self._call = (
            f"{name}({one_line(', '.join(_argument(*item) for item in args.items()), ARGUMENTS_MAX_CHARS)})"
        )
        self.state = "started"
        self._outcome = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in {"started", "approval_requested"}

    @property
    def icon(self) -> str:
        """Of its state."""
        return {"started": "▸", "completed": "✓", "approval_requested": "?"}.get(self.state, "✗")

    def close(self, state: str, data: Mapping[str, Any]) -> None:
        """Take in how it went."""
        self.state = state
        duration = f"  {data['duration_ms']} ms" if "duration_ms" in data else ""
        match state:
            case "completed":
                self._outcome = f" → {one_line(plain(data['result']), RESULT_MAX_CHARS)}{duration}"
            case "failed":
                self._outcome = f" failed: {one_line(data['error']['message'], RESULT_MAX_CHARS)}{duration}"
            case "denied":
                self._outcome = f" denied: {one_line(data['reason'], RESULT_MAX_CHARS)}"
            case "approval_requested":
                self._outcome = " waits for approval"
            case _:
                self._outcome = f" {state}{duration}"

    def line(self, width_cells: int | None = None) -> str:
        """The card as text, fitted to a width if there is one: call and outcome each keep half of it."""
        head = f"{self.icon} {self._who}"
        if width_cells is None:
            return f"{head}{self._call}{self._outcome}"
        room = max(width_cells - cells(head), 2)
        outcome = fit(self._outcome, max(room - cells(self._call), room // 2))
        return f"{head}{fit(self._call, room - cells(outcome))}{outcome}"


class Cards:
    """The tool calls of a run and its subagents, by their ids."""

    def __init__(self) -> None:
        """None yet."""
        self._open: dict[str, Card] = {}
        self.steps = 0
        """Steps of the root run begun so far."""

    def read(self, event: Event) -> Card | None:
        """The card that an event changes, or None."""
        kind, _, verb = event.type.partition(".")
        if event.type == "step.started" and event.depth == 0:
            self.steps += 1
        if kind != "tool" or verb in {"executing", "delta", "approval_resolved"}:
            return None
        data = cast("dict[str, Any]", event.data)
        call_id = str(data["tool_call_id"])
        if verb == "started":
            card = self._open[call_id] = Card(
                event.agent if event.depth else None, data["name"], data["args"]
            )
            return card
        card = self._open.get(call_id)
        if card is not None:
            card.close(verb, data)
        return card


def _last_text(result: RunResult[Any]) -> str | None:
    answers = (message for message in reversed(result.new_messages) if message.role == "assistant")
    texts = ("".join(part.text for part in each.parts if isinstance(part, TextPart)) for each in answers)
    return next((text for text in texts if text.strip()), None)


def plain(value: Any) -> str:
    """A value as text: strings as they are, everything else as JSON."""
    if isinstance(value, str):
        return value
    from pydantic import TypeAdapter

    return TypeAdapter(Any).dump_json(value).decode()


def footer(steps: int, usage: Usage, elapsed_s: float) -> str:
    """`2 steps · 2 tools · 312 tokens · cost unknown · 0.8 s`."""
    cost = "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    tokens = f"{usage.total_tokens} tokens"
    return f"{_count(steps, 'step')} · {_count(usage.tool_calls, 'tool')} · {tokens} · {cost} · {elapsed_s:.1f} s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _argument(name: str, value: Any) -> str:
    return f"{name}={encode(value).decode()}"
