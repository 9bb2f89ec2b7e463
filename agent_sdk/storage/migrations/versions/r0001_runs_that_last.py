"""Runs, their journals, signals, sessions and keys.

Times are microseconds since the epoch, UTC. JSON is kept as the bytes that the codec wrote.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite gives numbers by itself only to a column that is exactly an INTEGER."""


def upgrade() -> None:
    """Make the tables."""
    _runs()
    _indexes_of_runs()
    _counters()
    _journal()
    _signals()
    _sessions()
    _access()


def _runs() -> None:
    op.create_table(
        "runs",
        # The order in which runs were made, whatever the clock said.
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("session_named", sa.SmallInteger, nullable=False),
        sa.Column("root_id", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("forked_from", sa.Text),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("agent_version", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("model_choice", sa.Text),
        sa.Column("queue", sa.Text, nullable=False, server_default="default"),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("on_busy", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stop_reason", sa.Text),
        # The fence: 0 before the first claim.
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("losses", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("available_at", sa.BigInteger),
        sa.Column("resume_reason", sa.Text),
        sa.Column("cancel_mode", sa.Text),
        sa.Column("cancel_reason", sa.Text),
        sa.Column("cancel_requested_at", sa.BigInteger),
        sa.Column("pause_requested_at", sa.BigInteger),
        # As of the last change of status; while a run is at work its events know better.
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("change_seq", sa.BigInteger, nullable=False),
        # 0: the journal is whole; 1: deltas are gone; 2: all of it is gone.
        sa.Column("compacted", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("usage", sa.LargeBinary),
        sa.Column("error", sa.LargeBinary),
        sa.Column("tags", sa.LargeBinary),
        sa.Column("metadata", sa.LargeBinary),
        sa.Column("limits", sa.LargeBinary),
        sa.Column("deps", sa.LargeBinary),
        sa.Column("input", sa.LargeBinary),
        sa.Column("output", sa.LargeBinary),
        sqlite_autoincrement=True,
    )


def _indexes_of_runs() -> None:
    _index("runs_of_org", "runs", ["org_id", "number"])
    _index("runs_of_session", "runs", ["org_id", "session_id", "number"])
    _index("runs_by_change", "runs", ["org_id", "change_seq"])
    _index("runs_of_root", "runs", ["root_id"], "depth > 0")
    _index("runs_of_parent", "runs", ["parent_id"], "parent_id IS NOT NULL")
    _index("runs_queued", "runs", ["org_id"], "status = 'queued'")
    _index("runs_open", "runs", ["org_id", "session_id", "number"], "depth = 0 AND ended_at IS NULL")
    _index("runs_ended", "runs", ["org_id", "ended_at"], "ended_at IS NOT NULL")
    free = "depth = 0 AND lease_owner IS NULL"
    _index(
        "runs_ready", "runs", ["org_id", "number"], f"{free} AND status IN ('queued', 'retrying', 'running')"
    )
    _index(
        "runs_to_cancel",
        "runs",
        ["org_id", "number"],
        f"{free} AND cancel_mode IS NOT NULL AND ended_at IS NULL",
    )
    _index("runs_due", "runs", ["available_at"], f"{free} AND status = 'retrying'")
    _index("runs_leased", "runs", ["lease_owner"], "lease_owner IS NOT NULL")


def _counters() -> None:
    # Every change of status takes the next number, and a deleted run's number is not given again.
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counters, [{"name": "change", "value": 0}])


def _journal() -> None:
    op.create_table(
        "events",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def _signals() -> None:
    op.create_table(
        "inputs",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("input", sa.LargeBinary, nullable=False),
        sa.Column("consumed", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    _index("inputs_of_run", "inputs", ["run_id", "number"])
    op.create_table(
        "approvals",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("root_run_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("args", sa.LargeBinary, nullable=False),
        sa.Column("args_hash", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        # Whether `tool.approval_resolved` is journaled.
        sa.Column("consumed", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decided_by", sa.Text),
        sa.Column("decision_reason", sa.Text),
        sa.Column("edited_args", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    _index("approvals_of_org", "approvals", ["org_id", "number"])
    _index("approvals_pending", "approvals", ["org_id", "number"], "status = 'pending'")
    _index("approvals_of_root", "approvals", ["root_run_id"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("org_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("metadata", sa.LargeBinary),
    )
    _index("sessions_by_use", "sessions", ["org_id", "updated_at", "id"])
    op.create_table(
        "messages",
        sa.Column("org_id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, primary_key=True),
        # Of the run: messages outlive it.
        sa.Column("run_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def _access() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("org_id", sa.Text, primary_key=True),
        sa.Column("principal", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        # Set where the request created a run: the answer is the run.
        sa.Column("run_id", sa.Text),
        # None while the request is at work.
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    _index("idempotency_by_age", "idempotency_keys", ["created_at"])
    op.create_table(
        "api_keys",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    _index("api_keys_of_org", "api_keys", ["org_id", "number"])


def _index(name: str, table: str, columns: list[str], where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
