"""What a run knows while it runs. Only the loop and its parts write here."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import FinishReason, Message, Part, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.journal import EventSink
from agent_sdk.ports.llm import Model, ModelResponse
from agent_sdk.ports.tool import Tool
from agent_sdk.runtime.cancellation import CancelToken, Interrupter
from agent_sdk.runtime.context import Context
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.result import ApprovalDecision
from agent_sdk.runtime.services import Services

if TYPE_CHECKING:
    from agent_sdk.runtime.outcome import Outcome

WITHHELD: Final = "This answer was withheld."
"""Stands in the session for an answer that an output guardrail did not let pass."""

CallStatus = Literal["accepted", "waiting", "approved", "repeat", "executing", "ended"]
"""`executing` and `repeat` are seen in recovery only: begun by an owner that was lost, and to be run again."""


class RunLog(EventSink, Protocol):
    """Where a run and its subagents journal to."""

    @property
    def followed(self) -> bool:
        """Whether deltas have a reader, or may have one."""
        ...

    def events(self, run_id: str) -> Sequence[Event]:
        """What is kept of one run in memory."""
        ...


@dataclass(slots=True, kw_only=True)
class Call:
    """One tool call of a step, from accepted to ended."""

    part: ToolCallPart
    tool: Tool | None
    args: Mapping[str, Any]
    status: CallStatus = "accepted"
    answer: list[Part] = field(default_factory=list[Part])
    """The result part, then the images and documents that came with it."""
    waiting_for: str | None = None
    """Why a human has to decide, where the tool said."""


@dataclass(slots=True, kw_only=True)
class Step:
    """The step at work: it stays open over a pause."""

    number: int
    model: Model
    started_at: float
    """Monotonic seconds."""
    first_token_ms: int | None = None
    latency_ms: int = 0
    """From the request to the end of the answer."""
    response: ModelResponse | None = None
    message: Message | None = None
    calls: list[Call] = field(default_factory=list[Call])
    sent_back: set[str] = field(default_factory=set[str])
    """Names of tools of which a call was sent back to the model in this step."""
    fatal: Exception | None = None
    """Set by a call that ends the run; raised when its siblings have ended."""

    @property
    def waiting(self) -> list[Call]:
        """Calls that wait for a human."""
        return [call for call in self.calls if call.status == "waiting"]


@dataclass(slots=True, kw_only=True, eq=False)
class RunState:
    """One run."""

    services: Services
    agent: AgentDefinition[Any, Any]
    """The agent at work; a handoff changes it."""
    model: Model
    """The agent's model, resolved."""
    model_choice: Model | str | None
    """What the caller chose for the whole run."""
    deps: Any
    limits: UsageLimits
    token: CancelToken
    """The run's own."""
    follows: CancelToken | None
    """The caller's, heard while the run is at work or waits for its turn."""
    log: RunLog
    journal: Journal
    loop: asyncio.AbstractEventLoop
    session_named: bool
    """Whether the caller gave the session's id."""
    history: tuple[Message, ...]
    """What the session knew before this run."""
    messages: list[Message]
    """What this run added, the user's message first."""
    parent: "RunState | None" = None
    view: tuple[Message, ...] | None = None
    """What a handoff lets the agent see of everything before `view_from`; None shows all."""
    view_from: int = 0
    usage: Usage = field(default_factory=Usage)
    finish_reason: FinishReason | None = None
    active_s: float = 0.0
    """Seconds spent running; a pause does not count against the timeout."""
    step: Step | None = None
    tool_failures: dict[str, int] = field(default_factory=dict[str, int])
    """Calls of a tool that were sent back to the model, since its last success."""
    output_failures: int = 0
    interrupter: Interrupter | None = None
    children: "dict[str, RunState]" = field(default_factory=dict[str, "RunState"])
    """Subagents that have not ended, by the tool call that runs them."""
    decisions: tuple[ApprovalDecision, ...] = ()
    """What was decided while it paused, until it goes on."""
    paused_at: int = 0
    """`seq` of the pause that may be resumed; 0 where there is none, or somebody does."""
    unchecked_from: int | None = None
    """Place in `messages` of what guardrails have yet to let pass, or did not; None where there is nothing."""
    inputs: deque[Message] = field(default_factory=deque[Message])
    """What the user added while the run was at work; the next step answers it."""
    pause_requested: bool = False
    """Whether to pause at the next border of a step."""
    draining: bool = False
    """Whether to stop at the next border of a step, for another process to go on."""
    refresh: Callable[[], Awaitable[None]] | None = None
    """Looks once more for what the user added, before an answer ends the run; None where nobody can add."""
    retry_delays_s: tuple[float, ...] = ()
    """How long to wait before each further attempt, when a model has failed in a way that may pass."""
    retried: int = 0
    """Attempts that failed so."""
    answered: Message | None = None
    """The answer of a step that was closed by a lost owner, which may end the run."""
    settle: Callable[[], None] | None = None
    """Closes what the lost owner of a subagent was at; None where nobody was lost."""
    ended: "Outcome | None" = None
    """The outcome of a subagent that had ended before its parent heard of it; None elsewhere."""
    guards: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    """Input guardrails that run beside the first model call."""

    @property
    def transcript(self) -> tuple[Message, ...]:
        """What the agent at work sees of the conversation, as it was said."""
        if self.view is None:
            return (*self.history, *self.messages)
        return (*self.view, *self.messages[self.view_from :])

    @property
    def remembered(self) -> tuple[Message, ...]:
        """What the session is to know of this run: nothing that a guardrail has not let pass."""
        place = self.unchecked_from
        if place is None:
            return tuple(self.messages)
        if place == 0:
            return ()
        withheld = replace(self.messages[place], parts=(TextPart(text=WITHHELD),))
        return (*self.messages[:place], withheld)

    @property
    def time_left_s(self) -> float | None:
        """Seconds until the timeout, or None where there is none."""
        limit_s = self.limits.timeout_s
        return None if limit_s is None else max(0.0, limit_s - self.active_s)

    def add(self, usage: Usage) -> None:
        """Count consumption, here and in every ancestor."""
        self.usage += usage
        if self.parent is not None:
            self.parent.add(usage)

    def check_answer(self) -> None:
        """Hold the run and its ancestors to their limits after an answer.

        Raises:
            LimitExceeded: One of them is passed.
        """
        self.limits.check_answer(self.usage)
        if self.parent is not None:
            self.parent.check_answer()

    @property
    def interrupted(self) -> bool:
        """Whether the run was told to stop now, by a cancellation or because its time is over."""
        fired = self.interrupter is not None and self.interrupter.fired
        return fired or self.token.mode == "now"

    @property
    def interruption(self) -> Literal["timeout", "canceled"]:
        """Why an interruption came, while one is under way."""
        timed_out = self.interrupter is not None and self.interrupter.timed_out
        return "timeout" if timed_out else "canceled"

    def context(self, **more: Any) -> Context:
        """A view of the run for somebody's function."""
        return Context(state=self, deps=self.deps, agent=self.agent.name, step=self.journal.step, **more)


def model_for(services: Services, agent: AgentDefinition[Any, Any], choice: Model | str | None) -> Model:
    """The model an agent runs on: what a test overrides, else what the caller chose, else its own, else the default.

    Raises:
        ConfigError: There is no such model, or its key is missing.
    """
    chosen = agent.overridden_model or choice or agent.model
    return services.models.resolve(chosen) if chosen is None or isinstance(chosen, str) else chosen
