"""What pools are made of: certificates, proxies, sizes."""

from __future__ import annotations

import functools
import importlib.util
import os
import ssl
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from zof_core.config import is_loopback
from zof_core.errors import ZofValidationError
from zof_core.transport.library import httpcore, httpx
from zof_core.validation import quoted, quoted_path

POOL_SIZE = 50
KEEP_ALIVE_SECONDS = 20.0
Place = tuple[str, str]
"""What a pool is for: scheme, and host with port. Which proxy leads there is found out when the pool is made."""


@functools.lru_cache(maxsize=8)
def _ssl_context(ca_file: str | None, _env: tuple[str | None, str | None]) -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context() if ca_file is None else ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError):  # an SSLError is an OSError
        pass
    raise _no_certificates(ca_file) if ca_file is not None else _no_tls()


def _no_certificates(ca_file: object) -> ZofValidationError:
    return ZofValidationError(
        f"ca_file {quoted_path(ca_file)} cannot be read as certificates in PEM form.", param="ca_file"
    )


def _no_tls() -> ZofValidationError:
    """What the environment adds to TLS cannot be used: nothing else of it can fail to be read."""
    named = [name for name in _TLS_VARIABLES if os.environ.get(name)]
    said = " and ".join(f"{name} {quoted_path(os.environ[name])}" for name in named)
    return ZofValidationError(
        f"TLS cannot be set up with {said or 'the certificates of this Python'}. Correct it, or leave it out.",
        param=named[0] if named else "ca_file",
    )


_TLS_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


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
    arguments: dict[str, Any] = {
        "max_connections": size,
        "max_keepalive_connections": size,
        "keepalive_expiry": KEEP_ALIVE_SECONDS,
    }
    if scheme == "https":
        arguments["ssl_context"] = shared_ssl_context(ca_file)
    proxy, problem = _usable_proxy(scheme, urlsplit(f"//{netloc}").hostname or "")
    if problem is not None:
        raise ZofValidationError(problem, param=f"{scheme}_proxy")
    if proxy is not None:
        arguments["proxy"] = proxy
    return arguments


def _usable_proxy(scheme: str, host: str) -> tuple[httpcore.Proxy | None, str | None]:
    """The proxy for an address, or what is wrong with it: its address may hold a password, so it is not quoted."""
    proxy = proxy_for(scheme, host)
    if not proxy:
        return None, None
    named = f"The proxy that {scheme}_proxy, all_proxy or the system names for {quoted(host)}"
    try:
        given = httpx.Proxy(proxy)
        found = httpcore.Proxy(str(given.url), auth=given.raw_auth)
    except (ValueError, httpx.InvalidURL):
        return (
            None,
            f"{named} has no address such as http://proxy.example.com:3128. Correct it, or leave it out.",
        )
    if given.url.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        return (
            None,
            f"{named} speaks SOCKS, and socksio is not installed. Do pip install socksio, or name an HTTP one.",
        )
    return found, None


def place_of(url: str) -> Place:
    """Which pool an address belongs to."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
