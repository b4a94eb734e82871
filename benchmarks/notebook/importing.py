"""What an import costs a kernel that runs already: CPU time, each in a process of its own, taking turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from benchmarks.notebook.cells import CORE_FORM
from benchmarks.notebook.lines import Line, spread, target, times

ROUNDS = 9
MOST_MS = 60

_TIMED = """
import ipykernel.ipkernel, ipykernel.kernelapp, time
begun = time.process_time()
{}
print((time.process_time() - begun) * 1000)
"""
_CODES = {
    "ours": "import notebook_ext",
    "core": "import ipywidgets",
    "our form": "from notebook_ext import RunForm\nRunForm()",
    "core form": f"import ipywidgets\ndisplay = repr\n{CORE_FORM}",
}


def importing() -> Iterator[Line]:
    """Lines of imports, and of imports until the first form is made."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = cache
        for code in _CODES.values():  # compiles
            _spent(code, environment)
        spent: dict[str, list[float]] = {name: [] for name in _CODES}
        for _ in range(ROUNDS):
            for name, code in _CODES.items():
                spent[name].append(_spent(code, environment))
    for what, ours, core, limit in (
        ("`import notebook_ext` in a kernel, CPU", "ours", "core", MOST_MS),
        ("the same until the first form is made", "our form", "core form", None),
    ):
        median, other = statistics.median(spent[ours]), statistics.median(spent[core])
        wanted = target(f"{limit} ms", median <= limit) if limit else ""
        beside = f"`import ipywidgets`{' and a form' if core != 'core' else ''} {spread(spent[core])}"
        yield Line(what, spread(spent[ours]), wanted, beside + times(other, median))


def _spent(code: str, environment: dict[str, str]) -> float:
    command = [sys.executable, "-c", _TIMED.format(code)]
    said = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
    return float(said.split()[-1])
