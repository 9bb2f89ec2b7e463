"""An agent as a tool of another: each call is a child run, with a journal of its own."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import AgentSDKError, DefinitionError, ToolArgumentsInvalid
from agent_sdk.contracts.signals import ApprovalRequired
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.tool import RunContext, ToolOutput
from agent_sdk.runtime import loop
from agent_sdk.runtime.begin import RunSpec, new_state, queue, requeue, result_of, start
from agent_sdk.runtime.context import Context
from agent_sdk.runtime.decisions import apply_decisions, interruptions
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.outcome import record_child_end
from agent_sdk.runtime.state import RunState

DEPTH_MAX_COUNT: Final = 8
"""Generations of subagents below a root run."""
SUBAGENT_TIMEOUT_S: Final = 3600.0
"""A subagent has limits of its own; this only bounds what has none."""
_NOT_A_WORD: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_TOOL_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class AgentTool:
    """Implements `agent_sdk.ports.tool.Tool` by running an agent."""

    def __init__(
        self, agent: AgentDefinition[Any, Any], *, name: str | None, description: str | None
    ) -> None:
        """Take the agent's own name and description where none is given.

        Raises:
            DefinitionError: No model could call a tool by that name.
        """
        name = name or _NOT_A_WORD.sub("_", agent.name)
        if not _TOOL_NAME.fullmatch(name):
            msg = f"{name!r} cannot be a tool's name"
            raise DefinitionError(
                msg, hint="At most 64 letters, digits, `_`, `-` and `.`: agent.as_tool(name)."
            )
        self._agent = agent
        self._spec = ToolSpec(
            name=name,
            description=description or agent.description or f"Ask the agent {agent.name}.",
            parameters={
                "type": "object",
                "properties": {
                    "input": {
                        "type": "string",
                        "description": "What the agent is to do, with everything it has to know: it sees nothing else.",
                    }
                },
                "required": ["input"],
                "additionalProperties": False,
            },
            effects="external",
            # After a crash a call goes on with the child that it had begun, by the child's own journal.
            idempotent=True,
            timeout_s=SUBAGENT_TIMEOUT_S,
        )

    @property
    def agent(self) -> AgentDefinition[Any, Any]:
        """Whom it asks."""
        return self._agent

    @property
    def spec(self) -> ToolSpec:
        """One text in, the agent's output out."""
        return self._spec

    async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
        """Run the agent to its end.

        Raises:
            ToolArgumentsInvalid: There is no text.
            ApprovalRequired: The agent paused; calling again goes on with it.
            AgentSDKError: It failed.
        """
        text = args.get("input")
        if not isinstance(text, str) or not text.strip() or len(args) != 1:
            msg = "Pass exactly one argument, `input`: a text that is not empty."
            raise ToolArgumentsInvalid(msg)
        parent, call_id = cast("Context", ctx).state, cast("str", ctx.tool_call_id)
        child = parent.children.get(call_id)
        if child is None:
            child = self._begin(parent, call_id, text)
        else:
            child.loop = parent.loop
            _reopen(parent, child)
        return await self._run(parent, child, call_id)

    def _begin(self, parent: RunState, call_id: str, text: str) -> RunState:
        if parent.journal.depth >= DEPTH_MAX_COUNT:
            msg = f"{self._spec.name} would be the subagent number {DEPTH_MAX_COUNT + 1} below one another"
            raise AgentSDKError(msg, hint="Look for agents that call each other in a circle.")
        spec = RunSpec(agent=self._agent, input=text, deps=parent.deps, model=parent.model_choice)
        child = parent.children[call_id] = new_state(parent.services, spec, parent.log, parent)
        data = {"child_run_id": child.journal.run_id, "agent": self._agent.name, "tool_call_id": call_id}
        parent.journal.record("subagent.started", data)
        queue(child)
        start(child)
        return child

    async def _run(self, parent: RunState, child: RunState, call_id: str) -> ToolOutput:
        # A parent that is canceled now takes its children with it; `after_step` waits for them, as for any tool.
        forget = parent.token.listen(lambda mode: child.token.cancel(mode) if mode == "now" else None)
        try:
            outcome = child.ended or await loop.run(child)
        except asyncio.CancelledError:
            del parent.children[call_id]
            record_child_end(parent, child, "canceled", "the parent was canceled")
            raise
        except BaseException as error:
            del parent.children[call_id]
            record_child_end(parent, child, "failed", type(error).__name__)
            raise
        finally:
            forget()
        if outcome.status == "paused":
            names = ", ".join([item.name for item in interruptions(child)])
            msg = f"the agent {self._agent.name} waits for approval of {names}"
            raise ApprovalRequired(msg)
        del parent.children[call_id]
        if outcome.status == "completed":
            record_child_end(parent, child, "completed", None)
        elif outcome.status == "canceled":
            # It heard of the cancellation before the task did.
            record_child_end(parent, child, "canceled", child.token.reason)
            raise asyncio.CancelledError
        else:
            record_child_end(parent, child, "failed", str(outcome.error))
        result_of(child, outcome)
        output = outcome.plain
        return ToolOutput(
            value=output, content=output if isinstance(output, str) else encode(output).decode()
        )


def _reopen(parent: RunState, child: RunState) -> None:
    """Let a subagent go on: one that paused, or one whose owner was lost."""
    if child.ended is not None:
        return
    attempt = parent.journal.attempt
    if child.settle is not None:
        child.journal.attempt = attempt
        child.settle()
        child.settle = None
    else:
        requeue(child, attempt=attempt)
    apply_decisions(child, child.decisions)
