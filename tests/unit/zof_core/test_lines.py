"""HTTP/1.1 as the async client speaks it, on connections whose other end is a list of bytes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import httpcore
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.peers import Peers
from zof_core import Run, ZofApiError, ZofConnectionError, ZofTimeoutError
from zof_core.transport.lines import is_stood_in_for

RUN = b'{"id": "run_1", "status": "queued"}'
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 35\r\nX-Request-Id: req_1\r\n\r\n" + RUN
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'10\r\n{"id": "run_1", \r\n13\r\n"status": "queued"}\r\n0\r\n\r\n'
)
KEPT = {
    "with a length": GOOD,
    "in chunks": CHUNKED,
    "after hints": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3 + GOOD,
}
ENDED = {
    "until its end": b"HTTP/1.1 200 OK\r\n\r\n" + RUN,
    "of HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 35\r\n\r\n" + RUN,
    "told to close": GOOD.replace(b"X-Request-Id: req_1", b"Connection: close"),
    "with more behind it": GOOD + b"\n",
    "with another behind it": GOOD + GOOD,
}


@pytest.mark.parametrize("answer", [*KEPT.values(), *ENDED.values()], ids=[*KEPT, *ENDED])
def test_an_answer_is_read_in_whatever_pieces_it_comes(answer: bytes) -> None:
    for pieces in ([answer], [answer[:3], answer[3:]], [bytes([byte]) for byte in answer]):
        run = Peers(pieces).retrieve()
        assert isinstance(run, Run), run
        assert (run.id, run.status) == ("run_1", "queued")


def test_what_is_asked_is_one_write() -> None:
    peers = Peers([GOOD], hangs_up=False)
    peers.retrieve()
    [asked] = peers.all[0].heard
    head = asked.decode("ascii").split("\r\n")
    assert head[:2] == ["GET /v1/runs/run_1 HTTP/1.1", "Host: 127.0.0.1"]
    assert "Authorization: Bearer zk_lines" in head
    assert head[-2:] == ["", ""]


@pytest.mark.parametrize("answer", KEPT.values(), ids=KEPT)
def test_a_line_whose_answer_is_whole_is_used_again(answer: bytes) -> None:
    peers = Peers([answer], hangs_up=False)
    assert isinstance(peers.retrieve(times=3), Run)
    assert len(peers.all) == 1
    assert not peers.all[0].is_open, "closed with its client"


@pytest.mark.parametrize("answer", ENDED.values(), ids=ENDED)
def test_a_line_that_ends_or_says_too_much_is_not(answer: bytes) -> None:
    peers = Peers([answer], hangs_up=answer == ENDED["until its end"])
    assert isinstance(peers.retrieve(times=2), Run)
    assert len(peers.all) == 2
    assert not any(peer.is_open for peer in peers.all)


@pytest.mark.parametrize(
    "beginning", [b"", b"HTTP/1.1 200 OK\r\n", GOOD[:-1]], ids=["head", "header", "body"]
)
def test_silence_ends_at_the_deadline(beginning: bytes) -> None:
    peers = Peers([beginning], hangs_up=False)
    assert isinstance(peers.retrieve(timeout=0.05), ZofTimeoutError)
    assert not any(peer.is_open for peer in peers.all)


def test_an_end_before_the_answer_says_so() -> None:
    error = Peers([]).retrieve(max_retries=0)
    assert isinstance(error, ZofConnectionError)
    assert "without sending a response" in str(error)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([GOOD, CHUNKED]), st.data())
def test_an_answer_cut_or_changed_anywhere_stays_in_the_family(answer: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(answer)))
    place = data.draw(st.integers(0, len(answer) - 1))
    changed = answer[:place] + data.draw(st.binary(max_size=4)) + answer[place + 1 :]
    for pieces in ([answer[:cut]], [answer[:cut], answer[cut:]], [changed]):
        assert isinstance(Peers(pieces).retrieve(), Run | ZofApiError)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=1), max_size=4))
def test_any_bytes_stay_in_the_family(pieces: list[bytes]) -> None:
    assert isinstance(Peers(pieces).retrieve(), ZofApiError)


def _wrapped(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def other(*args: Any) -> Any:
        return method(*args)

    return other


def test_a_stand_in_for_the_library_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_stood_in_for()
    with respx.mock:
        assert is_stood_in_for()
    assert not is_stood_in_for()
    kind = httpcore.AsyncHTTPConnection
    monkeypatch.setattr(kind, "handle_async_request", _wrapped(kind.handle_async_request))
    assert is_stood_in_for()
