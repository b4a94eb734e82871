"""What all panels share: one widget that opens late, shows itself in cells, and freezes into HTML when it is done.

A widget's channel opens only when somebody is there to see it. All writes happen on the loop thread.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Mapping, MutableMapping
from time import monotonic
from typing import Any

import anywidget
import traitlets

from notebook_ext import frontend
from notebook_ext.connection import Connection
from notebook_ext.key_field import key_field
from notebook_ext.loop import LoopThread
from zof_core.config import KeyFrom

MIN_SECONDS_BETWEEN_UPDATES = 0.2
QUIET_SECONDS = 0.3
"""Before the final state is sent once more: a front end's server may have dropped it in a flood of other messages."""


class Panel(anywidget.AnyWidget):
    """A widget of ours.

    A subclass gives its content as `html(live=…)` and `text()`, writes its traits with `write`, handles messages in
    `heard`, begins its work in `opened` and ends it in `left`.
    """

    _content_trait = "panel"
    """The trait that holds what is shown."""

    _frozen_css = ""
    """The style of the frozen output, beside the one that all panels share."""

    _keyring: Connection | None = None
    """Where the panel's key is; a panel without one never asks for a key."""

    key_field = traitlets.Unicode("").tag(sync=True)
    """The HTML of the field for an API key while one is wanted. The key itself goes by in one message."""

    def __init__(self, loop: LoopThread, **traits: Any) -> None:
        self._loop = loop
        self._may_open = False
        self._frozen = False
        self._outputs: list[_Output] = []
        self._views: set[str] = set()
        self._pending: dict[str, Any] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._written_at = -1.0
        self._shown_static = ""
        self._keys_typed = 0
        self._key_problem = ""
        super().__init__(**traits)
        self.on_msg(_heard)

    # --- for subclasses ----------------------------------------------------------------------------------------------

    def html(self, *, live: bool) -> str:
        """The whole content; `live` with what needs a kernel."""
        raise NotImplementedError

    def text(self) -> str:
        """The content for front ends without HTML."""
        raise NotImplementedError

    def opened(self) -> None:
        """Somebody looks: begin. Called for each display, from any thread."""

    def left(self) -> None:
        """Nobody looks any more: stop. Called on the loop thread."""

    def heard(self, message: Mapping[str, Any]) -> None:
        """A message of a view. Only validate and hand over: it comes on whatever thread the kernel likes."""

    def retry(self) -> None:
        """There is a key now: read at once. Called on the loop thread."""

    # --- showing -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Opens the channel, but only once somebody wants to see the panel."""
        if self._may_open and self.comm is None:
            if self.layout.comm is None:
                self.layout.open()
            super().open()

    @property
    def model_id(self) -> str:
        """The channel's id; asking for it, as a container does for its children, opens the channel."""
        if self.comm is None:
            self._may_open = True
            self.open()
            self.opened()
        return str(self.comm.comm_id)

    def close(self) -> None:
        """Closes the channel, and the layout's with it; the panel can be shown anew."""
        if self.comm is None:
            return
        layout = self.layout
        self._may_open = False
        super().close()
        self.__dict__.pop("_repr_mimebundle_", None)  # set to None by the base class, for good
        layout.close()
        self._views.clear()

    def _ipython_display_(self) -> None:
        execution = frontend.current_execution()
        self._frozen = False
        handle = frontend.show(self._static_bundle() if execution.headless else self._live_bundle())
        if not execution.app:
            self._outputs.append(
                _Output(handle, execution.cell_id, execution.message_id, static=execution.headless)
            )
            _shown.add(self)
            _replace_in_cell(self, execution)
        self.opened()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if self._frozen or frontend.current_execution().headless:
            return self._static_bundle(), {}
        bundle = self._live_bundle()
        self.opened()  # marimo opens every widget's channel when it is made, so that asking for the id says nothing
        return bundle, {}

    def _live_bundle(self) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        # Without the style, which the widget has: for front ends that know no widgets.
        return {frontend.WIDGET_MIME: view, "text/html": self.html(live=False), "text/plain": self.text()}

    def _static_bundle(self) -> dict[str, Any]:
        from notebook_ext.html import frozen_html  # noqa: PLC0415

        html = frozen_html(self.html(live=False), style=self._frozen_css)
        return {"text/html": html, "text/plain": self.text()}

    # --- writing, on the loop thread ---------------------------------------------------------------------------------

    def write(self, **traits: Any) -> None:
        """Sets traits, at most five times a second; what did not change is not sent. On the loop thread."""
        self._pending.update(traits)
        if self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.create_task(self._flush(), name="flush a panel")

    async def _flush(self) -> None:
        await asyncio.sleep(max(0.0, self._written_at + MIN_SECONDS_BETWEEN_UPDATES - monotonic()))
        self._written_at = monotonic()
        self._flushing = None
        pending, self._pending = self._pending, {}
        for name, value in pending.items():
            setattr(self, name, value)
        self._ask_for_key()
        self._update_static()

    # --- the key -----------------------------------------------------------------------------------------------------

    def _ask_for_key(self) -> None:
        wanted = self._keyring is not None and self._keyring.wants_key
        self.key_field = key_field(self._key_problem, self._keys_typed) if wanted else ""
        (_asking.add if wanted else _asking.discard)(self)

    async def _unlock(self, key: KeyFrom) -> None:
        if self._keyring is None:
            return
        self._keys_typed += 1
        self._key_problem = await self._keyring.unlock(key)
        if not self._key_problem:
            for panel in [self, *_asking]:
                panel._take_key()
        self.write()

    def _take_key(self) -> None:
        if self._keyring is not None:
            self._keyring.take_typed()
            self.retry()

    def _update_static(self, *, final: bool = False) -> None:
        """Renews the outputs that are HTML from the start."""
        outputs = [output for output in self._outputs if output.static or final]
        if not outputs:
            return
        bundle = self._static_bundle()
        if bundle["text/html"] == self._shown_static and not final:
            return
        self._shown_static = bundle["text/html"]
        for output in outputs:
            output.handle.update(bundle, raw=True)

    async def freeze(self) -> None:
        """Sends the final state once more after a quiet moment, turns every output into HTML, closes the channel.

        The channel stays open while some view is left, as in a container, or in a page that was loaded anew and
        no longer knows which output is whose.
        """
        if self._flushing is not None:
            await self._flushing
        if self.comm is not None:
            await asyncio.sleep(QUIET_SECONDS)
            self.send_state(self._content_trait)
        if self._outputs:
            self._frozen = True
            self._update_static(final=True)
            self._outputs.clear()
            self._close_if_unseen()

    # --- leaving -----------------------------------------------------------------------------------------------------

    def _drop_outputs(self, cell_id: str, message_id: str) -> None:
        """Forgets what an earlier execution of the cell showed; with no output left the panel ends."""
        gone = [
            output
            for output in self._outputs
            if output.cell_id == cell_id and output.message_id != message_id
        ]
        for output in gone:
            self._outputs.remove(output)
        if gone and not self._outputs:
            self._loop.submit(self._leave())

    async def _end(self) -> None:
        self.left()
        await self.freeze()

    async def _leave(self) -> None:
        self.left()
        self.close()

    def _receive(self, message: Mapping[str, Any]) -> None:
        if message.get("asks"):
            self._loop.submit(self._acknowledge())
        match message:
            case {"op": "hello", "view": str(view)}:
                self._views.add(view)
            case {"op": "key", "key": str()} if isinstance(message, MutableMapping):
                # Taken out of the message, which the kernel keeps until the next one comes.
                self._loop.submit(self._unlock(KeyFrom(message.pop("key"))))
            case {"op": "bye", "view": str(view)}:
                self._views.discard(view)
                self._loop.submit(self._seen_less())
            case _:
                self.heard(message)

    async def _seen_less(self) -> None:
        self._close_if_unseen()

    def _close_if_unseen(self) -> None:
        if self._frozen and not self._views and not self._outputs:
            self.close()

    async def _acknowledge(self) -> None:
        self.send({"op": "heard"})


