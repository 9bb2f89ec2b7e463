"""The transaction that makes a run: its row, its first events, its session and its idempotency key."""

from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.platform_errors import AdmissionRefused, Conflict, IdempotencyMismatch, SessionBusy
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.store import Admission, Created, NewRun
from agent_sdk.storage.sqlite.idempotency import free_if_expired
from agent_sdk.storage.sqlite.reading import read_run_in
from agent_sdk.storage.sqlite.records import from_micros, maybe_json
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
_OPEN: Final = (
    "SELECT id FROM runs INDEXED BY runs_open WHERE org_id = :org AND session_id = :session AND depth = 0 "
    "AND ended_at IS NULL"
)
_BEFORE: Final = (
    f"SELECT ({_QUEUED}), ({_QUEUED} AND org_id = :org), "  # noqa: S608 - constants
    "EXISTS (SELECT 1 FROM runs WHERE id = :id), "
    f"(SELECT project_id FROM sessions WHERE org_id = :org AND id = :session), EXISTS ({_OPEN})"
)
_NEW_SESSION: Final = (
    "INSERT INTO sessions (org_id, id, project_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"
)
_FROM_THE_START: Final = (
    "INSERT INTO messages (org_id, session_id, run_number, position, run_id, data) VALUES (?, ?, 0, ?, ?, ?)"
)
_INSERT: Final = (
    "INSERT INTO runs (id, org_id, project_id, session_id, session_named, root_id, depth, forked_from, agent, "
    "agent_version, model, model_choice, on_busy, status, available_at, resume_reason, last_seq, created_at, tags, "
    "metadata, limits, deps, input, change_seq, attempt, lease_owner, lease_until) "
    "VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessee:
    """Who may have a new run at once."""

    owner: str
    until: int
    """Of its lease; microseconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of `create_run`."""

    created: Created
    leased: bool = False
    """Whether the lessee has it."""
    alone: bool = False
    """Whether its session was made for it and knows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What the store has before a run is made."""

    session_known: bool
    session_open: bool
    """Whether a run in it has not ended."""


def create_run(
    tx: Transaction, scope: Scope, new: NewRun, admission: Admission, now: int, *, lessee: Lessee | None
) -> Made:
    """Make a run, or find the one that its idempotency key made before.

    Args:
        tx: The transaction.
        scope: Whose it will be.
        new: The run.
        admission: How many may wait.
        now: Microseconds since the epoch.
        lessee: Who gets the lease if the run has to wait for no other.

    Raises:
        AdmissionRefused: Too many wait.
        SessionBusy: The session has an open run, and `on_busy` is `reject`.
        IdempotencyMismatch: The key was used for something else.
        Conflict: The id is taken, or the session belongs to another project.
    """
    known = _made_before(tx, scope, new, now)
    if known is not None:
        return Made(created=Created(run=read_run_in(tx, scope.org_id, known), replayed=True))
    before = _check(tx, scope, new, admission)
    written = encoded(new.events)
    # A fork goes on in the middle: its journal has started, and its next attempt follows the last one copied.
    goes_on = any(event.type == "run.started" for event in new.events)
    row = _row(scope, new, now, goes_on=goes_on)
    if not before.session_known:
        _make_session(tx, scope, new, now)
    elif new.on_busy == "interrupt":
        _interrupt(tx, scope, new, now)
    leased = lessee is not None and not goes_on and not before.session_open
    attempt = new.events[-1].attempt if goes_on else int(leased)
    lease = (lessee.owner, lessee.until) if lessee is not None and leased else (None, None)
    tx.execute(_INSERT, (*row, tx.change_of(new.id), attempt, *lease))
    tx.insert_events(written)
    if new.idempotency is not None:
        key = new.idempotency
        kept = (scope.org_id, scope.principal, key.key, key.route, key.fingerprint, new.id, now)
        tx.execute(_KEEP_KEY, kept)
    tx.work = tx.work or not leased
    alone = not before.session_known and not new.history
    return Made(created=Created(run=_run(new, row, now, attempt)), leased=leased, alone=alone)


def _made_before(tx: Transaction, scope: Scope, new: NewRun, now: int) -> str | None:
    key = new.idempotency
    if key is None:
        return None
    free_if_expired(tx, scope, key, now)
    row = tx.execute(_KEY, (scope.org_id, scope.principal, key.key)).fetchone()
    if row is None:
        return None
    route, fingerprint, run_id = row
    if (route, fingerprint) != (key.route, key.fingerprint) or run_id is None:
        raise IdempotencyMismatch(f"the key {key.key!r} was used for another request")
    return run_id


def _check(tx: Transaction, scope: Scope, new: NewRun, admission: Admission) -> _Before:
    values = {"org": scope.org_id, "id": new.id, "session": new.session_id}
    queued, queued_of_org, exists, project_id, session_open = tx.execute(_BEFORE, values).fetchone()
    if queued >= admission.queued_max_count:
        raise AdmissionRefused(f"{queued} runs wait")
    if queued_of_org >= admission.queued_per_org_max_count:
        raise AdmissionRefused(f"{queued_of_org} runs of this organisation wait")
    if exists:
        raise Conflict(f"there is a run {new.id} already")
    if project_id is not None and project_id != scope.project_id:
        raise Conflict(f"the session {new.session_id} belongs to another project")
    if project_id is not None and session_open and new.on_busy == "reject":
        raise SessionBusy(f"the session {new.session_id} has a run that has not ended")
    return _Before(session_known=project_id is not None, session_open=bool(session_open))


def _make_session(tx: Transaction, scope: Scope, new: NewRun, now: int) -> None:
    tx.execute(_NEW_SESSION, (scope.org_id, new.session_id, scope.project_id, now, now))
    # What it knows from the start stands before every run: their numbers begin with 1.
    key = (scope.org_id, new.session_id)
    if new.history:
        rows = [(*key, index, new.id, encode(message)) for index, message in enumerate(new.history)]
        tx.executemany(_FROM_THE_START, rows)


def _interrupt(tx: Transaction, scope: Scope, new: NewRun, now: int) -> None:
    session = {"org": scope.org_id, "session": new.session_id}
    for (run_id,) in tx.execute(_OPEN, session).fetchall():
        cancel_tree(tx, run_id, "now", f"interrupted by {new.id}", now)


def _row(scope: Scope, new: NewRun, now: int, *, goes_on: bool) -> tuple[Any, ...]:
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
        now,
        "forked" if goes_on else None,
        new.events[-1].seq,
        now,
        encode(new.tags),
        encode(new.metadata),
        encode(new.limits),
        encode(new.deps),
        encode(new.input),
    )


def _run(new: NewRun, row: tuple[Any, ...], now: int, attempt: int) -> Run:
    """What the store would give back."""
    return Run(
        id=new.id,
        session_id=new.session_id,
        agent=new.agent,
        model=new.model,
        status="queued",
        created_at=from_micros(now),
        input=maybe_json(row[-1]),
        attempt=max(attempt, 1),
        last_seq=new.events[-1].seq,
        tags=tuple(new.tags),
        metadata=maybe_json(row[-4]),
    )
