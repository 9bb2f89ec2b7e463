"""The calculator against Python's own fractions, decimals and floats."""

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin.arithmetic import SHOWN_PRECISION_DIGITS
from agent_sdk.tools.builtin.expression import evaluate


@dataclass(frozen=True)
class Term:
    """An expression, its value (None where it has none), and how tightly it binds."""

    text: str
    value: Fraction | None
    binds: int


def number(mantissa: int, decimals: int) -> Term:
    text = f"{mantissa:0{decimals + 1}d}"
    text = f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text
    return Term(text, Fraction(mantissa, 10**decimals), 9)


def within(term: Term, binds: int) -> str:
    return term.text if term.binds >= binds else f"({term.text})"


def joined(left: Term, sign: str, right: Term) -> Term:
    binds = {"+": 1, "-": 1}.get(sign, 2)
    text = f"{within(left, binds)} {sign} {within(right, binds + 1)}"
    return Term(text, apply(left.value, sign, right.value), binds)


def apply(left: Fraction | None, sign: str, right: Fraction | None) -> Fraction | None:
    if left is None or right is None or (right == 0 and sign in ("/", "//", "%")):
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "//":
            return Fraction(left // right)
        case _:
            return left % right


def powered(base: Term, exponent: int) -> Term:
    value = None if base.value is None or (base.value == 0 and exponent < 0) else base.value**exponent
    return Term(f"{within(base, 5)}^{exponent}", value, 4)


def negated(term: Term) -> Term:
    return Term(f"-{within(term, 4)}", None if term.value is None else -term.value, 3)


NUMBERS = st.builds(number, st.integers(0, 10**6), st.integers(0, 5))
SIGNS = st.sampled_from(["+", "-", "*", "/", "//", "%"])
TERMS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.builds(joined, inner, SIGNS, inner),
        st.builds(powered, inner, st.integers(-3, 3)),
        st.builds(negated, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=500)
@given(TERMS)
def test_an_expression_has_the_value_that_fractions_give(term: Term) -> None:
    assume(len(term.text) < 1000)
    if term.value is None:
        with pytest.raises(ToolFailed):
            evaluate(term.text)
        return
    found = evaluate(term.text)
    if term.value.denominator == 1:
        assert found == str(term.value.numerator)
        return
    context = Context(prec=SHOWN_PRECISION_DIGITS)
    assert Decimal(found) == context.divide(Decimal(term.value.numerator), Decimal(term.value.denominator))


@given(st.decimals(-1000, 1000, places=5))
def test_functions_agree_with_floats(x: Decimal) -> None:
    for name in ("sin", "cos", "tan", "exp"):
        expected = getattr(math, name)(float(x) / 10)
        assert math.isclose(float(evaluate(f"{name}({x} / 10)")), expected, rel_tol=1e-9, abs_tol=1e-12)


@given(st.decimals("0.00001", 10**6, places=5))
def test_logarithms_and_roots_agree_with_floats(x: Decimal) -> None:
    for name, function in (("ln", math.log), ("log10", math.log10), ("sqrt", math.sqrt)):
        assert math.isclose(float(evaluate(f"{name}({x})")), function(float(x)), rel_tol=1e-12, abs_tol=1e-12)


@given(st.integers(-(10**40), 10**40), st.integers(-(10**40), 10**40))
def test_whole_numbers_are_exact_at_any_size(left: int, right: int) -> None:
    assert evaluate(f"({left}) * ({right}) - 1") == str(left * right - 1)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=40), st.text("0123456789.+-*/%^(),e pisqrtln", max_size=40)))
def test_any_text_has_a_value_or_a_problem(text: str) -> None:
    try:
        told = evaluate(text)
    except ToolFailed as failed:
        told = str(failed)
    assert re.match(r"-?\d|at (the end|position \d+ )", told)
