"""A run on a terminal: text as it comes, thoughts dimmed, tools as cards."""

from typing import Any, Final, cast

from rich.console import Console
from rich.text import Text

from agent_sdk.cli.text import Wrap, one_line, printable
from agent_sdk.cli.views import Cards, footer, plain
from agent_sdk.contracts.events import Event
from agent_sdk.runtime.result import RunResult

REPORT_MAX_CHARS: Final = 400
_STYLES: Final = {"▸": "cyan", "✓": "green", "✗": "red", "?": "yellow"}


class TerminalView:
    """Writes only forward, so that nothing flickers and everything can be scrolled back to."""

    tree = True

    def __init__(self, console: Console) -> None:
        """Show a new run on `console`."""
        self._console = console
        self._cards = Cards()
        self._wrap = Wrap(console.width)
        self._open: str | None = None
        """Style of the line that is not ended yet."""

    def event(self, event: Event) -> None:
        """Show it, if there is anything to see."""
        data = cast("dict[str, Any]", event.data)
        match event.type:
            case "message.delta" if event.depth == 0 and data["part"] == "text":
                self._flow(data["delta"], "")
            case "reasoning.delta" if event.depth == 0:
                self._flow(data["delta"], "dim italic")
            case "message.completed" if event.depth == 0:
                self._break()
            case "message.failed" if event.depth == 0:
                self._line(f"(cut: {data['reason']})", "yellow")
            case "message.completed":
                self._show_report(event)
            case "handoff.completed":
                self._line(f"⇢ {data['to']} takes over", "magenta")
            case "memory.compacted" | "run.retrying" | "route.fallback":
                self._line(f"({event.type})", "dim")
            case _:
                self._show_card(event)

    def end(self, result: RunResult[Any] | None, elapsed_s: float) -> None:
        """Close with what it took; text has been shown, any other output has not."""
        self._break()
        if result is None:
            return
        if result.output is not None and not isinstance(result.output, str) and result.status == "completed":
            self._line(plain(result.output), "")
        mark = {"canceled": "canceled · ", "paused": "paused · "}.get(result.status, "")
        self._line(f"{mark}{footer(self._cards.steps, result.usage, elapsed_s)}", "dim")

    def _show_card(self, event: Event) -> None:
        card = self._cards.read(event)
        if card is not None:
            indent = "    " * event.depth
            self._line(f"{indent}{card.line(self._console.width - len(indent))}", _STYLES[card.icon])

    def _show_report(self, event: Event) -> None:
        parts = cast("list[dict[str, Any]]", event.data["message"]["parts"])
        text = "".join(part["text"] for part in parts if part["type"] == "text")
        if text.strip():
            self._line(f"{'    ' * event.depth}{event.agent}: {one_line(text, REPORT_MAX_CHARS)}", "dim")

    def _flow(self, text: str, style: str) -> None:
        if self._open not in {None, style}:
            self._break()
        self._open = style
        self._write(self._wrap.take(printable(text)), style, end="")

    def _line(self, text: str, style: str) -> None:
        self._break()
        self._write(self._wrap.take(printable(text)), style, end="\n")
        self._wrap = Wrap(self._console.width)

    def _break(self) -> None:
        if self._open is not None:
            self._open = None
            self._wrap = Wrap(self._console.width)
            self._console.print()

    def _write(self, text: str, style: str, *, end: str) -> None:
        # Soft: it has been wrapped, and rich would pad and wrap each piece for itself.
        self._console.print(Text(text, style=style), end=end, soft_wrap=True)
