"""What is looked up and watched, end to end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.slack_bot.conftest import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

DANA, SAM, MIRA = "U02DANA", "U03SAM", "U04MIRA"


async def test_a_run_started_elsewhere_is_watched_listed_and_its_log_shown(shared: Any) -> None:
    run = await shared.zof.runs.create(
        project_id="proj_abc", environment="staging", test_suite_id="suite_regression"
    )
    watched = await shared.outcome(await shared.command(f"/zof watch {run.id}", user=SAM))
    assert watched.outcome == "failed"
    card = await shared.card_of(run.id)
    assert "Failed" in card["plain"]
    assert "test_bad" in card["plain"]
    assert "started outside Slack" in card["plain"]
    assert "shown for sam" in card["plain"]

    again = await shared.outcome(await shared.command(f"/zof watch {run.id}"))
    assert again.outcome == "answered"
    assert "has its message in this channel already" in await shared.last_told(DANA)

    await shared.outcome(await shared.command("/zof runs proj_abc staging failed"))
    listed = await shared.last_told(DANA)
    assert run.id in listed
    assert "Regression" in listed
    await shared.outcome(await shared.command("/zof runs --mine", user=MIRA))
    assert "There is no run" in await shared.last_told(MIRA)

    await shared.outcome(await shared.command(f"/zof logs {run.id} test_bad", user=SAM))
    log = await shared.last_told(SAM)
    assert "test_bad" in log
    assert "Failed" in log
    await shared.outcome(await shared.command(f"/zof logs {run.id} nothing_like_it", user=SAM))
    assert "has no case" in await shared.last_told(SAM)
    for asked in ("bad", "test_bda"):
        await shared.outcome(await shared.command(f"/zof logs {run.id} {asked}", user=SAM))
        log = await shared.last_told(SAM)
        assert "Did you mean test_bad?" in log.replace("`", "")
        assert " yet" not in log


async def test_what_the_rules_do_not_show_is_not_listed(shared: Any) -> None:
    run = await shared.zof.runs.create(
        project_id="proj_abc", environment="production", test_suite_id="suite_pr_smoke"
    )
    await shared.outcome(await shared.command("/zof runs", user=SAM))
    assert run.id not in await shared.last_told(SAM)
    await shared.outcome(await shared.command("/zof runs", user=DANA))
    assert run.id in await shared.last_told(DANA)
    for asked in (f"watch {run.id}", f"logs {run.id} x"):
        outcome = await shared.outcome(await shared.command(f"/zof {asked}", user=SAM))
        assert outcome.outcome == "denied"


async def test_an_end_of_what_is_not_subscribed_says_so(shared: Any) -> None:
    await shared.outcome(await shared.command("/zof unsubscribe"))
    assert "not subscribed to any failures, so there was nothing to end" in await shared.last_told(DANA)
    await shared.outcome(await shared.command("/zof unsubscribe Checkout"))
    assert "not subscribed to failures of Checkout" in await shared.last_told(DANA)


async def test_failures_are_posted_to_a_channel_that_wants_them_each_once(shared: Any) -> None:
    denied = await shared.outcome(await shared.command("/zof subscribe proj_abc", user=SAM))
    assert denied.outcome == "denied"
    await shared.outcome(await shared.command("/zof subscribe checkout"))
    assert "are posted to" in await shared.last_told(DANA)
    run = await shared.zof.runs.create(
        project_id="proj_abc", environment="staging", test_suite_id="suite_regression"
    )
    card = await eventually(lambda: shared.card_of(run.id), timeout=20)
    assert "by subscription" in card["plain"]
    own = await shared.outcome(await shared.command("/zof run proj_abc staging suite_regression"))
    second = await shared.zof.runs.create(
        project_id="proj_abc", environment="staging", test_suite_id="suite_regression"
    )
    await eventually(lambda: shared.card_of(second.id), timeout=20)
    cards = [card for card in await shared.cards() if f"run {own.run_id}" in card["plain"].replace("`", "")]
    assert len(cards) == 1
    await shared.outcome(await shared.command("/zof unsubscribe"))
    assert "no more" in await shared.last_told(DANA)


async def test_schedules_and_the_command_center(shared: Any) -> None:
    await shared.outcome(await shared.command("/zof schedules"))
    assert "There is no schedule" in await shared.last_told(DANA)
    await shared.outcome(await shared.command("/zof home"))
    home = await shared.last_told(DANA)
    for part in (
        "Command center",
        "Pass rate",
        "runs created in the last 24 h",
        "Coverage by module",
        "not in Zof's API",
    ):
        assert part in home
