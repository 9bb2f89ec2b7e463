import logging
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent_sdk.observability.exporters import (
    FILES_KEPT_COUNT,
    WARNING_INTERVAL_S,
    ExportPump,
    FileExporter,
    StdoutExporter,
)
from agent_sdk.observability.metrics import Metrics
from agent_sdk.ports.exporter import EventExporter

WAIT_S = 30.0


class Recorder:
    """Keeps what it is given; every export waits for `go`, and fails as its script says."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.script: list[bool] = []
        """Which of the batches that come fail, in order; those after them do not."""
        self.closed = threading.Event()
        self.entered = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def export(self, events: Sequence[bytes]) -> None:
        self.entered.release()
        assert self.go.wait(WAIT_S)
        if self.script and self.script.pop(0):
            raise OSError(28, "no room")
        self.batches.append(list(events))

    def close(self) -> None:
        self.closed.set()


def dropped(metrics: Metrics, reason: str) -> float:
    name = f'agent_sdk_export_dropped_events_total{{reason="{reason}"}} '
    (line,) = [line for line in metrics.render().decode().splitlines() if line.startswith(name)]
    return float(line.removeprefix(name))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def files_no_longer_than(size: int) -> Generator[None]:
    """What a full disk does: a write takes what there is room for, and the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_exporters_satisfy_the_port(tmp_path: Path) -> None:
    exporters: list[EventExporter] = [StdoutExporter(), FileExporter(tmp_path / "runs.jsonl"), Recorder()]
    assert len(exporters) == 3


def test_the_run_log_holds_every_event_on_a_line_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "runs.jsonl"
    for batch in ([b'{"seq":1}', b'{"seq":2}'], [b'{"seq":3}']):
        exporter = FileExporter(path)
        exporter.export(batch)
        exporter.close()
    assert path.read_bytes() == b'{"seq":1}\n{"seq":2}\n{"seq":3}\n'
    assert mode(path) == 0o600


def test_nothing_is_made_before_there_is_something_to_write(tmp_path: Path) -> None:
    FileExporter(tmp_path / "logs" / "runs.jsonl").close()
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_a_killed_process_left_half_written_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(b'{"seq":1}\n{"se')
    exporter = FileExporter(path)
    exporter.export([b'{"seq":3}'])
    exporter.close()
    assert path.read_bytes() == b'{"seq":1}\n{"se\n{"seq":3}\n'


def test_the_run_log_rotates_at_its_bound_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    exporter = FileExporter(path, size_max_bytes=4)
    for number in range(9):
        exporter.export([b"%03d" % number])
    exporter.close()
    names = sorted(each.name for each in tmp_path.iterdir())
    assert names == ["runs.jsonl", *[f"runs.jsonl.{number + 1}" for number in range(FILES_KEPT_COUNT)]]
    assert [(tmp_path / name).read_bytes() for name in names] == [
        b"008\n",
        b"007\n",
        b"006\n",
        b"005\n",
        b"004\n",
    ]


def test_a_batch_larger_than_the_bound_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    exporter = FileExporter(path, size_max_bytes=4)
    exporter.export([b"0123456789", b"1"])
    exporter.close()
    assert path.read_bytes() == b"0123456789\n1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_no_half_line_and_the_log_goes_on_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    exporter = FileExporter(path)
    exporter.export([b"first"])
    with files_no_longer_than(10), pytest.raises(OSError, match="File too large"):
        exporter.export([b"sec", b"third"])
    assert path.read_bytes() == b"first\n"
    exporter.export([b"fourth"])
    exporter.close()
    assert path.read_bytes() == b"first\nfourth\n"


def test_a_run_log_that_was_deleted_to_make_room_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    exporter = FileExporter(path)
    exporter.export([b"first"])
    with files_no_longer_than(10), pytest.raises(OSError, match="File too large"):
        exporter.export([b"second"])
    path.unlink()
    exporter.export([b"third"])
    exporter.close()
    assert path.read_bytes() == b"third\n"


def test_a_folder_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "logs").write_bytes(b"in the way")
    exporter = FileExporter(tmp_path / "logs" / "runs.jsonl")
    with pytest.raises(FileExistsError):
        exporter.export([b"1"])
    (tmp_path / "logs").unlink()
    exporter.export([b"2"])
    exporter.close()
    assert (tmp_path / "logs" / "runs.jsonl").read_bytes() == b"2\n"


