"""`offline:demo` as a model: reads a request, and streams what the rules say to it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.messages import Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.llm.offline import facts, structured, toolbox
from agent_sdk.llm.offline.compose import compose, plain_value, text_of
from agent_sdk.llm.offline.needs import read_prompt
from agent_sdk.llm.offline.plan import Item, PlannedCall, make_plan
from agent_sdk.llm.offline.talk import Conversation
from agent_sdk.llm.offline.transcript import Turn, read_turn
from agent_sdk.llm.offline.words import count_tokens, segments, shorten, tokens
from agent_sdk.ports.llm import (
    ModelChunk,
    ModelProfile,
    ModelRequest,
    ModelResponse,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)

MODEL: Final = "demo"
PROVIDER: Final = "offline"


@dataclass(frozen=True, slots=True)
class _Reply:
    """What to say: a thought, then calls or an answer."""

    thought: str
    parts: tuple[Part, ...]


class OfflineModel:
    """A small rule-based model. Deterministic: the same request gets the same answer, ids aside."""

    def __init__(self, *, token_delay_s: float) -> None:
        """Take the pause between two pieces of an answer, in seconds."""
        self._token_delay_s = token_delay_s

    @property
    def id(self) -> str:
        """`offline:demo`."""
        return f"{PROVIDER}:{MODEL}"

    @property
    def profile(self) -> ModelProfile:
        """It fills schemas itself, as far as it can."""
        return ModelProfile(native_output=True)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Answer by rules.

        Raises:
            BadRequest: The rules cannot fill the schema that the answer has to fit.
        """
        reply = _decide(request)
        budget = request.settings.max_output_tokens
        said, cut = _within(
            reply.parts, None if budget is None else budget - count_tokens(reply.thought), request
        )
        for piece in tokens(reply.thought):
            yield ReasoningDelta(piece)
            await asyncio.sleep(self._token_delay_s)
        calls = 0
        for part in said:
            if isinstance(part, ToolCallPart):
                yield ToolCallDelta(calls, part.name, part.arguments)
                await asyncio.sleep(self._token_delay_s)
                calls += 1
            elif isinstance(part, TextPart):
                for piece in tokens(part.text):
                    yield TextDelta(piece)
                    await asyncio.sleep(self._token_delay_s)
        yield ModelResponse(
            parts=(ReasoningPart(text=reply.thought, provider=PROVIDER), *said),
            finish_reason="length" if cut else "tool_calls" if calls else "stop",
            usage=_usage(request, reply.thought, said),
            model=MODEL,
        )


def _decide(request: ModelRequest) -> _Reply:
    turn = read_turn(request.messages)
    said = [*turn.said, turn.prompt]
    conversation = Conversation(
        said=turn.said,
        facts=facts.collect(statement for prompt in said for statement in segments(prompt)),
        tools=[tool for tool in request.tools if tool.name != toolbox.OUTPUT_TOOL],
    )
    items = make_plan(read_prompt(turn.prompt, before=turn.said[-1] if turn.said else ""), conversation)
    calls = _next_calls(items, turn, request) if request.settings.tool_choice != "none" else []
    if calls:
        return _Reply(_think_of(calls, turn), tuple(_as_part(call, request) for call in calls))
    return _answer(items, turn, conversation, request)


def _next_calls(items: Sequence[Item], turn: Turn, request: ModelRequest) -> list[PlannedCall]:
    """What is still to be called now: a handoff goes alone, and whatever uses results waits for them."""
    pending: dict[str, PlannedCall] = {}
    for call in (call for item in items for call in item.calls):
        pending.setdefault(call.key, call)
    pending = {key: call for key, call in pending.items() if turn.result_of(call) is None}
    handoffs = [call for call in pending.values() if call.kind == "handoff"]
    if handoffs:
        return [] if _was_handed(turn, handoffs[0].name) else handoffs[:1]
    ready = [call for call in pending.values() if call.need is None or not call.need.uses_results]
    if not ready:
        ready = [filled for call in pending.values() if (filled := _with_results(call, turn)) is not None]
    if not ready and not turn.results:
        ready = _forced(turn, request)
    return ready[:1] if request.settings.parallel_tool_calls is False else ready


def _was_handed(turn: Turn, name: str) -> bool:
    return any(result.name == name for result in turn.results.values())


def _with_results(call: PlannedCall, turn: Turn) -> PlannedCall | None:
    """Write the results so far into a call that stands for them; None when there are none."""
    found = [plain_value(result) for result in turn.results.values() if result.outcome == "completed"]
    if call.need is None or not found:
        return None
    words = call.need.values["content"]
    args = {name: "\n".join(found) if value == words else value for name, value in call.args.items()}
    return PlannedCall(name=call.name, args=args, kind=call.kind, ask=call.ask, need=call.need)


