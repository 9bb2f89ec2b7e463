"""How long a new user waits: from a fresh copy to the first answer, and for each answer after it.

    python benchmarks/first_minute.py

The checkout's tracked files are copied into an empty folder and HOME is empty, so that nothing is cached but what the
operating system keeps. Budgets: 60 s cold, 1.5 s warm (median of five).
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = (
    "bootstrap.py",
    "run",
    "--preset",
    "assistant_tools",
    "What is 17 * 23, and what time is it in Tokyo?",
)
WARM_RUNS = 5


def seconds(checkout: Path, home: Path) -> float:
    """Of one command, from start to exit."""
    environment = {**os.environ, "HOME": str(home)}
    began = time.perf_counter()
    subprocess.run([sys.executable, *COMMAND], cwd=checkout, env=environment, check=True, stdout=sys.stderr)
    return time.perf_counter() - began


def main() -> int:
    """Measure and print; exit 1 over budget."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        checkout, home = Path(folder, "agent-sdk"), Path(folder, "home")
        home.mkdir()
        for name in filter(None, listed.stdout.split("\0")):
            target = checkout / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        cold = seconds(checkout, home)
        warm = statistics.median([seconds(checkout, home) for _ in range(WARM_RUNS)])
    print(f"cold {cold:6.1f} s   budget 60 s")
    print(f"warm {warm:6.2f} s   budget 1.5 s")
    return int(cold > 60 or warm > 1.5)


if __name__ == "__main__":
    sys.exit(main())
