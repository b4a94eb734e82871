"""What the kernels run: our panels, and core ipywidgets that do the same work."""

from __future__ import annotations

SETUP = """
import threading, time
import ipywidgets
from IPython.display import display
from notebook_ext import LogPanel, RunForm, watch
"""

OUR_FORM = "RunForm(project='proj_abc', environment='staging')"

CORE_FORM = """
display(ipywidgets.VBox([
    ipywidgets.Dropdown(options=['proj_abc', 'proj_shop'], description='Project'),
    ipywidgets.Dropdown(options=['staging', 'production'], description='Environment'),
    ipywidgets.Text(description='Suite'),
    ipywidgets.Text(description='Cases'),
    ipywidgets.Button(description='Start run'),
]))
"""

CORE_FOLLOW = """
from zof_core import ZofClient
zof = ZofClient()
def follow(run_id, head, bar, wait):
    while True:
        run = zof.runs.retrieve(run_id)
        results = zof.results.list(run_id=run_id, limit=100).data
        counts = run.summary
        said = f'{run.status}: {counts.passed} passed, {counts.failed} failed of {counts.total}'
        head.value = f'<b>{said}</b><br>' + '<br>'.join(f'{one.name} {one.status}' for one in results[:30])
        bar.value = counts.passed
        time.sleep(wait)
"""
"""What a user would write: a thread for each run, a label with the counts and the newest cases, and a bar."""


def our_panel(run: str, wait: float) -> str:
    """A cell with our live panel, which reads the run each `wait` seconds."""
    return f"watch({run!r}, poll_interval={wait})"


def core_panel(run: str, wait: float) -> str:
    """The same of core ipywidgets; `CORE_FOLLOW` goes before."""
    return f"""
head, bar = ipywidgets.HTML(), ipywidgets.IntProgress(max=1_000_000)
display(ipywidgets.VBox([head, bar]))
threading.Thread(target=follow, args=({run!r}, head, bar, {wait}), daemon=True).start()
"""
