"""Freeze windows of deny rules: a stretch of every week, or one stretch of dates, on the clock of a place. Pure.

Fri 16:00 - Mon 08:00 Europe/Berlin
2026-12-23 12:00 - 2027-01-04 08:00 Europe/Berlin
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY: Final = re.compile(
    r"(?P<day>[A-Za-z]{3}) (?P<time>\d\d:\d\d) ?[-–] ?(?P<day2>[A-Za-z]{3}) (?P<time2>\d\d:\d\d) (?P<zone>\S+)"
)
_DATED: Final = re.compile(
    r"(?P<from>\d{4}-\d\d-\d\d \d\d:\d\d) ?[-–] ?(?P<until>\d{4}-\d\d-\d\d \d\d:\d\d) (?P<zone>\S+)"
)
_SHAPE: Final = (
    "write it as 'Fri 16:00 - Mon 08:00 Europe/Berlin' or '2026-12-23 12:00 - 2027-01-04 08:00 Europe/Berlin'"
)
_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """When a rule holds.

    Args:
        text: as written.
        zone: whose clock.
        week: first and last minute of the week (from Monday 00:00), the last one excluded; None for dates.
        dates: beginning and end as that clock shows them; None for a stretch of every week.
    """

    text: str
    zone: ZoneInfo
    week: tuple[int, int] | None = None
    dates: tuple[datetime, datetime] | None = None

    def covers(self, at: float) -> bool:
        """Whether a Unix time lies in it."""
        here = datetime.fromtimestamp(at, self.zone)
        if self.dates is not None:
            return self.dates[0] <= here.replace(tzinfo=None) < self.dates[1]
        assert self.week is not None
        first, last = self.week
        minute = here.weekday() * _DAY_MINUTES + here.hour * 60 + here.minute
        return first <= minute < last if first < last else minute >= first or minute < last

    def end(self, at: float) -> float:
        """The Unix time at which it ends, for a time that lies in it."""
        here = datetime.fromtimestamp(at, self.zone)
        if self.dates is not None:
            last = self.dates[1]
        else:
            assert self.week is not None
            minute = here.weekday() * _DAY_MINUTES + here.hour * 60 + here.minute
            left = timedelta(minutes=(self.week[1] - minute) % (7 * _DAY_MINUTES))
            last = here.replace(second=0, microsecond=0, tzinfo=None) + left
        return last.replace(tzinfo=self.zone).timestamp()


def parse_window(text: str) -> Window:
    """Reads a window.

    Raises:
        ValueError: it is none; the text says why.
    """
    words = " ".join(text.split())
    if weekly := _WEEKLY.fullmatch(words):
        week = _minute(weekly["day"], weekly["time"]), _minute(weekly["day2"], weekly["time2"])
        if week[0] == week[1]:
            raise ValueError(f"'{text}' begins and ends at the same time")
        return Window(words, _zone(weekly["zone"]), week=week)
    if dated := _DATED.fullmatch(words):
        first, last = _moment(dated["from"]), _moment(dated["until"])
        if first >= last:
            raise ValueError(f"'{text}' ends before it begins")
        return Window(words, _zone(dated["zone"]), dates=(first, last))
    raise ValueError(f"'{text}' is not a window; {_SHAPE}")


def _minute(day: str, time: str) -> int:
    if day.lower() not in _DAYS:
        raise ValueError(f"'{day}' is not a day; days are Mon, Tue, Wed, Thu, Fri, Sat, Sun")
    moment = _moment(f"2026-01-05 {time}")
    return _DAYS.index(day.lower()) * _DAY_MINUTES + moment.hour * 60 + moment.minute


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007  # the clock of the window's zone
    except ValueError:
        raise ValueError(f"'{text}' is no date and time") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"'{name}' is not a time zone; names are such as Europe/Berlin or UTC") from None
