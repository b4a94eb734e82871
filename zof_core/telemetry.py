"""OpenTelemetry spans and metrics for each try: on by themselves where the application has loaded OpenTelemetry.

Attributes are an allow-list: operation, method, host, status, number of the try, request id. Never a body or a header.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from zof_core.observing import AttemptEnded, AttemptStarted

_NAME = "zof_core"


class OpenTelemetry:
    """A `Middleware` that makes a span of each try, and counts and times them.

    Args:
        tracer: as `opentelemetry.trace.get_tracer` gives it.
        meter: as `opentelemetry.metrics.get_meter` gives it.
    """

    def __init__(self, tracer: Any, meter: Any) -> None:
        self._tracer = tracer
        self._spans: dict[int, Any] = {}
        self._requests = meter.create_counter(
            "zof.client.requests", description="Requests sent to Zof, tries included"
        )
        self._duration = meter.create_histogram("zof.client.duration", "s", "Duration of a request to Zof")

    def before(self, started: AttemptStarted) -> Mapping[str, str] | None:
        """Starts a span."""
        attributes = {**_attributes(started), "server.address": started.host, "zof.try": started.number}
        self._spans[id(started)] = self._tracer.start_span(f"zof {started.operation}", attributes=attributes)
        return None

    def after(self, ended: AttemptEnded) -> None:
        """Ends it, and counts."""
        started, attempt = ended.started, ended.attempt
        outcome = attempt.fault or str(attempt.status)
        self._requests.add(1, {**_attributes(started), "zof.outcome": outcome})
        self._duration.record(attempt.duration, {**_attributes(started), "zof.outcome": outcome})
        span = self._spans.pop(id(started), None)
        if span is None:
            return
        try:
            if attempt.status is not None:
                span.set_attribute("http.response.status_code", attempt.status)
            if attempt.request_id is not None:
                span.set_attribute("zof.request_id", attempt.request_id)
            if attempt.fault is not None:
                span.set_attribute("error.type", attempt.fault)
        finally:
            span.end()


def _attributes(started: AttemptStarted) -> dict[str, str]:
    return {"zof.operation": started.operation, "http.request.method": started.method}


def telemetry_if_loaded() -> tuple[OpenTelemetry, ...]:
    """The middleware, if the application has loaded OpenTelemetry; nothing otherwise, and nothing if it is broken."""
    trace, metrics = sys.modules.get("opentelemetry.trace"), sys.modules.get("opentelemetry.metrics")
    if trace is None or metrics is None:
        return ()
    try:
        return (OpenTelemetry(trace.get_tracer(_NAME), metrics.get_meter(_NAME)),)
    except Exception:
        return ()
