"""Cutting documents into chunks."""

from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.memory.chunking import CHUNK_LENGTH_MAX_CHARS, chunk

MARKDOWN = """\
Before any heading.

# First

One paragraph.

Another one.

```
# no heading, but code
```

## Second ##

Text.

Third
=====

* a list
* of two
"""


def test_a_chunk_stands_under_the_heading_above_it() -> None:
    chunks = chunk("a.md", MARKDOWN)
    assert [each.title for each in chunks] == [None, "First", "Second", "Third"]
    assert "# no heading, but code" in chunks[1].text


def test_paragraphs_under_one_heading_stay_together() -> None:
    assert chunk("a.md", MARKDOWN)[1].text.startswith("One paragraph.\n\nAnother one.")


def test_ids_are_unique_and_name_the_document() -> None:
    ids = [each.id for each in chunk("docs/a.md", MARKDOWN)]
    assert ids == ["docs/a.md#1", "docs/a.md#2", "docs/a.md#3", "docs/a.md#4"]


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence() -> None:
    chunks = chunk("a.txt", "This is a sentence. " * 200)
    assert len(chunks) > 1
    assert all(each.text.endswith("sentence.") for each in chunks)


def test_a_long_line_without_sentences_is_cut_between_words() -> None:
    chunks = chunk("a.txt", "word " * 1000)
    assert all(each.text.startswith("word") and each.text.endswith("word") for each in chunks)


def test_a_text_without_any_break_is_cut_anywhere() -> None:
    chunks = chunk("a.txt", "x" * (2 * CHUNK_LENGTH_MAX_CHARS + 1))
    assert [len(each.text) for each in chunks] == [CHUNK_LENGTH_MAX_CHARS, CHUNK_LENGTH_MAX_CHARS, 1]


def test_an_empty_document_has_no_chunks() -> None:
    assert chunk("a.txt", " \n\n ") == []


@given(st.text(alphabet="ab .#=\n`-", max_size=4000))
def test_offsets_are_exact_ascending_and_nothing_but_blanks_and_headings_is_lost(text: str) -> None:
    chunks = chunk("a.md", text)
    end = 0
    for each in chunks:
        assert each.start >= end
        assert text[each.start : each.end] == each.text
        assert 0 < len(each.text) <= CHUNK_LENGTH_MAX_CHARS
        end = each.end
    if "#" not in text and "=" not in text and "-" not in text:
        assert "".join("".join(each.text.split()) for each in chunks) == "".join(text.split())
