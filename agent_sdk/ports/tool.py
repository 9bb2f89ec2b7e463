"""The port to tools, and the context that a call is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from agent_sdk.contracts.messages import DocumentPart, ImagePart
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.memory import VectorIndex
from agent_sdk.ports.system import Clock

DepsT_co = TypeVar("DepsT_co", covariant=True)


class CancelState(Protocol):
    """Whether the run is being canceled; safe to read from any thread."""

    @property
    def canceled(self) -> bool:
        """Whether cancellation was asked for."""
        ...


class RunContext(Protocol[DepsT_co]):
    """What a tool, an instruction or a guardrail may know of the run it serves."""

    @property
    def deps(self) -> DepsT_co:
        """What the caller passed as `deps`."""
        ...

    @property
    def run_id(self) -> str:
        """Its id, `run_…`."""
        ...

    @property
    def session_id(self) -> str:
        """The session's id: `ses_…`, or the caller's own."""
        ...

    @property
    def agent(self) -> str:
        """Name of the agent at work."""
        ...

    @property
    def step(self) -> int:
        """Number of the step, from 1."""
        ...

    @property
    def usage(self) -> Usage:
        """What the run has consumed so far."""
        ...

    @property
    def cancel(self) -> CancelState:
        """Whether to stop; a sync tool has to look."""
        ...

    @property
    def tool_call_id(self) -> str | None:
        """The call's id, `call_…`, within a tool; None elsewhere."""
        ...

    @property
    def idempotency_key(self) -> str | None:
        """The same for every attempt at this call: hand it to services that take one."""
        ...

    @property
    def approved(self) -> bool:
        """Whether a human approved this call; a tool that raises `ApprovalRequired` looks at it first."""
        ...

    def emit(self, delta: str) -> None:
        """Show output while the tool is still running (`tool.delta`); safe to call from any thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """A tool's result, ready for journal and model."""

    value: Any
    """Plain JSON."""
    content: str
    """What the model reads: the value itself when it is a string, else its JSON text."""
    attachments: tuple[ImagePart | DocumentPart, ...] = ()


class Tool(Protocol):
    """Something an agent may call."""

    @property
    def spec(self) -> ToolSpec:
        """What it declares."""
        ...

    async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
        """Check `args`, run, check the result.

        Raises:
            ToolError: The arguments do not fit, or the call failed.
            ModelRetry, ToolFailed, ApprovalRequired: What the tool's author raised.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PackConfig:
    """What a tool pack is told by whoever composes the application."""

    clock: Clock
    fs_roots: tuple[Path, ...] = ()
    """Folders that file tools may touch; none means they refuse everything."""
    http_allowlist: tuple[str, ...] = ()
    """Hosts that web tools may reach: `example.com`, `*.example.com`; none means they refuse everything."""
    index: VectorIndex | None = None
    """What `vector.search` looks in; without one the pack has no such tool."""


class ToolPack(Protocol):
    """A named, versioned set of tools.

    An entry point in the group `agent_sdk.tool_packs` is a function from `PackConfig` to a `ToolPack`.
    """

    @property
    def name(self) -> str:
        """Of the pack."""
        ...

    @property
    def version(self) -> str:
        """Semantic version."""
        ...

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Its tools."""
        ...
