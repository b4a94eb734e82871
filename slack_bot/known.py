"""What Slack says of people, channels and user groups, as the rules need it. Pure; `slack_bot.directory` asks for it.

What is not known is never taken for harmless: whoever is not known may be a guest, a channel that is not known may be
shared with another company, and a group that is not known has nobody in it for an allow and everybody for a deny.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bot.payloads import mapping, text


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person.

    Args:
        guest: anybody but a full member of the bot's own workspace: guests, people of other workspaces, apps.
        email: as their profile shows it; None if it shows none.
    """

    guest: bool
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A channel.

    Args:
        shared: with another workspace (Slack Connect), or about to be.
        private: not everybody of the workspace can be in it.
    """

    shared: bool
    archived: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """All that Slack has said and that is not too old.

    Args:
        people, channels: by id.
        groups: user ids by Slack's id of the group.
        members: user ids by id of the private channel.
    """

    people: Mapping[str, PersonFacts] = field(default_factory=dict)
    channels: Mapping[str, ChannelFacts] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)


def person_facts(answer: Mapping[str, Any], user: str) -> PersonFacts | None:
    """A person as `users.info` shows them; None if the answer is about somebody else.

    A flag that is not there counts as not set, since Slack leaves out those that do not apply.
    """
    said = mapping(answer.get("user"))
    if said.get("id") != user:
        return None
    email = text(mapping(said.get("profile")), "email", 320)
    return PersonFacts(
        guest=_any_set(said, "is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted"),
        email=email or None,
    )


def channel_facts(answer: Mapping[str, Any], channel: str) -> ChannelFacts | None:
    """A channel as `conversations.info` shows it; None if the answer is about another one."""
    said = mapping(answer.get("channel"))
    if said.get("id") != channel:
        return None
    return ChannelFacts(
        shared=_any_set(said, "is_ext_shared", "is_pending_ext_shared", "is_shared", "is_org_shared"),
        archived=said.get("is_archived") is True,
        private=_any_set(said, "is_private", "is_im", "is_mpim"),
    )


def _any_set(said: Mapping[str, Any], *marks: str) -> bool:
    """Whether one of these flags is there and is not plainly false."""
    return any(said.get(mark) is not False for mark in marks if mark in said)
