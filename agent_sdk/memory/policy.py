"""How much of a session's history the model is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_sdk.contracts.messages import Message, ToolResultPart


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPolicy:
    """Keeps the last turns whole. A turn is a user's message and everything up to the next one.

    The originals stay in the session; only what goes to the model is shortened.
    """

    turns_max: int | None = 40
    """Turns shown to the model, the one at hand included; None shows them all."""

    def __post_init__(self) -> None:
        """Refuse a policy that would hide the question itself.

        Raises:
            ValueError: `turns_max` is less than 1.
        """
        if self.turns_max is not None and self.turns_max < 1:
            msg = f"turns_max must be at least 1, not {self.turns_max}"
            raise ValueError(msg)

    def select(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """The end of `messages` that the policy keeps; a tool call is never parted from its result."""
        # A turn is at least one message.
        if self.turns_max is None or len(messages) <= self.turns_max:
            return tuple(messages)
        borders = _borders(messages)
        if len(borders) <= self.turns_max:
            return tuple(messages)
        return tuple(messages[borders[-self.turns_max] :])


def _borders(messages: Sequence[Message]) -> list[int]:
    """Where turns begin: at a user's message, unless it stands between a call and its result."""
    results: dict[str, int] = {}
    whole_until: list[int] = []
    for place, message in reversed(list(enumerate(messages))):
        whole_until.append(max([results.get(call.tool_call_id, 0) for call in message.tool_calls], default=0))
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                results[part.tool_call_id] = place
    borders: list[int] = []
    bound = 0
    for place, message in enumerate(messages):
        if message.role == "user" and place >= bound:
            borders.append(place)
        bound = max(bound, whole_until[-1 - place])
    return borders