class _Output:
    """One place where a panel is shown."""

    def __init__(self, handle: Any, cell_id: str, message_id: str, *, static: bool) -> None:
        self.handle = handle
        self.cell_id = cell_id
        self.message_id = message_id
        self.static = static


def _heard(panel: Panel, message: object, _buffers: object) -> None:
    if isinstance(message, Mapping):
        panel._receive(message)


_shown: weakref.WeakSet[Panel] = weakref.WeakSet()


def freeze_all(loop: LoopThread) -> int:
    """Turns all live panels of a loop into HTML, so that the notebook can be saved as it is; gives how many."""
    live = [panel for panel in _shown if panel._loop is loop and panel._outputs]
    for panel in live:
        loop.run(panel._end())
    return len(live)


_asking: weakref.WeakSet[Panel] = weakref.WeakSet()
_in_cell: dict[str, weakref.WeakSet[Panel]] = {}


def _replace_in_cell(panel: Panel, execution: frontend.Execution) -> None:
    """A cell that is executed again shows its new panel only: what it showed before is ended."""
    if not execution.cell_id:
        return
    panels = _in_cell.setdefault(execution.cell_id, weakref.WeakSet())
    panels.add(panel)
    for known in list(panels):
        known._drop_outputs(execution.cell_id, execution.message_id)
        if not known._outputs:
            panels.discard(known)
