"""A session: the ordered history that runs of one conversation share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is known of a session; its messages are derived from the journals of its runs."""

    id: str
    """`ses_…`, or the caller's own name for it."""
    created_at: datetime
    updated_at: datetime
    message_count: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
