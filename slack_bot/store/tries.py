"""The tries of a button: the errands of its clicks, each after one that did nothing."""

from __future__ import annotations

import sqlalchemy as sa

from slack_bot.errands import Errand
from slack_bot.followed import FollowedRun
from slack_bot.pressing import Try, key_of_try
from slack_bot.store.living import ERRAND, RUN, load


def tries(connection: sa.Connection, base: str) -> list[Try]:
    """All of a button's, in order; one that was only just committed may not be among them yet."""
    found: list[Try] = []
    while True:
        row = load(connection, ERRAND, key_of_try(base, len(found) + 1))
        if row is None or not isinstance(row[0], Errand):
            return found
        found.append(Try(row[0], _begun(connection, row[0])))


def _begun(connection: sa.Connection, errand: Errand) -> FollowedRun | None:
    row = load(connection, RUN, errand.started) if errand.started else None
    return row[0] if row and isinstance(row[0], FollowedRun) else None
