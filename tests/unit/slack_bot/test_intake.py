"""From a request to what is committed and answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot import grammar
from slack_bot.audit import Entry, Note, chained
from slack_bot.clicks import judge_click
from slack_bot.config import load_config
from slack_bot.errands import Errand, ErrandOutcome, ErrandState, Kind
from slack_bot.followed import Asker, FollowedRun
from slack_bot.intake import Known, judge_command, judge_submission
from slack_bot.requests import ButtonValue, Click, SlashCommand, Submission
from slack_bot.store import InboxOutcome
from slack_bot.verdicts import called
from slack_bot.views.form import Submitted

CONFIG = load_config(Path(__file__).parents[3] / "examples" / "zofops.toml")


def command(text: str, *, user: str = "U03SAM", channel: str = "C0RELEASES") -> SlashCommand:
    asker = called(Asker(id=user, name="handle"), CONFIG)
    return SlashCommand("T0ZOF", channel, asker, "/zof", text, "1.2.3", "https://x")


def judge(text: str, followed: FollowedRun | None = None, **who: str) -> Any:
    return judge_command(command(text, **who), grammar.parse(text), CONFIG, Known(followed), 100.0)


def click(user: str) -> Click:
    return Click(
        "T0ZOF", "C0RELEASES", Asker(id=user, name="handle"), "cancel_run", "", "17.1", "1.2.3", None
    )


def test_an_accepted_run_carries_ids_names_and_who_asked() -> None:
    verdict = judge("run Checkout staging 'PR smoke'")
    assert (verdict.outcome, verdict.rule) == (InboxOutcome.ACCEPTED, "staging for everyone in #releases")
    assert verdict.answer is None
    row = verdict.entity
    assert isinstance(row, FollowedRun)
    assert (row.key, row.accepted_at, row.asker) == (
        "T0ZOF:1.2.3",
        100.0,
        Asker(id="U03SAM", name="Sam Okafor"),
    )
    assert (row.request.project_id, row.request.test_suite_id) == ("proj_abc", "suite_pr_smoke")
    assert (row.project_name, row.suite_name) == ("Checkout", "PR smoke")


@pytest.mark.parametrize(
    ("text", "outcome", "says"),
    [
        ("run proj_abx staging suite_pr_smoke", "unknown_name", "Did you mean `proj_abc`?"),
        ("run proj_abc stagign suite_pr_smoke", "unknown_name", "Did you mean `staging`?"),
        ("run proj_abc staging suite_pr_smok", "unknown_name", "Did you mean `suite_pr_smoke`?"),
        (
            "run proj_abc production suite_regression",
            "denied",
            "Here you can run `suite_regression` on `staging` of `proj_abc`",
        ),
        ("run proj_abc 'staging ' suite_pr_smok", "unknown_name", "Did you mean `suite_pr_smoke`?"),
        ("run proj_abc staging suite_pr_smoke --cases tc_1", "usage", "Both a suite and cases"),
        ("run proj_abc staging a/b", "unknown_name", "Known: `suite_pr_smoke`"),
        ("run proj_abc staging --cases a/b", "usage", "has a slash in it"),
        ("run proj_abx", "unknown_name", "Did you mean `proj_abc`?"),
        ("run proj_abc stagign", "unknown_name", "Did you mean `staging`?"),
        ("runs proj_abx", "unknown_name", "Did you mean `proj_abc`?"),
        ("runs proj_abc stagign", "unknown_name", "Did you mean `staging`?"),
        ("subscribe proj_abc", "denied", "No rule lets you subscribe to failures"),
        ("unsubscribe", "denied", "No rule lets you end subscriptions to failures in"),
        ("status", "usage", "as its card shows it, such as run_8f3a2c."),
        ("status run_1 --failed", "usage", "`--failed` belongs to rerun"),
        ("runs --status gone", "usage", "passed, failed, error and cancelled."),
        ("logs a/b case", "usage", "has a slash in it"),
        ("cancel run_1", "denied", "No rule lets you cancel runs in <#C0RELEASES>"),
        ("status a/b", "usage", "has a slash in it"),
        ("help", "answered", "What I can do"),
    ],
)
def test_what_is_not_accepted_says_why(text: str, outcome: str, says: str) -> None:
    verdict = judge(text)
    assert verdict.outcome.value == outcome
    assert verdict.entity is None
    assert says in verdict.answer.text


@pytest.mark.parametrize(
    "text", ["", "run", "run proj_abc staging suite_pr_smoke", "run zzz zzz zzz", "status run_1"]
)
def test_a_channel_that_no_rule_names_learns_nothing(text: str) -> None:
    verdict = judge(text, channel="C0GENERAL")
    assert verdict.outcome is InboxOutcome.DENIED
    assert "zzz" not in verdict.answer.text
    assert "<#C0RELEASES>" in verdict.answer.text


def test_a_bare_command_opens_the_form() -> None:
    verdict = judge("")
    assert verdict.outcome is InboxOutcome.MODAL
    assert verdict.modal["callback_id"] == "run_form"


def test_status_and_cancel_become_errands(make_row: Any, make_run: Any) -> None:
    status = judge("status run_1")
    assert isinstance(status.entity, Errand)
    assert (status.entity.kind, status.entity.run_id, status.entity.followed_key) == (
        Kind.STATUS,
        "run_1",
        None,
    )
    mine = make_row(make_run(), asker=Asker(id="U03SAM", name="Sam Okafor"))
    cancel = judge("cancel run_1", mine)
    assert (cancel.rule, cancel.entity.followed_key) == ("own run", mine.key)
    assert judge("cancel run_1", make_row(make_run())).outcome is InboxOutcome.DENIED
    assert judge("cancel run_1", make_row(make_run()), user="U02DANA").outcome is InboxOutcome.ACCEPTED


def test_a_click_is_authorised_again_and_a_denial_is_answered(make_row: Any, make_run: Any) -> None:
    followed = make_row(make_run())
    allowed = judge_click(click("U02DANA"), ButtonValue("k", "3"), followed, CONFIG, 100.0)
    assert allowed.outcome is InboxOutcome.ACCEPTED
    assert allowed.entity.key == "T0ZOF:cancel_run:k:3"
    denied = judge_click(click("U04MIRA"), ButtonValue("k", "3"), followed, CONFIG, 100.0)
    assert denied.outcome is InboxOutcome.DENIED
    assert denied.entity.key == "T0ZOF:1.2.3"
    assert (denied.entity.state, denied.entity.outcome) == (ErrandState.ANSWERED, ErrandOutcome.DENIED)
    gone = judge_click(click("U02DANA"), ButtonValue("k", "3"), None, CONFIG, 100.0)
    assert "no longer follow" in gone.entity.answer


def test_a_form_goes_through_the_same_checks() -> None:
    request = Submission("T0ZOF", Asker(id="U03SAM", name="handle"), "V1", "run_form", "1.2.4", {})
    good = Submitted("proj_abc", "staging", "suite_pr_smoke", "C0RELEASES")
    accepted = judge_submission(request, good, CONFIG, 100.0)
    assert accepted.outcome is InboxOutcome.ACCEPTED
    assert accepted.entity is not None
    assert accepted.entity.key == "T0ZOF:V1"
    assert judge_submission(
        request, Submitted(None, None, None, "C0RELEASES"), CONFIG, 1.0
    ).problems.keys() == {
        "project_id",
        "environment",
        "test_suite_id",
    }
    elsewhere = Submitted("proj_abc", "staging", "suite_pr_smoke", "")
    assert judge_submission(request, elsewhere, CONFIG, 100.0).outcome is InboxOutcome.DENIED


@given(st.text(max_size=60), st.sampled_from(["C0RELEASES", "C0GENERAL"]))
def test_every_text_gives_a_verdict_with_an_answer_or_something_to_do(text: str, channel: str) -> None:
    for typed in (text, f"run {text}", f"run proj_abc staging {text}", f"status {text}", f"cancel {text}"):
        verdict = judge(typed, channel=channel)
        assert verdict.answer or verdict.entity or verdict.modal


@pytest.mark.parametrize(
    ("text", "user", "says"),
    [
        ("can me run proj_abc staging suite_pr_smoke", "U03SAM",
         ":white_check_mark: Sam Okafor may run `suite_pr_smoke` on `staging` of `proj_abc` in <#C0RELEASES>, by the "
         "rule “staging for everyone in #releases”."),
        ("can &lt;@U03SAM&gt; run Checkout production 'PR smoke'", "U04MIRA",
         ":white_check_mark: Sam Okafor may run `suite_pr_smoke` on `production` of `proj_abc` in <#C0RELEASES>, after "
         "1 approval, by the rule “production after approval”."),
        ("can &lt;@U03SAM&gt; cancel", "U04MIRA",
         ":no_entry: Sam Okafor may not cancel runs in <#C0RELEASES>: no rule allows it, but always the "
         "runs they started."),
        ("can me cancel", "U03SAM", "no rule allows it, but always the runs you started."),
        ("can Sam run Checkout staging 'PR smoke'", "U04MIRA", ":white_check_mark: Sam Okafor may run"),
        ("can dana@example.com run proj_abc production suite_regression", "U04MIRA",
         "Dana Ruiz may not run `suite_regression` on `production` of `proj_abc` in <#C0RELEASES>, by the rule "
         "“no full regression on production”: the regression suite writes test orders"),
        ("can 'Dana Ruiz' run proj_abc production", "U04MIRA", "Dana Ruiz may run any suite on `production`"),
        ("can somebody run", "U04MIRA", "I do not know 'somebody': mention them with @"),
        ("can me deploy", "U04MIRA", "'deploy' is not a verb of the rules; those are run, rerun, cancel, status,"),
        ("whoami", "U02DANA", "You are Dana Ruiz (`U02DANA`), with the role `qa-lead`. Here you can use `run`"),
        ("whoami", "U02DANA", "on `production` of `proj_abc` (after your confirmation), but not `suite_regression`."),
        ("whoami", "U02DANA", "You can run any suite on `staging` of `proj_abc`;"),
        ("whoami", "U09NOBODY", "You are not in the list of people"),
    ],
)  # fmt: skip
def test_what_the_rules_say_can_be_asked(text: str, user: str, says: str) -> None:
    verdict = judge(text, user=user)
    assert says in verdict.answer.text, verdict.answer.text
    assert verdict.entity is None


def test_of_a_lookup_nothing_is_said_to_be_started_and_no_name_is_said_twice() -> None:
    said = judge("subscribe proj_abx", user="U02DANA").answer.text
    assert said.count("`proj_abc`") == 1
    assert "Nothing was started" not in said
    said = judge("run proj_abc staging suite_pr_smok").answer.text
    assert "Did you mean `suite_pr_smoke`? There are also: `suite_regression`. Nothing was started." in said


def test_help_says_first_where_it_works_to_whom_it_does_not_work_here() -> None:
    assert judge("help").answer.text.startswith("*What I can do")
    said = judge("help", channel="C0GENERAL").answer.text
    assert said.startswith(
        ":no_entry: No rule lets you do anything in this channel. I work for you in <#C0RELEASES>."
    )
    assert "`/zof`" in said
    assert "with `--failed` only" in said
    assert "`/zof unsubscribe [PROJECT]`" in said
    private = said[said.index("seen by you alone") : said.index("*This channel*")]
    assert "`/zof status RUN`" in private
    assert "`/zof runs" in private


def test_denials_of_what_status_covers_say_what_was_asked_for() -> None:
    assert "lets you see what was asked and done in" in judge("audit", channel="C0GENERAL").answer.text
    assert "lets you see schedules in" in judge("schedules", channel="C0GENERAL").answer.text
    assert "lets you ask what others may do in" in judge("can U02DANA run", channel="C0GENERAL").answer.text


def test_who_may_do_nothing_here_learns_nothing_of_others() -> None:
    verdict = judge("can &lt;@U02DANA&gt; run proj_abc production suite_pr_smoke", channel="C0GENERAL")
    assert verdict.outcome is InboxOutcome.DENIED
    assert "Dana" not in verdict.answer.text
    own = judge("can me run proj_abc staging suite_pr_smoke", channel="C0GENERAL")
    assert "no rule allows it" in own.answer.text


def test_the_audit_trail_speaks_words_and_leaves_looks_out() -> None:
    def note(event: str, verb: str, outcome: str, text: str = "", **more: Any) -> Note:
        who = {
            "person": "U03SAM",
            "person_name": "Sam Okafor",
            "channel": "C0RELEASES",
            "request": "T0ZOF:1795.2",
        }
        return Note(at=1000.0, event=event, verb=verb, outcome=outcome, text=text, **who, **more)

    trail: list[Entry] = []
    for said in (
        note("asked", "approve", "accepted", "approve_run", rule="leads"),
        note("approve", "approve", "answered", effect="T0ZOF:1795.1"),
        note("reject", "reject", "denied", effect="T0ZOF:1795.1"),
        note("asked", "cancel", "accepted", "cancel_run", rule="own run"),
        note("cancel", "cancel", "answered", effect="run_1"),
        note("run_ended", "run", "canceled", effect="run_1"),
        note("asked", "run", "denied", "/zof run a b c", rule="no rule"),
        *[note("asked", "details", "accepted", "run_details", rule="leads")] * 20,
        *[note("logs", "logs", "unknown_name", effect="run_1")] * 20,
        note("asked", "run", "modal", "/zof", rule="leads"),
        note("asked", "status", "accepted", "/zof status run_1", rule="leads"),
    ):
        trail.append(chained(trail[-1] if trail else None, said))
    verdict = judge_command(command("audit"), grammar.Audit(), CONFIG, Known(trail=trail), 100.0)
    assert [line.partition("Sam Okafor: ")[2] for line in verdict.answer.text.splitlines()[1:]] == [
        "pressed Approve – allowed by the rule “leads”",
        "the rejection: denied",
        "pressed Cancel – allowed, since it was their own run",
        "the cancel of run `run_1`: answered",
        "run ended: Cancelled `run_1`",
        "`/zof run a b c` – denied: no rule allows it",
    ]


def test_the_audit_trail_shows_of_others_only_what_the_channel_saw() -> None:
    def note(person: str, verb: str, outcome: str, text: str, event: str = "asked") -> Note:
        return Note(
            at=1000.0,
            event=event,
            outcome=outcome,
            person=person,
            person_name=person,
            channel="C0RELEASES",
            request=text,
            verb=verb,
            text=text,
        )

    trail: list[Entry] = []
    for said in (
        note("U02DANA", "run", "accepted", "danas run"),
        note("U02DANA", "run", "denied", "danas denial"),
        note("U02DANA", "status", "accepted", "danas question"),
        note("U03SAM", "run", "denied", "sams denial"),
        note("U02DANA", "cancel", "accepted", "danas lost cancel"),
        note("U02DANA", "cancel", "denied", "danas lost cancel", "cancel"),
        note("U03SAM", "cancel", "accepted", "sams lost cancel"),
        note("U03SAM", "cancel", "denied", "sams lost cancel", "cancel"),
        note("U02DANA", "cancel", "accepted", "danas cancel"),
        note("U02DANA", "cancel", "answered", "danas cancel", "cancel"),
    ):
        trail.append(chained(trail[-1] if trail else None, said))
    trail.append(Entry(len(trail) + 1, "{", "0" * 64))
    verdict = judge_command(command("audit"), grammar.Audit(), CONFIG, Known(trail=trail), 100.0)
    text = verdict.answer.text
    assert "danas run" in text
    assert "sams denial" in text
    assert "danas denial" not in text
    assert "danas lost cancel" not in text
    assert "sams lost cancel" in text
    assert "danas cancel" in text
    assert "danas question" not in text
