from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contract import WebhookEvent, webhook_events
from zof_core import ZofValidationError
from zof_core.webhooks import (
    SIGNATURE_HEADER,
    Dedupe,
    DedupeError,
    Event,
    MemoryDedupe,
    SqliteDedupe,
    WebhookError,
    sign,
    verify,
)

SECRET = "whsec_test"


@pytest.mark.parametrize("delivery", webhook_events(), ids=lambda delivery: delivery.name)
def test_the_documented_events(delivery: WebhookEvent) -> None:
    event = verify(delivery.body.encode(), delivery.headers[SIGNATURE_HEADER], delivery.secret)
    assert event.run_id == "run_xyz"
    assert event.is_known
    assert event.type == delivery.name.partition(",")[0]
    assert event.created is not None


def test_the_older_envelope_keeps_what_it_says_and_has_a_stable_id() -> None:
    older = next(delivery for delivery in webhook_events() if delivery.envelope == "older")
    first, second = (
        verify(older.body.encode(), older.headers[SIGNATURE_HEADER], older.secret) for _ in range(2)
    )
    assert first.id == second.id
    assert first.data.object is not None
    assert (first.data.object.model_extra or {})["coverage_score"] == 92


def _body(**more: Any) -> bytes:
    return json.dumps(
        {"id": "evt_1", "type": "run.completed", "data": {"object": {"run_id": "run_1"}}, **more}
    ).encode()


def test_the_previous_secret_still_fits_while_it_is_named() -> None:
    body = _body()
    old = sign(body, "whsec_old")
    assert verify(body, old, SECRET, previous_secret="whsec_old").id == "evt_1"
    with pytest.raises(WebhookError):
        verify(body, old, SECRET)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "0" * 64,
        b"\xff",
        "ü" * 64,
        "sha256=" + sign(_body(), SECRET),
        sign(_body(), SECRET).upper(),
        7,
        10**15,
        [],
        "\ud800",
    ],
)
def test_a_wrong_signature(signature: Any) -> None:
    with pytest.raises(WebhookError) as caught:
        verify(_body(), signature, SECRET)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("signature", [None, "", b""])
def test_a_missing_signature_is_told_from_a_wrong_one(signature: str | bytes | None) -> None:
    with pytest.raises(WebhookError, match=r"There is no signature\. It comes in the header X-Zof-Signature"):
        verify(b"{}", signature, SECRET)


def test_a_body_that_was_changed_by_one_byte() -> None:
    body = _body()
    with pytest.raises(WebhookError):
        verify(body + b" ", sign(body, SECRET), SECRET)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"id":1,"type":"x"}',
        b'{"id":"e"}',
        b"\xff",
        b"[" * 100_000,
        b'{"event":5}',
    ],
)
def test_a_signed_body_that_is_no_event(body: bytes) -> None:
    with pytest.raises(WebhookError, match="no event"):
        verify(body, sign(body, SECRET), SECRET)


@pytest.mark.parametrize(("body", "secret"), [("text", SECRET), (None, SECRET), (b"x", ""), (b"x", None)])
def test_arguments_that_cannot_be_checked(body: Any, secret: Any) -> None:
    with pytest.raises(WebhookError):
        verify(body, "0" * 64, secret)


@pytest.mark.parametrize("secret", [5, b"whsec_x", "whsec_\udcff"])
def test_a_secret_that_cannot_sign_is_not_shown(secret: Any) -> None:
    body = _body()
    for name in ("secret", "previous_secret"):
        secrets = {"secret": SECRET, name: secret}
        with pytest.raises(WebhookError, match=f"^{name} is no signing secret") as refused:
            verify(body, "0" * 64, **secrets)
        assert "whsec" not in str(refused.value)
        assert refused.value.param == name


def test_a_body_that_is_far_too_long() -> None:
    body = b" " * (1024 * 1024 + 1)
    with pytest.raises(WebhookError, match="longer"):
        verify(body, sign(body, SECRET), SECRET)


