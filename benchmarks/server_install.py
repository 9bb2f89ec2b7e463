"""How big a default installation is: what `pip install .` of this checkout puts into an empty environment."""

import re
import subprocess
import sys
import venv
from importlib.metadata import distributions
from pathlib import Path

from server_processes import HERE
from server_report import Row

DISTRIBUTIONS_MAX = 45.0
SIZE_MAX_MB = 90.0


def installed_size(folder: Path) -> list[Row]:
    """Install into a fresh environment below `folder`, in the versions of the lock, and weigh it.

    The lock holds more than the default installation needs (the build group), so it constrains and does not list.
    """
    root = HERE.parent
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    constraints = folder / "constraints.txt"
    pins = re.findall(r"^[A-Za-z0-9._-]+==[^\s\\]+(?: *;[^\\\n]*)?", lock, re.MULTILINE)
    constraints.write_text("\n".join(pins), encoding="utf-8")
    place = folder / "installed"
    venv.create(place, with_pip=False, symlinks=True)
    empty = _size_bytes(place)
    command = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*command, "--constraint", str(constraints), str(root)], check=True, stdout=sys.stderr)
    site_packages = next((place / "lib").glob("python*/site-packages"))
    count = len({each.name for each in distributions(path=[str(site_packages)])})
    size_mb = (_size_bytes(place) - empty) / 2**20
    byte_code_mb = sum(path.stat().st_size for path in place.rglob("*.pyc")) / 2**20
    return [
        Row(name="installed distributions", unit="", ours=count, budget=DISTRIBUTIONS_MAX, rule="at most"),
        Row(name="installed size", unit="MB", ours=size_mb, budget=SIZE_MAX_MB, rule="at most"),
        Row(name="installed size without byte code", unit="MB", ours=size_mb - byte_code_mb),
    ]


def _size_bytes(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
