"""What a machine asks of its driver, and what it gets back. Plain data; no type of the HTTP library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from zof_core.config import ApiKey

if TYPE_CHECKING:
    from zof_core.inbox import Inbox
    from zof_core.models import Run

FaultKind = Literal[
    "resolve", "connect", "tls", "write", "read", "protocol", "timeout", "proxy", "closed", "unreadable"
]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What goes out, but for the key, which the transport adds.

    Args:
        method: such as GET.
        url: absolute.
        headers: name and value pairs.
        body: the bytes, if any.
        key: the key to send, None for an address that must not see it.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = field(default=None, repr=False)
    key: ApiKey | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The head of an answer.

    Args:
        status: the HTTP status.
        headers: by lower-case name; of a repeated name, the first.
        stream: the transport's own handle on the body.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    stream: Any = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Fault:
    """No answer, or only a part of one.

    Args:
        kind: at which step.
        message: what the operating system or the protocol said; short, without addresses of memory or keys.
    """

    kind: FaultKind
    message: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request and read the head of its answer: gives a `Reply` or a `Fault`."""

    request: HttpRequest
    ends_at: float


@dataclass(frozen=True, slots=True)
class Read:
    """Read the body of an answer piece by piece and close it: gives None or a `Fault`."""

    reply: Reply
    write: Callable[[bytes], object]
    limit: int
    ends_at: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RenewKey:
    """Read the key anew from where it comes from: gives whether it is another one now.

    Args:
        key: which.
        seconds: how long a source that is awaited may take.
    """

    key: ApiKey
    seconds: float


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell a caller's function of a change; the async driver awaits what it returns."""

    tell: Callable[[Run], object]
    run: Run


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait for news, at most so many seconds: gives the next item, None if none has come."""

    inbox: Inbox
    seconds: float


Command = Send | Read | Sleep | RenewKey | Notify | Hear