def _forced(turn: Turn, request: ModelRequest) -> list[PlannedCall]:
    """A call where the request insists on one that no rule asks for."""
    choice = request.settings.tool_choice
    if choice in {None, "auto", "none", toolbox.OUTPUT_TOOL}:
        return []
    for spec in request.tools:
        if choice in {"required", spec.name} and spec.name != toolbox.OUTPUT_TOOL:
            args = toolbox.guess_arguments(spec, turn.prompt)
            if args is not None:
                return [PlannedCall(name=spec.name, args=args, kind="other", ask=turn.prompt)]
    return []


def _answer(items: Sequence[Item], turn: Turn, conversation: Conversation, request: ModelRequest) -> _Reply:
    parts = compose(items, turn, conversation)
    tool = next((tool for tool in request.tools if tool.name == toolbox.OUTPUT_TOOL), None)
    asked = request.output.schema if request.output else structured.schema_in(request.instructions)
    schema = tool.parameters if tool is not None else asked
    if schema is None:
        return _Reply(_think_at_the_end(turn), tuple(parts))
    found = [result.value for result in turn.results.values() if result.outcome == "completed"]
    value = structured.fill_schema(
        schema, structured.Source(prompt=turn.prompt, answer=text_of(parts), found=found)
    )
    thought = "The answer has to fit a schema, so I fill it from what was said. "
    if tool is not None:
        call = PlannedCall(name=tool.name, args=value, kind="other", ask=turn.prompt)
        return _Reply(thought, (_as_part(call, request),))
    return _Reply(thought, (TextPart(text=_json(value)),))


def _as_part(call: PlannedCall, request: ModelRequest) -> ToolCallPart:
    return ToolCallPart(
        tool_call_id=request.ids.new("call"), name=call.name, arguments=_json(call.args), provider=PROVIDER
    )


def _think_of(calls: Sequence[PlannedCall], turn: Turn) -> str:
    wishes = [f"{call.name} for {shorten(_about(call), 60)}" for call in calls]
    listed = " and ".join([", ".join(wishes[:-1]), wishes[-1]] if len(wishes) > 1 else wishes)
    begin = "With these results, I ask" if turn.results else "I ask"
    return f"{begin} {listed}{', at once' if len(calls) > 1 else ''}. "


def _about(call: PlannedCall) -> str:
    return str(next(iter(call.args.values()), "it")).rstrip(".?! ")


def _think_at_the_end(turn: Turn) -> str:
    if not turn.results:
        return "No tool is needed for this. "
    failed = sum(result.outcome != "completed" for result in turn.results.values())
    done = (
        f"{len(turn.results) - failed} of {len(turn.results)} results are there"
        if failed
        else "I have what I need"
    )
    return f"{done}; now I answer. "


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _within(
    parts: Sequence[Part], budget: int | None, request: ModelRequest
) -> tuple[tuple[Part, ...], bool]:
    """Keep what stands before a stop word and within the budget of tokens; say whether the budget cut it."""
    kept: list[Part] = []
    for part in parts:
        if not isinstance(part, TextPart):
            kept.append(part)
            continue
        said = _before_stop(part.text, request.settings.stop)
        short = said if budget is None else _first_tokens(said, budget)
        kept.append(TextPart(text=short))
        if len(short) < len(part.text):
            return tuple(kept), len(short) < len(said)
        budget = None if budget is None else budget - count_tokens(short)
    return tuple(kept), False


def _before_stop(text: str, stop: Sequence[str]) -> str:
    places = [place for word in stop if word and (place := text.find(word)) >= 0]
    return text[: min(places)] if places else text


def _first_tokens(text: str, count_max: int) -> str:
    kept = ""
    for piece in tokens(text):
        if count_tokens(kept + piece) > count_max:
            break
        kept += piece
    return kept


def _usage(request: ModelRequest, thought: str, said: Sequence[Part]) -> Usage:
    reasoning = count_tokens(thought)
    return Usage(
        input_tokens=_count_input(request),
        output_tokens=reasoning + sum(count_tokens(text) for part in said for text in _texts(part)),
        reasoning_tokens=reasoning,
        requests=1,
    )


def _count_input(request: ModelRequest) -> int:
    tools = [text for tool in request.tools for text in (tool.name, tool.description, _json(tool.parameters))]
    said = [text for message in request.messages for part in message.parts for text in _texts(part)]
    return sum(map(count_tokens, [request.instructions, *tools, *said]))


def _texts(part: Part) -> list[str]:
    match part:
        case TextPart() | ReasoningPart():
            return [part.text]
        case ToolCallPart():
            return [part.name, part.arguments]
        case ToolResultPart():
            return [part.content]
        case _:
            return []
