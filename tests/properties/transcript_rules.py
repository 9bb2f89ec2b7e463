"""What the providers demand of a transcript, written from their documentation and not from our code.

Sources: https://platform.openai.com/docs/api-reference/chat/create, …/responses/create and
https://docs.anthropic.com/en/api/messages.
"""

import itertools
from collections.abc import Sequence

from agent_sdk.contracts.messages import (
    CitationPart,
    DocumentPart,
    ImagePart,
    Message,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)


def check_for_every_provider(messages: Sequence[Message]) -> None:
    """Require that every provider would accept these messages."""
    assert messages, "a request has messages"
    assert messages[0].role == "user", "the first message is the user's"
    assert messages[-1].role in {"user", "tool"}, "the last message is not the assistant's"
    for message in messages:
        check_content(message)
    check_openai_chat(messages)
    check_openai_responses(messages)
    check_anthropic(messages)


def check_content(message: Message) -> None:
    """No message is empty, no text is blank, and every part stands where it may."""
    assert message.parts, "no message is empty"
    for part in message.parts:
        if isinstance(part, TextPart):
            assert part.text.strip(), "no text is blank"
        if isinstance(part, ReasoningPart | ToolCallPart | CitationPart):
            assert message.role == "assistant", "only assistants reason, call and cite"
        if isinstance(part, ToolResultPart):
            assert message.role == "tool", "only tools answer calls"
        if isinstance(part, ImagePart | DocumentPart):
            assert message.role != "assistant", "assistants send no files"
        if isinstance(part, TextPart):
            assert message.role != "tool", "a tool's text is its result"
    if message.role == "assistant":
        assert any(isinstance(part, TextPart | ToolCallPart) for part in message.parts), (
            "reasoning is no answer"
        )


def check_openai_chat(messages: Sequence[Message]) -> None:
    """The messages with tool calls are followed at once by one tool message per call, and by no other."""
    for place, message in enumerate(messages):
        if message.role == "tool":
            assert messages[place - 1].tool_calls, "tool messages follow the calls"
        if message.tool_calls:
            called = [call.tool_call_id for call in message.tool_calls]
            assert len({*called}) == len(called), "ids are unique in a message"
            assert place + 1 < len(messages), "calls are answered"
            assert [part.tool_call_id for part in results(messages[place + 1])] == called


def check_openai_responses(messages: Sequence[Message]) -> None:
    """Every function_call has one function_call_output after it, and the other way round."""
    open_calls: set[str] = set()
    seen: set[str] = set()
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                assert part.tool_call_id not in seen, "a call_id is used once"
                seen.add(part.tool_call_id)
                open_calls.add(part.tool_call_id)
            elif isinstance(part, ToolResultPart):
                assert part.tool_call_id in open_calls, (
                    "an output has its call before it, and answers it once"
                )
                open_calls.remove(part.tool_call_id)
    assert not open_calls, "every call has its output"


def check_anthropic(messages: Sequence[Message]) -> None:
    """Roles alternate, where results and a user's words after them are one user message, results first."""
    turns: list[tuple[str, list[Message]]] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        if turns and turns[-1][0] == role:
            assert (turns[-1][1][-1].role, message.role) == ("tool", "user"), "roles alternate"
            turns[-1][1].append(message)
        else:
            turns.append((role, [message]))
    ids = [call.tool_call_id for message in messages for call in message.tool_calls]
    assert len({*ids}) == len(ids), "tool_use ids are unique in a request"
    for (_, before), (_, after) in itertools.pairwise(turns):
        called = {call.tool_call_id for message in before for call in message.tool_calls}
        answered = {part.tool_call_id for message in after for part in results(message)}
        assert called == answered, "tool_use is answered in the next message"


def results(message: Message) -> list[ToolResultPart]:
    """The results in a message."""
    return [part for part in message.parts if isinstance(part, ToolResultPart)]
