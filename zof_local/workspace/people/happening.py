"""What came of something a person did."""

from __future__ import annotations

from dataclasses import dataclass, field

from zof_local.workspace.delivery import Delivery
from zof_local.workspace.models import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What came of something a person did.

    Args:
        kind: ``message``, ``command``, ``click``, ``submit``, ``close``, ``options`` or ``shortcut``.
        ts: timestamp of the message that a person wrote.
        delivery: how the request to the app went, when there was one.
        trigger_id: the trigger id the app was given.
        errors: block id → sentence, shown on a modal that stays open.
        notice: the sentence the person was shown when something failed.
        options: what a searching select offers now.
    """

    kind: str
    ts: str | None = None
    delivery: Delivery | None = None
    trigger_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    notice: str | None = None
    options: list[JsonObject] | None = None

    def as_json(self) -> JsonObject:
        """For the page API."""
        body: JsonObject = {
            "ok": True,
            "kind": self.kind,
            "ts": self.ts,
            "delivery": self.delivery.as_json() if self.delivery else None,
            "trigger_id": self.trigger_id,
            "errors": self.errors,
            "notice": self.notice,
        }
        return body if self.options is None else body | {"options": self.options}
