"""`zofops policy`: whether a rules file is valid, and what it says of somebody, without asking Slack or Zof."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from slack_bot.config import (
    VERBS,
    BotConfig,
    is_channel_id,
    is_user_id,
    load_config,
    person_meant,
)
from slack_bot.errors import ConfigError
from slack_bot.explaining import explained
from slack_bot.known import ChannelFacts, Known, PersonFacts
from slack_bot.policy import Ask, Target, decide
from slack_bot.settings import DEFAULT_CONFIG
from zofops.exit_codes import ExitCode


def check(arguments: argparse.Namespace) -> int:
    """Says what is in a file; 2 if it is not valid."""
    config = _load(arguments)
    if config is None:
        return ExitCode.REFUSED
    policy = config.policy
    print(
        f"Valid. allow: {len(policy.allow)}, deny: {len(policy.deny)}, people: {len(policy.people)}, "
        f"groups: {len(policy.groups)}, projects: {len(config.catalogue.projects)}."
    )
    return ExitCode.PASSED


def explain(arguments: argparse.Namespace) -> int:
    """Prints a decision with its rule and what the other rules lacked; 0 if it is allowed, 2 if not."""
    config = _load(arguments)
    if config is None:
        return ExitCode.REFUSED
    people = config.policy.people
    person = arguments.person if is_user_id(arguments.person) else person_meant(people, arguments.person)
    if person is None:
        return _refused(
            f'"{arguments.person}" is neither a Slack user id (U…) nor the name of one person in [people].'
        )
    if not is_channel_id(arguments.channel):
        return _refused(
            f'"{arguments.channel}" is no Slack channel id (C…); a channel\'s details in Slack show it.'
        )
    if arguments.verb not in VERBS:
        return _refused(f'"{arguments.verb}" is not a verb of the rules; those are {", ".join(VERBS)}.')
    mapped = people.get(person)
    known = Known(
        people={person: PersonFacts(guest=arguments.guest, email=mapped.email if mapped else None)},
        channels={arguments.channel: ChannelFacts(shared=arguments.shared)},
        groups={
            one: frozenset({person} if name in (arguments.group or ()) else ())
            for name, listed in config.policy.groups.items()
            for one in listed
        },
    )
    policy = config.policy.model_copy(update={"known": known})
    target = (
        Target(arguments.project, arguments.environment, arguments.suite)
        if arguments.project and arguments.environment
        else None
    )
    ask = Ask(person, arguments.channel, arguments.verb, target, at=time.time())
    decision = decide(policy, ask)
    for line in explained(policy, ask, decision):
        print(line)
    return ExitCode.PASSED if decision.allowed else ExitCode.REFUSED


def _refused(problem: str) -> int:
    print(f"zofops policy explain: {problem}", file=sys.stderr)
    return ExitCode.REFUSED


def _load(arguments: argparse.Namespace) -> BotConfig | None:
    path = Path(arguments.config or os.environ.get("ZOFOPS_CONFIG") or DEFAULT_CONFIG)
    try:
        return load_config(path)
    except ConfigError as error:
        print(f"zofops: {error}", file=sys.stderr)
        return None
