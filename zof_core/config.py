"""Where Zof is and which key opens it.

The key is taken from, in this order:

1. the argument `api_key`: text, or a function that gives it (for rotation);
2. the environment variable `ZOF_API_KEY`;
3. the profile file: `api_key` of the profile `ZOF_PROFILE` (default "default") in `~/.config/zof/profiles.toml`, or in
   the file that `ZOF_PROFILES` names.

The base URL likewise: argument `base_url`, `ZOF_BASE_URL`, the profile's `base_url`, then https://api.zof.ai/v1.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from zof_core.errors import ZofAuthenticationError, ZofValidationError
from zof_core.validation import quoted

DEFAULT_BASE_URL = "https://api.zof.ai/v1"
KeySource = str | Callable[[], str] | Callable[[], Awaitable[str]]


class ApiKey:
    """A key that shows itself to nobody but the transport.

    It stands in a closure, not in an attribute, so that neither `repr`, `vars`, `pickle` nor a debugger's list of local
    variables prints it.

    Args:
        source: the key, or a function that gives it.
    """

    __slots__ = ("__reveal", "__source", "renewable", "version")

    def __init__(self, source: KeySource) -> None:
        self.renewable = callable(source)
        self.version = 0
        self.__source: Callable[[], Any] = source if callable(source) else lambda: source
        self.__reveal: Callable[[], str] | None = None
        if not callable(source):
            self._take(source)

    def header(self) -> str:
        """The value of `Authorization`. Only for the transport."""
        if self.__reveal is None:
            raise ZofAuthenticationError(_NO_KEY_YET)
        return self.__reveal()

    @property
    def known(self) -> bool:
        """Whether the key has been read from its source."""
        return self.__reveal is not None

    def hide(self, text: str) -> str:
        """A text of somebody else's in which the key, if it is there, cannot be read: servers and proxies echo."""
        key = self.header().removeprefix("Bearer ") if self.known else ""
        return (
            text.replace(key, "<API key>") if len(key) >= _HIDDEN_FROM else text
        )  # "k" is no secret, but a letter

    def fetch(self) -> Any:
        """What the source gives: a key, or something to await that gives one."""
        return self.__source()

    def take(self, value: Any) -> bool:
        """Uses what the source gave. Gives whether that is another key than before."""
        before = self.__reveal
        self._take(value)
        assert self.__reveal is not None
        return before is None or before() != self.__reveal()

    def _take(self, value: Any) -> None:
        header = f"Bearer {_checked_key(value)}"
        self.__reveal = lambda: header
        self.version += 1

    def __repr__(self) -> str:
        return "<API key, hidden>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "An API key is not pickled. Pickle what is needed to make a client, and make it anew."
        )


_HIDDEN_FROM = 8
_NO_KEY_YET = "The API key has not been read from its source yet."


def _checked_key(value: Any) -> str:
    if not isinstance(value, str):
        raise ZofAuthenticationError(f"The API key must be text, not {type(value).__name__}.")
    key = value.strip()
    if not key:
        raise ZofAuthenticationError(_MISSING)
    if not all("!" <= char <= "~" for char in key):
        raise ZofAuthenticationError(
            "The API key has characters that no key can have, such as a space or a line break in it. Copy it anew."
        )
    return key


_MISSING = "There is no API key. Set ZOF_API_KEY or give api_key=...; make one in Admin Center → Developer → API keys."


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """Where Zof is, the version included.

    Args:
        text: without a slash at its end.
        scheme: https, or http for this machine.
        host: with the port, if one is named.
    """

    text: str
    scheme: str
    host: str

    def join(self, path: str) -> str:
        """The absolute URL of a path that begins with a slash."""
        return self.text + path

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.host}"


def parse_base_url(text: str) -> BaseUrl:
    """Checks a base URL.

    Raises:
        ZofValidationError: it is no URL, holds a user name, a query or a fragment, or would send the key in the clear
            over a network.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or not _printable(text):
        raise _refused(f"base_url {quoted(text)} is no URL such as {DEFAULT_BASE_URL}.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise _refused("base_url must not hold a user name, a password, a query or a fragment.")
    if parts.scheme == "http" and not is_loopback(host):
        raise _refused(
            f"base_url {quoted(text)} would send the API key unencrypted over the network. Use https; plain http "
            "is for this machine (127.0.0.1, localhost) only."
        )
    name = f"[{host}]" if ":" in host else host
    netloc = f"{name}:{port}" if port is not None else name
    return BaseUrl(f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}", parts.scheme, netloc)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _printable(text: str) -> bool:
    return all("!" <= char <= "~" for char in text.strip())


def _refused(problem: str) -> ZofValidationError:
    return ZofValidationError(problem, code="invalid_request", param="base_url")


def resolve_key(given: KeySource | None, environ: Mapping[str, str] | None = None) -> ApiKey:
    """The key, by the precedence of this module.

    Raises:
        ZofAuthenticationError: there is none, or what there is cannot be one.
    """
    env = os.environ if environ is None else environ
    if given is not None:  # 1
        return ApiKey(given)
    if env.get("ZOF_API_KEY"):  # 2
        return ApiKey(env["ZOF_API_KEY"])
    if key := load_profile(env).get("api_key"):  # 3
        return ApiKey(key)
    raise ZofAuthenticationError(_MISSING)


def resolve_base_url(given: str | None, environ: Mapping[str, str] | None = None) -> BaseUrl:
    """The base URL, by the precedence of this module.

    Raises:
        ZofValidationError: it cannot be used.
    """
    env = os.environ if environ is None else environ
    return parse_base_url(
        given or env.get("ZOF_BASE_URL") or load_profile(env).get("base_url") or DEFAULT_BASE_URL,
    )


def load_profile(environ: Mapping[str, str]) -> dict[str, str]:
    """The profile that the environment names; empty if there is no file.

    Raises:
        ZofValidationError: the file is not TOML, others may read it, or a profile that was named is not in it.
    """
    named = environ.get("ZOF_PROFILES")
    place = Path(named) if named else _home(environ) / "zof" / "profiles.toml"
    profile = environ.get("ZOF_PROFILE") or "default"
    if not (named or environ.get("ZOF_PROFILE") or place.exists()):
        return {}
    import tomllib  # noqa: PLC0415  # who has no profile does not load it

    try:
        document = tomllib.loads(place.read_text(encoding="utf-8"))
        readable_by_others = os.name == "posix" and place.stat().st_mode & 0o077
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        if named or environ.get("ZOF_PROFILE"):
            raise _profile_problem(f"The profile file {place} cannot be read.") from None
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The parser's message could quote the line that holds the key.
        raise _profile_problem(f"The profile file {place} is not TOML.") from None
    entry = document.get(profile)
    if entry is None and not environ.get("ZOF_PROFILE"):
        return {}
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise _profile_problem(f"The profile file {place} has no table [{profile}] of texts.")
    if entry.get("api_key") and readable_by_others:
        raise _profile_problem(
            f"Others may read the profile file {place}, which holds an API key. Run: chmod 600 {place}"
        )
    return entry


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or Path.home()) / ".config")


def _profile_problem(problem: str) -> ZofValidationError:
    return ZofValidationError(problem, code="invalid_request", param="profile")
