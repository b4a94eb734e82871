"""The example notebooks, copied to where somebody opens them."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any, Final

from zofops.examples import example

_KERNEL: Final = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def copy_notebooks(root: Path) -> None:
    """Copies them into a directory, made if missing; each with what JupyterLab notes of this Python.

    It would else do so as soon as it has a kernel, and mark a notebook as changed that nobody has touched.

    Raises:
        FileNotFoundError: the examples are not there.
    """
    root.mkdir(parents=True, exist_ok=True)
    for place in sorted(example("notebooks").glob("*.ipynb")):
        notebook = json.loads(place.read_text(encoding="utf-8"))
        notebook["metadata"] |= {"kernelspec": _KERNEL, "language_info": _language()}
        (root / place.name).write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _language() -> dict[str, Any]:
    """As ipykernel tells it of itself, down to the version."""
    return {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    }
