"""From what a prompt asks to the calls that answer it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.offline import toolbox
from agent_sdk.llm.offline.needs import SEARCH, Ask, Need
from agent_sdk.llm.offline.talk import Conversation, reply
from agent_sdk.llm.offline.words import content_stems

CallKind = Literal["need", "search", "specialist", "handoff", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A tool call that would answer something."""

    name: str
    args: Mapping[str, Any]
    kind: CallKind
    ask: str
    """The words that it answers."""
    need: Need | None = None

    @property
    def key(self) -> str:
        """Equal for calls that would do the same."""
        return call_key(self.name, self.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One ask, and how it is to be answered: by words that are known already, by calls, or not at all."""

    ask: Ask
    reply: str | None = None
    calls: tuple[PlannedCall, ...] = ()
    missing: tuple[Need, ...] = ()
    """Needs that no tool at hand can meet."""


@dataclass(slots=True)
class _Briefs:
    """What each specialist is to be asked: one call each, however many asks are theirs."""

    texts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def call_key(name: str, args: Mapping[str, Any]) -> str:
    """What tells two calls apart."""
    return f"{name} {json.dumps(args, sort_keys=True, ensure_ascii=False)}"


def make_plan(asks: Sequence[Ask], conversation: Conversation) -> list[Item]:
    """Decide for each ask how to answer it with the tools at hand."""
    tools = [tool for tool in conversation.tools if tool.name != toolbox.OUTPUT_TOOL]
    helpers = [tool for tool in tools if toolbox.is_specialist(tool) or toolbox.is_handoff(tool)]
    briefs = _Briefs()
    chosen = [_choose_helper(ask, tools, helpers, conversation) for ask in asks]
    for ask, helper in zip(asks, chosen, strict=True):
        if helper is not None:
            briefs.texts.setdefault(helper.name, []).append(ask.text)
    return [
        _item(ask, tools, conversation, alone=len(asks) == 1)
        if helper is None
        else Item(ask=ask, calls=(_delegate(ask, helper, briefs),))
        for ask, helper in zip(asks, chosen, strict=True)
    ]


def _choose_helper(
    ask: Ask, tools: Sequence[ToolSpec], helpers: Sequence[ToolSpec], conversation: Conversation
) -> ToolSpec | None:
    names = {tool.name for tool in tools}
    if not helpers or (ask.needs and all(need.tool in names for need in ask.needs)):
        return None
    if not ask.needs and reply(ask.text, conversation) is not None:
        return None
    return toolbox.best_helper(ask, helpers)


def _delegate(ask: Ask, helper: ToolSpec, briefs: _Briefs) -> PlannedCall:
    text = " ".join(_as_sentence(text) for text in briefs.texts[helper.name])
    name = "reason" if toolbox.is_handoff(helper) else toolbox.required(helper)[0]
    kind: CallKind = "handoff" if toolbox.is_handoff(helper) else "specialist"
    args = {name: text} if name in toolbox.properties(helper) else {}
    return PlannedCall(name=helper.name, args=args, kind=kind, ask=ask.text)


def _item(ask: Ask, tools: Sequence[ToolSpec], conversation: Conversation, *, alone: bool) -> Item:
    if ask.needs:
        calls, missing = _meet(ask, {tool.name: tool for tool in tools})
        return Item(ask=ask, calls=tuple(calls), missing=tuple(missing))
    if (words := reply(ask.text, conversation)) is not None:
        return Item(ask=ask, reply=words)
    calls = _by_name_or_search(ask, tools) if alone or ask.is_question else _by_name(ask, tools)
    return Item(ask=ask, calls=tuple(calls))


def _meet(ask: Ask, tools: Mapping[str, ToolSpec]) -> tuple[list[PlannedCall], list[Need]]:
    calls: list[PlannedCall] = []
    missing: list[Need] = []
    for need in ask.needs:
        spec = tools.get(need.tool)
        args = None if spec is None else toolbox.fill(spec, need.values)
        if args is None:
            missing.append(need)
        else:
            calls.append(PlannedCall(name=need.tool, args=args, kind="need", ask=ask.text, need=need))
    return calls, missing


def _by_name_or_search(ask: Ask, tools: Sequence[ToolSpec]) -> list[PlannedCall]:
    named = _by_name(ask, tools)
    search = next((tool for tool in tools if tool.name == SEARCH), None)
    args = None if named or search is None else toolbox.fill(search, {"query": ask.text})
    if args is None or not content_stems(ask.text):
        return named
    return [PlannedCall(name=SEARCH, args=args, kind="search", ask=ask.text)]


def _by_name(ask: Ask, tools: Sequence[ToolSpec]) -> list[PlannedCall]:
    matched = toolbox.match_by_name(ask, [tool for tool in tools if not toolbox.is_handoff(tool)])
    if matched is None:
        return []
    spec, args = matched
    return [PlannedCall(name=spec.name, args=args, kind="other", ask=ask.text)]


def _as_sentence(text: str) -> str:
    return text if text[-1] in ".?!" else f"{text}?" if Ask(text=text).is_question else f"{text}."
