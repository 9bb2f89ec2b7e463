"""Letting go of what is old: on demand, and every hour."""

import asyncio
import logging
from dataclasses import fields
from pathlib import Path
from typing import Final

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports import store
from agent_sdk.ports.records import PruneReport, RetentionPolicy
from agent_sdk.ports.system import Chance, Clock

PRUNE_INTERVAL_S: Final = 3600.0
PRUNE_FIRST_DELAY_MAX_S: Final = 300.0
"""The first pruning comes at a random moment within it, so that processes started together do not prune together."""

_log: Final = logging.getLogger(__name__)


class Retention:
    """Prunes what is past its days."""

    def __init__(self, records: store.Retention, policy: RetentionPolicy) -> None:
        """Take where it is kept, and how long.

        Raises:
            InvalidInput: Days below zero.
        """
        self._records = records
        self._policy = _checked(policy)

    async def prune(
        self,
        scope: Scope,
        policy: RetentionPolicy | None = None,
        *,
        dry_run: bool = False,
        archive: Path | None = None,
    ) -> PruneReport:
        """Delete what is past its days in the scope's organisation.

        Args:
            scope: Whose; an admin's.
            policy: How long; the configured one by default.
            dry_run: Only count.
            archive: Folder into which everything is written as JSONL before it is deleted.

        Raises:
            InvalidInput: Days below zero.
            StoreError: The store does not answer, or the archive cannot be written; what was not archived is kept.
        """
        scope.require("admin")
        wanted = self._policy if policy is None else _checked(policy)
        return await self._records.prune(scope, wanted, dry_run=dry_run, archive=archive)

    async def prune_all(self, *, archive: Path | None = None) -> None:
        """Prune every organisation by the configured policy; one that fails does not keep the others."""
        for org_id in await self._records.orgs():
            try:
                report = await self.prune(Scope(org_id=org_id), archive=archive)
            except StoreError as error:
                _log.warning("retention of %s failed: %s", org_id, error)
            else:
                _log.info(
                    "retention of %s: %d deltas, %d events, %d runs, %d sessions deleted",
                    org_id,
                    report.deltas,
                    report.events,
                    report.runs,
                    report.sessions,
                )


class RetentionLoop:
    """Prunes every organisation, hourly, from some moment soon after the start."""

    def __init__(
        self, retention: Retention, *, clock: Clock, chance: Chance, archive: Path | None = None
    ) -> None:
        """Take what prunes, and what tells when."""
        self._retention = retention
        self._clock = clock
        self._chance = chance
        self._archive = archive
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop; a second start changes nothing."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="agent-sdk-retention")

    async def stop(self) -> None:
        """End; what was being deleted is deleted batch by batch, so nothing is left half done."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _run(self) -> None:
        await self._clock.sleep(self._chance.random() * PRUNE_FIRST_DELAY_MAX_S)
        while True:
            try:
                await self._retention.prune_all(archive=self._archive)
            except Exception:  # noqa: BLE001 - whatever it is, it must not end retention for good without a word
                _log.exception("retention failed, and is tried again in an hour")
            await self._clock.sleep(PRUNE_INTERVAL_S)


def _checked(policy: RetentionPolicy) -> RetentionPolicy:
    for each in fields(policy):
        days = getattr(policy, each.name)
        if days is not None and not days >= 0:
            raise InvalidInput(
                f"retention.{each.name} is {days}", hint="Days are 0 or more; none keeps everything."
            )
    return policy
