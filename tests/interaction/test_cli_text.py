"""What models and tools say cannot steer a terminal, nor hide what is decided on."""

import pytest

from agent_sdk.cli.text import Wrap, cells, fit, one_line, printable, visible

HOSTILE = "\x1b[2J\x1b]0;title\x07a\rb\x9b1m\u202ec\u2066d\u200f\x7f"


def test_escape_sequences_and_bidi_controls_are_taken_out() -> None:
    assert printable(HOSTILE) == one_line(HOSTILE, 100) == "[2J]0;titleab1mcd"


def test_what_writing_needs_is_left_alone() -> None:
    text = "a\n\tb \u0645\u06cc\u200c\u062e \U0001f468\u200d\U0001f469"
    assert printable(text) == text


def test_what_is_decided_on_is_shown_with_every_character_that_would_not_be_seen() -> None:
    assert visible(HOSTILE) == ("\\x1b[2J\\x1b]0;title\\x07a\\rb\\x9b1m\\u202ec\\u2066d\\u200f\\x7f")
    assert visible("a\nb\u200bc\u2028d\U000e0041 ü") == "a\\nb\\u200bc\\u2028d\\U000e0041 ü"


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("four", 4, "four"),
        ("fives", 4, "fiv…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("e\u0301é", 2, "e\u0301é"),
    ],
)
def test_text_is_fitted_to_the_columns_that_it_takes(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted
    assert cells(fit(text, width)) <= width


@pytest.mark.parametrize(
    ("pieces", "wrapped"),
    [
        (["one two three"], "one two \nthree"),
        (["one", " two", " three"], "one two \nthree"),
        (["12345678", " 9"], "12345678\n9"),
        (["one tw", "osome"], "one twosome"),
        (["a\nbbbbbb cc"], "a\nbbbbbb \ncc"),
        (["much-too-long x"], "much-too-long x"),
        (["x much-too-long"], "x \nmuch-too-long"),
    ],
)
def test_lines_break_between_words_however_the_text_comes(pieces: list[str], wrapped: str) -> None:
    wrap = Wrap(8)
    assert "".join(map(wrap.take, pieces)) == wrapped
