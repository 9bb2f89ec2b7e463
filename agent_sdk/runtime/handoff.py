"""Handoffs: another agent takes over the same run."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.tool import ToolSpec

if TYPE_CHECKING:
    from agent_sdk.runtime.definition import AgentDefinition

HistoryFilter = Callable[[Sequence[Message]], Sequence[Message]]
_NOT_A_WORD: Final = re.compile(r"[^A-Za-z0-9_-]+")
_TOOL_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Handoff:
    """What one agent may pass the run to, and the tool by which it does. It does not change."""

    __slots__ = ("_agent", "_description", "_tool_name", "history")

    def __init__(
        self,
        *,
        agent: "AgentDefinition[Any, Any] | Callable[[], AgentDefinition[Any, Any]]",
        tool_name: str | None = None,
        description: str | None = None,
        history: HistoryFilter | None = None,
    ) -> None:
        """As `handoff`."""
        self._agent = agent
        self._tool_name = tool_name
        self._description = description
        self.history = history
        """What the next agent sees of the conversation; None shows everything."""

    @property
    def agent(self) -> "AgentDefinition[Any, Any]":
        """Who takes over."""
        return self._agent() if callable(self._agent) else self._agent

    @property
    def tool_name(self) -> str:
        """Of the tool that the model calls.

        Raises:
            DefinitionError: No model could call it by that name.
        """
        name = self._tool_name or f"transfer_to_{_NOT_A_WORD.sub('_', self.agent.name)}"
        if not _TOOL_NAME.fullmatch(name):
            msg = f"{name!r} cannot be the name of a handoff's tool"
            raise DefinitionError(
                msg, hint="At most 64 letters, digits, `_` and `-`: handoff(agent, tool_name=…)."
            )
        return name

    @property
    def description(self) -> str:
        """What the model is told of it."""
        agent = self.agent
        about = f" {agent.description}" if agent.description else ""
        return self._description or f"Hand the conversation over to the agent {agent.name}.{about}"

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
    agent: "AgentDefinition[Any, Any] | Callable[[], AgentDefinition[Any, Any]]",
    *,
    tool_name: str | None = None,
    description: str | None = None,
    history: HistoryFilter | None = None,
) -> Handoff:
    """Describe a handoff in more detail than by naming the agent.

    Args:
        agent: Who takes over; or a function that returns it, for agents that hand over to each other:
            `handoff(lambda: sales)`.
        tool_name: Name of the tool that the model calls; `transfer_to_<agent>` by default.
        description: When to use it; made from the agent's description by default.
        history: What the next agent sees of the conversation.

    Raises:
        DefinitionError: No model could call the tool by that name; where the agent is not there yet, the first run
            says so.
    """
    made = Handoff(agent=agent, tool_name=tool_name, description=description, history=history)
    if tool_name is not None or not callable(agent):
        _ = made.tool_name
    return made
