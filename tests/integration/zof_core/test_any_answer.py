"""Whatever bytes a server sends, a call gives its answer or an error of the family, by either driver."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.zof_core.conftest import Server, raw_bytes, serving
from zof_core import AsyncZofClient, Run, ZofApiError, ZofClient
from zof_core.clock import Clock
from zof_core.wording import error_sentences

NO_JITTER = Clock(random=lambda: 0.0)
OPTIONS = {"timeout": 2.0, "max_retries": 1, "clock": NO_JITTER}


@pytest.fixture(scope="module")
def hostile() -> Iterator[Server]:
    with serving() as server:
        yield server


def _sync(base_url: str) -> Run | ZofApiError:
    with ZofClient("zk_any_answer", base_url=base_url, **OPTIONS) as zof:
        try:
            return zof.runs.retrieve("run_1")
        except ZofApiError as error:
            return error


def _async(base_url: str) -> Run | ZofApiError:
    async def call() -> Run | ZofApiError:
        async with AsyncZofClient("zk_any_answer", base_url=base_url, **OPTIONS) as zof:
            try:
                return await zof.runs.retrieve("run_1")
            except ZofApiError as error:
                return error

    return asyncio.run(call())


names = st.sampled_from(
    [
        "Retry-After", "Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Connection", "Date",
        "Location", "Sunset", "Deprecation", "Set-Cookie", "X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining",
        "X-RateLimit-Reset", "Upgrade", "X-Odd",
    ]
)  # fmt: skip
values = st.sampled_from(
    ["", "0", "-1", "1", "chunked", "gzip", "close", "keep-alive", "9" * 30, "nan", "a\tb"]
) | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)
bodies = st.sampled_from(
    [
        b'{"id": "run_1", "status": "passed"}',
        b"{}",
        b"",
        b"null",
        b'{"error": {"code": 5}}',
        b"<html>",
        b"0\r\n\r\n",
    ]
) | st.binary(max_size=40)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    status = draw(
        st.sampled_from([200, 201, 204, 302, 304, 400, 401, 404, 409, 429, 500, 503]) | st.integers(100, 999)
    )
    lines = [f"{name}: {value}" for name, value in draw(st.lists(st.tuples(names, values), max_size=5))]
    body = draw(bodies)
    if draw(st.booleans()):
        lines.append(f"Content-Length: {len(body)}")
    whole = "\r\n".join([f"HTTP/1.1 {status} X", *lines]).encode("latin-1") + b"\r\n\r\n" + body
    return whole[: draw(st.integers(0, len(whole)))] if draw(st.booleans()) else whole


@pytest.mark.parametrize("act", [_sync, _async], ids=["sync", "async"])
@settings(max_examples=60, deadline=None)
@given(data=answers() | st.binary(max_size=60))
def test_no_bytes_leave_the_family(act: object, hostile: Server, data: bytes) -> None:
    hostile.will(raw_bytes(data, then_close=True))
    outcome = act(hostile.base_url)  # type: ignore[operator]
    if isinstance(outcome, ZofApiError):
        assert str(outcome).isprintable()
        assert error_sentences(outcome).isprintable()
        assert outcome.retry_after is None or 0 <= outcome.retry_after <= 366 * 86_400
    else:
        assert isinstance(outcome, Run)
