"""How a session's history is shortened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.contracts.messages import Message, TextPart, ToolCallPart, ToolResultPart
from agent_sdk.memory.policy import MemoryPolicy


def turn(number: int, *, calls: int = 0) -> list[Message]:
    """A user's message, so many calls with their results, and an answer."""
    messages = [Message(id=f"msg_u{number}", role="user", parts=(TextPart(text=f"question {number}"),))]
    for call in range(calls):
        call_id = f"call_{number}_{call}"
        asked = ToolCallPart(tool_call_id=call_id, name="look", arguments="{}")
        told = ToolResultPart(tool_call_id=call_id, name="look", content="seen")
        messages.append(Message(id=f"msg_c{number}_{call}", role="assistant", parts=(asked,)))
        messages.append(Message(id=f"msg_t{number}_{call}", role="tool", parts=(told,)))
    messages.append(
        Message(id=f"msg_a{number}", role="assistant", parts=(TextPart(text=f"answer {number}"),))
    )
    return messages


def test_a_short_history_is_kept_whole() -> None:
    messages = [*turn(1), *turn(2, calls=2)]
    assert MemoryPolicy(turns_max=2).select(messages) == tuple(messages)


def test_the_oldest_turns_go_first_and_whole() -> None:
    messages = [*turn(1), *turn(2, calls=2), *turn(3)]
    assert MemoryPolicy(turns_max=2).select(messages) == (*turn(2, calls=2), *turn(3))


def test_none_keeps_everything() -> None:
    messages = [message for number in range(100) for message in turn(number)]
    assert MemoryPolicy(turns_max=None).select(messages) == tuple(messages)


def test_forty_turns_are_kept_by_default() -> None:
    messages = [message for number in range(50) for message in turn(number)]
    assert MemoryPolicy().select(messages)[0].text == "question 10"


def test_words_that_the_user_adds_while_a_tool_works_do_not_part_it_from_its_result() -> None:
    first, call, result, answer = turn(1, calls=1)
    added = Message(id="msg_x", role="user", parts=(TextPart(text="hurry up"),))
    messages = [first, call, added, result, answer]
    assert MemoryPolicy(turns_max=1).select(messages) == tuple(messages)


def test_a_call_that_never_got_its_result_does_not_keep_everything_after_it() -> None:
    cut = turn(1, calls=1)[:2]
    messages = [*cut, *turn(2, calls=1), *turn(3)]
    assert MemoryPolicy(turns_max=1).select(messages) == tuple(turn(3))


def test_calls_of_different_turns_may_have_one_id() -> None:
    messages = [*turn(1, calls=1), *turn(1, calls=1), *turn(2)]
    assert MemoryPolicy(turns_max=2).select(messages) == (*turn(1, calls=1), *turn(2))


@pytest.mark.parametrize("turns", [0, -1])
def test_a_policy_that_would_hide_the_question_is_refused(turns: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        MemoryPolicy(turns_max=turns)


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 6))
def test_no_call_is_ever_parted_from_its_result(calls_of_turns: list[int], turns_max: int) -> None:
    messages = [
        message for number, calls in enumerate(calls_of_turns) for message in turn(number, calls=calls)
    ]
    kept = MemoryPolicy(turns_max=turns_max).select(messages)
    called = {call.tool_call_id for message in kept for call in message.tool_calls}
    answered = {
        part.tool_call_id for message in kept for part in message.parts if isinstance(part, ToolResultPart)
    }
    assert called == answered
    assert kept == tuple(messages[len(messages) - len(kept) :])
    assert sum(message.role == "user" for message in kept) == min(turns_max, len(calls_of_turns))
