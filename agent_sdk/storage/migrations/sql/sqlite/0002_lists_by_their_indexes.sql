-- Made by scripts/render_migrations.py.

-- Running upgrade 0001 -> 0002

DROP INDEX runs_of_org;

CREATE INDEX runs_of_org ON runs (org_id, number, status, agent);

DROP INDEX runs_of_session;

CREATE INDEX runs_of_session ON runs (org_id, session_id, number, depth, agent);

UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';
