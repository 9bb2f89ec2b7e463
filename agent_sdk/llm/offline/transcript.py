"""What a request's messages say: the question at hand, what came before, and the results so far."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from agent_sdk.contracts.messages import Message, ToolOutcome, ToolResultPart
from agent_sdk.llm.offline.plan import PlannedCall, call_key

PROMPT_READ_MAX_CHARS: Final = 2000
"""The rules read the beginning of a prompt; some of them take time that grows with the square of its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a call of this turn."""

    name: str
    args: dict[str, Any]
    content: str
    outcome: ToolOutcome

    @property
    def value(self) -> Any:
        """The content as JSON, or as it is where it is none."""
        return parse_json(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The last thing the user said, and what has happened since."""

    prompt: str
    said: tuple[str, ...]
    """The user's earlier prompts, oldest first."""
    results: dict[str, Result]
    """By `call_key`; in the order of the calls."""

    def result_of(self, call: PlannedCall) -> Result | None:
        """What came of a planned call, or None where it was not made yet."""
        exact = self.results.get(call.key)
        if exact is not None or call.need is None or not call.need.uses_results:
            return exact
        # It was made with the results in place of the words that stood for them.
        made = (each for each in self.results.values() if each.name == call.name)
        return next((each for each in made if call.need.values["path"] in each.args.values()), None)


def read_turn(messages: Sequence[Message]) -> Turn:
    """Find the turn at hand in a transcript."""
    spoken = [place for place, message in enumerate(messages) if message.role == "user"]
    begin = spoken[-1] if spoken else 0
    return Turn(
        prompt=messages[begin].text[:PROMPT_READ_MAX_CHARS] if spoken else "",
        said=tuple(messages[place].text[:PROMPT_READ_MAX_CHARS] for place in spoken[:-1]),
        results=_results(messages[begin:]),
    )


def parse_json(text: str) -> Any:
    """Read JSON; anything else stays the text that it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _results(messages: Sequence[Message]) -> dict[str, Result]:
    answers = {
        part.tool_call_id: part
        for message in messages
        for part in message.parts
        if isinstance(part, ToolResultPart)
    }
    results: dict[str, Result] = {}
    for call in (call for message in messages for call in message.tool_calls):
        parsed = parse_json(call.arguments)
        args = cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}
        answer = answers.get(call.tool_call_id)
        if answer is not None:
            results[call_key(call.name, args)] = Result(
                name=call.name, args=args, content=answer.content, outcome=answer.outcome
            )
    return results
