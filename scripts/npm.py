"""Runs npm in a folder of the checkout: `python scripts/npm.py FOLDER ARGUMENTS...`.

With the Node.js that builds the console: the machine's where it fits, else one that is put into `.cache`.
"""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from agent_sdk.contracts.errors import ConsoleBuildFailed
from agent_sdk.ui import node
from agent_sdk.ui.place import Checkout


def main(root: Path, folder: str, arguments: Sequence[str]) -> int:
    """Run it; its exit code."""
    checkout = Checkout(root=root)
    checkout.cache.mkdir(exist_ok=True)
    try:
        found = node.find(checkout, _say)
    except ConsoleBuildFailed as error:
        _say(f"{error}\n{error.hint}")
        return 1
    environment = dict(os.environ)  # noqa: TID251 - npm is configured by whoever starts us
    # Scripts call npm by its name, and the one in the wheel's own folder of programs cannot be started like that.
    with tempfile.TemporaryDirectory() as programs:
        npm = Path(programs, "npm")
        npm.write_text(f'#!/bin/sh\nexec {shlex.join(found.npm)} "$@"\n', encoding="utf-8")
        npm.chmod(0o700)
        environment["PATH"] = os.pathsep.join([programs, found.folder, environment.get("PATH", os.defpath)])
        return subprocess.call([*found.npm, *arguments], cwd=root / folder, env=environment)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1], sys.argv[1], sys.argv[2:]))
