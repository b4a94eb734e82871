"""What `zofops.toml` may demand besides who, where and what: evidence, confirmation, moderation. Values only."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_SPAN: Final = re.compile(r"(\d{1,4}) ?(m|min|h|d)")
_SECONDS: Final = {"m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,30}")
PRODUCTION: Final = ("production",)


def _span(value: Any) -> float:
    """Seconds of "30m", "4h" or "2d"; a number of seconds, as the store keeps it, stays."""
    if isinstance(value, float):
        return value
    match = _SPAN.fullmatch(str(value).strip())
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0.0
    if not seconds:
        raise ValueError(f"'{value}' is not a span of time; write '30m', '4h' or '2d'")
    return seconds


def _full_name(value: str) -> str:
    if not value.strip() or value != value.strip() or any(char in value for char in "*?["):
        raise ValueError(f"'{value}' must be one whole name")
    return value


def _channel_id(value: str) -> str:
    if not _CHANNEL.fullmatch(value):
        raise ValueError(f"'{value}' is not a channel id (C…)")
    return value


Name = Annotated[str, AfterValidator(_full_name)]
Span = Annotated[float, BeforeValidator(_span)]


class Demand(BaseModel):
    """A table of the file, read strictly."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Requirement(Demand):
    """A run that must have passed before.

    Args:
        suite: of this suite, as a whole.
        environment: on this one.
        passed_within: it must have ended within so many seconds.
    """

    suite: Name
    environment: Name
    passed_within: Span


class Limit(Demand):
    """So many runs within so many minutes."""

    runs: Annotated[int, Field(ge=1, le=10_000)]
    minutes: Annotated[int, Field(ge=1, le=24 * 60)]


class Limits(Demand):
    """How many runs may be asked for; None is as many as one likes."""

    person: Limit | None = None
    channel: Limit | None = None


class Confirm(Demand):
    """Where a run must be confirmed by whoever asks for it, and how long they have."""

    environments: tuple[Name, ...] = PRODUCTION
    minutes: Annotated[int, Field(ge=1, le=60)] = 5


class Remediation(Demand):
    """Where Zof's remediation plans that wait for approval are shown."""

    channel: Annotated[str, AfterValidator(_channel_id)]
