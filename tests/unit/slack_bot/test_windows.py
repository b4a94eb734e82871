"""Freeze windows."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.config import AllowRule, Policy, Rule
from slack_bot.demands import Confirm
from slack_bot.followed import Asker
from slack_bot.openings import openings
from slack_bot.policy import Ask, Target, decide
from slack_bot.views import answers
from slack_bot.windows import parse_window

BERLIN = ZoneInfo("Europe/Berlin")
WEEKEND = parse_window("Fri 16:00 - Mon 08:00 Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("window", "moment", "covered"),
    [
        ("Fri 16:00-Mon 08:00 Europe/Berlin", "2026-11-27 15:59", False),
        ("Fri 16:00-Mon 08:00 Europe/Berlin", "2026-11-27 16:00", True),
        ("Fri 16:00-Mon 08:00 Europe/Berlin", "2026-11-29 12:00", True),
        ("Fri 16:00-Mon 08:00 Europe/Berlin", "2026-11-30 07:59", True),
        ("Fri 16:00-Mon 08:00 Europe/Berlin", "2026-11-30 08:00", False),
        ("mon 09:00 – tue 09:00 Europe/Berlin", "2026-12-01 08:59", True),
        ("mon 09:00 – tue 09:00 Europe/Berlin", "2026-12-02 08:59", False),
        ("2026-12-23 12:00 - 2027-01-04 08:00 Europe/Berlin", "2026-12-23 11:59", False),
        ("2026-12-23 12:00 - 2027-01-04 08:00 Europe/Berlin", "2027-01-04 07:59", True),
        ("2026-12-23 12:00 - 2027-01-04 08:00 Europe/Berlin", "2027-01-04 08:00", False),
    ],
)
def test_covers(window: str, moment: str, covered: bool) -> None:
    assert parse_window(window).covers(at(moment)) is covered


def test_it_goes_by_the_clock_of_its_place_through_summer_time() -> None:
    assert WEEKEND.covers(at("2026-03-27 16:00"))
    assert WEEKEND.covers(at("2026-03-30 07:59"))
    assert not WEEKEND.covers(at("2026-03-30 08:00"))
    assert not WEEKEND.covers(at("2026-11-27 16:00", ZoneInfo("Asia/Tokyo")))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("always", "is not a window; write it as 'Fri 16:00 - Mon 08:00 Europe/Berlin'"),
        ("Fry 16:00 - Mon 08:00 UTC", "'Fry' is not a day"),
        ("Fri 25:00 - Mon 08:00 UTC", "is no date and time"),
        ("Fri 16:00 - Fri 16:00 UTC", "begins and ends at the same time"),
        ("Fri 16:00 - Mon 08:00 Mars/Base", "'Mars/Base' is not a time zone"),
        ("Fri 16:00 - Mon 08:00 ../../etc/passwd", "is not a time zone"),
        ("2026-12-23 12:00 - 2026-12-22 08:00 UTC", "ends before it begins"),
        ("2026-02-30 12:00 - 2026-12-22 08:00 UTC", "is no date and time"),
    ],
)
def test_what_is_no_window_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"window|day|time|zone|ends") as caught:
        parse_window(text)
    assert says in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_window_or_says_why(text: str) -> None:
    try:
        window = parse_window(text)
    except ValueError:
        return
    assert window.text


@given(st.integers(0, 10_079), st.integers(0, 20_000))
def test_a_weekly_window_and_its_complement_cover_every_minute_once(start: int, minutes: int) -> None:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    def named(minute: int) -> str:
        return f"{days[minute // 1440]} {minute % 1440 // 60:02d}:{minute % 60:02d}"

    end = (start + 1 + start % 5_000) % 10_080
    inside = parse_window(f"{named(start)} - {named(end)} UTC")
    outside = parse_window(f"{named(end)} - {named(start)} UTC")
    moment = (datetime(2026, 1, 5, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=minutes)).timestamp()
    assert inside.covers(moment) != outside.covers(moment)
    holds = inside if inside.covers(moment) else outside
    ends = holds.end(moment)
    assert moment < ends
    assert holds.covers(ends - 60.0)
    assert not holds.covers(ends)


def test_it_ends_by_the_clock_of_its_place() -> None:
    assert WEEKEND.end(at("2026-03-28 12:00")) == at("2026-03-30 08:00")
    dated = parse_window("2026-12-23 12:00 - 2027-01-04 08:00 Europe/Berlin")
    assert dated.end(at("2026-12-24 18:00")) == at("2027-01-04 08:00")


def test_a_freeze_denies_while_it_lasts_and_says_until_when() -> None:
    allow = AllowRule.model_validate(
        {
            "name": "all",
            "channels": ("C0RELEASES",),
            "verbs": ("run",),
            "projects": ("*",),
            "environments": ("*",),
            "people": ("*",),
        }
    )
    freeze = Rule.model_validate(
        {
            "name": "weekend",
            "environments": ("production",),
            "when": "Fri 16:00 - Mon 08:00 Europe/Berlin",
            "reason": "nobody is there",
        }
    )
    policy = Policy(allow=(allow,), deny=(freeze,))
    target = Target("proj_abc", "production", "suite_pr_smoke")

    def asked(moment: float | None) -> object:
        decision = decide(policy, Ask("U1X", "C0RELEASES", "run", target, at=moment))
        return decision.allowed, decision.reason

    assert asked(at("2026-11-26 12:00")) == (True, None)
    why = "nobody is there (Fri 16:00 - Mon 08:00 Europe/Berlin)"
    assert asked(at("2026-11-28 12:00")) == (False, why)
    assert asked(None) == (False, why)


def test_a_denial_by_a_freeze_says_when_it_ends_and_names_nothing_that_is_more_dangerous() -> None:
    def rule(**said: object) -> dict[str, object]:
        return {
            "channels": ("C0RELEASES",),
            "verbs": ("run",),
            "projects": ("proj_abc",),
            "people": ("*",),
            **said,
        }

    allow = AllowRule.model_validate(rule(name="all", environments=("staging", "qa", "production", "Live")))
    freeze = Rule.model_validate(
        {"name": "weekend", "environments": ("staging",), "when": "Fri 16:00 - Mon 08:00 Europe/Berlin"}
    )
    longer = Rule.model_validate(
        {
            "name": "move",
            "environments": ("staging",),
            "when": "2026-11-28 00:00 - 2026-12-02 09:00 Europe/Berlin",
        }
    )
    ever = Rule.model_validate({"name": "ever", "environments": ("staging",)})
    ask = Ask("U1X", "C0RELEASES", "run", Target("proj_abc", "staging", "s"), at=at("2026-11-28 12:00"))

    def said(*denies: Rule) -> str:
        policy = Policy(allow=(allow,), deny=denies, confirm=Confirm(environments=("live",)))
        return answers.denied(ask, decide(policy, ask), openings(policy, ask)).text

    assert f"^{int(at('2026-11-30 08:00'))}^" in said(freeze)
    assert f"^{int(at('2026-12-02 09:00'))}^" in said(freeze, longer)
    assert "That ends" not in said(freeze, ever)
    assert "`qa`" in said(freeze)
    assert "production" not in said(freeze)
    assert "Live" not in said(freeze)
    policy = Policy(allow=(allow,), deny=(freeze,))
    assert (
        f"^{int(at('2026-11-30 08:00'))}^"
        in answers.can(Asker(id="U1X", name="x"), ask, decide(policy, ask)).text
    )


def test_another_channel_is_no_way_around_a_freeze() -> None:
    everywhere = AllowRule.model_validate(
        {
            "name": "all",
            "channels": ("C0RELEASES", "C0GENERAL"),
            "verbs": ("run",),
            "projects": ("proj_abc",),
            "environments": ("staging",),
            "people": ("*",),
        }
    )
    ask = Ask("U1X", "C0RELEASES", "run", Target("proj_abc", "staging", "s"), at=at("2026-11-28 12:00"))

    def said(*denies: dict[str, str]) -> str:
        deny = tuple(
            Rule.model_validate({"name": "no", "channels": ("C0RELEASES",), **one}) for one in denies
        )
        policy = Policy(allow=(everywhere,), deny=deny)
        return answers.denied(ask, decide(policy, ask), openings(policy, ask)).text

    assert "You can do that in <#C0GENERAL>" in said({})
    freeze = {"when": "Fri 16:00 - Mon 08:00 Europe/Berlin"}
    assert "C0GENERAL" not in said(freeze)
    # What also forbids it without an end does not make the freeze one to walk around.
    assert "C0GENERAL" not in said(freeze, {})
    assert "C0GENERAL" not in said({}, freeze)
    assert "C0GENERAL" in said({}, {"when": "Mon 08:00 - Tue 08:00 Europe/Berlin"})
