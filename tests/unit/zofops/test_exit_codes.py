import pytest

from slack_bot.errands import ErrandOutcome
from slack_bot.results import Outcome
from slack_bot.store.records import InboxOutcome
from zof_core import (
    ZofAuthenticationError,
    ZofConnectionError,
    ZofNotFoundError,
    ZofPermissionError,
    ZofRateLimitError,
    ZofServerError,
    ZofValidationError,
)
from zofops.exit_codes import ExitCode, of_error, of_status
from zofops.once import CODES


@pytest.mark.parametrize(
    ("status", "code"),
    [("passed", 0), ("failed", 1), ("error", 3), ("canceled", 4), ("cancelled", 4), ("a new status", 3)],
)
def test_the_code_of_a_status(status: str, code: int) -> None:
    assert of_status(status) == code


@pytest.mark.parametrize(
    "kind", [ZofValidationError, ZofNotFoundError, ZofPermissionError, ZofAuthenticationError]
)
def test_what_the_caller_can_mend_is_refused(kind: type) -> None:
    assert of_error(kind("no")) == ExitCode.REFUSED


@pytest.mark.parametrize("kind", [ZofConnectionError, ZofServerError, ZofRateLimitError])
def test_what_zof_could_not_answer_is_a_fault(kind: type) -> None:
    assert of_error(kind("no")) == ExitCode.FAULT


def test_each_outcome_that_the_bot_can_end_with_has_a_code() -> None:
    ends = {*Outcome, *ErrandOutcome, *InboxOutcome} - {InboxOutcome.ACCEPTED}
    assert {end.value for end in ends} == set(CODES)
