-- Made by scripts/render_migrations.py.

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE runs (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    session_named SMALLINT NOT NULL,
    root_id TEXT NOT NULL,
    parent_id TEXT,
    depth INTEGER NOT NULL,
    forked_from TEXT,
    agent TEXT NOT NULL,
    agent_version TEXT NOT NULL,
    model TEXT NOT NULL,
    model_choice TEXT,
    queue TEXT DEFAULT 'default' NOT NULL,
    priority INTEGER DEFAULT '0' NOT NULL,
    on_busy TEXT NOT NULL,
    status TEXT NOT NULL,
    stop_reason TEXT,
    attempt INTEGER NOT NULL,
    losses INTEGER DEFAULT '0' NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    available_at BIGINT,
    resume_reason TEXT,
    cancel_mode TEXT,
    cancel_reason TEXT,
    cancel_requested_at BIGINT,
    pause_requested_at BIGINT,
    last_seq BIGINT NOT NULL,
    change_seq BIGINT NOT NULL,
    compacted SMALLINT DEFAULT '0' NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    usage BLOB,
    error BLOB,
    tags BLOB,
    metadata BLOB,
    limits BLOB,
    deps BLOB,
    input BLOB,
    output BLOB,
    UNIQUE (id)
);

CREATE INDEX runs_of_org ON runs (org_id, number);

CREATE INDEX runs_of_session ON runs (org_id, session_id, number);

CREATE INDEX runs_by_change ON runs (org_id, change_seq);

CREATE INDEX runs_of_root ON runs (root_id) WHERE depth > 0;

CREATE INDEX runs_of_parent ON runs (parent_id) WHERE parent_id IS NOT NULL;

CREATE INDEX runs_queued ON runs (org_id) WHERE status = 'queued';

CREATE INDEX runs_open ON runs (org_id, session_id, number) WHERE depth = 0 AND ended_at IS NULL;

CREATE INDEX runs_ended ON runs (org_id, ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX runs_ready ON runs (org_id, number) WHERE depth = 0 AND lease_owner IS NULL AND status IN ('queued', 'retrying', 'running');

CREATE INDEX runs_to_cancel ON runs (org_id, number) WHERE depth = 0 AND lease_owner IS NULL AND cancel_mode IS NOT NULL AND ended_at IS NULL;

CREATE INDEX runs_due ON runs (available_at) WHERE depth = 0 AND lease_owner IS NULL AND status = 'retrying';

CREATE INDEX runs_leased ON runs (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE TABLE counters (
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (name)
);

INSERT INTO counters (name, value) VALUES ('change', 0);

CREATE TABLE events (
    run_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    org_id TEXT NOT NULL,
    type TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (run_id, seq)
)
 WITHOUT ROWID;

CREATE TABLE inputs (
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    input BLOB NOT NULL,
    consumed SMALLINT DEFAULT '0' NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (id)
);

CREATE INDEX inputs_of_run ON inputs (run_id, number);

CREATE TABLE approvals (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    root_run_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    tool TEXT NOT NULL,
    args BLOB NOT NULL,
    args_hash TEXT NOT NULL,
    reason TEXT,
    status TEXT NOT NULL,
    consumed SMALLINT DEFAULT '0' NOT NULL,
    requested_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    decision_reason TEXT,
    edited_args BLOB,
    UNIQUE (id)
);

CREATE INDEX approvals_of_org ON approvals (org_id, number);

CREATE INDEX approvals_pending ON approvals (org_id, number) WHERE status = 'pending';

CREATE INDEX approvals_of_root ON approvals (root_run_id);

CREATE TABLE sessions (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    metadata BLOB,
    PRIMARY KEY (org_id, id)
);

CREATE INDEX sessions_by_use ON sessions (org_id, updated_at, id);

CREATE TABLE messages (
    org_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    run_number BIGINT NOT NULL,
    position INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (org_id, session_id, run_number, position)
)
 WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    org_id TEXT NOT NULL,
    principal TEXT NOT NULL,
    "key" TEXT NOT NULL,
    route TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    run_id TEXT,
    status INTEGER,
    body BLOB,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, principal, "key")
);

CREATE INDEX idempotency_by_age ON idempotency_keys (created_at);

CREATE TABLE api_keys (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    prefix TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT,
    UNIQUE (id),
    UNIQUE (digest)
);

CREATE INDEX api_keys_of_org ON api_keys (org_id, number);

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;
