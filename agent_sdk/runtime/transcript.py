"""The transcript a model is sent is always valid.

Any history, cut anywhere, is repaired deterministically before the next model call. What holds afterwards:

* it begins with a user's message and does not end with the assistant's, and no message is empty;
* user and assistant alternate; a tool message stands only right after the assistant message that called;
* that tool message answers every call exactly once, in the order of the calls, and nothing else;
* no call is made twice, anywhere.

Repairing twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from agent_sdk.contracts.messages import (
    CitationPart,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    Role,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

INTERRUPTED: Final = "This call was interrupted before it returned; whether it had an effect is unknown."
OPENING: Final = "(The conversation before this point is not available.)"
GO_ON: Final = "Go on."

_BELONGS: Final[dict[Role, tuple[type[Part], ...]]] = {
    "user": (TextPart, ImagePart, DocumentPart),
    "assistant": (TextPart, ReasoningPart, ToolCallPart, CitationPart),
    "tool": (ToolResultPart, ImagePart, DocumentPart),
}
_BESIDE: Final = (ReasoningPart, CitationPart)


def repair(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Make a valid transcript of any messages; the module's docstring says what holds afterwards."""
    repaired: list[Message] = []
    answers: list[Message] = []
    called: set[str] = set()
    for message in messages:
        if message.role == "tool":
            answers.append(message)
            continue
        _answer_calls(repaired, answers)
        answers = []
        parts = _clean(message, called)
        if parts:
            whole = len(parts) == len(message.parts)
            _add(repaired, message if whole else replace(message, parts=parts))
    _answer_calls(repaired, answers)
    if not repaired or repaired[0].role != "user":
        repaired.insert(0, _user(repaired[0] if repaired else None, "opening", OPENING))
    if repaired[-1].role == "assistant":
        repaired.append(_user(repaired[-1], "go-on", GO_ON))
    return tuple(repaired)


def _clean(message: Message, called: set[str]) -> tuple[Part, ...]:
    """The parts that may stand in a message of its role, without empty ones and without calls made before."""
    parts: list[Part] = []
    belongs, says_something = _BELONGS[message.role], False
    for part in message.parts:
        if not isinstance(part, belongs) or _is_empty(part):
            continue
        if isinstance(part, ToolCallPart):
            if part.tool_call_id in called:
                continue
            called.add(part.tool_call_id)
        parts.append(part)
        says_something = says_something or not isinstance(part, _BESIDE)
    # Reasoning alone says nothing that may be sent back: it was cut before the answer began.
    return tuple(parts) if says_something else ()


def _is_empty(part: Part) -> bool:
    if isinstance(part, TextPart):
        return not part.text.strip()
    return isinstance(part, ReasoningPart) and not part.text and not part.state


def _add(repaired: list[Message], message: Message) -> None:
    """Append, or merge with the last message where the role is the same."""
    last = repaired[-1] if repaired else None
    if last is None or last.role != message.role:
        repaired.append(message)
        return
    repaired[-1] = replace(last, parts=(*last.parts, *message.parts))


def _answer_calls(repaired: list[Message], answers: Sequence[Message]) -> None:
    """Answer the calls of the last message from what was found after it; drop what answers nothing."""
    last = repaired[-1] if repaired else None
    if last is None or last.role != "assistant" or not (calls := last.tool_calls):
        return
    found = _by_call(answers)
    parts: list[Part] = []
    for call in calls:
        parts.extend(found.get(call.tool_call_id) or [_interrupted(call)])
    first = answers[0] if answers else Message(id=f"{last.id}:answers", role="tool")
    repaired.append(Message(id=first.id, role="tool", parts=tuple(parts), agent=first.agent))


def _by_call(answers: Sequence[Message]) -> dict[str, list[Part]]:
    """Each call's first result, with the images and documents that follow it."""
    found: dict[str, list[Part]] = {}
    current: list[Part] | None = None
    belongs = _BELONGS["tool"]
    for message in answers:
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                current = None if part.tool_call_id in found else found.setdefault(part.tool_call_id, [])
            if current is not None and isinstance(part, belongs):
                current.append(part)
    return found


def _interrupted(call: ToolCallPart) -> ToolResultPart:
    return ToolResultPart(
        tool_call_id=call.tool_call_id,
        name=call.name,
        content=INTERRUPTED,
        outcome="interrupted",
        provider_call_id=call.provider_call_id,
    )


def _user(beside: Message | None, what: str, text: str) -> Message:
    """A message of our own, with an id that the same repair makes again."""
    return Message(id=f"{beside.id if beside else 'msg'}:{what}", role="user", parts=(TextPart(text=text),))
