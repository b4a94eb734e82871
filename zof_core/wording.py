"""The words that people read: statuses, counts, durations, and what went wrong.

Slack, notebooks and the command line all say it with these, so that one thing has one name everywhere. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, Literal

from zof_core.errors import (
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
    clean_text,
)
from zof_core.models import Result, Run, RunSummary, normal_status
from zof_core.operations import DOES
from zof_core.validation import noun

Tone = Literal["neutral", "progress", "good", "bad", "warning", "muted"]


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """How a status is shown: by word and icon always, by colour only besides.

    Args:
        word: the Console's word.
        icon: a name: clock, play, check, cross, alert, stop, skip, question.
        tone: what its colour should say.
    """

    word: str
    icon: str
    tone: Tone


_STYLES: Final[Mapping[str, StatusStyle]] = MappingProxyType(
    {
        "queued": StatusStyle("Queued", "clock", "neutral"),
        "running": StatusStyle("Running", "play", "progress"),
        "passed": StatusStyle("Passed", "check", "good"),
        "failed": StatusStyle("Failed", "cross", "bad"),
        "error": StatusStyle("Error", "alert", "warning"),
        "canceled": StatusStyle("Cancelled", "stop", "muted"),
        "skipped": StatusStyle("Skipped", "skip", "muted"),
    }
)


def status_style(status: str) -> StatusStyle:
    """How a status of a run or of a result is shown; one that is not known keeps its own word."""
    known = _STYLES.get(normal_status(status.strip().lower()))
    if known:
        return known
    word = clean_text(status.replace("_", " "), 40).capitalize()
    return StatusStyle(word or "Unknown", "question", "neutral")


def counts_line(summary: RunSummary | None) -> str:
    """The counts of a run, such as "13 passed, 1 failed"; those that are nought are left out."""
    if summary is None:
        return "no results yet"
    counts = (
        (summary.passed, "passed"),
        (summary.failed, "failed"),
        (summary.error, "error" if summary.error == 1 else "errors"),
        (summary.skipped, "skipped"),
    )
    said = [f"{count} {word}" for count, word in counts if count > 0]
    return ", ".join(said) or "no results yet"


def cases_text(count: int) -> str:
    """A number of cases: "1 case", "4 cases"."""
    return f"{count} case{'' if count == 1 else 's'}"


def progress_text(run: Run) -> str:
    """How far a run has come: "5 passed · 5 of 14 cases finished", or at its end "13 passed, 1 failed · 14 cases"."""
    summary = run.summary
    if summary is None or not summary.total:
        return "No case has run" if run.is_terminal else "No case has finished yet"
    finished = sum(n or 0 for n in (summary.passed, summary.failed, summary.error, summary.skipped))
    total = cases_text(summary.total)
    progress = total if run.is_terminal else f"{finished} of {total} finished"
    return f"{counts_line(summary)} · {progress}" if finished else progress


def took_text(run: Run) -> str:
    """How long a run took that has ended, such as "4.2 s"; empty if that is not known."""
    begun = run.started_at or run.created_at
    if not run.is_terminal or run.completed_at is None or begun is None:
        return ""
    return duration_text((run.completed_at - begun).total_seconds())


def case_took_text(result: Result) -> str:
    """How long a case took, such as "350 ms"; empty if nobody said."""
    return "" if result.duration_ms is None else duration_text(result.duration_ms / 1000)


def as_typed(sentence: str) -> str:
    """A sentence about a request, with the names that people type for its fields."""
    return _FIELD.sub(lambda found: _TYPED[found[0]], sentence)


_TYPED: Final = {
    "project_id": "PROJECT",
    "test_suite_id": "SUITE",
    "test_case_ids": "--cases",
    "run_id": "RUN",
    "idempotency_key": "--idempotency-key",
}
_FIELD: Final = re.compile("|".join(rf"\b{field}\b" for field in _TYPED))


def case_name(result: Result) -> str:
    """What people call a result's case."""
    return result.name or result.test_case_id or result.id


