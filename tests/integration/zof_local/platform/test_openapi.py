"""The OpenAPI document: exactly what is served, and schemathesis finds no answer that breaks it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from starlette.routing import Route

from zof_local.platform import PlatformSettings, create_app

EXAMPLES = int(os.environ.get("ZOF_SCHEMA_EXAMPLES", "3"))
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}

HOOKS = """
import schemathesis

KNOWN = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}

@schemathesis.hook
def map_body(context, body):
    # Random names of projects exist nowhere, and then nothing behind them would be tried. What is wrong stays wrong.
    if isinstance(body, dict):
        for name, known in KNOWN.items():
            if isinstance(body.get(name), str) and 1 <= len(body[name]) <= 200:
                body[name] = known
    return body
"""


def operations_of(document: dict) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}


def test_the_document_lists_exactly_the_routes_served(world) -> None:
    app = create_app(PlatformSettings(data_dir=world.data, suites=world.suites))
    served = {
        (method, route.path)
        for route in app.state.routes
        if isinstance(route, Route) and route.path.startswith("/v1/")
        for method in route.methods
    }
    assert operations_of(app.openapi()) == served
    assert len(served) > 20


async def test_every_documented_operation_answers_and_no_other_method_does(api) -> None:
    document = (await api.http.get(f"{api.url}/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operations = operations_of(document)
    for path in document["paths"]:
        url = api.url + re.sub(r"\{.*?\}", "nobody", path)
        for method in METHODS:
            answer = await api.http.request(method, url)
            documented = (method, path) in operations
            assert (answer.status_code != 405) == documented, (method, path, answer.text)
            assert not (documented and "nothing at" in answer.text)


async def test_every_answer_has_its_envelope_and_headers_in_the_document(api) -> None:
    document = (await api.http.get(f"{api.url}/openapi.json")).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert document["security"] == [{"bearer": []}]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert {"400", "401", "403", "429", "500"} <= answers.keys()
            assert ("409" in answers) == (method != "get")
            for status, answer in answers.items():
                assert {"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Reset"} <= answer["headers"].keys()
                if not status.startswith("2"):
                    reference = answer["content"]["application/json"]["schema"]["$ref"]
                    assert reference.endswith("/ErrorBody"), (path, status)
            assert "Retry-After" in answers["429"]["headers"]
            names = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert ("Idempotency-Key" in names) == (method != "get")
    runs = document["paths"]["/v1/runs"]["get"]
    assert "404" not in runs["responses"]
    assert {"limit", "starting_after", "status", "created_after"} <= {
        one["name"] for one in runs["parameters"]
    }


async def test_schemathesis_finds_nothing_to_complain_about(start_platform, tmp_path: Path) -> None:
    """Every check that it has but one: what a schema cannot say (a cron line, a known suite) is refused, too."""
    async with start_platform("Organization Admin", max_concurrent_runs=1) as api:
        run = await api.ended((await api.start())["id"])
        (result, *_) = await api.results(run["id"])
        (artifact, *_) = (await api.http.get(f"/runs/{run['id']}/artifacts")).json()["data"]
        hook = await api.http.post("/webhooks", json={"url": f"{api.url}/nowhere", "events": ["run.failed"]})
        known = {
            "run_id": run["id"],
            "result_id": result["id"],
            "artifact_id": artifact["id"],
            "webhook_id": hook.json()["id"],
        }
        lines = "".join(f'"path.{name}" = "{value}"\n' for name, value in known.items())
        (tmp_path / "schemathesis.toml").write_text(f"[parameters]\n{lines}")
        (tmp_path / "schemathesis_hooks.py").write_text(HOOKS)
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("schemathesis")),
            *("run", f"{api.url}/openapi.json", "-H", f"Authorization: {api.http.headers['authorization']}"),
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance", "--continue-on-failure"),
            *("--seed", "1", "-n", str(EXAMPLES), "--no-shrink", "--generation-database", "none"),
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(tmp_path)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = (await process.communicate())[0].decode()
        assert process.returncode == 0, output
        document = (await api.http.get(f"{api.url}/openapi.json")).json()
        assert f"{len(operations_of(document))} selected" in output, output
