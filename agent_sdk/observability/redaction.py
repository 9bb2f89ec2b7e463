"""Takes secrets out of what is about to be written down.

Two ways to know a secret: by the name of the field that holds it, and by its own look in a text. It errs on the side of
hiding, and numbers are never hidden: a count of tokens is not a token.
"""

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, Final, cast

REDACTED: Final = "[redacted]"
TEXT_LENGTH_MAX_CHARS: Final = 16_384
"""Of one text; the rest is cut off."""
DEPTH_MAX_LEVELS: Final = 8
"""Of fields within fields; what is deeper is left out."""
CUT: Final = "…"

_NAMES: Final = r"key|token|secret|passw(?:or)?d|credential|authorization|cookie"
_SECRET_NAME: Final = re.compile(_NAMES, re.IGNORECASE)
# Every repetition is bounded, so that a long hostile text costs no more than its length.
_NAME: Final = rf"[\w.-]{{0,40}}(?:{_NAMES})[\w.-]{{0,40}}"
_VALUE: Final = r"[^\s\"',;&}]+"
_SECRET_TEXTS: Final = tuple(
    [
        (re.compile(pattern, re.IGNORECASE), replacement)
        for pattern, replacement in (
            # Authorization: Bearer abc (RFC 9110 section 11.6.2), also as a repr of headers
            (
                rf"((?:authorization|api-key)[\"']?\s?[:=,]\s?b?[\"']?)(?:\w+ )?{_VALUE}",
                rf"\1{REDACTED}",
            ),
            (r"(cookie[\"']?\s?[:=,]\s?)[^\r\n]+", rf"\1{REDACTED}"),
            (r"\b(bearer|basic) [\w.~+/=-]{16,}", rf"\1 {REDACTED}"),
            # asdk_… is a key of ours, sk-… one of a provider
            (r"\b(asdk_|sk-)[\w-]{6,}", rf"\1{REDACTED}"),
            # https://user:password@host
            (r"(://[^\s/:@]{0,100}:)[^\s/@]{1,200}@", rf"\1{REDACTED}@"),
            # api_key=abc, and {"api_key": "abc"}
            (rf"(?<![\w.-])({_NAME}=[\"']?){_VALUE}", rf"\1{REDACTED}"),
            (rf"([\"']{_NAME}[\"']\s?:\s?)([\"'])(?:[^\"'\\]|\\.)*\2", rf"\1\2{REDACTED}\2"),
        )
    ]
)
_MASK: Final = "***"
_USER_OF_URL: Final = re.compile(r"(?<=://)[^/?#\s]{1,1000}(?=@)")
_SECRET_OF_QUERY: Final = re.compile(
    rf"([?&;#][^=?&;#]{{0,100}}(?:{_NAMES})[^=?&;#]{{0,100}}=)[^&#]+", re.IGNORECASE
)
_URL: Final = re.compile(r"://\S+")


def masked_url(url: str) -> str:
    """The URL without its user, and without the values of its query whose names look secret."""
    return _SECRET_OF_QUERY.sub(rf"\1{_MASK}", _USER_OF_URL.sub(_MASK, url))


def masked_urls(text: str) -> str:
    """The text with every URL in it masked; one ends with a space."""
    return _URL.sub(lambda found: masked_url(found[0]), text)


def redacted_text(text: str) -> str:
    """The text without what looks like a secret, cut to `TEXT_LENGTH_MAX_CHARS`."""
    if len(text) > TEXT_LENGTH_MAX_CHARS:
        text = text[:TEXT_LENGTH_MAX_CHARS] + CUT
    for pattern, replacement in _SECRET_TEXTS:
        text = pattern.sub(replacement, text)
    return text


def redacted(value: Any, *, name: str = "", depth: int = 0) -> Any:
    """The value of the field `name` in plain JSON types and without secrets; objects become their `str`."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    if _SECRET_NAME.search(name):
        return REDACTED
    if depth >= DEPTH_MAX_LEVELS:
        return CUT
    if isinstance(value, Mapping):
        fields = cast("Mapping[object, object]", value)
        return {str(key): redacted(each, name=str(key), depth=depth + 1) for key, each in fields.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(each, depth=depth + 1) for each in cast("Iterable[object]", value)]
    return redacted_text(str(value))
