"""The tool `time`: the time in a zone, and times converted between zones."""

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.ports.system import Clock
from agent_sdk.ports.tool import Tool
from agent_sdk.tools.function_tool import tool

SUGGESTIONS_COUNT_MAX: Final = 3

_ZONE_NAME: Final = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonedTime:
    """A moment, as a clock in the zone shows it."""

    time: str
    """ISO 8601 with the zone's offset, to the second."""
    timezone: str
    weekday: str
    utc_offset: str
    """`+09:00`"""
    abbreviation: str


def time_tool(clock: Clock) -> Tool:
    """Make the tool, on a clock."""

    @tool(name="time", version="1.0.0", effects="read", idempotent=True)
    def time(timezone: str = "UTC", at: str | None = None, from_timezone: str = "UTC") -> ZonedTime:
        """Tell the current time in a time zone, or convert a given time to it.

        Args:
            timezone: IANA name of the zone, for example Asia/Tokyo.
            at: Time to convert, in ISO 8601, for example 2026-03-01T09:30. Leave it out for the current time.
            from_timezone: Zone of `at`, where `at` has no offset of its own.
        """
        zone = _zone(timezone)
        moment = clock.now() if at is None else _parsed(at, from_timezone)
        try:
            return _zoned(moment.astimezone(zone), timezone)
        except OverflowError as error:
            raise ToolFailed("the time is out of range: years go from 1 to 9999") from error

    return time


def _zoned(local: datetime, timezone: str) -> ZonedTime:
    text = local.isoformat(timespec="seconds")
    return ZonedTime(
        time=text,
        timezone=timezone,
        weekday=_WEEKDAYS[local.weekday()],
        utc_offset=local.isoformat(timespec="minutes")[len("0000-00-00T00:00") :],
        abbreviation=local.tzname() or "",
    )


def _parsed(text: str, timezone: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(timezone))
        # Through UTC: an hour that the change to summer time skips moves on, a repeated one is the first of the two.
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ToolFailed(f"{text!r} is not a time: write ISO 8601, for example 2026-03-01T09:30") from error


def _zone(name: str) -> ZoneInfo:
    try:
        if _ZONE_NAME.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # Not a zone's name, but for example a folder's: `America`.
        raise ToolFailed(_unknown(name)) from None
    raise ToolFailed(_unknown(name))


def _unknown(name: str) -> str:
    known = sorted(available_timezones())
    words = name.strip().replace(" ", "_").casefold()
    close = [zone for zone in known if words in (zone.casefold(), zone.casefold().rpartition("/")[2])]
    close = close or difflib.get_close_matches(name, known, n=SUGGESTIONS_COUNT_MAX)
    hint = (
        f"did you mean {' or '.join(close[:SUGGESTIONS_COUNT_MAX])}?"
        if close
        else "use an IANA name like Asia/Tokyo"
    )
    return f"{name!r} is not a time zone; {hint}"
