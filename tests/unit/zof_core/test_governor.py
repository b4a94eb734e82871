from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zof_core
from tests.support.scripted_zof import BASE, Script, SyncScript, Time
from zof_core import ZofClient, ZofRateLimitError
from zof_core.governor import Governor, governor_for, window_of

WALL = 1_779_278_400.0


def _headers(limit: int, remaining: int, resets_in: float) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(WALL + resets_in)),
    }


def _told(limit: int, remaining: int, resets_in: float = 40) -> Governor:
    governor = Governor()
    governor.wait("person", 0.0)
    governor.ended(_headers(limit, remaining, resets_in), 0.0, WALL)
    return governor


def test_nothing_known_nothing_held_back() -> None:
    governor = Governor()
    assert [governor.wait("background", 0.0) for _ in range(500)] == [0.0] * 500


def test_a_person_may_use_the_whole_window() -> None:
    governor = _told(100, 3)
    assert [governor.wait("person", 1.0) for _ in range(5)] == [0.0, 0.0, 0.0, 39.0, 39.0]


def test_background_work_leaves_the_last_tenth() -> None:
    governor = _told(100, 12)
    assert [governor.wait("background", 1.0) for _ in range(3)] == [0.0, 0.0, 39.0]
    assert governor.wait("person", 1.0) == 0.0


def test_a_new_window_begins_when_the_old_one_ends() -> None:
    governor = _told(100, 0)
    assert governor.wait("person", 39.0) > 0
    assert governor.wait("person", 40.0) == 0.0


def test_requests_in_flight_count_as_used() -> None:
    governor = Governor()
    for _ in range(4):
        governor.wait("person", 0.0)
    governor.ended(_headers(100, 50, 40), 0.0, WALL)
    window = governor.window(0.0)
    assert window is not None
    assert window.remaining == 47


def test_a_request_without_an_answer_gives_its_place_back() -> None:
    governor = Governor()
    governor.wait("person", 0.0)
    governor.wait("person", 0.0)
    governor.ended(None, 0.0, WALL)
    governor.ended(_headers(100, 50, 40), 0.0, WALL)
    window = governor.window(0.0)
    assert window is not None
    assert window.remaining == 50


def test_the_warning_comes_once_a_window() -> None:
    governor = Governor()
    assert not governor.ended(_headers(100, 10, 40), 0.0, WALL)
    assert governor.ended(_headers(100, 9, 40), 0.0, WALL)
    assert not governor.ended(_headers(100, 8, 40), 1.0, WALL + 1)
    assert governor.ended(_headers(100, 9, 101), 41.0, WALL + 41)


def test_the_answers_own_date_counts() -> None:
    headers = _headers(100, 5, 40) | {
        "date": format_datetime(datetime.fromtimestamp(WALL + 10, UTC), usegmt=True)
    }
    window = window_of(headers, 7.0, WALL - 10_000)
    assert window is not None
    assert window.resets_at == 37.0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        _headers(0, 0, 40),
        _headers(100, 0, 301),
        _headers(100, 0, -1),
        {**_headers(100, 0, 40), "x-ratelimit-remaining": "-1"},
        {**_headers(100, 0, 40), "x-ratelimit-remaining": "²"},
        {**_headers(100, 0, 40), "x-ratelimit-limit": "9" * 5000},
        {**_headers(100, 0, 40), "x-ratelimit-reset": "soon"},
    ],
)
def test_what_makes_no_sense_is_not_believed(headers: dict[str, str]) -> None:
    assert window_of(headers, 0.0, WALL) is None


@given(st.lists(st.tuples(st.integers(0, 120), st.floats(0, 100), st.booleans())), st.integers(1, 100))
def test_places_are_never_more_than_the_window_has(steps: list, limit: int) -> None:
    governor = _told(limit, limit, 40)
    given_out = sum(governor.wait("person", 1.0) == 0.0 for _ in range(len(steps) + limit))
    assert given_out == limit


def test_clients_of_one_key_share_a_governor() -> None:
    first = governor_for(BASE, "Bearer zk_1")
    assert governor_for(BASE, "Bearer zk_1") is first
    assert governor_for(BASE, "Bearer zk_2") is not first
    assert governor_for("https://other.test/v1", "Bearer zk_1") is not first


