"""Watching many runs in virtual time: what it costs, and how soon an end is known."""

from __future__ import annotations

from typing import Any

import pytest

from zof_core import Run, ZofAuthenticationError, ZofNotFoundError, ZofServerError
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
            self.fake.time.sleep(self.list.next_pause(self.zof.plan))


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
        fake.time.sleep(watch.list.next_pause(watch.zof.plan))
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


def test_rounds_slow_down(fake: FakeZof) -> None:
    fake.runs_take(36_000, queued=0)
    watch = Watch(fake)
    watch.start(4)
    pauses = []
    for _ in range(12):
        watch.round()
        pauses.append(watch.list.next_pause(watch.zof.plan))
        fake.time.sleep(pauses[-1])
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (pytest.approx(2.0, abs=0.1), pytest.approx(30.0))


@pytest.mark.parametrize(
    ("limit", "runs", "most"), [(None, 1, 30), (100, 40, 30), (100, 250, 30), (20, 250, 6), (5, 10, 1)]
)
def test_no_minute_has_more_requests_than_its_share(
    fake: FakeZof, limit: int | None, runs: int, most: int
) -> None:
    """Not even while runs are added, end and are hinted at, all at once."""
    watch = Watch(fake)
    fake.runs_take(90, queued=0)
    ids = watch.start(runs // 2)
    fake.runs_take(600, queued=100)
    ids += watch.start(runs - runs // 2)
    if limit:
        watch.zof.plan.governor().limit = limit
    sent: list[float] = []
    began = fake.time.now
    while fake.time.now - began < 900 and len(watch.list):
        before = len(fake.requests)
        watch.round()
        sent += [fake.time.now] * (len(fake.requests) - before)
        fake.time.sleep(watch.list.next_pause(watch.zof.plan))
        if 200 < fake.time.now - began < 215:
            for run_id in ids[::7]:
                watch.list.hint(run_id)
    assert len(sent) > 5
    for n, at in enumerate(sent):
        within = sum(1 for other in sent[n:] if other < at + 59)
        assert within <= most, f"{within} requests in the minute from {at - began:.0f} s on"


def test_a_hint_looks_at_once_and_at_nothing_else(fake: FakeZof) -> None:
    fake.runs_take(5, queued=0)
    watch = Watch(fake)
    runs = watch.start(5)
    watch.round()
    fake.time.sleep(1.5)
    due = watch.list.next_pause(watch.zof.plan)
    fake.time.sleep(10)
    fake.requests.clear()
    watch.list.hint(runs[2])
    assert due > 0
    assert watch.list.next_pause(watch.zof.plan) == 0.0
    watch.round()
    assert set(watch.ended) == {runs[2]}
    assert [request.url.rpartition("/")[2] for request in fake.requests] == [runs[2]]


def test_a_hint_is_served_while_a_long_round_pauses(fake: FakeZof) -> None:
    fake.runs_take(3600, queued=0)
    watch = Watch(fake)
    watch.zof.plan.governor().limit = 20
    runs = watch.start(800)
    watch.round()
    assert watch.list.next_pause(watch.zof.plan) > 50, "the round has used its share and is not at its end"
    first = runs[0]  # newest come first, so its page is the last
    fake._runs[first].canceled = fake.time.now
    watch.list.hint(first)
    fake.time.sleep(watch.list.next_pause(watch.zof.plan))
    began = fake.time.now
    watch.round()
    assert set(watch.ended) == {first}
    assert fake.time.now - began < 1


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


@pytest.mark.parametrize("made", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_runs_that_were_made_at_the_edge_of_time_are_seen_to_end(fake: FakeZof, made: str) -> None:
    """A server says what it likes."""
    fake.runs_take(0, queued=0)
    watch = Watch(fake)
    for run_id in watch.start(4):
        watch.list.drop(run_id)
        seen = {"id": run_id, "status": "queued", "project_id": "proj_abc", "created_at": made}
        watch.list.add(run_id, Run.model_validate(seen))
    watch.until_all_ended(600)
    assert (len(watch.ended), watch.errors) == (4, {})
