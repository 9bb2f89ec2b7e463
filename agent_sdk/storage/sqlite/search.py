"""Words in runs: what a search looks for, as SQL. Text is kept as JSON, so it is there that words are looked for."""

from typing import Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import InvalidInput

SEARCH_LENGTH_MAX_CHARS: Final = 1000
SEARCH_WORDS_MAX_COUNT: Final = 16

HAS_WORD: Final = """
    (runs.id = ? OR runs.session_id = ? OR CAST(input AS TEXT) LIKE ? ESCAPE '!'
    OR CAST(output AS TEXT) LIKE ? ESCAPE '!' OR CAST(tags AS TEXT) LIKE ? ESCAPE '!')
"""
"""Whether one word occurs in a row of `runs`; takes `word_values`."""


def words_of(text: str) -> list[str]:
    """The words of a search.

    Raises:
        InvalidInput: It is too long.
    """
    words = text.split()
    if len(text) > SEARCH_LENGTH_MAX_CHARS or len(words) > SEARCH_WORDS_MAX_COUNT:
        raise InvalidInput(
            "the search is too long",
            hint=f"Search for at most {SEARCH_WORDS_MAX_COUNT} words, {SEARCH_LENGTH_MAX_CHARS} characters in all.",
        )
    return words


def word_values(word: str) -> tuple[str, ...]:
    """What `HAS_WORD` takes; every character of the word stands for itself."""
    inside = encode(word).decode()[1:-1]
    for special in "!%_":
        inside = inside.replace(special, f"!{special}")
    return (word, word, *[f"%{inside}%"] * 3)
