"""The bot's reading of lists at Zof: runs, failed cases, logs, schedules. Each gives a plain value."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Final, TypeVar

from slack_bot.results import NoSuchCase, Outcome, Refused, Unavailable
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
from zof_core.catalogue import nearest
from zof_core.home import Lists, read_lists
from zof_core.models import LogLine, Schedule
from zof_core.usual import Usual, UsualTimes
from zof_core.wording import case_name, error_sentences

log: Final = logging.getLogger(__name__)

T = TypeVar("T")
Why = Refused | Unavailable

TRANSIENT: Final = (ZofRateLimitError, ZofServerError, ZofConnectionError, ZofTimeoutError, ZofDecodeError)
NOT_PASSED: Final = ("failed", "error")
_PAGE: Final = 100
READ_MAX: Final = 500
"""Items of one list that are read for one answer: five requests at the most. Zof may list without end."""
RESULTS_MAX: Final = 2000
"""Results of one run that are looked through for one case."""
_UNKNOWN: Final = datetime.max.replace(tzinfo=UTC)


async def first_of(items: AsyncIterable[T], most: int) -> list[T]:
    """The first so many; no page is asked for beyond them."""
    found: list[T] = []
    async for item in items:
        found.append(item)
        if len(found) >= most:
            break
    return found


def in_order(found: Iterable[Result]) -> list[Result]:
    """Results as they came, as the Console and the notebook show them; those that do not say when come last."""
    return sorted(found, key=lambda result: result.created_at or _UNKNOWN)


async def read_not_passed(client: AsyncZofClient, run_id: str, most: int) -> list[Result]:
    """A run's results that did not pass, in the order they came; so many of each status at the most.

    Raises:
        ZofApiError: they cannot be read.
    """
    found: list[Result] = []
    for status in NOT_PASSED:
        found += await first_of(client.results.list_auto(run_id=run_id, status=status, limit=_PAGE), most)
    return in_order(found)


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
                if len(found) >= most or looked >= READ_MAX:
                    break
            return found

        return await or_why(read())

    async def failed_runs(self, since: datetime) -> list[Run] | Why:
        """Runs that ended failed or in error and were created after a time; of each the newest 500."""

        async def read() -> list[Run]:
            found: list[Run] = []
            for status in NOT_PASSED:
                pages = self._client.runs.list_auto(status=status, created_after=since, limit=_PAGE)
                runs = await first_of(pages, READ_MAX)
                if len(runs) == READ_MAX:
                    log.warning("Of the runs with the status %s only %d were read.", status, READ_MAX)
                found += runs
            return found

        return await or_why(read())

    async def not_passed(self, run_id: str) -> list[Result] | Why:
        """The results of a run that did not pass, in the order they came; not more than 500."""

        async def read() -> list[Result]:
            return (await read_not_passed(self._client, run_id, READ_MAX))[:READ_MAX]

        return await or_why(read())

    async def result_of(self, run_id: str, case: str) -> Result | NoSuchCase | Why:
        """A case's result in a run, by the case's id or name.

        Refused if it is not among the first 2,000.
        """

        async def read() -> Result | NoSuchCase | Refused:
            others: list[Result] = []
            async for result in self._client.results.list_auto(run_id=run_id, limit=_PAGE):
                if case in (result.test_case_id, result.id) or case == result.name:
                    return result
                others.append(result)
                if len(others) >= RESULTS_MAX:
                    return Refused(
                        f"The case is not among the first {RESULTS_MAX} results of the run; I read no more.",
                        Outcome.UNKNOWN_NAME,
                    )
            return NoSuchCase(_meant(case, others))

        return await or_why(read())

    async def log(self, run_id: str, most: int) -> list[LogLine] | Why:
        """The last lines of a run's log, in their order; of the first 2,000."""

        async def read() -> list[LogLine]:
            kept: deque[LogLine] = deque(maxlen=most)
            looked = 0
            async for line in self._client.runs.logs_auto(run_id, limit=_PAGE):
                kept.append(line)
                looked += 1
                if looked >= 4 * READ_MAX:
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
        """Schedules; not more than 500."""

        async def read() -> list[Schedule]:
            return await first_of(self._client.schedules.list_auto(limit=_PAGE), READ_MAX)

        return await or_why(read())

    async def home(self) -> Lists | Why:
        """What the home of anybody is made from."""
        return await or_why(self._client.drive(read_lists(self._client.plan)))


def _meant(word: str, results: Iterable[Result]) -> tuple[str, ...]:
    """Names of the cases that a word may mean: those it is part of, else the nearest one."""
    names = {case_name(one): f"{case_name(one)} {one.test_case_id or ''}".casefold() for one in results}
    like = tuple(name for name, known_as in names.items() if word.casefold() in known_as)
    near = nearest(word, names)
    return like or ((near,) if near else ())
