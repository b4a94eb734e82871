from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.scripted_zof import BASE, Script, SyncScript, Time
from zof_core import ZofClient, ZofValidationError
from zof_core.observing import AttemptEnded, AttemptStarted

RUN = {"id": "run_1", "status": "passed"}


class Recorder:
    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self.headers = headers
        self.started: list[AttemptStarted] = []
        self.ended: list[AttemptEnded] = []

    def before(self, started: AttemptStarted) -> Mapping[str, str] | None:
        self.started.append(started)
        return self.headers

    def after(self, ended: AttemptEnded) -> None:
        self.ended.append(ended)


def _client(script: Script, time: Time, *middleware: Any) -> ZofClient:
    return ZofClient(
        "zk_seen", base_url=BASE, middleware=middleware, transport=SyncScript(script), clock=time.clock()
    )


def test_middleware_sees_each_try(script: Script, time: Time) -> None:
    recorder = Recorder({"traceparent": "00-abc-def-01"})
    script.will((503, {}), (200, RUN))
    _client(script, time, recorder).runs.retrieve("run_1")
    assert [(one.operation, one.number) for one in recorder.started] == [
        ("runs.retrieve", 1),
        ("runs.retrieve", 2),
    ]
    assert [one.attempt.status for one in recorder.ended] == [503, 200]
    assert all(("traceparent", "00-abc-def-01") in request.headers for request in script.requests)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer evil"},
        {"idempotency-key": "x"},
        {"X-A": "a\r\nX-B: b"},
        {"a b": "c"},
        {"ä": "c"},
        7,
    ],
)
def test_headers_that_middleware_may_not_set_are_not_set(
    script: Script, time: Time, headers: Any, caplog: pytest.LogCaptureFixture
) -> None:
    script.will((200, RUN))
    _client(script, time, Recorder(headers)).runs.retrieve("run_1")
    assert len(script.requests[0].headers) == 3
    assert "Recorder failed" in caplog.text


def test_middleware_that_fails_breaks_nothing(
    script: Script, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def before(self, started: AttemptStarted) -> None:
            raise RuntimeError("zk_seen")

        def after(self, ended: AttemptEnded) -> None:
            raise RuntimeError("zk_seen")

    script.will((200, RUN))
    assert _client(script, time, Broken()).runs.retrieve("run_1").id == "run_1"
    assert "Broken failed with RuntimeError" in caplog.text
    assert "zk_seen" not in caplog.text


def test_middleware_comes_in_a_list() -> None:
    alone: Any = Recorder()
    with pytest.raises(ZofValidationError, match="must be a list, not Recorder"):
        ZofClient("k", middleware=alone)


@pytest.mark.parametrize("wrong", [Recorder, object(), lambda event: None])
def test_the_wrong_kind_of_middleware_fails_at_construction(script: Script, time: Time, wrong: Any) -> None:
    with pytest.raises(ZofValidationError, match="lacks the methods before"):
        _client(script, time, wrong)


def test_debug_lines_hold_allowed_fields_only(
    script: Script, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    script.will((201, RUN))
    with caplog.at_level(logging.DEBUG, "zof_core"):
        _client(script, time).runs.create(project_id="p", environment="e", test_suite_id="s")
    (record,) = caplog.records
    assert record.getMessage() == (
        "runs.create POST zof.test try 1: 201 in 0.010 s, request req_1, waited 0.000 s"
    )


def test_a_sunset_warns_once_an_operation(
    script: Script, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    script.will((200, RUN, {"sunset": "Wed, 11 Nov 2026 23:59:59 GMT"}))
    zof = _client(script, time)
    with caplog.at_level(logging.WARNING, "zof_core"):
        zof.runs.retrieve("run_1")
        zof.runs.retrieve("run_1")
        zof.runs.cancel("run_1")
    assert [record.getMessage() for record in caplog.records] == [
        f"Zof will retire {name} on Wed, 11 Nov 2026 23:59:59 GMT: update this client before."
        for name in ("runs.retrieve", "runs.cancel")
    ]


def test_a_path_of_ones_own_is_one_operation_whatever_its_ids(
    script: Script, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    script.will((200, {}, {"sunset": "Wed, 11 Nov 2026 23:59:59 GMT"}))
    zof = _client(script, time)
    with caplog.at_level(logging.WARNING, "zof_core"):
        for path in ("/test-cases/tc_1/steps", "/test-cases/tc_2/steps", "/agents"):
            zof.request("GET", path)
    assert [record.args[0] for record in caplog.records if isinstance(record.args, tuple)] == [
        "GET /test-cases/{id}/steps",
        "GET /agents",
    ]


def test_counts(script: Script, time: Time) -> None:
    script.will((503, {}), (200, RUN))
    zof = _client(script, time)
    zof.runs.retrieve("run_1")
    stats = zof.stats()
    assert (stats.requests, stats.retries, stats.failures, stats.seconds_waited) == (2, 1, 1, 0.25)