# --- In the machine


def _limited(script: Script, time: Time, remaining: int, resets_in: float = 30) -> None:
    wall = 1_779_278_400.0 + time.now
    headers = {
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(wall + resets_in)),
    }
    script.will((200, {"data": []}, headers))


def test_a_used_up_window_is_waited_for(script: Script, time: Time) -> None:
    zof = ZofClient("zk_pacing_1", base_url=BASE, transport=SyncScript(script), clock=time.clock())
    _limited(script, time, 0)
    zof.projects.list()
    assert time.slept == []
    zof.projects.list()
    assert time.slept == [pytest.approx(30, abs=1)]
    stats = zof.stats()
    assert (stats.requests, stats.retries) == (2, 0)


def test_or_raised_at_once(script: Script, time: Time) -> None:
    zof = ZofClient(
        "zk_pacing_2", base_url=BASE, on_limit="raise", transport=SyncScript(script), clock=time.clock()
    )
    _limited(script, time, 0)
    zof.projects.list()
    with pytest.raises(ZofRateLimitError) as caught:
        zof.projects.list()
    assert caught.value.retry_after == pytest.approx(30, abs=1)
    assert caught.value.status is None
    assert len(script.requests) == 1


def test_a_window_that_outlasts_the_deadline_is_not_waited_for(script: Script, time: Time) -> None:
    zof = ZofClient("zk_pacing_3", base_url=BASE, timeout=5, transport=SyncScript(script), clock=time.clock())
    _limited(script, time, 0)
    zof.projects.list()
    with pytest.raises(ZofRateLimitError):
        zof.projects.list()
    assert time.slept == []


def test_background_calls_give_way(script: Script, time: Time) -> None:
    zof = ZofClient("zk_pacing_4", base_url=BASE, transport=SyncScript(script), clock=time.clock())
    _limited(script, time, 10)
    zof.projects.list()
    zof.projects.list()
    assert time.slept == []
    with zof_core.background():
        zof.projects.list()
    assert len(time.slept) == 1


def test_below_a_tenth_it_warns(script: Script, time: Time, caplog: pytest.LogCaptureFixture) -> None:
    zof = ZofClient("zk_pacing_5", base_url=BASE, transport=SyncScript(script), clock=time.clock())
    _limited(script, time, 9)
    with caplog.at_level(logging.WARNING, "zof_core"):
        zof.projects.list()
        zof.projects.list()
    assert [record.getMessage() for record in caplog.records] == [
        "Zof's rate limit is nearly used up: 9 of 100 requests are left in this window."
    ]


def test_stats_say_what_is_left(script: Script, time: Time) -> None:
    zof = ZofClient("zk_pacing_6", base_url=BASE, transport=SyncScript(script), clock=time.clock())
    assert zof.stats().rate_limit is None
    _limited(script, time, 42)
    zof.projects.list()
    stats = zof.stats()
    assert (stats.rate_limit, stats.rate_remaining, stats.retry_tokens) == (100, 42, 100)
    assert stats.rate_resets_in == pytest.approx(30, abs=1)


def test_those_who_waited_for_a_window_do_not_all_rush_into_it() -> None:
    governor = _told(100, 0)
    assert sum(governor.wait("person", 40.0) == 0.0 for _ in range(1000)) == 100
    governor.ended(_headers(100, 99, 100), 40.1, WALL + 40.0)
    assert governor.wait("person", 40.2) > 0, "99 are still on their way"
    for _ in range(50):
        governor.ended(_headers(100, 50, 100), 41.0, WALL + 41.0)
    assert governor.wait("person", 41.0) == 0.0


def test_an_answer_that_speaks_of_no_limit_ends_an_assumed_window() -> None:
    governor = _told(100, 0)
    assert sum(governor.wait("person", 40.0) == 0.0 for _ in range(200)) == 100
    governor.ended({}, 40.5, WALL)
    assert [governor.wait("person", 40.6) for _ in range(200)] == [0.0] * 200
