"""The little conversation that needs no tools."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.offline import facts
from agent_sdk.llm.offline.words import is_question, shorten

WHO_I_AM: Final = "I am offline:demo, a small set of rules and not a language model"
REAL_MODEL: Final = "For a real model set OPENAI_API_KEY or ANTHROPIC_API_KEY, or pass --model."
TOOL_SUMMARY_MAX_CHARS: Final = 90

_GREETING: Final = re.compile(
    r"^(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|salut|hola)\b[\s,]*(?:there|"
    r"again|agent|everyone|world)?[\s!.?]*$",
    re.IGNORECASE,
)
_THANKS: Final = re.compile(
    r"^(?:thanks|thank you|thx|cheers|great|nice|perfect|ok|okay|good)\b[\w\s,]{0,20}[!.]*$", re.IGNORECASE
)
_GOODBYE: Final = re.compile(r"^(?:bye|goodbye|see you|good night)\b[\w\s,]{0,20}[!.]*$", re.IGNORECASE)
_HOW_ARE_YOU: Final = re.compile(r"\bhow are you\b|\bhow(?:'s| is) it going\b", re.IGNORECASE)
_WHO_ARE_YOU: Final = re.compile(
    r"\b(?:who|what) are you\b|\bwhat(?:'s| is) your name\b|\b(?:what|which) (?:language )?model\b|\bare you "
    r"(?:an?|real|chatgpt|claude|gpt)\b|\bintroduce yourself\b",
    re.IGNORECASE,
)
_WHAT_CAN_YOU_DO: Final = re.compile(
    r"\bwhat (?:can|could) you do\b|\bwhat (?:tools|can you help)|\bwhich tools\b|\blist (?:your|the|all) tools\b|"
    r"\byour (?:tools|capabilities|abilities)\b|^help[.!?]*$|\bhow can you help\b|\bhow do you work\b",
    re.IGNORECASE,
)
_SAID_FIRST: Final = re.compile(
    r"\bwhat (?:did i|was the) (?:first|ask first|say first)|\bmy first (?:question|message)", re.IGNORECASE
)
_SAID_BEFORE: Final = re.compile(
    r"\bwhat did i (?:just )?(?:say|ask|write|tell)|\bmy (?:last|previous) (?:question|message)",
    re.IGNORECASE,
)
_SAY: Final = re.compile(
    r"^(?:please\s+)?(?:say|repeat|echo)(?:\s+exactly)?(?:\s+after me)?\s*:?\s+(?P<words>.+)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What a reply may draw on."""

    said: Sequence[str]
    """The user's earlier prompts, oldest first."""
    facts: Mapping[str, str]
    """What they told, this prompt included."""
    tools: Sequence[ToolSpec]


def reply(text: str, conversation: Conversation) -> str | None:
    """Answer one ask without tools, or None when the rules do not reach."""
    if said := _SAY.match(text):
        return said["words"].strip().strip("\"'“”")
    for pattern, answer in _ANSWERS:
        if pattern.search(text):
            return answer(conversation)
    if (recalled := facts.recall(text, conversation.facts)) is not None:
        return recalled
    learned = {} if is_question(text) else facts.learn(text)
    return facts.acknowledge(learned) if learned else None


def capabilities(conversation: Conversation) -> str:
    """Say what is possible with the tools at hand."""
    if not conversation.tools:
        return (
            f"{WHO_I_AM}. Without tools I can greet you, remember what you tell me in this session and say it back. "
            f"The preset assistant_tools gives me tools. {REAL_MODEL}"
        )
    lines = "\n".join(f"- {tool.name}: {summary(tool)}" for tool in conversation.tools)
    memory = "I also remember what you tell me in this session."
    return f"{WHO_I_AM}. I can use these tools:\n{lines}\n{memory} {REAL_MODEL}"


def honest(text: str, conversation: Conversation) -> str:
    """Say that the rules do not reach."""
    names = ", ".join(tool.name for tool in conversation.tools)
    able = f"I can use {names}" if names else "Ask me what I can do"
    return f"{WHO_I_AM}, so I cannot answer “{shorten(text, 120)}”. {able}. {REAL_MODEL}"


def summary(tool: ToolSpec) -> str:
    """The first sentence of a tool's description."""
    return shorten(tool.description.strip().split("\n", 1)[0], TOOL_SUMMARY_MAX_CHARS)


def _greet(conversation: Conversation) -> str:
    name = conversation.facts.get("name")
    return f"Hello{', ' + name if name else ''}! {WHO_I_AM}. Ask me what I can do."


def _quote_back(said: Sequence[str]) -> str:
    return f"You said: “{shorten(said[0], 300)}”" if said else "That was the first thing you said."


_ANSWERS: Final[tuple[tuple[re.Pattern[str], Callable[[Conversation], str]], ...]] = (
    (_GREETING, _greet),
    (_THANKS, lambda _: "You are welcome."),
    (_GOODBYE, lambda _: "Goodbye!"),
    (_HOW_ARE_YOU, lambda _: "As well as a set of rules can be."),
    (_WHAT_CAN_YOU_DO, capabilities),
    (_WHO_ARE_YOU, lambda _: f"{WHO_I_AM}. {REAL_MODEL}"),
    (_SAID_FIRST, lambda known: _quote_back(known.said[:1])),
    (_SAID_BEFORE, lambda known: _quote_back(known.said[-1:])),
)
