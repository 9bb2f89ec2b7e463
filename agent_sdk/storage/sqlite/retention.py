"""Letting go of what is old, a few runs at a time: the one who writes runs at work waits no longer than for these."""

# ruff: noqa: S608 - statements are put together from constants
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.events import DELTA_TYPES
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.records import PruneReport, RetentionPolicy
from agent_sdk.ports.system import Clock
from agent_sdk.storage.sqlite.archive import Archive, run_line, session_line
from agent_sdk.storage.sqlite.database import Database
from agent_sdk.storage.sqlite.erasure import delete_events, delete_runs, delete_session, transaction
from agent_sdk.storage.sqlite.idempotency import forget_expired
from agent_sdk.storage.sqlite.records import RUN_COLUMNS, run_from_row, to_micros
from agent_sdk.storage.sqlite.sessions import SESSION_COLUMNS, session_from_row

PRUNE_BATCH_MAX_COUNT: Final = 20
"""Root runs, or sessions, per transaction."""
PRUNE_BATCH_EVENTS_MAX_COUNT: Final = 5_000
"""Events per transaction, unless one run alone has more."""

_DAY: Final = 86_400_000_000
"""Microseconds."""
_TYPES: Final = ", ".join([f"'{each}'" for each in sorted(DELTA_TYPES)])
_DOOMED: Final = """
    sessions.org_id = :org AND sessions.updated_at <= :sessions AND NOT EXISTS (
        SELECT 1 FROM runs AS other
        WHERE other.org_id = :org AND other.session_id = sessions.id AND other.depth = 0 AND other.ended_at IS NULL
    )
"""
_FATE: Final = f"""
    CASE
        WHEN :sessions IS NOT NULL AND EXISTS (
            SELECT 1 FROM sessions WHERE sessions.id = runs.session_id AND {_DOOMED}
        ) THEN 'run'
        WHEN ended_at <= :runs THEN 'run'
        WHEN compacted < 2 AND ended_at <= :events THEN 'events'
        WHEN compacted < 1 AND ended_at <= :deltas THEN 'deltas'
    END
"""
"""What becomes of a root run and its subagents; a policy that is not set compares as NULL, which is never true."""
_OLD: Final = "org_id = :org AND depth = 0 AND ended_at <= :newest"
_TREE_EVENTS: Final = (
    "last_seq + (SELECT total(last_seq) FROM runs AS child WHERE child.root_id = runs.id AND depth > 0)"
)
_BATCH: Final = f"""
    SELECT ended_at, number, id, {_FATE} AS fate, {_TREE_EVENTS} FROM runs
    WHERE {_OLD} AND (ended_at, number) > (:ended_at, :number) AND fate IS NOT NULL
    ORDER BY ended_at, number LIMIT {PRUNE_BATCH_MAX_COUNT}
"""
_STILL: Final = f"""
    WITH roots AS (
        SELECT id, {_FATE} AS fate FROM runs
        WHERE id IN (SELECT value FROM json_each(:ids)) AND +org_id = :org AND depth = 0 AND +ended_at <= :newest
    )
    SELECT id, fate FROM roots WHERE fate IS NOT NULL
    UNION ALL SELECT runs.id, fate FROM runs JOIN roots ON root_id = roots.id WHERE depth > 0 AND fate IS NOT NULL
"""
"""The runs of a batch, subagents' too, that are still to go when their transaction begins; by id, hence the `+`."""
_COUNT: Final = f"""
    WITH roots AS (SELECT id, {_FATE} AS fate FROM runs WHERE {_OLD}),
    going AS (
        SELECT id, fate FROM roots WHERE fate IS NOT NULL
        UNION ALL SELECT runs.id, fate FROM runs JOIN roots ON root_id = roots.id WHERE depth > 0 AND fate IS NOT NULL
    )
    SELECT fate, count(*), sum((
        SELECT count(*) FROM events
        WHERE run_id = going.id AND (fate <> 'deltas' OR type IN ({_TYPES}))
    )) FROM going GROUP BY fate
"""
_COUNT_SESSIONS: Final = f"SELECT count(*) FROM sessions WHERE {_DOOMED}"
_SESSIONS: Final = f"""
    SELECT {SESSION_COLUMNS} FROM sessions WHERE {_DOOMED}
    AND NOT EXISTS (SELECT 1 FROM runs WHERE org_id = :org AND session_id = sessions.id)
    AND (updated_at, id) > (:updated_at, :id) ORDER BY updated_at, id LIMIT {PRUNE_BATCH_MAX_COUNT}
"""
_MESSAGES: Final = (
    "SELECT data FROM messages WHERE org_id = ? AND session_id = ? ORDER BY run_number, position"
)
_RUN: Final = f"SELECT {RUN_COLUMNS} FROM runs WHERE id = ?"
_EVENTS: Final = "SELECT data FROM events WHERE run_id = ? ORDER BY seq"
_COMPACTED: Final = "UPDATE runs SET compacted = ? WHERE id IN (SELECT value FROM json_each(?))"
_DELTAS: Final = f"DELETE FROM events WHERE run_id IN (SELECT value FROM json_each(?)) AND type IN ({_TYPES})"
_ORGS: Final = "SELECT org_id FROM runs UNION SELECT org_id FROM sessions ORDER BY org_id"


