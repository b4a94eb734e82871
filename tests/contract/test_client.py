"""The client sends what the contract says and reads what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx

from tests.support.contract import Exchange, exchanges
from zof_core import AsyncZofClient, Page, ZofApiError, ZofClient, response_of
from zof_core.errors import error_class
from zof_core.operations import OPERATIONS

BASE = "https://api.zof.ai/v1"

Caller = Callable[[Any, Exchange], Any]

CALLS: dict[str, Caller] = {
    "projects.list": lambda zof, ex: zof.projects.list(**_query(ex)),
    "runs.create": lambda zof, ex: zof.runs.create(**ex.request.body, **_key(ex)),
    "runs.list": lambda zof, ex: zof.runs.list(**_query(ex)),
    "runs.retrieve": lambda zof, ex: zof.runs.retrieve(_id(ex)),
    "runs.cancel": lambda zof, ex: zof.runs.cancel(_id(ex), **_key(ex)),
    "runs.logs": lambda zof, ex: zof.runs.logs(_id(ex), **_query(ex)),
    "runs.artifacts.list": lambda zof, ex: zof.runs.artifacts.list(_id(ex), **_query(ex)),
    "results.list": lambda zof, ex: zof.results.list(**_query(ex)),
    "results.retrieve": lambda zof, ex: zof.results.retrieve(_id(ex)),
    "reports.list": lambda zof, ex: zof.reports.list(**_query(ex)),
    "schedules.list": lambda zof, ex: zof.schedules.list(**_query(ex)),
    "schedules.create": lambda zof, ex: zof.schedules.create(**ex.request.body, **_key(ex)),
    "webhooks.list": lambda zof, ex: zof.webhooks.list(**_query(ex)),
    "webhooks.create": lambda zof, ex: zof.webhooks.create(**ex.request.body, **_key(ex)),
    "webhooks.test": lambda zof, ex: zof.webhooks.test(_id(ex), **_key(ex)),
    "applications.create": lambda zof, ex: zof.applications.create(**ex.request.body, **_key(ex)),
    "applications.update": lambda zof, ex: zof.applications.update(_id(ex), **ex.request.body, **_key(ex)),
    "teams.list": lambda zof, ex: zof.teams.list(**_query(ex)),
    "teams.create": lambda zof, ex: zof.teams.create(**ex.request.body, **_key(ex)),
    "teams.retrieve": lambda zof, ex: zof.teams.retrieve(_id(ex)),
    "teams.update": lambda zof, ex: zof.teams.update(_id(ex), **ex.request.body, **_key(ex)),
    "teams.members": lambda zof, ex: zof.teams.members(_id(ex), **_query(ex)),
    "teams.invite": lambda zof, ex: zof.teams.invite(_id(ex), **ex.request.body, **_key(ex)),
    "integrations.list": lambda zof, ex: zof.integrations.list(**_query(ex)),
}

# Refused before sending, so the server's own refusal cannot be provoked through the client.
LOCALLY_REFUSED = {"missing field", "both suite and cases", "limit too large", "address that is not HTTPS"}
EXAMPLES = [example for example in exchanges() if example.name not in LOCALLY_REFUSED]


def _id(example: Exchange) -> str:
    return example.request.path.split("/")[2]


def _key(example: Exchange) -> dict[str, str]:
    return {"idempotency_key": example.request.headers["Idempotency-Key"]}


def _query(example: Exchange) -> dict[str, Any]:
    return {name: int(value) if name == "limit" else value for name, value in example.request.query.items()}


def _answering(example: Exchange) -> respx.Route:
    body = json.dumps(example.response.body)
    answer = httpx.Response(example.response.status, headers=example.response.headers, content=body)
    return respx.route(method=example.request.method, url__startswith=BASE + example.request.path).mock(
        return_value=answer
    )


def _check_sent(route: respx.Route, example: Exchange) -> None:
    sent = route.calls.last.request
    url = urlsplit(str(sent.url))
    assert url.path == "/v1" + example.request.path
    assert {name: values[0] for name, values in parse_qs(url.query).items()} == example.request.query
    assert sent.headers["authorization"] == "Bearer zk_contract"
    for name, value in example.request.headers.items():
        assert sent.headers[name] == value
    if example.request.body is None:
        assert sent.content == b""
    else:
        assert sent.headers["content-type"] == "application/json"
        assert json.loads(sent.content) == example.request.body


def _check_read(answer: Any, example: Exchange) -> None:
    info = response_of(answer)
    assert info is not None
    assert (info.status, info.request_id) == (example.response.status, "req_01")
    read = answer.model_dump(mode="json", exclude_unset=True, by_alias=True)
    assert read == example.response.body, "every field is kept, with its value"
    if isinstance(answer, Page):
        assert [item.id for item in answer if hasattr(item, "id")] == [
            item["id"] for item in example.response.body["data"] if "id" in item
        ]


def _check_refused(error: ZofApiError, example: Exchange) -> None:
    said = example.response.body["error"]
    assert type(error) is error_class(example.response.status)
    assert (error.code, error.message, error.param) == (said["code"], said["message"], said.get("param"))
    assert (error.status, error.request_id) == (example.response.status, "req_01")
    wanted = example.response.headers.get("Retry-After")
    assert error.retry_after == (float(wanted) if wanted else None)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
@respx.mock
def test_the_sync_client_holds_to_the_contract(example: Exchange) -> None:
    route = _answering(example)
    with ZofClient("zk_contract", base_url=BASE, max_retries=0) as zof:
        if example.group == "errors":
            with pytest.raises(ZofApiError) as caught:
                CALLS[example.operation](zof, example)
            _check_refused(caught.value, example)
        else:
            _check_read(CALLS[example.operation](zof, example), example)
    _check_sent(route, example)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
@respx.mock
async def test_the_async_client_holds_to_the_contract(example: Exchange) -> None:
    route = _answering(example)
    async with AsyncZofClient("zk_contract", base_url=BASE, max_retries=0) as zof:
        if example.group == "errors":
            with pytest.raises(ZofApiError) as caught:
                await CALLS[example.operation](zof, example)
            _check_refused(caught.value, example)
        else:
            _check_read(await CALLS[example.operation](zof, example), example)
    _check_sent(route, example)


def test_every_operation_has_an_example() -> None:
    assert {operation.name for operation in OPERATIONS} == {example.operation for example in exchanges()}


def test_methods_and_paths_are_those_of_the_examples() -> None:
    for operation in OPERATIONS:
        for example in exchanges():
            if example.operation == operation.name:
                assert example.request.method == operation.method
                template = operation.path.split("/")
                path = example.request.path.split("/")
                fits = [a == b or a.startswith("{") for a, b in zip(template, path, strict=True)]
                assert all(fits), f"{example}: {operation.path}"
