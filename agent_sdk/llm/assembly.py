"""Putting an answer together from the pieces that a provider streams."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from typing import Any, Final, TypeVar

from agent_sdk.contracts.errors import ConnectionFailed, MalformedResponse
from agent_sdk.contracts.messages import FinishReason, Part, ReasoningPart, TextPart, ToolCallPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.llm import failures
from agent_sdk.llm.wire_names import WireNames
from agent_sdk.ports.llm import ModelChunk, ModelResponse, ReasoningDelta, TextDelta, ToolCallDelta
from agent_sdk.ports.system import IdFactory

PARTS_MAX_COUNT: Final = 4096
TOKENS_MAX_COUNT: Final = 2**53 - 1
"""The largest number that every reader of JSON understands exactly."""


class ResponseBuilder:
    """Collects one answer: parts in the order in which they begin, deltas merged per `take`."""

    __slots__ = (
        "_blocks",
        "_by_key",
        "_calls_count",
        "_current",
        "_fresh",
        "_ids",
        "_names",
        "_provider",
        "finish_reason",
        "model",
        "response_id",
        "usage",
    )

    def __init__(self, *, provider: str, model: str, ids: IdFactory, names: WireNames) -> None:
        """Start an empty answer.

        Args:
            provider: Who answers; written into parts, so that their state goes back to nobody else.
            model: The model that was asked, until the answer says which one it is.
            ids: Makes the ids of tool calls.
            names: The way back from the names on the wire.
        """
        self.model = model
        self.response_id: str | None = None
        self.finish_reason: FinishReason | None = None
        self.usage: Usage | None = None
        self._provider = provider
        self._ids = ids
        self._names = names
        self._blocks: list[_Block] = []
        self._by_key: dict[tuple[type[_Block], Hashable], _Block] = {}
        self._current: _Block | None = None
        self._fresh: list[_Block] = []
        self._calls_count = 0

    def text(self, text: str, key: Hashable = None) -> None:
        """Take more text. Another `key` begins another part; so does text after a part of another kind."""
        if not text:
            return
        # Called for every token, so the common case is written out.
        block = self._current
        if type(block) is not _Text or block.key != key:
            block = self._block(_Text, key)
        if not block.fresh:
            self._fresh.append(block)
        block.fresh.append(text)

    def reasoning(self, text: str, key: Hashable = None) -> None:
        """Take more reasoning; keys work as for text."""
        if text:
            self._grow(self._block(_Reasoning, key), text)

    def reasoning_state(self, state: Mapping[str, Any], key: Hashable = None) -> None:
        """Attach what the provider wants back with this reasoning; replaces what was attached before."""
        self._block(_Reasoning, key).state = state

    def tool_call(
        self,
        key: Hashable,
        *,
        provider_call_id: str | None = None,
        name: str | None = None,
        arguments: str = "",
        state: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a piece of the tool call that the provider keeps under `key`.

        The first name and the first id count: some servers repeat them with each piece. A piece that brings a
        name and another id than the call under its key has begins another call.
        """
        call = self._by_key.get((_ToolCall, key))
        if not isinstance(call, _ToolCall) or call.is_other(provider_call_id, name):
            call = self._open(_ToolCall(key))
            call.index = self._calls_count
            self._calls_count += 1
        call.provider_call_id = call.provider_call_id or provider_call_id
        call.state = call.state if state is None else state
        if name and not call.name:
            call.name = self._names.to_ours(name)
            self._grow(call, arguments)
        elif arguments:
            self._grow(call, arguments)

    def tool_call_arguments(self, key: Hashable, arguments: str) -> None:
        """Take a call's arguments whole, as some providers repeat them; they count if none came before."""
        call = self._by_key.get((_ToolCall, key))
        if call is not None and arguments and not call.whole():
            self._grow(call, arguments)

    def take(self) -> list[ModelChunk]:
        """The deltas since the last call, one for each part that grew."""
        fresh = self._fresh
        if not fresh:
            return []
        if len(fresh) == 1 and type(block := fresh[0]) is _Text and len(block.fresh) == 1:
            # Called for every token, so the common case is written out.
            fresh.clear()
            text = block.fresh.pop()
            block.shown.append(text)
            return [TextDelta(text)]
        self._fresh = []
        chunks: list[ModelChunk] = []
        for block in fresh:
            delta = block.delta()
            if delta is None:
                self._fresh.append(block)
            else:
                chunks.append(delta)
        return chunks

    def response(self) -> ModelResponse:
        """The whole answer.

        Raises:
            MalformedResponse: There is nothing in it, or a tool call without a name.
        """
        if not self._blocks and self.finish_reason is None:
            raise self.malformed("an empty answer")
        taken: set[str] = set()
        return ModelResponse(
            parts=tuple([self._part(block, taken) for block in self._blocks]),
            finish_reason=self._finish_reason(),
            usage=self.usage or Usage(requests=1),
            model=self.model,
            response_id=self.response_id,
        )

    def cut(self) -> ConnectionFailed:
        """The error of a stream that ended before its answer did."""
        return ConnectionFailed(
            f"the answer of {self._provider} broke off",
            provider=self._provider,
            hint="Try again; if it happens each time, a proxy in between may cut long streams.",
        )

    def malformed(self, what: str) -> MalformedResponse:
        """The error of an answer that cannot be read; `what` completes "<provider> sent …"."""
        return MalformedResponse(f"{self._provider} sent {what}", provider=self._provider)

    def no_answer(self, body: bytes) -> MalformedResponse:
        """The error of a body (or its beginning) that is nothing of the provider's."""
        return failures.not_an_answer(self._provider, body)

    def _finish_reason(self) -> FinishReason:
        # Some servers say "stop" though they ask for tools, or name no reason; readers rely on it
        # nevertheless.
        if self._calls_count and self.finish_reason in {None, "stop", "other"}:
            return "tool_calls"
        if not self._calls_count and self.finish_reason in {None, "tool_calls"}:
            return "stop"
        return self.finish_reason or "stop"

    def _part(self, block: "_Block", taken: set[str]) -> Part:
        if isinstance(block, _Text):
            return TextPart(text=block.whole())
        if isinstance(block, _Reasoning):
            return ReasoningPart(text=block.whole(), provider=self._provider, state=block.state)
        call = block
        if not isinstance(call, _ToolCall) or not call.name:
            raise self.malformed("a tool call without a name")
        ours = self._ids.new("call")
        # Results are matched by the provider's id, so one that is missing or used twice is replaced by ours.
        theirs = call.provider_call_id
        if not theirs or theirs in taken:
            theirs = ours
        taken.add(theirs)
        return ToolCallPart(
            tool_call_id=ours,
            name=call.name,
            arguments=call.whole() or "{}",
            provider=self._provider,
            provider_call_id=theirs,
            state=call.state,
        )

    def _block(self, kind: "type[_BlockT]", key: Hashable) -> "_BlockT":
        current = self._current
        if current is not None and type(current) is kind and current.key == key:
            return current
        earlier = self._by_key.get((kind, key)) if key is not None else None
        return earlier if isinstance(earlier, kind) else self._open(kind(key))

    def _open(self, block: "_BlockT") -> "_BlockT":
        if len(self._blocks) == PARTS_MAX_COUNT:
            raise self.malformed(f"more than {PARTS_MAX_COUNT} parts")
        self._blocks.append(block)
        self._by_key[type(block), block.key] = block
        self._current = block
        return block

    def _grow(self, block: "_Block", text: str) -> None:
        if not block.fresh:
            self._fresh.append(block)
        block.fresh.append(text)


