"""From what pytest reports to results and a run's end. Pure: events in, outcomes out.

The mapping (ours, see docs/local.md): passed and unstrictly xpassed → `passed`; failed in the call, or
strictly xpassed → `failed`; an exception in set-up or tear-down → `error`; skipped and xfailed → `skipped`.
A case that fails in its call stays `failed` whatever its tear-down does. A run is `failed` when its failure
policy says so of the results that are failed or error; it is `error` only if pytest could not collect, was
killed, ran out of time or broke.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from zof_local.platform.ids import case_id
from zof_local.platform.suites import FailurePolicy

_BREAKDOWNS = {
    2: "pytest was interrupted.",
    3: "pytest broke with an internal error.",
    4: "pytest could not use the selection.",
}


_TROUBLE = frozenset({"failed", "error"})
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NODE_IDS = frozenset({"node_id", "node_ids"})


def read_event(line: str) -> Any:
    """One line of what the pytest plugin writes.

    A lone surrogate, which neither a database nor a page takes, becomes U+FFFD. In node ids its number
    follows, so that two cases stay two.

    Raises:
        ValueError: the line is no JSON.
    """
    event = json.loads(line)
    if not isinstance(event, dict):
        return event
    return {key: _legible(value, numbered=key in _NODE_IDS) for key, value in event.items()}


def _legible(value: Any, *, numbered: bool) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATE.sub(
            lambda found: f"\ufffd{ord(found[0]):04X}" if numbered else "\ufffd", value
        )
    if isinstance(value, list):
        return [_legible(item, numbered=numbered) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How one case ended; `failure_summary` is a sentence or two, `output` all that helps to find out why."""

    node_id: str
    status: str
    duration_seconds: float
    failure_summary: str | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessEnd:
    """How pytest's process ended: an exit code, or the signal that killed it, or neither if nobody knows."""

    exit_code: int | None = None
    signal: int | None = None
    timed_out_after: float | None = None
    last_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A run's final status, and a sentence that says why where that is not plain from the results."""

    status: str
    reason: str | None = None


@dataclass(slots=True)
class _Case:
    status: str = "passed"
    duration: float = 0.0
    summary: str | None = None
    output: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """One pytest session as it unfolds; feed it the events in order."""

    collected: tuple[str, ...] | None = None
    collect_errors: list[str] = field(default_factory=list)
    internal_error: str | None = None
    finished: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    troubled: list[str] = field(default_factory=list)
    _open: dict[str, _Case] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)

    def feed(self, event: Mapping[str, Any]) -> CaseOutcome | None:
        """Takes one event; returns an outcome when it completes a case."""
        match event["event"]:
            case "collected":
                self.collected = tuple(event["node_ids"])
            case "collect_error":
                self.collect_errors.append(f"{event['node_id']}: {event['summary']}")
            case "internal_error":
                self.internal_error = str(event["summary"])
            case "case_started":
                self._open.setdefault(event["node_id"], _Case())
            case "report":
                return self._report(event)
            case "finished":
                self.finished = True
        return None

    def _report(self, event: Mapping[str, Any]) -> CaseOutcome | None:
        node_id = event["node_id"]
        case = self._open.setdefault(node_id, _Case())
        status = _status_of(event)
        if event["is_subtest"]:
            if status == "failed" and case.summary is None:
                case.summary = event["summary"]
                case.output.append(event["text"])
            return None
        case.duration += float(event["duration"])
        if status is not None and (case.status == "passed" or status == "failed"):
            case.status = status
            if status != "skipped":
                where = {"setup": "In set-up: ", "teardown": "In tear-down: "}.get(event["when"], "")
                case.summary = case.summary or where + event["summary"]
        if event["text"]:
            case.output.append(event["text"])
        if event["when"] != "teardown":
            return None
        case.output += [f"--- {name} ---\n{text}" for name, text in event["sections"] if text]
        return self._close(node_id)

    def _close(self, node_id: str) -> CaseOutcome | None:
        case = self._open.pop(node_id)
        if (
            node_id in self._closed
        ):  # the same case selected twice, or run again by a plugin: the first outcome holds
            return None
        self._closed.add(node_id)
        self.counts[case.status] = self.counts.get(case.status, 0) + 1
        if case.status in _TROUBLE:
            self.troubled.append(node_id)
        return CaseOutcome(
            node_id, case.status, case.duration, case.summary, "\n".join(case.output).strip() or None
        )

    def interrupted(self, why: str) -> list[CaseOutcome]:
        """Closes the cases that were under way when pytest ended early, as `error`."""
        outcomes = []
        for node_id, case in list(self._open.items()):
            case.status = "error"
            case.summary = f"The case was under way when the run ended early. {why}"
            outcome = self._close(node_id)
            if outcome is not None:
                outcomes.append(outcome)
        return outcomes


