"""What importing costs: median of cold processes, beside a bare interpreter measured in between.

    python benchmarks/imports.py

Budget: `import agent_sdk` under 100 ms in all, interpreter included.
"""

import statistics
import subprocess
import sys
import time

PROCESSES = 15
STATEMENTS = ("pass", "import agent_sdk", "from agent_sdk import Agent, tool", "import agent_sdk.cli")


def cold_ms(statement: str) -> float:
    """Milliseconds that a fresh interpreter takes for one statement."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return (time.perf_counter() - began) * 1000


def main() -> int:
    """Measure in turn and print medians; exit 1 over budget."""
    rounds = [[cold_ms(statement) for statement in STATEMENTS] for _ in range(PROCESSES)]
    medians = [statistics.median(column) for column in zip(*rounds, strict=True)]
    for statement, median in zip(STATEMENTS, medians, strict=True):
        print(f"{statement:36} {median:7.1f} ms  {median / medians[0]:5.2f}x a bare interpreter")
    return int(medians[1] > 100)


if __name__ == "__main__":
    sys.exit(main())
