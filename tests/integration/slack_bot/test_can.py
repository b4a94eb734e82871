"""`/zof can` about people who have not used the bot yet, and what a direct message is not asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.slack_bot import guarded as world
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import Guarded, guarded_bot


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded_bot(tmp_path) as bot:
        yield bot


@pytest.mark.parametrize("person", ["Lead", "&lt;@U0LEAD|lead&gt;", "U0LEAD"])
async def test_somebody_who_never_used_the_bot_is_looked_up(guarded: Guarded, person: str) -> None:
    said = await guarded.command(f"can {person} run proj production", number=1, user="U0PLAIN")
    assert "Lead may run" in said


async def test_what_slack_does_not_say_is_no_denial(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.PEOPLE, "U0LEAD", None)
    said = await guarded.command("can Lead run proj production", number=1, user="U0PLAIN")
    assert "I cannot tell whether Lead may run" in said
    assert "may not" not in said
    said = await guarded.command("can U0UNSEEN run proj staging", number=2, user="U0PLAIN")
    assert "I cannot tell whether" in said


async def test_what_needs_nothing_of_slack_is_still_denied(guarded: Guarded) -> None:
    said = await guarded.command("can U0UNSEEN run nothing staging", number=1, user="U0PLAIN")
    assert "may not run" in said
    said = await guarded.command("can Wrong run proj production", number=2, user="U0PLAIN")
    assert "may not run" in said


async def test_nobody_asks_about_a_direct_message_that_no_rule_names(
    guarded: Guarded, caplog: pytest.LogCaptureFixture
) -> None:
    await guarded.command("home", number=1, user="U0PLAIN", channel="D0QUIET")
    opened = {"type": "app_home_opened", "tab": "home", "user": "U0PLAIN", "channel": "D0QUIET"}
    body = {"type": "event_callback", "team_id": "T0ZOF", "event_id": "E1", "event": opened}
    await guarded.event(body)
    await eventually(lambda: any(name == "views.publish" for name, _ in guarded.services.calls))
    await eventually(lambda: len(guarded.services.answered) == 1)
    assert "D0QUIET" not in caplog.text
