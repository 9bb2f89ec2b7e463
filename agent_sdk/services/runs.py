"""Runs: making, reading, steering and following them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.page import PAGE_MAX_COUNT, Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict
from agent_sdk.contracts.run import TERMINAL, CancelMode, Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import Admission, Created, EventPage, Follower, PendingInput, RunQuery, Store
from agent_sdk.runtime.begin import user_parts
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.fork import forked
from agent_sdk.runtime.replay import ReplayReport, replay
from agent_sdk.runtime.request import RunRequest, input_of, new_run
from agent_sdk.runtime.services import Services

REASON_LENGTH_MAX_CHARS: Final = 1000
STOP_INTERVAL_S: Final = 0.5
"""How often whoever waits for a run looks whether to stop."""
_SETTLED: Final = TERMINAL | {"paused"}


class Agents(Protocol):
    """Agents by name."""

    def resolve(self, name: str) -> AgentDefinition[Any, Any]:
        """The agent of that name.

        Raises:
            NotFound: There is none.
        """
        ...


class Runs:
    """Use cases over runs. Every method raises `NotFound` for what is outside the scope."""

    def __init__(self, store: Store, agents: Agents, services: Services, admission: Admission) -> None:
        """Take where runs are kept, who can run, and how many may wait."""
        self._records = store.runs
        self._agents = agents
        self._services = services
        self._admission = admission

    async def create(self, scope: Scope, request: RunRequest) -> Created:
        """Make a run, as it is before anybody works at it; a repeated request gets it so, too.

        Raises:
            InvalidInput, ConfigError: The request cannot be run.
            AdmissionRefused: Too many runs wait.
            SessionBusy: `on_busy` is `reject` and the session has a run.
            IdempotencyMismatch: The key was used for another request.
        """
        scope.require("write")
        agent = self._agents.resolve(request.agent)
        created = await self._records.create(
            scope, new_run(self._services, scope, agent, request), self._admission
        )
        return _as_created(created, last_seq=1)

    async def get(self, scope: Scope, run_id: str) -> Run:
        """One run."""
        scope.require("read")
        return await self._records.get(scope, run_id)

    async def list(self, scope: Scope, query: RunQuery, page: PageRequest) -> Page[Run]:
        """Runs, newest first."""
        scope.require("read")
        return await self._records.list(scope, query, page)

    async def erase(self, scope: Scope, run_id: str) -> None:
        """Delete a run that has ended, with what came of it.

        Raises:
            Conflict: It has not ended.
        """
        scope.require("write")
        await self._records.erase(scope, run_id)

    async def cancel(self, scope: Scope, run_id: str, mode: CancelMode, reason: str | None) -> Run:
        """Ask for its end; of a run that has ended nothing changes."""
        scope.require("write")
        return await self._records.cancel(scope, run_id, mode, reason)

    async def pause(self, scope: Scope, run_id: str) -> Run:
        """Ask for a pause at the next border of a step.

        Raises:
            Conflict: It has ended.
        """
        scope.require("write")
        return await self._records.pause(scope, run_id)

    async def resume(self, scope: Scope, run_id: str) -> Run:
        """Let it go on.

        Raises:
            Conflict: It has ended, or waits for approvals.
        """
        scope.require("write")
        return await self._records.resume(scope, run_id)

    async def add_input(self, scope: Scope, run_id: str, given: Any) -> Run:
        """Add a user's words, text or plain parts.

        Raises:
            InvalidInput: They are neither, or empty.
            Conflict: It has ended.
        """
        scope.require("write")
        user_parts(input_of(given))
        pending = PendingInput(id=self._services.ids.new("msg"), input=given)
        return await self._records.add_input(scope, run_id, pending)

    async def events(self, scope: Scope, run_id: str, *, after: int, limit: int) -> EventPage:
        """A page of its journal.

        Raises:
            CursorExpired: What follows `after` is past its retention.
        """
        scope.require("read")
        return await self._records.events(scope, run_id, after=after, limit=limit)

    async def follow(self, scope: Scope, run_id: str, *, after: int) -> Follower:
        """Read its journal from `after` on, as it grows."""
        scope.require("read")
        return await self._records.follow(scope, run_id, after=after)

    async def feed(self, scope: Scope, *, after: int | None, timeout_s: float) -> Sequence[tuple[int, Run]]:
        """Runs whose status changed after a change number."""
        scope.require("read")
        return await self._records.feed(scope, after=after, timeout_s=timeout_s)

    async def wait(
        self, scope: Scope, run_id: str, timeout_s: float, *, stop: Callable[[], bool] = lambda: False
    ) -> Run:
        """The run once it has ended, or waits for somebody, or `timeout_s` is over, or soon after `stop` says so."""
        run = await self.get(scope, run_id)
        clock = self._services.clock
        deadline_s = clock.monotonic() + timeout_s
        with await self.follow(scope, run_id, after=run.last_seq) as follower:
            while run.status not in _SETTLED and not stop():
                left_s = deadline_s - clock.monotonic()
                if left_s <= 0:
                    break
                events = await follower.take(min(left_s, STOP_INTERVAL_S))
                if follower.ended or any(event.type == "run.paused" for event in events):
                    break
        return await self.get(scope, run_id)

    async def fork(
        self,
        scope: Scope,
        run_id: str,
        *,
        after_seq: int | None,
        after_step: int | None,
        given: Any,
        idempotency: IdempotencyKey | None,
    ) -> Created:
        """Make a run that begins with what another one had done by an event or a step.

        Raises:
            InvalidInput: There is no such point in it, or `given` cannot be input.
            Conflict: Its beginning was compacted.
            CursorExpired: Its journal is past its retention.
        """
        scope.require("write")
        run = await self._records.get(scope, run_id)
        new = forked(
            self._services,
            scope,
            run,
            await self._journal(scope, run_id),
            agent=self._agents.resolve(run.agent),
            history=await self._records.history(scope, run_id),
            origin=await self._records.origin(scope, run_id),
            after_seq=after_seq,
            after_step=after_step,
            given=given,
            idempotency=idempotency,
        )
        created = await self._records.create(scope, new, self._admission)
        return _as_created(created, last_seq=len(new.events))

    async def replay(self, scope: Scope, run_id: str) -> ReplayReport:
        """Run it again against its journal, with no call to the outside, and say where it diverges.

        Raises:
            Conflict: It has not ended.
            CursorExpired: Its journal is past its retention.
        """
        scope.require("read")
        run = await self._records.get(scope, run_id)
        if run.status not in TERMINAL:
            raise Conflict("the run has not ended", hint="Replay it when it has.")
        agent = self._agents.resolve(run.agent)
        return await replay(self._services, agent, await self._journal(scope, run_id))

    async def _journal(self, scope: Scope, run_id: str) -> Sequence[Event]:
        events: list[Event] = []
        after = 0
        while True:
            page = await self._records.events(scope, run_id, after=after, limit=PAGE_MAX_COUNT)
            events += [decode_event(each.data) for each in page.events]
            if not page.events or page.events[-1].seq >= page.last_seq:
                return events
            after = page.events[-1].seq
            await asyncio.sleep(0)


def _as_created(created: Created, *, last_seq: int) -> Created:
    """A run as it was made: what a repeated request is answered with, whatever became of the run since."""
    if not created.replayed:
        return created
    run = replace(
        created.run,
        status="queued",
        stop_reason=None,
        output=None,
        error=None,
        usage=Usage(),
        started_at=None,
        ended_at=None,
        attempt=1,
        last_seq=last_seq,
    )
    return replace(created, run=run)
