"""The wall clock jumps by an hour, as when a machine wakes or is set: no wait grows with it.

Only dates of headers are read against the wall clock, once, when they come; every wait is in monotonic seconds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from tests.support.scripted_zof import BASE, Script, SyncScript, Time
from zof_core import ZofClient, ZofRateLimitError
from zof_core.assumptions import RATE_WINDOW_MAX_SECONDS

RUN = {"id": "run_1", "status": "passed"}
WALL = 1_779_278_400.0
HOUR = 3600.0
JUMPS = [HOUR, -HOUR]


class Wall:
    """A wall clock that can be set, beside a monotonic one that cannot."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.jumped = 0.0

    def client(self, key: str, script: Script) -> ZofClient:
        clock = replace(self.time.clock(), wall=lambda: self.true + self.jumped)
        return ZofClient(key, base_url=BASE, transport=SyncScript(script), clock=clock)

    @property
    def true(self) -> float:
        """What Zof's clock says."""
        return WALL + self.time.now


@pytest.fixture
def wall(time: Time) -> Wall:
    return Wall(time)


def _date(stamp: float) -> str:
    return format_datetime(datetime.fromtimestamp(stamp, UTC), usegmt=True)


def _asks(kind: str, wall: Wall, seconds: float, *, dated: bool) -> dict[str, str]:
    asked = {
        "date": {"retry-after": _date(wall.true + seconds)},
        "reset": {"x-ratelimit-reset": str(int(wall.true + seconds))},
    }[kind]
    return {**asked, "date": _date(wall.true)} if dated else asked


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("kind", ["date", "reset"])
def test_an_answer_with_a_date_is_read_by_that(
    kind: str, jump: float, wall: Wall, script: Script, time: Time
) -> None:
    zof = wall.client(f"zk_jump_{kind}_{jump}", script)
    wall.jumped = jump
    script.will((429, {}, _asks(kind, wall, 20, dated=True)), (200, RUN))
    zof.runs.retrieve("run_1")
    assert sum(time.slept) == pytest.approx(20, abs=1.5)


@pytest.mark.parametrize("kind", ["date", "reset"])
def test_without_one_a_clock_that_is_ahead_waits_less(
    kind: str, wall: Wall, script: Script, time: Time
) -> None:
    zof = wall.client(f"zk_ahead_{kind}", script)
    wall.jumped = HOUR
    script.will((429, {}, _asks(kind, wall, 20, dated=False)), (200, RUN))
    zof.runs.retrieve("run_1")
    assert sum(time.slept) < 1


@pytest.mark.parametrize("kind", ["date", "reset"])
def test_and_one_that_is_behind_says_so_at_once(kind: str, wall: Wall, script: Script, time: Time) -> None:
    zof = wall.client(f"zk_behind_{kind}", script)
    wall.jumped = -HOUR
    script.will((429, {}, _asks(kind, wall, 20, dated=False)))
    with pytest.raises(ZofRateLimitError) as caught:
        zof.runs.retrieve("run_1")
    assert time.slept == []
    assert caught.value.retry_after == pytest.approx(HOUR + 20, abs=1.5)


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("kind", ["date", "reset"])
def test_a_jump_in_the_middle_of_a_pause_changes_nothing(
    kind: str, jump: float, wall: Wall, script: Script, time: Time
) -> None:
    zof = wall.client(f"zk_middle_{kind}_{jump}", script)

    def jumps(_: object) -> tuple[int, object]:
        wall.jumped = jump
        return 200, RUN

    script.will((429, {}, _asks(kind, wall, 20, dated=False)), jumps)
    zof.runs.retrieve("run_1")
    zof.runs.retrieve("run_1")
    assert sum(time.slept) == pytest.approx(20, abs=1.5)


def _window(wall: Wall, remaining: int, resets_in: float = 30) -> dict[str, str]:
    return {
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(wall.true + resets_in)),
    }


@pytest.mark.parametrize("jump", JUMPS)
def test_a_window_that_was_heard_of_ends_when_it_ends(
    jump: float, wall: Wall, script: Script, time: Time
) -> None:
    zof = wall.client(f"zk_window_{jump}", script)
    script.will((200, RUN, _window(wall, 0)), (200, RUN))
    zof.runs.retrieve("run_1")
    wall.jumped = jump
    zof.runs.retrieve("run_1")
    assert time.slept == [pytest.approx(30, abs=1)]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_window_read_by_a_wrong_clock_is_not_believed(
    jump: float, wall: Wall, script: Script, time: Time
) -> None:
    zof = wall.client(f"zk_wrong_{jump}", script)
    wall.jumped = jump
    script.will((200, RUN, _window(wall, 0)))
    zof.runs.retrieve("run_1")
    zof.runs.retrieve("run_1")
    assert time.slept == []


@pytest.mark.parametrize("jump", [0.0, *JUMPS])
@pytest.mark.parametrize("kind", ["date", "reset"])
def test_a_wait_for_a_run_looks_again_within_a_window(
    kind: str, jump: float, wall: Wall, script: Script, time: Time
) -> None:
    zof = wall.client(f"zk_wait_{kind}_{jump}", script)
    wall.jumped = jump
    script.will((429, {}, _asks(kind, wall, 100, dated=False)), (200, RUN))
    began = time.now
    assert zof.runs.wait_until_complete("run_1", deadline=3000).status == "passed"
    assert time.now - began <= RATE_WINDOW_MAX_SECONDS * 1.1
