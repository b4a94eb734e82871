"""What the bot writes as emoji, the workspace can show: drawn on its page, and as a sign in a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zof_local.workspace.emoji import SIGNS

ROOT = Path(__file__).parents[3]
DRAWN = (ROOT / "zof_local" / "workspace" / "static" / "emoji.js").read_text("utf-8")
WRITTEN = sorted(
    {
        name
        for path in (ROOT / "slack_bot").rglob("*.py")
        for name in re.findall(r"""(?<=["'])(?::)([a-z][a-z0-9_]+):(?=[ "'])""", path.read_text("utf-8"))
    }
)


def test_there_are_some() -> None:
    assert {"white_check_mark", "grey_question", "no_bell"} <= set(WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_each_has_a_sign_and_a_drawing(name: str) -> None:
    assert name in SIGNS
    drawn = re.sub(r"^large_(green|yellow|orange|purple|brown|blue|red)_(circle|square)$", "", name)
    assert re.search(rf"\b{drawn}(:| =)", DRAWN)
