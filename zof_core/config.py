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
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeGuard
from urllib.parse import urlsplit

from zof_core.errors import ZofAuthenticationError, ZofValidationError
from zof_core.validation import quoted

DEFAULT_BASE_URL = "https://api.zof.ai/v1"
_HOST = re.compile(r"([\w-]{1,63}\.)*[\w-]{1,63}\.?", re.ASCII)
_HOST_LONGEST = 253
KeySource = str | Callable[[], str] | Callable[[], Awaitable[str]]


class KeyFrom:
    """Where a key comes from. Who holds this instead shows no key in a traceback that prints local variables.

    Args:
        source: the key, or a function that gives it.
    """

    __slots__ = ("fetch", "renewable")

    def __init__(self, source: KeySource) -> None:
        self.renewable = callable(source)
        self.fetch: Callable[[], Any] = lambda: source() if callable(source) else source

    def __repr__(self) -> str:
        return "<API key, hidden>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)


class ApiKey:
    """A key that shows itself to nobody but the transport.

    It stands in a closure, not in an attribute, so that neither `repr`, `vars`, `pickle` nor a debugger's list of local
    variables prints it. For the same reason nothing is raised in here while a local variable holds it.

    Args:
        source: the key, or a function that gives it.
    """

    __slots__ = ("__reveal", "__source", "renewable", "version")

    def __init__(self, source: KeySource | KeyFrom) -> None:
        origin = source if isinstance(source, KeyFrom) else KeyFrom(source)
        del source
        self.renewable = origin.renewable
        self.version = 0
        self.__source = origin.fetch
        self.__reveal: Callable[[], str] | None = None
        if not origin.renewable:
            self.take(origin.fetch())

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
        if len(key) < _HIDDEN_FROM or key.lower() not in text.lower():
            return text  # "k" is no secret, but a letter
        return re.sub(re.escape(key), "<API key>", text, flags=re.IGNORECASE)

    def fetch(self) -> Any:
        """What the source gives: a key, or something to await that gives one."""
        return self.__source()

    def take(self, value: Any) -> bool:
        """Uses what the source gave. Gives whether that is another key than before."""
        before = self.version
        problem = self._keep(value)
        del value
        if problem is not None:
            raise ZofAuthenticationError(problem, hint=_GIVE_ONE if problem is _MISSING else None)
        return self.version != before

    def _keep(self, value: Any) -> str | None:
        """Keeps a key, or gives what is wrong with it."""
        if not isinstance(value, str):
            return f"The API key must be text, not {type(value).__name__}."
        key = value.strip()
        if not key:
            return _MISSING
        if not all("!" <= char <= "~" for char in key):
            return _NO_KEY
        header = f"Bearer {key}"
        if self.__reveal is None or self.__reveal() != header:
            self.__reveal = lambda: header
            self.version += 1
        return None

    def __repr__(self) -> str:
        return "<API key, hidden>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)


_HIDDEN_FROM = 8
_NO_KEY_YET = "The API key has not been read from its source yet."
_NOT_PICKLED = "An API key is not pickled. Pickle what is needed to make a client, and make it anew."
_NO_KEY = (
    "The API key has characters that no key can have, such as a space or a line break in it. Copy it anew."
)
_MISSING = "There is no API key."
_GIVE_ONE = "Set ZOF_API_KEY or give api_key=...; make one in Admin Center → Developer → API keys."
"""For who writes Python. What people without a program of their own can do about it, `zof_core.wording` says."""


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
    if not isinstance(text, str):
        raise _refused(f"base_url must be text, not {type(text).__name__}.")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not is_host(host) or not _printable(text):
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


def is_host(host: str | None) -> TypeGuard[str]:
    """Whether something can be the name or the address of a machine."""
    if host is None or ":" not in host:
        return host is not None and len(host) <= _HOST_LONGEST and _HOST.fullmatch(host) is not None
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


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


def resolve_key(given: KeySource | KeyFrom | None, environ: Mapping[str, str] | None = None) -> ApiKey:
    """The key, by the precedence of this module.

    Raises:
        ZofAuthenticationError: there is none, or what there is cannot be one.
    """
    if given is None:
        given = KeyFrom(_read(environ, "ZOF_API_KEY") or load_profile(environ).get("api_key") or "")
    return ApiKey(given)


def resolve_base_url(given: str | None, environ: Mapping[str, str] | None = None) -> BaseUrl:
    """The base URL, by the precedence of this module.

    Raises:
        ZofValidationError: it cannot be used.
    """
    return parse_base_url(
        given or _read(environ, "ZOF_BASE_URL") or load_profile(environ).get("base_url") or DEFAULT_BASE_URL,
    )


def _read(environ: Mapping[str, str] | None, name: str) -> str | None:
    """A variable. The system's environment stands in no local variable: its `repr` would show the key."""
    return (os.environ if environ is None else environ).get(name)


def load_profile(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The profile that the environment names; empty if there is no file.

    Raises:
        ZofValidationError: the file is not TOML, others may read it, or a profile that was named is not in it.
    """
    named, profile = _read(environ, "ZOF_PROFILES"), _read(environ, "ZOF_PROFILE")
    place = Path(named) if named else _usual_place(environ)
    if not (named or profile or os.path.exists(place)):  # noqa: PTH110  # Path's raises for a name too long
        return {}
    found, problem = _profile_in(place, profile, required=bool(named or profile))
    if problem is not None:
        raise ZofValidationError(problem, code="invalid_request", param="profile")
    return found


def _profile_in(place: Path, named: str | None, *, required: bool) -> tuple[dict[str, str], str | None]:
    """A profile of a file, or what is wrong with it: raised in here, it would carry the key along in its frames."""
    import tomllib  # noqa: PLC0415  # who has no profile does not load it

    try:
        document = tomllib.loads(place.read_text(encoding="utf-8"))
        readable_by_others = os.name == "posix" and place.stat().st_mode & 0o077
    except OSError:
        return {}, f"The profile file {place} cannot be read." if required else None
    except (ValueError, RecursionError):  # not only TOML's: a number too long, brackets too deep
        # The parser's message could quote the line that holds the key, and its frames hold the whole file.
        return {}, f"The profile file {place} is not TOML."
    profile = named or "default"
    entry = document.get(profile)
    if entry is None and not named:
        return {}, None
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        return {}, f"The profile file {place} has no table [{profile}] of texts."
    if entry.get("api_key") and readable_by_others:
        problem = f"Others may read the profile file {place}, which holds an API key. Run: chmod 600 {place}"
        return {}, problem
    return entry, None


def _usual_place(environ: Mapping[str, str] | None) -> Path:
    try:
        home = _read(environ, "XDG_CONFIG_HOME") or Path(_read(environ, "HOME") or Path.home()) / ".config"
    except RuntimeError:  # a container's user without a home, who is in no list of users
        home = "/.config"  # not below the working directory: who writes there would say where the key goes
    return Path(home) / "zof" / "profiles.toml"
