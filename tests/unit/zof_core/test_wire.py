"""Bytes on the wire of the sync client: whatever comes back, the HTTP library's own exceptions stay inside."""

from __future__ import annotations

import httpcore
from hypothesis import given, settings
from hypothesis import strategies as st

from zof_core import Run, ZofApiError, ZofClient
from zof_core.clock import Clock
from zof_core.transport.blocking import HttpTransport, _SyncHttp

GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 35\r\nX-Request-Id: req_1\r\n\r\n{"id": "run_1", "status": "queued"} '
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'10\r\n{"id": "run_1", \r\n13\r\n"status": "queued"}\r\n0\r\n\r\n'
)


def _retrieve(pieces: list[bytes]) -> Run | ZofApiError:
    pool = httpcore.ConnectionPool(network_backend=httpcore.MockBackend(pieces))
    transport = HttpTransport(http=_SyncHttp(pool))
    clock = Clock(random=lambda: 0.0)
    with ZofClient(
        "zk", base_url="http://127.0.0.1/v1", max_retries=1, transport=transport, clock=clock
    ) as zof:
        try:
            return zof.runs.retrieve("run_1")
        except ZofApiError as error:
            return error


def test_the_examples_are_read() -> None:
    for answer in (GOOD, CHUNKED):
        run = _retrieve([answer])
        assert isinstance(run, Run), run
        assert run.id == "run_1"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([GOOD, CHUNKED]), st.data())
def test_an_answer_cut_or_changed_anywhere_stays_in_the_family(answer: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(answer)))
    place = data.draw(st.integers(0, len(answer) - 1))
    changed = answer[:place] + data.draw(st.binary(max_size=4)) + answer[place + 1 :]
    for pieces in ([answer[:cut]], [answer[:cut], answer[cut:]], [changed]):
        assert isinstance(_retrieve([piece for piece in pieces if piece]), Run | ZofApiError)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=1), max_size=4))
def test_any_bytes_stay_in_the_family(pieces: list[bytes]) -> None:
    assert isinstance(_retrieve(pieces), ZofApiError)
