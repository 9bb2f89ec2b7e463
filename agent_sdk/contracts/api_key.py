"""An API key as it is kept: never the secret, only its digest."""

from dataclasses import dataclass
from datetime import datetime

from agent_sdk.contracts.scope import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A credential of one organisation."""

    id: str
    """`key_…`"""
    org_id: str
    name: str
    role: Role
    prefix: str
    """The first characters of the secret, to tell keys apart."""
    created_at: datetime
    last_used_at: datetime | None = None
    """To the minute or so."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
