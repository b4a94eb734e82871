"""What a person can do, end to end: the bot between a real workspace and a real platform."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from slack_bot import endpoint
from slack_bot.audit import first_break

pytestmark = pytest.mark.asyncio(loop_scope="module")

RELEASES, GENERAL = "C0RELEASES", "C0GENERAL"
DANA, SAM, MIRA = "U02DANA", "U03SAM", "U04MIRA"


async def test_a_run_is_started_followed_and_shown_to_its_end(shared: Any) -> None:
    key = await shared.command("/zof run proj_abc staging suite_pr_smoke", user=SAM)
    outcome = await shared.outcome(key)
    assert (outcome.outcome, outcome.state, outcome.rule) == ("passed", "ended", "staging")
    card = await shared.card_of(outcome.run_id)
    for part in (
        "Passed",
        "PR smoke",
        "staging",
        "3 passed · 3 cases",
        "Checkout",
        "started by sam",
        outcome.run_id,
    ):
        assert part in card["plain"]
    assert "Passed: PR smoke on staging (Checkout). 3 passed" in card["text"]
    assert "cancel_run" not in json.dumps(card["blocks"])
    run = await shared.zof.runs.retrieve(outcome.run_id)
    assert run.status == "passed"


async def test_failed_cases_are_named(shared: Any) -> None:
    outcome = await shared.outcome(await shared.command("/zof run proj_abc staging suite_regression"))
    assert outcome.outcome == "failed"
    card = await shared.card_of(outcome.run_id)
    assert "1 passed, 1 failed, 1 error, 1 skipped · 4 cases" in card["plain"]
    assert "test_bad" in card["plain"]
    assert "test_broken" in card["plain"]
    assert "started by Dana Ruiz" in card["plain"]


async def test_names_do_as_well_as_ids(shared: Any) -> None:
    outcome = await shared.outcome(await shared.command('/zof run checkout staging "pr smoke"'))
    assert outcome.outcome == "passed"


async def test_single_cases_can_be_run(shared: Any) -> None:
    first = await shared.outcome(await shared.command("/zof run proj_abc staging suite_pr_smoke"))
    results = await shared.zof.results.list(run_id=first.run_id)
    cases = ",".join(result.test_case_id for result in results.data[:2])
    outcome = await shared.outcome(await shared.command(f"/zof run proj_abc staging --cases {cases}"))
    assert outcome.outcome == "passed"
    assert "2 cases" in (await shared.card_of(outcome.run_id))["plain"]


@pytest.mark.parametrize(
    ("text", "channel", "user", "result", "says"),
    [
        ("run proj_abc staging suite_pr_smoke", GENERAL, SAM, "denied", "No rule lets you"),
        ("run proj_abc production suite_pr_smoke", RELEASES, SAM, "denied", "Here you can `run`"),
        ("run proj_abc production suite_regression", RELEASES, DANA, "denied", "it writes orders"),
        ("run", GENERAL, SAM, "denied", "No rule lets you"),
        ("cancel run_whatever", RELEASES, SAM, "denied", "No rule lets you"),
        ("run proj_abx staging suite_pr_smoke", RELEASES, SAM, "unknown_name", "Did you mean `proj_abc`?"),
        ("run proj_abc stagign suite_pr_smoke", RELEASES, SAM, "unknown_name", "Did you mean `staging`?"),
        (
            "run proj_abc staging suite_pr_smok",
            RELEASES,
            SAM,
            "unknown_name",
            "Did you mean `suite_pr_smoke`?",
        ),
        ("run proj_abc staging suite_pr_smoke --cases x", RELEASES, SAM, "usage", "Both a suite and cases"),
        ("runn proj_abc", RELEASES, SAM, "usage", "Did you mean 'run'?"),
        ("help", RELEASES, SAM, "answered", "run PROJECT ENVIRONMENT SUITE"),
        ("run <!channel> *b* payload=x", RELEASES, SAM, "unknown_name", "There is no project"),
    ],
)
async def test_what_is_not_done_is_told_to_its_author_only(
    shared: Any, text: str, channel: str, user: str, result: str, says: str
) -> None:
    runs, others = await shared.runs(), await shared.seen_by(MIRA, channel)
    outcome = await shared.outcome(await shared.command(f"/zof {text}", channel=channel, user=user))
    assert outcome.outcome == result
    told = await shared.last_told(user, channel)
    assert says.replace("`", "") in told.replace("`", "")
    assert await shared.seen_by(MIRA, channel) == others
    assert [run.id for run in await shared.runs()] == [run.id for run in runs]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("run proj_other staging suite_pr_smoke", "proj_other"),
        ("run proj_abc elsewhere suite_pr_smoke", "elsewhere"),
        ("run proj_abc staging suite_missing", "suite_missing"),
    ],
)
async def test_names_that_only_zof_can_judge_are_told_to_their_author_only(
    shared: Any, text: str, says: str
) -> None:
    cards = await shared.cards()
    outcome = await shared.outcome(await shared.command(f"/zof {text}"))
    assert outcome.outcome == "unknown_name"
    told = await shared.last_told(DANA)
    assert says in told
    assert "Nothing was started." in told
    assert await shared.cards() == cards


async def test_status_shows_a_run_to_its_asker_only(shared: Any) -> None:
    ended = await shared.outcome(await shared.command("/zof run proj_abc staging suite_pr_smoke"))
    others = await shared.seen_by(MIRA)
    outcome = await shared.outcome(await shared.command(f"/zof status {ended.run_id}", user=SAM))
    assert (outcome.outcome, outcome.run_id) == ("answered", ended.run_id)
    told = await shared.last_told(SAM)
    assert "Passed" in told
    assert ended.run_id in told
    assert await shared.seen_by(MIRA) == others
    outcome = await shared.outcome(await shared.command("/zof status run_unknown", user=SAM))
    assert outcome.outcome == "unknown_name"
    assert "run_unknown" in await shared.last_told(SAM)


async def test_a_run_of_somebody_elses_tool_is_shown_only_where_a_rule_allows_it(shared: Any) -> None:
    run = await shared.zof.runs.create(
        project_id="proj_abc", environment="production", test_suite_id="suite_pr_smoke"
    )
    allowed = await shared.outcome(await shared.command(f"/zof status {run.id}", user=DANA))
    assert allowed.outcome == "answered"
    denied = await shared.outcome(await shared.command(f"/zof status {run.id}", user=SAM))
    assert denied.outcome == "denied"
    assert "No rule lets you" in await shared.last_told(SAM)
    await shared.zof.runs.wait_until_complete(run.id, deadline=20)


async def started(shared: Any, until: Any, user: str = DANA) -> tuple[str, dict[str, Any]]:
    """A gated run that stands on a card with a Cancel button."""
    shared.close_gate()
    key = await shared.command("/zof run proj_abc staging suite_gated", user=user)

    async def card() -> Any:
        run_id = shared.bot.store.command_outcome(key).run_id
        found = await shared.card_of(run_id) if run_id else None
        return found if found and "1 passed · 1 of 2" in found["plain"] else None

    return key, await until(card)


async def test_a_run_is_cancelled_by_its_button_once_by_who_may(shared: Any, until: Any) -> None:
    key, card = await started(shared, until, user=SAM)
    await shared.people.user(MIRA).click(RELEASES, card["ts"], "cancel_run")
    await until(lambda: told(shared, MIRA, "No rule lets you cancel"))
    assert "Running" in (await shared.card_of(shared.bot.store.command_outcome(key).run_id))["plain"]
    sam = shared.people.user(SAM)
    await asyncio.gather(*(sam.click(RELEASES, card["ts"], "cancel_run") for _ in range(2)))
    outcome = await shared.outcome(key)
    assert outcome.outcome == "canceled"
    final = await shared.card_of(outcome.run_id)
    assert "Cancelled" in final["plain"]
    assert "Cancelled by sam" in final["plain"]
    answers = [m for m in await shared.seen_by(SAM) if m["ephemeral"] and outcome.run_id in m["plain"]]
    assert len(answers) == 1


async def told(shared: Any, user: str, says: str) -> bool:
    return says in (await shared.last_told(user)).replace("`", "")


async def test_a_run_is_cancelled_by_command(shared: Any, until: Any) -> None:
    key, _ = await started(shared, until, user=SAM)
    run_id = shared.bot.store.command_outcome(key).run_id
    cancel = await shared.outcome(await shared.command(f"/zof cancel {run_id}", user=DANA))
    assert cancel.outcome == "answered"
    outcome = await shared.outcome(key)
    assert outcome.outcome == "canceled"
    assert "Cancelled by Dana Ruiz" in (await shared.card_of(run_id))["plain"]
    again = await shared.outcome(await shared.command(f"/zof cancel {run_id}", user=DANA))
    assert again.outcome == "answered"
    assert "complete already" in await shared.last_told(DANA)


async def test_a_run_that_lacks_a_name_opens_the_form_with_those_it_has(shared: Any) -> None:
    sam = shared.people.user(SAM)
    outcome = await shared.outcome(await shared.command("/zof run proj_abc staging", user=SAM))
    assert outcome.outcome == "modal"
    [view] = await sam.views()
    chosen = {
        block["block_id"]: block["element"].get("initial_option", {}).get("value")
        for block in view["blocks"]
        if block["type"] == "input"
    }
    assert (chosen["project"], chosen["environment"], chosen["suite"]) == ("proj_abc", "staging", None)
    await sam.close(view["id"])


async def test_the_form_starts_a_run_by_the_same_checks(shared: Any) -> None:
    sam = shared.people.user(SAM)
    outcome = await shared.outcome(await shared.command("/zof", user=SAM))
    assert outcome.outcome == "modal"
    [first] = await sam.views()
    assert '"production"' not in json.dumps(first)
    values = {"project/choice": "proj_abc", "environment/choice": "staging", "suite/choice": "suite_pr_smoke"}
    path = shared.settings.config_path
    rules = path.read_text("utf-8")
    freeze = '[[deny]]\nname = "freeze"\nwhen = "2000-01-01 00:00 - 2100-01-01 00:00 UTC"\n'
    path.write_text(f"{rules}\n{freeze}", "utf-8")
    try:
        answer = await sam.submit(first["id"], values)
    finally:
        path.write_text(rules, "utf-8")
    assert answer["delivery"]["outcome"] == "acked"
    [view] = await sam.views()
    assert "You may not run" in json.dumps(view)
    assert "freeze" in json.dumps(view)
    assert view["id"] == first["id"]
    suite = next(block for block in view["blocks"] if block.get("block_id") == "suite")
    assert suite["element"]["initial_option"]["value"] == "suite_pr_smoke"
    before = {run.id for run in await shared.runs()}
    await sam.submit(view["id"], values)
    assert await sam.views() == []
    ended = await shared.outcome(f"T0ZOF:{view['id']}")
    assert ended.outcome == "passed"
    assert {run.id for run in await shared.runs()} - before == {ended.run_id}


async def test_the_same_delivery_twice_starts_one_run(shared: Any) -> None:
    body = shared.command_body("run proj_abc staging suite_pr_smoke", trigger="1.2.twice")
    now = time.time()
    signed = [shared.signed(body, at=now - n) for n in range(5)]
    answers = await asyncio.gather(*(shared.send_raw(body, headers) for headers in signed))
    assert [answer.status_code for answer in answers] == [200] * 5
    before = len(await shared.cards())
    outcome = await shared.outcome("T0ZOF:1.2.twice")
    assert outcome.outcome == "passed"
    assert len([card for card in await shared.cards() if outcome.run_id in card["plain"]]) == 1
    assert len(await shared.cards()) <= before + 1


async def test_the_same_signed_request_is_taken_once(shared: Any) -> None:
    body = shared.command_body("whoami", trigger="1.2.replayed")
    headers = shared.signed(body)
    answers = await asyncio.gather(*(shared.send_raw(body, headers) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    assert (await shared.outcome("T0ZOF:1.2.replayed")).settled


async def test_a_run_is_run_again_whole_or_its_failed_cases_only(shared: Any, until: Any) -> None:
    first = await shared.outcome(
        await shared.command("/zof run proj_abc staging suite_regression", user=DANA)
    )
    assert first.outcome == "failed"
    failed = await shared.outcome(await shared.command(f"/zof rerun {first.run_id} --failed", user=DANA))
    assert (failed.outcome, failed.run_id != first.run_id) == ("failed", True)
    card = (await shared.card_of_new(failed.run_id))["plain"]
    assert f"again after {first.run_id}" in card.replace("`", "")
    assert "1 failed, 1 error · 2 cases" in card
    denied = await shared.outcome(await shared.command(f"/zof rerun {first.run_id}", user=SAM))
    assert denied.outcome == "denied"
    assert "No rule lets you run again" in await shared.last_told(SAM)


async def test_a_cards_button_runs_it_again_once(shared: Any, until: Any) -> None:
    first = await shared.outcome(await shared.command("/zof run proj_abc staging suite_pr_smoke", user=DANA))
    card = await shared.card_of(first.run_id)
    before = {run.id for run in await shared.runs()}
    dana = shared.people.user(DANA)
    await asyncio.gather(*(dana.click(RELEASES, card["ts"], "rerun_run") for _ in range(2)))

    async def one_more() -> set[str]:
        return {run.id for run in await shared.runs() if run.is_terminal} - before

    [again] = await until(one_more)
    await until(lambda: shared.card_of_new(again))
    await shared.people.user(MIRA).click(RELEASES, card["ts"], "rerun_run")
    await until(lambda: told(shared, MIRA, "No rule lets you run again"))
    assert {run.id for run in await shared.runs()} - before == {again}


async def test_what_was_asked_and_done_stands_in_the_audit_trail(shared: Any) -> None:
    started = await shared.command("/zof run proj_abc staging suite_pr_smoke", user=SAM)
    ran = await shared.outcome(started)
    refused = await shared.command("/zof run proj_abc production suite_pr_smoke", user=SAM)
    asked = await shared.command(f"/zof status {ran.run_id}", user=SAM)
    await shared.outcome(asked)
    trail = shared.bot.store.trail()
    assert first_break(trail) is None
    notes = [entry.read() for entry in trail]
    notes = [note for note in notes if note.request in {started, refused, asked}]
    assert [(note.event, note.verb, note.outcome, note.rule, note.effect) for note in notes] == [
        ("asked", "run", "accepted", "staging", None),
        ("run_started", "run", "accepted", None, ran.run_id),
        ("run_ended", "run", "passed", None, ran.run_id),
        ("asked", "run", "denied", "no rule", None),
        ("asked", "status", "accepted", "staging", None),
        ("status", "status", "answered", None, ran.run_id),
    ]
    assert {note.person for note in notes} == {SAM}
    await shared.command("/zof audit", user=SAM)
    said = await shared.last_told(SAM)
    assert f"run ended: Passed {ran.run_id}" in said.replace("`", "")
    assert "allowed by the rule “staging”" in said
    assert "denied: no rule allows it" in said
    assert "no rule”" not in said
    assert "/zof status" not in said


async def test_a_run_under_way_is_not_run_again(shared: Any, until: Any) -> None:
    key, card = await started(shared, until, user=DANA)
    run_id = shared.bot.store.command_outcome(key).run_id
    assert "rerun_run" not in json.dumps(card)
    outcome = await shared.outcome(await shared.command(f"/zof rerun {run_id}", user=DANA))
    assert outcome.outcome == "answered"
    assert "has not ended yet" in await shared.last_told(DANA)
    shared.open_gate()
    assert (await shared.outcome(key)).outcome == "passed"


class TestTheEdge:
    """Requests that Slack did not send, or not just now."""

    @pytest_asyncio.fixture(autouse=True, loop_scope="module")
    async def quiet(self, shared: Any, until: Any) -> None:
        """What the tests before asked for has been started: a run that comes now is of a request in here."""
        await until(lambda: not {"accepted", "starting"} & set(shared.bot.store.counts(0.0).runs))

    @pytest.mark.parametrize(
        "spoil",
        ["unsigned", "forged", "stale", "future", "tampered", "bad timestamp", "bad signature", "not ascii"],
    )
    async def test_is_refused_and_nothing_happens(self, shared: Any, spoil: str) -> None:
        body = shared.command_body("run proj_abc staging suite_pr_smoke", trigger=f"1.2.{spoil}")
        headers = shared.signed(body)
        if spoil == "unsigned":
            headers = {"Content-Type": headers["Content-Type"]}
        elif spoil == "forged":
            headers = shared.signed(body, secret="0" * 32)
        elif spoil in {"stale", "future"}:
            at = int(headers["X-Slack-Request-Timestamp"]) + (-301 if spoil == "stale" else 301)
            headers = shared.signed(body, at=at)
        elif spoil == "tampered":
            body = body.replace(b"staging", b"production")
        elif spoil == "bad timestamp":
            headers["X-Slack-Request-Timestamp"] = "yesterday"
        elif spoil == "bad signature":
            headers["X-Slack-Signature"] = "v0="
        else:
            headers["X-Slack-Signature"] = "v0=" + "é" * 64
        runs = len(await shared.runs())
        answer = await shared.send_raw(body, {k: v.encode("latin-1") for k, v in headers.items()})
        assert answer.status_code == 401
        assert shared.bot.store.command_outcome(f"T0ZOF:1.2.{spoil}") is None
        assert len(await shared.runs()) == runs

    @pytest.mark.parametrize(
        "body",
        [b"payload=%7B", b"payload=[]", b"{", b"\xff\xfe", b"payload=" + b"[" * 50_000, b'{"type": 3}', b""],
    )
    async def test_signed_nonsense_is_answered_without_a_fault(self, shared: Any, body: bytes) -> None:
        answer = await shared.send_raw(body, shared.signed(body))
        assert answer.status_code in {200, 400, 401, 404}

    @pytest.mark.parametrize(
        "payload",
        [
            {"type": "block_actions"},
            {"type": "block_actions", "actions": []},
            {"type": "block_actions", "actions": [3]},
            {"type": "block_actions", "actions": {"action_id": "cancel_run"}},
            {"type": "view_submission", "view": None},
            {"type": "view_submission", "view": {"id": "V1", "callback_id": "run_form", "state": []}},
            {"type": ["view_submission"]},
            {
                "type": "view_submission",
                "view": {"id": "V1", "callback_id": "run_form", "private_metadata": "[" * 9000},
            },
        ],
    )
    async def test_a_signed_interaction_of_another_shape_changes_nothing(
        self, shared: Any, payload: dict[str, Any]
    ) -> None:
        runs = len(await shared.runs())
        who = {"team": {"id": "T0ZOF"}, "user": {"id": SAM}, "trigger_id": "1.2.shape"}
        body = urlencode({"payload": json.dumps({**who, **payload})}).encode()
        answer = await shared.send_raw(body, shared.signed(body))
        assert answer.status_code in {200, 400, 404}
        assert len(await shared.runs()) == runs

    async def test_another_workspace_with_the_same_secret_is_refused(self, shared: Any) -> None:
        body = shared.command_body(
            "run proj_abc staging suite_pr_smoke", trigger="1.2.stranger", team="T0OTHER"
        )
        answer = await shared.send_raw(body, shared.signed(body))
        assert "another Slack workspace" in answer.json()["text"]
        assert shared.bot.store.command_outcome("T0OTHER:1.2.stranger") is None

    async def test_a_body_that_does_not_come_is_not_waited_for(
        self, shared: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(endpoint, "BODY_SECONDS", 0.05)
        port = int(shared.bot_url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        headers = {**shared.signed(b""), "Host": "bot", "Content-Length": "4000"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"POST /slack/events HTTP/1.1\r\n{lines}\r\ncommand=".encode())
        assert b" 408 " in await reader.readline()
        writer.close()

    async def test_a_body_too_large_is_refused(self, shared: Any) -> None:
        body = b"x" * 1_100_000
        assert (await shared.send_raw(body, shared.signed(body))).status_code == 413

    async def test_health_and_other_paths(self, shared: Any) -> None:
        ran = await shared.outcome(await shared.command("/zof run proj_abc staging suite_pr_smoke"))
        assert ran.outcome == "passed"
        assert (await shared.http.get(f"{shared.bot_url}/healthz")).json() == {"status": "ok"}
        assert (await shared.http.post(f"{shared.bot_url}/healthz")).status_code == 405
        assert (await shared.http.get(f"{shared.bot_url}/readyz")).json() == {"status": "ready"}
        said = await shared.http.get(f"{shared.bot_url}/metrics")
        assert said.headers["content-type"] == "text/plain; version=0.0.4"
        assert 'zofops_bot_interactions_total{outcome="accepted"} ' in said.text
        assert 'zofops_bot_runs{state="ended"} ' in said.text
        assert "zofops_bot_ready 1" in said.text
        assert "dana" not in said.text.lower()
        assert (await shared.http.get(f"{shared.bot_url}/elsewhere")).status_code == 404
