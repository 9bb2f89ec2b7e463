"""Handoffs: another agent takes over the same run."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.tool import ToolSpec

if TYPE_CHECKING:
    from agent_sdk.runtime.definition import AgentDefinition

HistoryFilter = Callable[[Sequence[Message]], Sequence[Message]]
_NOT_A_WORD: Final = re.compile(r"[^A-Za-z0-9_-]+")
_TOOL_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """What one agent may pass the run to, and the tool by which it does."""

    agent: "AgentDefinition[Any, Any]"
    tool_name: str
    description: str
    history: HistoryFilter | None = None
    """What the next agent sees of the conversation; everything by default."""

    @property
    def spec(self) -> ToolSpec:
        """The tool that the model calls."""
        return ToolSpec(
            name=self.tool_name,
            description=self.description,
            parameters={
                "type": "object",
                "properties": {
                    "reason": {"type": "string", "description": "Why the other agent should take over."}
                },
                "required": ["reason"],
                "additionalProperties": False,
            },
            effects="read",
            idempotent=True,
        )


def handoff(
    agent: "AgentDefinition[Any, Any]",
    *,
    tool_name: str | None = None,
    description: str | None = None,
    history: HistoryFilter | None = None,
) -> Handoff:
    """Describe a handoff in more detail than by naming the agent.

    Args:
        agent: Who takes over.
        tool_name: Name of the tool that the model calls; `transfer_to_<agent>` by default.
        description: When to use it; made from the agent's description by default.
        history: What the next agent sees of the conversation.

    Raises:
        DefinitionError: No model could call the tool by that name.
    """
    name = tool_name or f"transfer_to_{_NOT_A_WORD.sub('_', agent.name)}"
    if not _TOOL_NAME.fullmatch(name):
        msg = f"{name!r} cannot be the name of a handoff's tool"
        raise DefinitionError(
            msg, hint="At most 64 letters, digits, `_` and `-`: handoff(agent, tool_name=…)."
        )
    about = f" {agent.description}" if agent.description else ""
    return Handoff(
        agent=agent,
        tool_name=name,
        description=description or f"Hand the conversation over to the agent {agent.name}.{about}",
        history=history,
    )
