"""Stands between the platform and one run's pytest, so that no process of the run outlives either.

It hears from the platform over a socket. A line `cancel` interrupts pytest, and kills it when a grace
period is over; the socket's end means that the platform is gone, and kills everything at once. When pytest
has ended, whatever it left behind is killed too, even processes that went into a session of their own. Two
lines go back: `pid PID` at the start, `exit CODE` or `signal NUMBER` at the end.

    python -I -S supervisor.py SOCKET_FD GRACE_SECONDS MEMORY_MB COMMAND [ARGUMENT …]
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_CLEAN_UP_SECONDS = 5.0


def _adopt_orphans() -> None:
    # Linux: orphaned grandchildren become ours instead of init's, so that they can be found and ended.
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here, for a quick start elsewhere

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _limit_memory(megabytes: int) -> None:
    if megabytes:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def _children(parents: set[int]) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) in parents and fields[0] != "Z":
                yield int(entry.name)


def _descendants() -> set[int]:
    found: set[int] = set()
    newest = {os.getpid()}
    while newest:
        newest = set(_children(newest)) - found
        found |= newest
    return found


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _kill_all(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    if sys.platform == "linux":
        for pid in _descendants():
            _kill(pid, signal.SIGKILL)


def _reap(child: int) -> int | None:
    """Collects ended children; the wait status of `child` when it is among them."""
    status = None
    while True:
        try:
            pid, this = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == child:
            status = this


def _supervise(platform: socket.socket, child: int, grace: float, wake: int) -> int:
    """Waits until the child has ended, obeying the platform; returns its wait status."""
    kill_at: float | None = None
    listening = True
    while True:
        status = _reap(child)
        if status is not None:
            return status
        now = time.monotonic()
        if kill_at is not None and now >= kill_at:
            _kill_all(child)
            kill_at = None
        sources: list[int | socket.socket] = [wake, platform] if listening else [wake]
        ready, _, _ = select.select(sources, [], [], None if kill_at is None else kill_at - now)
        if wake in ready:
            os.read(wake, 512)
        if platform in ready:
            if platform.recv(64):
                _kill(child, signal.SIGINT)
                kill_at = now + grace
            else:
                listening = False
                kill_at = now


def _tell(platform: socket.socket, text: str) -> None:
    with contextlib.suppress(OSError):  # nobody may be there to hear it
        platform.sendall(text.encode())


def _clean_up(child: int) -> None:
    deadline = time.monotonic() + _CLEAN_UP_SECONDS
    while time.monotonic() < deadline:
        _kill_all(child)
        _reap(child)
        if sys.platform != "linux" or not _descendants():
            return
        time.sleep(0.01)


def main(fd: int, grace: float, megabytes: int, command: list[str]) -> None:
    """Runs the command under supervision."""
    os.set_inheritable(fd, False)
    platform = socket.socket(fileno=fd)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    _adopt_orphans()
    _limit_memory(megabytes)
    try:
        child = os.posix_spawn(command[0], command, os.environ, setpgroup=0)
    except OSError as error:
        sys.stderr.write(f"ERROR: {command[0]} cannot be started: {error.strerror}\n")
        _tell(platform, "pid 0\nexit 127\n")
        return
    _tell(platform, f"pid {child}\n")
    status = _supervise(platform, child, grace, wake)
    _clean_up(child)
    code = os.waitstatus_to_exitcode(status)
    _tell(platform, f"exit {code}\n" if code >= 0 else f"signal {-code}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
