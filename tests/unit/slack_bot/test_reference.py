"""The bot's reference page names all that the bot knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from slack_bot.config import VERBS, AllowRule
from slack_bot.grammar import USAGE
from slack_bot.settings import _FIELD_OF, _WEBHOOK_SECRETS

PAGE = (Path(__file__).parents[3] / "docs" / "bot.md").read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    [
        *(f"`{usage}`" for usage in USAGE.values()),
        *(f"`{verb}`" for verb in VERBS),
        *(f"`{key}`" for key, field in AllowRule.model_fields.items() if not field.exclude),
        *(f"`[{table}]`" for table in ("people", "groups", "confirm", "limits", "remediation")),
        *(f"`{variable}`" for variable in (*_FIELD_OF, *_WEBHOOK_SECRETS)),
    ],
)
def test_nothing_is_missing(name: str) -> None:
    assert name in PAGE
