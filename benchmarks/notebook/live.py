"""Live panels while runs give news all the time: what a kernel says and spends, and whether a cell still runs."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.notebook.cells import CORE_FOLLOW, SETUP, core_panel, our_panel
from benchmarks.notebook.lines import Line, target, times
from benchmarks.notebook.zof import NEWS_A_SECOND, busy_zof
from tests.support.kernel import Kernel, is_type

MOST_UPDATES = 5
PANELS = 20
WAIT = 0.05
CROWD_WAIT = 0.2
SECONDS = 8.0
SETTLING = 3.0


@dataclass(frozen=True)
class Spent:
    """Of a kernel: messages on widgets' channels a second, share of a core, milliseconds of each cell."""

    messages: float
    cpu: float
    cells: list[float]


def live() -> Iterator[Line]:
    """Lines of one panel, of a panel without news, and of many panels."""
    with busy_zof() as env:
        ours = _alone(env, [our_panel("run_busy", WAIT)])
        core = _alone(env, [CORE_FOLLOW, core_panel("run_busy", WAIT)])
        still = _alone(env, [our_panel("run_still", WAIT)])
        same = _alone(env, [CORE_FOLLOW, core_panel("run_still", WAIT)])
        yield Line(
            f"a panel whose run ends {NEWS_A_SECOND} cases a second: messages a second",
            f"{ours.messages:.1f}",
            target(f"{MOST_UPDATES}", round(ours.messages, 1) <= MOST_UPDATES),
            f"HTML and IntProgress {core.messages:.1f}{times(core.messages, ours.messages)}",
        )
        yield Line(
            "the same without news",
            f"{still.messages:.1f}",
            target("0", still.messages == 0),
            f"{same.messages:.1f}",
        )
        runs = [f"run_busy{number}" for number in range(PANELS)]
        many = _alone(env, [our_panel(run, CROWD_WAIT) for run in runs])
        others = _alone(env, [CORE_FOLLOW, *(core_panel(run, CROWD_WAIT) for run in runs)])
        yield Line(
            f"{PANELS} panels with news {1 / CROWD_WAIT:.0f} times a second each: messages a second in all",
            f"{many.messages:.0f}",
            "",
            f"{others.messages:.0f}{times(others.messages, many.messages)}",
        )
        yield Line(
            "the same: share of a core in the kernel, reading included",
            f"{many.cpu:.0%}",
            "",
            f"{others.cpu:.0%}{times(100 * others.cpu, 100 * many.cpu)}",
        )
        idle = _alone(env, []).cells
        yield Line(
            "a cell of `1` meanwhile, median and worst",
            f"{statistics.median(many.cells):.0f} and {max(many.cells):.0f} ms",
            "",
            f"{statistics.median(others.cells):.0f} and {max(others.cells):.0f} ms; "
            f"in an idle kernel {statistics.median(idle):.0f} and {max(idle):.0f} ms",
        )


@contextmanager
def fresh_kernel(env: dict[str, str]) -> Iterator[Kernel]:
    """A kernel that has imported all."""
    with tempfile.TemporaryDirectory() as home:
        kernel = Kernel(env, Path(home))
        try:
            kernel.run(SETUP)
            yield kernel
        finally:
            kernel.stop()


def _alone(env: dict[str, str], cells: list[str]) -> Spent:
    """What the cells' panels cost a kernel of their own, once all are shown."""
    with fresh_kernel(env) as kernel:
        for code in cells:
            kernel.run(code)
        kernel.hear(SETTLING)
        start, begun = len(kernel.messages), time.monotonic()
        before = _cpu(kernel)
        took = []
        while time.monotonic() < begun + SECONDS:
            asked = time.perf_counter()
            kernel.run("1")
            took.append((time.perf_counter() - asked) * 1000)
            kernel.hear(0.2)
        cpu, passed = _cpu(kernel) - before, time.monotonic() - begun
        said = sum(is_type(message, "comm_msg") for message in kernel.messages[start:])
        return Spent(said / passed, cpu / passed, took)


def _cpu(kernel: Kernel) -> float:
    return float(kernel.value("time.process_time()"))
