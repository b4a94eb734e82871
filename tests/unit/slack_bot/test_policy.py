"""Who may do what, where."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.config import AllowRule, Person, Policy, Rule
from slack_bot.openings import ELSEWHERE, openings
from slack_bot.policy import NO_RULE, OWN_RUN, Ask, Target, decide

STAGING = Target("proj_abc", "staging", "suite_pr_smoke")
PRODUCTION = Target("proj_abc", "production", "suite_pr_smoke")
REGRESSION = Target("proj_abc", "production", "suite_regression")
CASES = Target("proj_abc", "production", None)


def allow(name: str, **changes: Any) -> AllowRule:
    base = {
        "name": name,
        "channels": ("C0RELEASES",),
        "verbs": ("run", "status"),
        "projects": ("proj_abc",),
        "environments": ("staging",),
        "people": ("*",),
    }
    return AllowRule.model_validate({**base, **changes})


POLICY = Policy(
    people={"U02DANA": Person(name="Dana Ruiz", roles=("qa-lead",)), "U03SAM": Person(name="Sam Okafor")},
    allow=(
        allow("staging"),
        allow(
            "leads",
            environments=("staging", "production"),
            verbs=("run", "cancel", "status"),
            people=("role:qa-lead",),
        ),
        allow("smoke by sam", environments=("production",), suites=("suite_pr_smoke",), people=("U03SAM",)),
    ),
    deny=(
        Rule(
            name="no regression",
            verbs=("run",),
            environments=("production",),
            suites=("suite_regression",),
            reason="it writes orders",
        ),
        Rule(name="never mira", people=("U04MIRA",)),
    ),
)


@pytest.mark.parametrize(
    ("user", "channel", "verb", "target", "allowed", "rule"),
    [
        ("U03SAM", "C0RELEASES", "run", STAGING, True, "staging"),
        ("U03SAM", "C0GENERAL", "run", STAGING, False, NO_RULE),
        ("U03SAM", "C0RELEASES", "cancel", STAGING, False, NO_RULE),
        ("U02DANA", "C0RELEASES", "cancel", STAGING, True, "leads"),
        ("U02DANA", "C0RELEASES", "run", PRODUCTION, True, "leads"),
        ("U02DANA", "C0RELEASES", "run", REGRESSION, False, "no regression"),
        ("U02DANA", "C0RELEASES", "status", REGRESSION, True, "leads"),
        ("U03SAM", "C0RELEASES", "run", PRODUCTION, True, "smoke by sam"),
        ("U03SAM", "C0RELEASES", "run", CASES, False, "no regression"),
        ("U02DANA", "C0RELEASES", "run", CASES, False, "no regression"),
        ("U04MIRA", "C0RELEASES", "run", STAGING, False, "never mira"),
        ("U04MIRA", "C0RELEASES", "run", None, False, "never mira"),
        ("U03SAM", "C0RELEASES", "run", None, True, "staging"),
        ("U03SAM", "C0RELEASES", "rerun", STAGING, False, NO_RULE),
        ("U03SAM", "C0RELEASES", "run", Target("proj_x", "staging", "suite_pr_smoke"), False, NO_RULE),
        ("U03SAM", "C0RELEASES", "run", Target("proj_abc", "Staging", "suite_pr_smoke"), False, NO_RULE),
    ],
)
def test_decides_and_names_the_rule(
    user: str, channel: str, verb: str, target: Target | None, allowed: bool, rule: str
) -> None:
    decision = decide(POLICY, Ask(user, channel, verb, target))
    assert (decision.allowed, decision.rule) == (allowed, rule)


def test_a_denial_carries_the_rules_reason() -> None:
    assert decide(POLICY, Ask("U02DANA", "C0RELEASES", "run", REGRESSION)).reason == "it writes orders"


def test_who_started_a_run_may_always_cancel_it() -> None:
    mine = Ask("U04MIRA", "C0GENERAL", "cancel", PRODUCTION, started_by="U04MIRA")
    assert decide(POLICY, mine).rule == OWN_RUN
    others = Ask("U03SAM", "C0RELEASES", "cancel", PRODUCTION, started_by="U04MIRA")
    assert not decide(POLICY, others).allowed
    assert not decide(POLICY, Ask("U04MIRA", "C0RELEASES", "run", STAGING, started_by="U04MIRA")).allowed


def test_a_rule_for_one_suite_does_not_cover_cases() -> None:
    policy = Policy(allow=(allow("smoke", suites=("suite_pr_smoke",)),))
    assert decide(policy, Ask("U1X", "C0RELEASES", "run", STAGING)).allowed
    assert not decide(policy, Ask("U1X", "C0RELEASES", "run", Target("proj_abc", "staging", None))).allowed


def test_openings_name_what_the_asker_could_do() -> None:
    general = openings(POLICY, Ask("U03SAM", "C0GENERAL", "run", STAGING))
    assert general.channels == ("C0RELEASES",)
    assert general.verbs_here == ()
    here = openings(POLICY, Ask("U03SAM", "C0RELEASES", "run", REGRESSION))
    assert here.channels == ()
    assert here.verbs_here == ("run", "status")
    assert here.targets_here == (
        Target("proj_abc", "staging", "suite_regression"),
        Target("proj_abc", "production", "suite_pr_smoke"),
    )
    nothing = openings(POLICY, Ask("U09NOBODY", "C0RELEASES", "run", PRODUCTION))
    assert nothing.targets_here == (STAGING,)


def test_what_may_not_be_run_is_not_run_again_either() -> None:
    policy = Policy(
        allow=(allow("all", verbs=("run", "rerun"), environments=("production",)),),
        deny=(Rule(name="freeze", verbs=("run",), environments=("production",)),),
    )
    assert decide(policy, Ask("U03SAM", "C0RELEASES", "rerun", PRODUCTION)).rule == "freeze"
    only_run = Policy(allow=(allow("run only", environments=("production",)),))
    assert decide(only_run, Ask("U03SAM", "C0RELEASES", "rerun", PRODUCTION)).rule == NO_RULE


@pytest.mark.parametrize("spelling", ["Production", "PRODUCTION", "production ", "ｐroduction"])
def test_a_deny_rule_holds_for_other_spellings_too(spelling: str) -> None:
    anywhere = allow("anywhere", environments=("*",))
    policy = Policy(allow=(anywhere,), deny=(Rule(name="freeze", environments=("production",)),))
    ask = Ask("U03SAM", "C0RELEASES", "run", Target("proj_abc", spelling, "suite_pr_smoke"))
    assert decide(policy, ask).rule == "freeze"
    only = Policy(allow=(allow("production only", environments=("production",)),))
    assert decide(only, ask).rule == NO_RULE


_IDS = st.sampled_from(["U02DANA", "U03SAM", "U04MIRA", "U9X"])
_ASKS = st.builds(
    Ask,
    user=_IDS,
    channel=st.sampled_from(["C0RELEASES", "C0GENERAL", "D0X", ""]),
    verb=st.sampled_from(["run", "rerun", "cancel", "status", "", "delete"]),
    target=st.builds(
        Target,
        project=st.sampled_from(["proj_abc", "proj_x", "*", ""]),
        environment=st.sampled_from(["staging", "production", "*", ""]),
        suite=st.none() | st.sampled_from(["suite_pr_smoke", "suite_regression", "*"]),
    ),
    started_by=st.none() | _IDS,
)


@given(_ASKS)
def test_nothing_is_allowed_that_no_rule_writes_out(ask: Ask) -> None:
    decision = decide(POLICY, ask)
    if not decision.allowed:
        return
    if decision.rule == OWN_RUN:
        assert ask.verb == "cancel"
        assert ask.started_by == ask.user
        return
    rule = next(rule for rule in POLICY.allow if rule.name == decision.rule)
    assert ask.target is not None
    assert ask.channel in rule.channels
    assert ask.verb in rule.verbs
    assert ask.target.project in rule.projects
    assert ask.target.environment in rule.environments
    assert "*" in rule.suites or ask.target.suite in rule.suites


@given(_ASKS)
def test_without_rules_nothing_is_allowed(ask: Ask) -> None:
    decision = decide(Policy(people=POLICY.people), ask)
    assert decision.allowed == (ask.verb == "cancel" and ask.started_by == ask.user)


@given(_ASKS)
def test_a_deny_for_everything_wins(ask: Ask) -> None:
    closed = POLICY.model_copy(update={"deny": (Rule(name="closed"),)})
    decision = decide(closed, ask)
    assert decision.rule in {OWN_RUN, "closed", NO_RULE}
    assert decision.allowed == (decision.rule == OWN_RUN)


def test_other_channels_are_looked_for_no_further_than_an_answer_names_them() -> None:
    rule = POLICY.allow[0]
    many = POLICY.model_copy(
        update={"allow": (rule.model_copy(update={"channels": tuple(f"C{n:08d}" for n in range(500))}),)}
    )
    ask = Ask("U03SAM", "C0ELSEWHERE", rule.verbs[0], None)
    assert openings(many, ask).channels == tuple(f"C{n:08d}" for n in range(ELSEWHERE))
    assert openings(many, ask, elsewhere=0).channels == ()
