"""A cell run again and again: which models, channels and threads stay in the kernel."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator

from benchmarks.notebook.cells import CORE_FORM, OUR_FORM, our_panel
from benchmarks.notebook.lines import Line, target
from benchmarks.notebook.live import fresh_kernel
from benchmarks.notebook.zof import busy_zof

RERUNS = 40
PATIENCE = 5.0

_COUNT = """
import gc
from comm import get_comm_manager
def count():
    gc.collect()
    return len(ipywidgets.widgets.widget._instances), len(get_comm_manager().comms), threading.active_count()
"""


def again() -> Iterator[Line]:
    """Lines of a form and of a run's panel."""
    with busy_zof() as env:
        core = _left(env, CORE_FORM)
        for what, code in (("a form", OUR_FORM), ("a live run", our_panel("run_busy", 0.2))):
            left = _left(env, code)
            yield Line(
                f"{RERUNS} times again a cell with {what}: models, channels and threads that remain",
                ", ".join(map(str, left)),
                target("0", not any(left)),
                f"a form of core ipywidgets {', '.join(map(str, core))}",
            )


def _left(env: dict[str, str], code: str) -> tuple[int, ...]:
    """How many more models, channels and threads there are after the last execution than after the first."""
    with fresh_kernel(env) as kernel:
        kernel.run(_COUNT)
        kernel.run(code, cell="again")
        kernel.hear(1.0)
        before = ast.literal_eval(kernel.value("count()"))
        for _ in range(RERUNS):
            kernel.run(code, cell="again")
        until = time.monotonic() + PATIENCE  # what was replaced is closed on another thread
        while True:
            left = tuple(
                now - then
                for now, then in zip(ast.literal_eval(kernel.value("count()")), before, strict=True)
            )
            if not any(left) or time.monotonic() > until:
                return left
            kernel.hear(0.2)
