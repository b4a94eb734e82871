"""Which channels want to hear of whose failures."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from slack_bot.failures import Subscription
from slack_bot.store.tables import subscriptions


def all_of(connection: sa.Connection) -> list[Subscription]:
    """All, in no order that matters."""
    found = connection.execute(sa.select(subscriptions.c.data)).scalars()
    return [Subscription.model_validate_json(data) for data in found]


def add(connection: sa.Connection, one: Subscription) -> bool:
    """Adds one, or to the channel's own whoever asks for it now. False if they had asked already."""
    here = (subscriptions.c.channel == one.channel) & (subscriptions.c.project == one.project)
    data = connection.execute(sa.select(subscriptions.c.data).where(here)).scalar()
    if data is None:
        values = {"channel": one.channel, "project": one.project, "data": one.model_dump_json()}
        connection.execute(sa.insert(subscriptions).values(values))
        return True
    there = Subscription.model_validate_json(data)
    if one.by.id in {person.id for person in there.people}:
        return False
    joined = there.model_copy(update={"also": (*there.also, one.by)})
    connection.execute(sa.update(subscriptions).where(here).values(data=joined.model_dump_json()))
    return True


def remove(connection: sa.Connection, channel: str, projects: Collection[str]) -> list[str]:
    """Removes a channel's subscriptions to projects; gives those it had."""
    there = (subscriptions.c.channel == channel) & subscriptions.c.project.in_(projects)
    statement = sa.delete(subscriptions).where(there).returning(subscriptions.c.project)
    return list(connection.execute(statement).scalars())