def _status_of(event: Mapping[str, Any]) -> str | None:
    """What one phase says about a case; None when it says nothing against it."""
    match event["outcome"], event["when"]:
        case "failed", "call":
            return "failed"
        case "failed", _:
            return "error"
        case "skipped", _:
            return "skipped"
    return None


def verdict(session: Session, end: ProcessEnd, policy: FailurePolicy) -> Verdict:
    """The end of a run that nobody canceled."""
    reason = _breakdown(session, end)
    if reason is not None:
        return Verdict("error", reason)
    if session.troubled:
        return _judged(session, policy)
    if end.exit_code == 0:
        return Verdict("passed")
    return Verdict(
        "failed", f"pytest ended with exit code {end.exit_code} although no case failed; see the log."
    )


def _judged(session: Session, policy: FailurePolicy) -> Verdict:
    """What the policy says of a run in which cases failed or broke."""
    if policy == FailurePolicy():
        return Verdict("failed")
    ids = map(case_id, session.troubled)
    critical = next((case for case in ids if any(fnmatchcase(case, one) for one in policy.critical)), None)
    if critical is not None:
        return Verdict("failed", f"A critical case failed: {critical}.")
    ran = sum(session.counts.get(status, 0) for status in ("passed", *_TROUBLE))
    failed = f"{len(session.troubled)} of {ran} cases failed"
    if len(session.troubled) > round(policy.max_failed_share * ran, 6):
        share = f"{policy.max_failed_share * 100:.4g} %"
        return Verdict("failed", f"{failed}, more than the {share} that the failure policy lets pass.")
    return Verdict("passed", f"{failed}, which the failure policy lets pass.")


def _breakdown(session: Session, end: ProcessEnd) -> str | None:
    """Why the session is no statement about the product; None if it is one."""
    if end.timed_out_after is not None:
        return f"The run took longer than its limit of {end.timed_out_after:g} s and was stopped."
    if end.signal is not None:
        return f"pytest was killed by {_signal_name(end.signal)} before it had finished."
    if end.exit_code is None:
        return "The process that ran pytest was killed from outside."
    if session.collect_errors:
        more = len(session.collect_errors) - 1
        others = f" ({more} more such error{'s' if more > 1 else ''})" if more else ""
        return f"pytest could not collect the cases. {session.collect_errors[0]}{others}"
    if session.finished and end.exit_code in {0, 1}:
        return None
    if session.finished and end.exit_code == 5:
        return "No case matches the selection, so nothing was run."
    said = session.internal_error or _said(end.last_lines)
    what = _BREAKDOWNS.get(end.exit_code, f"pytest ended early, with exit code {end.exit_code}.")
    return f"{what} {said}".strip()


def _said(lines: Sequence[str]) -> str:
    """The line among pytest's last words that says most."""
    words = [line.strip() for line in lines if line.strip()]
    telling = [line for line in words if line.startswith(("ERROR", "!!!")) or "Error" in line]
    chosen = (telling or words)[-1:] or [""]
    return chosen[0].strip("! ")[:400]


def _signal_name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"
