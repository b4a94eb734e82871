"""Requests that are signed, and ask for what is not theirs: copied buttons, changed values, late votes, replays."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from slack_bot.followed import Approval, Confirmation
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import (
    APPROVED,
    ASKER,
    PEOPLE,
    RULES,
    SECRET,
    Guarded,
    guarded_bot,
    signed,
)
from tests.integration.slack_bot.test_clicks_matrix import (
    Cell,
    Press,
    about,
    awaiting,
    by_digest,
    by_row,
    by_run,
    click,
    confirming,
    ended,
    form,
)

LEAD = Cell("C0OPEN", "U0LEAD", "production", 1)
ELSEWHERE = "This button belongs to a message in another channel, so nothing was started or changed."
TWO = APPROVED.replace("approvals = 1", "approvals = 2")


async def pressed(guarded: Guarded, cell: Cell, action: str, press: Press, **changes: Any) -> None:
    got = await guarded.interact(click(cell, action, press, guarded) | changes)
    assert got.status_code == 200, got.text


async def is_told(guarded: Guarded, words: str) -> None:
    await eventually(lambda: guarded.told(words))


@pytest.mark.parametrize("action", ["cancel_run", "rerun_run", "rerun_failed"])
async def test_a_card_s_button_copied_into_another_channel_does_nothing(
    guarded: Guarded, action: str
) -> None:
    guarded.seed([ended(LEAD)])
    copied = Cell("C0PARTNER", LEAD.user, LEAD.environment, LEAD.number)
    await pressed(guarded, copied, action, Press("message", by_row))
    await is_told(guarded, ELSEWHERE)
    assert guarded.services.changes == []


async def test_the_same_button_on_another_message_is_still_one_button(guarded: Guarded) -> None:
    guarded.seed([ended(LEAD)])
    for number in (1, 2):
        container = {"type": "message", "message_ts": f"{number}.7", "channel_id": "C0OPEN"}
        trigger = {"trigger_id": f"{number}.1", "container": container}
        await pressed(guarded, LEAD, "rerun_run", Press("message", by_row), **trigger)
    await eventually(lambda: guarded.services.changes and guarded.decided())
    assert len(guarded.services.changes) == 1


@pytest.mark.parametrize("rules", [RULES, APPROVED])
@pytest.mark.parametrize("action", ["approve_run", "confirm_run", "decline_run"])
async def test_a_question_s_button_copied_into_another_channel_decides_nothing(
    tmp_path: Path, action: str, rules: str
) -> None:
    async with guarded_bot(tmp_path, rules) as guarded:
        guarded.seed([awaiting(LEAD) if action == "approve_run" else confirming(LEAD)])
        copied = Cell("C0PARTNER", LEAD.user, LEAD.environment, LEAD.number)
        await pressed(guarded, copied, action, Press("message", by_digest))
        await is_told(guarded, "This button stands for another request")
        assert guarded.services.changes == []


@pytest.mark.parametrize("action", ["cancel_run", "rerun_run", "run_details", "details_logs"])
async def test_another_run_s_id_in_a_button_is_judged_as_that_run(guarded: Guarded, action: str) -> None:
    plain = Cell("C0OPEN", "U0PLAIN", "production", 1)
    await pressed(guarded, plain, action, Press("message", by_run))
    # It is opened or answered only after the run has been read, and then nothing of it is told.
    await eventually(lambda: guarded.told("No rule lets you"))
    assert guarded.services.changes == []
    assert SECRET not in "".join(guarded.services.posted)


def another(_: Cell) -> dict[str, Any]:
    return {"key": "T0ZOF:seed:1", "nonce": "0" * 32}


@pytest.mark.parametrize("action", ["approve_run", "reject_run", "confirm_run", "decline_run"])
async def test_a_button_for_another_digest_decides_nothing(tmp_path: Path, action: str) -> None:
    async with guarded_bot(tmp_path, APPROVED) as guarded:
        guarded.seed([awaiting(LEAD) if action in ("approve_run", "reject_run") else confirming(LEAD)])
        await pressed(guarded, LEAD, action, Press("message", another))
        await is_told(guarded, "This button stands for another request")
        assert guarded.services.changes == []


@pytest.mark.parametrize(
    "metadata", ["", "[", "null", '{"channel": 3}', '{"channel": "C0UNLISTED"}', about("G0PRIVATE")]
)
async def test_a_form_with_other_metadata_is_judged_by_the_channel_that_it_names(
    guarded: Guarded, metadata: str
) -> None:
    """G0PRIVATE allows it, but U0GROUP is not in there."""
    cell = Cell("C0OPEN", "U0GROUP", "production", 1)
    body = form(cell, guarded, chosen=False)
    body["view"]["private_metadata"] = metadata
    got = await guarded.interact(body)
    assert "No rule lets you" in got.text
    assert guarded.services.changes == []
    assert guarded.bot.store.counts(0.0).runs == {}


@pytest.mark.parametrize("action", ["rerun_run", "cancel_run", "details_later"])
async def test_a_modal_that_names_a_private_channel_of_others_opens_nothing(
    guarded: Guarded, action: str
) -> None:
    outsider = Cell("G0PRIVATE", "U0GROUP", "production", 1)
    await pressed(guarded, outsider, action, Press("modal", by_run))
    await is_told(guarded, "this channel is private, and Slack does not list you among its members")
    assert guarded.services.changes == []
    assert SECRET not in "".join(guarded.services.posted)


STAGING_ONLY = (
    RULES
    + """
