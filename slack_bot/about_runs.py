"""Requests about a run that is there already, by its id: status, watch, logs, details, cancel, rerun. Pure."""

from __future__ import annotations

from dataclasses import replace

from slack_bot import grammar
from slack_bot.config import BotConfig
from slack_bot.errands import Errand, Kind, Query
from slack_bot.followed import FollowedRun
from slack_bot.policy import Ask, decide, target_of
from slack_bot.store.records import InboxOutcome
from slack_bot.verdicts import Origin, Verdict, denied
from slack_bot.views import answers
from zof_core.validation import id_problem


def ask_about(origin: Origin, verb: str, followed: FollowedRun | None) -> Ask:
    """The question to the rules whether somebody may do something to a run; its target is known if it is followed."""
    if followed is None:
        return origin.ask(verb)
    starter = followed.started_by.id if followed.started_by else None
    return replace(origin.ask(verb, target_of(followed)), started_by=starter)


def judge_errand(
    origin: Origin,
    kind: Kind,
    run_id: str,
    followed: FollowedRun | None,
    config: BotConfig,
    *,
    failed_only: bool = False,
    query: Query | None = None,
    view: str | None = None,
) -> Verdict:
    """Judges one.

    Args:
        followed: the followed run that has this id, if this bot follows it: then its target is known already, else
            the rules are asked once more when it has been read from Zof.
        view: `external_id` of the modal that the answer is for.
    """
    if problem := id_problem("run_id", run_id):
        usage = grammar.Usage(problem, grammar.USAGE.get(kind.value, grammar.USAGE["help"]))
        return Verdict(InboxOutcome.USAGE, kind.value, answers.usage(usage))
    ask = ask_about(origin, kind.verb, followed)
    decision = decide(config.policy, ask)
    if not decision.allowed:
        return denied(ask, decision, config)
    return Verdict(
        InboxOutcome.ACCEPTED,
        kind.value,
        rule=decision.rule,
        entity=Errand(
            key=origin.key,
            kind=kind,
            run_id=run_id,
            failed_only=failed_only,
            query=query or Query(),
            view=view,
            team=origin.team,
            followed_key=followed.key if followed else None,
            asker=origin.user,
            channel=origin.channel,
            present=origin.present,
            response_url=origin.response_url,
            asked_at=origin.at,
        ),
    )
