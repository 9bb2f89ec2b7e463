"""What the server costs, as ratios to a hand-written one measured in the same run.

    python benchmarks/server.py [--quick] [--json] [--only SECTION]… [--install] [--twin]

The server under test runs on one core, with auth and limits on and every event stored before it is sent. The fake
model and the load are processes on another core. Next to it runs the floor (benchmarks/server_floor.py), and the two
are measured in turn; a figure is the median over the rounds. One run is two streamed model calls with a tool call
between them. `--twin` puts the floor in both seats: the ratios then are the noise of the method.

Sections: cpu (CPU per run of a model that answers in one burst, errors, growth), first (time to the first event and
token), streams (how many streams stay smooth at 10 ms per token), memory, append (what the store takes in, next to
bare sqlite3). `--install` adds the size of a default installation, which it makes: it needs a package registry.

Exit code 1 where a budget is passed. Linux only: it reads /proc and pins processes to cores.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from server_figures import (
    SECTIONS,
    Bench,
    measure_cpu,
    measure_first,
    measure_memory,
    measure_streams,
)
from server_install import installed_size
from server_processes import HERE, Processes
from server_report import Row, report


def measure(options: argparse.Namespace) -> list[Row]:
    """The rows of all sections asked for."""
    sections: set[str] = set(options.only or SECTIONS)
    cores = sorted(os.sched_getaffinity(0))
    core, other = (cores[0], cores[1]) if len(cores) > 1 else (None, None)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Processes() as processes:
        model = int(
            processes.start_helper([sys.executable, str(HERE / "fake_model.py"), "--uvloop"], core=other)
        )
        bench = Bench(
            processes=processes,
            folder=Path(folder),
            model_port=model,
            core=core,
            other_core=other,
            quick=options.quick,
            twin=options.twin,
        )
        if sections & {"cpu", "first", "memory"}:
            with bench.pair("burst", f"http://127.0.0.1:{model}/t{bench.burst_tokens}-d0/v1") as pair:
                rows += measure_memory(bench, pair) if "memory" in sections else []
                rows += measure_first(bench, pair) if "first" in sections else []
                rows += measure_cpu(bench, pair) if "cpu" in sections else []
        if "streams" in sections:
            with bench.pair("slow", f"http://127.0.0.1:{model}/t{bench.slow_tokens}-d10-s/v1") as pair:
                rows += measure_streams(bench, pair)
        if "append" in sections:
            from server_store import append_rates  # the store is only loaded where it is measured

            rows += append_rates(Path(folder), quick=options.quick)
        if options.install:
            rows += installed_size(Path(folder))
    return rows


def main() -> int:
    """Measure and print; exit 1 where a budget is passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="this section; may be repeated")
    parser.add_argument("--install", action="store_true", help="make a default installation and weigh it")
    parser.add_argument("--twin", action="store_true", help="measure the floor against itself")
    options = parser.parse_args()
    rows = measure(options)
    if options.json:
        print(json.dumps([{**asdict(row), "ratio": row.ratio, "over": row.is_over} for row in rows]))
    else:
        report(rows)
    return int(any(row.is_over for row in rows))


if __name__ == "__main__":
    sys.exit(main())
