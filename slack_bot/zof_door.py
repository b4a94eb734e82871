"""The bot's calls to Zof, each giving a plain value: what was read, that Zof said no, or did not answer."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from slack_bot.demands import Requirement
from slack_bot.proof import prove
from slack_bot.results import (
    SHOWN_FAILURES,
    FailedCase,
    Findings,
    Outcome,
    Proven,
    Read,
    Refused,
    Unavailable,
    Unproven,
    not_passed,
)
from slack_bot.zof_lists import NOT_PASSED, in_order, read_not_passed
from zof_core import (
    AsyncZofClient,
    Result,
    Run,
    RunRequest,
    ZofApiError,
    ZofConflictError,
    ZofConnectionError,
    ZofDecodeError,
    ZofInvalidRequestError,
    ZofNotFoundError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
)
from zof_core.wording import case_name, error_sentences

log: Final = logging.getLogger(__name__)

_TRANSIENT: Final = (ZofRateLimitError, ZofServerError, ZofConnectionError, ZofTimeoutError, ZofDecodeError)
_LONGEST_RUN: Final = timedelta(days=1)
"""Runs are listed by when they were made, and evidence counts from when they ended."""
_MOST_RUNS: Final = 2000
_MOST_FAILED: Final = 2000
_NAMES: Final = frozenset({"project_id", "environment", "test_suite_id", "test_case_ids"})


class ZofDoor:
    """Calls Zof.

    Args:
        client: with few retries of its own, since what is tried again, the row says.
    """

    def __init__(self, client: AsyncZofClient) -> None:
        self._client = client

    async def start(self, request: RunRequest, idempotency_key: str) -> Read | Refused | Unavailable:
        """`POST /runs`. With the same key it can be repeated: Zof answers with the first answer."""
        try:
            run = await self._client.runs.create(
                project_id=request.project_id,
                environment=request.environment,
                test_suite_id=request.test_suite_id,
                test_case_ids=request.test_case_ids,
                idempotency_key=idempotency_key,
            )
        except ZofApiError as error:
            return _start_failure(error)
        return Read(Findings(run=run))

    async def read(self, run_id: str, before: Findings | None = None) -> Read | Refused | Unavailable:
        """`GET /runs/{id}`, and its first failed cases when their number has changed.

        Args:
            run_id: Zof's id.
            before: what was read last.
        """
        try:
            run = await self._client.runs.retrieve(run_id)
            return Read(await self._findings(run, before))
        except ZofApiError as error:
            return failure_of(error)

    async def proof(
        self, project: str, requirement: Requirement, now: float
    ) -> Proven | Unproven | Refused | Unavailable:
        """Whether a run that a rule requires has passed (`GET /runs`).

        Args:
            project: id.
            now: Unix time.
        """
        at = datetime.fromtimestamp(now, UTC)
        since = at - timedelta(seconds=requirement.passed_within) - _LONGEST_RUN
        found: list[Run] = []
        try:
            async for run in self._client.runs.list_auto(project_id=project, created_after=since, limit=100):
                found.append(run)
                if len(found) >= _MOST_RUNS:
                    break
        except _TRANSIENT as error:
            return Unavailable(error_sentences(error), error.retry_after)
        except ZofApiError as error:
            return Refused(error_sentences(error), Outcome.FAULT)
        return prove(requirement, found, at)

    async def failed_cases(self, run_id: str) -> tuple[str, ...] | Refused | Unavailable:
        """Ids of all cases of a run that did not pass, each once; refused if they are more than 2,000 results."""
        try:
            found = await read_not_passed(self._client, run_id, _MOST_FAILED + 1)
        except _TRANSIENT as error:
            return Unavailable(error_sentences(error), error.retry_after)
        except ZofApiError as error:
            return Refused(error_sentences(error), Outcome.FAULT)
        if len(found) > _MOST_FAILED:
            text = f"More than {_MOST_FAILED} results of this run did not pass, too many to run again one by one."
            return Refused(f"{text} Run all of it again.", Outcome.FAULT)
        return tuple(dict.fromkeys(result.test_case_id for result in found if result.test_case_id))

    async def cancel(self, run_id: str) -> Read | Refused | Unavailable | None:
        """`POST /runs/{id}/cancel`. None if the run is complete already (409)."""
        try:
            return Read(Findings(run=await self._client.runs.cancel(run_id)))
        except ZofConflictError:
            return None
        except _TRANSIENT as error:
            return Unavailable(error_sentences(error), error.retry_after)
        except ZofApiError as error:
            return Refused(error_sentences(error), Outcome.FAULT)

    async def _findings(self, run: Run, before: Findings | None) -> Findings:
        total = not_passed(run)
        if before is not None and before.failures and before.names_all_of(total):
            return Findings(run=run, failures=before.failures, failures_total=total)
        if not total:
            return Findings(run=run)
        try:
            failures = await self._failures(run)
        except ZofApiError as error:
            # The run is known: that its cases' names are not must not hide how it goes, or its end.
            log.info("The failed cases of a run could not be read: %s", type(error).__name__)
            failures = list(before.failures) if before is not None else []
        return Findings(
            run=run, failures=tuple(failures[:SHOWN_FAILURES]), failures_total=max(total, len(failures))
        )

    async def _failures(self, run: Run) -> list[FailedCase]:
        found: list[Result] = []
        for status in NOT_PASSED:
            page = await self._client.results.list(run_id=run.id, status=status, limit=SHOWN_FAILURES)
            found += page.data
        return [FailedCase(name=case_name(result), status=result.status) for result in in_order(found)]


def failure_of(error: ZofApiError) -> Refused | Unavailable:
    """What it means that a run could not be read."""
    if isinstance(error, _TRANSIENT):
        return Unavailable(error_sentences(error), error.retry_after)
    unknown = isinstance(error, ZofNotFoundError | ZofInvalidRequestError)
    return Refused(error_sentences(error), Outcome.UNKNOWN_NAME if unknown else Outcome.FAULT)


def if_it_is_gone(failure: Refused | Unavailable) -> Refused | Unavailable:
    """What a failure means for a run that is followed: only one that Zof does not know any more is given up."""
    if isinstance(failure, Unavailable) or failure.outcome is Outcome.UNKNOWN_NAME:
        return failure
    # A key that is refused now may be set anew: the run goes on meanwhile, and so do we.
    return Unavailable(failure.sentence, why="Zof refuses the bot's API key")


def _start_failure(error: ZofApiError) -> Refused | Unavailable:
    sentence = error_sentences(error)
    if isinstance(error, _TRANSIENT):
        return Unavailable(sentence, error.retry_after)
    wrong_name = isinstance(error, ZofNotFoundError) or (
        isinstance(error, ZofInvalidRequestError) and error.param in _NAMES
    )
    return Refused(sentence, Outcome.UNKNOWN_NAME if wrong_name else Outcome.FAULT)
