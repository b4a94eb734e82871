"""What every request meets: keys, limits, envelopes, pages, idempotency."""

from __future__ import annotations

import asyncio
import re
import sqlite3

import httpx
import pytest

from zof_local.platform import ApiKey, PlatformError, PlatformSettings, create_app, create_key, new_secret
from zof_local.platform.routes import projects

GOOD = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}


def error_of(answer: httpx.Response) -> dict:
    """The error envelope, checked for its form."""
    assert answer.headers["content-type"].startswith("application/json")
    assert re.fullmatch(r"req_[0-9a-z]{14}", answer.headers["x-request-id"])
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert {"code", "message"} <= set(error) <= {"code", "message", "param"}
    assert error["message"].endswith((".", "?"))
    return dict(error)


@pytest.mark.parametrize(
    ("changes", "status", "code", "param", "words"),
    [
        ({"project_id": "proj_nope"}, 404, "not_found", "project_id", "Known projects: proj_shop."),
        ({"project_id": "proj_elsewhere"}, 404, "not_found", "project_id", "no project 'proj_elsewhere'"),
        (
            {"environment": "prod"},
            404,
            "not_found",
            "environment",
            "Known environments: staging, production.",
        ),
        (
            {"test_suite_id": "suite_nope"},
            404,
            "not_found",
            "test_suite_id",
            "Known suites: suite_quick, suite_mixed",
        ),
        ({"test_suite_id": None}, 400, "invalid_request", "test_suite_id", "test_suite_id or test_case_ids"),
        ({"test_case_ids": ["tc_a"]}, 400, "invalid_request", "test_case_ids", "not both"),
        ({"project_id": None}, 400, "invalid_request", "project_id", "project_id must be a text"),
        ({"environment": ["staging"]}, 400, "invalid_request", "environment", "must be a text"),
        (
            {"test_suite_id": None, "test_case_ids": []},
            400,
            "invalid_request",
            "test_case_ids",
            "must not be empty",
        ),
    ],
)
async def test_bad_runs_are_refused_with_the_field_and_a_sentence(
    api, changes, status, code, param, words
) -> None:
    answer = await api.http.post("/runs", json=GOOD | changes)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["param"]) == (status, code, param)
    assert words in error["message"]
    assert (await api.http.get("/runs")).json()["data"] == []


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code", "words"),
    [
        ("POST", "/runs", b"{", 400, "invalid_request", "not valid JSON"),
        ("POST", "/runs", b"", 400, "invalid_request", "must be a JSON object"),
        ("POST", "/runs", b"[1]", 400, "invalid_request", "must be a JSON object"),
        ("POST", "/runs", b'"\xff"', 400, "invalid_request", "cannot be read"),
        ("POST", "/runs", b"[" * 100_000, 400, "invalid_request", "cannot be read"),
        ("POST", "/runs", b'"' + b"x" * 1_000_001 + b'"', 400, "invalid_request", "larger than 1000000 bytes"),
        ("GET", "/nope", None, 404, "not_found", "nothing at GET /v1/nope"),
        ("GET", "/runs/", None, 404, "not_found", "nothing at GET /v1/runs/"),
        ("GET", "", None, 404, "not_found", "nothing at GET /v1"),
        ("DELETE", "/runs", None, 405, "method_not_allowed", "This path takes GET, POST."),
        ("GET", "/runs/run_nope", None, 404, "not_found", "no run 'run_nope'"),
        ("GET", "/runs/run_nope/logs", None, 404, "not_found", "no run 'run_nope'"),
        ("POST", "/runs/run_nope/cancel", None, 404, "not_found", "no run 'run_nope'"),
        ("GET", "/results/res_nope", None, 404, "not_found", "no result 'res_nope'"),
        ("GET", "/results?run_id=run_nope", None, 404, "not_found", "no run 'run_nope'"),
        ("GET", "/runs?limit=101", None, 400, "invalid_request", "from 1 to 100"),
        ("GET", "/runs?starting_after=run_1", None, 400, "invalid_request", "not a cursor of runs"),
        ("GET", "/runs?status=cancelled", None, 400, "invalid_request", "no status 'cancelled'"),
        ("GET", "/runs?created_after=yesterday", None, 400, "invalid_request", "ISO-8601"),
        ("GET", "/results?created_before=9999-99-99", None, 400, "invalid_request", "ISO-8601"),
    ],
)  # fmt: skip
async def test_other_mistakes_get_the_envelope_too(api, method, path, content, status, code, words) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await api.http.request(method, f"{api.url}/v1{path}", content=content, headers=headers)
    error = error_of(answer)
    assert (answer.status_code, error["code"]) == (status, code)
    assert words in error["message"]