class _Place(NamedTuple):
    """Where a pass through the ended runs, or the unused sessions, is."""

    time: int
    id: Any


class SqliteRetention:
    """Implements `agent_sdk.ports.store.Retention`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Over an open database."""
        self._database = database
        self._clock = clock

    async def prune(
        self, scope: Scope, policy: RetentionPolicy, *, dry_run: bool, archive: Path | None
    ) -> PruneReport:
        """Delete in batches what is past its days."""
        time = self._clock.now()
        now = to_micros(time)
        limits = _limits(scope, policy, now)
        if dry_run:
            return await self._database.in_thread(lambda connection: _count(connection, limits))
        pruning = _Pruning(limits, None if archive is None else Archive(archive, time.date().isoformat()))
        await self._database.in_thread(lambda connection: forget_expired(connection, scope.org_id, now))
        # One call each, so that a long pass leaves its thread to others in between.
        for step in (pruning.runs, pruning.sessions):
            while await self._database.in_thread(step):
                pass
        return pruning.report

    async def orgs(self) -> Sequence[str]:
        """Organisations that have runs or sessions."""
        return await self._database.in_thread(
            lambda connection: [org_id for (org_id,) in connection.execute(_ORGS)]
        )


class _Pruning:
    """One pass, and what it has deleted so far."""

    def __init__(self, limits: Mapping[str, Any], archive: Archive | None) -> None:
        self.report = PruneReport()
        self._limits = limits
        self._archive = archive
        self._run = _Place(-1, -1)
        self._session = _Place(-1, "")

    def runs(self, connection: sqlite3.Connection) -> bool:
        """Let go of the next batch of runs; whether there was one."""
        values = {**self._limits, "ended_at": self._run.time, "number": self._run.id}
        found = connection.execute(_BATCH, values).fetchall()
        if not found:
            return False
        batch = _bounded(found)
        values = {**self._limits, "ids": encode([run_id for _, _, run_id, _, _ in batch]).decode()}
        self._keep([*_run_lines(connection, connection.execute(_STILL, values).fetchall())])
        with transaction(connection):
            going = connection.execute(_STILL, values).fetchall()
            counts = _let_go(connection, going)
        self.report = _plus(self.report, counts)
        self._run = _Place(batch[-1][0], batch[-1][1])
        return True

    def sessions(self, connection: sqlite3.Connection) -> bool:
        """Let go of the next batch of sessions whose runs are gone; whether there was one."""
        org_id = self._limits["org"]
        values = {**self._limits, "updated_at": self._session.time, "id": self._session.id}
        found = connection.execute(_SESSIONS, values).fetchall()
        if not found:
            return False
        self._keep(
            [
                session_line(
                    session_from_row(row),
                    [data for (data,) in connection.execute(_MESSAGES, (org_id, row[0]))],
                )
                for row in found
            ]
        )
        with transaction(connection):
            unused = {row[0] for row in connection.execute(_SESSIONS, values)}
            going = [row[0] for row in found if row[0] in unused]
            for session_id in going:
                delete_session(connection, org_id, session_id)
        self.report = replace(self.report, sessions=self.report.sessions + len(going))
        self._session = _Place(to_micros(session_from_row(found[-1]).updated_at), found[-1][0])
        return True

    def _keep(self, lines: Sequence[bytes]) -> None:
        """Write to the archive what goes with the next transaction."""
        if self._archive is not None and lines:
            self._archive.write(lines)
            self.report = replace(self.report, archived_to=self._archive.folder)


