"""Five-field cron in UTC (`docs/scheduling`): what is one, and when its next slot is.

croniter does the reckoning. It knows more than five plain fields (seconds, `@daily`, `L`, hashes, random ones,
ranges that run backwards), so what is plain is decided here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from croniter import CroniterBadCronError, CroniterBadDateError, croniter

from zof_local.platform.errors import invalid

_NUMBER = r"[0-9]{1,2}"
_MONTH = rf"(?:{_NUMBER}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DAY = rf"(?:{_NUMBER}|sun|mon|tue|wed|thu|fri|sat)"


def _field(value: str) -> re.Pattern[str]:
    part = rf"{value}(?:-{value}(?:/{_NUMBER})?)?"
    return re.compile(rf"\*(?:/{_NUMBER})?|{part}(?:,{part})*", re.IGNORECASE)


_FIELDS = tuple(map(_field, (_NUMBER, _NUMBER, _NUMBER, _MONTH, _DAY)))


_RANGE = re.compile(r"([0-9a-z]+)-([0-9a-z]+)", re.IGNORECASE)
_RANGE_OF_ONE = re.compile(r"\b([0-9a-z]+)-\1\b(?:/[0-9]+)?", re.IGNORECASE)
_NAMES = ("sun mon tue wed thu fri sat", "_ jan feb mar apr may jun jul aug sep oct nov dec")
_PLACES = {name: place for names in _NAMES for place, name in enumerate(names.split())}


def _place(value: str) -> int:
    return int(value) if value.isdigit() else _PLACES[value.lower()]


def checked_cron(text: str, now: datetime) -> str:
    """The expression with single spaces.

    Raises:
        ApiProblem: 400 with param `cron`: not five plain fields, out of range, or a day that never comes.
    """
    fields = text.split()
    plain = " ".join(fields)
    if len(fields) != len(_FIELDS) or not all(
        pattern.fullmatch(field) for pattern, field in zip(_FIELDS, fields, strict=True)
    ):
        raise _refused(plain, "it is not five plain fields")
    if any(_place(first) > _place(last) for first, last in _RANGE.findall(plain)):
        raise _refused(plain, "a range runs backwards")
    try:
        next_slot(plain, now)
    except CroniterBadDateError:
        raise _refused(plain, "that day never comes") from None
    except (CroniterBadCronError, ValueError):
        raise _refused(plain, "a value is out of range") from None
    return plain


def next_slot(cron: str, after: datetime) -> datetime:
    """The first slot of a checked expression that comes after a moment.

    A day of month and a day of week that are both restricted are alternatives, unless one begins with `*`, as in
    cron itself.
    """
    plain = _RANGE_OF_ONE.sub(r"\1", cron)  # croniter takes the weekdays 0-0 for a whole week
    slot: datetime = croniter(plain, after.astimezone(UTC), implement_cron_bug=True).get_next(datetime)
    return slot


def _refused(text: str, why: str) -> Exception:
    return invalid(
        f"cron '{text[:60]}': {why}. Write minute, hour, day, month and weekday in UTC, such as 0 2 * * *.",
        "cron",
    )
