"""What a process sees of its own commits: metrics, and copies for exporters."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from agent_sdk.contracts.errors import AgentSDKError
from agent_sdk.contracts.events import TERMINAL_TYPES, Event
from agent_sdk.contracts.page import PAGE_MAX_COUNT, PageRequest
from agent_sdk.contracts.run import RunStatus
from agent_sdk.contracts.scope import Scope
from agent_sdk.observability.exporters import ExportPump
from agent_sdk.observability.logs import bound
from agent_sdk.observability.metrics import Metrics
from agent_sdk.ports.store import RunQuery, Store

_OPEN: Final[tuple[RunStatus, ...]] = ("queued", "running", "paused", "retrying")
_STATUS_AFTER: Final[Mapping[str, RunStatus | None]] = {
    "run.queued": "queued",
    "run.started": "running",
    "run.resumed": "running",
    "run.paused": "paused",
    "run.retrying": "retrying",
    **dict.fromkeys(TERMINAL_TYPES, None),
}
_log: Final = logging.getLogger(__name__)


class Observation:
    """Feeds metrics and exporters; implements `agent_sdk.services.platform.Observation`."""

    def __init__(self, metrics: Metrics, pumps: Sequence[ExportPump]) -> None:
        """Take what is fed; `observe` is for the store to call."""
        self._metrics = metrics
        self._pumps = pumps
        self._waiting: set[str] = set()
        """Ids of queued runs."""
        self._seen: dict[str, RunStatus | None] | None = {}
        """What became of runs until those that were there before have been counted."""
        self._counting: asyncio.Task[None] | None = None

    def start(self, store: Store) -> None:
        """Count, meanwhile, the runs that the store has had before this process."""
        self._counting = asyncio.create_task(self._count(store), name="agent-sdk-count-runs")

    async def stop(self) -> None:
        """Export what is queued, and close the exporters."""
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.wait([self._counting])
        # Each may wait for whoever reads it.
        await asyncio.gather(*[asyncio.to_thread(pump.close) for pump in self._pumps])

    def observe(self, batch: Sequence[tuple[Event, bytes]], seconds: float) -> None:
        """Take in what was committed."""
        if self._pumps:
            encoded = [data for _, data in batch]
            for pump in self._pumps:
                pump.put(encoded)
        for event, _ in batch:
            if event.type in _STATUS_AFTER:
                self._move(event.run_id, _STATUS_AFTER[event.type])
            self._metrics.observe_event(event)
            if event.type in TERMINAL_TYPES:
                _note_end(event)
        self._metrics.observe_commit(len(batch), seconds)
        self._metrics.set_queue_depth(len(self._waiting))

    def _move(self, run_id: str, status: RunStatus | None) -> None:
        if self._seen is not None:
            self._seen[run_id] = status
        if status == "queued":
            self._waiting.add(run_id)
        else:
            self._waiting.discard(run_id)

    async def _count(self, store: Store) -> None:
        try:
            found = await _open_runs(store)
        except AgentSDKError as error:
            _log.warning("the runs of before could not be counted: %s", error)
            found = dict[str, RunStatus]()
        # What was seen since is newer than what the store said.
        seen, self._seen = self._seen or {}, None
        latest: dict[str, RunStatus | None] = {**found, **seen}
        now: dict[str, RunStatus] = {run: status for run, status in latest.items() if status is not None}
        self._waiting = {run for run, status in now.items() if status == "queued"}
        self._metrics.set_runs(now)
        self._metrics.set_queue_depth(len(self._waiting))


def _note_end(event: Event) -> None:
    data = event.data
    error = data.get("error")
    with bound(run_id=event.run_id, org_id=event.org_id):
        _log.info(
            "a run ended",
            extra={
                "status": event.type.removeprefix("run."),
                "stop_reason": data.get("stop_reason"),
                "error_code": None if error is None else error["code"],
            },
        )


async def _open_runs(store: Store) -> dict[str, RunStatus]:
    """Runs that have not ended, of every organisation."""
    found: dict[str, RunStatus] = {}
    for org_id in await store.retention.orgs():
        for status in _OPEN:
            cursor: str | None = None
            while True:
                page = await store.runs.list(
                    Scope(org_id=org_id),
                    RunQuery(status=status),
                    PageRequest(limit=PAGE_MAX_COUNT, cursor=cursor),
                )
                for run in page.data:
                    found[run.id] = run.status
                cursor = page.next_cursor
                if cursor is None:
                    break
    return found
