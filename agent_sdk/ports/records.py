"""Ports to what a store keeps beside runs: sessions, approvals, keys and answers; and letting go of what is old."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.approval import Approval, Verdict
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A request that is made once per principal, however often it is sent."""

    key: str
    route: str
    fingerprint: str
    """Digest of the request's body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionQuery:
    """Which sessions; every field that is set narrows."""

    agent: str | None = None
    """That a run in it was asked of."""
    text: str | None = None
    """Words that occur in its runs, each in one of them, as `RunQuery.text` finds runs; or its whole id."""


class SessionRecords(Protocol):
    """Sessions of one scope."""

    async def list(self, scope: Scope, query: SessionQuery, page: PageRequest) -> Page[Session]:
        """Sessions, last used first."""
        ...

    async def get(self, scope: Scope, session_id: str) -> Session:
        """One session."""
        ...

    async def messages(self, scope: Scope, session_id: str, page: PageRequest) -> Page[Message]:
        """Its messages, oldest first."""
        ...

    async def erase(self, scope: Scope, session_id: str) -> None:
        """Delete it with its runs.

        Raises:
            Conflict: A run in it has not ended.
        """
        ...


class ApprovalRecords(Protocol):
    """Approvals of one scope."""

    async def list(self, scope: Scope, *, pending: bool, page: PageRequest) -> Page[Approval]:
        """Approvals, newest first; only those that wait where `pending`."""
        ...

    async def get(self, scope: Scope, approval_id: str) -> Approval:
        """One approval."""
        ...

    async def decide(
        self,
        scope: Scope,
        approval_id: str,
        verdict: Verdict,
        *,
        args: Mapping[str, Any] | None,
        reason: str | None,
    ) -> Approval:
        """Decide; the last open one of a run lets it go on. The same decision again changes nothing.

        Raises:
            Conflict: It was decided otherwise, or its run has ended.
        """
        ...


class KeyRecords(Protocol):
    """API keys."""

    async def create(self, scope: Scope, key: ApiKey, digest: str) -> None:
        """Keep a key of `key.org_id`, which the scope's own organisation has to be unless the scope is local."""
        ...

    async def list(self, scope: Scope, page: PageRequest) -> Page[ApiKey]:
        """Keys, newest first."""
        ...

    async def revoke(self, scope: Scope, key_id: str) -> ApiKey:
        """End a key; a revoked one stays as it is."""
        ...

    async def find(self, digest: str) -> ApiKey | None:
        """The key with this digest: how a scope begins, so it takes none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How many days things are kept after their run ended; None keeps them."""

    deltas_days: float | None = 7
    """Then `message.completed` alone holds the words."""
    events_days: float | None = None
    """Then the journal is gone and the run's row is left."""
    runs_days: float | None = None
    sessions_days: float | None = None
    """After the last use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What was, or in a dry run would be, deleted."""

    deltas: int = 0
    events: int = 0
    runs: int = 0
    sessions: int = 0
    archived_to: Path | None = None
    dry_run: bool = False


class Retention(Protocol):
    """Letting go of what is old."""

    async def prune(
        self, scope: Scope, policy: RetentionPolicy, *, dry_run: bool, archive: Path | None
    ) -> PruneReport:
        """Delete in batches what is past its days in the scope's organisation.

        Args:
            scope: Whose.
            policy: How long.
            dry_run: Only count.
            archive: Folder into which journals and rows are written as JSONL, and synced, before they are deleted.
        """
        ...

    async def orgs(self) -> Sequence[str]:
        """Organisations that have anything: for whoever prunes them one by one."""
        ...


class IdempotencyRecords(Protocol):
    """Answers to requests other than `create`, by idempotency key of one principal."""

    async def begin(self, scope: Scope, key: IdempotencyKey) -> tuple[int, bytes] | None:
        """Note that a request begins; its stored status and body where it was answered before.

        Raises:
            IdempotencyMismatch: The key was used for another request.
            KeyInProgress: It is at work.
        """
        ...

    async def complete(self, scope: Scope, key: IdempotencyKey, status: int, body: bytes | None) -> None:
        """Keep the answer; without one the key is free again."""
        ...
