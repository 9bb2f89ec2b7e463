"""The tool `calculator`: exact arithmetic."""

from agent_sdk.tools.builtin.expression import evaluate
from agent_sdk.tools.function_tool import tool


@tool(name="calculator", version="1.0.0", effects="read", idempotent=True)
async def calculator(expression: str) -> str:
    """Compute an arithmetic expression exactly.

    Operators are + - * / // % and ^ (or **) with parentheses. Functions are sqrt, abs, round(x, digits), min, max,
    floor, ceil, ln, log10, exp, sin, cos and tan (radians); constants are pi and e. Numbers are written without
    thousands separators. Halves are rounded away from zero.

    Args:
        expression: For example `(17 * 23 - 1) / 2` or `round(100 * 1.05^10, 2)`.
    """
    return evaluate(expression)
