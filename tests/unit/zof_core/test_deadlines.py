from __future__ import annotations

import math

import pytest

import zof_core
from zof_core import ZofTimeoutError, ZofValidationError
from zof_core.clock import SYSTEM
from zof_core.deadlines import ambient_deadline
from zof_core.testing import FakeZof


@pytest.fixture
def fake() -> FakeZof:
    fake = FakeZof(latency=1.0)
    fake.add_project("proj_abc")
    return fake


@pytest.mark.parametrize("nested", [(3.5, 60.0), (60.0, 3.5)], ids=["the outer", "the inner"])
def test_the_nearer_holds_on_whichever_clock_a_client_goes_by(
    fake: FakeZof, nested: tuple[float, float]
) -> None:
    outer, inner = nested
    with fake.client() as zof, zof_core.deadline(outer), zof_core.deadline(inner):
        for _ in range(3):
            zof.projects.list()
        with pytest.raises(ZofTimeoutError):
            zof.projects.list()
    assert fake.time.now == pytest.approx(3.5)


def test_it_bounds_a_wait_too(fake: FakeZof) -> None:
    fake.runs_take(1000)
    with fake.client() as zof:
        run = zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="s")
        began = fake.time.now
        with zof_core.deadline(30), pytest.raises(ZofTimeoutError, match="not ended within 30 s;"):
            zof.runs.wait_until_complete(run.id, deadline=600)
    assert 28 <= fake.time.now - began <= 32


def test_outside_there_is_none() -> None:
    assert ambient_deadline(SYSTEM) is None
    with zof_core.deadline(5):
        ends_at = ambient_deadline(SYSTEM)
        assert ends_at is not None
        assert ends_at - SYSTEM.monotonic() <= 5
    assert ambient_deadline(SYSTEM) is None


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf, 1e12, "5", True, None])
def test_what_is_no_number_of_seconds_is_refused(seconds: float) -> None:
    with pytest.raises(ZofValidationError), zof_core.deadline(seconds):
        pass
