"""What a tool declares of itself: the part of it that models, journals and consoles see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Effects = Literal["read", "write", "external"]
"""`read` changes nothing; `write` changes state that the tool owns; `external` acts on the world."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """Name, version, schemas and behaviour of a tool."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema 2020-12 of the arguments: an object that allows no unknown property."""
    version: str = "1.0.0"
    """Semantic version of the schemas (https://semver.org)."""
    result: Mapping[str, Any] | None = None
    """JSON Schema 2020-12 of the result; None when the tool does not say."""
    effects: Effects = "external"
    idempotent: bool = False
    """Whether running it twice with one idempotency key has the effect of running it once."""
    needs_approval: bool = False
    sequential: bool = False
    """Whether it runs alone: calls before it end first, calls after it wait."""
    timeout_s: float | None = None
    """Seconds; None means the runtime's default."""

    @property
    def repeatable(self) -> bool:
        """Whether an execution with unknown outcome may simply be run again."""
        return self.idempotent or self.effects == "read"
