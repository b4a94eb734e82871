"""Zof in the notebook: a form that starts a run, and the run's live panel.

from notebook_ext import RunForm
RunForm(project="proj_abc", environment="staging", suite="suite_pr_smoke")

`%load_ext notebook_ext` adds `%zof run proj_abc staging suite_pr_smoke` and its neighbours.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notebook_ext.explorer import Explorer
    from notebook_ext.form import RunForm
    from notebook_ext.handle import RunHandle, watch
    from notebook_ext.home_panel import HomePanel
    from notebook_ext.log_panel import LogPanel
    from notebook_ext.run_panel import RunPanel
    from notebook_ext.table_panel import TablePanel

__all__ = ["Explorer", "HomePanel", "LogPanel", "RunForm", "RunHandle", "RunPanel", "TablePanel", "watch"]

_MODULES = {
    "Explorer": "explorer",
    "HomePanel": "home_panel",
    "LogPanel": "log_panel",
    "RunForm": "form",
    "RunHandle": "handle",
    "RunPanel": "run_panel",
    "TablePanel": "table_panel",
    "watch": "handle",
}
"""Name → module, loaded when the name is first used: who wants a form does not wait for tables."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ipython: Any) -> None:
    """Called by `%load_ext notebook_ext`: adds `%zof`."""
    from notebook_ext.magics import register  # noqa: PLC0415  needs IPython, which a library user may lack

    register(ipython)
