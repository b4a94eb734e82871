"""Signatures of requests to the app (docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

import hashlib
import hmac

VERSION = "v0"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The ``X-Slack-Signature`` of a raw body at a Unix time in seconds."""
    base = f"{VERSION}:{timestamp}:".encode() + body
    return f"{VERSION}={hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()}"


def signed_headers(secret: str, now: float, body: bytes) -> dict[str, str]:
    """The two headers that let the app verify a request."""
    timestamp = str(int(now))
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature(secret, timestamp, body)}