async def test_a_crash_is_told_in_the_envelope_and_gives_nothing_away(api, monkeypatch, caplog) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(projects, "page_of_file", crash)
    answer = await api.http.get("/projects")
    error = error_of(answer)
    assert (answer.status_code, error["code"]) == (500, "internal_error")
    assert answer.headers["x-request-id"] in error["message"]
    assert "secret detail" not in answer.text
    assert answer.headers["x-request-id"] in caplog.text


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (None, "missing"),
        ("", "not valid"),
        ("Bearer nobody-knows-this-key", "not valid"),
        ("Basic abc", "not valid"),
        ("Bearer two words", "not valid"),
    ],
)
async def test_without_a_valid_key_nothing_is_told(api, header, words) -> None:
    headers = {} if header is None else {"Authorization": header}
    async with httpx.AsyncClient(headers=headers) as stranger:
        for path in ("/v1/runs", "/v1/nope"):
            answer = await stranger.get(f"{api.url}{path}")
            error = error_of(answer)
            assert (answer.status_code, error["code"]) == (401, "unauthorized")
            assert words in error["message"]
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_role_without_the_permission_is_forbidden(start_platform) -> None:
    async with start_platform(role="Viewer") as api:
        assert (await api.http.get("/runs")).status_code == 200
        for path in ("/runs", "/runs/run_1/cancel"):
            answer = await api.http.post(path, json=GOOD)
            error = error_of(answer)
            assert (answer.status_code, error["code"]) == (403, "forbidden")
            assert "role Viewer, which lacks the permission runs:c" in error["message"]


async def test_organizations_do_not_see_each_other(start_platform) -> None:
    other = ApiKey(new_secret(), organization_id="org_other")
    async with start_platform(keys=(other,)) as api:
        run = await api.ended((await api.start())["id"])
        (result, *_) = await api.results(run["id"])
        headers = {"Authorization": f"Bearer {other.secret}"}
        for method, path in (
            ("GET", f"/runs/{run['id']}"),
            ("POST", f"/runs/{run['id']}/cancel"),
            ("GET", f"/runs/{run['id']}/logs"),
            ("GET", f"/results/{result['id']}"),
            ("GET", f"/results?run_id={run['id']}"),
        ):
            answer = await api.http.request(method, path, headers=headers)
            assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")
        for path in ("/runs", "/results"):
            assert (await api.http.get(path, headers=headers)).json()["data"] == []
        projects = (await api.http.get("/projects", headers=headers)).json()["data"]
        assert projects == [{"id": "proj_elsewhere", "name": "proj_elsewhere"}]


