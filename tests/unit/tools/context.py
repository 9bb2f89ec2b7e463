"""What tools are called with in these tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.memory import Chunk, Match
from agent_sdk.ports.tool import Tool, ToolOutput

NOW = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class NotCanceled:
    canceled: bool = False


@dataclass(frozen=True, kw_only=True)
class Context:
    deps: Any = None
    run_id: str = "run_1"
    session_id: str = "ses_1"
    agent: str = "tester"
    step: int = 1
    usage: Usage = field(default_factory=Usage)
    cancel: NotCanceled = field(default_factory=NotCanceled)
    tool_call_id: str | None = "call_1"
    idempotency_key: str | None = "key_1"
    approved: bool = False
    emitted: list[str] = field(default_factory=list[str])

    def emit(self, delta: str) -> None:
        self.emitted.append(delta)


class StoppedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


class OneChunkIndex:
    """Finds one chunk, as often as it is asked for."""

    async def search(self, query: str, *, limit: int) -> list[Match]:
        chunk = Chunk(id="c1", document="a.md", text=f"about {query}", start=3, end=9, title="A")
        return [Match(chunk=chunk, score=0.5)] * limit


async def call(tool: Tool, args: Mapping[str, Any] | None = None, *, deps: Any = None) -> ToolOutput:
    return await tool.call(Context(deps=deps), args or {})
