"""Which Host headers are ours: a web page from elsewhere must not reach a server on this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def allowed_host(host: str, public_url: str | None) -> bool:
    """Whether a Host header names this machine, or the public URL that the platform was given."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if name is None:
        return False
    public = urlsplit(public_url).hostname if public_url else None
    return name in _LOOPBACK or (public is not None and name == public)


def base_url(host: str, public_url: str | None) -> str:
    """Where people reach this server, without a slash at the end."""
    return public_url.rstrip("/") if public_url else f"http://{host}"
