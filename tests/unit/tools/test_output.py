import pytest

from agent_sdk.ports.tool import ToolOutput
from agent_sdk.tools.output import bounded


def test_a_short_text_is_left_alone() -> None:
    output = ToolOutput(value="x", content="x" * 100)
    assert bounded(output, 100) is output


def test_a_long_text_keeps_beginning_and_end_and_says_what_is_gone() -> None:
    text = "a" * 500 + "b" * 500
    cut = bounded(ToolOutput(value=text, content=text), 200)
    assert len(cut.content) <= 200
    head, _, rest = cut.content.partition("\n… [")
    count, _, tail = rest.partition(" characters cut] …\n")
    assert set(head) == {"a"}
    assert set(tail) == {"b"}
    assert len(head) + len(tail) + int(count) == 1000
    assert cut.value == text


@pytest.mark.parametrize("max_chars", [0, 1, 10, 40])
def test_a_tiny_bound_is_kept_too(max_chars: int) -> None:
    assert len(bounded(ToolOutput(value=None, content="x" * 1000), max_chars).content) <= max_chars
