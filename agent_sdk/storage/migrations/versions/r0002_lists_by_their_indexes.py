"""Lists that are narrowed, and sessions that count their runs, look at indexes and not at every run.

A run's row is spread over pages by its input and output; an index that holds what is asked for keeps them unread.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make two indexes wider."""
    op.drop_index("runs_of_org", table_name="runs")
    op.create_index("runs_of_org", "runs", ["org_id", "number", "status", "agent"])
    op.drop_index("runs_of_session", table_name="runs")
    op.create_index("runs_of_session", "runs", ["org_id", "session_id", "number", "depth", "agent"])