def duration_text(seconds: float) -> str:
    """A duration: "350 ms", "4.2 s", "42 s", "1 min 05 s", "2 h 03 min", "3 d 04 h"."""
    if not math.isfinite(seconds) or seconds < 0:
        return "0 s"
    if seconds < 0.9995:
        return f"{round(seconds * 1000)} ms" if seconds else "0 s"
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600:02d} h"


def left_text(seconds: float) -> str:
    """How long something will still take, as roughly as it is known: "about 2 min left"; empty if it should be over."""
    if not 0 < seconds < _LONG_WAIT:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds <= 50:
        return f"about {math.ceil(seconds / 10) * 10} s left"
    minutes = max(1, math.floor(seconds / 60 + 0.5))
    return f"about {minutes} min left" if minutes < 90 else f"about {math.floor(seconds / 3600 + 0.5)} h left"


def bytes_text(number: int) -> str:
    """A size: "812 B", "3.4 kB", "12 MB"; a kilobyte is a thousand bytes."""
    size, unit = float(max(number, 0)), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}".replace(".0 ", " ") if unit != "B" and size < 9.95 else f"{size:.0f} {unit}"


def span_text(span: timedelta) -> str:
    """A length of time that somebody chose: "24 h", "30 min", "7 d"; as `duration_text` has it if it is not round."""
    seconds = span.total_seconds()
    for unit, size, least, most in (("d", 86_400, 2, math.inf), ("h", 3600, 1, 48), ("min", 60, 1, 120)):
        number, rest = divmod(seconds, size)
        if not rest and least <= number <= most:
            return f"{number:.0f} {unit}"
    return duration_text(seconds)


def error_sentences(error: ZofApiError) -> str:
    """What went wrong and what to do next, in one to three sentences for people.

    Text of Zof's answer stands in it, on one line and shortened; whoever shows it escapes it.
    """
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words(error)
    return _of_unknown(error)


def _of_validation(error: ZofApiError) -> str:
    return _sentence(error.message)


def _of_authentication(error: ZofApiError) -> str:
    if error.status is None:
        said = _sentence(error.message)
        # The hint is for who writes Python and could give a key there.
        return f"{said} Set ZOF_API_KEY, or api_key in a profile; {_KEYS}" if error.hint else said
    return (
        "Zof does not accept the API key: it may be mistyped, expired or revoked. Set ZOF_API_KEY to a valid one; "
        f"{_KEYS}"
    )


_KEYS: Final = "keys are made in Admin Center → Developer → API keys."


def _of_permission(error: ZofApiError) -> str:
    does = DOES.get(error.operation or "")
    what = f"may not {does}" if does else "may not do this"
    need = f" (permission {error.permission})" if error.permission else ""
    return (
        f"The API key is valid, but its role {what}{need}. Ask an Organization Admin for a role that may, "
        "or use a service account's key."
    )


def _of_not_found(error: ZofApiError) -> str:
    if error.param and error.param not in error.subject:
        return f"Zof does not know everything named here: {_sentence(error.message)} {_check('id')}"
    field = error.param if error.param in error.subject else None
    if field is None and len(error.subject) == 1:
        field = next(iter(error.subject))
    if field:
        then = _check(_NAMED.get(field, "id"))
        return f'Zof knows no {noun(field)} "{clean_text(error.subject[field], 120)}" here. {then}'
    if error.subject:
        named = _one_of([f'{noun(name)} "{clean_text(value, 120)}"' for name, value in error.subject.items()])
        return f"Zof does not know {named} here. {_check('ids')}"
    return (
        f"Zof knows nothing at that address ({_host(error)}). Check ZOF_BASE_URL: it ends in the version, "
        "as in https://api.zof.ai/v1."
    )


