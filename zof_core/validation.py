"""What can be known to be wrong before anything is sent.

Each check gives a sentence that names the field, the value and what to do. Forms show these sentences beside their
fields; the client raises the first of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from zof_core.assumptions import (
    CASES_MAX,
    ENVIRONMENT_MAX,
    ID_MAX,
    IDEMPOTENCY_KEY_MAX,
    NAMES_MAX,
    PAGE_LIMIT_MAX,
    TEXT_MAX,
)
from zof_core.errors import ZofValidationError, clean_text

if TYPE_CHECKING:
    from zof_core.models import RunRequest

_EXAMPLES = {
    "project_id": "proj_abc123",
    "run_id": "run_xyz",
    "test_suite_id": "suite_pr_smoke",
    "test_case_ids": "tc_login_001",
}
_NOUNS = {
    "project_id": "project",
    "run_id": "run",
    "test_suite_id": "suite",
    "test_case_ids": "case",
    "result_id": "result",
    "artifact_id": "artifact",
    "team_id": "team",
    "application_id": "application",
    "webhook_id": "webhook",
    "schedule_id": "schedule",
}


def noun(field: str) -> str:
    """The word for what an id field names, such as "project" for `project_id`."""
    return _NOUNS.get(field) or field.removesuffix("_id").replace("_", " ")


def quoted(value: object, limit: int = 80) -> str:
    """A value to be shown in a sentence: on one line, short, in quotation marks."""
    return f'"{clean_text(value, limit)}"'


def quoted_path(path: object) -> str:
    """A path to be shown in a sentence: its end, which says most, is not cut off."""
    return quoted(path, 1000)


def is_encodable(text: str) -> bool:
    """Whether a text can be sent: half characters (a lone `\\ud800`), as of bytes that are not UTF-8, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def id_problem(field: str, value: object) -> str | None:
    """What is wrong with an id, or None.

    Ids are opaque: what Zof may give is not judged, only what can be no id and what could leave its place in a path.
    """
    example = _EXAMPLES.get(field)
    such = f", such as {example}" if example else ""
    give = f"Give the id of a {noun(field)}{such}."
    if value is None or value == "":
        return f"{field} is missing. {give}"
    if not isinstance(value, str):
        return f"{field} must be text, not {type(value).__name__}. {give}"
    if len(value) > ID_MAX:
        return f"{field} is {len(value)} characters long; {ID_MAX} are allowed. {give}"
    if any(char.isspace() for char in value):
        return f"{field} {quoted(value)} has a space in it. {give}"
    if "/" in value or "\\" in value:
        return f"{field} {quoted(value)} has a slash in it. {give}"
    if value in {".", ".."} or _has_control_characters(value):
        return f"{field} {quoted(value)} cannot be an id. {give}"
    return None


def environment_problem(value: object) -> str | None:
    """What is wrong with an environment's label, or None. A label is no id: it may hold spaces."""
    give = "Name one, such as staging or production: Zof never assumes an environment."
    if value is None or (isinstance(value, str) and not value.strip()):
        return f"environment is missing. {give}"
    if not isinstance(value, str):
        return f"environment must be text, not {type(value).__name__}. {give}"
    if value != value.strip():
        return (
            f"environment {quoted(value)} begins or ends with a space. Use the label of Admin → Environments."
        )
    if len(value) > ENVIRONMENT_MAX:
        return f"environment is {len(value)} characters long; {ENVIRONMENT_MAX} are allowed."
    if _has_control_characters(value):
        return f"environment {quoted(value)} has characters that cannot be printed. Type the label anew."
    return None


def text_problem(field: str, value: object) -> str | None:
    """What is wrong with a name or another free text that must be there, or None."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return f"{field} is missing. Give it as text."
    if not isinstance(value, str):
        return f"{field} must be text, not {type(value).__name__}."
    if len(value) > TEXT_MAX:
        return f"{field} is {len(value)} characters long; {TEXT_MAX} are allowed."
    if _has_control_characters(value.replace("\n", "")):
        return f"{field} {quoted(value)} has characters that cannot be printed. Type it anew."
    return None


def address_problem(field: str, value: object) -> str | None:
    """What is wrong with the address of a server that Zof is to reach, or None: https, or http on this machine."""
    if problem := text_problem(field, value):
        return problem
    try:
        parts = urlsplit(str(value))
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    plain = parts.scheme == "http" and host in {"127.0.0.1", "localhost", "::1"}
    readable = all("!" <= char <= "~" for char in str(value))
    if not host or not (parts.scheme == "https" or plain) or not readable or parts.username is not None:
        return (
            f"{field} {quoted(value)} is not a public HTTPS address, such as https://hooks.example.com/zof."
        )
    return None


def mapping_problem(field: str, value: object) -> str | None:
    """What is wrong with names and values that may be left out, or None."""
    if value is None or isinstance(value, Mapping):
        return None
    return f"{field} must map names to values, not be {type(value).__name__}."


def urls_problem(value: object) -> str | None:
    """What is wrong with an application's base URLs (environment → address), or None."""
    if not isinstance(value, Mapping):
        return f"urls must map environments to addresses, not be {type(value).__name__}."
    if len(value) > NAMES_MAX:
        return f"urls names {len(value)} environments; {NAMES_MAX} are allowed."
    problems = (
        environment_problem(environment) or address_problem("urls", url) for environment, url in value.items()
    )
    return next((problem for problem in problems if problem), None)


def events_problem(value: object) -> str | None:
    """What is wrong with a list of event types, or None. Types that are not known may be new ones."""
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        return 'events must be a list of event types, such as ["run.completed"].'
    if len(value) > NAMES_MAX:
        return f"events names {len(value)} types; {NAMES_MAX} are allowed."
    wrong = [event for event in value if not isinstance(event, str) or id_problem("events", event)]
    return f"events: {quoted(wrong[0])} is no event type, such as run.completed." if wrong else None


