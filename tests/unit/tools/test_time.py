from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin.time import time_tool
from tests.unit.tools.context import StoppedClock, call

time = time_tool(StoppedClock())


async def asked(**args: Any) -> Any:
    return (await call(time, args)).value


async def test_the_time_in_a_zone_is_told() -> None:
    assert await asked(timezone="Asia/Tokyo") == {
        "time": "2026-11-22T19:00:00+09:00",
        "timezone": "Asia/Tokyo",
        "weekday": "Sunday",
        "utc_offset": "+09:00",
        "abbreviation": "JST",
    }


async def test_every_iana_zone_is_known() -> None:
    now = StoppedClock().now().replace(microsecond=0)
    for zone in available_timezones():
        assert (await asked(timezone=zone))["time"] == now.astimezone(ZoneInfo(zone)).isoformat(), zone


async def test_without_a_zone_it_is_utc() -> None:
    assert (await asked())["time"] == "2026-11-22T10:00:00+00:00"


@pytest.mark.parametrize(
    ("at", "source", "target", "expected"),
    [
        ("2026-03-01T09:30", "Europe/Berlin", "America/New_York", "2026-03-01T03:30:00-05:00"),
        ("2026-03-01T09:30+02:00", "Europe/Berlin", "UTC", "2026-03-01T07:30:00+00:00"),
        ("2026-03-01T09:30Z", "UTC", "Asia/Kolkata", "2026-03-01T15:00:00+05:30"),
        ("2026-03-01", "UTC", "UTC", "2026-03-01T00:00:00+00:00"),
        # Skipped by the change to summer time, and repeated by the change back.
        ("2026-03-29T02:30", "Europe/Berlin", "Europe/Berlin", "2026-03-29T03:30:00+02:00"),
        ("2026-10-25T02:30", "Europe/Berlin", "Europe/Berlin", "2026-10-25T02:30:00+02:00"),
    ],
)
async def test_a_time_is_converted_between_zones(at: str, source: str, target: str, expected: str) -> None:
    assert (await asked(at=at, from_timezone=source, timezone=target))["time"] == expected


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Tokyo", "did you mean Asia/Tokyo?"),
        ("asia/tokyo", "did you mean Asia/Tokyo?"),
        ("new york", "did you mean America/New_York?"),
        ("Europe/Berlim", "did you mean Europe/Berlin"),
        ("America", "use an IANA name|did you mean"),
        ("../../etc/passwd", "use an IANA name|did you mean"),
        ("", "use an IANA name"),
        ("zzzzzzzzzz", "use an IANA name"),
    ],
)
async def test_an_unknown_zone_is_met_with_a_suggestion(name: str, hint: str) -> None:
    with pytest.raises(ToolFailed, match=f"is not a time zone; ({hint})"):
        await asked(timezone=name)


@pytest.mark.parametrize("at", ["tomorrow", "2026-13-01", "0001-01-01T00:00+23:00"])
async def test_what_is_no_time_is_refused(at: str) -> None:
    with pytest.raises(ToolFailed, match="is not a time: write ISO 8601"):
        await asked(at=at)


async def test_an_unknown_source_zone_is_named() -> None:
    with pytest.raises(ToolFailed, match="'Nowhere' is not a time zone"):
        await asked(at="2026-01-01T00:00", from_timezone="Nowhere")


async def test_a_time_past_the_end_of_the_calendar_is_out_of_range() -> None:
    with pytest.raises(ToolFailed, match="out of range"):
        await asked(at="9999-12-31T23:00", timezone="Asia/Tokyo")
