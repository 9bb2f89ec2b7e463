"""Building the console in a checkout: in a folder of its own, by one process at a time, and put in place whole.

The sources are copied first, so that what is written while it builds is not taken for built, and so that nobody's
`node_modules` are touched.
"""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, TextIO

from agent_sdk.contracts.errors import ConsoleBuildFailed
from agent_sdk.ui import node
from agent_sdk.ui.place import INDEX, Checkout, Place, of_tree
from agent_sdk.ui.state import digest_of, names_of, record, state_of

COMMAND: Final = "agent-sdk ui build"
"""Builds it by hand."""
INSTALL: Final = ("ci", "--ignore-scripts", "--include=dev", "--prefer-offline", "--no-audit", "--no-fund")
BUILD: Final = ("run", "build")
_PREFIX: Final = "console-build-"

Say = Callable[[str], None]


def ensure(place: Place, say: Say) -> None:
    """Build the console where it is missing or stale; without sources there is nothing to do.

    Args:
        place: Of the console.
        say: Is told of progress, a line at a time.

    Raises:
        ConsoleBuildFailed: It cannot be built. What was there before is there still.
    """
    checkout = place.checkout
    if checkout is None:
        return
    try:
        if state_of(place) == "built":
            return
        checkout.cache.mkdir(exist_ok=True)
        with _alone(checkout, say):
            if state_of(place) != "built":  # else another process built it while this one waited
                _build(place.static, checkout, say)
    except OSError as error:
        # Anybody may read the note, so it has no paths of this machine.
        _note(checkout, f"the console cannot be built: {error.strerror or type(error).__name__}")
        raise ConsoleBuildFailed(f"the console cannot be built: {error}") from error


def _build(static: Path, checkout: Checkout, say: Say) -> None:
    for left in checkout.cache.glob(f"{_PREFIX}*"):  # by one that was killed
        shutil.rmtree(left, ignore_errors=True)
    say("building the console, once; it takes about ten seconds")
    try:
        with tempfile.TemporaryDirectory(dir=checkout.cache, prefix=_PREFIX) as folder:
            _replace(static, _built(checkout, Path(folder), say), Path(folder))
    except ConsoleBuildFailed as error:
        _note(checkout, str(error))
        raise
    checkout.failure.unlink(missing_ok=True)
    say("the console is built")


def _note(checkout: Checkout, why: str) -> None:
    """Leave for whoever looks at the server why there is no console, where that can be written."""
    with contextlib.suppress(OSError):
        checkout.failure.write_text(f"{why}\n", encoding="utf-8")


def _built(checkout: Checkout, folder: Path, say: Say) -> Path:
    """Build a copy of the sources; where the files are."""
    tree = of_tree(folder)
    sources = folder / checkout.sources.name
    for name in names_of(checkout.sources):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(checkout.sources / name, sources / name)
    digest = digest_of(sources)
    found = node.find(checkout, say)
    for arguments in (INSTALL, BUILD):
        node.run([*found.npm, *arguments], sources, path=found.folder)
    if not tree.is_built:
        raise ConsoleBuildFailed(f"the build wrote no {INDEX}")
    record(tree.static, digest)
    return tree.static


def _replace(static: Path, built: Path, folder: Path) -> None:
    """Put built files in place of those that are there, which go with `folder`; or leave those."""
    static.parent.mkdir(parents=True, exist_ok=True)
    old = folder / "old"
    with contextlib.suppress(FileNotFoundError):
        static.rename(old)
    try:
        built.rename(static)
    except OSError:
        with contextlib.suppress(FileNotFoundError):  # there were none
            old.rename(static)
        raise


@contextlib.contextmanager
def _alone(checkout: Checkout, say: Say) -> Generator[None]:
    """Keep other builds of this checkout out, until the end even if that comes by a kill."""
    with (checkout.cache / "console.lock").open("a", encoding="utf-8") as handle:
        if not _takes(handle, wait=False):
            say("another process builds the console; waiting for it")
            while not _takes(handle, wait=True):
                pass
        yield


def _takes(handle: TextIO, *, wait: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # it is taken; on Windows the wait gives up after ten seconds
        return False
    return True
