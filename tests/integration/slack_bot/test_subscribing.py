"""Who may have failures of which project posted, and who may end that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import Guarded, guarded_bot, run_of

RULES = """
[[allow]]
name = "lead"
channels = ["C0OPEN"]
verbs = ["subscribe", "status"]
projects = ["*"]
environments = ["*"]
people = ["U0LEAD"]
[[allow]]
name = "plain, the shop only"
channels = ["C0OPEN"]
verbs = ["subscribe", "status"]
projects = ["shop", "proj"]
environments = ["staging"]
people = ["U0PLAIN"]
[[deny]]
name = "nothing for them"
people = ["U0GROUP"]
[[allow]]
name = "all"
channels = ["C0OPEN"]
verbs = ["run", "status"]
projects = ["shop"]
environments = ["*"]
people = ["U0GROUP"]
[[catalogue.projects]]
id = "secret"
name = "Secret Merger"
environments = ["staging"]
[[catalogue.projects]]
id = "proj"
environments = ["staging", "production"]
[[catalogue.projects]]
id = "shop"
environments = ["staging", "production"]
"""


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded_bot(tmp_path, RULES) as bot:
        bot.services.listed = []
        yield bot


async def said(guarded: Guarded, text: str, number: int, user: str) -> str:
    """What somebody is told, at once or later."""
    at_once = await guarded.command(text, number=number, user=user)
    await eventually(guarded.at_rest)
    later = [answer for of, answer in guarded.services.answered if of == number]
    return " ".join([at_once, *later])


def wanted(guarded: Guarded) -> dict[str, list[str]]:
    return {one.project: [who.id for who in one.people] for one in guarded.bot.store.subscriptions()}


async def test_what_somebody_may_not_see_is_not_there_for_them(guarded: Guarded) -> None:
    assert "Secret Merger" in await said(guarded, "subscribe secret", 1, "U0LEAD")
    for number, text in enumerate(("subscribe secret", "unsubscribe secret", "runs secret"), 2):
        told = await said(guarded, text, number, "U0PLAIN")
        assert "Secret" not in told, text
        assert "There is no project" in told or "not subscribed" in told, text
    assert "not subscribed to any" in await said(guarded, "unsubscribe", 9, "U0PLAIN")
    assert wanted(guarded) == {"secret": ["U0LEAD"]}
    assert "Secret Merger" in await said(guarded, "unsubscribe secret", 10, "U0LEAD")
    assert wanted(guarded) == {}


async def test_whoever_may_see_less_takes_nothing_from_whoever_may_see_more(guarded: Guarded) -> None:
    await said(guarded, "subscribe proj", 1, "U0PLAIN")
    assert "It was so already" not in await said(guarded, "subscribe proj", 2, "U0LEAD")
    assert "It was so already" in await said(guarded, "subscribe proj", 3, "U0PLAIN")
    assert wanted(guarded) == {"proj": ["U0PLAIN", "U0LEAD"]}
    ended = {"completed_at": datetime.now(UTC).isoformat(), "test_suite_id": "smoke"}
    guarded.services.listed = [run_of("run_production_7", "failed") | ended]
    await eventually(lambda: _posted(guarded, "run_production_7"))


def _posted(guarded: Guarded, run_id: str) -> list[Any]:
    calls = guarded.services.calls
    return [one for method, one in calls if method == "chat.postMessage" and run_id in str(one)]


async def test_whoever_is_denied_everything_reads_neither_the_trail_nor_what_others_may(
    guarded: Guarded,
) -> None:
    await said(guarded, "status run_staging_1", 1, "U0LEAD")
    for number, text in enumerate(("audit", "can U0LEAD status proj staging", "whoami"), 2):
        told = await said(guarded, text, number, "U0GROUP")
        assert "run_staging_1" not in told
        assert "Here you can" not in told
        assert "U0GROUP" in told or "nothing for them" in told or "may not" in told, told
