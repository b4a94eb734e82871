"""The call machine on virtual time: every decision, seen without a network."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zof_core
from tests.support.scripted_zof import BASE, AsyncScript, Script, SyncScript, Time
from zof_core import (
    AsyncZofClient,
    Run,
    ZofApiError,
    ZofAuthenticationError,
    ZofClient,
    ZofConflictError,
    ZofConnectionError,
    ZofDecodeError,
    ZofNotFoundError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
    response_of,
)
from zof_core.commands import Fault
from zof_core.wording import error_sentences

RUN = {"id": "run_1", "status": "queued"}
PAGE = {"data": [RUN], "has_more": False}


def _create(zof: ZofClient, key: str | None = None) -> Run:
    return zof.runs.create(
        project_id="proj_abc", environment="staging", test_suite_id="suite_1", idempotency_key=key
    )


def _keys(script: Script) -> list[str | None]:
    return [dict(request.headers).get("Idempotency-Key") for request in script.requests]


def test_a_call_that_succeeds_at_once(zof: ZofClient, script: Script) -> None:
    script.will((201, RUN))
    run = _create(zof)
    assert run.id == "run_1"
    (request,) = script.requests
    assert (request.method, request.url) == ("POST", f"{BASE}/runs")
    assert request.body == b'{"project_id":"proj_abc","environment":"staging","test_suite_id":"suite_1"}'
    info = response_of(run)
    assert info is not None
    assert (info.status, info.request_id, info.operation, len(info.attempts)) == (
        201,
        "req_1",
        "runs.create",
        1,
    )


def test_one_idempotency_key_over_all_tries(zof: ZofClient, script: Script) -> None:
    script.will((500, {}), Fault("read", "reset"), (201, RUN))
    run = _create(zof)
    keys = _keys(script)
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]
    info = response_of(run)
    assert info is not None
    assert [(a.number, a.status, a.fault) for a in info.attempts] == [
        (1, 500, None),
        (2, None, "read"),
        (3, 201, None),
    ]


def test_each_call_has_its_own_key_and_a_caller_may_give_one(zof: ZofClient, script: Script) -> None:
    script.will((201, RUN))
    _create(zof)
    _create(zof)
    _create(zof, key="slack-trigger-17")
    first, second, third = _keys(script)
    assert first != second
    assert third == "slack-trigger-17"


def test_reads_carry_no_key(zof: ZofClient, script: Script) -> None:
    script.will((200, RUN))
    zof.runs.retrieve("run_1")
    assert _keys(script) == [None]


def test_a_conflict_is_never_tried_again(zof: ZofClient, script: Script) -> None:
    script.will((409, {"error": {"code": "conflict", "message": "The run is already complete."}}))
    with pytest.raises(ZofConflictError) as caught:
        zof.runs.cancel("run_1")
    assert len(script.requests) == 1
    assert caught.value.subject == {"run_id": "run_1"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_will_not_pass_is_tried_once(zof: ZofClient, script: Script, status: int) -> None:
    script.will((status, {"error": {"code": "c", "message": "m"}}))
    with pytest.raises(ZofApiError) as caught:
        zof.runs.retrieve("run_1")
    assert (len(script.requests), caught.value.status, caught.value.code) == (1, status, "c")


def test_backoff_is_jittered_and_doubles(zof: ZofClient, script: Script, time: Time) -> None:
    script.will((503, {}))
    with pytest.raises(ZofServerError) as caught:
        zof.runs.retrieve("run_1")
    assert time.slept == [0.25, 0.5, 1.0]
    assert [attempt.wait for attempt in caught.value.attempts] == [0.0, 0.25, 0.5, 1.0]
    assert [attempt.request_id for attempt in caught.value.attempts] == ["req_1", "req_2", "req_3", "req_4"]
    assert caught.value.request_id == "req_4"


def test_retry_after_is_kept(zof: ZofClient, script: Script, time: Time) -> None:
    script.will((429, {}, {"retry-after": "7"}), (200, RUN))
    zof.runs.retrieve("run_1")
    assert time.slept[0] >= 7.0


def test_retry_after_as_a_date(zof: ZofClient, script: Script, time: Time) -> None:
    then = datetime.fromtimestamp(1_779_278_400.0 + time.now + 9, UTC)
    script.will((429, {}, {"retry-after": format_datetime(then, usegmt=True)}), (200, RUN))
    zof.runs.retrieve("run_1")
    assert 8.5 <= time.slept[0] <= 9.5


def test_a_retry_after_beyond_the_deadline_raises_at_once(zof: ZofClient, script: Script, time: Time) -> None:
    script.will(
        (429, {"error": {"code": "rate_limit_exceeded", "message": "Slow down."}}, {"retry-after": "3600"})
    )
    with pytest.raises(ZofRateLimitError) as caught:
        zof.runs.retrieve("run_1")
    assert caught.value.retry_after == 3600.0
    assert time.slept == []


def test_the_deadline_spans_tries_and_waits(script: Script, time: Time) -> None:
    zof = ZofClient(
        "k", base_url=BASE, timeout=5.0, max_retries=100, transport=SyncScript(script), clock=time.clock()
    )
    script.latency = 0.4
    script.will((500, {}))
    began = time.now
    with pytest.raises(ZofServerError):
        zof.runs.retrieve("run_1")
    assert time.now - began <= 5.0
    assert len(script.requests) > 2


def test_a_server_that_hangs_ends_in_a_timeout(zof: ZofClient, script: Script, time: Time) -> None:
    script.latency = 1e9
    script.will((200, RUN))
    began = time.now
    with pytest.raises(ZofTimeoutError) as caught:
        _create(zof)
    assert time.now - began == pytest.approx(60.0)
    assert "within 60 s" in caught.value.message
    assert "idempotency key" in (caught.value.hint or "")
    assert caught.value.attempts[0].fault == "timeout"


def test_connection_faults_are_tried_again(zof: ZofClient, script: Script) -> None:
    script.will(Fault("connect", "connection refused"))
    with pytest.raises(ZofConnectionError) as caught:
        zof.runs.retrieve("run_1")
    assert len(script.requests) == 4
    assert caught.value.host == "zof.test"
    assert "connection refused" in caught.value.message


@pytest.mark.parametrize("kind", ["tls", "closed"])
def test_faults_that_will_not_pass_are_not(zof: ZofClient, script: Script, kind: str) -> None:
    script.will(Fault(kind, "no"))  # type: ignore[arg-type]
    with pytest.raises(ZofConnectionError):
        zof.runs.retrieve("run_1")
    assert len(script.requests) == 1


def test_an_answer_that_breaks_off_is_tried_again(zof: ZofClient, script: Script) -> None:
    script.will((200, Fault("protocol", "incomplete")), (200, RUN))
    assert zof.runs.retrieve("run_1").id == "run_1"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "lacks what it must have: id"),
        (b'{"id":"run_1"}', "status"),
        (b'{"id":7,"status":"queued"}', "id"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_answers_that_cannot_be_read(zof: ZofClient, script: Script, body: bytes, said: str) -> None:
    script.will((200, body))
    with pytest.raises(ZofDecodeError) as caught:
        zof.runs.retrieve("run_1")
    assert said in caught.value.message
    assert (caught.value.status, caught.value.request_id) == (200, "req_1")
    assert len(script.requests) == 1


def test_wrong_types_are_set_aside_and_lost_to_nobody(zof: ZofClient, script: Script) -> None:
    script.will(
        (
            200,
            {
                "id": "run_1",
                "status": "levitating",
                "environment": {"name": "staging"},
                "test_case_ids": ["tc_1", 5, 6],
                "summary": {"total": "many", "passed": 3, "flaky": 1},
                "created_at": "2026-05-20T12:00:00",
                "completed_at": [],
                "weather": "fine",
            },
        )
    )
    run = zof.runs.retrieve("run_1")
    assert (run.status, run.is_terminal) == ("levitating", False)
    assert (run.environment, run.test_case_ids, run.completed_at) == (None, None, None)
    assert run.unreadable == {
        "environment": {"name": "staging"},
        "test_case_ids": ["tc_1", 5, 6],
        "completed_at": [],
    }
    assert run.summary is not None
    assert (run.summary.passed, run.summary.total, run.summary.unreadable) == (3, 0, {"total": "many"})
    assert run.summary.model_extra == {"flaky": 1}
    assert run.created_at is not None
    assert run.created_at.utcoffset() is not None
    assert run.model_extra == {"weather": "fine"}


def test_wrong_types_inside_a_page(zof: ZofClient, script: Script) -> None:
    script.will((200, {"data": [RUN, {**RUN, "id": "run_2", "url": 5}], "has_more": "perhaps"}))
    page = zof.runs.list()
    assert [run.id for run in page] == ["run_1", "run_2"]
    assert page[1].unreadable == {"url": 5}
    assert (page.has_more, page.unreadable) == (False, {"has_more": "perhaps"})


@pytest.mark.parametrize(
    ("body", "code", "message", "param"),
    [
        (b'{"error":{"code":"x","message":"Bad.","param":"limit"}}', "x", "Bad.", "limit"),
        (b'{"code":"x","message":"Bad.","param":"limit"}', "x", "Bad.", "limit"),
        (b'{"error":{"code":7,"message":["Bad."]}}', "invalid_request", None, None),
        (b'{"error":"Bad."}', "invalid_request", None, None),
        (b"<html>nginx</html>", "invalid_request", None, None),
        (b"", "invalid_request", None, None),
        (b'{"error":{"message":"two\\nlines\\u0007"}}', "invalid_request", "two lines", None),
    ],
)
def test_errors_in_any_form(
    zof: ZofClient, script: Script, body: bytes, code: str, message: str | None, param: str | None
) -> None:
    script.will((400, body))
    with pytest.raises(ZofApiError) as caught:
        zof.runs.list()
    assert (caught.value.code, caught.value.param) == (code, param)
    assert caught.value.message == (message or caught.value.message)
    assert caught.value.message.isprintable()


def test_a_redirect_is_not_followed(zof: ZofClient, script: Script) -> None:
    script.will((302, b"", {"location": "https://elsewhere.test/"}))
    with pytest.raises(ZofDecodeError, match="not followed"):
        zof.runs.list()
    assert len(script.requests) == 1


def test_an_enclosing_deadline_holds(script: Script) -> None:
    zof = ZofClient("k", base_url=BASE, transport=SyncScript(script))
    script.will((200, RUN))
    with zof_core.deadline(60), zof_core.deadline(1e-9), pytest.raises(ZofTimeoutError):
        zof.runs.retrieve("run_1")
    assert script.requests == []
    with zof_core.deadline(60):
        assert zof.runs.retrieve("run_1").id == "run_1"


def test_a_rotated_key_is_read_once_more(script: Script, time: Time) -> None:
    keys = iter(["zk_old", "zk_new"])
    sent: list[str] = []

    def answer(request: object) -> tuple[int, object]:
        sent.append(request.key.header())  # type: ignore[attr-defined]
        return (401, {}) if len(sent) == 1 else (200, RUN)

    zof = ZofClient(lambda: next(keys), base_url=BASE, transport=SyncScript(script), clock=time.clock())
    script.will(answer)
    assert zof.runs.retrieve("run_1").id == "run_1"
    assert sent == ["Bearer zk_old", "Bearer zk_new"]
    assert time.slept == []


def test_a_call_that_was_refused_with_a_key_another_has_renewed_is_sent_again(
    script: Script, time: Time
) -> None:
    keys = ["zk_old"]
    zof = ZofClient(lambda: keys[0], base_url=BASE, transport=SyncScript(script), clock=time.clock())

    def refused(_: object) -> tuple[int, object]:
        keys[0] = "zk_new"
        zof.plan.key.take(keys[0])  # as another thread's call does meanwhile
        return 401, {}

    script.will(refused, (200, RUN))
    assert zof.runs.retrieve("run_1").id == "run_1"


async def test_a_key_function_that_never_ends_is_not_waited_for_beyond_the_deadline() -> None:
    async def silent() -> str:
        await asyncio.Event().wait()
        return "zk_late"

    sentence = "The function given as api_key gave no key within"
    async with asyncio.timeout(20), AsyncZofClient(silent, base_url=BASE, timeout=0.01) as zof:
        with pytest.raises(ZofTimeoutError, match=sentence):
            await zof.runs.retrieve("run_1")
    async with asyncio.timeout(20), AsyncZofClient(silent, base_url=BASE) as zof:
        with pytest.raises(ZofTimeoutError, match=sentence):
            await zof.runs.watch("run_1").wait(deadline=0.01)


def test_a_key_that_is_still_refused_is_not_read_for_ever(script: Script, time: Time) -> None:
    count = iter(range(100))
    zof = ZofClient(
        lambda: f"zk_{next(count)}", base_url=BASE, transport=SyncScript(script), clock=time.clock()
    )
    script.will((401, {}))
    with pytest.raises(ZofAuthenticationError):
        zof.runs.retrieve("run_1")
    assert len(script.requests) == 2


def test_a_key_function_that_fails_names_only_the_kind_of_its_failure(script: Script, time: Time) -> None:
    def failing() -> str:
        raise RuntimeError("zk_secret leaked")

    zof = ZofClient(failing, base_url=BASE, transport=SyncScript(script), clock=time.clock())
    with pytest.raises(ZofAuthenticationError) as caught:
        zof.runs.retrieve("run_1")
    assert "RuntimeError" in caught.value.message
    assert "zk_secret" not in str(caught.value)
    assert caught.value.__context__ is None


async def test_an_async_key_function(script: Script, time: Time) -> None:
    async def key() -> str:
        return "zk_async"

    script.will((200, RUN))
    zof = AsyncZofClient(key, base_url=BASE, transport=AsyncScript(script), clock=time.clock())
    assert (await zof.runs.retrieve("run_1")).id == "run_1"
    assert script.requests[0].key is not None
    assert script.requests[0].key.header() == "Bearer zk_async"


async def test_the_async_client_decides_alike(async_zof: AsyncZofClient, script: Script, time: Time) -> None:
    script.will((500, {}), (429, {}, {"retry-after": "2"}), Fault("write", "broken pipe"), (201, RUN))
    run = await async_zof.runs.create(project_id="p", environment="staging", test_case_ids=["tc_1"])
    assert run.id == "run_1"
    assert len(set(_keys(script))) == 1
    assert len(time.slept) == 3


def test_an_operation_without_a_method(zof: ZofClient, script: Script) -> None:
    script.will((200, {"data": [{"id": "agent_1"}]}))
    answer = zof.request("GET", "/agents", params={"limit": "5"})
    assert answer.json() == {"data": [{"id": "agent_1"}]}
    assert (answer.status, answer.request_id) == (200, "req_1")
    assert script.requests[0].url == f"{BASE}/agents?limit=5"


@pytest.mark.parametrize(
    "path", ["agents", "//evil.test/x", "/a/../b", "/a?b", "/a#b", "/a b", "/%2e%2E/x", "/ä", "", "/a\\b"]
)
def test_a_path_that_leads_elsewhere_is_refused(zof: ZofClient, path: str) -> None:
    with pytest.raises(zof_core.ZofValidationError):
        zof.request("GET", path)


def test_not_found_names_what_was_asked_for(zof: ZofClient, script: Script) -> None:
    script.will((404, {"error": {"code": "not_found", "message": "No."}}))
    with pytest.raises(ZofNotFoundError) as caught:
        _create(zof)
    named = {"project_id": "proj_abc", "environment": "staging", "test_suite_id": "suite_1"}
    assert caught.value.subject == named
    assert (caught.value.operation, caught.value.permission) == ("runs.create", "runs:create")


@settings(max_examples=100)
@given(
    status=st.integers(100, 599),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-reset", "x-request-id", "date", "content-type"]), st.text()
    ),
    body=st.one_of(
        st.binary(),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
            lambda inner: st.one_of(
                st.lists(inner),
                st.dictionaries(
                    st.sampled_from(["error", "code", "message", "param", "id", "status", "data", "summary",
                                     "has_more", "next_cursor", "unreadable", "created_at", "test_case_ids"]),
                    inner,
                ),
            ),
        ),
    ),
)  # fmt: skip
def test_nothing_a_server_says_leaves_the_family(status: int, headers: dict[str, str], body: object) -> None:
    time = Time()
    script = Script(time)
    script.will((status, body, headers))
    errors: list[ZofApiError] = []
    with ZofClient(
        "k", base_url=BASE, max_retries=1, transport=SyncScript(script), clock=time.clock()
    ) as zof:
        for call in (lambda: zof.runs.retrieve("run_1"), zof.runs.list):
            try:
                call()
            except ZofApiError as error:
                errors.append(error)
    assert all(str(error).isprintable() and error_sentences(error).isprintable() for error in errors)
    assert script.open == 0
