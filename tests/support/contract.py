"""Loads the examples of `tests/contract/`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PLACE = Path(__file__).parent.parent / "contract"


@dataclass(frozen=True)
class Request:
    """A request; `path` is below the base URL, `body` is JSON data or None."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Response:
    """Its answer; `body` is JSON data."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Exchange:
    """A request with its answer. `ours` names what the documentation leaves open and we chose."""

    group: str
    name: str
    operation: str
    source: str
    ours: list[str] = field(repr=False)
    request: Request = field(repr=False)
    response: Response = field(repr=False)

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"


@dataclass(frozen=True)
class WebhookEvent:
    """A delivery, byte for byte. `envelope` is "current" or "older"."""

    name: str
    source: str
    envelope: str
    ours: list[str] = field(repr=False)
    secret: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: str = field(repr=False)


def exchanges(group: str | None = None) -> list[Exchange]:
    """All examples, or those of one file, such as "runs" or "errors"."""
    found = [path for path in sorted((_PLACE / "exchanges").glob("*.json")) if group in (None, path.stem)]
    return [_exchange(path.stem, entry) for path in found for entry in json.loads(path.read_text("utf-8"))]


def exchange(group: str, name: str) -> Exchange:
    """One example by its name."""
    return next(example for example in exchanges(group) if example.name == name)


def webhook_events() -> list[WebhookEvent]:
    """All deliveries."""
    return [
        WebhookEvent(**entry) for entry in json.loads((_PLACE / "webhook_events.json").read_text("utf-8"))
    ]


def _exchange(group: str, entry: dict[str, Any]) -> Exchange:
    parts = {"request": Request(**entry.pop("request")), "response": Response(**entry.pop("response"))}
    return Exchange(group=group, **entry, **parts)
