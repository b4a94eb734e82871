"""Which channels want to hear of whose failures."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from slack_bot.failures import Subscription
from slack_bot.store.tables import subscriptions


def all_of(connection: sa.Connection) -> list[Subscription]:
    """All, in no order that matters."""
    found = connection.execute(sa.select(subscriptions.c.data)).scalars()
    return [Subscription.model_validate_json(data) for data in found]


def add(connection: sa.Connection, one: Subscription) -> bool:
    """Adds one. False if the channel has it already; that one stays as it is."""
    statement = (
        insert(subscriptions)
        .values(channel=one.channel, project=one.project, data=one.model_dump_json())
        .on_conflict_do_nothing(index_elements=["channel", "project"])
        .returning(subscriptions.c.project)
    )
    return connection.execute(statement).first() is not None


def remove(connection: sa.Connection, channel: str, project: str | None) -> list[str]:
    """Removes a channel's subscription to a project, or to all; gives the projects it had."""
    statement = sa.delete(subscriptions).where(subscriptions.c.channel == channel)
    if project is not None:
        statement = statement.where(subscriptions.c.project == project)
    return list(connection.execute(statement.returning(subscriptions.c.project)).scalars())