def date_problem(field: str, value: object) -> str | None:
    """What is wrong with a date to filter by, or None: a `datetime`, or text in its ISO form."""
    if value is None or isinstance(value, datetime):
        return None
    try:
        if isinstance(value, str) and len(value) <= ID_MAX:
            datetime.fromisoformat(value)
            return None
    except ValueError:
        pass
    return f"{field} {quoted(value)} is no date. Give a datetime, or text such as 2026-05-20T12:00:00Z."


def case_ids_problem(value: object) -> str | None:
    """What is wrong with a list of case ids, or None."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return "test_case_ids must be a list of ids, such as ['tc_login_001', 'tc_checkout_014']."
    if not value:
        return "test_case_ids is empty. Name at least one case, or leave it out and name a suite."
    if len(value) > CASES_MAX:
        return f"test_case_ids names {len(value)} cases; {CASES_MAX} are allowed. Make a suite of them and name that."
    return next(
        (
            f"test_case_ids, number {n}: {problem}"
            for n, case in enumerate(value, 1)
            if (problem := _case_problem(case))
        ),
        None,
    )


def _case_problem(case: object) -> str | None:
    problem = id_problem("test_case_ids", case)
    return problem.removeprefix("test_case_ids ") if problem else None


def run_request_problems(
    *,
    project_id: str | None,
    environment: str | None,
    test_suite_id: str | None = None,
    test_case_ids: Sequence[str] | None = None,
) -> dict[str, str]:
    """Everything wrong with a request to start a run.

    Exactly one of suite and cases is ours; the documentation calls them alternatives (`docs/api/runs/create`).

    Returns:
        Field → sentence, empty if nothing is wrong.
    """
    found = {
        "project_id": id_problem("project_id", project_id),
        "environment": environment_problem(environment),
    }
    if test_suite_id is None and test_case_ids is None:
        found["test_suite_id"] = (
            "Nothing to run was named. Name a suite (test_suite_id) or cases (test_case_ids)."
        )
    elif test_suite_id is not None and test_case_ids is not None:
        found["test_case_ids"] = (
            "Both a suite and cases were named. Name one of them: test_suite_id or test_case_ids."
        )
    elif test_suite_id is not None:
        found["test_suite_id"] = id_problem("test_suite_id", test_suite_id)
    else:
        found["test_case_ids"] = case_ids_problem(test_case_ids)
    return {field: problem for field, problem in found.items() if problem}


def run_request(
    *,
    project_id: str,
    environment: str,
    test_suite_id: str | None = None,
    test_case_ids: Sequence[str] | None = None,
) -> RunRequest:
    """A checked request to start a run.

    Raises:
        ZofValidationError: for the first field that is wrong.
    """
    refuse(
        run_request_problems(
            project_id=project_id,
            environment=environment,
            test_suite_id=test_suite_id,
            test_case_ids=test_case_ids,
        )
    )
    from zof_core.models import RunRequest  # noqa: PLC0415  # pydantic comes when it is needed

    return RunRequest(
        project_id=project_id,
        environment=environment,
        test_suite_id=test_suite_id,
        test_case_ids=list(test_case_ids) if test_case_ids is not None else None,
    )


def checked_id(field: str, value: object) -> str:
    """An id that may be sent.

    Raises:
        ZofValidationError: if it may not.
    """
    if problem := id_problem(field, value):
        raise ZofValidationError(problem, code="invalid_request", param=field)
    assert isinstance(value, str)
    return value


def checked_limit(value: int | None) -> int | None:
    """A page size: 1 to 100 (`docs/api/pagination`).

    Raises:
        ZofValidationError: if it is another.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= PAGE_LIMIT_MAX:
        raise ZofValidationError(
            f"limit {quoted(value)} is not a whole number from 1 to {PAGE_LIMIT_MAX}. For more, read page after page.",
            code="invalid_request",
            param="limit",
        )
    return value


def checked_idempotency_key(value: str | None) -> str | None:
    """A key that can stand in a header.

    Raises:
        ZofValidationError: if it cannot.
    """
    if value is None:
        return None
    printable = isinstance(value, str) and all("!" <= char <= "~" for char in value)
    if not printable or not 1 <= len(value) <= IDEMPOTENCY_KEY_MAX:
        raise ZofValidationError(
            f"idempotency_key must be 1 to {IDEMPOTENCY_KEY_MAX} visible ASCII characters, such as a UUID.",
            code="invalid_request",
            param="idempotency_key",
        )
    return value


def moment_problem(name: str, moment: object) -> str | None:
    """What is wrong with a moment in time: it must say where in the world."""
    if not isinstance(moment, datetime):
        return f"{name} must be a date and time, not {type(moment).__name__}."
    if moment.utcoffset() is None:
        return f"{name} {moment.isoformat()} has no time zone. Give one, such as datetime.now(timezone.utc)."
    return None


def span_problem(name: str, span: object) -> str | None:
    """What is wrong with a span of time: it must be longer than nothing."""
    if not isinstance(span, timedelta):
        return f"{name} must be a timedelta, such as timedelta(hours=24), not {type(span).__name__}."
    return None if span > timedelta(0) else f"{name} must be longer than nothing."


def refuse(problems: Mapping[str, str | None]) -> None:
    """Raises the first problem as `ZofValidationError`; does nothing if there is none."""
    for field, problem in problems.items():
        if problem:
            raise ZofValidationError(problem, code="invalid_request", param=field)


def _has_control_characters(text: Any) -> bool:
    return any(unicodedata.category(char)[0] == "C" for char in text)
