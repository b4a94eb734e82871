"""Zof's webhooks, sent by the platform and by strangers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from slack_bot.settings import WebhookSecrets
from tests.integration.slack_bot.timing import BRISK
from zof_core.webhooks import sign

SECRET = "whsec_of_the_bot_and_of_zof"
GATED = "/zof run proj_abc staging suite_gated"
SELDOM = BRISK.model_copy(update={"poll_first": 600.0, "poll_max": 600.0})


async def open_with_events(open_world: Any) -> Any:
    secrets = WebhookSecrets(current=SecretStr(SECRET), previous=SecretStr("whsec_before"))
    return await open_world(zof_webhooks=secrets, timing=SELDOM)


async def test_a_run_ends_on_its_card_when_zof_says_so_not_at_the_next_poll(
    open_world: Any, until: Any
) -> None:
    world = await open_with_events(open_world)
    url = f"{world.bot_url}/zof/webhooks"
    await world.zof.webhooks.create(url=url, events=["run.completed", "run.failed"], secret=SECRET)
    key = await world.command(GATED)
    run_id = await until(lambda: world.bot.store.command_outcome(key).run_id)
    world.open_gate()
    assert (await world.outcome(key)).outcome == "passed"
    assert "Passed" in (await world.card_of(run_id))["plain"]


async def test_deliveries_are_verified_and_taken_once(open_world: Any) -> None:
    world = await open_with_events(open_world)
    url = f"{world.bot_url}/zof/webhooks"
    body = json.dumps(
        {"id": "evt_1", "type": "run.completed", "data": {"object": {"run_id": "run_of_nobody"}}}
    ).encode()

    async def post(content: bytes, signature: str | None) -> int:
        headers = {"X-Zof-Signature": signature} if signature is not None else {}
        return (await world.http.post(url, content=content, headers=headers)).status_code

    assert await post(body, None) == 400
    assert await post(body, "0" * 64) == 400
    assert await post(body + b" ", sign(body, SECRET)) == 400
    assert not world.bot.store.knows_event("evt_1")
    assert await post(body, sign(body, SECRET)) == 200
    assert world.bot.store.knows_event("evt_1")
    assert await post(body, sign(body, "whsec_before")) == 200
    assert await post(b"[]", sign(b"[]", SECRET)) == 400
    assert await post(b"x" * 1_100_000, "0" * 64) == 413
    assert (await world.http.get(url)).status_code == 405


@pytest.mark.parametrize("path", ["/zof/webhooks"])
async def test_without_a_secret_there_is_no_such_place(open_world: Any, path: str) -> None:
    world = await open_world()
    assert (await world.http.post(f"{world.bot_url}{path}", content=b"{}")).status_code == 404


async def test_a_plan_that_waits_is_shown_once_in_the_channel_for_plans(open_world: Any, until: Any) -> None:
    world = await open_with_events(open_world)
    path = world.settings.config_path
    path.write_text(f'{path.read_text("utf-8")}\n[remediation]\nchannel = "C0RELEASES"\n', "utf-8")
    body = json.dumps(
        {"id": "evt_9", "type": "remediation.plan_pending", "data": {"object": {"id": "plan_9"}}}
    )
    for _ in range(3):
        headers = {"X-Zof-Signature": sign(body.encode(), SECRET)}
        answer = await world.http.post(
            f"{world.bot_url}/zof/webhooks", content=body.encode(), headers=headers
        )
        assert answer.status_code == 200

    async def shown() -> Any:
        return [card for card in await world.cards() if "plan_9" in card["plain"]]

    [card] = await until(shown)
    assert "Governance → Remediation → Approvals" in card["plain"]
    assert "approve_run" not in json.dumps(card)
