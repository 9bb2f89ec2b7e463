"""A lexical embedding: words and their character n-grams, hashed into a sparse vector.

It knows no meaning. Two texts are alike when they share words or pieces of words ("refund", "refunds", "refunded"),
in any language with letters; synonyms are strangers to it. It needs no model, no network and no training, and the
same text has the same vector on every machine.
"""

import math
import re
from collections.abc import Mapping
from typing import Final
from zlib import crc32

DIMENSIONS_COUNT: Final = 1 << 16
NGRAM_LENGTH_MIN_CHARS: Final = 3
NGRAM_LENGTH_MAX_CHARS: Final = 4

_WORD: Final = re.compile(r"[^\W_]+")
_WORD_WEIGHT: Final = 1.0
_NGRAM_WEIGHT: Final = 0.35

Vector = Mapping[int, float]
"""Sparse: dimension to weight, of length 1 in all; empty for a text without words."""


def terms(text: str) -> list[str]:
    """The words of a text, folded to one case."""
    return [word.casefold() for word in _WORD.findall(text)]


def embed(text: str) -> Vector:
    """The vector of a text."""
    weights: dict[int, float] = {}
    for word in terms(text):
        _add(weights, word, _WORD_WEIGHT)
        marked = f"<{word}>"
        for length in range(NGRAM_LENGTH_MIN_CHARS, NGRAM_LENGTH_MAX_CHARS + 1):
            for place in range(len(marked) - length + 1):
                _add(weights, marked[place : place + length], _NGRAM_WEIGHT)
    # A word said ten times is not ten times as important.
    damped = {
        dimension: 1 + math.log(weight) if weight > 1 else weight for dimension, weight in weights.items()
    }
    norm = math.sqrt(sum(weight * weight for weight in damped.values()))
    return {dimension: weight / norm for dimension, weight in damped.items()} if norm else {}


def cosine(left: Vector, right: Vector) -> float:
    """How alike two vectors are, from 0 to 1."""
    small, large = (left, right) if len(left) <= len(right) else (right, left)
    return sum(weight * large.get(dimension, 0.0) for dimension, weight in small.items())


def _add(weights: dict[int, float], gram: str, weight: float) -> None:
    dimension = crc32(gram.encode()) % DIMENSIONS_COUNT
    weights[dimension] = weights.get(dimension, 0.0) + weight
