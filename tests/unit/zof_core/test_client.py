"""`ZofClient` and `AsyncZofClient` over httpx, answered by respx."""

from __future__ import annotations

import inspect
import json
import logging
import uuid

import httpx
import pytest
import respx

import zof_core
from tests.support.contract import exchange
from zof_core import (
    AsyncZofClient,
    ZofAuthenticationError,
    ZofClient,
    ZofConflictError,
    ZofConnectionError,
    ZofDecodeError,
    ZofNotFoundError,
    ZofPermissionError,
    ZofRateLimitError,
    ZofServerError,
    ZofValidationError,
)
from zof_core.retry import RetryPolicy

BASE = "https://api.zof.ai/v1"
CREATED = exchange("runs", "create with a suite").response.body
QUICK = RetryPolicy(max_retries=3, base=0.001, cap=0.002)


def _client(**more: object) -> ZofClient:
    return _quick(ZofClient("zk_respx", base_url=BASE, **more))  # type: ignore[arg-type]


def _quick(client: ZofClient | AsyncZofClient) -> ZofClient:
    object.__setattr__(client.plan, "policy", QUICK)
    return client  # type: ignore[return-value]


@respx.mock
def test_starting_a_run() -> None:
    route = respx.post(f"{BASE}/runs").respond(201, json=CREATED)
    with _client() as zof:
        run = zof.runs.create(project_id="proj_abc123", environment="staging", test_suite_id="suite_pr_smoke")
    assert (run.id, run.status, run.is_terminal) == ("run_xyz", "queued", False)
    sent = route.calls.last.request
    assert sent.headers["authorization"] == "Bearer zk_respx"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["user-agent"].startswith("zof-chatops/")
    assert uuid.UUID(sent.headers["idempotency-key"])
    assert json.loads(sent.content) == {
        "project_id": "proj_abc123",
        "environment": "staging",
        "test_suite_id": "suite_pr_smoke",
    }


@respx.mock
def test_nothing_is_sent_when_the_request_is_wrong() -> None:
    route = respx.post(f"{BASE}/runs").respond(201, json=CREATED)
    with _client() as zof, pytest.raises(ZofValidationError) as caught:
        zof.runs.create(project_id="proj_abc123", environment="staging")
    assert caught.value.param == "test_suite_id"
    assert not route.called


@respx.mock
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ZofAuthenticationError),
        (403, ZofPermissionError),
        (404, ZofNotFoundError),
        (409, ZofConflictError),
    ],
)
def test_refusals_are_typed_and_final(status: int, kind: type[zof_core.ZofApiError]) -> None:
    body = {"error": {"code": "said", "message": "No."}}
    route = respx.get(f"{BASE}/runs/run_1").respond(status, json=body, headers={"X-Request-Id": "req_5"})
    with _client() as zof, pytest.raises(kind) as caught:
        zof.runs.retrieve("run_1")
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, "said", "req_5")
    assert route.call_count == 1


@respx.mock
def test_a_post_is_tried_again_with_the_same_key() -> None:
    route = respx.post(f"{BASE}/runs").mock(
        side_effect=[httpx.Response(500), httpx.ReadError("reset"), httpx.Response(201, json=CREATED)]
    )
    with _client() as zof:
        zof.runs.create(project_id="proj_abc123", environment="staging", test_suite_id="suite_pr_smoke")
    keys = {call.request.headers["idempotency-key"] for call in route.calls}
    assert (route.call_count, len(keys)) == (3, 1)


@respx.mock
def test_it_gives_up_after_its_retries() -> None:
    route = respx.get(f"{BASE}/runs/run_1").respond(503)
    with _client() as zof, pytest.raises(ZofServerError) as caught:
        zof.runs.retrieve("run_1")
    assert route.call_count == 4
    assert [attempt.status for attempt in caught.value.attempts] == [503] * 4


@respx.mock
def test_a_rate_limit_beyond_the_timeout_is_raised_at_once() -> None:
    route = respx.get(f"{BASE}/runs").respond(429, headers={"Retry-After": "61"})
    with _client() as zof, pytest.raises(ZofRateLimitError) as caught:
        zof.runs.list()
    assert (route.call_count, caught.value.retry_after) == (1, 61.0)


@respx.mock
def test_no_connection() -> None:
    respx.get(f"{BASE}/projects").mock(side_effect=httpx.ConnectError("[Errno 111] Connection refused"))
    with (
        _client() as zof,
        pytest.raises(ZofConnectionError, match=r"api\.zof\.ai.*connection refused") as caught,
    ):
        zof.projects.list()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@respx.mock
