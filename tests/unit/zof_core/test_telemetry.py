from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.scripted_zof import BASE, Script, SyncScript, Time
from zof_core import ZofClient
from zof_core.telemetry import OpenTelemetry, telemetry_if_loaded

RUN = {"id": "run_1", "status": "passed"}


class Span:
    def __init__(self, name: str, attributes: dict[str, Any]) -> None:
        self.name = name
        self.attributes = dict(attributes)
        self.ended = False

    def set_attribute(self, name: str, value: Any) -> None:
        self.attributes[name] = value

    def end(self) -> None:
        self.ended = True


class Recorder:
    """Stands for a tracer and for a meter."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.points: list[tuple[str, float, dict[str, Any]]] = []

    def start_span(self, name: str, attributes: dict[str, Any]) -> Span:
        self.spans.append(Span(name, attributes))
        return self.spans[-1]

    def create_counter(self, name: str, **_: Any) -> Any:
        return SimpleNamespace(add=lambda value, attributes: self.points.append((name, value, attributes)))

    def create_histogram(self, name: str, *_: Any) -> Any:
        return SimpleNamespace(record=lambda value, attributes: self.points.append((name, value, attributes)))


def test_a_span_and_two_points_for_each_try(script: Script, time: Time) -> None:
    recorder = Recorder()
    script.will((503, {}), (200, RUN))
    zof = ZofClient(
        "zk_secret",
        base_url=BASE,
        middleware=[OpenTelemetry(recorder, recorder)],
        transport=SyncScript(script),
        clock=time.clock(),
    )
    zof.runs.retrieve("run_1")
    first, second = recorder.spans
    assert first.attributes == {
        "zof.operation": "runs.retrieve",
        "http.request.method": "GET",
        "server.address": "zof.test",
        "zof.try": 1,
        "http.response.status_code": 503,
        "zof.request_id": "req_1",
    }
    assert (second.name, second.attributes["zof.try"]) == ("zof runs.retrieve", 2)
    assert first.ended
    assert second.ended
    assert [name for name, _, _ in recorder.points] == ["zof.client.requests", "zof.client.duration"] * 2
    assert "zk_secret" not in repr([span.attributes for span in recorder.spans]) + repr(recorder.points)


def test_it_is_on_where_opentelemetry_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", SimpleNamespace(get_tracer=lambda _: recorder))
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", SimpleNamespace(get_meter=lambda _: recorder))
    assert len(telemetry_if_loaded()) == 1


def test_it_is_off_where_it_is_not_or_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "opentelemetry.trace", raising=False)
    assert telemetry_if_loaded() == ()
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", SimpleNamespace())
    assert telemetry_if_loaded() == ()


def test_the_real_interface_fits(script: Script, time: Time) -> None:
    metrics = pytest.importorskip("opentelemetry.metrics")
    trace = pytest.importorskip("opentelemetry.trace")
    script.will((200, RUN))
    middleware = OpenTelemetry(trace.get_tracer("test"), metrics.get_meter("test"))
    zof = ZofClient(
        "k", base_url=BASE, middleware=[middleware], transport=SyncScript(script), clock=time.clock()
    )
    assert zof.runs.retrieve("run_1").id == "run_1"
    assert middleware._spans == {}