def usage(
    *,
    input_tokens: object = 0,
    output_tokens: object = 0,
    cache_read_tokens: object = 0,
    cache_write_tokens: object = 0,
    reasoning_tokens: object = 0,
) -> Usage:
    """The usage of one request, from inclusive numbers as a provider wrote them.

    A number that is missing, negative, absurd or none counts as 0; a part is never greater than its whole.
    """
    inputs, outputs = _count(input_tokens), _count(output_tokens)
    read = min(_count(cache_read_tokens), inputs)
    return Usage(
        input_tokens=inputs,
        output_tokens=outputs,
        cache_read_tokens=read,
        cache_write_tokens=min(_count(cache_write_tokens), inputs - read),
        reasoning_tokens=min(_count(reasoning_tokens), outputs),
        requests=1,
    )


def _count(value: object) -> int:
    if isinstance(value, int) and 0 <= value <= TOKENS_MAX_COUNT:
        return int(value)
    return 0


class _Block(ABC):
    """A part that may still grow."""

    __slots__ = ("fresh", "key", "shown")

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.shown: list[str] = []
        self.fresh: list[str] = []

    def whole(self) -> str:
        return "".join([*self.shown, *self.fresh])

    @abstractmethod
    def delta(self) -> ModelChunk | None:
        """What came since the last time; None while it cannot be shown yet."""

    def _merged(self) -> str:
        fresh = self.fresh
        text = fresh[0] if len(fresh) == 1 else "".join(fresh)
        fresh.clear()
        self.shown.append(text)
        return text


class _Text(_Block):
    __slots__ = ()

    def delta(self) -> ModelChunk:
        return TextDelta(self._merged())


class _Reasoning(_Block):
    __slots__ = ("state",)

    def __init__(self, key: Hashable) -> None:
        super().__init__(key)
        self.state: Mapping[str, Any] | None = None

    def delta(self) -> ModelChunk:
        return ReasoningDelta(self._merged())


class _ToolCall(_Block):
    __slots__ = ("index", "name", "provider_call_id", "state")

    def __init__(self, key: Hashable) -> None:
        super().__init__(key)
        self.index = 0
        self.name = ""
        self.provider_call_id: str | None = None
        self.state: Mapping[str, Any] | None = None

    def delta(self) -> ModelChunk | None:
        return ToolCallDelta(self.index, self.name, self._merged()) if self.name else None

    def is_other(self, provider_call_id: str | None, name: str | None) -> bool:
        """Whether a piece with this id and name belongs to another call."""
        known = self.provider_call_id
        return bool(name and self.name and provider_call_id and known and provider_call_id != known)


_BlockT = TypeVar("_BlockT", bound=_Block)
