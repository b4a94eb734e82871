"""What the rules demand besides who, where and what, end to end: evidence, limits, freezes, a question that lapses."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from slack_bot.audit import Note
from slack_bot.followed import Card
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import RULES, Guarded, guarded_bot
from tests.integration.slack_bot.test_clicks_matrix import Cell, confirming, form

RUN = "run proj production suite_1"
EVIDENCE = RULES.replace(
    '["role:lead", "group:managers"]\n',
    '["role:lead", "group:managers"]\n'
    'requires = { suite = "smoke", environment = "staging", passed_within = "4h" }\n',
)


def smoke(status: str, hours_ago: float, **changes: Any) -> dict[str, Any]:
    """A run of the suite that the rule requires."""
    at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat()
    base = {"id": f"run_staging_{status}", "status": status, "project_id": "proj", "environment": "staging"}
    return {**base, "test_suite_id": "smoke", "created_at": at, "completed_at": at, **changes}


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([], "Zof shows none that ended in that time"),
        ([smoke("passed", 5)], "Zof shows none that ended in that time"),
        ([smoke("passed", 2), smoke("failed", 1)], "the newest one, run_staging_failed, is failed"),
        ([smoke("passed", 1, environment="preview")], "Zof shows none that ended in that time"),
        ([smoke("passed", 1, test_suite_id="other")], "Zof shows none that ended in that time"),
    ],
    ids=["missing", "old", "failed since", "elsewhere", "another suite"],
)
async def test_without_fresh_evidence_nothing_starts_and_the_asker_is_told_why(
    tmp_path: Path, listed: list[dict[str, Any]], said: str
) -> None:
    async with guarded_bot(tmp_path, EVIDENCE) as guarded:
        guarded.services.listed = listed
        await guarded.command(RUN, number=1)
        await eventually(
            lambda: guarded.told(f"It needs a run of smoke on staging that passed within 4 h, and {said}")
        )
        await eventually(lambda: guarded.told("Nothing was started."))
        assert guarded.services.changes == []


async def test_with_fresh_evidence_it_starts_and_the_asker_is_told_which(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, EVIDENCE) as guarded:
        guarded.services.listed = [smoke("failed", 3), smoke("passed", 1)]
        await guarded.command(RUN, number=1)
        await eventually(lambda: guarded.services.changes)
        await eventually(
            lambda: guarded.told("Run run_staging_passed of smoke on staging passed, as the rule requires.")
        )


def limited(table: str) -> str:
    return f"{RULES}\n[limits]\n{table}\n"


async def test_a_person_s_limit_is_said_and_holds_for_them_alone(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, limited("person = { runs = 2, minutes = 10 }")) as guarded:
        acks = [
            await guarded.command(f"run proj staging suite_{number}", number=number, channel=channel)
            for number, channel in enumerate(["C0OPEN", "G0PRIVATE", "C0OPEN"], 1)
        ]
        assert acks[:2] == ["", ""]
        assert re.search(
            r"You have asked for 2 runs within 10 min, which is all that zofops\.toml \(\[limits\] person\) lets "
            r"through\. Nothing was started; try again in \d+ min\.",
            acks[2],
        )
        assert await guarded.command("run proj staging suite_4", number=4, user="U0PLAIN") == ""
        over = await guarded.interact(form(Cell("C0OPEN", "U0LEAD", "staging", 5), guarded, chosen=False))
        assert "You have asked for 2 runs within 10 min" in over.text
        await eventually(lambda: len(guarded.services.changes) == 3)
        notes = [entry.read() for entry in guarded.bot.store.trail()]
        assert [note.rule for note in notes if note.outcome == "denied"] == ["limits.person"] * 2


async def test_a_channel_s_limit_is_said_and_holds_for_all_in_it(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, limited("channel = { runs = 1, minutes = 60 }")) as guarded:
        assert await guarded.command("run proj staging suite_1", number=1) == ""
        over = await guarded.command("run proj staging suite_2", number=2, user="U0PLAIN")
        assert "This channel has asked for 1 run within 60 min" in over
        assert "([limits] channel)" in over
        assert await guarded.command("run proj staging suite_3", number=3, channel="G0PRIVATE") == ""
        await eventually(lambda: len(guarded.services.changes) == 2)


def frozen(begins_in: int, ends_in: int) -> str:
    """Production is frozen between these hours from now."""
    first, last = (datetime.now(UTC) + timedelta(hours=hours) for hours in (begins_in, ends_in))
    when = f"{first:%Y-%m-%d %H:%M} - {last:%Y-%m-%d %H:%M} UTC"
    return (
        f'{RULES}\n[[deny]]\nname = "freeze"\nenvironments = ["production"]\nwhen = "{when}"\n'
        'reason = "the quarter closes"\n'
    )


async def test_a_freeze_denies_with_its_reason_and_its_window_and_hides_no_name(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, frozen(-2, 2)) as guarded:
        ack = await guarded.command(RUN, number=1)
        assert "by the rule “freeze”: the quarter closes (" in ack
        assert await guarded.command("run proj staging suite_2", number=2) == ""
        await guarded.command("run", number=3)
        [view] = [args["view"] for name, args in guarded.services.calls if name == "views.open"]
        assert '"value": "production"' in json.dumps(view)
        got = await guarded.interact(form(Cell("C0OPEN", "U0LEAD", "production", 4), guarded, chosen=False))
        assert "the quarter closes" in got.text
        await eventually(lambda: len(guarded.services.changes) == 1)


@pytest.mark.parametrize("hours", [(-4, -2), (2, 4)])
async def test_before_and_after_its_window_a_freeze_denies_nothing(
    tmp_path: Path, hours: tuple[int, int]
) -> None:
    async with guarded_bot(tmp_path, frozen(*hours)) as guarded:
        assert await guarded.command(RUN, number=1) == ""
        await eventually(lambda: guarded.services.changes)


async def test_a_question_that_lapses_loses_its_buttons_and_starts_nothing(guarded: Guarded) -> None:
    row = confirming(Cell("C0OPEN", "U0LEAD", "production", 1))
    assert row.confirmation is not None
    late = row.confirmation.model_copy(update={"expires_at": time.time() - 1.0})
    guarded.seed([row.model_copy(update={"confirmation": late, "card": Card(ts="5.5")})], due_at=1.0)
    await eventually(guarded.at_rest)
    [update] = [args for name, args in guarded.services.calls if name == "chat.update"]
    assert update["ts"] == "5.5"
    assert "Lapsed" in str(update)
    assert "confirm_run" not in str(update)
    assert "decline_run" not in str(update)
    assert guarded.told("You did not confirm what you asked for in time, so nothing was started.")
    assert guarded.services.changes == []


async def test_a_wrong_address_and_an_opened_home_stand_in_the_audit_trail(guarded: Guarded) -> None:
    await guarded.command(RUN, number=1, user="U0WRONGMAIL")
    await guarded.command("whoami", number=2, user="U0WRONGMAIL")
    await guarded.command(RUN, number=3, user="U0LEAD")
    event = {"type": "app_home_opened", "user": "U0PLAIN", "tab": "home", "channel": "D0HOME"}
    body = {"type": "event_callback", "team_id": "T0ZOF", "event_id": "Ev1", "event": event}
    await guarded.event(body)

    def asked() -> list[Note]:
        return [note for entry in guarded.bot.store.trail() if (note := entry.read()).event == "asked"]

    notes = asked()
    why = "the e-mail address of the Slack profile is not the one in [people]"
    assert [(note.person, note.outcome, note.remark) for note in notes[:3]] == [
        ("U0WRONGMAIL", "denied", why),
        ("U0WRONGMAIL", "answered", why),
        ("U0LEAD", "accepted", None),
    ]
    [home] = [note for note in notes if note.verb == "home"]
    assert (home.person, home.rule, home.text) == ("U0PLAIN", "staging", "app_home_opened")
