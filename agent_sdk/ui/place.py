"""Where the console's files are, and what they were built from."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

INDEX: Final = "index.html"
_STATIC: Final = Path("agent_sdk", "ui", "static")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The project's own tree: the only place where the console can be built."""

    root: Path

    @property
    def sources(self) -> Path:
        """The front end in TypeScript."""
        return self.root / "ui"

    @property
    def cache(self) -> Path:
        """What building keeps or leaves; never committed."""
        return self.root / ".cache"

    @property
    def failure(self) -> Path:
        """Says in a line why the last build failed; absent after one that did not."""
        return self.cache / "console-failure.txt"

    @property
    def locks(self) -> Path:
        """Pins and hashes of what may be installed."""
        return self.root / "requirements-dev.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the console's files are served from."""

    static: Path
    """The built files; there may be none."""
    checkout: Checkout | None
    """None where the package is installed: a wheel brings the built files."""

    @property
    def is_built(self) -> bool:
        """Whether there is a console to show, be it an old one."""
        return (self.static / INDEX).is_file()


NOWHERE: Final = Place(static=Path(os.devnull), checkout=None)
"""Where there is no console."""


def of_tree(root: Path) -> Place:
    """The place in a tree of the project, which is a checkout where it has the sources."""
    checkout = Checkout(root=root)
    # An installed package lies in a folder that may hold anything; the build's own script is not among it.
    is_checkout = (checkout.sources / "package.json").is_file() and (root / "hatch_build.py").is_file()
    return Place(static=root / _STATIC, checkout=checkout if is_checkout else None)


def here() -> Place:
    """The place of the package that is running."""
    return of_tree(Path(__file__).parents[2])
