"""A platform that refuses, fails, talks nonsense or is gone: each kind of panel says so, until it is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import comm
import pytest
from IPython.core.error import UsageError

from notebook_ext import HomePanel, LogPanel, RunForm, RunPanel, frontend, pace, watch
from notebook_ext.connection import Connection
from notebook_ext.frontend import Execution
from notebook_ext.magics import ZofMagics
from notebook_ext.panel import Panel
from zof_core import AsyncZofClient
from zof_core.catalogue import Catalogue
from zof_core.commands import Fault, HttpRequest, Reply
from zof_core.testing import FakeZof

PATIENCE = 20.0


def refusal(status: int) -> Reply:
    return Reply(status, {"x-request-id": "req_1"}, b'{"error": {"code": "x", "message": "No."}}')


BROKEN: dict[str, tuple[Reply | Fault, str]] = {
    "401": (refusal(401), "does not accept the API key"),
    "403": (refusal(403), "its role may not"),
    "429": (refusal(429), "rate limit for this API key is reached"),
    "500": (refusal(500), "Zof itself failed (status 500"),
    "garbage": (Reply(200, {"content-type": "text/html"}, b"<html><h1>Welcome"), "it cannot be read"),
    "refused": (Fault("connect", "connection refused"), "|not answering|cannot be reached"),
    "hang": (Fault("timeout", "time ran out"), "|not answering|ran out|in time|within"),
}


class BadZof(FakeZof):
    """Answers all requests with one fault while there is one."""

    fault: Reply | Fault | None = None

    def answer(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        good = super().answer(request, timeout)
        return self.fault or good


class Quiet(comm.base_comm.BaseComm):  # type: ignore[misc]  # comm has no types
    """A channel nobody listens to."""

    def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
        pass


@pytest.fixture
def zof(monkeypatch: pytest.MonkeyPatch) -> BadZof:
    monkeypatch.setattr(comm, "create_comm", Quiet)
    monkeypatch.setattr(frontend, "current_execution", lambda: Execution(headless=False))
    monkeypatch.setattr(pace, "_REFUSED_SECONDS", 0.02)
    fake = BadZof()
    fake.add_project("proj_a", "A")
    fake.runs_take(1e9)
    return fake


@pytest.fixture(params=BROKEN)
def broken(request: pytest.FixtureRequest, zof: BadZof) -> Callable[[str], bool]:
    """The platform is broken; gives whether a text says how."""
    fault, words = BROKEN[request.param]
    zof.fault = fault
    wanted = [word for word in words.split("|") if word]
    return lambda text: any(word in text for word in wanted)


def until(condition: Callable[[], object]) -> None:
    """Waits for what the loop thread does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.005)


def opened(panel: Panel) -> Panel:
    """As in a container that is shown."""
    assert panel.model_id
    return panel


def started(zof: BadZof) -> str:
    """The id of a run that goes on."""
    fault, zof.fault = zof.fault, None
    run = zof.client().runs.create(project_id="proj_a", environment="staging", test_suite_id="suite_a")
    zof.fault = fault
    return run.id


def connection(zof: BadZof) -> AsyncZofClient:
    return zof.async_client(max_retries=1)


def one_sentence(html: str, most: int = 1) -> bool:
    """Nothing of a traceback, nothing of the answer's markup, one place that says it."""
    return "Traceback" not in html and "<h1>" not in html and 1 <= html.count("zof-notice") <= most


def test_a_run_panel(zof: BadZof, broken: Callable[[str], bool]) -> None:
    panel = opened(RunPanel(watch(started(zof), connection(zof), poll_interval=0.01)))
    until(lambda: broken(panel.panel.get("html", "")))
    assert one_sentence(panel.panel["html"])
    zof.fault = None
    until(lambda: "zof-notice" not in panel.panel["html"] and "Cancel run" in panel.panel["html"])
    panel.close()
    panel._loop.submit(panel._leave()).result(PATIENCE)


def test_a_form(zof: BadZof, broken: Callable[[str], bool]) -> None:
    form = RunForm(
        connection(zof), project="proj_a", environment="staging", suite="suite_a", poll_interval=0.01
    )
    opened(form)
    until(lambda: broken(form.state["notice"]))
    before = form.state["answers"]
    form._handle_custom_msg({"op": "start", "value": dict(form.value), "confirmation": ""}, [])
    until(lambda: form.state["answers"] > before and form.state["phase"] == "ready")
    assert broken(form.state["notice"] + " ".join(form.state["problems"].values()))
    zof.fault = None
    form._handle_custom_msg({"op": "start", "value": dict(form.value), "confirmation": ""}, [])
    until(lambda: form.state["phase"] == "running")
    assert form.state["notice"] == ""
    form._loop.submit(form._leave()).result(PATIENCE)


def test_a_home(zof: BadZof, broken: Callable[[str], bool]) -> None:
    home = HomePanel(connection(zof), catalogue=Catalogue())
    opened(home)
    until(lambda: broken(home.panel["html"]))
    # A role may lack the permission for each of its three lists, and each is named.
    assert one_sentence(home.panel["html"], 3)
    zof.fault = None
    home._handle_custom_msg({"op": "refresh"}, [])
    until(lambda: "zof-notice" not in home.panel["html"] and "Pass rate" in home.panel["html"])
    assert home.key_field == ""
    home._loop.submit(home._leave()).result(PATIENCE)


def test_a_log(zof: BadZof, broken: Callable[[str], bool]) -> None:
    log = LogPanel(watch(started(zof), connection(zof), poll_interval=0.01))
    opened(log)
    until(lambda: broken(log.state["notice"]))
    zof.fault = None
    until(lambda: log.state["notice"] == "" and log.state["total"])
    log._loop.submit(log._leave()).result(PATIENCE)


@pytest.mark.parametrize(
    "line",
    ["runs", "results {run}", "compare {run} {run}", "plot pass-rate", "plot failures", "artifacts {run}"],
)
def test_a_table_or_a_plot(line: str, zof: BadZof, broken: Callable[[str], bool]) -> None:
    magics = ZofMagics(None)
    magics._connection = Connection(connection(zof), Catalogue())
    line = line.format(run=started(zof))
    with pytest.raises(UsageError) as refused:
        magics.zof(line)
    assert broken(str(refused.value))
    assert "\n" not in str(refused.value)
    zof.fault = None
    assert repr(magics.zof(line))
