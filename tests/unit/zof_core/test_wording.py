from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core import (
    Attempt,
    RunSummary,
    ZofApiError,
    ZofAuthenticationError,
    ZofConflictError,
    ZofConnectionError,
    ZofDecodeError,
    ZofInvalidRequestError,
    ZofNotFoundError,
    ZofPermissionError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
    ZofValidationError,
)
from zof_core.wording import StatusStyle, counts_line, duration_text, error_sentences, span_text, status_style

TRY = Attempt(1, 503, "req_7", None, 0.1, 0.0)


@pytest.mark.parametrize(
    ("status", "style"),
    [
        ("queued", StatusStyle("Queued", "clock", "neutral")),
        ("running", StatusStyle("Running", "play", "progress")),
        ("passed", StatusStyle("Passed", "check", "good")),
        ("failed", StatusStyle("Failed", "cross", "bad")),
        ("error", StatusStyle("Error", "alert", "warning")),
        ("canceled", StatusStyle("Cancelled", "stop", "muted")),
        ("cancelled", StatusStyle("Cancelled", "stop", "muted")),
        ("Passed", StatusStyle("Passed", "check", "good")),
        ("skipped", StatusStyle("Skipped", "skip", "muted")),
        ("waiting_for_agent", StatusStyle("Waiting for agent", "question", "neutral")),
        ("", StatusStyle("Unknown", "question", "neutral")),
    ],
)
def test_statuses(status: str, style: StatusStyle) -> None:
    assert status_style(status) == style


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        (RunSummary(total=14, passed=13, failed=1), "13 passed, 1 failed"),
        (RunSummary(total=4, passed=1, failed=0, error=1, skipped=2), "1 passed, 1 error, 2 skipped"),
        (RunSummary(total=2, error=2), "2 errors"),
        (RunSummary(), "no results yet"),
        (None, "no results yet"),
    ],
)
def test_counts(summary: RunSummary | None, line: str) -> None:
    assert counts_line(summary) == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.35, "350 ms"), (0.9999, "1 s"), (4.2, "4.2 s"), (4.0, "4 s"), (9.97, "10 s"), (42, "42 s"),
        (59.6, "1 min 00 s"), (65, "1 min 05 s"), (3600, "1 h 00 min"), (7380, "2 h 03 min"), (90_000, "1 d 01 h"),
        (-3, "0 s"), (float("nan"), "0 s"), (float("inf"), "0 s"),
    ],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


