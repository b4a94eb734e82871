"""What operators ask the bot: is it alive, may it get requests, how is it doing. Counts only, nothing of anybody.

`/healthz`: the process need not be restarted. `/readyz`: requests may come. `/metrics`: for Prometheus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from slack_bot.endpoint import Scope, Send, respond
from slack_bot.store.records import Counts

PATHS: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_HELP: Final = {
    "zofops_bot_interactions_total": ("counter", "Interactions committed, by what became of them at once."),
    "zofops_bot_runs": ("gauge", "Followed runs, by state."),
    "zofops_bot_errands": ("gauge", "Errands (status, cancel, rerun, votes), by state."),
    "zofops_bot_oldest_due_seconds": ("gauge", "How late the oldest tick is; 0 if none is."),
    "zofops_bot_sockets": ("gauge", "Open Socket Mode connections; missing over HTTP."),
    "zofops_bot_ready": ("gauge", "1 if requests are taken."),
}


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the bot is.

    Args:
        alive: the engine runs.
        reasons: why requests are not taken just now; empty if they are.
        counts: how much there is of everything; only `/metrics` needs them.
        sockets: open Socket Mode connections; None over HTTP.
    """

    alive: bool
    reasons: tuple[str, ...] = ()
    counts: Counts = field(default_factory=Counts)
    sockets: int | None = None


async def answer(scope: Scope, send: Send, vitals: Vitals) -> None:
    """Answers one of `PATHS`."""
    if scope["method"] not in {"GET", "HEAD"}:
        await respond(send, 405, {"error": "use GET"})
    elif scope["path"] == "/metrics":
        await _text(send, metrics(vitals))
    elif scope["path"] == "/healthz":
        await respond(send, 200 if vitals.alive else 503, {"status": "ok" if vitals.alive else "not running"})
    elif vitals.alive and not vitals.reasons:
        await respond(send, 200, {"status": "ready"})
    else:
        await respond(send, 503, {"status": "not ready", "reasons": [*vitals.reasons]})


def metrics(vitals: Vitals) -> str:
    """In Prometheus' text format, version 0.0.4."""
    families: dict[str, list[tuple[str, float]]] = {
        "zofops_bot_interactions_total": _labelled("outcome", vitals.counts.interactions),
        "zofops_bot_runs": _labelled("state", vitals.counts.runs),
        "zofops_bot_errands": _labelled("state", vitals.counts.errands),
        "zofops_bot_oldest_due_seconds": [("", max(vitals.counts.late, 0.0))],
        "zofops_bot_sockets": [] if vitals.sockets is None else [("", float(vitals.sockets))],
        "zofops_bot_ready": [("", float(vitals.alive and not vitals.reasons))],
    }
    lines: list[str] = []
    for name, samples in families.items():
        kind, about = _HELP[name]
        lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{labels} {value:g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labelled(label: str, counts: Mapping[str, int]) -> list[tuple[str, float]]:
    # Outcomes and states are words of our own, so nothing in them needs escaping.
    return [(f'{{{label}="{name}"}}', float(count)) for name, count in sorted(counts.items())]


async def _text(send: Send, text: str) -> None:
    data = text.encode()
    headers = [(b"content-type", b"text/plain; version=0.0.4"), (b"content-length", str(len(data)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": data})
