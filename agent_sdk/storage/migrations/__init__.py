"""The schema's history, for every SQL store.

`versions` holds what people write: Alembic's revisions, one module each. `sql/<dialect>` holds what Alembic makes of
them (scripts/render_migrations.py) and what `agent_sdk.storage.migrate` applies. Only who writes a
revision needs Alembic.
"""
