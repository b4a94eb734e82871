from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any, cast, get_args

import pytest

from zof_core import ZofValidationError, admin_builders, builders, models, operations
from zof_core.operations import CREATE_TEAM
from zof_core.requests import build
from zof_core.untyped import untyped_call


def test_dates_are_sent_in_utc() -> None:
    there = datetime(2026, 5, 20, 14, tzinfo=timezone(timedelta(hours=2)))
    call = builders.list_runs(created_after=there, created_before="2026-05-21T00:00:00Z")
    assert call.query == {"created_after": "2026-05-20T12:00:00Z", "created_before": "2026-05-21T00:00:00Z"}


def test_a_date_without_time_zone_is_refused() -> None:
    with pytest.raises(ZofValidationError, match="no time zone"):
        builders.list_results(created_after=datetime(2026, 5, 20))  # noqa: DTZ001  # that is what is tested


def test_more_parameters_are_sent_as_they_are_and_win() -> None:
    call = builders.list_runs(status="failed", params={"status": "error,failed", "branch": "a&b=c"})
    assert call.path == "/runs?status=error%2Cfailed&branch=a%26b%3Dc"


@pytest.mark.parametrize("value", [None, 1.5, True, ["a"], "\ud800"])
def test_parameters_that_cannot_be_sent_are_refused(value: Any) -> None:
    with pytest.raises(ZofValidationError):
        builders.list_runs(params={"x": value})


@pytest.mark.parametrize("params", [5, "a=b", ["a"], {1: "x"}, {"\ud800": "x"}, {"x": 10**5000}])
def test_what_are_no_parameters_is_refused(params: Any) -> None:
    with pytest.raises(ZofValidationError):
        builders.list_runs(params=params)
    with pytest.raises(ZofValidationError):
        untyped_call("GET", "/agents", params=params)


def test_a_body_that_is_nested_too_deeply_is_refused() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ZofValidationError, match="nested too deeply"):
        untyped_call("POST", "/agents", json={"x": nested})


def test_what_is_left_out_is_not_sent() -> None:
    call = admin_builders.update_application("app_1", name="Shop")
    assert json.loads(call.body or b"") == {"name": "Shop"}
    assert call.path == "/applications/app_1"


@pytest.mark.parametrize(
    ("call", "param"),
    [
        (lambda: admin_builders.update_application("app_1"), "name"),
        (lambda: admin_builders.update_team("team_1", metadata=cast("Any", "x")), "metadata"),
        (lambda: admin_builders.create_application(name="", type="web"), "name"),
        (lambda: admin_builders.create_application(name="Shop", type=" "), "type"),
        (
            lambda: admin_builders.create_application(name="Shop", type="web", urls={" x": "https://a.test"}),
            "urls",
        ),
        (
            lambda: builders.create_schedule(
                cron="0 2 * *", project_id="p", environment="e", test_suite_id="s"
            ),
            "cron",
        ),
        (
            lambda: builders.create_schedule(cron="0 2 * * *", project_id="p", environment="e"),
            "test_suite_id",
        ),
        (lambda: admin_builders.create_webhook(url="http://hooks.test", events=["run.completed"]), "url"),
        (lambda: admin_builders.create_webhook(url="https://hooks.test", events=[]), "events"),
        (lambda: admin_builders.create_webhook(url="https://hooks.test", events="run.completed"), "events"),
        (lambda: admin_builders.create_team(name=""), "name"),
        (lambda: admin_builders.invite_to_team("team_1", email="dana"), "email"),
        (lambda: admin_builders.retrieve_team("a/b"), "team_id"),
        (lambda: builders.list_runs(project_id="a b"), "project_id"),
        (lambda: builders.list_runs(limit=1000), "limit"),
        (lambda: builders.list_runs(status=" "), "status"),
        (lambda: builders.list_runs(starting_after=""), "starting_after"),
        (lambda: builders.list_runs(created_after="yesterday"), "created_after"),
        (lambda: builders.list_results(created_before="2026-13-01"), "created_before"),
        (lambda: builders.list_reports(scope="x" * 3000), "scope"),
        (
            lambda: admin_builders.create_application(
                name="Shop", type="web", urls={"": "https://a.test", "staging": "https://b.test"}
            ),
            "urls",
        ),
        (
            lambda: admin_builders.create_application(
                name="Shop", type="web", urls={"staging": "ftp://a.test"}
            ),
            "urls",
        ),
        (
            lambda: admin_builders.create_application(
                name="Shop", type="web", urls={f"e{n}": "https://a.test" for n in range(101)}
            ),
            "urls",
        ),
        (lambda: admin_builders.create_application(name="Shop", type="web", team_id="a/b"), "team_id"),
        (lambda: admin_builders.create_application(name="Shop\x00", type="web"), "name"),
        (lambda: admin_builders.update_application("app_1", name=" "), "name"),
        (lambda: admin_builders.update_application("app_1", urls="https://a.test"), "urls"),  # type: ignore[arg-type]
        (
            lambda: admin_builders.create_webhook(
                url="http://localhost.evil.test/", events=["run.completed"]
            ),
            "url",
        ),
        (
            lambda: admin_builders.create_webhook(url="https://u:p@hooks.test", events=["run.completed"]),
            "url",
        ),
        (lambda: admin_builders.create_webhook(url="https://hooks.test", events=["a b"]), "events"),
        (lambda: admin_builders.create_webhook(url="https://hooks.test", events=["x"] * 101), "events"),
        (lambda: admin_builders.create_webhook(url="https://hooks.test", events=["x"], secret=""), "secret"),
        (lambda: admin_builders.create_team(name="x", metadata=[1]), "metadata"),  # type: ignore[arg-type]
        (
            lambda: builders.create_run(project_id="p", environment="e", test_case_ids=["tc_1"] * 1001),
            "test_case_ids",
        ),
    ],
)
def test_what_is_known_to_be_wrong_is_not_sent(call: Any, param: str) -> None:
    with pytest.raises(ZofValidationError) as caught:
        call()
    assert caught.value.param == param


@pytest.mark.parametrize("metadata", [{"x": object()}, {"x": float("nan")}, {"x": "\ud800"}])
def test_a_body_that_is_no_json(metadata: dict[str, Any]) -> None:
    with pytest.raises(ZofValidationError) as caught:
        admin_builders.create_team(name="Payments", metadata=metadata)
    assert caught.value.param == "body"


def test_a_call_says_what_it_is_about() -> None:
    call = build(CREATE_TEAM, body={"name": "x"}, subject={"team_id": "team_1", "other": None})
    assert call.subject == {"team_id": "team_1"}


def test_each_operation_answers_with_the_model_it_is_declared_with() -> None:
    known = {**vars(models), **vars(operations)}
    named = {
        name: value for name, value in vars(operations).items() if isinstance(value, operations.Operation)
    }
    assert len(named) == len(operations.OPERATIONS)
    for name, operation in named.items():
        ((declared,),) = (get_args(kind) for kind in get_args(eval(operations.__annotations__[name], known)))
        assert operation.answer.kind is declared


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_that_utc_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ZofValidationError, match="is no date in UTC") as refused:
        builders.list_runs(created_after=datetime.fromisoformat(text))
    assert refused.value.param == "created_after"


def test_a_null_that_was_given_is_sent() -> None:
    assert untyped_call("PATCH", "/agents", json={"team": None}).body == b'{"team":null}'
    assert untyped_call("PATCH", "/agents", json={}).body == b"{}"
    assert untyped_call("PATCH", "/agents").body is None
