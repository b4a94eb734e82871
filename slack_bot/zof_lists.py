"""The bot's reading of lists at Zof: runs, failed cases, logs, schedules. Each gives a plain value."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from slack_bot.results import Outcome, Refused, Unavailable
from zof_core import (
    AsyncZofClient,
    Result,
    Run,
    ZofApiError,
    ZofConnectionError,
    ZofDecodeError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
)
from zof_core.home import Lists, read_lists
from zof_core.models import LogLine, Schedule
from zof_core.usual import Usual, UsualTimes
from zof_core.wording import error_sentences

T = TypeVar("T")
Why = Refused | Unavailable

TRANSIENT: Final = (ZofRateLimitError, ZofServerError, ZofConnectionError, ZofTimeoutError, ZofDecodeError)
NOT_PASSED: Final = ("failed", "error")
_PAGE: Final = 100
_READ_MAX: Final = 500
"""Items of one list that are read for one answer: five requests at the most."""
_UNKNOWN: Final = datetime.max.replace(tzinfo=UTC)


async def or_why(asked: Awaitable[T]) -> T | Why:
    """What was asked for, or why it cannot be told."""
    try:
        return await asked
    except TRANSIENT as error:
        return Unavailable(error_sentences(error), error.retry_after)
    except ZofApiError as error:
        return Refused(error_sentences(error), Outcome.FAULT)


class ZofLists:
    """Reads lists.

    Args:
        clock: seconds; any clock that does not go back.
    """

    def __init__(self, client: AsyncZofClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._usual = UsualTimes(self._newest, clock)

    async def runs(
        self, wanted: Callable[[Run], bool], *, project: str | None, status: str | None, most: int
    ) -> list[Run] | Why:
        """The newest runs that are wanted, newest first; of the newest 500."""

        async def read() -> list[Run]:
            found: list[Run] = []
            looked = 0
            async for run in self._client.runs.list_auto(project_id=project, status=status, limit=_PAGE):
                looked += 1
                if wanted(run):
                    found.append(run)
                if len(found) >= most or looked >= _READ_MAX:
                    break
            return found

        return await or_why(read())

    async def failed_runs(self, since: datetime) -> list[Run] | Why:
        """Runs that ended failed or in error and were created after a time."""

        async def read() -> list[Run]:
            found: list[Run] = []
            for status in NOT_PASSED:
                pages = self._client.runs.list_auto(status=status, created_after=since, limit=_PAGE)
                found += [run async for run in pages]
            return found

        return await or_why(read())

    async def not_passed(self, run_id: str) -> list[Result] | Why:
        """All results of a run that did not pass, in the order they came."""

        async def read() -> list[Result]:
            found: list[Result] = []
            for status in NOT_PASSED:
                pages = self._client.results.list_auto(run_id=run_id, status=status, limit=_PAGE)
                found += [result async for result in pages]
            return sorted(found, key=lambda result: result.created_at or _UNKNOWN)

        return await or_why(read())

    async def result_of(self, run_id: str, case: str) -> Result | Why | None:
        """A case's result in a run, by the case's id or name; None if there is none."""

        async def read() -> Result | None:
            async for result in self._client.results.list_auto(run_id=run_id, limit=_PAGE):
                if case in (result.test_case_id, result.id) or case == result.name:
                    return result
            return None

        return await or_why(read())

    async def log(self, run_id: str, most: int) -> list[LogLine] | Why:
        """The last lines of a run's log, in their order; of the first 2,000."""

        async def read() -> list[LogLine]:
            kept: deque[LogLine] = deque(maxlen=most)
            looked = 0
            async for line in self._client.runs.logs_auto(run_id, limit=_PAGE):
                kept.append(line)
                looked += 1
                if looked >= 4 * _READ_MAX:
                    break
            return list(kept)

        return await or_why(read())

    async def usual(self, like: Run) -> Usual | None:
        """How long a run's suite usually takes; None if that is not known. Asked of Zof once in ten minutes."""
        return await self._usual.of(like)

    async def _newest(self, project: str) -> list[Run] | None:
        page = await or_why(self._client.runs.list(project_id=project, limit=_PAGE))
        return None if isinstance(page, Refused | Unavailable) else page.data

    async def schedules(self) -> list[Schedule] | Why:
        """All schedules."""

        async def read() -> list[Schedule]:
            return [schedule async for schedule in self._client.schedules.list_auto(limit=_PAGE)]

        return await or_why(read())

    async def home(self) -> Lists | Why:
        """What the home of anybody is made from."""
        return await or_why(self._client.drive(read_lists(self._client.plan)))
