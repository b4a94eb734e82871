"""What people see, held against Slack's limits as `slackblocks` knows them, with nasty data."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import slackblocks as sb
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_bot.approvals import awaiting
from slack_bot.audit import Note
from slack_bot.config import AllowRule, Policy
from slack_bot.demands import Requirement
from slack_bot.followed import Asker, Card, Evidence, FollowedRun
from slack_bot.grammar import USAGE, Usage
from slack_bot.openings import openings
from slack_bot.policy import Ask, Decision, Needed, Target, decide
from slack_bot.results import FailedCase, Findings, Outcome
from slack_bot.views import answers
from slack_bot.views.approval_card import approval_card
from slack_bot.views.blocks import Message, note, section
from slack_bot.views.card import SHOWN_FAILURES, run_card, run_summary
from slack_bot.views.form import RUN_FORM, closing_note, field_errors, read_form, run_form
from slack_bot.views.help import help_text
from slack_bot.views.trail import audit
from slack_bot.views.words import emoji
from zof_core import Run, RunRequest
from zof_core.catalogue import Catalogue, CatalogueProject, CatalogueSuite
from zof_core.wording import status_style

WORDS = [
    "<!channel> <@U02DANA>",
    "\n\n\n",
    "",
    "https://evil.example/|x>",
    "\u202e:tada:",
    "*b* _i_ ~s~ `c`",
    "a b",
]
NASTY = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.sampled_from(WORDS)
    | st.builds(lambda char: char * 600, st.sampled_from("x&<`_\u202e "))
)


def check_message(message: Message) -> None:
    """Raises what slackblocks raises if Slack would refuse the message."""
    assert message.text
    assert len(message.text) <= 3000
    message.text.encode()
    sb.Message(channel="C1", text=message.text, blocks=[rebuild(block) for block in message.blocks])
    json.dumps(message.blocks).encode()


def rebuild(block: dict[str, Any]) -> sb.Block:
    """The block as slackblocks builds it, which checks every limit."""
    match block["type"]:
        case "actions":
            return sb.ActionsBlock([_button(element) for element in block["elements"]])
        case "input":
            return sb.InputBlock(
                label=block["label"]["text"], element=_select(block["element"]), block_id=block["block_id"]
            )
        case _:
            return sb.Block.from_dict(block)


def _button(element: dict[str, Any]) -> sb.Button:
    confirm = element.get("confirm")
    return sb.Button(
        text=element["text"]["text"],
        action_id=element["action_id"],
        url=element.get("url"),
        value=element.get("value"),
        style=element.get("style"),
        confirm=sb.ConfirmationDialogue.from_dict(confirm) if confirm else None,
    )


def _select(element: dict[str, Any]) -> sb.StaticSelectMenu:
    groups = element.get("option_groups")
    options = element.get("options")
    return sb.StaticSelectMenu(
        action_id=element["action_id"],
        placeholder=element["placeholder"]["text"],
        options=[sb.Option.from_dict(option) for option in options] if options else None,
        option_groups=[sb.OptionGroup.from_dict(group) for group in groups] if groups else None,
    )


def markup_of(message: Message) -> str:
    """All mrkdwn of a message."""
    texts = [message.text]
    for block in message.blocks:
        objects = [block.get("text"), *block.get("elements", [])]
        texts += [item["text"] for item in objects if isinstance(item, dict) and item.get("type") == "mrkdwn"]
    return "\n".join(texts)


_OWN = re.compile(r"<!date\^\d+\^\{time\}\|\d\d:\d\d UTC>|<#[CGD][A-Z0-9]{2,30}>")


def assert_no_foreign_markup(message: Message) -> None:
    assert not set("<>") & set(_OWN.sub("", markup_of(message)))
    for block in message.blocks:
        for item in [block.get("text"), *block.get("elements", [])]:
            if isinstance(item, dict) and item.get("type") == "mrkdwn":
                assert item["verbatim"] is True


RUNS = st.builds(
    lambda status, nasty, url, counts: Run.model_validate(
        {
            "id": nasty or "r",
            "status": status or "x",
            "project_id": nasty,
            "environment": nasty,
            "test_suite_id": nasty,
            "url": url,
            "summary": counts,
            "created_at": "2027-01-15T08:00:00Z",
            "completed_at": "2027-01-15T08:01:05Z",
        }
    ),
    st.sampled_from(["queued", "running", "passed", "failed", "error", "canceled"]) | NASTY,
    NASTY,
    st.none() | NASTY | st.just("https://console.zof.example/r"),
    st.none()
    | st.fixed_dictionaries({key: st.integers(-1, 10**9) for key in ("total", "passed", "failed", "error")}),
)


@settings(max_examples=60, deadline=None)
@given(
    run=RUNS,
    nasty=NASTY,
    cases=st.lists(st.builds(FailedCase, name=NASTY, status=NASTY), max_size=30),
    total=st.integers(0, 10**6),
    outage=st.booleans(),
    lost=st.none() | NASTY,
)
def test_every_card_is_one_slack_takes(
    run: Run, nasty: str, cases: list[FailedCase], total: int, outage: bool, lost: str | None
) -> None:
    row = FollowedRun(
        key="T" * 128 + ":" + "é" * 384,
        request=RunRequest(project_id=nasty, environment=nasty, test_suite_id=nasty),
        project_name=nasty,
        suite_name=nasty,
        asker=Asker(id="U1", name=nasty),
        channel="C1",
        accepted_at=1000,
        findings=Findings(run=run, failures=tuple(cases), failures_total=total),
        read_at=1000,
        outage_since=1000 if outage else None,
        canceled_by=nasty,
        lost=lost,
    )
    for message in (
        run_card(row),
        run_summary(row.findings, project=nasty, suite=None) if row.findings else note("x"),
    ):
        check_message(message)
        assert_no_foreign_markup(message)


class TestCardSays:
    """What stands on a card."""

    def text(self, row: FollowedRun) -> str:
        return markup_of(run_card(row))

    def test_a_running_run(self, make_row: Any, make_run: Any) -> None:
        card = run_card(make_row(make_run()))
        text = markup_of(card)
        assert ":arrow_forward: *Running* · *PR smoke* on *staging*" in text
        assert "5 passed · 5 of 14 cases finished" in text
        assert (
            "Checkout · run `run_1` · started by Dana Ruiz from Slack at <!date^1800000000^{time}|08:00 UTC>"
            in text
        )
        buttons = card.blocks[-1]["elements"]
        assert [button["action_id"] for button in buttons] == ["cancel_run", "run_details", "open_in_console"]
        assert buttons[0]["confirm"]["title"]["text"] == "Cancel this run?"
        assert json.loads(buttons[0]["value"]) == {"key": "T0ZOF:trigger", "nonce": "0"}
        assert card.text.startswith("Running: PR smoke on staging (Checkout). 5 passed")

    def test_a_failed_run_names_its_cases_and_how_many_more(self, make_row: Any, make_run: Any) -> None:
        run = make_run(
            "failed",
            summary={"total": 40, "passed": 18, "failed": 21, "error": 1},
            completed_at="2027-01-15T08:01:06Z",
        )
        cases = tuple(FailedCase(name=f"test_{n}", status="failed") for n in range(SHOWN_FAILURES))
        row = make_row(
            run, findings=Findings(run=run, failures=cases, failures_total=22), outcome=Outcome.FAILED
        )
        text = self.text(row)
        assert ":x: *Failed*" in text
        assert "18 passed, 21 failed, 1 error · 40 cases" in text
        assert "• `test_0` Failed" in text
        assert "and 12 more" in text
        assert "took 1 min 05 s" in text
        assert "Cancel run" not in json.dumps(run_card(row).blocks)
        assert "Not passed: test_0" in run_card(row).text

    def test_an_outage_says_as_of_when(self, make_row: Any, make_run: Any) -> None:
        row = make_row(make_run(), outage_since=2000.0, outage="Zof does not answer just now")
        assert "As of <!date^1000^{time}|00:16 UTC>: Zof does not answer just now" in self.text(row)
        assert "As of 00:16 UTC" in run_card(row).text

    def test_an_end_without_an_end_says_so(self, make_row: Any, make_run: Any) -> None:
        row = make_row(make_run(), outcome=Outcome.FAULT, lost="Zof knows no such run.")
        text = self.text(row)
        assert "*No longer followed*" in text
        assert "Zof knows no such run." in text
        assert "cancel_run" not in json.dumps(run_card(row).blocks)

    def test_who_had_it_cancelled(self, make_row: Any, make_run: Any) -> None:
        assert "Being cancelled by Sam Okafor" in self.text(make_row(make_run(), canceled_by="Sam Okafor"))
        ended = make_row(make_run("canceled"), canceled_by="Sam Okafor", outcome=Outcome.CANCELED)
        assert "Cancelled by Sam Okafor" in self.text(ended)
        assert ":no_entry_sign: *Cancelled*" in self.text(ended)

    @pytest.mark.parametrize("url", [None, "javascript:alert(1)", "http://console.zof.example/x"])
    def test_a_link_that_is_not_safe_is_left_out(self, make_row: Any, make_run: Any, url: str | None) -> None:
        assert "open_in_console" not in json.dumps(run_card(make_row(make_run(url=url))).blocks)

    def test_plain_when_slack_refuses_the_blocks(self, make_row: Any, make_run: Any) -> None:
        card = run_card(make_row(make_run(), card=Card(plain=True)))
        assert card.blocks == ()
        assert card.text

    def test_the_digest_changes_only_with_what_is_shown(self, make_row: Any, make_run: Any) -> None:
        row = make_row(make_run())
        assert (
            run_card(row).digest()
            == run_card(row.model_copy(update={"polls": 7, "read_at": 3000.0})).digest()
        )
        assert run_card(row).digest() != run_card(row.model_copy(update={"cancel_round": 1})).digest()


def test_every_status_has_an_emoji_of_its_own() -> None:
    shown = [
        emoji(status_style(status))
        for status in ("queued", "running", "passed", "failed", "error", "canceled")
    ]
    assert len(set(shown)) == len(shown)
    assert emoji(status_style("something_new")) == ":grey_question:"


def _catalogue(project: str, environment: str) -> Catalogue:
    suites = [CatalogueSuite(id="suite_pr_smoke")]
    return Catalogue(
        projects=[
            CatalogueProject(id="empty"),
            CatalogueProject(id=project or "p", environments=[environment or "e"], suites=suites),
        ]
    )


def test_help_begins_with_three_commands_and_names_that_there_are() -> None:
    message = help_text("/zof", _catalogue("Web Shop", "staging"))
    first, *groups = [block["text"]["text"] for block in message.blocks]
    assert first.splitlines() == [
        "*What I can do, every day*",
        "`/zof run PROJECT ENVIRONMENT SUITE` starts a suite; its card follows it to the end, such as "
        '`/zof run "Web Shop" staging suite_pr_smoke`',
        "`/zof status RUN` shows a run to you alone",
        "`/zof runs PROJECT ENVIRONMENT` lists runs; `--status failed` and `--mine` narrow it down, such as "
        '`/zof runs "Web Shop" staging`',
    ]
    assert [group.splitlines()[0] for group in groups] == [
        "*Runs*",
        "*Looking things up, seen by you alone*",
        "*This channel*",
        "*Rules*",
    ]
    assert "such as" not in help_text("/zof", Catalogue()).text


@settings(max_examples=60, deadline=None)
@given(NASTY, NASTY, st.lists(NASTY, max_size=20))
def test_every_answer_is_one_slack_takes(word: str, other: str, names: list[str]) -> None:
    ask = Ask("U1X", word, "cancel", Target(word, other, None))
    policy = Policy(
        allow=(
            AllowRule(
                name="r",
                channels=("C0RELEASES",),
                verbs=("run",),
                projects=("p",),
                environments=("e",),
                people=("*",),
            ),
        )
    )
    for message in (
        help_text("/zof", _catalogue(word, other)),
        answers.usage(Usage(word, "/zof help")),
        answers.invalid(names or ["x"]),
        answers.unknown_name("suite", word, other or None, names),
        answers.denied(ask, decide(policy, ask), openings(policy, ask)),
        answers.denied(ask, Decision(False, word, other), openings(policy, ask)),
        answers.fault(),
    ):
        check_message(message)
        assert_no_foreign_markup(message)


def test_a_denial_names_rule_channels_and_what_to_do() -> None:
    policy = Policy(
        allow=(
            AllowRule(
                name="staging",
                channels=("C0RELEASES",),
                verbs=("run", "status"),
                projects=("proj_abc",),
                environments=("staging",),
                people=("*",),
            ),
        )
    )
    elsewhere = Ask("U1X", "C0GENERAL", "run", Target("proj_abc", "staging", "suite_pr_smoke"))
    text = answers.denied(elsewhere, decide(policy, elsewhere), openings(policy, elsewhere)).text
    assert "No rule lets you run `suite_pr_smoke` on `staging` of `proj_abc` in <#C0GENERAL>." in text
    assert "You can do that in <#C0RELEASES>." in text
    assert "`zofops.toml`" in text
    here = Ask("U1X", "C0RELEASES", "run", Target("proj_abc", "production", "suite_pr_smoke"))
    text = answers.denied(here, decide(policy, here), openings(policy, here)).text
    assert "Here you can run `suite_pr_smoke` on `staging` of `proj_abc`." in text


def test_a_denial_in_a_direct_message_names_no_channel() -> None:
    ask = Ask("U1X", "D0DANA", "run", None)
    policy = Policy()
    text = answers.denied(ask, decide(policy, ask), openings(policy, ask)).text
    assert "No rule lets you run anything in a direct message." in text


def test_what_is_cancelled_is_named_before_it_is(make_row: Any, make_run: Any) -> None:
    def asked(**changes: Any) -> str:
        blocks = run_card(make_row(make_run(), **changes)).blocks
        return str(blocks[-1]["elements"][0]["confirm"]["text"]["text"])

    assert asked() == "Run run_1 (PR smoke) on staging stops for everybody."
    assert asked(suite_name=None) == "Run run_1 on staging stops for everybody."


def test_the_trail_names_the_run_that_was_to_be_watched() -> None:
    said = Note(
        at=1.0,
        event="watch",
        outcome="unknown_name",
        person="U1X",
        person_name="Sam",
        channel="C1",
        request="k",
        verb="watch",
        effect="run_zzz",
    )
    assert "Sam: the message that follows run `run_zzz`: Zof knows no such run" in audit([said]).text


def test_one_case_is_not_cases(make_row: Any, make_run: Any) -> None:
    run = make_run("passed", summary={"total": 1, "passed": 1})
    assert "1 passed · 1 case." in run_card(make_row(run)).text


def test_failures_whose_names_could_not_be_read_are_owned_up_to(make_row: Any, make_run: Any) -> None:
    row = make_row(make_run("failed", summary={"total": 2, "passed": 1, "failed": 1}), outcome=Outcome.FAILED)
    row = row.model_copy(update={"findings": row.findings.model_copy(update={"failures_total": 1})})
    assert "could not be read just now" in json.dumps(run_card(row).blocks)


@settings(max_examples=60, deadline=None)
@given(
    NASTY,
    st.integers(1, 10),
    st.lists(NASTY, max_size=12),
    st.sampled_from(["open", "approved", "rejected", "expired", "fault"]),
)
def test_every_approval_card_is_one_slack_takes(
    nasty: str, needed: int, people: list[str], standing: str
) -> None:
    request = RunRequest(project_id=nasty, environment=nasty, test_suite_id=nasty)
    row = FollowedRun(
        key="k" * 200,
        request=request,
        project_name=nasty,
        suite_name=nasty,
        asker=Asker(id="U1X", name=nasty),
        channel="C1X",
        accepted_at=1000.0,
    )
    row = awaiting(row, Needed(nasty, needed, tuple(people) or ("*",), 60.0), 1000.0)
    voters = tuple(Asker(id=f"U{number}", name=name) for number, name in enumerate(people))
    changes: dict[str, Any] = {
        "open": {"by": voters},
        "approved": {"by": voters, "approved_at": 1001.0},
        "rejected": {"rejected_by": Asker(id="U2", name=nasty)},
    }.get(standing, {})
    assert row.approval is not None
    outcome = {"rejected": Outcome.REJECTED, "expired": Outcome.EXPIRED, "fault": Outcome.FAULT}.get(standing)
    row = row.model_copy(update={"approval": row.approval.model_copy(update=changes), "outcome": outcome})
    message = approval_card(row)
    check_message(message)
    assert_no_foreign_markup(message)
    assert ("approve_run" in json.dumps(message.blocks)) == (standing == "open")


def test_an_approval_card_says_of_whom_it_waits_for_an_approval(make_row: Any) -> None:
    approvers = ("role:qa-lead", "group:managers", "U02DANA", "*", "`x` <!here>")
    said = str(approval_card(awaiting(make_row(), Needed("careful", 1, approvers, 60.0), 1000.0)).blocks)
    assert (
        "1 approval of role `qa-lead` or group `managers` or <@U02DANA> or anybody else or `ʹxʹ &lt;" in said
    )


def test_what_a_rule_required_is_named_on_the_approval_card_only_where_it_did(make_row: Any) -> None:
    asked = awaiting(make_row(), Needed("careful", 1, ("*",), 60.0), 1000.0)

    def small(row: FollowedRun) -> str:
        return str(approval_card(row).blocks[2]["elements"][0]["text"])

    assert small(asked).endswith(f"rule “careful” · request `{asked.approval.digest[:8]}`")
    proven = {
        "requires": Requirement(suite="suite_pr_smoke", environment="staging", passed_within="4h"),
        "evidence": Evidence(run_id="run_1", at=999.0),
    }
    assert small(asked.model_copy(update=proven)).endswith("` · suite_pr_smoke on staging passed in run_1")


class TestForm:
    """The form and what comes back."""

    CATALOGUE = Catalogue(
        projects=[
            CatalogueProject(
                id="proj_abc",
                name="Checkout",
                environments=["staging", "production"],
                suites=[CatalogueSuite(id="suite_pr_smoke", name="PR smoke")],
            )
        ]
    )

    def check(self, view: dict[str, Any]) -> None:
        sb.ModalView(
            title=view["title"]["text"],
            close=view["close"]["text"],
            submit=view["submit"]["text"] if "submit" in view else None,
            private_metadata=view.get("private_metadata"),
            callback_id=view.get("callback_id"),
            blocks=[rebuild(block) for block in view["blocks"]],
        )

    def test_offers_the_catalogue(self) -> None:
        view = run_form(self.CATALOGUE, channel="C0RELEASES")
        assert view is not None
        self.check(view)
        assert view["callback_id"] == RUN_FORM
        project, environment, suite = view["blocks"]
        assert project["element"]["initial_option"]["value"] == "proj_abc"
        assert [option["value"] for option in environment["element"]["options"]] == ["staging", "production"]
        assert suite["element"]["option_groups"][0]["label"]["text"] == "Checkout"

    def test_an_empty_catalogue_gives_no_form(self) -> None:
        assert run_form(Catalogue(), channel="C1X") is None
        assert run_form(Catalogue(projects=[CatalogueProject(id="p")]), channel="C1X") is None

    @given(
        st.lists(
            st.builds(
                CatalogueProject,
                id=NASTY.filter(bool),
                name=st.none() | NASTY,
                environments=st.lists(NASTY, max_size=3),
                suites=st.lists(
                    st.builds(CatalogueSuite, id=NASTY.filter(bool), name=st.none() | NASTY), max_size=3
                ),
            ),
            max_size=4,
        )
    )
    @settings(max_examples=30, deadline=None)
    def test_every_catalogue_gives_a_form_slack_takes(self, projects: list[CatalogueProject]) -> None:
        view = run_form(Catalogue(projects=projects), channel="C0RELEASES")
        if view is not None:
            self.check(view)

    def test_a_big_catalogue_is_cut_to_what_slack_takes(self) -> None:
        suites = [CatalogueSuite(id=f"suite_{n}") for n in range(150)]
        projects = [CatalogueProject(id=f"p{n}", environments=[f"e{n}"], suites=suites) for n in range(150)]
        view = run_form(Catalogue(projects=projects), channel="C0RELEASES")
        assert view is not None
        self.check(view)

    def test_reads_what_was_chosen(self) -> None:
        view = {
            "private_metadata": '{"channel": "C0RELEASES"}',
            "state": {
                "values": {
                    "project": {"choice": {"selected_option": {"value": "proj_abc"}}},
                    "environment": {"choice": {"selected_option": {"value": "staging"}}},
                    "suite": {"choice": {"selected_option": None}},
                }
            },
        }
        form = read_form(view)
        assert (form.project, form.environment, form.suite, form.channel) == (
            "proj_abc",
            "staging",
            None,
            "C0RELEASES",
        )

    @pytest.mark.parametrize("view", [{}, {"private_metadata": "["}, {"private_metadata": "3", "state": []}])
    def test_reads_nothing_from_nothing(self, view: dict[str, Any]) -> None:
        assert read_form(view).channel == ""

    def test_problems_stand_at_their_fields(self) -> None:
        errors = field_errors(
            {"project_id": "a", "environment": "b", "test_suite_id": "c", "test_case_ids": "d"}
        )
        assert errors == {"project": "a", "environment": "b", "suite": "d"}

    @given(NASTY)
    def test_a_closing_note_is_one_slack_takes(self, text: str) -> None:
        self.check(closing_note("Not started", section(text)["text"]["text"] or "x"))


def test_help_is_named_once_where_it_is_all_that_can_be_typed() -> None:
    shown = json.dumps(answers.usage(Usage("'freeze' is nothing I can do.", USAGE["help"])).blocks)
    assert "Type `/zof help` for all of it." in shown
    shown = json.dumps(answers.usage(Usage("'cancel' needs a run.", USAGE["cancel"])).blocks)
    assert "Type `/zof cancel RUN`, or `/zof help` for all of it." in shown
