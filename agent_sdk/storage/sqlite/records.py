"""Rows and records: how a run and an approval are read back, and how times are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from agent_sdk.contracts.approval import Approval
from agent_sdk.contracts.codec import decode
from agent_sdk.contracts.run import Run, RunError
from agent_sdk.contracts.usage import Usage

Row = tuple[Any, ...]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_USAGES: Final = msgspec.json.Decoder(Usage)
_ERRORS: Final = msgspec.json.Decoder(RunError)

RUN_COLUMNS: Final = """
    runs.id, session_id, agent, model, status, created_at, stop_reason, input, output, error, usage, started_at,
    ended_at, attempt, max(last_seq, ifnull((SELECT max(seq) FROM events WHERE run_id = runs.id), 0)), parent_id,
    tags, metadata
"""
"""What `run_from_row` reads. The journal of a run at work is ahead of its row."""
APPROVAL_COLUMNS: Final = """
    id, run_id, root_run_id, session_id, agent, tool, args, args_hash, status, requested_at, reason, decided_at,
    decided_by, decision_reason, edited_args
"""
"""What `approval_from_row` reads."""


def to_micros(time: datetime) -> int:
    """An aware time as microseconds since the epoch, exactly."""
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Microseconds since the epoch as a time in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def maybe_time(micros: int | None) -> datetime | None:
    """A time, where there is one."""
    return None if micros is None else from_micros(micros)


def maybe_json(data: bytes | None) -> Any:
    """What JSON says, or None."""
    return None if data is None else decode(data)


def run_from_row(row: Row) -> Run:
    """A run, from `RUN_COLUMNS`."""
    error, usage = row[9], row[10]
    return Run(
        id=row[0],
        session_id=row[1],
        agent=row[2],
        model=row[3],
        status=row[4],
        created_at=from_micros(row[5]),
        stop_reason=row[6],
        input=maybe_json(row[7]),
        output=maybe_json(row[8]),
        error=None if error is None else _ERRORS.decode(error),
        usage=Usage() if usage is None else _USAGES.decode(usage),
        started_at=maybe_time(row[11]),
        ended_at=maybe_time(row[12]),
        # A run that nobody has claimed yet waits for its first attempt.
        attempt=max(row[13], 1),
        last_seq=row[14],
        parent_run_id=row[15],
        tags=tuple(maybe_json(row[16]) or ()),
        metadata=maybe_json(row[17]) or {},
    )


def approval_from_row(row: Row) -> Approval:
    """An approval, from `APPROVAL_COLUMNS`."""
    return Approval(
        id=row[0],
        run_id=row[1],
        root_run_id=row[2],
        session_id=row[3],
        agent=row[4],
        tool=row[5],
        args=decode(row[6]),
        args_hash=row[7],
        status=row[8],
        requested_at=from_micros(row[9]),
        reason=row[10],
        decided_at=maybe_time(row[11]),
        decided_by=row[12],
        decision_reason=row[13],
        edited_args=maybe_json(row[14]),
    )
