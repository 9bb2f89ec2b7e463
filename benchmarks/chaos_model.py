"""The slow fake model of benchmarks/chaos.py. It follows the plan that stands in the conversation.

The last message of the user says which tools to call, `plan: look_up save_note, send_letter`: those of one step
between blanks, steps between commas. The step at which a conversation is follows from the answers in it that call
tools, so that a resumed conversation goes on where it was. Tokens come `/d<ms>/` apart, as the path says.

Run as a process of its own; it prints its port and serves until its stdin closes.
"""

import asyncio
import itertools
import json
import re
from typing import Any

from fake_model import DONE, STREAM_HEADERS, FakeModel, chunk, serve, usage_of

_PATH = re.compile(rb"^POST /d(\d+)/v1/chat/completions ")
_PLAN = re.compile(r"plan: ([a-z_ ,]*)")
_THOUGHT_TOKENS = 6
_ANSWER_TOKENS = 30
_IDS = itertools.count(1)


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def tools_to_call(messages: list[dict[str, Any]]) -> list[str]:
    """What the plan says for the step at which the conversation is; nothing when it is carried out."""
    asked = max((place for place, message in enumerate(messages) if _PLAN.search(_text(message))), default=-1)
    plan = _PLAN.search(_text(messages[asked])) if asked >= 0 else None
    steps = plan[1].split(",") if plan else []
    done = sum(bool(message.get("tool_calls")) for message in messages[asked + 1 :])
    return steps[done].split() if done < len(steps) else []


def answer_of(tools: list[str]) -> list[bytes]:
    """The pieces of an answer that calls `tools`, or of the last one."""
    words = _THOUGHT_TOKENS if tools else _ANSWER_TOKENS
    pieces = [STREAM_HEADERS + chunk({"role": "assistant", "content": ""})]
    pieces += [chunk({"content": f" word{number}"}) for number in range(words)]
    for index, name in enumerate(tools):
        number = next(_IDS)
        function = {"name": name, "arguments": ""}
        call = {"index": index, "id": f"call_{number}", "type": "function", "function": function}
        pieces.append(chunk({"tool_calls": [call]}))
        for part in ('{"number":', f"{number}}}"):
            pieces.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]}))
    end = chunk({}, "tool_calls" if tools else "stop") + chunk(None, usage=usage_of(words)) + DONE
    return [*pieces, end]


class PlannedModel(FakeModel):
    """One connection."""

    def answer(self, head: bytes, body: bytes) -> None:
        """Stream the answer to one request."""
        path = _PATH.match(head)
        if path is None:
            super().answer(head, body)
            return
        self._send(int(path[1]) / 1000, answer_of(tools_to_call(json.loads(body)["messages"])))

    def _send(self, delay_s: float, pieces: list[bytes]) -> None:
        if self._transport.is_closing() or not pieces:
            return
        self._transport.write(pieces[0])
        asyncio.get_running_loop().call_later(delay_s, self._send, delay_s, pieces[1:])


if __name__ == "__main__":
    asyncio.run(serve(PlannedModel))
