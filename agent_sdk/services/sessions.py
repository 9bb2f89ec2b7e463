"""Sessions: what conversations a scope has, and what was said in them."""

from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.session import Session
from agent_sdk.ports.records import SessionQuery, SessionRecords


class Sessions:
    """Use cases over the history that runs share. Every method raises `NotFound` for what is outside the scope."""

    def __init__(self, records: SessionRecords) -> None:
        """Take where they are kept."""
        self._records = records

    async def list(self, scope: Scope, query: SessionQuery, page: PageRequest) -> Page[Session]:
        """Sessions, last used first."""
        scope.require("read")
        return await self._records.list(scope, query, page)

    async def get(self, scope: Scope, session_id: str) -> Session:
        """One session."""
        scope.require("read")
        return await self._records.get(scope, session_id)

    async def messages(self, scope: Scope, session_id: str, page: PageRequest) -> Page[Message]:
        """Its messages, oldest first."""
        scope.require("read")
        return await self._records.messages(scope, session_id, page)

    async def erase(self, scope: Scope, session_id: str) -> None:
        """Delete it with its runs.

        Raises:
            Conflict: A run in it has not ended.
        """
        scope.require("write")
        await self._records.erase(scope, session_id)
