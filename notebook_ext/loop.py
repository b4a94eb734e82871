"""One daemon thread with its own asyncio loop: all polling and all widget writes happen there.

Which thread and which loop a widget's callback runs in differs between ipykernel 6, 7.0, 7.1 and 7.4, and a task on
the kernel's loop stands still while the user's cell blocks. A thread of our own does not.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import cache
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

THREAD_NAME = "zof-loop"
_SLICE_SECONDS = 0.2


class LoopThread:
    """A daemon thread that runs an asyncio loop. It starts with the first coroutine it is given.

    Args:
        name: the thread's name.
        keep_context: give each coroutine the context variables of its caller. ipykernel 7.0 needs it (see
            `kernel_needs_context`); elsewhere it would tie all later output to the cell that was running.
    """

    def __init__(self, name: str = THREAD_NAME, *, keep_context: bool = False) -> None:
        self._name = name
        self._keep_context = keep_context
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Starts `work` on the loop and returns at once; may be called from any thread, and from the loop itself."""
        context = contextvars.copy_context() if self._keep_context else contextvars.Context()
        return context.run(asyncio.run_coroutine_threadsafe, work, self._running_loop())

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Runs `work` on the loop and blocks for its value; Ctrl-C (■ in a notebook) interrupts and cancels it.

        Raises:
            TimeoutError: `timeout` seconds have passed; the work is cancelled.
            RuntimeError: called on the loop's own thread, which would wait for itself.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("The loop's thread cannot wait for itself; await the coroutine instead.")
        future = self.submit(work)
        until = None if timeout is None else monotonic() + timeout
        try:
            while True:
                left = _SLICE_SECONDS if until is None else min(_SLICE_SECONDS, until - monotonic())
                # Short slices, for on Windows a long wait cannot be interrupted.
                try:
                    return future.result(max(left, 0.0))
                except FutureTimeoutError:
                    if future.done():
                        raise
                    if until is not None and monotonic() >= until:
                        raise TimeoutError(f"Not done within {timeout:g} s.") from None
        except BaseException:
            future.cancel()
            raise

    async def bridge(self, work: Coroutine[Any, Any, T]) -> T:
        """Awaits `work`, which runs on this loop, from any other loop: a notebook's, say."""
        return await asyncio.wrap_future(self.submit(work))

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # After a fork the child has the loop but not its thread.
            if self._loop is None or self._thread is None or not self._thread.is_alive():
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run_forever, args=(self._loop,), name=self._name, daemon=True
                )
                self._thread.start()
            return self._loop


def _run_forever(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


@cache
def shared_loop() -> LoopThread:
    """The process's loop thread."""
    return LoopThread(keep_context=kernel_needs_context(_ipykernel_version()))


def kernel_needs_context(version: str) -> bool:
    """Whether this ipykernel sends a widget's update only with the context of a cell.

    7.0 keeps the message's parent in a context variable and has no value to fall back to; a thread's update fails
    without it. All others fall back to the newest cell.
    """
    return version.split(".")[:2] == ["7", "0"]


def _ipykernel_version() -> str:
    """The version of the kernel we run in; empty outside one, where ipykernel has not been imported."""
    return str(getattr(sys.modules.get("ipykernel"), "__version__", ""))
