"""Retention: on demand by admins, and by the hour."""

import asyncio
from pathlib import Path

import pytest

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.platform_errors import PermissionRefused
from agent_sdk.contracts.scope import ORG_DEFAULT, Role
from agent_sdk.ports.records import RetentionPolicy
from agent_sdk.services.retention import PRUNE_FIRST_DELAY_MAX_S, PRUNE_INTERVAL_S, Retention, RetentionLoop
from agent_sdk.testing.fakes import FakeChance, FakeClock
from tests.unit.services.kit import OTHER_ORG, OldThings, scope

CONFIGURED = RetentionPolicy(deltas_days=3)


class HourGlass(FakeClock):
    """Sleeps a given number of times, and then for ever."""

    def __init__(self, sleeps: int) -> None:
        super().__init__()
        self._sleeps = sleeps
        self.ran_out = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if len(self.slept) > self._sleeps:
            self.ran_out.set()
            await asyncio.Event().wait()


async def test_an_admin_prunes_by_the_configured_policy_or_another(tmp_path: Path) -> None:
    things = OldThings()
    retention = Retention(things, CONFIGURED)
    report = await retention.prune(scope("admin"), dry_run=True)
    assert (report.deltas, report.dry_run) == (3, True)
    stricter = RetentionPolicy(runs_days=1)
    await retention.prune(scope("admin", OTHER_ORG), stricter, archive=tmp_path)
    assert things.asked == [
        (ORG_DEFAULT, CONFIGURED, True, None),
        (OTHER_ORG, stricter, False, tmp_path),
    ]


@pytest.mark.parametrize("role", ["viewer", "developer"])
async def test_nobody_else_prunes(role: Role) -> None:
    things = OldThings()
    with pytest.raises(PermissionRefused):
        await Retention(things, CONFIGURED).prune(scope(role))
    assert things.asked == []


@pytest.mark.parametrize("days", [-1, float("nan")])
async def test_days_below_zero_are_refused_before_anything_is_deleted(days: float) -> None:
    things = OldThings()
    with pytest.raises(InvalidInput, match="deltas_days"):
        Retention(things, RetentionPolicy(deltas_days=days))
    with pytest.raises(InvalidInput, match="runs_days"):
        await Retention(things, CONFIGURED).prune(scope("admin"), RetentionPolicy(runs_days=days))
    assert things.asked == []


async def test_every_organisation_is_pruned_hourly_from_a_random_moment_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = HourGlass(2)
    things = OldThings(organisations=(OTHER_ORG, ORG_DEFAULT), broken=OTHER_ORG)
    loop = RetentionLoop(Retention(things, CONFIGURED), clock=clock, chance=FakeChance([0.5]))
    loop.start()
    loop.start()
    await clock.ran_out.wait()
    await loop.stop()
    assert clock.slept == [PRUNE_FIRST_DELAY_MAX_S / 2, PRUNE_INTERVAL_S, PRUNE_INTERVAL_S]
    assert [org for org, *_ in things.asked] == [OTHER_ORG, ORG_DEFAULT] * 2
    assert f"retention of {OTHER_ORG} failed" in caplog.text


class Unreachable(OldThings):
    async def orgs(self) -> list[str]:
        self.asked.append(("", CONFIGURED, False, None))
        raise RuntimeError("nobody expected this")


async def test_a_failure_of_any_kind_is_logged_and_tried_again_in_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, things = HourGlass(2), Unreachable()
    loop = RetentionLoop(Retention(things, CONFIGURED), clock=clock, chance=FakeChance([0.0]))
    loop.start()
    await clock.ran_out.wait()
    await loop.stop()
    assert len(things.asked) == 2
    assert "nobody expected this" in caplog.text


async def test_a_loop_that_never_started_stops() -> None:
    await RetentionLoop(Retention(OldThings(), CONFIGURED), clock=FakeClock(), chance=FakeChance()).stop()
