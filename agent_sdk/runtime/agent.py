"""An agent: its definition, and the ways to run it."""

from agent_sdk.contracts.messages import Input
from agent_sdk.ports.llm import Model
from agent_sdk.ports.tool import Tool
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.definition import AgentDefinition, DepsT, OutputT
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.result import RunResult
from agent_sdk.runtime.runner import NO_DEPS, default_runner
from agent_sdk.runtime.stream import RunStream
from agent_sdk.runtime.subagent import AgentTool


class Agent(AgentDefinition[DepsT, OutputT]):
    """What answers: instructions, a model, tools and rules. It holds no conversation and may be shared.

    Generic in the type of `deps`, which the caller passes to each run and tools find in their context, and in the
    type of the output.
    """

    async def run(
        self,
        input: Input,  # noqa: A002 - the contract's word
        *,
        deps: DepsT = NO_DEPS,
        session: str | None = None,
        model: str | Model | None = None,
        limits: UsageLimits | None = None,
        cancel: CancelToken | None = None,
    ) -> RunResult[OutputT]:
        """Run to the end, or to the next pause.

        Args:
            input: Text, or parts with images and documents.
            deps: Handed to tools, instructions and guardrails in their context.
            session: Id of the conversation to go on with; a new one by default.
            model: Instead of the agent's own.
            limits: Instead of the agent's own.
            cancel: Cancels the run; the result then has what was said up to there.

        Raises:
            InvalidInput: The input is empty, or the session id cannot be one.
            DefinitionError: The agent cannot work.
            ConfigError: There is no such model, or its key is missing.
            RunFailed: A limit, a guardrail, a tool or the output ended the run; `error.result` has what it had.
            ModelError: The model failed for good; `error.result` likewise.
        """
        return await default_runner().run(
            self, input, deps=deps, session=session, model=model, limits=limits, cancel=cancel
        )

    def stream(
        self,
        input: Input,  # noqa: A002 - the contract's word
        *,
        deps: DepsT = NO_DEPS,
        session: str | None = None,
        model: str | Model | None = None,
        limits: UsageLimits | None = None,
        cancel: CancelToken | None = None,
        tree: bool = False,
    ) -> RunStream[OutputT]:
        """The same run, seen as events while it goes on: `async with agent.stream(…) as stream`.

        Arguments as for `run`; with `tree` the events of subagents come too, in the order in which they were written.
        """
        return default_runner().stream(
            self, input, deps=deps, session=session, model=model, limits=limits, cancel=cancel, tree=tree
        )

    def run_sync(
        self,
        input: Input,  # noqa: A002 - the contract's word
        *,
        deps: DepsT = NO_DEPS,
        session: str | None = None,
        model: str | Model | None = None,
        limits: UsageLimits | None = None,
        cancel: CancelToken | None = None,
    ) -> RunResult[OutputT]:
        """`run` for code that is not async; it runs on an event loop of its own and blocks this thread.

        Ctrl-C cancels the run, waits for its end and raises KeyboardInterrupt.
        """
        return default_runner().run_sync(
            self, input, deps=deps, session=session, model=model, limits=limits, cancel=cancel
        )

    def as_tool(self, name: str | None = None, *, description: str | None = None) -> Tool:
        """This agent as a tool of another: each call is a child run with its own journal."""
        return AgentTool(self, name=name, description=description)
