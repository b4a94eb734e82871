"""Triggers, response URLs and messages of the store."""

from __future__ import annotations

import pytest

from zof_local.workspace.answers import use_response_url
from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import Message

RELEASES = "C0RELEASES"


def refused(call, *args) -> str:
    with pytest.raises(SlackError) as error:
        call(*args)
    return error.value.code


def post(store, **more):
    message = Message(channel=RELEASES, ts=store.next_ts(), user="U02DANA", text="hi", **more)
    return store.add_message(message)


def test_timestamps_only_grow(store, clock):
    first = store.next_ts()
    clock.now -= 100
    second = store.next_ts()
    assert first == "1700000000.000000"
    assert second == "1700000000.000001"


def test_a_trigger_works_once_within_three_seconds(store, clock):
    trigger = store.new_trigger("U02DANA", 3.0)
    assert store.check_trigger(trigger.id) == trigger
    store.use_trigger(trigger)
    assert refused(store.check_trigger, trigger.id) == "exchanged_trigger_id"
    late = store.new_trigger("U02DANA", 3.0)
    clock.now += 3.1
    assert refused(store.check_trigger, late.id) == "expired_trigger_id"
    assert refused(store.check_trigger, "nonsense") == "invalid_trigger_id"


def test_a_response_url_works_five_times_within_half_an_hour(store, clock):
    entry = store.new_response_url(channel=RELEASES, user="U02DANA")
    for _ in range(5):
        use_response_url(store, entry.id, {"text": "x"})
    assert refused(use_response_url, store, entry.id, {"text": "x"}) == "used_url"
    other = store.new_response_url(channel=RELEASES, user="U02DANA")
    clock.now += 30 * 60 + 1
    assert refused(use_response_url, store, other.id, {"text": "x"}) == "expired_url"
    assert len(store.messages(RELEASES)) == 5


def test_a_bad_answer_does_not_use_up_a_response_url(store):
    entry = store.new_response_url(channel=RELEASES, user="U02DANA")
    assert refused(use_response_url, store, entry.id, {}) == "no_text"
    assert refused(use_response_url, store, entry.id, {"blocks": [{"type": "?"}]}) == "invalid_blocks"
    assert store.response_url(entry.id).uses == 0


def test_response_urls_replace_and_delete_only_their_source(store):
    source = post(store)
    entry = store.new_response_url(channel=RELEASES, user="U03SAM", source=source)
    replaced = use_response_url(store, entry.id, {"text": "new", "replace_original": True})
    assert (replaced.ts, replaced.text) == (source.ts, "new")
    use_response_url(store, entry.id, {"delete_original": "true"})
    assert store.messages(RELEASES) == []
    command = store.new_response_url(channel=RELEASES, user="U03SAM")
    fresh = use_response_url(store, command.id, {"text": "more", "replace_original": True})
    assert fresh.ephemeral_to == "U03SAM"


def test_each_person_sees_their_own(store):
    post(store)
    post(store, ephemeral_to="U02DANA")
    assert len(store.visible_to(RELEASES, "U02DANA")) == 2
    assert len(store.visible_to(RELEASES, "U03SAM")) == 1


def test_old_entries_are_forgotten(store, clock):
    for _ in range(10):
        store.new_trigger("U02DANA", 3.0)
        store.new_response_url(channel=RELEASES, user="U02DANA")
    clock.now += 3 * 3600
    store.new_trigger("U02DANA", 3.0)
    assert (len(store.triggers), len(store.response_urls)) == (1, 0)


def test_the_log_replays_or_says_it_cannot(store):
    store.log.append("a", {})
    store.log.append("b", {})
    assert [event.kind for event in store.log.since(1)] == ["b"]
    assert store.log.since(2) == []
    assert store.log.since(99) is None
    for _ in range(6000):
        store.log.append("c", {})
    assert store.log.since(1) is None
