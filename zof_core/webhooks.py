"""Receiving Zof's webhooks: is it from Zof, what does it say, and was it here before.

Signatures are HMAC-SHA256 over the raw body, in lower-case hex (`docs/examples/webhook-signature-verify`). Deliveries
may come twice, so dedupe on the event's id (`docs/webhooks/events`). An event shows no status: read the run again.

    event = verify(raw_body, headers["X-Zof-Signature"], secret)
    if store.first(event.id):
        queue_the_work(event.run_id)
    # answer 200 within ten seconds
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import AwareDatetime, ConfigDict, Field

from zof_core.answers import set_right, without_surrogates
from zof_core.assumptions import SIGNATURE_HEADER, WEBHOOK_BODY_MAX, WEBHOOK_REMEMBER_SECONDS
from zof_core.deadlines import checked_seconds
from zof_core.errors import ZofApiError
from zof_core.models import ZofModel
from zof_core.validation import is_encodable, quoted_path, refuse

KNOWN_EVENTS = frozenset(
    {
        "run.started",
        "run.completed",
        "run.failed",
        "remediation.plan_pending",
        "remediation.approved",
        "agent.offline",
        "release.gate_blocked",
        "integration.error",
    }
)
"""The catalogue of `docs/webhooks/events`. Others may come: they are events all the same."""

__all__ = [
    "KNOWN_EVENTS",
    "SIGNATURE_HEADER",
    "DedupeError",
    "Event",
    "MemoryDedupe",
    "SqliteDedupe",
    "WebhookError",
    "sign",
    "verify",
]


class WebhookError(ZofApiError):
    """A delivery that is not to be trusted, or cannot be read. Answer 400 and do nothing."""


class EventObject(ZofModel):
    """What an event is about."""

    id: str | None = None
    organization_id: str | None = None
    run_id: str | None = None


class EventData(ZofModel):
    """The data of an event."""

    object: EventObject | None = None


class Event(ZofModel):
    """Something that happened at Zof.

    Args:
        id: the same for every delivery of the same event; made from the body for the older envelope, which has none.
        type: such as `run.completed`; an open string.
        created: when.
        data: what it is about.
    """

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=(), defer_build=True)

    id: str
    type: str
    created: AwareDatetime | None = None
    data: EventData = Field(default_factory=EventData)

    @property
    def run_id(self) -> str | None:
        """The run it is about, if any."""
        about = self.data.object
        if about is None:
            return None
        return about.run_id or (about.id if self.type.startswith("run.") else None)

    @property
    def is_known(self) -> bool:
        """Whether the documentation lists this type."""
        return self.type in KNOWN_EVENTS


def sign(body: bytes, secret: str) -> str:
    """The signature of a body, as Zof sends it; for tests and stand-ins."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(
    body: bytes, signature: str | bytes | None, secret: str, previous_secret: str | None = None
) -> Event:
    """Checks a delivery and reads it.

    Args:
        body: the raw bytes, before any JSON was made of them.
        signature: the value of `X-Zof-Signature`.
        secret: the endpoint's signing secret.
        previous_secret: while the secret is being rotated, the one before.

    Raises:
        WebhookError: the signature does not fit, or the body is no event. Nothing else, whatever was sent.
    """
    if not isinstance(body, bytes | bytearray | memoryview):
        raise WebhookError("The webhook's body must be given as the raw bytes that came.", param="body")
    if not secret:
        raise WebhookError(
            "There is no signing secret, so nothing can be trusted. Give the one that came when the endpoint was made.",
            param="secret",
        )
    for name, given in (("secret", secret), ("previous_secret", previous_secret)):
        if given is not None and not (isinstance(given, str) and is_encodable(given)):
            raise WebhookError(
                f"{name} is no signing secret: it is not text, or is broken. Copy it anew.", param=name
            )
    raw = bytes(body)
    if len(raw) > WEBHOOK_BODY_MAX:
        raise WebhookError("The webhook's body is longer than any event.", param="body")
    if signature is None or signature in ("", b""):  # no set: who knows what was given
        raise WebhookError(
            f"There is no signature. It comes in the header {SIGNATURE_HEADER}.", param="signature"
        )
    if not _fits(raw, signature, (secret, previous_secret)):
        raise WebhookError(
            "The webhook's signature does not fit its body: it is not from Zof.", param="signature"
        )
    return _read(raw)


