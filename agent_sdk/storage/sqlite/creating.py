"""The transaction that makes a run: its row, its first events, its session and its idempotency key."""

from typing import Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.platform_errors import AdmissionRefused, Conflict, IdempotencyMismatch, SessionBusy
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.store import Admission, Created, NewRun
from agent_sdk.storage.sqlite.reading import read_run_in
from agent_sdk.storage.sqlite.transaction import Transaction, encoded
from agent_sdk.storage.sqlite.transitions import cancel_tree

_KEY: Final = (
    "SELECT route, fingerprint, run_id FROM idempotency_keys WHERE org_id = ? AND principal = ? AND key = ?"
)
_KEEP_KEY: Final = (
    "INSERT INTO idempotency_keys (org_id, principal, key, route, fingerprint, run_id, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_QUEUED: Final = "SELECT count(*) FROM runs INDEXED BY runs_queued WHERE status = 'queued'"
_QUEUED_OF_ORG: Final = f"{_QUEUED} AND org_id = ?"
_EXISTS: Final = "SELECT 1 FROM runs WHERE id = ?"
_SESSION: Final = "SELECT project_id FROM sessions WHERE org_id = ? AND id = ?"
_NEW_SESSION: Final = (
    "INSERT INTO sessions (org_id, id, project_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"
)
_FROM_THE_START: Final = (
    "INSERT INTO messages (org_id, session_id, run_number, position, run_id, data) VALUES (?, ?, 0, ?, ?, ?)"
)
_OPEN: Final = (
    "SELECT id FROM runs INDEXED BY runs_open WHERE org_id = ? AND session_id = ? AND depth = 0 "
    "AND ended_at IS NULL"
)
_INSERT: Final = (
    "INSERT INTO runs (id, org_id, project_id, session_id, session_named, root_id, depth, forked_from, agent, "
    "agent_version, model, model_choice, on_busy, status, attempt, available_at, resume_reason, last_seq, change_seq, "
    "created_at, tags, metadata, limits, deps, input) "
    "VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def create_run(tx: Transaction, scope: Scope, new: NewRun, admission: Admission, now: int) -> Created:
    """Make a run, or find the one that its idempotency key made before.

    Args:
        tx: The transaction.
        scope: Whose it will be.
        new: The run.
        admission: How many may wait.
        now: Microseconds since the epoch.

    Raises:
        AdmissionRefused: Too many wait.
        SessionBusy: The session has an open run, and `on_busy` is `reject`.
        IdempotencyMismatch: The key was used for something else.
        Conflict: The id is taken, or the session belongs to another project.
    """
    before = _made_before(tx, scope, new)
    if before is not None:
        return Created(run=read_run_in(tx, scope.org_id, before), replayed=True)
    _admit(tx, scope, admission)
    if tx.execute(_EXISTS, (new.id,)).fetchone():
        raise Conflict(f"there is a run {new.id} already")
    known = _known_session(tx, scope, new)
    written = encoded(new.events)
    row = _row(scope, new, now)
    if not known:
        _make_session(tx, scope, new, now)
    elif new.on_busy == "interrupt":
        _interrupt(tx, scope, new, now)
    tx.execute(_INSERT, (*row[:16], tx.next_change(), *row[16:]))
    tx.insert_events(written)
    if new.idempotency is not None:
        key = new.idempotency
        kept = (scope.org_id, scope.principal, key.key, key.route, key.fingerprint, new.id, now)
        tx.execute(_KEEP_KEY, kept)
    tx.work = True
    return Created(run=read_run_in(tx, scope.org_id, new.id))


def _made_before(tx: Transaction, scope: Scope, new: NewRun) -> str | None:
    key = new.idempotency
    if key is None:
        return None
    row = tx.execute(_KEY, (scope.org_id, scope.principal, key.key)).fetchone()
    if row is None:
        return None
    route, fingerprint, run_id = row
    if (route, fingerprint) != (key.route, key.fingerprint) or run_id is None:
        raise IdempotencyMismatch(f"the key {key.key!r} was used for another request")
    return run_id


def _admit(tx: Transaction, scope: Scope, admission: Admission) -> None:
    (queued,) = tx.execute(_QUEUED).fetchone()
    if queued >= admission.queued_max_count:
        raise AdmissionRefused(f"{queued} runs wait")
    (queued,) = tx.execute(_QUEUED_OF_ORG, (scope.org_id,)).fetchone()
    if queued >= admission.queued_per_org_max_count:
        raise AdmissionRefused(f"{queued} runs of this organisation wait")


def _known_session(tx: Transaction, scope: Scope, new: NewRun) -> bool:
    row = tx.execute(_SESSION, (scope.org_id, new.session_id)).fetchone()
    if row is None:
        return False
    if row[0] != scope.project_id:
        raise Conflict(f"the session {new.session_id} belongs to another project")
    if new.on_busy == "reject" and tx.execute(_OPEN, (scope.org_id, new.session_id)).fetchone():
        raise SessionBusy(f"the session {new.session_id} has a run that has not ended")
    return True


def _make_session(tx: Transaction, scope: Scope, new: NewRun, now: int) -> None:
    tx.execute(_NEW_SESSION, (scope.org_id, new.session_id, scope.project_id, now, now))
    # What it knows from the start stands before every run: their numbers begin with 1.
    key = (scope.org_id, new.session_id)
    rows = [(*key, index, new.id, encode(message)) for index, message in enumerate(new.history)]
    tx.executemany(_FROM_THE_START, rows)


def _interrupt(tx: Transaction, scope: Scope, new: NewRun, now: int) -> None:
    for (run_id,) in tx.execute(_OPEN, (scope.org_id, new.session_id)).fetchall():
        cancel_tree(tx, run_id, "now", f"interrupted by {new.id}", now)


def _row(scope: Scope, new: NewRun, now: int) -> tuple[object, ...]:
    # A fork goes on in the middle: its journal has started, and its next attempt follows the last one copied.
    goes_on = any(event.type == "run.started" for event in new.events)
    last = new.events[-1]
    return (
        new.id,
        scope.org_id,
        scope.project_id,
        new.session_id,
        new.session_named,
        new.id,
        new.forked_from,
        new.agent,
        new.agent_version,
        new.model,
        new.model_choice,
        new.on_busy,
        last.attempt if goes_on else 0,
        now,
        "forked" if goes_on else None,
        last.seq,
        now,
        encode(new.tags),
        encode(new.metadata),
        encode(new.limits),
        encode(new.deps),
        encode(new.input),
    )
