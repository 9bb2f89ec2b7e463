"""Records of ports that live in memory, for the use cases over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.approval import Approval, Verdict
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.platform_errors import NotFound, StoreError
from agent_sdk.contracts.scope import GRANTS_OF, ORG_DEFAULT, Role, Scope
from agent_sdk.contracts.session import Session
from agent_sdk.ports.records import PruneReport, RetentionPolicy, SessionQuery
from agent_sdk.services.keys import Keys
from agent_sdk.testing.fakes import START, FakeClock, FakeIds

OTHER_ORG = "org_00000000000000000000000099"


def scope(role: Role, org_id: str = ORG_DEFAULT) -> Scope:
    return Scope(org_id=org_id, principal="key_0000000000000000000000000a", grants=GRANTS_OF[role])


@dataclass
class KeyShelf:
    """API keys (`KeyRecords`)."""

    clock: FakeClock
    keys: dict[str, ApiKey] = field(default_factory=dict[str, ApiKey])
    """By digest, in the order of their making."""
    finds: int = 0
    page_max: int = 1000

    async def create(self, scope: Scope, key: ApiKey, digest: str) -> None:
        self.keys[digest] = key

    async def list(self, scope: Scope, page: PageRequest) -> Page[ApiKey]:
        own = [key for key in reversed(self.keys.values()) if key.org_id == scope.org_id]
        first, last = int(page.cursor or 0), int(page.cursor or 0) + min(page.limit, self.page_max)
        return Page(data=own[first:last], next_cursor=str(last) if last < len(own) else None)

    async def revoke(self, scope: Scope, key_id: str) -> ApiKey:
        for digest, key in self.keys.items():
            if key.id == key_id and key.org_id == scope.org_id:
                self.keys[digest] = replace(key, revoked_at=key.revoked_at or self.clock.now())
                return self.keys[digest]
        raise NotFound(f"there is no key {key_id}")

    async def find(self, digest: str) -> ApiKey | None:
        self.finds += 1
        return self.keys.get(digest)


@dataclass
class KeyDesk:
    """Keys with everything around them."""

    bootstrap: str | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    ids: FakeIds = field(default_factory=FakeIds)

    def __post_init__(self) -> None:
        self.shelf = KeyShelf(self.clock)
        self.keys = self.process()

    def process(self) -> Keys:
        """Another process over the same store."""
        return Keys(self.shelf, clock=self.clock, ids=self.ids, bootstrap=self.bootstrap)


@dataclass
class SessionShelf:
    """Sessions by organisation and id (`SessionRecords`)."""

    sessions: dict[tuple[str, str], Sequence[Message]] = field(
        default_factory=dict[tuple[str, str], Sequence[Message]]
    )

    async def list(self, scope: Scope, query: SessionQuery, page: PageRequest) -> Page[Session]:
        ids = [session for org, session in self.sessions if org == scope.org_id]
        return Page(data=[Session(id=each, created_at=START, updated_at=START) for each in ids])

    async def get(self, scope: Scope, session_id: str) -> Session:
        self._require(scope, session_id)
        return Session(id=session_id, created_at=START, updated_at=START)

    async def messages(self, scope: Scope, session_id: str, page: PageRequest) -> Page[Message]:
        return Page(data=self._require(scope, session_id)[: page.limit])

    async def erase(self, scope: Scope, session_id: str) -> None:
        self._require(scope, session_id)
        del self.sessions[scope.org_id, session_id]

    def _require(self, scope: Scope, session_id: str) -> Sequence[Message]:
        if (scope.org_id, session_id) not in self.sessions:
            raise NotFound(f"there is no session {session_id}")
        return self.sessions[scope.org_id, session_id]


@dataclass
class ApprovalShelf:
    """One approval of the default organisation (`ApprovalRecords`)."""

    approval: Approval

    async def list(self, scope: Scope, *, pending: bool, page: PageRequest) -> Page[Approval]:
        shown = scope.org_id == ORG_DEFAULT and (not pending or self.approval.status == "pending")
        return Page(data=[self.approval] if shown else [])

    async def get(self, scope: Scope, approval_id: str) -> Approval:
        if scope.org_id != ORG_DEFAULT or approval_id != self.approval.id:
            raise NotFound(f"there is no approval {approval_id}")
        return self.approval

    async def decide(
        self,
        scope: Scope,
        approval_id: str,
        verdict: Verdict,
        *,
        args: Mapping[str, Any] | None,
        reason: str | None,
    ) -> Approval:
        await self.get(scope, approval_id)
        self.approval = replace(
            self.approval,
            status="approved" if verdict == "approve" else "denied",
            decided_by=scope.principal,
            decision_reason=reason,
            edited_args=args,
        )
        return self.approval


@dataclass
class OldThings:
    """What retention was asked to let go of (`Retention`)."""

    organisations: Sequence[str] = (ORG_DEFAULT,)
    broken: str | None = None
    """The organisation whose pruning fails."""
    asked: list[tuple[str, RetentionPolicy, bool, Path | None]] = field(
        default_factory=list[tuple[str, RetentionPolicy, bool, Path | None]]
    )

    async def prune(
        self, scope: Scope, policy: RetentionPolicy, *, dry_run: bool, archive: Path | None
    ) -> PruneReport:
        self.asked.append((scope.org_id, policy, dry_run, archive))
        if scope.org_id == self.broken:
            raise StoreError("the disk is gone")
        return PruneReport(deltas=3, archived_to=archive, dry_run=dry_run)

    async def orgs(self) -> Sequence[str]:
        return self.organisations
