import pytest

from agent_sdk.tools.docstring import parse

GOOGLE = """Find things.

    More words: with a colon.

    Args:
        query (str, optional): What to
            look for.
        **limit: How many: at most.
        not an entry

    Returns:
        ignored: surely
    """
NUMPY = """Find things.

    More words: with a colon.

    Parameters
    ----------
    query : str
        What to
        look for.
    limit
        How many: at most.

    Returns
    -------
    ignored : int
        surely
    """
SPHINX = """Find things.

    More words: with a colon.

    :param str query: What to
        look for.
    :param limit: How many: at most.
    :type limit: int
    :returns: ignored
    """


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_three_styles_say_the_same(text: str) -> None:
    found = parse(text)
    assert found.description == "Find things.\n\nMore words: with a colon."
    assert found.parameters == {"query": "What to look for.", "limit": "How many: at most."}


def test_two_numpy_parameters_may_share_words() -> None:
    assert parse("X.\n\nParameters\n----------\na, b : int\n    Both.").parameters == {
        "a": "Both.",
        "b": "Both.",
    }


@pytest.mark.parametrize("text", [None, "", "   "])
def test_no_docstring_says_nothing(text: str | None) -> None:
    assert (parse(text).description, parse(text).parameters) == ("", {})


def test_a_colon_at_the_end_of_a_sentence_opens_no_section() -> None:
    text = "Do this:\n\nWarmly recommended:\n    indented"
    assert parse(text).description == text


def test_an_empty_section_and_a_field_without_name_are_skipped() -> None:
    assert parse("X.\n\nArgs:\n\nRaises:\n    E: x").parameters == {}
    assert parse("X.\n\n:param: nothing").parameters == {}


def test_an_unknown_underlined_section_is_not_part_of_the_description() -> None:
    assert parse("X.\n\nTheory\n------\nLong.").description == "X."


def test_an_underline_that_is_no_parameter_is_skipped() -> None:
    assert parse("X.\n\nParameters\n----------\n--- : ---\n    No.\na : int\n    Yes.").parameters == {
        "a": "Yes."
    }
