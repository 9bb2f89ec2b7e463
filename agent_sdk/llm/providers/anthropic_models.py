"""What sets one Claude model apart from another, read from its name.

The API refuses what a model does not take, and lists no abilities, so the name has to tell. A name without a version
(a gateway's alias, another vendor's model behind the same API) gets what every version has taken so far.
Sources: https://platform.claude.com/docs/en/build-with-claude/thinking ·
https://platform.claude.com/docs/en/build-with-claude/effort ·
https://platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5 ·
https://platform.claude.com/docs/en/models/sonnet-5-5/whats-new-sonnet-5-5
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from agent_sdk.ports.llm import ModelProfile, ReasoningEffort

CONTEXT_WINDOW_TOKENS: Final = 1_000_000
CONTEXT_WINDOW_BEFORE_4_6_TOKENS: Final = 200_000
THINKING_BUDGET_MIN_TOKENS: Final = 1024
THINKING_BUDGET_TOKENS: Final[Mapping[ReasoningEffort, int]] = {
    "minimal": THINKING_BUDGET_MIN_TOKENS,
    "low": 4096,
    "medium": 10_000,
    "high": 24_000,
}

_NAME: Final = re.compile(r"claude-(?P<family>[a-z]+)-(?P<major>\d)(?!\d)(?:[-.](?P<minor>\d{1,2})(?!\d))?")
_OLD_NAME: Final = re.compile(r"claude-(?P<major>\d)(?:[-.](?P<minor>\d{1,2}))?-(?P<family>[a-z]+)")
_ALWAYS_THINKING: Final = frozenset({"fable", "mythos"})
_EFFORT: Final[Mapping[ReasoningEffort, str]] = {
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
}

_Off = Literal["omit", "disabled", "between_tools", "low_effort"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What the request to a model depends on."""

    profile: ModelProfile
    adaptive: bool
    """Whether it decides by itself how much to think, guided by an effort, instead of keeping to a budget."""
    off: _Off
    """How it is told not to think, or to think least."""
    bound: bool
    """Whether it takes its thinking back only behind the very prompt, tools and messages that led to it.

    Source: https://platform.claude.com/docs/en/build-with-claude/preserved-thinking/prefix-checks
    """
    sampling: bool
    """Whether it takes `temperature` and `top_p`; models from 4.7 on refuse them."""

    def thinking(self, effort: ReasoningEffort, *, max_tokens: int, forced: bool) -> dict[str, Any]:
        """The body's fields `thinking` and `output_config` for an effort.

        Args:
            effort: How much to think.
            max_tokens: Of the answer, its thinking included.
            forced: Whether the request demands a tool call: no model thinks and obeys that at once.
        """
        if effort == "none":
            return self._not_thinking()
        if self.adaptive:
            fields: dict[str, Any] = {"output_config": {"effort": _EFFORT[effort]}}
            return fields if forced else {**fields, "thinking": {"type": "adaptive", "display": "summarized"}}
        budget = min(THINKING_BUDGET_TOKENS[effort], max_tokens - 1)
        if forced or budget < THINKING_BUDGET_MIN_TOKENS:
            return {}
        return {"thinking": {"type": "enabled", "budget_tokens": budget}}

    def _not_thinking(self) -> dict[str, Any]:
        if self.off == "omit":
            return {}
        if self.off == "low_effort":
            return {"output_config": {"effort": "low"}}
        return {"thinking": {"type": self.off}}


def traits(model: str) -> Traits:
    """What is known of a model of this name."""
    match = _NAME.search(model) or _OLD_NAME.search(model)
    if match is None:
        return Traits(profile=ModelProfile(), adaptive=False, off="omit", bound=False, sampling=True)
    family = match["family"]
    version = (int(match["major"]), int(match["minor"] or 0))
    adaptive = version >= (4, 6)
    return Traits(
        profile=ModelProfile(
            native_output=version >= (4, 5),
            forced_tool_choice=_takes_forced_tool_choice(family, version),
            context_window_tokens=CONTEXT_WINDOW_TOKENS if adaptive else CONTEXT_WINDOW_BEFORE_4_6_TOKENS,
        ),
        adaptive=adaptive,
        off=_off(family, version),
        bound=version >= ((5, 1) if family in _ALWAYS_THINKING else (5, 5)),
        sampling=version < (4, 7),
    )


def _takes_forced_tool_choice(family: str, version: tuple[int, int]) -> bool:
    if family in _ALWAYS_THINKING:
        return version < (5, 1)
    return version < (5, 5) or family == "haiku"


def _off(family: str, version: tuple[int, int]) -> _Off:
    if family in _ALWAYS_THINKING:
        return "low_effort"
    if version < (5, 0):
        return "omit"
    if version < (5, 5) or family == "haiku":
        return "disabled"
    return "between_tools" if family == "sonnet" else "low_effort"
