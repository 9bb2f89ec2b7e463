"""Writes docs/ERRORS.md from the tree of errors.

python3 scripts/generate_error_docs.py            write the page
python3 scripts/generate_error_docs.py --check    exit with 1 when the page is not what would be written
"""

import argparse
import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from agent_sdk.contracts import errors, platform_errors  # noqa: E402 - after the path is set
from agent_sdk.contracts.errors import AgentSDKError  # noqa: E402

HOMES = frozenset({errors.__name__, platform_errors.__name__})
PAGE = ROOT / "docs" / "ERRORS.md"

INTRODUCTION = """\
# Errors

This page is generated from `agent_sdk/contracts/{errors,platform_errors}.py` by `scripts/generate_error_docs.py`; do
not edit it.

Every error of the SDK descends from `AgentSDKError` and carries a `code`, which never changes its meaning; `retryable`,
which says whether the same call may succeed later without a change; and a `hint` at what to do. The hint below is the
one for want of a better: where the error is raised, more may be known. A run that fails raises `RunFailed` or a
`ModelError`, and its `result` has everything up to there.

```python
from agent_sdk import Agent, AgentSDKError


async def ask(agent: Agent, question: str) -> str:
    try:
        return (await agent.run(question)).output
    except AgentSDKError as error:
        return f"{error} ({error.code}) {error.hint or ''}"
```

`ModelRetry`, `ToolFailed` and `ApprovalRequired` are signals that a tool may raise, and no errors.
"""


def below(kind: type[AgentSDKError]) -> Iterator[type[AgentSDKError]]:
    """`kind` and everything below it that the SDK declares, in the order of the source."""
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ in HOMES:
            yield from below(child)


def tree_below(kind: type[AgentSDKError], lead: str = "") -> Iterator[str]:
    """The names of everything below `kind`, drawn as a tree."""
    children = [child for child in kind.__subclasses__() if child.__module__ in HOMES]
    for child in children:
        branch, trunk = ("└── ", "    ") if child is children[-1] else ("├── ", "│   ")
        yield f"{lead}{branch}{child.__name__}"
        yield from tree_below(child, lead + trunk)


def render() -> str:
    """The page."""
    rows = [_row(kind) for kind in below(AgentSDKError)]
    table = ["| code | class | meaning | retryable | hint |", "|---|---|---|---|---|", *rows]
    return "\n".join(
        [
            INTRODUCTION,
            *table,
            "",
            "## The tree",
            "",
            "```text",
            AgentSDKError.__name__,
            *tree_below(AgentSDKError),
            "```",
            "",
        ]
    )


def _row(kind: type[AgentSDKError]) -> str:
    meaning = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
    retryable = "yes" if kind.retryable else "no"
    return f"| `{kind.code}` | `{kind.__name__}` | {meaning} | {retryable} | {kind.hint or ''} |"


def main(arguments: Sequence[str], page: Path = PAGE) -> int:
    """Write or check the page; the exit code."""
    parser = argparse.ArgumentParser(description="Writes docs/ERRORS.md from the tree of errors.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 when the page is stale"
    )
    wanted = render()
    if not parser.parse_args(arguments).check:
        page.write_text(wanted, encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{page.name} is stale: run `python3 scripts/generate_error_docs.py`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
