"""Five-field cron in UTC, as Zof's schedules have it (`docs/scheduling`): what it means, and when it is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from zof_core.validation import quoted

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: n for n, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
)
_HORIZON = timedelta(days=366 * 8 + 1)
"""29 February may be eight years away."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule, field by field: the values at which it is due."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Whether day of month and day of week are both restricted: then one of them is enough."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time it is due after a moment (with a time zone), in UTC; None if never, as on 30 February."""
        at = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = at + _HORIZON
        while at < end:
            if at.month not in self.months or not self._is_day(at):
                at = at.replace(hour=0, minute=0) + timedelta(days=1)
            elif at.hour not in self.hours:
                at = at.replace(minute=0) + timedelta(hours=1)
            elif at.minute not in self.minutes:
                at += timedelta(minutes=1)
            else:
                return at
        return None

    def _is_day(self, at: datetime) -> bool:
        by_date, by_week = at.day in self.days, at.isoweekday() % 7 in self.weekdays
        return (by_date or by_week) if self.either_day else (by_date and by_week)


def parse_cron(text: str) -> Cron:
    """Reads five fields: `*`, numbers, names, ranges, lists and steps.

    Raises:
        ValueError: with a sentence that names the field.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"it has {len(fields)} fields, not five")
    values = [_field(given, *spec) for given, spec in zip(fields, _FIELDS, strict=True)]
    weekdays = frozenset(day % 7 for day in values[4])
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Cron(values[0], values[1], values[2], values[3], weekdays, either)


def cron_problem(text: object) -> str | None:
    """What is wrong with a cron expression, or None."""
    like = "Write it like 0 2 * * *, which is 02:00 UTC every day."
    if not isinstance(text, str) or len(text) > 200 or not text.isascii():
        return f"cron must be text of five fields. {like}"
    try:
        cron = parse_cron(text)
    except ValueError as error:
        return f"cron {quoted(text)}: {error}. {like}"
    if cron.next_after(datetime(2026, 1, 1, tzinfo=UTC)) is None:
        return f"cron {quoted(text)} is never due. {like}"
    return None


def _field(given: str, name: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    values: set[int] = set()
    for part in given.split(","):
        body, slash, step_text = part.partition("/")
        step = _number(step_text, name, 1, high, {}) if slash else 1
        first, dash, last = body.partition("-")
        if body == "*":
            start, end = low, high
        elif dash:
            start, end = _number(first, name, low, high, names), _number(last, name, low, high, names)
            if end < start:
                raise ValueError(f"in the {name}, {body} runs backwards")
        else:
            start = _number(body, name, low, high, names)
            end = high if slash else start
        values.update(range(start, end + 1, step))
    return frozenset(values)


def _number(text: str, name: str, low: int, high: int, names: dict[str, int]) -> int:
    value = names.get(text.lower())
    if value is None:
        if not text.isdigit() or len(text) > 3:
            raise ValueError(f'the {name} "{text}" is no number')
        value = int(text)
    if not low <= value <= high:
        raise ValueError(f"the {name} {value} is not from {low} to {high}")
    return value
