"""`zofops policy`: whether a rules file is valid, and what it says of somebody, without asking Slack or Zof."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from slack_bot.config import BotConfig, load_config
from slack_bot.errors import ConfigError
from slack_bot.explaining import explained
from slack_bot.known import ChannelFacts, Known, PersonFacts
from slack_bot.policy import Ask, Target, decide
from zofops.exit_codes import ExitCode


def check(arguments: argparse.Namespace) -> int:
    """Says what is in a file; 2 if it is not valid."""
    config = _load(arguments)
    if config is None:
        return ExitCode.REFUSED
    policy = config.policy
    print(
        f"Valid: {len(policy.allow)} allow, {len(policy.deny)} deny, {len(policy.people)} people, "
        f"{len(policy.groups)} groups, {len(config.catalogue.projects)} projects."
    )
    return ExitCode.PASSED


def explain(arguments: argparse.Namespace) -> int:
    """Prints a decision with its rule and what the other rules lacked; 0 if it is allowed, 2 if not."""
    config = _load(arguments)
    if config is None:
        return ExitCode.REFUSED
    mapped = config.policy.people.get(arguments.person)
    known = Known(
        people={arguments.person: PersonFacts(guest=arguments.guest, email=mapped.email if mapped else None)},
        channels={arguments.channel: ChannelFacts(shared=arguments.shared)},
        groups={
            one: frozenset({arguments.person} if name in (arguments.group or ()) else ())
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
    ask = Ask(arguments.person, arguments.channel, arguments.verb, target, at=time.time())
    decision = decide(policy, ask)
    for line in explained(policy, ask, decision):
        print(line)
    return ExitCode.PASSED if decision.allowed else ExitCode.REFUSED


def _load(arguments: argparse.Namespace) -> BotConfig | None:
    path = Path(arguments.config or os.environ.get("ZOFOPS_CONFIG") or "zofops.toml")
    try:
        return load_config(path)
    except ConfigError as error:
        print(f"zofops: {error}", file=sys.stderr)
        return None
