"""`agent-sdk doctor`."""

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent_sdk.cli import exit_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent_sdk.cli.checks import Finding

_STYLES: Final = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what is safe to mend: folder, schema, mode of the key file.")
    ] = False,
) -> None:
    """Check what agents need, and say how to mend it.

    It imports the agents that it checks, which runs the code of their modules. Nothing is sent anywhere but to a
    server on this machine.
    """
    from pathlib import Path

    from agent_sdk.cli.checks import examine, mend

    # As the server does: agents of the working directory can be imported.
    sys.path.insert(0, str(Path.cwd()))
    findings = examine()
    if fix:
        mend(findings)
        findings = examine()
    failed = any(each.status == "fail" for each in findings)
    if as_json:
        _write(findings, ok=not failed)
    else:
        _show(findings)
    if failed:
        sys.exit(exit_codes.FAILED)


def _write(findings: "Sequence[Finding]", *, ok: bool) -> None:
    from agent_sdk.contracts.codec import encode

    checks = [
        {"name": each.name, "status": each.status, "evidence": each.evidence, "fix": each.fix}
        for each in findings
    ]
    print(encode({"ok": ok, "checks": checks}).decode())


def _show(findings: "Sequence[Finding]") -> None:
    from rich.console import Console
    from rich.text import Text

    from agent_sdk.cli.text import printable

    # Colors only on a terminal that wants them, and lines as long as they are.
    console = Console(highlight=False, soft_wrap=True)
    width = max(len(each.name) for each in findings)
    for each in findings:
        line = Text(f"{each.status:<4}", style=_STYLES[each.status])
        line.append(f"  {each.name:<{width}}  {printable(each.evidence)}", style="default")
        console.print(line)
        if each.fix is not None:
            console.print(Text(f"{'':<6}{'':<{width}}  → {printable(each.fix)}"))
