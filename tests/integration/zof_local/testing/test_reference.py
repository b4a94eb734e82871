"""The example of docs/local.md runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[4] / "docs" / "local.md"


async def test_the_example_of_the_page_runs() -> None:
    [block] = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    space: dict[str, Any] = {}
    exec(compile(block, str(PAGE), "exec"), space)
    await space["test_it_greets_whoever_asks"]()
