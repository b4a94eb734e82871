"""Who shows our output: which cell is running, and whether anybody could see a widget."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Execution:
    """One execution of a cell.

    Args:
        cell_id: the cell's id as the front end sends it; empty if it sends none.
        message_id: the request's id, another one for each execution.
        headless: nobody is there to click or to see a widget.
        app: the page has no cells, as Voila's: nobody can run one again, and no output is saved.
    """

    cell_id: str = ""
    message_id: str = ""
    headless: bool = True
    app: bool = False


def current_execution() -> Execution:
    """The execution this code runs in; headless outside a kernel."""
    shell = _shell()
    if shell is None:
        # marimo and the like show widgets without IPython; plain Python shows nothing.
        return Execution(headless="marimo" not in sys.modules)
    if not hasattr(shell, "kernel"):
        return Execution()
    return execution_of(shell.get_parent(), os.environ)


def execution_of(parent: Mapping[str, Any], environ: Mapping[str, str]) -> Execution:
    """From the message that started the execution.

    nbclient sends neither a cell id nor leave to ask for input; JupyterLab, Notebook and VS Code send the id, and so
    does Colab, in another place. Voila looks like nbclient and does show widgets.
    """
    metadata = parent.get("metadata", {})
    colab = metadata.get("colab")
    of_colab = colab.get("cell_id") if isinstance(colab, Mapping) else None
    cell_id = str(metadata.get("cellId") or of_colab or "")
    asks = bool(parent.get("content", {}).get("allow_stdin", False))
    voila = environ.get("SERVER_SOFTWARE", "").startswith("voila")
    return Execution(
        cell_id=cell_id,
        message_id=str(parent.get("header", {}).get("msg_id", "")),
        headless=not (cell_id or asks or voila),
        app=voila,
    )


def show(bundle: Mapping[str, Any]) -> Any:
    """Displays the bundle in the running cell; returns IPython's handle, whose `update` replaces it."""
    from IPython.display import display  # noqa: PLC0415  there is none outside IPython

    return display(dict(bundle), raw=True, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types


def _shell() -> Any:
    """IPython's shell, if there is one. Not imported for this: without IPython loaded there is none."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
