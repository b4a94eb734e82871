import pytest

from notebook_ext.pace import LOOPBACK, Pace, pace_for, setback
from zof_core import (
    ZofAuthenticationError,
    ZofConnectionError,
    ZofNotFoundError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
)
from zof_core.assumptions import POLL_CAP_SECONDS, POLL_FIRST_SECONDS


def test_this_machine_is_read_quickly_and_others_gently() -> None:
    assert pace_for("http://127.0.0.1:8800/v1") == Pace(*LOOPBACK)
    assert pace_for("http://localhost/v1").first == 1.0
    assert pace_for("https://api.zof.ai/v1").first == POLL_FIRST_SECONDS
    assert pace_for("https://api.zof.ai/v1", 0.5).after(10) == 0.5


def test_it_slows_down_while_nothing_happens_and_never_stops() -> None:
    pace = Pace()
    waits = [pace.after(idle) for idle in range(100)]
    assert waits == sorted(waits)
    assert waits[0] == POLL_FIRST_SECONDS
    assert waits[-1] == POLL_CAP_SECONDS


@pytest.mark.parametrize("error", [ZofConnectionError("x"), ZofTimeoutError("x")])
def test_an_outage_is_one_short_sentence(error: ZofConnectionError) -> None:
    first, later = setback(error, Pace(1.0), 1), setback(error, Pace(1.0), 500)
    assert first.sentence == "Zof is not answering, retrying."
    assert (first.wait, later.wait) == (1.0, POLL_CAP_SECONDS)


def test_what_does_not_pass_is_not_tried_again() -> None:
    assert setback(ZofNotFoundError("x", status=404, subject={"run_id": "run_x"}), Pace(), 1).wait is None


def test_what_may_pass_is_tried_again_later() -> None:
    assert setback(ZofRateLimitError("x", status=429, retry_after=42), Pace(), 1).wait == 42
    refused = setback(ZofAuthenticationError("x", status=401), Pace(1.0), 1)
    assert refused.wait == 10
    assert refused.sentence.endswith("Retrying.")
    assert setback(ZofServerError("x", status=500), Pace(1.0), 3).wait == 4.0
