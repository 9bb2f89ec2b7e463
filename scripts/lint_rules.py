"""House rules that no linter has: how errors are swallowed, how tests wait, and who owns a task.

Prints every offender as `file:line: what`, and exits with 1 if there is one.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

FOLDERS = ("agent_sdk", "tests", "scripts", "benchmarks")

Finding = tuple[int, str]
Rule = Callable[[ast.AST, Mapping[str, str]], Iterator[Finding]]

_ANYTHING = {"Exception", "BaseException"}
_SLEEPS = {"asyncio.sleep", "time.sleep", "anyio.sleep"}
_SPAWNS = {"asyncio.create_task", "asyncio.ensure_future"}


def imported_names(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: `from time import sleep as nap` makes `nap` mean `time.sleep`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _full_name(node: ast.expr, names: Mapping[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_full_name(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def swallowed(node: ast.AST, names: Mapping[str, str]) -> Iterator[Finding]:
    """A handler that catches everything must do something with it."""
    if not isinstance(node, ast.ExceptHandler):
        return
    if node.type is None:
        yield node.lineno, "bare except also catches cancellation and Ctrl-C; name what you expect"
    elif _full_name(node.type, names) in _ANYTHING and all(_does_nothing(each) for each in node.body):
        yield node.lineno, "an error of any kind is swallowed; name what you expect, or do something with it"


def _does_nothing(statement: ast.stmt) -> bool:
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Pass)


def sleeping(node: ast.AST, names: Mapping[str, str]) -> Iterator[Finding]:
    """A test waits for what it waits for, never for an amount of time."""
    if isinstance(node, ast.Call) and _full_name(node.func, names) in _SLEEPS:
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and first.value:
            yield node.lineno, "a test slept; wait for an event, or move a fake clock"


def dropped_task(node: ast.AST, names: Mapping[str, str]) -> Iterator[Finding]:
    """A task that nobody holds may be collected while it runs, and its error is never seen."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and _full_name(call.func, names) in _SPAWNS:
        yield call.lineno, "the task is dropped; keep it, await it, or use a TaskGroup"


EVERYWHERE: tuple[Rule, ...] = (swallowed, dropped_task)
IN_TESTS: tuple[Rule, ...] = (*EVERYWHERE, sleeping)


def findings(source: str, rules: tuple[Rule, ...]) -> list[Finding]:
    """What `rules` say about a module, in the order of its lines."""
    tree = ast.parse(source)
    names = imported_names(tree)
    return sorted(finding for node in ast.walk(tree) for rule in rules for finding in rule(node, names))


def main(root: Path) -> int:
    """Check every folder below `root`; the exit code."""
    failures = 0
    for folder in FOLDERS:
        rules = IN_TESTS if folder == "tests" else EVERYWHERE
        for path in sorted((root / folder).rglob("*.py")):
            for line, sentence in findings(path.read_text(encoding="utf-8"), rules):
                print(f"{path.relative_to(root)}:{line}: {sentence}")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
