import pytest

from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin.calculator import calculator
from agent_sdk.tools.builtin.expression import EXPRESSION_LENGTH_MAX_CHARS, NESTING_DEPTH_MAX, evaluate
from tests.unit.tools.context import call


async def test_the_tool_answers_as_text() -> None:
    assert (await call(calculator, {"expression": "17 * 23"})).content == "391"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2", "0.3"),
        ("1/3*3", "1"),
        ("1/3", "0." + "3" * 30),
        ("2/3", "0." + "6" * 29 + "7"),
        ("-2^2", "-4"),
        ("2^-1", "0.5"),
        ("2**3**2", "512"),
        ("(2^3)^2", "64"),
        ("10 - 4 - 3", "3"),
        ("2 + 3 * 4", "14"),
        ("--1", "1"),
        ("-+2", "-2"),
        ("2 * -3", "-6"),
        ("7 // 2", "3"),
        ("-7 // 2", "-4"),
        ("-7 % 3", "2"),
        ("7.5 % -2", "-0.5"),
        ("3 × 4 ÷ 2 − 1", "5"),
        (".5 + 5.", "5.5"),
        ("1e3 + 2E-1", "1000.2"),
        ("1e-21 / 1", "1E-21"),
        ("1e-20", "0.00000000000000000001"),
        ("2^200", str(2**200)),
        ("1^999999999", "1"),
        ("(-1)^1000000001", "-1"),
        ("0^0", "1"),
        ("0^5", "0"),
        ("0^4", "0"),
        ("(-1)^4", "1"),
        ("1^-3", "1"),
        ("0^0.5", "0"),
        ("4^0.5", "2"),
        ("27^(1/3)", "3"),
        ("sqrt(16)", "4"),
        ("sqrt(1/4)", "0.5"),
        ("sqrt(2)", "1.41421356237309504880168872421"),
        ("sqrt(2)^2", "2"),
        ("abs(-3)", "3"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(2.345, 2)", "2.35"),
        ("round(1250, -2)", "1300"),
        ("min(3, 1, 2) + max(1, 2)", "3"),
        ("floor(-1.5)", "-2"),
        ("ceil(-1.5)", "-1"),
        ("pi", "3.14159265358979323846264338328"),
        ("e", "2.71828182845904523536028747135"),
        ("ln(e)", "1"),
        ("log10(1000)", "3"),
        ("exp(1)", "2.71828182845904523536028747135"),
        ("exp(100)", "2.68811714181613544841262555158E+43"),
        ("exp(-1000000000)", "0"),
        ("sin(0)", "0"),
        ("sin(pi / 6)", "0.5"),
        ("sin(-pi / 2)", "-1"),
        ("cos(pi)", "-1"),
        ("cos(2 * pi * 1000)", "1"),
        ("tan(pi / 4)", "1"),
        ("sin(1)", "0.84147098480789650665250232163"),
        ("100 * 1.05^10", "162.889462677744140625"),
    ],
)
def test_an_expression_has_the_value(expression: str, value: str) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "at the end: the expression ends too early"),
        ("2 +", "at the end: the expression ends too early"),
        ("2 $ 3", r"at position 3 \(`\$`\): is not part of an expression"),
        ("2 3", r"at position 3 \(`3`\): expected an operator"),
        ("1,000 * 2", r"at position 2 \(`,`\): expected an operator"),
        ("(1", r"at the end: expected `\)` for the `\(` at 1"),
        ("1)", r"at position 2 \(`\)`\): expected an operator"),
        ("* 2", r"at position 1 \(`\*`\): expected a number"),
        ("sqrt 4", r"at position 6 \(`4`\): expected `\(` after sqrt"),
        ("sqrt(1, 2)", r"at position 1 \(`sqrt`\): sqrt does not take 2 arguments"),
        ("log(3)", "log is unknown; did you mean log10"),
        ("qqq", "qqq is unknown; known are sqrt"),
        ("__import__", r"at position 1 \(`_`\)"),
        ("1 / 0", r"at position 3 \(`/`\): division by zero"),
        ("1 // 0", "division by zero"),
        ("1 % (1 - 1)", "division by zero"),
        ("0^-1", "zero has no negative power"),
        ("(-8)^(1/3)", "no real power"),
        ("sqrt(-1)", "no real square root"),
        ("ln(0)", "only positive numbers"),
        ("log10(-1)", "only positive numbers"),
        ("9^9^9", r"at position 2 \(`\^`\): the power is too large"),
        ("1.1^100000", "the power is too large"),
        ("2^12999 * 4", "a number has more than about 3900 digits"),
        ("1e3900 * 1e3900", "a number has more than"),
        ("1e99999", "powers of ten go up to 3900"),
        ("exp(1e9)", "the value is too large"),
        ("sin(1e13)", "angles go up to"),
        ("tan(pi / 2)", "division by zero"),
        ("round(1, 0.5)", "digits is a whole number"),
        ("round(1, 1e9)", "digits is a whole number"),
        ("٣", "is not part of an expression"),
        ("1" * (EXPRESSION_LENGTH_MAX_CHARS + 1), "longer than 1000 characters"),
        ("(" * (NESTING_DEPTH_MAX + 1), "nested deeper than 50"),
        ("-" * (NESTING_DEPTH_MAX + 1) + "1", "nested deeper than 50"),
        ("^".join(["1"] * (NESTING_DEPTH_MAX + 2)), "nested deeper than 50"),
    ],
)
def test_what_has_no_value_is_told_with_its_position(expression: str, problem: str) -> None:
    with pytest.raises(ToolFailed, match=problem):
        evaluate(expression)


def test_many_terms_are_no_depth() -> None:
    assert evaluate("+".join(["1"] * 400)) == "400"
