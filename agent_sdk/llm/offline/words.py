"""Reading text: words, sentences, the parts of a prompt, and an estimate of tokens."""

import re
from typing import Final

CHARS_PER_TOKEN: Final = 4
"""The usual rule of thumb for English; this model has no tokenizer."""

_TOKEN: Final = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE: Final = re.compile(r"[^\s].*?(?:[.!?](?=[\s\"')\]])|\n\s*\n|\Z)", re.DOTALL)
_QUOTED: Final = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|`[^`\n]+`|(?<!\w)'[^'\n]+'(?!\w)")
_STARTS: Final = (
    r"what|who|whom|when|where|how|why|which|is|are|do|does|did|can|could|would|tell|give|show|compute|calculate|"
    r"add|read|open|write|save|store|put|fetch|get|search|find|look|list|explain|describe|summari[sz]e|please|also|"
    r"remember|create|make|ask|use|call|the time"
)
_BORDER: Final = re.compile(
    rf"(?<=[.?!;])\s+|\n+|,?\s+(?:and|then|and then|also|and also)\s+(?=(?:{_STARTS})\b)|,\s+(?=(?:{_STARTS})\b)",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(
    r"\?\s*$|^(?:(?:and|so|but|please|then|also)\s+)*(?:what|who|whom|whose|when|where|how|why|which|is|are|was|were|"
    r"do|does|did|can|could|would|will|should|tell me|explain|describe|summari[sz]e|find|search|look up|list|"
    r"show me|give me|name)\b",
    re.IGNORECASE,
)
_STOP: Final = frozenset(
    """a about above across after again all also am an and any are as at be been before being between both but by can
    could did do does doing down during each explain few find for from further get give had has have having he her here
    hers him his how i if in into is it its itself just list long look many me more most much my name no nor not now of
    off on once only or other our out over own please same say says search shall she should show so some such take
    takes tell than that the their them then there these they this those through to too under until up us use used very
    was we were what what's when where which while who whom whose why will with would you your""".split()  # noqa: SIM905 - prose reads better than a list
)
_SUFFIXES: Final = (
    "ations",
    "ation",
    "ings",
    "ing",
    "edly",
    "ies",
    "ied",
    "ers",
    "ed",
    "es",
    "er",
    "ly",
    "s",
    "e",
    "y",
)
_STEM_LENGTH_MIN_CHARS: Final = 3


def count_tokens(text: str) -> int:
    """Estimate the tokens of `text`: a quarter of its characters, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def tokens(text: str) -> list[str]:
    """Cut `text` into the pieces it is streamed in; joined again they are `text`."""
    return _TOKEN.findall(text)


def words(text: str) -> list[str]:
    """The words of `text`, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def stem(word: str) -> str:
    """Take a common English ending off, so that `settings` finds `setting`."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _STEM_LENGTH_MIN_CHARS:
            return word[: -len(suffix)]
    return word


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, without repetition."""
    return list(dict.fromkeys(stem(word) for word in words(text) if word not in _STOP))


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence of `text`."""
    found = [(match.start(), match.start() + len(match[0].rstrip())) for match in _SENTENCE.finditer(text)]
    return [(start, end) for start, end in found if end > start]


def quoted(text: str) -> list[str]:
    """What stands in quotation marks."""
    return [match[0][1:-1] for match in _QUOTED.finditer(text)]


def segments(text: str) -> list[str]:
    """Cut a prompt into its questions and orders, never inside quotation marks."""
    shielded = [match.span() for match in _QUOTED.finditer(text)]
    pieces: list[str] = []
    begin = 0
    for border in _BORDER.finditer(text):
        if any(start < border.start() < end for start, end in shielded):
            continue
        pieces.append(text[begin : border.start()])
        begin = border.end()
    pieces.append(text[begin:])
    return [stripped for piece in pieces if (stripped := piece.strip(" \t\n,;"))]


def is_question(text: str) -> bool:
    """Whether `text` asks for something."""
    return _QUESTION.search(text) is not None


def shorten(text: str, length_max_chars: int) -> str:
    """`text`, or its beginning with an ellipsis, cut between words."""
    if len(text) <= length_max_chars:
        return text
    return (text[: length_max_chars - 1].rsplit(None, 1) or [""])[0] + "…"
