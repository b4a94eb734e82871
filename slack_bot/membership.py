"""Who somebody is to the rules: mapped person, member of a group, guest. Pure.

Each question has two sides: an allow rule needs that it is surely so, a deny rule only that it may be so.
"""

from __future__ import annotations

from slack_bot.config import ANY, Person, Policy
from slack_bot.known import PersonFacts


def facts_of(policy: Policy, user: str) -> PersonFacts | None:
    """What Slack says of somebody; None if that is not known."""
    if policy.known is None:
        return PersonFacts(guest=False, email=_mapped_email(policy, user))
    return policy.known.people.get(user)


def email_problem(policy: Policy, user: str) -> str | None:
    """Why somebody's entry in [people] does not count for them; None if it does, or if there is none."""
    person = policy.people.get(user)
    if person is None or person.email is None:
        return None
    facts = facts_of(policy, user)
    if facts is None:
        return "I could not ask Slack for the e-mail address of the profile"
    if facts.email is None:
        return "Slack shows me no e-mail address of the profile"
    if facts.email.casefold() != person.email.casefold():
        return "the e-mail address of the Slack profile is not the one in [people]"
    return None


def mapped(policy: Policy, user: str) -> Person | None:
    """The entry in [people] that counts for somebody."""
    return policy.people.get(user) if email_problem(policy, user) is None else None


def surely_among(listed: tuple[str, ...], policy: Policy, user: str) -> bool:
    """Whether a list of people surely has somebody in it. Guests are only in it by id or by role."""
    person, disputed = mapped(policy, user), email_problem(policy, user) is not None
    by_name = not disputed and (user in listed or _has_role(listed, person))
    if by_name:
        return True
    facts = facts_of(policy, user)
    if facts is None or facts.guest:
        return False
    return ANY in listed or (
        not disputed and any(user in (_members(policy, who) or ()) for who in listed if _is_group(who))
    )


def possibly_among(listed: tuple[str, ...], policy: Policy, user: str) -> bool:
    """Whether a list of people may have somebody in it."""
    if ANY in listed or user in listed or _has_role(listed, policy.people.get(user)):
        return True
    groups = [_members(policy, who) for who in listed if _is_group(who)]
    return any(members is None or user in members for members in groups)


def unknown_groups(listed: tuple[str, ...], policy: Policy) -> tuple[str, ...]:
    """Groups of a list whose members are not known just now."""
    return tuple(who for who in listed if _is_group(who) and _members(policy, who) is None)


def may_be_in(policy: Policy, user: str, channel: str) -> bool:
    """Whether somebody can surely be in a channel: in a public one everybody can, in a private one its members are."""
    if policy.known is None:
        return True
    facts = policy.known.channels.get(channel)
    return facts is not None and (not facts.private or user in policy.known.members.get(channel, ()))


def same_person(policy: Policy, one: str, other: str) -> bool:
    """Whether two Slack accounts belong to one person: the same id, or the same e-mail address, mapped or shown."""
    return one == other or not _emails(policy, one).isdisjoint(_emails(policy, other))


def _emails(policy: Policy, user: str) -> set[str]:
    facts = facts_of(policy, user)
    found = (_mapped_email(policy, user), facts.email if facts else None)
    return {email.casefold() for email in found if email}


def _mapped_email(policy: Policy, user: str) -> str | None:
    person = policy.people.get(user)
    return person.email if person else None


def _has_role(listed: tuple[str, ...], person: Person | None) -> bool:
    return person is not None and any(f"role:{role}" in listed for role in person.roles)


def _is_group(who: str) -> bool:
    return who.startswith("group:")


def _members(policy: Policy, group: str) -> frozenset[str] | None:
    """The members of `group:NAME`; None if those of one of its Slack groups are not known."""
    if policy.known is None:
        return frozenset()
    members = [policy.known.groups.get(one) for one in policy.groups.get(group.removeprefix("group:"), ())]
    if any(found is None for found in members):
        return None
    return frozenset(user for found in members if found for user in found)