def _fits(body: bytes, signature: str | bytes | None, secrets: tuple[str | None, ...]) -> bool:
    try:
        given = signature.encode("ascii") if isinstance(signature, str) else signature
    except UnicodeEncodeError:
        return False
    if not isinstance(given, bytes):  # of a number, `bytes` would make as many noughts
        return False
    # All are compared, so that the time taken does not tell which one fits.
    fits = [hmac.compare_digest(sign(body, secret).encode(), given) for secret in secrets if secret]
    return any(fits)


def _read(body: bytes) -> Event:
    event = None
    try:
        data = without_surrogates(json.loads(body))
    except (ValueError, RecursionError):
        problem = "it is not JSON"
    else:
        if isinstance(data, dict) and "id" not in data and "event" in data:
            data = _from_older(data, body)
        event, problem = set_right(Event, data)
    if event is None:
        raise WebhookError(
            f"The webhook's signature fits, but its body is no event: {problem}.", param="body"
        )
    return event


def _from_older(data: dict[str, Any], body: bytes) -> dict[str, Any]:
    """The older envelope, `{event, timestamp, data}`, as the current one (`docs/webhooks`)."""
    inner = data.get("data")
    about = inner if isinstance(inner, dict) else {}
    run = about.get("run_id")
    return {
        "id": f"evt_{hashlib.sha256(body).hexdigest()[:32]}",
        "type": data["event"],
        "created": data.get("timestamp"),
        "data": {"object": {**about, "id": run}},
    }


class DedupeError(ZofApiError):
    """What remembers events cannot be read or written. Answer 500, so that Zof sends the event again."""


class Dedupe(Protocol):
    """Remembers which events were here."""

    def first(self, event_id: str) -> bool:
        """Whether this event comes for the first time; from then on it does not.

        Raises:
            DedupeError: nobody can tell.
        """


def _check_event_id(event_id: object) -> None:
    if not isinstance(event_id, str):
        problem = f"event_id must be an event's id, as in event.id, not {type(event_id).__name__}."
        refuse({"event_id": problem})


class MemoryDedupe:
    """For one process.

    Args:
        remember: seconds to remember an event.
        now: the clock.
    """

    def __init__(
        self, remember: float = WEBHOOK_REMEMBER_SECONDS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._remember = checked_seconds("remember", remember)
        self._now = now
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def first(self, event_id: str) -> bool:
        """Whether this event comes for the first time; from then on it does not."""
        _check_event_id(event_id)
        now = self._now()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) <= now - self._remember:
                self._seen.popitem(last=False)
            if event_id in self._seen:
                return False
            self._seen[event_id] = now
            return True


class SqliteDedupe:
    """For several processes, and over restarts.

    Args:
        path: the database file; made if it is not there.
        remember: seconds to remember an event.
        now: Unix time.

    Raises:
        DedupeError: the file cannot be used.
    """

    def __init__(
        self,
        path: str | Path,
        remember: float = WEBHOOK_REMEMBER_SECONDS,
        now: Callable[[], float] = lambda: datetime.now(UTC).timestamp(),
    ) -> None:
        self._path = str(path)
        self._remember = checked_seconds("remember", remember)
        self._now = now
        if self._path in {"", ":memory:"} or not isinstance(path, str | Path):
            raise DedupeError("SqliteDedupe needs a file. In memory, for one process, use MemoryDedupe.")
        with self._database() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS zof_events (id BLOB PRIMARY KEY, seen REAL NOT NULL)"
            )
            database.execute("CREATE INDEX IF NOT EXISTS zof_events_seen ON zof_events (seen)")

    def first(self, event_id: str) -> bool:
        """Whether this event comes for the first time; from then on it does not."""
        _check_event_id(event_id)
        now = self._now()
        with self._database() as database:
            database.execute("DELETE FROM zof_events WHERE seen <= ?", (now - self._remember,))
            done = database.execute(
                "INSERT INTO zof_events (id, seen) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (event_id.encode("utf-8", "surrogatepass"), now),
            )
            return done.rowcount == 1

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as database, database:
                yield database
        except (sqlite3.Error, ValueError) as error:  # the latter: characters that no path can have
            problem = f"{quoted_path(self._path)} cannot be used to remember events: {error}."
        else:
            return
        raise DedupeError(problem)
