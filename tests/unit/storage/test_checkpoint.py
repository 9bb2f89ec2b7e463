"""The write-ahead log is moved into the file meanwhile, and does not grow for ever."""

# pyright: reportPrivateUsage=false
import asyncio
from pathlib import Path
from queue import SimpleQueue

import pytest

from agent_sdk.storage.sqlite import checkpoint
from agent_sdk.testing.conformance.runs_kit import Floor
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

MIB = 1 << 20
LONG_BYTES = 1024 * MIB


async def test_a_log_is_begun_anew_when_it_is_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "CHECKPOINT_INTERVAL_S", 0.001)
    monkeypatch.setattr(checkpoint, "CHECKPOINT_SIZE_MIN_BYTES", 1)
    monkeypatch.setattr(checkpoint, "LOG_SIZE_MAX_BYTES", MIB)
    path, clock = empty_store(tmp_path / "store.db"), FakeClock()
    log = path.with_name("store.db-wal")
    async with opened(path, clock) as store:
        hold = await Floor(store, clock).begun()
        hold.step()
        hold.journal.record("message.started", {"message_id": "m", "model": "m"})
        written = 0
        while written < log.stat().st_size + 8 * MIB:
            assert written < LONG_BYTES, "the log is as long as all that was written"
            data = {"message_id": "m", "delta": "x" * (MIB // 4), "part": "text"}
            await hold.record("message.delta", data)
            written += MIB // 4


async def test_a_checkpoint_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "CHECKPOINT_INTERVAL_S", 0.001)
    path, clock = empty_store(tmp_path / "store.db"), FakeClock()
    warnings: SimpleQueue[str] = SimpleQueue()

    def warn(text: str, *_: object) -> None:
        warnings.put(text)

    monkeypatch.setattr(checkpoint.log, "warning", warn)
    async with opened(path, clock) as store:
        store._checkpointer._log_path = tmp_path / "nowhere"
        for _ in range(2):
            assert "cannot be moved" in await asyncio.to_thread(warnings.get, timeout=20)
