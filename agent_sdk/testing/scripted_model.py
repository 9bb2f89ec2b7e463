"""A model that says what a test wrote down, and complains when it is asked for more or for less."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.messages import FinishReason, Part, ReasoningPart, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import (
    ModelChunk,
    ModelProfile,
    ModelRequest,
    ModelResponse,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)

_USAGE: Final = Usage(input_tokens=10, output_tokens=5, requests=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """A call that a scripted step makes; see `call`."""

    name: str
    arguments: str
    """JSON text, or whatever a broken model would write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStep:
    """One answer."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[ToolUse, ...] = ()
    parts: tuple[Part, ...] = ()
    """Further parts of the message, not streamed."""
    error: Exception | None = None
    """Raised after the text was streamed."""
    usage: Usage = _USAGE
    finish_reason: FinishReason | None = None
    gate: Any = None
    """An `asyncio.Event` awaited after the text was streamed: a model that is still at it."""


Step = ModelStep | ToolUse | str | Exception | Sequence[ToolUse]


def reply(text: str, *, reasoning: str = "", usage: Usage = _USAGE) -> ModelStep:
    """An answer in words; it streams word by word."""
    return ModelStep(text=text, reasoning=reasoning, usage=usage)


def call(name: str, /, **args: Any) -> ToolUse:
    """A tool call; a list of them is one answer with parallel calls."""
    return ToolUse(name=name, arguments=encode(args).decode())


class ScriptedModel:
    """Implements `agent_sdk.ports.llm.Model` from a list of steps.

    A step is a text, a `call(…)`, a list of calls, an exception, or a `ModelStep`. Asked more often than there are
    steps it raises AssertionError; `assert_complete` fails when it was, and when steps are left. Under pytest the
    latter happens by itself at the end of the test.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        *,
        id: str = "scripted:model",  # noqa: A002 - the port's word
        profile: ModelProfile | None = None,
    ) -> None:
        """Take the steps, in order.

        Raises:
            TypeError: `steps` is one text, which Python would take for a list of letters.
        """
        if isinstance(steps, str):
            msg = f"steps is a list: ScriptedModel([{steps!r}])"
            raise TypeError(msg)
        self.id = id
        self.profile = profile or ModelProfile(native_output=True)
        self.requests: list[ModelRequest] = []
        """What it was asked, in order."""
        self.closed_early = 0
        """Streams that were closed before their end."""
        self._steps = [_as_step(step) for step in steps]
        self._unexpected = 0
        if Registry.current is not None:
            Registry.current.append(self)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Play the next step."""
        self.requests.append(request)
        if len(self.requests) > len(self._steps):
            self._unexpected += 1
            msg = f"{self.id} was asked {len(self.requests)} times, but has {len(self._steps)} steps"
            raise AssertionError(msg)
        step = self._steps[len(self.requests) - 1]
        ended = False
        try:
            for chunk in _deltas(step):
                yield chunk
            if step.gate is not None:
                await step.gate.wait()
            if step.error is not None:
                ended = True
                raise step.error
            response = self._response(step, request)
            ended = True
            yield response
        finally:
            self.closed_early += not ended

    def assert_complete(self) -> None:
        """Require that every step was played and none was missing.

        Raises:
            AssertionError: It was not so.
        """
        left = len(self._steps) - len(self.requests)
        if left > 0:
            msg = f"{self.id} was left with {left} of {len(self._steps)} steps"
            raise AssertionError(msg)
        if self._unexpected:
            msg = f"{self.id} was asked {self._unexpected} times more often than it has steps ({len(self._steps)})"
            raise AssertionError(msg)

    def _response(self, step: ModelStep, request: ModelRequest) -> ModelResponse:
        parts: list[Part] = []
        if step.reasoning:
            parts.append(ReasoningPart(text=step.reasoning))
        if step.text:
            parts.append(TextPart(text=step.text))
        for use in step.calls:
            call_id = request.ids.new("call")
            parts.append(ToolCallPart(tool_call_id=call_id, name=use.name, arguments=use.arguments))
        reason: FinishReason = step.finish_reason or ("tool_calls" if step.calls else "stop")
        usage = replace(step.usage, requests=1)
        return ModelResponse(parts=(*parts, *step.parts), finish_reason=reason, usage=usage, model=self.id)


class Registry:
    """Where scripted models of the running test are noted, so that the plugin can check them."""

    current: ClassVar[list[ScriptedModel] | None] = None


def _as_step(step: Step) -> ModelStep:
    if isinstance(step, ModelStep):
        return step
    if isinstance(step, str):
        return ModelStep(text=step)
    if isinstance(step, Exception):
        return ModelStep(error=step)
    return ModelStep(calls=(step,) if isinstance(step, ToolUse) else tuple(step))


def _deltas(step: ModelStep) -> list[ModelChunk]:
    chunks: list[ModelChunk] = []
    if step.reasoning:
        chunks.append(ReasoningDelta(step.reasoning))
    chunks.extend([TextDelta(piece) for piece in _words(step.text)])
    chunks.extend([ToolCallDelta(index, use.name, use.arguments) for index, use in enumerate(step.calls)])
    return chunks


def _words(text: str) -> list[str]:
    pieces = text.split(" ")
    return [piece if index == 0 else f" {piece}" for index, piece in enumerate(pieces) if piece or index]