[[allow]]
name = "staging alone"
channels = ["C0UNLISTED"]
verbs = ["run", "rerun", "status"]
projects = ["proj"]
environments = ["staging"]
people = ["*"]
"""
)


async def test_production_is_not_run_again_from_a_channel_for_staging(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, STAGING_ONLY) as guarded:
        for number, environment in enumerate(["production", "staging"], 1):
            cell = Cell("C0UNLISTED", "U0LEAD", environment, number)
            guarded.seed([ended(cell)])
            await pressed(guarded, cell, "rerun_run", Press("message", by_row))
            await pressed(guarded, cell, "rerun_run", Press("modal", by_run), trigger_id=f"{number}.2")
        await is_told(guarded, "No rule lets you run again")
        await eventually(lambda: len(guarded.services.changes) == 2 and guarded.decided())
        assert {body["environment"] for _, body in guarded.services.changes} == {"staging"}


@pytest.mark.parametrize("action", ["approve_run", "reject_run", "confirm_run", "decline_run"])
async def test_a_vote_that_comes_too_late_decides_nothing(tmp_path: Path, action: str) -> None:
    async with guarded_bot(tmp_path, APPROVED) as guarded:
        row = awaiting(LEAD) if action in ("approve_run", "reject_run") else confirming(LEAD)
        approval: Approval | None = row.approval
        question: Confirmation | None = row.confirmation
        late = {
            "approval": approval and approval.model_copy(update={"expires_at": 2.0}),
            "confirmation": question and question.model_copy(update={"expires_at": 2.0}),
        }
        guarded.seed([row.model_copy(update=late)])
        await pressed(guarded, LEAD, action, Press("message", by_digest))
        words = "decided already" if approval else "can no longer be confirmed"
        await is_told(guarded, words)
        assert guarded.services.changes == []


async def test_an_answer_is_sent_to_no_other_origin(guarded: Guarded) -> None:
    other = guarded.url.replace("127.0.0.1", "localhost")
    guarded.seed([ended(LEAD)])
    copied = Cell("C0UNLISTED", "U0LEAD", "production", 1)
    await pressed(guarded, copied, "cancel_run", Press("message", by_row), response_url=f"{other}/hook/1")
    await eventually(lambda: "chat.postEphemeral" in {name for name, _ in guarded.services.calls})
    assert guarded.services.answered == []
    assert guarded.told(ELSEWHERE)


async def test_an_interaction_is_taken_once_however_it_is_sent_again(guarded: Guarded) -> None:
    guarded.seed([ended(LEAD)])
    body = urlencode(
        {"payload": json.dumps(click(LEAD, "rerun_run", Press("message", by_row), guarded))}
    ).encode()
    headers = signed(body)
    codes = [
        (await guarded.http.post("/slack/events", content=body, headers=headers)).status_code
        for _ in range(3)
    ]
    assert codes == [200, 401, 401]
    later = signed(body, ago=-30.0)
    assert (await guarded.http.post("/slack/events", content=body, headers=later)).status_code == 200
    await eventually(lambda: guarded.services.changes and guarded.decided())
    assert len(guarded.services.changes) == 1


@pytest.mark.parametrize("rules", [APPROVED, TWO])
async def test_two_who_approve_at_the_same_moment_start_one_run(tmp_path: Path, rules: str) -> None:
    async with guarded_bot(tmp_path, rules) as guarded:
        guarded.seed([awaiting(LEAD)])
        voters = [Cell("C0OPEN", user, "production", 1) for user in ("U0LEAD", "U0GROUP")]
        await asyncio.gather(
            *(
                pressed(guarded, cell, "approve_run", Press("message", by_digest), trigger_id=f"{number}.1")
                for number, cell in enumerate(voters)
            )
        )
        await eventually(lambda: guarded.services.changes and guarded.decided())
        assert len(guarded.services.changes) == 1
        row = guarded.bot.store.followed_by_key("T0ZOF:seed:1")
        assert row is not None
        assert row.approval is not None
        assert len({one.id for one in row.approval.by}) == row.approval.needed


async def test_one_approval_of_two_starts_nothing_however_often_it_is_given(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, TWO) as guarded:
        guarded.seed([awaiting(LEAD)])
        for number in range(3):
            trigger = {"trigger_id": f"{number}.1"}
            await pressed(guarded, LEAD, "approve_run", Press("message", by_digest), **trigger)
        await eventually(lambda: len(guarded.services.answered) == 3)
        assert all("Your approval counts: 1 of 2" in text for _, text in guarded.services.answered)
        assert guarded.services.changes == []


@pytest.mark.parametrize("where", ["message", "home"])
async def test_who_asked_does_not_approve_it_under_a_group(tmp_path: Path, where: str) -> None:
    async with guarded_bot(tmp_path, APPROVED) as guarded:
        cell = Cell("C0OPEN", "U0GROUP", "production", 1)
        asker = awaiting(cell).asker.model_copy(update={"id": "U0GROUP"})
        guarded.seed([awaiting(cell).model_copy(update={"asker": asker})])
        await pressed(guarded, cell, "approve_run", Press(where, by_digest))
        await is_told(guarded, "You asked for this yourself, so somebody else must approve it.")
        assert guarded.services.changes == []


async def test_a_second_account_with_the_asker_s_address_does_not_approve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "U0GROUP", {"profile": {"email": "Asker@Example.com"}})
    async with guarded_bot(tmp_path, APPROVED) as guarded:
        cell = Cell("C0OPEN", "U0GROUP", "production", 1)
        row = awaiting(cell)
        assert row.asker.id == ASKER
        guarded.seed([row])
        await pressed(guarded, cell, "approve_run", Press("message", by_digest))
        await is_told(guarded, "You asked for this yourself")
        assert guarded.services.changes == []


@pytest.mark.parametrize(("mail", "asked"), [("Asker@Example.com", False), ("another@example.com", True)])
async def test_the_home_asks_no_second_account_of_the_asker_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mail: str, asked: bool
) -> None:
    monkeypatch.setitem(PEOPLE, "U0GROUP", {"profile": {"email": mail}})
    async with guarded_bot(tmp_path, APPROVED) as guarded:
        guarded.seed([awaiting(Cell("C0OPEN", "U0GROUP", "production", 1))])
        await guarded.command("home", number=1, user="U0GROUP")
        [(_, text)] = await eventually(lambda: guarded.services.answered)
        assert ("Waits for you" in text) is asked


@pytest.mark.parametrize("how", [Press("message", by_row, ended), Press("modal", by_run)])
async def test_what_is_run_again_is_of_the_same_workspace_in_the_audit_trail(
    guarded: Guarded, how: Press
) -> None:
    guarded.seed([how.seeded(LEAD)] if how.seeded else [])
    await pressed(guarded, LEAD, "rerun_run", how)
    await eventually(lambda: guarded.services.changes and guarded.at_rest())
    notes = [entry.read() for entry in guarded.bot.store.trail()]
    assert {note.event for note in notes} >= {"asked", "run_started"}
    assert {note.workspace for note in notes} == {"T0ZOF"}
