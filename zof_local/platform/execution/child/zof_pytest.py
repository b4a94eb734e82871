"""Runs pytest as `python -m pytest` would, and writes what happens to a file, one JSON object a line.

It runs in the project's own interpreter, so it needs nothing but the standard library and pytest.

    python zof_pytest.py EVENTS_FILE [pytest arguments]
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

_MAX_TEXT = 20_000
_MAX_SUMMARY = 600


class EventWriter:
    """A pytest plugin: writes what was collected, each phase of each case, and how the session ended."""

    def __init__(self, path: str) -> None:
        self._file = Path(path).open("a", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115 - for the session
        self._root = ""
        self._collected = False

    def _write(self, event: str, **fields: Any) -> None:
        self._file.write(json.dumps({"event": event, **fields}) + "\n")
        self._file.flush()

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._root = os.path.join(str(session.config.rootpath), "")  # noqa: PTH118 - a text to cut off paths
        self._write("started")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write(
                "collect_error", node_id=report.nodeid, summary=_clip(_last_line(report), _MAX_SUMMARY)
            )

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:  # a controller of pytest-xdist has none; it hears of them from its workers
            self._write_collected([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._write_collected(list(ids))

    def _write_collected(self, node_ids: list[str]) -> None:
        if not self._collected:
            self._collected = True
            self._write("collected", node_ids=node_ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._write("case_started", node_id=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write(
            "report",
            node_id=report.nodeid,
            when=report.when,
            outcome=report.outcome,
            is_subtest=type(report) is not pytest.TestReport,
            duration=report.duration,
            xfail=getattr(report, "wasxfail", None) is not None,
            summary=_clip(self._summary(report), _MAX_SUMMARY),
            text=_clip(report.longreprtext, _MAX_TEXT),
            sections=[[name, _clip(text, _MAX_TEXT)] for name, text in report.sections],
        )

    def _summary(self, report: pytest.TestReport) -> str:
        if report.skipped:
            reason = getattr(report, "wasxfail", None)
            if reason is None and isinstance(report.longrepr, tuple):
                reason = report.longrepr[2]
            return str(reason or "")
        crash = getattr(report.longrepr, "reprcrash", None)
        if crash is None:
            return _last_line(report)
        return f"{crash.message} ({str(crash.path).replace(self._root, '')}:{crash.lineno})"

    def pytest_internalerror(self, excrepr: Any) -> None:
        crash = getattr(excrepr, "reprcrash", None)
        lines = str(crash.message if crash else excrepr).strip().splitlines() or [""]
        self._write("internal_error", summary=_clip(lines[0 if crash else -1], _MAX_SUMMARY))

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._write("finished", exit_code=int(exitstatus))


def _last_line(report: pytest.CollectReport | pytest.TestReport) -> str:
    lines = report.longreprtext.strip().splitlines()
    return lines[-1].removeprefix("E").strip() if lines else ""


def _clip(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}\n… {len(text) - limit} characters left out …\n{text[-head:]}"


def main(events: str, arguments: list[str]) -> int:
    """Runs pytest with these arguments in the working directory."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # so that the log can be followed
    sys.path[0] = str(Path.cwd())
    sys.argv = ["pytest", *arguments]
    return int(pytest.main(arguments, plugins=[EventWriter(events)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
