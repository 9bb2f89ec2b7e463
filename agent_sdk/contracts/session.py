"""A session: the ordered history that runs of one conversation share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from agent_sdk.contracts.run import RunStatus

TITLE_LENGTH_MAX_CHARS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is known of a session; its messages are derived from the journals of its runs."""

    id: str
    """`ses_…`, or the caller's own name for it."""
    created_at: datetime
    updated_at: datetime
    message_count: int = 0
    title: str | None = None
    """The beginning of what its first run was asked, in one line; None where that has no words."""
    run_count: int = 0
    """Without those of subagents."""
    last_run_id: str | None = None
    """`run_…`, the newest of them."""
    last_status: RunStatus | None = None
    """Of the newest run."""
    agent: str | None = None
    """Name of the agent that the newest run was asked of."""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
