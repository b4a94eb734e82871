"""A real IPython kernel, spoken to by its protocol: what a front end sends, and all the kernel says."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

PATIENCE = 30.0
WIDGET = "application/vnd.jupyter.widget-view+json"


class Kernel:
    """A kernel, and what it says on iopub."""

    def __init__(self, env: dict[str, str], cwd: Path) -> None:
        self._manager = KernelManager(kernel_name="python3")
        # Whoever sets PYTHONPATH may put another ipykernel before ours.
        first = [env.get("PYTHONPATH"), os.environ.get("PYTHONPATH"), str(Path.cwd())]
        path = os.pathsep.join(filter(None, first))
        self._manager.start_kernel(env={**os.environ, **env, "PYTHONPATH": path}, cwd=str(cwd))
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        self.messages: list[dict[str, Any]] = []
        self._next = 0
        self._requests = 0

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()

    def begin(self, code: str, *, cell: str = "", headless: bool = False) -> str:
        """Sends a cell and does not wait; returns the request's id."""
        self._requests += 1
        self._next = len(self.messages)
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": not headless,
            "stop_on_error": True,
        }
        metadata = {} if headless else {"cellId": cell or f"cell-{self._requests}"}
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, code: str, *, cell: str = "", headless: bool = False) -> list[dict[str, Any]]:
        """Runs a cell to its end; returns the messages it caused until then. Fails on an error in it."""
        start = len(self.messages)
        request = self.begin(code, cell=cell, headless=headless)
        self.until(lambda message: is_idle(message, request))
        self._next = start
        said = self.messages[start:]
        errors = [message for message in said if message["msg_type"] == "error"]
        assert not errors, "\n".join(errors[0]["content"]["traceback"])
        return said

    def value(self, code: str) -> str:
        """What an expression is, as text."""
        said = self.run(code)
        return next(
            message["content"]["data"]["text/plain"] for message in said if is_type(message, "execute_result")
        )

    def complete(self, code: str) -> list[str]:
        """What the kernel offers at the end of the code."""
        answer = self._client.complete(code, reply=True, timeout=PATIENCE)
        return list(answer["content"]["matches"])

    def until(self, wanted: Callable[[dict[str, Any]], Any], patience: float = PATIENCE) -> dict[str, Any]:
        """The next message that is wanted, among all since the newest cell began or since the last one returned."""
        deadline = time.monotonic() + patience
        while True:
            while self._next < len(self.messages):
                self._next += 1
                if wanted(self.messages[self._next - 1]):
                    return self.messages[self._next - 1]
            try:
                message = self._client.get_iopub_msg(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            self.messages.append(message)
        kinds = [message["msg_type"] for message in self.messages[-20:]]
        pytest.fail(f"The kernel did not say what was waited for within {patience:g} s; it said: {kinds}")

    def hear(self, seconds: float) -> list[dict[str, Any]]:
        """All it says within so many seconds."""
        start, until = len(self.messages), time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                self.messages.append(self._client.get_iopub_msg(timeout=left))
        return self.messages[start:]

    def frozen(self, said: list[dict[str, Any]]) -> str:
        """The HTML that replaces what the cell displayed."""
        shown = next(message for message in said if is_type(message, "display_data"))["content"]["transient"]
        update = self.until(
            lambda m: is_type(m, "update_display_data") and m["content"]["transient"] == shown
        )
        return str(update["content"]["data"]["text/html"])

    def send(self, comm_id: str, content: dict[str, Any]) -> None:
        """A view's custom message."""
        self._comm(comm_id, {"method": "custom", "content": content})

    def set(self, comm_id: str, **state: Any) -> None:
        """A view's change of traits."""
        self._comm(comm_id, {"method": "update", "state": state, "buffer_paths": []})

    def _comm(self, comm_id: str, data: dict[str, Any]) -> None:
        message = self._client.session.msg("comm_msg", {"comm_id": comm_id, "data": data})
        self._client.shell_channel.send(message)


def is_type(message: dict[str, Any], kind: str) -> bool:
    return bool(message["msg_type"] == kind)


def is_idle(message: dict[str, Any], request: str) -> bool:
    return (
        is_type(message, "status")
        and message["content"]["execution_state"] == "idle"
        and message["parent_header"].get("msg_id") == request
    )


def update_of(message: dict[str, Any], trait: str, comm_id: str = "") -> Any:
    """The trait's new value if the message is an update that holds it, else None."""
    if not is_type(message, "comm_msg") or (comm_id and message["content"]["comm_id"] != comm_id):
        return None
    data = message["content"]["data"]
    return data.get("state", {}).get(trait) if data.get("method") == "update" else None


def model_in(said: list[dict[str, Any]]) -> str:
    """The model that was displayed."""
    shown = [message["content"]["data"] for message in said if is_type(message, "display_data")]
    return str(next(bundle[WIDGET]["model_id"] for bundle in shown if WIDGET in bundle))


def installed_ipykernel(wanted: str, place: Path) -> Path:
    """Puts an ipykernel of another version into a folder of its own; before all others it is the one that runs."""
    command = ["install", "-q", "--disable-pip-version-check", "--no-deps", "--target", str(place)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *command, f"ipykernel=={wanted}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"ipykernel {wanted} could not be installed:\n{done.stderr}"
    return place
