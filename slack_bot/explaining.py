"""A decision in plain text: the rule that decided, where it stands in the file, and what the others lacked. Pure."""

from __future__ import annotations

from slack_bot.config import AllowRule, Policy
from slack_bot.membership import email_problem
from slack_bot.policy import NO_RULE, OWN_RUN, Ask, Considered, Decision, explain
from slack_bot.proof import span


def explained(policy: Policy, ask: Ask, decision: Decision, *, most: int = 1000) -> list[str]:
    """Sentences, the decision first, then each other rule with what it lacked, in the order of the file.

    Args:
        most: how many other rules are named: the nearest ones.
    """
    lines = [_verdict(decision)]
    lines += [f"Before it starts: {demand}." for demand in _demands(decision)]
    if problem := email_problem(policy, ask.user):
        lines.append(f"[people] lists {ask.user}, but {problem}, so the entry does not count.")
    others = [one for one in explain(policy, ask) if one.rule.name != decision.rule]
    near = sorted(others, key=lambda one: len(one.lacks))[:most]
    lines += [_why_not(one, ask, decision) for one in sorted(near, key=_position)]
    if len(others) > most:
        lines.append(f"{len(others) - most} more rules lack as much or more.")
    return lines


def place(name: str, line: int | None) -> str:
    """A rule's name, and the line of the file that it begins at."""
    return f"“{name}” (line {line})" if line else f"“{name}”"


def _verdict(decision: Decision) -> str:
    if decision.rule == OWN_RUN:
        return "Allowed: whoever started a run may always cancel it."
    if decision.rule == NO_RULE:
        why = f" In the way: {decision.reason}." if decision.reason else ""
        return f"Denied: no rule allows it.{why}"
    verdict = "Allowed" if decision.allowed else "Denied"
    reason = f": {decision.reason}" if decision.reason else ""
    return f"{verdict} by the rule {place(decision.rule, decision.line)}{reason}."


def _demands(decision: Decision) -> list[str]:
    found = []
    if decision.confirm:
        found.append("whoever asks must confirm it")
    if decision.requires is not None:
        needed = decision.requires
        found.append(f"{needed.suite} on {needed.environment} must have passed within {span(needed)}")
    if decision.approval is not None:
        count = decision.approval.count
        found.append(
            f"{count} {'other' if count == 1 else 'others'} of {', '.join(decision.approval.approvers)} must approve"
        )
    return found


def _position(one: Considered) -> int:
    return one.rule.line or 0


def _why_not(one: Considered, ask: Ask, decision: Decision) -> str:
    kind = "allow" if isinstance(one.rule, AllowRule) else "deny"
    rule = f"{kind} {place(one.rule.name, one.rule.line)}"
    if one.lacks:
        return f"{rule} does not hold: {', '.join(one.lacks)}."
    if decision.rule == OWN_RUN:
        return f"{rule} holds too, but decides nothing about one's own run."
    if kind == "deny":
        return f"{rule} would hold for some targets." if ask.target is None else f"{rule} denies it too."
    if not decision.allowed:
        return f"{rule} would allow it, but a deny wins over every allow."
    return f"{rule} would allow it too, but stands after the one that decides."