def test_standard_output_gets_a_line_per_event() -> None:
    reader, writer = os.pipe()
    exporter = StdoutExporter(writer)
    exporter.export([b"1", b"2"])
    exporter.close()
    os.close(writer)
    with os.fdopen(reader, "rb") as lines:
        assert lines.read() == b"1\n2\n"


def test_a_standard_output_that_nobody_reads_is_an_error_and_no_signal() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        StdoutExporter(writer).export([b"1"])
    os.close(writer)


def test_after_a_torn_line_standard_output_begins_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "out"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    exporter = StdoutExporter(fd)
    with files_no_longer_than(2), pytest.raises(OSError, match="File too large"):
        exporter.export([b"123"])
    exporter.export([b"4"])
    os.close(fd)
    assert path.read_bytes() == b"12\n4\n"


def test_the_pump_hands_batches_on_in_order_and_closes_the_exporter_at_the_end() -> None:
    recorder = Recorder()
    pump = ExportPump(recorder, Metrics())
    for number in range(50):
        pump.put([b"%d" % number])
    pump.close(WAIT_S)
    assert recorder.batches == [[b"%d" % number] for number in range(50)]
    assert recorder.closed.is_set()


def test_a_slow_exporter_holds_nobody_up_and_loses_what_is_past_its_bound(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    recorder, metrics = Recorder(), Metrics()
    recorder.go.clear()
    pump = ExportPump(recorder, metrics, queue_size_max_bytes=4, monotonic=lambda: now)
    pump.put([b"at work"[:2]])
    assert recorder.entered.acquire(timeout=WAIT_S)
    pump.put([b"12"])
    for _ in range(5):
        pump.put([b"3", b"4"])
    assert dropped(metrics, "queue_full") == 10
    now = WARNING_INTERVAL_S
    pump.put([b"5"])
    recorder.go.set()
    pump.close(WAIT_S)
    assert recorder.batches == [[b"at"], [b"12"]]
    assert [vars(record)["events"] for record in caplog.records] == [2, 9]


def test_a_queue_that_was_full_takes_batches_again_when_it_has_room() -> None:
    recorder, metrics = Recorder(), Metrics()
    pump = ExportPump(recorder, metrics, queue_size_max_bytes=1)
    recorder.go.clear()
    pump.put([b"1"])
    assert recorder.entered.acquire(timeout=WAIT_S)
    pump.put([b"2"])
    recorder.go.set()
    lost = 1
    while len(recorder.batches) < 2:  # until the thread has put the first one down
        pump.put([b"3"])
        lost = dropped(metrics, "queue_full")
    pump.close(WAIT_S)
    assert lost >= 1
    assert recorder.batches[:2] == [[b"1"], [b"3"]]


def test_a_failing_exporter_is_said_once_counted_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    recorder, metrics = Recorder(), Metrics()
    pump = ExportPump(recorder, metrics)
    for failing in (True, True, True, False, True, False):
        recorder.script.append(failing)
        pump.put([b"one", b"two"])
    pump.close(WAIT_S)
    assert recorder.batches == [[b"one", b"two"]] * 2
    assert dropped(metrics, "failed") == 8
    assert [record.getMessage() for record in caplog.records] == [
        "an exporter fails, and events are dropped",
        "an exporter works again",
    ] * 2
    assert [vars(record).get("events_dropped") for record in caplog.records] == [None, 6, None, 2]


def test_an_exporter_that_hangs_does_not_hold_up_the_end(caplog: pytest.LogCaptureFixture) -> None:
    recorder, metrics = Recorder(), Metrics()
    recorder.go.clear()
    pump = ExportPump(recorder, metrics)
    pump.put([b"stuck"])
    assert recorder.entered.acquire(timeout=WAIT_S)
    pump.put([b"1", b"2"])
    pump.close(timeout_s=0)
    assert dropped(metrics, "queue_full") == 2
    assert "stuck" in caplog.text
    pump.put([b"3"])
    assert dropped(metrics, "queue_full") == 3
    recorder.go.set()
    assert recorder.closed.wait(WAIT_S)
    assert recorder.batches == [[b"stuck"]]


def test_an_exporter_that_hangs_does_not_keep_the_process() -> None:
    code = """
import threading
from agent_sdk.observability.exporters import ExportPump
from agent_sdk.observability.metrics import Metrics
class Hanging:
    def export(self, events):
        entered.set()
        threading.Event().wait()
    def close(self): ...
entered = threading.Event()
pump = ExportPump(Hanging(), Metrics())
pump.put([b"1"])
entered.wait()
pump.close(timeout_s=0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "stuck" in done.stderr
