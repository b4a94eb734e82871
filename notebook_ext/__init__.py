"""Zof in the notebook: a form that starts a run, and the run's live panel.

from notebook_ext import RunForm
RunForm(project="proj_abc", environment="staging", suite="suite_pr_smoke")

`%load_ext notebook_ext` adds `%zof run proj_abc staging suite_pr_smoke` and its neighbours.
"""

from typing import Any

from notebook_ext.explorer import Explorer
from notebook_ext.form import RunForm
from notebook_ext.handle import RunHandle, watch
from notebook_ext.home_panel import HomePanel
from notebook_ext.log_panel import LogPanel
from notebook_ext.run_panel import RunPanel
from notebook_ext.table_panel import TablePanel

__all__ = ["Explorer", "HomePanel", "LogPanel", "RunForm", "RunHandle", "RunPanel", "TablePanel", "watch"]


def load_ipython_extension(ipython: Any) -> None:
    """Called by `%load_ext notebook_ext`: adds `%zof`."""
    from notebook_ext.magics import register  # noqa: PLC0415  needs IPython, which a library user may lack

    register(ipython)
