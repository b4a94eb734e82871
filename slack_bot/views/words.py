"""Small pieces of wording that several messages share; a status is said by word and icon, never by colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from slack_bot.following import Asker
from slack_bot.text import prose
from zof_core.wording import StatusStyle

_EMOJI: Final = {
    "clock": ":hourglass_flowing_sand:",
    "play": ":arrow_forward:",
    "check": ":white_check_mark:",
    "cross": ":x:",
    "alert": ":warning:",
    "stop": ":no_entry_sign:",
    "skip": ":fast_forward:",
    "question": ":grey_question:",
}


def emoji(style: StatusStyle) -> str:
    """The shortcode of a status."""
    return _EMOJI.get(style.icon, _EMOJI["question"])


def names_of(people: Iterable[Asker]) -> str:
    """For `mrkdwn`: names with commas between them."""
    return ", ".join(prose(one.name, 60) for one in people)
