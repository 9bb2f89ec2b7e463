"""Copies of committed events for whoever wants them outside of the store.

The store is the truth and an exporter is only a reader: a slow or broken one loses its own copies and costs no run
anything.
"""

import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from agent_sdk.observability.metrics import Metrics
from agent_sdk.ports.exporter import EventExporter

FILE_SIZE_MAX_BYTES: Final = 100 * 1024 * 1024
"""A run log that would grow beyond it is put aside, and a new one begun."""
FILES_KEPT_COUNT: Final = 4
"""Run logs put aside: `path.1` is the youngest. The oldest makes room."""
QUEUE_SIZE_MAX_BYTES: Final = 64 * 1024 * 1024
"""Events that wait for one exporter."""
WARNING_INTERVAL_S: Final = 60.0
"""Between two lines of log about dropped events."""
CLOSE_TIMEOUT_S: Final = 5.0
"""How long `ExportPump.close` waits for what is queued."""

_STDOUT_FD: Final = 1
_log: Final = logging.getLogger(__name__)


class StdoutExporter:
    """Writes one event per line to a file descriptor, standard output by default.

    It writes past Python's own buffer, whose lock a blocked reader would hold up at exit.
    """

    def __init__(self, fd: int = _STDOUT_FD) -> None:
        self._fd = fd
        self._torn = False

    def export(self, events: Sequence[bytes]) -> None:
        """Write the lines.

        Raises:
            OSError: Nobody reads them, or there is no room.
        """
        lines = _lines(events)
        if self._torn:
            lines = b"\n" + lines
        self._torn = True
        _write(self._fd, lines)
        self._torn = False

    def close(self) -> None:
        """Nothing: the descriptor is its owner's."""


class FileExporter:
    """Appends one event per line (JSONL) to a file that only its owner may read, and rotates it.

    A batch that could not be written as a whole is taken back. One process per file.
    """

    def __init__(self, path: Path, *, size_max_bytes: int = FILE_SIZE_MAX_BYTES) -> None:
        """Do nothing yet: file and folder are made when there is something to write."""
        self._path = path
        self._size_max_bytes = size_max_bytes
        self._fd: int | None = None
        self._size_bytes = 0

    def export(self, events: Sequence[bytes]) -> None:
        """Append the lines.

        Raises:
            OSError: The file cannot be made or written; nothing of the batch is in it.
        """
        lines = _lines(events)
        fd = self._open() if self._fd is None else self._fd
        if self._size_bytes and self._size_bytes + len(lines) > self._size_max_bytes:
            fd = self._rotate()
        try:
            _write(fd, lines)
        except OSError:
            # What is left, if even this fails, is found when the file is opened again.
            with contextlib.suppress(OSError):
                os.ftruncate(fd, self._size_bytes)
            self.close()
            raise
        self._size_bytes += len(lines)

    def close(self) -> None:
        """Close the file."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)

    def _open(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._size_bytes = _end_torn_line(fd)
        except OSError:
            os.close(fd)
            raise
        self._fd = fd
        return fd

    def _rotate(self) -> int:
        self.close()
        for number in range(FILES_KEPT_COUNT, 0, -1):
            younger = self._aside(number - 1) if number > 1 else self._path
            with contextlib.suppress(FileNotFoundError):  # there are not so many yet
                younger.replace(self._aside(number))
        return self._open()

    def _aside(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def _end_torn_line(fd: int) -> int:
    """End a line that was left half written, so that the next one can be read; the size of the file in bytes."""
    size = os.lseek(fd, 0, os.SEEK_END)
    if size == 0:
        return 0
    os.lseek(fd, -1, os.SEEK_END)
    if os.read(fd, 1) == b"\n":
        return size
    _write(fd, b"\n")
    return size + 1


def _lines(events: Sequence[bytes]) -> bytes:
    return b"\n".join([*events, b""])


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


class ExportPump:
    """Hands batches to one exporter, on a thread of its own.

    Past the bound of the queue batches are dropped, as they are while the exporter fails; both are counted in
    `agent_sdk_export_dropped_events_total` and said in the log.
    """

    def __init__(
        self,
        exporter: EventExporter,
        metrics: Metrics,
        *,
        queue_size_max_bytes: int = QUEUE_SIZE_MAX_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the thread.

        Args:
            exporter: Closed by the pump.
            metrics: Where it counts.
            queue_size_max_bytes: Events that may wait, the batch at work included.
            monotonic: Seconds from any start.
        """
        self._exporter = exporter
        self._name = type(exporter).__name__
        self._metrics = metrics
        self._queue_size_max_bytes = queue_size_max_bytes
        self._monotonic = monotonic
        self._queue: deque[tuple[Sequence[bytes], int]] = deque()
        self._queued_bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self._dropped_unsaid = 0
        self._warned_at: float | None = None
        self._failed_unsaid = 0
        # A daemon: an exporter that hangs must not keep the process.
        self._thread = threading.Thread(target=self._drain, name=f"export-{self._name}", daemon=True)
        self._thread.start()

    def put(self, batch: Sequence[bytes]) -> None:
        """Queue a committed batch; returns at once. For one thread, the event loop's."""
        size = sum(map(len, batch))
        with self._changed:
            fits = not self._closing and self._queued_bytes + size <= self._queue_size_max_bytes
            if fits:
                self._queue.append((batch, size))
                self._queued_bytes += size
                self._changed.notify()
        if not fits:
            self._drop(len(batch))

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Export what is queued, then close the exporter. Blocks, at most so many seconds; the rest is dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            with self._changed:
                left = sum([len(batch) for batch, _ in self._queue])
                self._queue.clear()
            self._metrics.count_dropped(left, "queue_full")
            _log.warning("an exporter is stuck, and events are dropped", extra={**self._who, "events": left})

    @property
    def _who(self) -> dict[str, str]:
        return {"exporter": self._name}

    def _drop(self, events: int) -> None:
        self._metrics.count_dropped(events, "queue_full")
        self._dropped_unsaid += events
        now = self._monotonic()
        if self._warned_at is None or now - self._warned_at >= WARNING_INTERVAL_S:
            extra = {**self._who, "events": self._dropped_unsaid}
            _log.warning("an exporter is too slow, and events are dropped", extra=extra)
            self._warned_at, self._dropped_unsaid = now, 0

    def _drain(self) -> None:
        while (taken := self._take()) is not None:
            batch, size = taken
            self._export(batch)
            with self._changed:
                self._queued_bytes -= size
        try:
            self._exporter.close()
        except Exception:  # noqa: BLE001 - an exporter is foreign code
            _log.exception("an exporter could not be closed", extra=self._who)

    def _take(self) -> tuple[Sequence[bytes], int] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            return self._queue.popleft() if self._queue else None

    def _export(self, batch: Sequence[bytes]) -> None:
        try:
            self._exporter.export(batch)
        except Exception as error:  # noqa: BLE001 - an exporter is foreign code
            self._metrics.count_dropped(len(batch), "failed")
            if not self._failed_unsaid:
                _log.warning("an exporter fails, and events are dropped", exc_info=error, extra=self._who)
            self._failed_unsaid += len(batch)
            return
        if self._failed_unsaid:
            _log.info("an exporter works again", extra={**self._who, "events_dropped": self._failed_unsaid})
            self._failed_unsaid = 0
