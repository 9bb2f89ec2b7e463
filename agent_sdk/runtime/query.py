"""One model call: the request is built, the answer is journaled as it streams in, failures are retried."""

import asyncio
import inspect
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from agent_sdk.contracts.errors import MalformedResponse, ModelError
from agent_sdk.contracts.messages import CitationPart, Message, TextPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import (
    ModelRequest,
    ModelResponse,
    ModelSettings,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from agent_sdk.runtime.outcome import wrapped
from agent_sdk.runtime.transcript import repair

if TYPE_CHECKING:
    from agent_sdk.runtime.state import RunState, Step

CutReason = Literal["retry", "error", "canceled", "timeout"]


async def query(state: "RunState", step: "Step") -> ModelResponse:
    """Ask the model and journal its message; sets the step's response, message and first-token time.

    Raises:
        ModelError: It failed for good.
    """
    request = await _build_request(state, step)
    policy, services = state.agent.retries, state.services
    attempt = 0
    while True:
        attempt += 1
        answer = _Answer(state, step)
        try:
            return await answer.receive(request)
        except ModelError as error:
            delay_s = policy.delay_s(error, attempt, services.chance.random(), shown=answer.shown)
            answer.cut("error" if delay_s is None else "retry", error)
            if delay_s is None:
                raise
        except asyncio.CancelledError:
            answer.cut(state.interruption)
            raise
        except Exception as error:
            answer.cut("error")
            raise wrapped(error, stop_reason="model_error") from error
        except BaseException:
            answer.cut("error")
            raise
        await services.clock.sleep(delay_s)


class _Answer:
    """One try at an answer, written to the journal under one message id."""

    __slots__ = ("_followed", "_journal", "_message_id", "_state", "_step", "_texts")

    def __init__(self, state: "RunState", step: "Step") -> None:
        self._state = state
        self._step = step
        self._journal = state.journal
        self._followed = state.log.followed
        self._message_id: str | None = None
        self._texts: list[str] = []

    @property
    def shown(self) -> bool:
        """Whether a reader may have seen some of it."""
        return self._message_id is not None

    async def receive(self, request: ModelRequest) -> ModelResponse:
        response: ModelResponse | None = None
        texts, followed, delta = self._texts, self._followed, self._journal.delta
        async with aclosing(self._step.model.stream(request)) as chunks:
            async for chunk in chunks:
                # Done for each token, so text comes first and is written out.
                if isinstance(chunk, TextDelta):
                    texts.append(chunk.text)
                    message_id = self._message_id or self._start()
                    if followed:
                        data = {"message_id": message_id, "part": "text", "delta": chunk.text}
                        delta("message.delta", data)
                elif isinstance(chunk, ModelResponse):
                    response = chunk
                else:
                    self._show(chunk)
        if response is None:
            msg = f"the stream of {self._step.model.id} ended without a response"
            raise MalformedResponse(msg, provider=self._step.model.id)
        self._complete(response)
        return response

    def cut(self, reason: CutReason, error: ModelError | None = None) -> None:
        """Close the message where one was begun. An answer that is not asked for again keeps its text.

        The provider has counted what it began to answer, and perhaps what was canceled before: so do we.
        """
        known = error.usage if error is not None else None
        usage: Usage | None = None
        if known is not None or self.shown or reason in {"canceled", "timeout"}:
            usage = replace(known or Usage(), requests=1)
            self._state.add(usage)
        if self._message_id is None:
            return
        partial = Message(
            id=self._message_id, role="assistant", parts=self._partial(), agent=self._state.agent.name
        )
        self._journal.record(
            "message.failed",
            {
                "message_id": self._message_id,
                "reason": reason,
                "message": partial,
                **({"usage": usage} if usage is not None else {}),
                **({"error": error.as_data()} if error is not None else {}),
            },
        )
        if reason != "retry" and partial.parts:
            self._state.messages.append(partial)

    def _show(self, chunk: ReasoningDelta | ToolCallDelta) -> None:
        message_id = self._message_id or self._start()
        if not self._followed:
            return
        if isinstance(chunk, ReasoningDelta):
            self._journal.delta("reasoning.delta", {"message_id": message_id, "delta": chunk.text})
        else:
            self._journal.delta(
                "message.delta",
                {
                    "message_id": message_id,
                    "part": "tool_call",
                    "index": chunk.index,
                    "name": chunk.name,
                    "delta": chunk.arguments,
                },
            )

    def _start(self) -> str:
        self._message_id = message_id = self._state.services.ids.new("msg")
        self._journal.record("message.started", {"message_id": message_id, "model": self._step.model.id})
        self._step.first_token_ms = self._elapsed_ms()
        return message_id

    def _complete(self, response: ModelResponse) -> None:
        message_id = self._message_id or self._start()
        message = Message(id=message_id, role="assistant", parts=response.parts, agent=self._state.agent.name)
        citations = [part for part in response.parts if isinstance(part, CitationPart)]
        self._journal.record(
            "message.completed",
            {
                "message_id": message_id,
                "message": message,
                "usage": response.usage,
                "finish_reason": response.finish_reason,
                "model": response.model,
                **({"citations": citations} if citations else {}),
            },
        )
        self._step.response = response
        self._step.latency_ms = self._elapsed_ms()
        self._step.message = message
        self._state.messages.append(message)
        self._state.add(response.usage)

    def _elapsed_ms(self) -> int:
        return round((self._state.services.clock.monotonic() - self._step.started_at) * 1000)

    def _partial(self) -> tuple[TextPart, ...]:
        text = "".join(self._texts)
        return (TextPart(text=text),) if text else ()


async def _build_request(state: "RunState", step: "Step") -> ModelRequest:
    agent, profile = state.agent, step.model.profile
    mode = agent.output.mode(profile, has_tools=bool(agent.tool_specs))
    instructions = await _instructions(state)
    tools, settings = agent.tool_specs, agent.settings
    if mode == "prompted":
        instructions = f"{instructions}\n\n{agent.output.prompt}".strip()
    elif mode == "tool":
        tools = (*tools, agent.output.tool)
        settings = _demand_a_call(settings) if profile.forced_tool_choice else settings
    return ModelRequest(
        messages=repair(agent.memory.select(state.transcript)),
        instructions=instructions,
        tools=tools,
        output=agent.output.schema if mode == "native" else None,
        settings=settings,
        ids=state.services.ids,
        idempotency_key=f"{state.journal.run_id}:{step.number}",
    )


def _demand_a_call(settings: ModelSettings) -> ModelSettings:
    """Where the answer itself is a tool call, text alone would only cost another step."""
    return settings if settings.tool_choice is not None else replace(settings, tool_choice="required")


async def _instructions(state: "RunState") -> str:
    texts: list[str] = []
    for item in state.agent.instructions:
        if isinstance(item, str):
            texts.append(item)
            continue
        made = item(state.context())
        texts.append(await made if inspect.isawaitable(made) else made)
    return "\n\n".join([text for text in texts if text])
