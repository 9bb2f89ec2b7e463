"""Writes the migrations as SQL: agent_sdk/storage/migrations/sql/<dialect>/<revision>_<name>.sql.

python3 scripts/render_migrations.py            write them
python3 scripts/render_migrations.py --check    exit with 1 when one of them is not what would be written
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).resolve().parents[1]
MIGRATIONS = ROOT / "agent_sdk" / "storage" / "migrations"
SQL = MIGRATIONS / "sql"
DIALECTS = ("sqlite",)
BASE = "base"


def rendered(dialect: str) -> Iterator[tuple[str, str]]:
    """The name of each file and what belongs into it, oldest revision first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    before = BASE
    for script in reversed(list(scripts.walk_revisions())):
        output = StringIO()
        config.attributes.update(dialect=dialect, output=output)
        command.upgrade(config, f"{before}:{script.revision}", sql=True)
        yield f"{Path(script.path).stem.removeprefix('r')}.sql", _tidy(output.getvalue())
        before = script.revision


def _tidy(sql: str) -> str:
    lines = [line.rstrip() for line in sql.strip().splitlines()]
    return "\n".join(["-- Made by scripts/render_migrations.py.", "", *lines, ""])


def wanted() -> Mapping[Path, str]:
    """What each file should hold."""
    return {SQL / dialect / name: text for dialect in DIALECTS for name, text in rendered(dialect)}


def stale(files: Mapping[Path, str]) -> list[Path]:
    """What is not as it should be, or should not be at all."""
    differing = [
        path for path, text in files.items() if not path.is_file() or path.read_text("utf-8") != text
    ]
    return differing + sorted(set(SQL.glob("*/*.sql")) - files.keys())


def main(arguments: Sequence[str]) -> int:
    """Write or check the files; the exit code."""
    parser = argparse.ArgumentParser(description="Writes the migrations as SQL.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 when a file is stale"
    )
    check = parser.parse_args(arguments).check
    files = wanted()
    found = stale(files)
    if check:
        for path in found:
            print(f"{path.name}: stale, run `python3 scripts/render_migrations.py`", file=sys.stderr)
        return 1 if found else 0
    for path in found:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
