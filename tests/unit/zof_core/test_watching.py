"""Watching many runs in virtual time: what it costs, and how soon an end is known."""

from __future__ import annotations

from typing import Any

import pytest

from zof_core import ZofAuthenticationError, ZofNotFoundError, ZofServerError
from zof_core.drivers import Driver
from zof_core.testing import FakeZof
from zof_core.watching import Sighting, Watchlist


class Watch:
    """A watchlist with its rounds driven in virtual time."""

    def __init__(self, fake: FakeZof) -> None:
        self.fake = fake
        self.zof = fake.client()
        self.list = Watchlist()
        self.ended: dict[str, float] = {}
        self.errors: dict[str, Exception] = {}

    def start(self, count: int, project: str = "proj_abc") -> list[str]:
        runs = [
            self.zof.runs.create(project_id=project, environment="staging", test_suite_id="suite_1")
            for _ in range(count)
        ]
        for run in runs:
            self.list.add(run.id, run)
        return [run.id for run in runs]

    def round(self) -> list[Sighting]:
        driver: Driver = self.zof._driver  # type: ignore[assignment]
        news = driver.drive(self.list.round(self.zof.plan))
        for one in news:
            if one.error:
                self.errors[one.run_id] = one.error
            elif one.is_last:
                self.ended[one.run_id] = self.fake.time.now
        return news

    def until_all_ended(self, seconds: float) -> None:
        began = self.fake.time.now
        while len(self.list) and self.fake.time.now - began < seconds:
            self.round()
            window = self.zof.plan.governor().window(self.fake.time.now)
            self.fake.time.sleep(self.list.next_pause(window.limit if window else None, 0.5))


@pytest.fixture
def fake() -> FakeZof:
    fake = FakeZof(latency=0.01)
    fake.add_project("proj_abc")
    fake.add_project("proj_2")
    return fake


def test_a_run_is_seen_until_it_ends(fake: FakeZof) -> None:
    fake.runs_take(30)
    watch = Watch(fake)
    (run,) = watch.start(1)
    watch.until_all_ended(600)
    assert set(watch.ended) == {run}


@pytest.mark.parametrize(("runs", "most"), [(1, 20), (10, 30), (100, 34), (250, 34)])
def test_requests_a_minute_do_not_grow_with_the_runs(fake: FakeZof, runs: int, most: int) -> None:
    fake.runs_take(3600)
    watch = Watch(fake)
    watch.start(runs)
    fake.requests.clear()
    began = fake.time.now
    watch.until_all_ended(600)
    a_minute = len(fake.requests) / (fake.time.now - began) * 60
    assert a_minute <= most


def test_many_ends_are_all_seen_with_their_own_status(fake: FakeZof) -> None:
    watch = Watch(fake)
    for n, outcome in enumerate(["passed", "failed", "error"]):
        fake.runs_take(20 + 10 * n, outcome=outcome)
        watch.start(5)
    seen: dict[str, str] = {}
    while len(watch.list):
        for one in watch.round():
            if one.is_last and one.run:
                seen[one.run_id] = one.run.status
        fake.time.sleep(watch.list.next_pause(None, 0.5))
    assert sorted(seen.values()) == ["error"] * 5 + ["failed"] * 5 + ["passed"] * 5


def test_a_run_whose_project_is_not_known_is_looked_up_first(fake: FakeZof) -> None:
    watch = Watch(fake)
    (run,) = watch.start(1)
    watch.list.drop(run)
    watch.list.add(run)
    (news,) = watch.round()
    assert (news.run_id, news.run and news.run.project_id) == (run, "proj_abc")


def test_news_are_told_once(fake: FakeZof) -> None:
    fake.runs_take(600, queued=0)
    watch = Watch(fake)
    watch.start(4)
    assert watch.round() == []


def test_rounds_slow_down_and_stay_within_their_share(fake: FakeZof) -> None:
    fake.runs_take(36_000, queued=0)
    watch = Watch(fake)
    watch.start(4)
    pauses = []
    for _ in range(12):
        watch.round()
        pauses.append(watch.list.next_pause(100, 0.5))
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(30.0)
    assert watch.list.next_pause(2, 0.5) == pytest.approx(200.0), "two requests a round, 0.6 allowed a minute"


def test_a_hint_looks_at_once(fake: FakeZof) -> None:
    fake.runs_take(5, queued=0)
    watch = Watch(fake)
    runs = watch.start(5)
    fake.time.sleep(10)
    fake.requests.clear()
    watch.list.hint(runs[2])
    assert watch.list.next_pause(100, 0.5) == 0.0
    watch.round()
    assert runs[2] in watch.ended
    assert fake.requests[0].url.endswith(runs[2])


def test_a_run_that_is_gone_is_told_so_and_the_others_go_on(fake: FakeZof) -> None:
    watch = Watch(fake)
    runs = watch.start(2)
    watch.list.add("run_gone")
    watch.round()
    assert isinstance(watch.errors["run_gone"], ZofNotFoundError)
    assert len(watch.list) == len(runs)


def test_a_fault_that_passes_is_put_up_with(fake: FakeZof) -> None:
    fake.runs_take(30)
    watch = Watch(fake)
    watch.start(3)
    fake.will_fail(*[503] * 8)
    watch.until_all_ended(600)
    assert len(watch.ended) == 3
    assert watch.errors == {}


def test_a_fault_that_stays_is_told_to_all(fake: FakeZof) -> None:
    watch = Watch(fake)
    runs = watch.start(3)
    fake.will_fail(*[503] * 12)
    watch.until_all_ended(600)
    assert set(watch.errors) == set(runs)
    assert all(isinstance(error, ZofServerError) for error in watch.errors.values())


def test_a_key_that_is_refused_ends_it_for_all(fake: FakeZof) -> None:
    watch = Watch(fake)
    watch.start(3)
    fake.key = "zk_rotated"
    watch.round()
    assert [type(error) for error in watch.errors.values()] == [ZofAuthenticationError] * 3
    assert len(watch.list) == 0


def test_an_end_between_two_lists_is_no_end_missed(fake: FakeZof) -> None:
    """Whatever moment a run starts or ends at, it is never taken for ended before it is."""
    for queued in (0.005, 0.015, 0.025, 0.035):
        fake.runs_take(0.02, queued=queued)
        watch = Watch(fake)
        ids = set(watch.start(4))
        wrong: list[Any] = []
        while len(watch.list):
            wrong += [one for one in watch.round() if one.is_last and one.run and not one.run.is_terminal]
            fake.time.sleep(0.004)
        assert wrong == []
        assert set(watch.ended) == ids
