"""Writes openapi/v1.json from the routes of the server.

python3 scripts/generate_openapi.py            write it
python3 scripts/generate_openapi.py --check    exit with 1 when it is not what would be written
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from agent_sdk.server.openapi import document  # noqa: E402 - after the path is set
from agent_sdk.server.routes import ROUTERS  # noqa: E402

DOCUMENT = ROOT / "openapi" / "v1.json"


def wanted() -> str:
    """What the file should hold."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    routes = [route for router in ROUTERS for route in router.routes]
    return json.dumps(document(routes, project["version"]), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write or check the file; the exit code."""
    parser = argparse.ArgumentParser(description="Writes openapi/v1.json.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when it is stale")
    check = parser.parse_args(arguments).check
    text = wanted()
    if DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(f"{DOCUMENT.name}: stale, run `python3 scripts/generate_openapi.py`", file=sys.stderr)
        return 1
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
