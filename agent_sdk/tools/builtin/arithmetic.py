"""Exact arithmetic, and the functions that are not exact, with bounds on how large a value may become.

Values are fractions, so `+ - * /` and whole powers are exact. Functions with irrational values work on decimals of
`WORKING_PRECISION_DIGITS` digits; results are shown with `SHOWN_PRECISION_DIGITS`.
"""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, Overflow
from fractions import Fraction
from typing import Final

from agent_sdk.contracts.signals import ToolFailed

WORKING_PRECISION_DIGITS: Final = 60
SHOWN_PRECISION_DIGITS: Final = 30
VALUE_SIZE_MAX_BITS: Final = 13_000
"""Of numerator and of denominator: about 3900 digits, below CPython's bound for writing integers (4300)."""
EXPONENT_MAX: Final = 3900
"""Greatest power of ten of a decimal."""
ANGLE_MAX_RADIANS: Final = 10**12
PLAIN_EXPONENT_MIN: Final = -20
"""Smaller numbers are shown as 1.5E-21."""

_GUARD_DIGITS: Final = 15
PI: Final = Fraction(
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211707"
)
E: Final = Fraction(
    "2.71828182845904523536028747135266249775724709369995957496696762772407663035354759457138217852516643"
)

Function = Callable[..., Fraction]


def add(left: Fraction, right: Fraction) -> Fraction:
    """Sum."""
    return bounded(left + right)


def subtract(left: Fraction, right: Fraction) -> Fraction:
    """Difference."""
    return bounded(left - right)


def multiply(left: Fraction, right: Fraction) -> Fraction:
    """Product."""
    return bounded(left * right)


def divide(left: Fraction, right: Fraction) -> Fraction:
    """Quotient."""
    _require(right != 0, "division by zero")
    return bounded(left / right)