SENTENCES: list[tuple[ZofApiError, str]] = [
    (
        ZofValidationError("environment is missing. Name one, such as staging.", param="environment"),
        "environment is missing. Name one, such as staging.",
    ),
    (
        ZofAuthenticationError("The API key is not valid.", status=401),
        "Zof does not accept the API key: it may be mistyped, expired or revoked. Set ZOF_API_KEY to a valid one; "
        "keys are made in Admin Center → Developer → API keys.",
    ),
    (
        ZofAuthenticationError("There is no API key.", hint="Set ZOF_API_KEY or give api_key=..."),
        "There is no API key. Set ZOF_API_KEY, or api_key in a profile; keys are made in Admin Center → Developer → "
        "API keys.",
    ),
    (ZofAuthenticationError("The API key must be text, not int."), "The API key must be text, not int."),
    (
        ZofPermissionError("Forbidden.", status=403, operation="runs.create", permission="runs:create"),
        "The API key is valid, but its role may not start runs (permission runs:create). Ask an Organization Admin "
        "for a role that may, or use a service account's key.",
    ),
    (
        ZofPermissionError("Forbidden.", status=403),
        "The API key is valid, but its role may not do this. Ask an Organization Admin for a role that may, or use a "
        "service account's key.",
    ),
    (
        ZofNotFoundError("No such project.", status=404, param="project_id",
                         subject={"project_id": "proj_xyz", "test_suite_id": "suite_1"}),
        'Zof knows no project "proj_xyz" here. Check the id, or ask who owns the API key whether it belongs to the '
        "same organization.",
    ),
    (
        ZofNotFoundError("No such environment.", status=404, param="environment",
                         subject={"project_id": "proj_abc", "environment": "moon"}),
        'Zof knows no environment "moon" here. Check the name, or ask who owns the API key whether it belongs to the '
        "same organization.",
    ),
    (
        ZofNotFoundError("No such run.", status=404, subject={"run_id": "run_9"}),
        'Zof knows no run "run_9" here. Check the id, or ask who owns the API key whether it belongs to the same '
        "organization.",
    ),
    (
        ZofNotFoundError("Not found.", status=404, subject={"project_id": "proj_1", "test_suite_id": "suite_1"}),
        'Zof does not know project "proj_1" or suite "suite_1" here. Check the ids, or ask who owns the API key '
        "whether it belongs to the same organization.",
    ),
    (
        ZofNotFoundError("Not found.", status=404, host="zof.example.com"),
        "Zof knows nothing at that address (zof.example.com). Check ZOF_BASE_URL: it ends in the version, as in "
        "https://api.zof.ai/v1.",
    ),
    (
        ZofConflictError("The run is already complete.", status=409, operation="runs.cancel",
                         subject={"run_id": "run_9"}),
        'Run "run_9" has already ended, so there is nothing to cancel.',
    ),
    (
        ZofConflictError("This Idempotency-Key was used with a different body", status=409, operation="runs.create"),
        "This idempotency key was used for another request already, so nothing was started. Repeat that request "
        "exactly, or use a new key.",
    ),
    (
        ZofRateLimitError("Too many requests.", status=429, retry_after=76.2),
        "Zof's rate limit for this API key is reached. Try again in 1 min 17 s.",
    ),
    (
        ZofRateLimitError("Too many requests.", status=429),
        "Zof's rate limit for this API key is reached. Try again in a minute.",
    ),
    (
        ZofInvalidRequestError("is not known", status=400, param="environment"),
        "Zof refused environment: is not known. Correct it and try again.",
    ),
    (
        ZofServerError("Oops.", status=503, request_id="req_7", attempts=(TRY, TRY, TRY, TRY)),
        "Zof itself failed (status 503, 4 times in a row). Try again in a few minutes; if it goes on, give Zof's "
        "support the request id req_7.",
    ),
    (
        ZofConnectionError("127.0.0.1:9: no connection could be opened (connection refused).", host="127.0.0.1:9"),
        "Zof cannot be reached at 127.0.0.1:9: no connection could be opened (connection refused). Check the network "
        "and ZOF_BASE_URL, then try again.",
    ),
    (
        ZofTimeoutError("Zof did not answer within 20 s."),
        "Zof did not answer within 20 s. Try again, or allow more time.",
    ),
    (
        ZofTimeoutError('Run "run_9" has not ended within 10 min 00 s.', hint="It goes on: look again later."),
        'Run "run_9" has not ended within 10 min 00 s. It goes on: look again later.',
    ),
    (
        ZofDecodeError("The answer is empty.", host="api.zof.ai"),
        "An answer came from api.zof.ai, but it cannot be read: The answer is empty. Check that ZOF_BASE_URL names "
        "Zof's API; if it does, tell Zof's support the time and what you did.",
    ),
    (
        ZofApiError("Something else", request_id="req_1"),
        "Something else. If it goes on, give Zof's support the request id req_1.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("error", "sentences"), SENTENCES, ids=lambda value: type(value).__name__)
def test_what_people_read(error: ZofApiError, sentences: str) -> None:
    assert error_sentences(error) == sentences


@given(st.text(), st.text(), st.sampled_from([type(error) for error, _ in SENTENCES]))
def test_hostile_text_stays_on_one_line(message: str, value: str, kind: type[ZofApiError]) -> None:
    error = kind(
        message, param=value, status=400, request_id=value, host=value, hint=value, subject={"run_id": value}
    )
    said = error_sentences(error)
    assert said.isprintable()
    assert len(said) < 2000


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(hours=24), "24 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(hours=36), "36 h"),
        (timedelta(minutes=30), "30 min"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(seconds=90), "1 min 30 s"),
        (timedelta(0), "0 s"),
        (timedelta(days=4_000_000), "4000000 d"),
    ],
)
def test_a_chosen_span_has_no_idle_noughts(span: timedelta, said: str) -> None:
    assert span_text(span) == said
