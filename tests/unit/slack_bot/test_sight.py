"""Which names somebody is shown, and who counts as being in a channel."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.config import BotConfig, Policy, parse_policy
from slack_bot.known import ChannelFacts, Known, PersonFacts
from slack_bot.openings import openings
from slack_bot.policy import Ask, Target, decide, targets_open
from slack_bot.sight import catalogue_for, place_for
from zof_core.catalogue import Catalogue, CatalogueProject, CatalogueSuite

PROJECTS, ENVIRONMENTS, SUITES = ["p", "q"], ["staging", "production"], ["smoke", "load"]
CATALOGUE = Catalogue(
    projects=[
        CatalogueProject(
            id=one, environments=ENVIRONMENTS, suites=[CatalogueSuite(id=suite) for suite in SUITES]
        )
        for one in PROJECTS
    ]
)


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=1, unique=True) | st.just(["*"])


WHERE = {"projects": some(PROJECTS), "environments": some(ENVIRONMENTS), "suites": some(SUITES)}
ALLOW = st.fixed_dictionaries(
    {
        "channels": st.lists(st.sampled_from(["C0ONE", "C0TWO"]), min_size=1, unique=True),
        "verbs": st.just(["run"]),
        "people": st.sampled_from([["*"], ["U0SAM"], ["U0MIRA"]]),
        **WHERE,
    }
)


@given(st.lists(ALLOW, max_size=4), st.lists(st.fixed_dictionaries(WHERE), max_size=2))
def test_a_form_offers_what_may_be_run_and_nothing_else(
    allow: list[dict[str, Any]], deny: list[dict[str, Any]]
) -> None:
    policy = parse_policy({"allow": allow, "deny": deny}, source="test")
    config = BotConfig(policy=policy, catalogue=CATALOGUE)
    ask = Ask("U0SAM", "C0ONE", "run", None)
    judge = targets_open(policy, ask)
    may = {
        (project, environment, suite)
        for project in PROJECTS
        for environment in ENVIRONMENTS
        for suite in (*SUITES, None)
        if decide(policy, Ask("U0SAM", "C0ONE", "run", Target(project, environment, suite))).allowed
    }
    for project in PROJECTS:
        for environment in ENVIRONMENTS:
            for suite in (*SUITES, None):
                assert judge(Target(project, environment, suite)) is ((project, environment, suite) in may)
    shown = catalogue_for(config, "U0SAM", "C0ONE", 0.0)
    assert {one.id for one in shown.projects} == {project for project, _, _ in may}
    for one in shown.projects:
        assert {*one.environments} == {environment for project, environment, _ in may if project == one.id}
        assert {suite.id for suite in one.suites} == {
            suite for project, _, suite in may if project == one.id and suite
        }


def policy_with(members: dict[str, frozenset[str]]) -> Policy:
    rule = {
        "channels": ["G0OWN"],
        "verbs": ["run"],
        "projects": ["p"],
        "environments": ["staging"],
        "people": ["*"],
    }
    known = Known(
        people={"U0SAM": PersonFacts(guest=False)},
        channels={"G0OWN": ChannelFacts(shared=False, private=True)},
        members=members,
    )
    return parse_policy({"allow": [rule]}, source="test").model_copy(update={"known": known})


@pytest.mark.parametrize(
    ("members", "inside"),
    [({"G0OWN": frozenset({"U0SAM"})}, True), ({"G0OWN": frozenset({"U0MIRA"})}, False), ({}, False)],
    ids=["a member", "not a member", "not known"],
)
def test_from_elsewhere_a_private_channel_s_rules_hold_for_its_members(
    members: dict[str, frozenset[str]], inside: bool
) -> None:
    policy = policy_with(members)
    config = BotConfig(policy=policy, catalogue=CATALOGUE)
    ask = Ask("U0SAM", "G0OWN", "run", Target("p", "staging", "smoke"), present=False)
    decision = decide(policy, ask)
    assert decision.allowed is inside
    if not inside:
        assert "this channel is private, and Slack does not list you" in str(decision.reason)
    assert decide(policy, Ask("U0SAM", "G0OWN", "run", ask.target)).allowed
    assert place_for(policy, ask, ["G0OWN"]) == ("G0OWN" if inside else None)
    assert [one.id for one in catalogue_for(config, "U0SAM", "", 0.0).projects] == (["p"] if inside else [])
    elsewhere = openings(policy, Ask("U0SAM", "C0OTHER", "run", ask.target))
    assert elsewhere.channels == (("G0OWN",) if inside else ())