def floor_divide(left: Fraction, right: Fraction) -> Fraction:
    """Quotient, rounded down."""
    _require(right != 0, "division by zero")
    return Fraction(left // right)


def modulo(left: Fraction, right: Fraction) -> Fraction:
    """Remainder of `floor_divide`; it has the sign of `right`."""
    _require(right != 0, "division by zero")
    return bounded(left % right)


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Power: exact for a whole exponent."""
    _require(base != 0 or exponent >= 0, "zero has no negative power")
    if exponent.denominator == 1:
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size <= 1:
            # 0, 1 and -1 stay small, but are not multiplied a thousand million times.
            return base ** (exponent.numerator % 2 or (2 if exponent else 0))
        _require((size - 1) * abs(exponent.numerator) <= VALUE_SIZE_MAX_BITS, "the power is too large")
        return bounded(base**exponent.numerator)
    _require(base >= 0, "a negative number has no real power that is not whole")
    if exponent == Fraction(1, 2):
        return square_root(base)
    return _decimally(lambda context: context.power(to_decimal(base), to_decimal(exponent))) if base else base


def square_root(value: Fraction) -> Fraction:
    """Square root: exact for squares."""
    _require(value >= 0, "a negative number has no real square root")
    numerator, denominator = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if numerator**2 == value.numerator and denominator**2 == value.denominator:
        return Fraction(numerator, denominator)
    return _decimally(lambda context: context.sqrt(to_decimal(value)))


def round_half_away(value: Fraction, digits: Fraction = Fraction(0)) -> Fraction:
    """Round to so many decimals; a half goes away from zero, as taught in school."""
    _require(
        digits.denominator == 1 and abs(digits) <= EXPONENT_MAX // 2,
        "digits is a whole number, and not a large one",
    )
    scale = Fraction(10) ** digits.numerator
    size = math.floor(abs(value) * scale + Fraction(1, 2)) / scale
    return bounded(-size if value < 0 else size)


def absolute(value: Fraction) -> Fraction:
    """Without sign."""
    return abs(value)


def least(*values: Fraction) -> Fraction:
    """The smallest."""
    return min(values)


def greatest(*values: Fraction) -> Fraction:
    """The largest."""
    return max(values)


def floor(value: Fraction) -> Fraction:
    """Rounded down."""
    return Fraction(math.floor(value))


def ceiling(value: Fraction) -> Fraction:
    """Rounded up."""
    return Fraction(math.ceil(value))


def natural_logarithm(value: Fraction) -> Fraction:
    """Logarithm to the base e."""
    _require(value > 0, "only positive numbers have a logarithm")
    return _decimally(lambda context: context.ln(to_decimal(value)))


def decimal_logarithm(value: Fraction) -> Fraction:
    """Logarithm to the base 10."""
    _require(value > 0, "only positive numbers have a logarithm")
    return _decimally(lambda context: context.log10(to_decimal(value)))


def exponential(value: Fraction) -> Fraction:
    """E to the power of `value`."""
    return _decimally(lambda context: context.exp(to_decimal(value)))


def sine(angle: Fraction) -> Fraction:
    """Sine of radians."""
    return _rounded(_series(_reduced(angle), odd=True))


def cosine(angle: Fraction) -> Fraction:
    """Cosine of radians."""
    return _rounded(_series(_reduced(angle), odd=False))


def tangent(angle: Fraction) -> Fraction:
    """Tangent of radians."""
    return _rounded(divide(_series(_reduced(angle), odd=True), _series(_reduced(angle), odd=False)))


FUNCTIONS: Final[Mapping[str, tuple[Function, int, int | None]]] = {
    "sqrt": (square_root, 1, 1),
    "abs": (absolute, 1, 1),
    "round": (round_half_away, 1, 2),
    "min": (least, 1, None),
    "max": (greatest, 1, None),
    "floor": (floor, 1, 1),
    "ceil": (ceiling, 1, 1),
    "ln": (natural_logarithm, 1, 1),
    "log10": (decimal_logarithm, 1, 1),
    "exp": (exponential, 1, 1),
    "sin": (sine, 1, 1),
    "cos": (cosine, 1, 1),
    "tan": (tangent, 1, 1),
}
"""Name to function, fewest and most arguments."""
CONSTANTS: Final[Mapping[str, Fraction]] = {"pi": PI, "e": E}


def bounded(value: Fraction) -> Fraction:
    """Pass a value through, if it is not too large.

    Raises:
        ToolFailed: It is.
    """
    size = max(value.numerator.bit_length(), value.denominator.bit_length())
    _require(
        size <= VALUE_SIZE_MAX_BITS, f"a number has more than about {VALUE_SIZE_MAX_BITS * 3 // 10} digits"
    )
    return value


def to_decimal(value: Fraction) -> Decimal:
    """The decimal nearest to a fraction, with `WORKING_PRECISION_DIGITS` digits."""
    context = _context(WORKING_PRECISION_DIGITS)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def shown(value: Fraction) -> str:
    """Write a value: whole numbers in full, others rounded to `SHOWN_PRECISION_DIGITS` digits."""
    if value.denominator == 1:
        return str(value.numerator)
    # Rounding once, from the fraction: rounding a rounded number may go the wrong way.
    number = _context(SHOWN_PRECISION_DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator))
    number = number.normalize(_context(SHOWN_PRECISION_DIGITS))
    return f"{number:f}" if PLAIN_EXPONENT_MIN <= number.adjusted() < SHOWN_PRECISION_DIGITS else str(number)


def _context(precision: int) -> Context:
    context = Context(prec=precision, rounding=ROUND_HALF_EVEN, Emax=2 * EXPONENT_MAX, Emin=-2 * EXPONENT_MAX)
    # Underflow is zero, near enough; rounding is what is asked for.
    context.clear_traps()
    context.traps[Overflow] = True
    return context


def _decimally(compute: Callable[[Context], Decimal]) -> Fraction:
    try:
        return bounded(Fraction(compute(_context(WORKING_PRECISION_DIGITS))))
    except Overflow as error:
        raise ToolFailed("the value is too large") from error


def _reduced(angle: Fraction) -> Fraction:
    """The same direction within half a turn of zero, as a fraction of bounded size."""
    _require(abs(angle) <= ANGLE_MAX_RADIANS, f"angles go up to {ANGLE_MAX_RADIANS} radians")
    turns = round(angle / (2 * PI))
    return _rounded(angle - turns * 2 * PI, WORKING_PRECISION_DIGITS + _GUARD_DIGITS)


def _series(angle: Fraction, *, odd: bool) -> Fraction:
    """The Taylor series of sine (odd) or cosine, in whole numbers of a fixed unit."""
    unit = 10 ** (WORKING_PRECISION_DIGITS + _GUARD_DIGITS)
    x = round(angle * unit)
    term = abs(x) if odd else unit
    total, n, sign = term, int(odd), 1
    while term:
        n += 2
        sign = -sign
        term = term * x * x // (unit * unit * n * (n - 1))
        total += sign * term
    if odd and x < 0:
        total = -total
    return Fraction(total, unit)


def _rounded(value: Fraction, decimals: int = WORKING_PRECISION_DIGITS) -> Fraction:
    return round_half_away(value, Fraction(decimals))


def _require(condition: bool, problem: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not condition:
        raise ToolFailed(problem)
