"""Arithmetic expressions, parsed and evaluated in one pass by precedence climbing.

    expression = unary (operator expression)*       by precedence; `^` binds to the right
    unary      = ("+" | "-") unary | atom
    atom       = number | constant | function "(" expression ("," expression)* ")" | "(" expression ")"

From loose to tight: `+ -`, `* / // %`, sign, `^ **`. So -2^2 is -4 and 2^-1 is 0.5.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NoReturn

from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin import arithmetic

EXPRESSION_LENGTH_MAX_CHARS: Final = 1000
NESTING_DEPTH_MAX: Final = 50

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|//|[-+*/%^(),])|(?P<end>\Z))"
)
_SYMBOLS: Final = str.maketrans({"×": "*", "÷": "/", "−": "-"})
_SIGN_BINDS: Final = 3
_Operation = Callable[[Fraction, Fraction], Fraction]


@dataclass(frozen=True, slots=True)
class _Operator:
    binds: int
    apply: _Operation
    to_the_right: bool = False


_OPERATORS: Final[Mapping[str, _Operator]] = {
    "+": _Operator(1, arithmetic.add),
    "-": _Operator(1, arithmetic.subtract),
    "*": _Operator(2, arithmetic.multiply),
    "/": _Operator(2, arithmetic.divide),
    "//": _Operator(2, arithmetic.floor_divide),
    "%": _Operator(2, arithmetic.modulo),
    "^": _Operator(4, arithmetic.power, to_the_right=True),
    "**": _Operator(4, arithmetic.power, to_the_right=True),
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int
    """From 1."""


def evaluate(expression: str) -> str:
    """Compute an arithmetic expression: whole numbers in full, others with 30 significant digits.

    Raises:
        ToolFailed: It is no expression, or has no value; the message names the position, counted from 1.
    """
    if len(expression) > EXPRESSION_LENGTH_MAX_CHARS:
        raise ToolFailed(f"the expression is longer than {EXPRESSION_LENGTH_MAX_CHARS} characters")
    return arithmetic.shown(_Parser(expression.translate(_SYMBOLS)).parse())


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._depth = 0

    def parse(self) -> Fraction:
        value = self._expression(0)
        if self._next.kind != "end":
            _fail(self._next, "expected an operator")
        return value

    def _expression(self, binds: int) -> Fraction:
        self._depth += 1
        if self._depth > NESTING_DEPTH_MAX:
            _fail(self._next, f"the expression is nested deeper than {NESTING_DEPTH_MAX}")
        value = self._unary()
        while (operator := _OPERATORS.get(self._next.text)) and operator.binds >= binds:
            sign = self._take()
            right = self._expression(operator.binds + (not operator.to_the_right))
            value = _computed(sign, operator.apply, value, right)
        self._depth -= 1
        return value

    def _unary(self) -> Fraction:
        if self._next.text not in ("+", "-"):
            return self._atom()
        sign = self._take()
        value = self._expression(_SIGN_BINDS)
        return -value if sign.text == "-" else value

    def _atom(self) -> Fraction:
        token = self._take()
        if token.kind == "number":
            return _number(token)
        if token.kind == "name":
            return self._named(token)
        if token.text != "(":
            _fail(token, "expected a number, a name or `(`")
        value = self._expression(0)
        self._close(token)
        return value

    def _named(self, name: _Token) -> Fraction:
        if name.text in arithmetic.CONSTANTS:
            return arithmetic.CONSTANTS[name.text]
        if name.text not in arithmetic.FUNCTIONS:
            _fail(name, f"{name.text} is unknown{_nearest(name.text)}")
        function, fewest, most = arithmetic.FUNCTIONS[name.text]
        opening = self._take()
        if opening.text != "(":
            _fail(opening, f"expected `(` after {name.text}")
        arguments = [self._expression(0)]
        while self._next.text == ",":
            self._take()
            arguments.append(self._expression(0))
        self._close(opening)
        if not fewest <= len(arguments) <= (most or len(arguments)):
            _fail(name, f"{name.text} does not take {len(arguments)} arguments")
        return _computed(name, function, *arguments)

    def _close(self, opening: _Token) -> None:
        if self._next.text != ")":
            _fail(self._next, f"expected `)` for the `(` at {opening.position}")
        self._take()

    def _take(self) -> _Token:
        token = self._next
        if token.kind == "end":
            _fail(token, "the expression ends too early")
        self._next = next(self._tokens)
        return token


def _tokens(text: str) -> Iterator[_Token]:
    index = 0
    while match := _TOKEN.match(text, index):
        kind = str(match.lastgroup)
        yield _Token(kind, match[kind], match.start(kind) + 1)
        index = match.end()
    index += len(text[index:]) - len(text[index:].lstrip())
    _fail(_Token("other", text[index], index + 1), "is not part of an expression")


def _number(token: _Token) -> Fraction:
    _digits, _, exponent = token.text.lower().partition("e")
    if abs(int(exponent or 0)) > arithmetic.EXPONENT_MAX:
        _fail(token, f"powers of ten go up to {arithmetic.EXPONENT_MAX}")
    return _computed(token, arithmetic.bounded, Fraction(token.text))


def _computed(token: _Token, function: Callable[..., Fraction], *arguments: Fraction) -> Fraction:
    try:
        return function(*arguments)
    except ToolFailed as failed:
        _fail(token, str(failed))


def _nearest(name: str) -> str:
    known = (*arithmetic.FUNCTIONS, *arithmetic.CONSTANTS)
    close = difflib.get_close_matches(name.lower(), known, n=2)
    return f"; did you mean {' or '.join(close)}?" if close else f"; known are {', '.join(known)}"


def _fail(token: _Token, problem: str) -> NoReturn:
    shown = "at the end" if token.kind == "end" else f"at position {token.position} (`{token.text}`)"
    raise ToolFailed(f"{shown}: {problem}")
