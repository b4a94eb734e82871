"""Which Host headers are ours: a web page from elsewhere must not reach a server on this machine."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:([0-9]{1,5}))?")
_MAX_PORT = 65_535
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def allowed_host(host: str, public_url: str | None) -> bool:
    """Whether a Host header names this machine, or the public URL that the platform was given.

    It must be a name and perhaps a port: links are made of it, so nothing else may come along.
    """
    match = _HOST.fullmatch(host)
    if match is None or int(match[3] or 0) > _MAX_PORT:
        return False
    name = match[1].strip("[]").lower()
    public = urlsplit(public_url).hostname if public_url else None
    return name in _LOOPBACK or name == public


def base_url(host: str, public_url: str | None) -> str:
    """Where people reach this server, without a slash at the end."""
    return public_url.rstrip("/") if public_url else f"http://{host}"
