"""Finding arithmetic in a prompt and writing it down as an expression."""

import re
from typing import Final

EXPRESSION_LENGTH_MAX_CHARS: Final = 300

_NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_FUNCTIONS: Final = r"sqrt|abs|round|floor|ceil|min|max|log10|log2|log|ln|exp|sin|cos|tan|pi"
_ATOM: Final = rf"(?:{_NUMBER}|\b(?:{_FUNCTIONS})\b|[()])"
_RUN: Final = re.compile(rf"[-+]?{_ATOM}(?:\s*(?:\*\*|//|[-+*/%^,]|(?={_ATOM}))\s*[-+]?\s*{_ATOM})*")
_CALCULATION: Final = re.compile(
    rf"[\d)]\s*(?:\*\*|//|[-+*/%^])\s*[-+(]*\s*(?:[\d.(]|{_FUNCTIONS})|(?:{_FUNCTIONS})\s*\("
)
_NOT_ARITHMETIC: Final = re.compile(
    r"https?://\S+"  # addresses
    r"|\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b"  # dates
    r"|\b\d+\.\d+\.\d+[\w.]*"  # versions
    r"|(?<![\d\s)])[\w.-]*/[\w./-]*[A-Za-z][\w./-]*"  # paths
    r"|\+\d[\d -]{6,}\d\b"  # telephone numbers
    r"|\b\d+[-–]\d+(?=\s+(?!times\b|plus\b|minus\b|equals\b|is\b)[a-z]+s\b)"  # ranges: 3-5 sentences
)
# Words to operators, in this order: a longer phrase comes before a shorter one that it contains.
_SPOKEN: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (rf"({_NUMBER})\s*(?:%|percent|per cent)\s+of\s+({_NUMBER})", r"\2 * \1 / 100"),
        (rf"(?:the\s+)?square root of\s+({_NUMBER})", r"sqrt(\1)"),
        (rf"(?:the\s+)?sum of\s+({_NUMBER})\s+and\s+({_NUMBER})", r"\1 + \2"),
        (rf"(?:the\s+)?product of\s+({_NUMBER})\s+and\s+({_NUMBER})", r"\1 * \2"),
        (rf"(?:the\s+)?difference (?:of|between)\s+({_NUMBER})\s+and\s+({_NUMBER})", r"\1 - \2"),
        (rf"\badd\s+({_NUMBER})\s+(?:and|to)\s+({_NUMBER})", r"\1 + \2"),
        (rf"\bsubtract\s+({_NUMBER})\s+from\s+({_NUMBER})", r"\2 - \1"),
        (rf"\bmultiply\s+({_NUMBER})\s+(?:and|by|with)\s+({_NUMBER})", r"\1 * \2"),
        (rf"\bdivide\s+({_NUMBER})\s+by\s+({_NUMBER})", r"\1 / \2"),
        (r"(?<=[\d)])\s*(?:multiplied by|times|×|·)\s*(?=[\d(.-])", " * "),
        (r"(?<=\d)\s+x\s+(?=\d)", " * "),
        (r"(?<=[\d)])\s*(?:divided by|over|÷)\s*(?=[\d(.-])", " / "),
        (r"(?<=[\d)])\s*(?:to the power of|raised to|\^)\s*(?=[\d(.-])", " ** "),
        (r"(?<=[\d)])\s+squared\b", " ** 2"),
        (r"(?<=[\d)])\s+cubed\b", " ** 3"),
        (r"(?<=[\d)])\s+plus\s+(?=[\d(.-])", " + "),
        (r"(?<=[\d)])\s+(?:minus|−)\s+(?=[\d(.-])", " - "),
        (r"(?<=[\d)])\s+(?:mod|modulo)\s+(?=[\d(.-])", " % "),
        (r"−", "-"),
    )
)


def find_expressions(text: str) -> list[str]:
    """The calculations that `text` asks for, in the notation of a calculator, in order."""
    plain = _NOT_ARITHMETIC.sub(" ; ", text)
    for pattern, replacement in _SPOKEN:
        plain = pattern.sub(replacement, plain)
    found = [_tidy(match[0]) for match in _RUN.finditer(plain) if _CALCULATION.search(match[0])]
    return [each for each in dict.fromkeys(found) if each and len(each) <= EXPRESSION_LENGTH_MAX_CHARS]


def _tidy(run: str) -> str:
    expression = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", run).strip(" ,")
    expression = re.sub(r"\s+", " ", expression).lstrip(") ").rstrip("( ")
    # A parenthesis of the sentence around the calculation is not part of it.
    while expression.count("(") > expression.count(")") and expression.startswith("("):
        expression = expression[1:].lstrip()
    while expression.count(")") > expression.count("(") and expression.endswith(")"):
        expression = expression[:-1].rstrip()
    return expression if expression.count("(") == expression.count(")") else ""
