"""Bodies, parameters, ids and headers that no well-meaning client sends: refused in the envelope, never a 500."""

from __future__ import annotations

import json

import httpx
import pytest

GOOD = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}
WRITES = {
    "/v1/runs": GOOD,
    "/v1/schedules": GOOD | {"cron": "0 2 * * *"},
    "/v1/applications": {"name": "Shop", "type": "web", "urls": {"staging": "https://shop.example"}},
    "/v1/teams": {"name": "Checkout", "owner": "Dana"},
    "/v1/teams/{team}/invite": {"email": "dana@shop.example", "role": "Viewer"},
    "/v1/webhooks": {"url": "https://hooks.example/", "events": ["run.failed"], "secret": "s" * 16},
}
HOSTILE = {
    "a lone surrogate": b'"\\ud800"',
    "a NUL": b'"\\u0000"',
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "a number too great": b"1e999",
    "a number of many digits": b"9" * 5000,
    "a deep list": b"[" * 20_000 + b"]" * 20_000,
    "a deep object": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a long text": b'"' + b"x" * 900_000 + b'"',
    "a surrogate as a name": b'{"\\ud800": "https://x.example"}',
    "a direction mark": '"\u202eabc"'.encode(),
    "invalid UTF-8": b'"\xff\xfe"',
    "nothing": b"null",
    "markup": b'"<script>alert(1)</script>"',
}
IDS = [
    "%00",
    "%ff%fe",
    "%F0%9F%92%A9",
    "x" * 10_000,
    "%0d%0aX-Evil: y",
    "..%2f..%2fetc",
    "%27%20OR%201=1--",
    "{id}",
]
PLACES = [
    ("GET", "/v1/runs/{}"), ("POST", "/v1/runs/{}/cancel"), ("GET", "/v1/runs/{}/logs"),
    ("GET", "/v1/artifacts/{}/content"), ("GET", "/v1/results/{}"), ("GET", "/v1/teams/{}/members"),
    ("POST", "/v1/webhooks/{}/test"), ("GET", "/v1/results?run_id={}"), ("GET", "/v1/runs?project_id={}"),
    ("GET", "/v1/reports?scope={}"), ("GET", "/v1/runs?limit={}"), ("GET", "/v1/runs?starting_after={}"),
    ("GET", "/v1/runs?created_after={}"), ("GET", "/v1/runs?{}={}"), ("GET", "/runs/{}?token={}"),
    ("GET", "/runs/{}/live"), ("GET", "/assets/{}"), ("POST", "/runs/{}/cancel"),
]  # fmt: skip


def refused(answer: httpx.Response) -> bool:
    """A 4xx with the envelope, and not much text."""
    error = answer.json()["error"]
    return 400 <= answer.status_code < 500 and bool(error["code"]) and len(answer.content) < 2_000


@pytest.fixture
async def admin(start_platform):
    async with start_platform("Organization Admin", max_concurrent_runs=1) as api:
        yield api


async def test_each_field_refuses_or_takes_hostile_values(admin) -> None:
    team = (await admin.http.post("/teams", json={"name": "t"})).json()["id"]
    taken = set()
    for path, body in WRITES.items():
        for field in body:
            for name, value in HOSTILE.items():
                others = {key: one for key, one in body.items() if key != field}
                raw = json.dumps(others).encode()[:-1] + (b", " if others else b"") + f'"{field}": '.encode()
                answer = await admin.http.post(
                    f"{admin.url}{path.replace('{team}', team)}",
                    content=raw + value + b"}",
                    headers={"Content-Type": "application/json", "Idempotency-Key": f"{field} {name}"},
                )
                if answer.is_success:
                    taken.add((path, field, name))
                else:
                    assert refused(answer), (path, field, name, answer.status_code)
    free_text = {
        *(("/v1/applications", "name"), ("/v1/teams", "name"), ("/v1/teams", "owner")),
        ("/v1/webhooks", "secret"),
    }
    optional = {(path, field) for path, field, name in taken if name == "nothing"}
    assert optional == {("/v1/teams", "owner"), ("/v1/webhooks", "secret")}
    assert {(path, field) for path, field, name in taken if name != "nothing"} == free_text
    assert {name for *_, name in taken} == {"a NUL", "a direction mark", "markup", "nothing"}


async def test_of_a_field_twice_the_last_one_counts_everywhere(admin) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "twice"}
    twice = b'{"name": "first", "name": "second"}'
    made = [
        (await admin.http.post("/teams", content=body, headers=headers))
        for body in (twice, b'{"name": "second"}', b'{"name": "first"}')
    ]
    assert [answer.status_code for answer in made] == [201, 201, 409]
    assert made[0].json() == made[1].json()
    assert made[0].json()["name"] == "second"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "\xff",
        "a" * 5000,
    ],
)
async def test_another_content_type_is_refused(admin, kind) -> None:
    headers = {b"Content-Type": kind.encode("latin-1")}
    answer = await admin.http.post("/runs", content=json.dumps(GOOD).encode(), headers=headers)
    assert refused(answer)
    assert "application/json" in answer.json()["error"]["message"]


async def test_a_body_of_some_megabytes_is_told_its_limit(admin) -> None:
    for body in (b" " * 15_000_000, b'{"name": "' + b"x" * 15_000_000 + b'"}'):
        answer = await admin.http.post("/teams", content=body, headers={"Content-Type": "application/json"})
        assert refused(answer)
        assert "larger than 1000000 bytes" in answer.json()["error"]["message"]


async def test_a_body_without_end_is_hung_up_on(admin) -> None:
    sent = 0

    async def endless():
        nonlocal sent
        for _ in range(2_000):
            sent += 100_000
            yield b" " * 100_000

    try:
        answer = await admin.http.post(
            "/runs", content=endless(), headers={"Content-Type": "application/json"}
        )
    except (httpx.WriteError, httpx.ReadError):  # the platform hung up on the rest
        pass
    else:
        assert refused(answer)
    assert sent < 50_000_000
    assert (await admin.http.get("/runs")).json()["data"] == []


@pytest.mark.parametrize("hostile", IDS, ids=lambda one: one[:12])
async def test_hostile_ids_and_parameters_lead_nowhere(admin, hostile) -> None:
    for method, path in PLACES:
        answer = await admin.http.request(method, admin.url + path.replace("{}", hostile))
        assert answer.status_code in {200, 400, 403, 404}, (path, answer.status_code)
        assert "x-evil" not in answer.headers
        assert len(answer.content) < 3_000
        if answer.status_code == 200:
            assert answer.json()["data"] == []


async def test_of_a_parameter_twice_the_last_one_counts(admin) -> None:
    await admin.ended((await admin.start())["id"])
    results = (await admin.http.get("/results?limit=3&limit=1&status=failed&status=passed")).json()
    assert (len(results["data"]), results["has_more"]) == (1, True)
    assert refused(await admin.http.get("/results?limit=1&limit=0"))