def _limits(scope: Scope, policy: RetentionPolicy, now: int) -> dict[str, Any]:
    """Times in microseconds up to which things are too old, by their names in the statements."""
    days = {
        "deltas": policy.deltas_days,
        "events": policy.events_days,
        "runs": policy.runs_days,
        "sessions": policy.sessions_days,
    }
    # For more days than there have been, everything is new.
    times = {what: None if each is None else int(max(now - each * _DAY, 0)) for what, each in days.items()}
    newest = max([time for time in times.values() if time is not None], default=None)
    return {"org": scope.org_id, "newest": newest, **times}


def _bounded(found: Sequence[Any]) -> Sequence[Any]:
    """As many of these runs as one transaction may take, and at least one."""
    events = 0
    for index, (*_, of_tree) in enumerate(found):
        events += of_tree
        if events > PRUNE_BATCH_EVENTS_MAX_COUNT and index > 0:
            return found[:index]
    return found


def _run_lines(connection: sqlite3.Connection, going: Sequence[tuple[str, str]]) -> list[bytes]:
    """What an archive keeps of these runs: nothing of deltas, whose words are in whole messages that stay."""
    return [
        run_line(
            run_from_row(connection.execute(_RUN, (run_id,)).fetchone()),
            [data for (data,) in connection.execute(_EVENTS, (run_id,))],
        )
        for run_id, fate in going
        if fate != "deltas"
    ]


def _let_go(connection: sqlite3.Connection, going: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Delete what the fates of these runs say, and count it."""
    by_fate: dict[str, list[str]] = {"run": [], "events": [], "deltas": []}
    for run_id, fate in going:
        by_fate[fate].append(run_id)
    events = delete_runs(connection, by_fate["run"]) + delete_events(connection, by_fate["events"])
    connection.execute(_COMPACTED, (2, encode(by_fate["events"])))
    deltas = connection.execute(_DELTAS, (encode(by_fate["deltas"]),)).rowcount
    connection.execute(_COMPACTED, (1, encode(by_fate["deltas"])))
    return {"runs": len(by_fate["run"]), "events": events, "deltas": deltas}


def _count(connection: sqlite3.Connection, limits: Mapping[str, Any]) -> PruneReport:
    """What a pass would delete."""
    counted = {fate: (runs, events) for fate, runs, events in connection.execute(_COUNT, limits)}
    runs, events = counted.get("run", (0, 0))
    (sessions,) = connection.execute(_COUNT_SESSIONS, limits).fetchone()
    return PruneReport(
        deltas=counted.get("deltas", (0, 0))[1],
        events=events + counted.get("events", (0, 0))[1],
        runs=runs,
        sessions=sessions,
        dry_run=True,
    )


def _plus(report: PruneReport, counts: Mapping[str, int]) -> PruneReport:
    return replace(
        report,
        runs=report.runs + counts["runs"],
        events=report.events + counts["events"],
        deltas=report.deltas + counts["deltas"],
    )
