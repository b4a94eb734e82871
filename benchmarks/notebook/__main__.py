"""`python -m benchmarks.notebook [PART ...]`: import, again, live, form, log, table. Lines for the README's tables."""

from __future__ import annotations

import os
import sys

from benchmarks.notebook.again import again
from benchmarks.notebook.form import form
from benchmarks.notebook.importing import importing
from benchmarks.notebook.lines import HEAD, show
from benchmarks.notebook.live import live
from benchmarks.notebook.log import log
from benchmarks.notebook.table import table

PARTS = {"import": importing, "form": form, "live": live, "log": log, "again": again, "table": table}


def main(*wanted: str) -> None:
    """Measures and prints."""
    print(HEAD, flush=True)
    for name in wanted or PARTS:
        show(PARTS[name]())
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(
        f"\nLoad of the last 1, 5 and 15 minutes, this benchmark's included: {loads}, on {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
