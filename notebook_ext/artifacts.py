"""The files that a run left: for code, and as a list whose files the kernel fetches for the browser."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Protocol, overload

import traitlets

from notebook_ext.assets import PANEL_CSS, RUN_ESM
from notebook_ext.connection import Connection
from notebook_ext.html import artifacts_html, file_name, trouble_html
from notebook_ext.panel import Panel
from notebook_ext.tables import table_text
from zof_core import Artifact, ZofApiError
from zof_core.validation import quoted
from zof_core.wording import bytes_text, error_sentences

BROWSER_BYTES = 20_000_000
"""The most that goes through the notebook's channel to the browser; more goes to disk, from code."""


class RunArtifact:
    """A file that a run left. `name`, `type`, `content_type`, `size_bytes` and `url` are as Zof gives them."""

    def __init__(self, artifact: Artifact, connection: Connection) -> None:
        self._artifact = artifact
        self._connection = connection
        self.id = artifact.id
        self.name = file_name(artifact)
        self.type = artifact.type
        self.content_type = artifact.content_type
        self.size_bytes = artifact.size_bytes
        self.url = artifact.url

    def download(self, to: str | Path | None = None) -> Path:
        """Fetches the file with the kernel's API key, which goes to Zof's own address only.

        Args:
            to: a path, or a directory to put it in under its own name; by default the working directory.

        Returns:
            Where it is: either the whole file or what was there before.

        Raises:
            ZofApiError: it could not be fetched.
        """
        place = Path(to) if to is not None else Path()
        place = place / self.name if place.is_dir() else place
        self._connection.loop.run(fetch(self._connection, self._artifact, place))
        return place

    def __repr__(self) -> str:
        size = f", {bytes_text(self.size_bytes)}" if self.size_bytes is not None else ""
        return f"<Artifact {self.name}{size}>"


class RunArtifacts(Sequence[RunArtifact]):
    """The artifacts of a run, in Zof's order; by number or by name: `run.artifacts["junit.xml"]`."""

    def __init__(self, run_id: str, artifacts: Iterable[Artifact], connection: Connection) -> None:
        self.run_id = run_id
        self._raw = tuple(artifacts)
        self._connection = connection
        self._items = [RunArtifact(one, connection) for one in self._raw]

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, which: int | str) -> RunArtifact: ...
    @overload
    def __getitem__(self, which: slice) -> list[RunArtifact]: ...
    def __getitem__(self, which: int | str | slice) -> RunArtifact | list[RunArtifact]:
        if not isinstance(which, str):
            return self._items[which]
        for one in self._items:
            if one.name == which:
                return one
        there = ", ".join(one.name for one in self._items) or "none"
        raise KeyError(f"Run {self.run_id} left no file {quoted(which)}. There is: {there}.")

    def _ipython_display_(self) -> None:
        ArtifactsPanel(self.run_id, self._raw, self._connection)._ipython_display_()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return ArtifactsPanel(self.run_id, self._raw, self._connection)._static_bundle()

    def __repr__(self) -> str:
        if not self._items:
            return f"Run {self.run_id} left no artifacts."
        rows = [[one.name, one.type or "", _size(one.size_bytes)] for one in self._items]
        return f"Artifacts of {self.run_id}\n{table_text(('File', 'Type', 'Size'), rows)}"


class ArtifactsPanel(Panel):
    """A run's files, each a click away; `run.artifacts` shows itself through it.

    Args:
        run_id: whose.
        artifacts: the files.
        connection: fetches them.
    """

    _esm = RUN_ESM
    _css = PANEL_CSS

    panel = traitlets.Dict().tag(sync=True)

    def __init__(self, run_id: str, artifacts: Sequence[Artifact], connection: Connection) -> None:
        self._run_id = run_id
        self._artifacts = artifacts
        self._connection = connection
        super().__init__(connection.loop)
        self.panel = {"html": self.html(live=True)}

    def html(self, *, live: bool) -> str:
        """See `Panel`."""
        return files_section(self._run_id, self._artifacts, live=live)

    def text(self) -> str:
        """See `Panel`."""
        return repr(RunArtifacts(self._run_id, self._artifacts, self._connection))

    def heard(self, message: Mapping[str, Any]) -> None:
        """See `Panel`: a file is wanted."""
        match message:
            case {"op": "save", "id": str(wanted)}:
                self._loop.submit(hand_over(self, self._connection, self._artifacts, wanted))


class _Speaks(Protocol):
    """A widget that can send to its views."""

    def send(self, content: Any, buffers: Any = None) -> None: ...


async def fetch(connection: Connection, artifact: Artifact, to: Path | io.BytesIO) -> int:
    """Fetches a file. On the loop thread; gives its size in bytes."""
    return await connection.client().runs.artifacts.download(artifact, to)


async def hand_over(
    panel: _Speaks, connection: Connection, artifacts: Iterable[Artifact], wanted: str
) -> None:
    """Sends a file to the panel's views, or says in one sentence why not. On the loop thread."""
    artifact = next((one for one in artifacts if one.id == wanted), None)
    if artifact is None:
        return
    name = file_name(artifact)
    into = _Bounded()
    try:
        await fetch(connection, artifact, into)
    except _TooLargeError:
        code = f'run.artifacts["{name}"].download()'
        said = f"{name} is larger than {bytes_text(BROWSER_BYTES)}. Fetch it with {code}."
    except ZofApiError as error:
        said = f"{name} was not fetched. {error_sentences(error)}"
    else:
        kind = artifact.content_type or "application/octet-stream"
        panel.send({"op": "file", "id": wanted, "name": name, "type": kind}, [into.getvalue()])
        return
    panel.send({"op": "unsaved", "id": wanted, "html": trouble_html(said)})


def files_section(run_id: str, artifacts: Sequence[Artifact], *, live: bool) -> str:
    """The list as a panel of its own."""
    body = (
        f'<div class="zof-artifacts">{artifacts_html(artifacts, live=live)}</div>'
        if artifacts
        else '<div class="zof-now">The run left none, or has not ended.</div>'
    )
    return (
        f'<section class="zof-run zof-neutral" role="region" aria-label="Artifacts of {escape(run_id)}">'
        f'<div class="zof-head"><strong class="zof-title">Artifacts</strong><code>{escape(run_id)}</code></div>'
        f"{body}</section>"
    )


class _TooLargeError(Exception):
    """The file does not go through the notebook's channel."""


class _Bounded(io.BytesIO):
    """Takes no more than a browser is sent."""

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > BROWSER_BYTES:
            raise _TooLargeError
        return super().write(data)


def _size(number: int | None) -> str:
    return "" if number is None else bytes_text(number)
