"""What pools are made of: certificates, proxies, sizes."""

from __future__ import annotations

import functools
import os
import ssl
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from zof_core.config import is_loopback
from zof_core.errors import ZofValidationError
from zof_core.transport.library import httpcore, httpx
from zof_core.validation import quoted_path

POOL_SIZE = 50
KEEP_ALIVE_SECONDS = 20.0
Place = tuple[str, str]
"""What a pool is for: scheme, and host with port. Which proxy leads there is found out when the pool is made."""


@functools.lru_cache(maxsize=8)
def _ssl_context(ca_file: str | None, _env: tuple[str | None, str | None]) -> ssl.SSLContext:
    if ca_file is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError):  # an SSLError is an OSError
        pass
    raise _no_certificates(ca_file)


def _no_certificates(ca_file: object) -> ZofValidationError:
    return ZofValidationError(
        f"ca_file {quoted_path(ca_file)} cannot be read as certificates in PEM form.", param="ca_file"
    )


def shared_ssl_context(ca_file: str | None) -> ssl.SSLContext:
    """One context for all clients of the same certificates: making one takes a hundred times longer than a client."""
    if ca_file == "" or not isinstance(ca_file, str | os.PathLike | None):
        raise _no_certificates(ca_file)
    return _ssl_context(ca_file, (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")))


def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for an address; none for this machine, where the key may go unencrypted."""
    if is_loopback(host):
        return None
    proxies = urllib.request.getproxies()
    if urllib.request.proxy_bypass(host):
        return None
    proxy = proxies.get(scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def pool_arguments(place: Place, ca_file: str | None, size: int = POOL_SIZE) -> dict[str, Any]:
    """What a pool of the library is made with, for one address."""
    scheme, netloc = place
    proxy = proxy_for(scheme, urlsplit(f"//{netloc}").hostname or "")
    arguments: dict[str, Any] = {
        "max_connections": size,
        "max_keepalive_connections": size,
        "keepalive_expiry": KEEP_ALIVE_SECONDS,
    }
    if scheme == "https":
        arguments["ssl_context"] = shared_ssl_context(ca_file)
    if proxy:
        given = httpx.Proxy(proxy)
        arguments["proxy"] = httpcore.Proxy(str(given.url), auth=given.raw_auth)
    return arguments


def place_of(url: str) -> Place:
    """Which pool an address belongs to."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
