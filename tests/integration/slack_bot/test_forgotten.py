"""What Slack said of a channel is forgotten after a while; what nobody's request brings back is asked for anew."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from slack_bot import app
from slack_bot.directory import Directory
from slack_bot.views.home import START_ACTION
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import Guarded, guarded_bot, run_of
from tests.integration.slack_bot.timing import BRISK
from tests.support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(app, "Directory", partial(Directory, clock=clock))
    return clock


@pytest.fixture
async def guarded(tmp_path: Path, clock: Clock) -> AsyncIterator[Guarded]:
    async with guarded_bot(tmp_path) as bot:
        bot.services.listed = []
        yield bot


def forget_all(clock: Clock) -> None:
    clock.now += BRISK.directory_stale + 1


def calls(guarded: Guarded, method: str) -> list[dict[str, Any]]:
    return [arguments for name, arguments in guarded.services.calls if name == method]


async def test_failures_are_posted_where_nobody_has_spoken_for_long(guarded: Guarded, clock: Clock) -> None:
    await guarded.command("subscribe proj", number=1, user="U0PLAIN")
    await eventually(guarded.bot.store.subscriptions)
    forget_all(clock)
    ended = {"completed_at": datetime.now(UTC).isoformat(), "test_suite_id": "smoke"}
    guarded.services.listed = [run_of("run_staging_7", "failed") | ended]
    await eventually(lambda: any("run_staging_7" in str(one) for one in calls(guarded, "chat.postMessage")))


async def test_a_home_opened_after_a_quiet_night_shows_what_its_reader_may_see(
    guarded: Guarded, clock: Clock
) -> None:
    guarded.services.listed = [run_of("run_staging_8", "running")]
    forget_all(clock)
    opened = {"type": "app_home_opened", "tab": "home", "user": "U0PLAIN", "channel": "D0X"}
    body = {"type": "event_callback", "team_id": "T0ZOF", "event_id": "E1", "event": opened}
    await guarded.event(body)
    await eventually(lambda: calls(guarded, "views.publish"))
    home = json.dumps(calls(guarded, "views.publish")[-1], default=str)
    assert "run_staging_8" in home
    assert START_ACTION in home
