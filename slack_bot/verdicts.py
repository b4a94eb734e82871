"""What becomes of a request, and what all judging of requests has in common. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from slack_bot.config import BotConfig
from slack_bot.errands import Errand
from slack_bot.followed import Asker, FollowedRun
from slack_bot.homes import HomeTab
from slack_bot.openings import openings
from slack_bot.policy import Ask, Decision, Target
from slack_bot.store.records import InboxOutcome
from slack_bot.views import answers
from slack_bot.views.blocks import Message


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a request.

    Args:
        outcome: what the inbox says of it.
        verb: the policy's word for what was asked.
        answer: what its author sees at once.
        rule: the rule that decided, if policy was asked.
        entity: what is to live on because of it.
        modal: the form to open.
        problems: field → sentence, when a form is to be corrected.
    """

    outcome: InboxOutcome
    verb: str = ""
    answer: Message | None = None
    rule: str | None = None
    entity: FollowedRun | Errand | HomeTab | None = None
    modal: dict[str, Any] | None = None
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks, from where, by which interaction. `present`: in the channel itself, not in a modal or the home."""

    key: str
    team: str
    channel: str
    user: Asker
    response_url: str | None
    at: float
    present: bool = True

    def ask(self, verb: str, target: Target | None = None) -> Ask:
        """The question to the rules."""
        return Ask(self.user.id, self.channel, verb, target, at=self.at, present=self.present)


class Named(Protocol):
    """Something with an id and perhaps a name."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str | None: ...


N = TypeVar("N", bound=Named)


def called(user: Asker, config: BotConfig) -> Asker:
    """The person by the name our own mapping gives them, else by Slack's."""
    person = config.policy.people.get(user.id)
    return Asker(id=user.id, name=person.name) if person else user


def denied(ask: Ask, decision: Decision, config: BotConfig, deed: str | None = None) -> Verdict:
    """What a denial looks like; `deed`: what was asked for, where the verb of the rules covers more than that."""
    answer = answers.denied(ask, decision, openings(config.policy, ask), deed)
    return Verdict(InboxOutcome.DENIED, ask.verb, answer, decision.rule)


def alike(items: Iterable[N], word: str) -> list[N]:
    """All that a word could mean: those whose id or name it is part of."""
    said = word.casefold()
    return [
        item
        for item in items
        if said and (said in item.id.casefold() or said in (item.name or "").casefold())
    ]


def find(items: Iterable[N], word: str) -> N | None:
    """By id, else by a name that only one of them has."""
    listed = list(items)
    by_id = [item for item in listed if item.id == word]
    by_name = [item for item in listed if item.name and item.name.casefold() == word.casefold()]
    found = by_id or by_name
    return found[0] if len(found) == 1 else None