def test_ids_are_escaped_in_paths() -> None:
    run_id = "run_%2e%2e?x=1#ü"
    route = respx.get(url__regex=r".*").respond(200, json={"id": run_id, "status": "passed"})
    with _client() as zof:
        zof.runs.retrieve(run_id)
    assert route.calls.last.request.url.raw_path == b"/v1/runs/run_%252e%252e%3Fx%3D1%23%C3%BC"


@respx.mock
def test_the_environment_gives_key_and_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOF_API_KEY", "zk_env")
    monkeypatch.setenv("ZOF_BASE_URL", "http://127.0.0.1:8123/v1/")
    route = respx.get("http://127.0.0.1:8123/v1/projects").respond(200, json={"data": []})
    with ZofClient() as zof:
        assert list(zof.projects.list()) == []
    assert route.calls.last.request.headers["authorization"] == "Bearer zk_env"


@respx.mock
@pytest.mark.parametrize("answered", ["run_other", ""])
def test_an_answer_about_another_run_is_not_believed(answered: str) -> None:
    respx.get(f"{BASE}/runs/run_xyz").respond(200, json={"id": answered, "status": "passed"})
    with _client() as zof, pytest.raises(ZofDecodeError, match="about another run"):
        zof.runs.retrieve("run_xyz")


@respx.mock
def test_half_characters_in_an_answer_become_replacement_characters() -> None:
    body = b'{"data": [{"id": "p\\ud800", "name": "\\udfff \\ud83d\\ude00", "x": ["\\udc00"]}]}'
    respx.get(f"{BASE}/projects").respond(200, content=body)
    with _client() as zof:
        [project] = zof.projects.list().data
    assert (project.id, project.name) == ("p\ufffd", "\ufffd \U0001f600")
    project.model_dump_json().encode()


@respx.mock
async def test_the_async_client() -> None:
    create = respx.post(f"{BASE}/runs").mock(
        side_effect=[httpx.Response(502), httpx.Response(201, json=CREATED)]
    )
    respx.get(f"{BASE}/runs/run_xyz").mock(
        side_effect=[httpx.Response(200, json={**CREATED, "status": "passed"})]
    )
    zof = AsyncZofClient("zk_respx", base_url=BASE)
    _quick(zof)
    async with zof:
        run = await zof.runs.create(project_id="p", environment="staging", test_suite_id="s")
        ended = await zof.runs.wait_until_complete(run.id, deadline=5)
    assert ended.status == "passed"
    assert len({call.request.headers["idempotency-key"] for call in create.calls}) == 1


@respx.mock
def test_a_closed_client_says_so() -> None:
    zof = _client()
    zof.close()
    with pytest.raises(ZofConnectionError, match="closed"):
        zof.projects.list()


def test_methods_show_their_signature_and_documentation() -> None:
    zof = _client()
    signature = inspect.signature(zof.runs.create)
    assert list(signature.parameters) == [
        "project_id", "environment", "test_suite_id", "test_case_ids", "idempotency_key"
    ]  # fmt: skip
    assert "docs/api/runs/create" in (inspect.getdoc(zof.runs.create) or "")
    with pytest.raises(TypeError, match="project"):
        zof.runs.create(project="p", environment="e", suite="s")  # type: ignore[call-arg]


def test_both_clients_have_the_same_operations() -> None:
    sync, later = _client(), AsyncZofClient("k", base_url=BASE)
    groups = [name for name in vars(sync) if not name.startswith("_") and name != "plan"]
    assert len(groups) == 9
    for group in groups:
        public = [
            {name for name in dir(getattr(c, group)) if not name.startswith("_")} for c in (sync, later)
        ]
        assert public[0] == public[1]


@pytest.mark.parametrize(
    "bad", [{"timeout": 0}, {"timeout": "60"}, {"max_retries": -1}, {"max_retries": 1.5}]
)
def test_numbers_that_make_no_sense_are_refused(bad: dict) -> None:
    with pytest.raises(ZofValidationError):
        ZofClient("k", base_url=BASE, **bad)


@respx.mock
def test_debug_logs_do_not_hold_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    respx.get(f"{BASE}/projects").respond(200, json={"data": []})
    with _client() as zof:
        zof.projects.list()
    assert "zk_respx" not in caplog.text