async def test_keys_made_later_work_and_are_stored_as_hashes(api, world) -> None:
    secret = await asyncio.to_thread(create_key, world.data, role="Viewer", name="later")
    answer = await api.http.get("/projects", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["data"] == [{"id": "proj_shop", "name": "Shop"}]
    stored = sqlite3.connect(world.data / "platform.sqlite3").execute("SELECT * FROM api_keys").fetchall()
    assert len(stored) == 2
    assert secret not in repr(stored)


async def test_every_answer_tells_the_rate_limit_and_too_many_are_refused(start_platform) -> None:
    async with start_platform(rate_limit=5) as api:
        answers = [
            await api.http.get("/projects") for _ in range(12)
        ]  # a window's end may fall in between, once
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert all(answer.headers["x-ratelimit-limit"] == "5" for answer in answers)
        assert [answer.headers["x-ratelimit-remaining"] for answer in answers[:1]] == ["4"]
        error = error_of(refused[0])
        assert error["code"] == "rate_limit_exceeded"
        assert 1 <= int(refused[0].headers["retry-after"]) <= 60
        assert f"Wait {refused[0].headers['retry-after']} s" in error["message"]
        reset = int(refused[0].headers["x-ratelimit-reset"])
        assert reset % 60 == 0


async def test_pages_are_steady_while_runs_are_added(start_platform) -> None:
    async with start_platform(max_concurrent_runs=1) as api:
        await api.start("suite_holds")
        made = [(await api.start())["id"] for _ in range(5)]
        first = (await api.http.get("/runs", params={"limit": 2})).json()
        await api.start()
        second = (
            await api.http.get("/runs", params={"limit": 3, "starting_after": first["next_cursor"]})
        ).json()
        assert [run["id"] for run in first["data"] + second["data"]] == made[::-1]
        assert second["has_more"]
        third = (await api.http.get("/runs", params={"starting_after": second["next_cursor"]})).json()
        assert (len(third["data"]), third["has_more"], third["next_cursor"]) == (1, False, None)


async def test_lists_can_be_filtered(start_platform) -> None:
    async with start_platform() as api:
        old = await api.ended((await api.start("suite_nothing"))["id"])
        new = await api.ended((await api.start("suite_mixed"))["id"])

        async def ids(**params: str) -> list[str]:
            answer = await api.http.get("/runs", params=params)
            assert answer.status_code == 200, answer.text
            return [run["id"] for run in answer.json()["data"]]

        assert await ids(project_id="proj_shop") == [new["id"], old["id"]]
        assert await ids(project_id="proj_nope") == []
        assert await ids(status="error") == [old["id"]]
        assert await ids(created_after=old["created_at"]) == [new["id"]]
        assert await ids(created_before=new["created_at"]) == [old["id"]]
        assert await ids(created_after="2020-01-01", created_before="2020-01-02T00:00:00+02:00") == []
        skipped = (await api.http.get("/results", params={"status": "skipped"})).json()["data"]
        assert {result["name"] for result in skipped} == {"test_skipped", "test_known_defect"}


async def test_the_same_key_and_body_get_the_same_answer_even_at_once(api) -> None:
    headers = {"Idempotency-Key": "try-1"}
    reordered = b'{ "test_suite_id":"suite_quick",  "environment":"staging","project_id":"proj_shop" }'
    answers = await asyncio.gather(
        *(api.http.post("/runs", json=GOOD, headers=headers) for _ in range(8)),
        api.http.post("/runs", content=reordered, headers=headers | {"Content-Type": "application/json"}),
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 9
    run = await api.ended(answers[0].json()["id"])
    assert len((await api.http.get("/runs")).json()["data"]) == 1
    later = await api.http.post("/runs", json=GOOD, headers=headers)
    assert later.json() == answers[0].json()
    assert later.json()["status"] == "queued" != run["status"]


async def test_the_same_key_with_another_body_is_a_conflict(api) -> None:
    headers = {"Idempotency-Key": "try-1"}
    assert (await api.http.post("/runs", json=GOOD, headers=headers)).status_code == 201
    answer = await api.http.post("/runs", json=GOOD | {"environment": "production"}, headers=headers)
    assert (answer.status_code, error_of(answer)["code"]) == (409, "conflict")
    assert len((await api.http.get("/runs")).json()["data"]) == 1


async def test_idempotency_keys_hold_for_one_key_and_path_and_outlive_a_restart(start_platform) -> None:
    headers = {"Idempotency-Key": "x" * 255}
    mine, other = (ApiKey(new_secret()) for _ in range(2))
    ids = []
    for key in (mine, other, mine):
        async with start_platform(keys=(mine, other)) as api:
            answer = await api.http.post(
                "/runs", json=GOOD, headers=headers | {"Authorization": f"Bearer {key.secret}"}
            )
            ids.append(answer.json()["id"])
    assert ids[0] == ids[2] != ids[1]


async def test_canceling_twice_with_one_key_is_told_twice(start_platform) -> None:
    async with start_platform(max_concurrent_runs=1) as api:
        await api.start("suite_holds")
        run = await api.start()
        path = f"/runs/{run['id']}/cancel"
        first, second = [await api.http.post(path, headers={"Idempotency-Key": "stop"}) for _ in range(2)]
        assert (first.status_code, first.text) == (second.status_code, second.text)
        assert first.json()["status"] == "canceled"


async def test_a_refused_request_uses_up_no_idempotency_key(api) -> None:
    headers = {"Idempotency-Key": "try-1"}
    assert (
        await api.http.post("/runs", json=GOOD | {"environment": "x"}, headers=headers)
    ).status_code == 404
    assert (await api.http.post("/runs", json=GOOD, headers=headers)).status_code == 201
    for key in ("", "x" * 256):
        answer = await api.http.post("/runs", json=GOOD, headers={"Idempotency-Key": key})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "Idempotency-Key")


async def test_other_hosts_are_not_served(api) -> None:
    for path in ("/v1/runs", "/", "/openapi.json"):
        answer = await api.http.get(f"{api.url}{path}", headers={"Host": "evil.example"})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "invalid_request")


async def test_a_directory_serves_one_platform_at_a_time(start_platform, world) -> None:
    async with start_platform():
        with pytest.raises(Exception, match="Another platform already uses") as caught:
            async with start_platform():
                pass
        assert isinstance(caught.value.__cause__, PlatformError)


def test_a_wrong_suites_file_is_named_at_once(world) -> None:
    with pytest.raises(PlatformError, match=r"nowhere\.toml cannot be read"):
        create_app(PlatformSettings(data_dir=world.data, suites=world.root / "nowhere.toml"))