_NAMED: Final = {"environment": "name"}
"""What goes by another thing than an id."""


def _check(what: str) -> str:
    return f"Check the {what}, or ask who owns the API key whether it belongs to the same organization."


def _of_conflict(error: ZofApiError) -> str:
    if error.operation == "runs.cancel" and (run := error.subject.get("run_id")):
        return f'Run "{clean_text(run, 120)}" has already ended, so there is nothing to cancel.'
    if error.operation == "runs.create":
        return (
            "This idempotency key was used for another request already, so nothing was started. "
            "Repeat that request exactly, or use a new key."
        )
    return (
        f"Zof refused this as things stand: {_sentence(error.message)} Look at them again, then decide anew."
    )


def _of_rate_limit(error: ZofApiError) -> str:
    if error.retry_after is None:
        return "Zof's rate limit for this API key is reached. Try again in a minute."
    if error.retry_after > _LONG_WAIT:
        return "Zof's rate limit for this API key is reached, and it asks for a pause of more than a day."
    when = duration_text(max(1.0, math.ceil(error.retry_after)))
    return f"Zof's rate limit for this API key is reached. Try again in {when}."


_LONG_WAIT: Final = 86_400.0


def _of_invalid(error: ZofApiError) -> str:
    if error.param:
        return (
            f"Zof refused {clean_text(error.param, 80)}: {_sentence(error.message)} Correct it and try again."
        )
    return f"Zof refused the request: {_sentence(error.message)} Correct it and try again."


def _of_server(error: ZofApiError) -> str:
    tries = f", {len(error.attempts)} times in a row" if len(error.attempts) > 1 else ""
    then = f"Try again in a few minutes; if it goes on, {_support(error)}."
    return f"Zof itself failed (status {error.status}{tries}). {then}"


def _of_connection(error: ZofApiError) -> str:
    why = _clause(error.message).removeprefix(f"{error.host}: ")
    then = f" {_sentence(error.hint)}" if error.hint else ""
    return f"Zof cannot be reached at {_host(error)}: {why}. Check the network and ZOF_BASE_URL, then try again.{then}"


def _of_timeout(error: ZofApiError) -> str:
    if error.hint:
        return f"{_sentence(error.message)} {_sentence(error.hint)}"
    return f"{_sentence(error.message)} Try again, or allow more time."


def _of_decode(error: ZofApiError) -> str:
    return (
        f"An answer came from {_host(error)}, but it cannot be read: {_clause(error.message)}. "
        f"Check that ZOF_BASE_URL names Zof's API; if it does, {_support(error)}."
    )


def _of_unknown(error: ZofApiError) -> str:
    return f"{_sentence(error.message)} If it goes on, {_support(error)}."


_WORDS: Final[tuple[tuple[type[ZofApiError], Callable[[ZofApiError], str]], ...]] = (
    (ZofValidationError, _of_validation),
    (ZofAuthenticationError, _of_authentication),
    (ZofPermissionError, _of_permission),
    (ZofNotFoundError, _of_not_found),
    (ZofConflictError, _of_conflict),
    (ZofRateLimitError, _of_rate_limit),
    (ZofInvalidRequestError, _of_invalid),
    (ZofServerError, _of_server),
    (ZofConnectionError, _of_connection),
    (ZofTimeoutError, _of_timeout),
    (ZofDecodeError, _of_decode),
)


def _support(error: ZofApiError) -> str:
    if error.request_id:
        return f"give Zof's support the request id {clean_text(error.request_id, 120)}"
    return "tell Zof's support the time and what you did"


def _host(error: ZofApiError) -> str:
    return clean_text(error.host or "the base URL", 120)


def _one_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _sentence(text: str) -> str:
    clean = clean_text(text)
    return clean if clean.endswith((".", "!", "?", "…")) else f"{clean}."


def _clause(text: str) -> str:
    """A sentence as part of another one."""
    return clean_text(text).rstrip(".")
