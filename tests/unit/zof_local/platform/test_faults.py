"""The language of the fault switches, and whom they hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_local.platform import FaultError, FaultSwitches
from zof_local.platform.faults import Fault, parse_faults


def test_a_description_has_kinds_values_shares_and_times() -> None:
    assert parse_faults(" latency=0.2, status=502@.1,drop*2 ,storm, drip,shuffle") == (
        Fault("latency", 0.2),
        Fault("status", 502, 0.1),
        Fault("drop", times=2),
        Fault("storm", 1),
        Fault("drip", 0.01),
        Fault("shuffle"),
    )
    assert parse_faults("") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("earthquake", "'earthquake' is no fault"),
        ("status=200", "a whole number from 500 to 599; got '200'"),
        ("status=500.5", "got '500.5'"),
        ("latency=61", "a number from 0 to 60"),
        ("latency=-1", "is no fault"),
        ("latency=nan", "is no fault"),
        ("drop=1", "takes no value"),
        ("drop@2", "is no fault"),
        ("drop, drop", "more than once"),
        ("shuffle@0.5", "leave share and times out"),
    ],
)
def test_what_is_no_description_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(FaultError, match=r"\.$") as caught:
        parse_faults(text)
    assert words in str(caught.value)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        faults = parse_faults(text)
    except FaultError:
        return
    assert all(0 <= fault.share <= 1 for fault in faults)


def test_the_header_goes_before_the_key_and_the_key_before_all() -> None:
    switches = FaultSwitches("status=500, latency=1")
    switches.set("status=501", key="ci")
    assert switches.strike("other")["status"].value == 500
    assert switches.strike("ci")["status"].value == 501
    hit = switches.strike("ci", "status=502")
    assert (hit["status"].value, hit["latency"].value) == (502, 1)
    switches.set("", key="ci")
    assert switches.strike("ci")["status"].value == 500
    switches.clear()
    assert switches.strike("ci") == {}


def test_times_are_counted_and_a_share_follows_the_chance() -> None:
    numbers = iter([0.1, 0.9, 0.49, 0.5])
    switches = FaultSwitches("drop@0.5*2", chance=lambda: next(numbers))
    assert ["drop" in switches.strike(None) for _ in range(5)] == [True, False, True, False, False]


def test_a_wrong_description_changes_nothing() -> None:
    switches = FaultSwitches("drop")
    with pytest.raises(FaultError):
        switches.set("earthquake")
    assert switches.strike(None).keys() == {"drop"}


def test_webhook_faults_hit_no_request() -> None:
    switches = FaultSwitches("duplicate")
    assert switches.strike("ci", "shuffle") == {}
    assert switches.of_webhooks("ci", "shuffle") == {"duplicate", "shuffle"}
    assert switches.of_webhooks() == {"duplicate"}
