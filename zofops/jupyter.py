"""A JupyterLab of its own: private directories, loopback, nothing fetched from outside."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

_SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
}


_DIE_WITH_PARENT = (
    "import ctypes, os, sys; getattr(ctypes.CDLL(None), 'prctl', lambda *_: 0)(1, 15); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""On Linux the server gets SIGTERM (15) when its parent is gone, however that went (PR_SET_PDEATHSIG, 1)."""


class JupyterError(RuntimeError):
    """JupyterLab did not start; the message ends with the last lines of its log."""


class JupyterLab:
    """`with JupyterLab(root, home=…) as lab: lab.url("first_run.ipynb")`.

    `root` holds the notebooks, `home` (made if missing) Jupyter's own files and its log. `env` is added to the
    environment of the server and so of its kernels. `settings` are JupyterLab settings, file name to content.
    Takes a free port; `start()` does not wait, `wait_until_ready()` does.
    """

    def __init__(
        self,
        root: Path,
        *,
        home: Path,
        env: Mapping[str, str] | None = None,
        settings: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self._root = root
        self._home = home
        self._env = dict(env or {})
        self._settings = {**_SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._token = secrets.token_urlsafe(24)
        self.base_url = ""

    def start(self) -> None:
        """Starts the server and returns at once."""
        for name, content in self._settings.items():
            file = self._home / "settings" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content))
        command = [
            *(sys.executable, "-c", _DIE_WITH_PARENT),
            *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", "--ServerApp.port=0"),
            *(
                f"--ServerApp.root_dir={self._root}",
                "--LabApp.news_url=None",
                "--LabApp.extension_manager=readonly",
            ),
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.expose_app_in_browser=True",
            *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command, nobody's input
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                start_new_session=True,
            )

    def wait_until_ready(self, timeout: float = 60.0) -> None:
        """Blocks until the server answers; raises JupyterError if it ends or `timeout` seconds pass."""
        assert self._process is not None, "start() comes first"
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise JupyterError(
                    f"JupyterLab ended with code {self._process.returncode}. {self._last_words()}"
                )
            if url := self._announced_url():
                self.base_url = url
                return
            time.sleep(0.05)
        raise JupyterError(f"JupyterLab did not start within {timeout:g} s. {self._last_words()}")

    def url(self, notebook: str, door: str = "lab/tree") -> str:
        """Where the notebook opens, with this server's token; `door` is the path of another front end it may have."""
        return f"{self.base_url}/{door}/{notebook}?token={self._token}"

    def stop(self) -> None:
        """Ends the server and its kernels; harmless when it has ended already."""
        if self._process is None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            self._signal(how)
            try:
                self._process.wait(timeout=10)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self._home / "jupyter.log"

    def _environment(self) -> dict[str, str]:
        home = self._home
        private = {
            "JUPYTER_CONFIG_DIR": home / "config",
            "JUPYTER_DATA_DIR": home / "data",
            "JUPYTER_RUNTIME_DIR": home / "runtime",
            "IPYTHONDIR": home / "ipython",
            "JUPYTERLAB_SETTINGS_DIR": home / "settings",
            "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        }
        return {
            **os.environ,
            **{name: str(path) for name, path in private.items()},
            # By environment, for the command line of a process is there for all users of the machine to read.
            "JUPYTER_TOKEN": self._token,
            **self._env,
        }

    def _announced_url(self) -> str | None:
        """The server writes where it listens into its runtime directory once it does."""
        assert self._process is not None
        for file in (self._home / "runtime").glob("jpserver-*.json"):
            try:
                return str(json.loads(file.read_text())["url"]).rstrip("/")
            except (ValueError, KeyError):  # still being written
                return None
        return None

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return "Its last words: " + " / ".join(lines[-3:]).replace(self._token, "…")

    def _signal(self, how: signal.Signals) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
