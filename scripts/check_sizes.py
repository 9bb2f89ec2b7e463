"""Modules have at most 500 lines and functions at most 70, so that one screen holds one thought.

Prints every offender as `file:line: what`, and exits with 1 if there is one.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_MODULE_LINES = 500
MAX_FUNCTION_LINES = 70
FOLDERS = ("agent_sdk", "tests", "scripts", "benchmarks")


def oversized(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and a sentence for everything in a module that is too long."""
    lines = len(source.splitlines())
    if lines > MAX_MODULE_LINES:
        yield 1, f"module has {lines} lines, at most {MAX_MODULE_LINES}"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield node.lineno, f"function {node.name} has {length} lines, at most {MAX_FUNCTION_LINES}"


def main(root: Path) -> int:
    """Check every folder below `root`; the exit code."""
    failures = 0
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py")):
        for line, sentence in oversized(path.read_text(encoding="utf-8")):
            print(f"{path.relative_to(root)}:{line}: {sentence}")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
