"""The locks hold pinned names, markers and hashes, and nothing that says where packages come from.

A lock made behind a mirror would otherwise send everybody to that mirror. Prints every offender as
`file:line: what`, and exits with 1 if there is one.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"

_PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[0-9][\w.!+]*)( ; (?P<marker>[^\\]+?))?( \\)?$"
)
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def strange_lines(lock: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and a sentence for each line that is neither a pin nor one of its hashes."""
    for number, line in enumerate(lock.splitlines(), start=1):
        if not (_PIN.match(line) or _HASH.match(line)):
            yield number, f"neither a pinned package nor a hash: {line.strip()}"


def pins(lock: str) -> dict[str, str]:
    """The version of each package in the text of a lock."""
    return {pin["name"]: pin["version"] for pin in map(_PIN.match, lock.splitlines()) if pin}


def disagreements(runtime: str, dev: str) -> Iterator[str]:
    """Yield a sentence for each package of the runtime lock that the dev lock does not have like that."""
    in_dev = pins(dev)
    for name, version in pins(runtime).items():
        if in_dev.get(name) != version:
            yield f"{name} is {in_dev.get(name, 'missing')}, but {version} in {RUNTIME}"


def main(root: Path) -> int:
    """Check both locks below `root`; the exit code."""
    failures: list[str] = []
    for name in (RUNTIME, DEV):
        lock = (root / name).read_text(encoding="utf-8")
        failures += [f"{name}:{line}: {sentence}" for line, sentence in strange_lines(lock)]
    texts = [(root / name).read_text(encoding="utf-8") for name in (RUNTIME, DEV)]
    failures += [f"{DEV}:1: {sentence}" for sentence in disagreements(*texts)]
    print("\n".join(failures), end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