@pytest.mark.parametrize(
    ("field", "value"), [("created", "soon"), ("created", 1e99), ("data", ["run_1"]), ("created", "\ud800")]
)
def test_an_event_with_a_value_that_cannot_be_read_is_an_event(field: str, value: Any) -> None:
    body = json.dumps({"id": "evt_1", "type": "run.completed", field: value}).encode()
    event = verify(body, sign(body, SECRET), SECRET)
    kept = "\ufffd" if value == "\ud800" else value
    assert (event.id, event.type, event.unreadable) == ("evt_1", "run.completed", {field: kept})


def test_an_event_that_is_not_known_is_an_event() -> None:
    body = _body(type="agent.on_fire", severity="high")
    event = verify(body, sign(body, SECRET), SECRET)
    assert (event.type, event.is_known, (event.model_extra or {})["severity"]) == (
        "agent.on_fire",
        False,
        "high",
    )


@given(st.binary(), st.one_of(st.none(), st.text(), st.binary()))
def test_nothing_that_is_sent_raises_anything_else(body: bytes, signature: Any) -> None:
    for attempt in (signature, sign(body, SECRET)):
        try:
            event = verify(body, attempt, SECRET)
        except WebhookError:
            continue
        assert isinstance(event, Event)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Dedupe, list[float]]:
    now = [1000.0]
    if request.param == "memory":
        return MemoryDedupe(remember=60, now=lambda: now[0]), now
    return SqliteDedupe(tmp_path / "events.db", remember=60, now=lambda: now[0]), now


def test_an_event_is_new_once(store: tuple[Dedupe, list[float]]) -> None:
    dedupe, now = store
    assert [dedupe.first("evt_1"), dedupe.first("evt_2"), dedupe.first("evt_1")] == [True, True, False]
    now[0] += 61
    assert dedupe.first("evt_1")


def test_of_many_at_once_one_is_first(store: tuple[Dedupe, list[float]]) -> None:
    dedupe, _ = store
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: dedupe.first("evt_1"), range(24))) == 1


def test_sqlite_remembers_over_restarts(tmp_path: Path) -> None:
    assert SqliteDedupe(tmp_path / "e.db").first("evt_1")
    assert not SqliteDedupe(tmp_path / "e.db").first("evt_1")


@pytest.mark.parametrize("path", ["", ":memory:", None, 5, b"e.db"])
def test_sqlite_needs_a_file(path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DedupeError, match="MemoryDedupe"):
        SqliteDedupe(path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database " * 1000)
    with pytest.raises(DedupeError, match=r'notes\.txt" cannot be used'):
        SqliteDedupe(tmp_path / "notes.txt")
    with pytest.raises(DedupeError, match="cannot be used"):
        SqliteDedupe(tmp_path / "nowhere" / "e.db")
    for path in ("a\0b", "\ud800"):
        with pytest.raises(DedupeError, match="cannot be used"):
            SqliteDedupe(path)


@pytest.mark.parametrize("event_id", [None, 5, b"evt_1", ["evt_1"]])
def test_what_is_no_id_is_not_remembered(tmp_path: Path, event_id: Any) -> None:
    for store in (MemoryDedupe(), SqliteDedupe(tmp_path / "e.db")):
        with pytest.raises(ZofValidationError, match="event_id must be"):
            store.first(event_id)


@pytest.mark.parametrize("remember", [0, -1, float("nan"), None])
def test_what_would_remember_nothing_or_for_ever_is_refused(tmp_path: Path, remember: Any) -> None:
    with pytest.raises(ZofValidationError, match="remember"):
        MemoryDedupe(remember)
    with pytest.raises(ZofValidationError, match="remember"):
        SqliteDedupe(tmp_path / "e.db", remember)


def test_a_file_that_breaks_later_is_told_of(tmp_path: Path) -> None:
    store = SqliteDedupe(tmp_path / "e.db")
    assert store.first("evt_1")
    (tmp_path / "e.db").write_bytes(b"overwritten " * 1000)
    with pytest.raises(DedupeError, match="cannot be used"):
        store.first("evt_1")
