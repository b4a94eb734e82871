"""Approval by others, before anything is started."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.approvals import Ballot, awaiting, digest_of, expired, has_voted, is_open, refusal_of, vote
from slack_bot.config import AllowRule, Person, Policy, Rule
from slack_bot.followed import Asker, FollowedRun, State
from slack_bot.following import Expire, Wait, decide
from slack_bot.known import ChannelFacts, Known, PersonFacts
from slack_bot.policy import Ask, Needed, Target
from slack_bot.policy import decide as judge
from slack_bot.results import Outcome
from zof_core import RunRequest

DANA, SAM, MIRA, KIM = (
    Asker(id=user, name=user.title()) for user in ("U02DANA", "U03SAM", "U04MIRA", "U05KIM")
)
PRODUCTION = Target("proj_abc", "production", "suite_pr_smoke")
POLICY = Policy(
    people={"U03SAM": Person(name="Sam", roles=("sre",)), "U05KIM": Person(name="Kim", roles=("sre",))},
    allow=(
        AllowRule.model_validate(
            {
                "name": "production",
                "channels": ("C0RELEASES",),
                "verbs": ("run", "rerun", "status"),
                "projects": ("proj_abc",),
                "environments": ("production",),
                "people": ("*",),
                "approvals": 2,
                "approvers": ("role:sre",),
                "approval_minutes": 10,
            }
        ),
    ),
)


def asked(needed: int = 2) -> FollowedRun:
    row = FollowedRun(
        key="k",
        request=RunRequest(project_id="proj_abc", environment="production", test_suite_id="suite_pr_smoke"),
        project_name="Checkout",
        asker=DANA,
        channel="C0RELEASES",
        accepted_at=1000.0,
    )
    return awaiting(row, Needed("production", needed, ("role:sre",), 600.0), 1000.0)


def ballot(voter: Asker, **changes: Any) -> Ballot:
    cast = {"voter": voter, "channel": "C0RELEASES", "digest": digest_of(asked().request), "approve": True}
    return Ballot(**{**cast, **changes})


def test_only_runs_and_reruns_demand_it() -> None:
    def of(verb: str) -> Needed | None:
        return judge(POLICY, Ask("U04MIRA", "C0RELEASES", verb, PRODUCTION)).approval

    assert of("run") == of("rerun") == Needed("production", 2, ("role:sre",), 600.0)
    assert of("status") is None


def test_nothing_starts_until_enough_others_have_approved() -> None:
    row = asked()
    assert decide(row, 1000.0, "shown") is not None
    row = vote(row, SAM, 1010.0, approve=True, policy=POLICY)
    assert (has_voted(row, SAM), has_voted(row, KIM), has_voted(None, SAM)) == (True, False, False)
    assert vote(row, SAM, 1011.0, approve=True, policy=POLICY) == row
    assert vote(row, DANA, 1011.0, approve=True, policy=POLICY) == row
    assert (row.state, is_open(row, 1011.0)) == (State.AWAITING, True)
    row = vote(row, KIM, 1500.0, approve=True, policy=POLICY)
    assert (row.state, row.outcome, row.may_start_from) == (State.ACCEPTED, None, 1500.0)
    assert not is_open(row, 1501.0)


def test_a_rejection_ends_it_and_tells_its_author() -> None:
    row = vote(
        vote(asked(), SAM, 1010.0, approve=True, policy=POLICY), KIM, 1011.0, approve=False, policy=POLICY
    )
    assert row.outcome is Outcome.REJECTED
    assert row.notice == "U05Kim rejected what you asked for. Nothing was started."
    assert vote(row, MIRA, 1012.0, approve=True, policy=POLICY) == row


def test_no_answer_is_a_rejection() -> None:
    row = asked()
    row = row.model_copy(update={"card": row.card.model_copy(update={"shown": "card"})})
    assert decide(row, 1599.0, "card") == Wait(1600.0)
    assert decide(row, 1600.0, "card") == Expire()
    assert vote(row, SAM, 1600.0, approve=True, policy=POLICY) == row
    assert expired(row).outcome is Outcome.EXPIRED


@pytest.mark.parametrize(
    ("cast", "says"),
    [
        (ballot(SAM), None),
        (ballot(DANA), "You asked for this yourself"),
        (ballot(DANA, approve=False), None),
        (ballot(MIRA), "does not list you among those who may approve or reject (role:sre)"),
        (ballot(MIRA, approve=False), "does not list you"),
        (ballot(SAM, digest="0" * 32), "stands for another request"),
        (ballot(SAM, channel="C0GENERAL"), "stands for another request"),
    ],
)
def test_who_may_vote(cast: Ballot, says: str | None) -> None:
    refusal = refusal_of(cast, asked(), POLICY, 1001.0)
    assert refusal is None if says is None else says in (refusal or "")


def test_a_vote_is_judged_by_the_rules_as_they_are_then() -> None:
    row = asked()
    frozen = POLICY.model_copy(update={"deny": (Rule(name="freeze", environments=("production",)),)})
    assert "no longer let U02Dana run this" in (refusal_of(ballot(SAM), row, frozen, 1001.0) or "")
    assert refusal_of(ballot(SAM, approve=False), row, frozen, 1001.0) is None
    assert "does not list you" in (refusal_of(ballot(SAM), row, Policy(), 1001.0) or "")
    assert "decided already" in (refusal_of(ballot(SAM), row, POLICY, 1600.0) or "")
    assert "decided already" in (refusal_of(ballot(SAM), None, POLICY, 1001.0) or "")


_REQUESTS = st.builds(
    RunRequest,
    project_id=st.sampled_from(["p", "q"]),
    environment=st.sampled_from(["staging", "production"]),
    test_suite_id=st.none() | st.sampled_from(["s", "t"]),
    test_case_ids=st.none() | st.lists(st.sampled_from(["a", "b"]), max_size=3),
)


@given(_REQUESTS, _REQUESTS)
def test_a_digest_stands_for_exactly_one_request(one: RunRequest, other: RunRequest) -> None:
    assert (digest_of(one) == digest_of(other)) == (one == other)


@given(
    st.lists(
        st.tuples(st.sampled_from([DANA, SAM, MIRA, KIM]), st.booleans(), st.floats(0, 700)), max_size=12
    ),
    st.integers(1, 3),
)
def test_no_order_of_votes_starts_it_without_enough_others(
    votes: list[tuple[Asker, bool, float]], needed: int
) -> None:
    rule = POLICY.allow[0].model_copy(update={"approvals": needed, "approvers": ("*",)})
    policy = POLICY.model_copy(update={"allow": (rule,)})
    row, others, over = asked(needed), set[str](), False
    for voter, approve, after in votes:
        in_time = after < 600.0
        row = vote(row, voter, 1000.0 + after, approve=approve, policy=policy)
        if over or not in_time:
            continue
        if not approve:
            over = True
        elif voter.id != DANA.id:
            others.add(voter.id)
            over = len(others) >= needed
    assert (row.state is State.ACCEPTED) == (len(others) >= needed)


def test_failed_cases_of_a_suite_are_judged_as_that_suite() -> None:
    row = asked()
    cases = RunRequest(project_id="proj_abc", environment="production", test_case_ids=["tc_1"])
    again = row.model_copy(
        update={"request": cases, "again_of": "run_1", "suite_for_rules": "suite_pr_smoke"}
    )
    again = awaiting(again, Needed("production", 2, ("role:sre",), 600.0), 1000.0)
    regression = Rule(name="no regression", environments=("production",), suites=("suite_regression",))
    policy = POLICY.model_copy(update={"deny": (regression,)})
    assert refusal_of(ballot(SAM, digest=digest_of(cases)), again, policy, 1001.0) is None
    single = again.model_copy(update={"suite_for_rules": None})
    assert "no longer let" in (refusal_of(ballot(SAM, digest=digest_of(cases)), single, policy, 1001.0) or "")


def test_a_person_counts_once_whatever_account_they_use() -> None:
    twice = {"U06DANA": Person(name="Dana", email="DANA@example.com", roles=("sre",))}
    policy = POLICY.model_copy(
        update={"people": {**POLICY.people, **twice, DANA.id: Person(name="Dana", email="dana@example.com")}}
    )
    other = Asker(id="U06DANA", name="Dana")
    assert "asked for this yourself" in (refusal_of(ballot(other), asked(), policy, 1001.0) or "")
    assert vote(asked(), other, 1001.0, approve=True, policy=policy).approval == asked().approval
    sams = {"U07SAM": Person(name="Sam", email="sam@example.com", roles=("sre",))}
    sam = Person(name="Sam", email="sam@example.com", roles=("sre",))
    policy = POLICY.model_copy(update={"people": {**POLICY.people, **sams, SAM.id: sam}})
    row = vote(asked(), SAM, 1001.0, approve=True, policy=policy)
    again = Asker(id="U07SAM", name="Sam")
    assert "another account" in (refusal_of(ballot(again), row, policy, 1002.0) or "")
    assert vote(row, again, 1002.0, approve=True, policy=policy) == row


def test_who_lost_the_role_since_does_not_count_any_more() -> None:
    row = vote(asked(), SAM, 1001.0, approve=True, policy=POLICY)
    without = POLICY.model_copy(
        update={"people": {**POLICY.people, SAM.id: Person(name="Sam"), MIRA.id: POLICY.people[SAM.id]}}
    )
    row = vote(row, KIM, 1002.0, approve=True, policy=without)
    assert row.state is State.AWAITING
    assert vote(row, MIRA, 1003.0, approve=True, policy=without).state is State.ACCEPTED


def test_a_rule_that_asks_for_more_meanwhile_gets_more() -> None:
    row = vote(asked(), SAM, 1001.0, approve=True, policy=POLICY)
    people = {**POLICY.people, MIRA.id: Person(name="Mira", roles=("sre",))}
    stricter = POLICY.model_copy(
        update={"people": people, "allow": (POLICY.allow[0].model_copy(update={"approvals": 3}),)}
    )
    row = vote(row, KIM, 1002.0, approve=True, policy=stricter)
    assert row.state is State.AWAITING
    assert vote(row, MIRA, 1003.0, approve=True, policy=stricter).state is State.ACCEPTED
    renamed = POLICY.model_copy(update={"allow": (POLICY.allow[0].model_copy(update={"name": "new"}),)})
    assert "does not list you" in (refusal_of(ballot(SAM), asked(), renamed, 1001.0) or "")
    above = POLICY.model_copy(update={"allow": (renamed.allow[0], POLICY.allow[0])})
    assert "rules have changed" in (refusal_of(ballot(SAM), asked(), above, 1001.0) or "")


def test_what_was_decided_meanwhile_does_not_expire() -> None:
    row = vote(
        vote(asked(), SAM, 1010.0, approve=True, policy=POLICY), KIM, 1020.0, approve=True, policy=POLICY
    )
    assert row.state is State.ACCEPTED
    assert expired(row) == row
    rejected = vote(asked(), SAM, 1010.0, approve=False, policy=POLICY)
    assert expired(rejected) == rejected


@pytest.mark.parametrize("silent", [SAM, DANA])
def test_accounts_that_slack_does_not_tell_apart_do_not_approve(silent: Asker) -> None:
    facts = {who.id: PersonFacts(guest=False, email=f"{who.id}@example.com") for who in (DANA, SAM)}
    known = POLICY.model_copy(
        update={"known": Known(people=facts, channels={"C0RELEASES": ChannelFacts(shared=False)})}
    )
    assert refusal_of(ballot(SAM), asked(), known, 1010.0) is None
    del facts[silent.id]
    refusal = refusal_of(ballot(SAM), asked(), known, 1010.0)
    assert refusal is not None
    assert refusal_of(ballot(DANA, approve=False), asked(), known, 1010.0) is None


@pytest.mark.parametrize("approve", [True, False])
def test_a_vote_cast_in_the_home_is_judged_as_one_cast_there_when_it_is_counted(approve: bool) -> None:
    rule = POLICY.allow[0].model_copy(update={"approvers": ("*",)})
    known = Known(
        people={who.id: PersonFacts(guest=False) for who in (DANA, SAM, KIM)},
        channels={"C0RELEASES": ChannelFacts(shared=False, private=True)},
        members={"C0RELEASES": frozenset({DANA.id, KIM.id})},
    )
    policy = POLICY.model_copy(update={"allow": (rule,), "known": known})

    def counts(voter: Asker, *, present: bool) -> bool:
        row = asked()
        return vote(row, voter, 1010.0, approve=approve, policy=policy, present=present) != row

    assert not counts(SAM, present=False)  # who is no member, or has left since the click
    assert counts(SAM, present=True)
    assert counts(KIM, present=False)
