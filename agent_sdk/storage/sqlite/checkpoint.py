"""Moves what was committed from the write-ahead log into the file, on a thread, because that waits for the disk.

Source: https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
"""

import logging
import os
import sqlite3
import sys
import threading
from contextlib import closing
from typing import Final

from agent_sdk.storage.sqlite.database import Database, explained

CHECKPOINT_INTERVAL_S: Final = 1.0
CHECKPOINT_SIZE_MIN_BYTES: Final = 4 << 20
"""A shorter log is left alone."""
LOG_SIZE_MAX_BYTES: Final = 128 << 20
"""A longer log is begun anew. Writers wait for that, as it has to catch up with them."""
PASSES_MAX_COUNT: Final = 5
PRIORITY: Final = 10
"""As `nice` counts: from 0, what everybody has, to 19."""
NEARLY_ALL_COUNT: Final = 200
"""Pages that may be left for the moment in which writers wait."""

log = logging.getLogger(__name__)


class Checkpointer:
    """One thread with a connection of its own."""

    def __init__(self, database: Database) -> None:
        """Over an open database."""
        self._database = database
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="agent-sdk-checkpoint", daemon=True)
        self._log_path = database.path.with_name(f"{database.path.name}-wal")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the pass that is under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        if sys.platform == "linux":
            _step_back(threading.get_native_id())
        with explained("the checkpoint"), closing(self._database.connect()) as connection:
            (self._page_size_bytes,) = connection.execute("PRAGMA page_size").fetchone()
            while not self._stopped.wait(CHECKPOINT_INTERVAL_S):
                self._pass(connection)

    def _pass(self, connection: sqlite3.Connection) -> None:
        try:
            if self._log_path.stat().st_size < CHECKPOINT_SIZE_MIN_BYTES:
                return
            pages = _move(connection)
            if pages * self._page_size_bytes > LOG_SIZE_MAX_BYTES:
                connection.execute("PRAGMA wal_checkpoint(RESTART)")
        except (OSError, sqlite3.Error) as error:
            # The log only grows meanwhile; whoever writes hears of a disk that is full or broken.
            log.warning("the log of the store cannot be moved into its file: %s", error)


def _step_back(thread_id: int) -> None:
    """Lower the priority of a thread, on Linux of that one alone: where there is one core, tokens go first."""
    try:
        if os.getpriority(os.PRIO_PROCESS, thread_id) < PRIORITY:
            os.setpriority(os.PRIO_PROCESS, thread_id, PRIORITY)
    except OSError as error:
        # A sandbox may forbid it. It works all the same.
        log.debug("the checkpoint keeps its priority: %s", error)


def _move(connection: sqlite3.Connection) -> int:
    """Move what is in the log, then what came meanwhile, until little does; returns how many pages the log has."""
    moved = pages = 0
    for _ in range(PASSES_MAX_COUNT):
        before = moved
        _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if moved - before < NEARLY_ALL_COUNT:
            break
    return pages
