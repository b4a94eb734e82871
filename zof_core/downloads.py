"""Fetching an artifact's file: from where, with or without the key, and into what."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from zof_core.assumptions import DOWNLOAD_BYTES, DOWNLOAD_REDIRECTS, DOWNLOAD_SECONDS
from zof_core.call import Plan
from zof_core.commands import Command, HttpRequest
from zof_core.config import is_host, is_loopback
from zof_core.deadlines import checked_seconds
from zof_core.errors import ZofApiError, ZofDecodeError, ZofValidationError
from zof_core.models import Acknowledgement, Artifact
from zof_core.operations import Answer, Operation
from zof_core.requests import Call
from zof_core.validation import quoted, quoted_path, refuse

DOWNLOAD: Operation[Acknowledgement] = Operation(
    "runs.artifacts.download",
    "GET",
    "",
    Answer("Acknowledgement"),
    "download artifacts",
    "docs/api/runs",
    "ASSUMED",
)


class BinaryWriter(Protocol):
    """An open file, or anything else that takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Takes a piece; of what gives a number, so many of its bytes."""


def download(
    plan: Plan, artifact: Artifact | str, to: str | Path | BinaryWriter, timeout: float = DOWNLOAD_SECONDS
) -> Generator[Command, Any, int]:
    """Fetches an artifact's file.

    Args:
        plan: how the client calls.
        artifact: of `artifacts.list`, or the address of its file.
        to: where to: a path, which then holds either the whole file or what it held before; or something to write to.
        timeout: seconds for all of it.

    Returns:
        Bytes written.

    Raises:
        ZofValidationError: the artifact has no address, or one that is not followed.
        ZofApiError: it could not be fetched.
        Exception: what writing failed with.
    """
    checked_seconds("timeout", timeout)
    refuse({"artifact": _artifact_problem(artifact), "to": _target_problem(to)})
    url = artifact.url if isinstance(artifact, Artifact) else artifact
    if not url:
        raise ZofValidationError(
            "This artifact has no url, so there is nothing to download.", param="artifact"
        )
    subject = {"artifact_id": artifact.id} if isinstance(artifact, Artifact) else {}
    sink = _PathSink(Path(to)) if isinstance(to, str | Path) else _WriterSink(to)
    ends_at = plan.clock.monotonic() + timeout
    try:
        yield from _follow(
            plan.with_timeout(timeout), Call(DOWNLOAD, "", subject=subject), url, sink, ends_at
        )
        sink.keep()
    except ZofApiError:
        if sink.error is not None:
            raise sink.error from None
        raise
    finally:
        sink.end()
    return sink.size


def _artifact_problem(artifact: object) -> str | None:
    if isinstance(artifact, str) and artifact and "/" not in artifact:
        return f"artifact {quoted(artifact)} is no address. Give one of artifacts.list, or its url."
    if isinstance(artifact, Artifact | str):
        return None
    return f"artifact must be one of artifacts.list or an address, not {type(artifact).__name__}."


def _target_problem(to: object) -> str | None:
    if isinstance(to, str | Path):
        return _path_problem(Path(to))
    return None if hasattr(to, "write") else f"to must be a path or an open file, not {type(to).__name__}."


def _path_problem(path: Path) -> str | None:
    """Said before anything is fetched, since a file may take an hour."""
    try:
        os.fsencode(path)
        nameless = "\0" in str(path) or path.is_dir() or not path.name
        parent_is_there = nameless or path.resolve().parent.is_dir()
        is_special = not nameless and path.exists() and not path.is_file()
    except OSError as error:
        return f"to {quoted_path(path)} is no path of a file: {error.strerror}."
    except (RuntimeError, UnicodeEncodeError):  # links in a circle, before Python 3.13; half characters
        return f"to {quoted_path(path)} is no path of a file."
    if nameless:
        return f"to {quoted_path(path)} is no path of a file. Name the file too, such as trace.zip."
    if not parent_is_there:
        return f"to {quoted_path(path)} is in a directory that is not there. Make it first."
    if is_special:  # moved into place, the file would be there instead of the device, for everybody
        return f"to {quoted_path(path)} is no plain file. Open it, and give the open file."
    return None


def _follow(
    plan: Plan, call: Call[Any], url: str, sink: _Sink, ends_at: float
) -> Generator[Command, Any, None]:
    home = plan.base_url.text
    here = home + "/"
    for hop in range(DOWNLOAD_REDIRECTS + 1):
        # What a server far away names must not make this machine ask itself.
        here = checked_address(urljoin(here, url), local=is_loopback(urlsplit(home).hostname or ""))
        # Along a redirect, wherever it leads, or at an address elsewhere, nobody gets to see the key.
        key = plan.key if hop == 0 and origin_of(here) == origin_of(home) else None
        headers = (("Accept", "*/*"), ("Accept-Encoding", "identity"), ("User-Agent", plan.user_agent))
        request = HttpRequest("GET", here, headers, None, key)
        info = yield from plan.exchange(call, request, sink, ends_at, DOWNLOAD_BYTES, redirects=True)
        if info.status < 300:
            return
        url = info.headers.get("location", "")
    raise ZofDecodeError("The address of this artifact leads on and on.", operation=call.operation.name)


def checked_address(url: str, *, local: bool) -> str:
    """An address a file may be fetched from: https elsewhere, https or http on this machine.

    Args:
        url: the address.
        local: whether it may be on this machine, as it may where Zof itself is.

    Raises:
        ZofValidationError: it is another.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    here = host is not None and is_loopback(host)
    allowed = parts.scheme == "https" or (local and here and parts.scheme == "http")
    readable = is_host(host) and all("!" <= char <= "~" for char in url)
    if not allowed or not readable or parts.username is not None:
        raise ZofValidationError(f"The artifact's url {quoted(url)} is no https address.", param="artifact")
    if here and not local:
        raise ZofValidationError(
            f"The artifact's url {quoted(url)} is on this machine, and Zof is not.", param="artifact"
        )
    return url


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what must be equal for the key to be sent."""
    parts = urlsplit(url)
    return (
        parts.scheme,
        (parts.hostname or "").lower(),
        parts.port or (443 if parts.scheme == "https" else 80),
    )


class _Sink:
    """Takes a body; remembers why it could not, since the transport takes any failure for one of the network."""

    def __init__(self) -> None:
        self.size = 0
        self.error: Exception | None = None

    @property
    def repeatable(self) -> bool:
        return self.error is None

    def begin(self) -> None:
        raise NotImplementedError

    def write(self, data: bytes) -> object:
        try:
            self._write(data)
        except Exception as error:
            self.error = error
            raise
        self.size += len(data)
        return None

    def _write(self, data: bytes) -> None:
        raise NotImplementedError

    def keep(self) -> None:
        """Called after a success."""

    def end(self) -> None:
        """Called at the end, however it came."""


class _WriterSink(_Sink):
    """What was written to somebody else's writer cannot be taken back, so a try that wrote is the last."""

    def __init__(self, writer: BinaryWriter) -> None:
        super().__init__()
        self._writer = writer

    @property
    def repeatable(self) -> bool:
        return self.error is None and self.size == 0

    def begin(self) -> None:
        pass

    def _write(self, data: bytes) -> None:
        while data:
            taken = self._writer.write(data)
            if not isinstance(taken, int) or not 0 <= taken < len(data):
                return
            if not taken:
                raise OSError("What was given to write to takes no more.")
            data = data[taken:]  # as an unbuffered file may, or a pipe


class _PathSink(_Sink):
    """Writes beside the path and moves into place when all is there."""

    def __init__(self, path: Path) -> None:
        import tempfile  # noqa: PLC0415  # who never downloads does not load it

        super().__init__()
        self._path = path.resolve()  # a link goes on leading to the file, which is the one that changes
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", dir=self._path.parent)
        self._temporary = Path(name)
        self._file = os.fdopen(handle, "wb")

    def begin(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self.size = 0

    def _write(self, data: bytes) -> None:
        self._file.write(data)

    def keep(self) -> None:
        self._file.close()
        if self._path.exists():  # who may read it stays as it was; a new file is its owner's alone
            self._temporary.chmod(stat.S_IMODE(self._path.stat().st_mode))
        self._temporary.replace(self._path)

    def end(self) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)
