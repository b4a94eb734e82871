"""Runs over a real socket, executing real pytest."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path


async def test_a_run_passes_and_tells_so_while_it_goes(api) -> None:
    run = await api.start("suite_quick")
    assert run["id"].startswith("run_")
    assert (run["status"], run["summary"], run["started_at"]) == ("queued", None, None)
    run = await api.ended(run["id"])
    assert run["status"] == "passed"
    assert run["summary"] == {"total": 3, "passed": 3, "failed": 0, "error": 0, "skipped": 0}
    assert run["organization_id"] == "org_local"
    assert run["created_at"] <= run["started_at"] <= run["completed_at"]
    results = await api.results(run["id"])
    assert {result["test_case_id"] for result in results} == {
        "tc_cases__passes",
        "tc_cases__numbers__1",
        "tc_cases__numbers__2",
    }


async def test_every_outcome_is_told_as_what_it_is(api) -> None:
    run = await api.ended((await api.start("suite_mixed"))["id"])
    assert run["status"] == "failed"
    assert run["status_reason"] is None
    results = {result["name"]: result for result in await api.results(run["id"])}
    assert {name: result["status"] for name, result in results.items()} == {
        "test_passes": "passed",
        "test_numbers[1]": "passed",
        "test_numbers[2]": "passed",
        "test_fails": "failed",
        "test_needs_database": "error",
        "test_skipped": "skipped",
        "test_known_defect": "skipped",
        "test_fixed_by_chance": "passed",
        "test_fixed_for_sure": "failed",
    }
    assert run["summary"] == {"total": 9, "passed": 4, "failed": 2, "error": 1, "skipped": 2}
    times = [result["created_at"] for result in results.values()]
    assert times == sorted(set(times), reverse=True), "sorting by time gives the order they ran in"
    failure = results["test_fails"]
    assert failure["failure_summary"].startswith("AssertionError: assert {'a': 1} == {'a': 2}")
    assert re.search(r"\(tests/test_cases\.py:\d+\)$", failure["failure_summary"])
    assert failure["module"] == "tests/test_cases.py"
    assert results["test_needs_database"]["failure_summary"].startswith(
        "In set-up: RuntimeError: no database"
    )
    one = (await api.http.get(f"/results/{failure['id']}")).json()
    assert one == failure


async def test_counts_grow_while_cases_end(api) -> None:
    run = await api.start("suite_holds")
    await api.until((api.world.marks / "holding").exists)

    async def first_counted():
        now = await api.run(run["id"])
        return now if now["summary"] and now["summary"]["passed"] else None

    now = await api.until(first_counted)
    assert now["status"] == "running"
    assert now["summary"] == {"total": 2, "passed": 1, "failed": 0, "error": 0, "skipped": 0}
    assert [result["name"] for result in await api.results(run["id"])] == ["test_first_passes"]
    await api.http.post(f"/runs/{run['id']}/cancel")


async def test_cancel_ends_every_process_and_lets_pytest_clean_up(start_platform) -> None:
    async with start_platform(cancel_grace_seconds=20.0) as api:
        run = await api.start("suite_holds")
        await api.until((api.world.marks / "holding").exists)
        assert len(api.world.alive()) == 3
        answer = await api.http.post(f"/runs/{run['id']}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
        await api.until(lambda: not api.world.alive())
        assert (api.world.marks / "cleaned-up").exists()
        again = await api.http.post(f"/runs/{run['id']}/cancel")
        assert again.status_code == 409
        assert again.json()["error"] == {
            "code": "conflict",
            "message": f"Run {run['id']} has already ended as canceled, so it cannot be canceled.",
        }
        assert (await api.run(run["id"]))["status"] == "canceled"


async def test_a_case_that_will_not_stop_is_killed_at_the_time_limit(api) -> None:
    run = await api.ended((await api.start("suite_stubborn"))["id"])
    assert run["status"] == "error"
    assert run["status_reason"] == "The run took longer than its limit of 5 s and was stopped."
    assert not api.world.alive()
    (result,) = await api.results(run["id"])
    assert result["status"] == "error"


async def test_what_a_finished_run_leaves_behind_is_ended(api) -> None:
    run = await api.ended((await api.start("suite_leaves"))["id"])
    assert run["status"] == "passed"
    assert len(api.world.pids()) == 2
    assert not api.world.alive()


async def test_breakdowns_are_errors_with_a_reason(api) -> None:
    reasons = {}
    for suite in ("suite_kills", "suite_nothing", "suite_missing", "suite_broken"):
        run = await api.ended((await api.start(suite))["id"])
        assert run["status"] == "error"
        reasons[suite] = run["status_reason"]
    assert reasons["suite_kills"] == "pytest was killed by signal 9 (SIGKILL) before it had finished."
    assert reasons["suite_nothing"] == "No case matches the selection, so nothing was run."
    assert "file or directory not found: tests/no_such_file.py" in reasons["suite_missing"]
    assert (
        "broken/test_broken.py: ModuleNotFoundError: No module named 'no_such_module'"
        in reasons["suite_broken"]
    )


async def test_test_code_gets_a_place_of_its_own(api) -> None:
    run = await api.ended((await api.start("suite_looks"))["id"])
    assert run["status"] == "passed", await api.results(run["id"])
    places = (api.world.marks / "seen").read_text().split(" ")
    assert places[3] == run["id"]
    for place in places[:3]:
        assert Path(place).is_relative_to(api.world.data / "work" / run["id"])
    assert not (api.world.project / "left-behind").exists()
    await api.until(lambda: not list((api.world.data / "work").iterdir()))


async def test_the_platforms_directory_may_lie_in_the_project(world, start_platform) -> None:
    (world.project / ".zof-local").mkdir()
    async with start_platform(data_dir=world.project / ".zof-local") as api:
        assert (await api.ended((await api.start())["id"]))["status"] == "passed"


async def test_environments_differ_by_their_variables(api) -> None:
    said = {}
    for environment in ("staging", "production"):
        run = await api.ended((await api.start("suite_quick", environment=environment))["id"])
        (result,) = [one for one in await api.results(run["id"]) if one["name"] == "test_passes"]
        page = await api.http.get(result["log_url"], follow_redirects=True)
        said[environment] = page.text
    assert "environment is staging http://staging.example" in said["staging"]
    assert "environment is production None" in said["production"]


async def test_chosen_cases_run_and_no_others(api) -> None:
    cases = ["tc_cases__numbers__2", "tc_cases__fails", "tc_cases__numbers__2"]
    run = await api.start(None, test_case_ids=cases)
    assert run["test_case_ids"] == cases[:2]
    run = await api.ended(run["id"])
    assert run["summary"] == {"total": 2, "passed": 1, "failed": 1, "error": 0, "skipped": 0}
    assert {result["test_case_id"] for result in await api.results(run["id"])} == set(cases)


async def test_an_unknown_case_is_named_with_the_nearest(api) -> None:
    body = {"project_id": "proj_shop", "environment": "staging", "test_case_ids": ["tc_cases__pases"]}
    answer = await api.http.post("/runs", json=body)
    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "code": "not_found",
        "message": "Project proj_shop has no case 'tc_cases__pases'. Did you mean tc_cases__passes?",
        "param": "test_case_ids",
    }
    (api.world.project / "tests" / "test_cases.py").open("a").write("\ndef test_pases(): pass\n")
    assert (await api.http.post("/runs", json=body)).status_code == 201


async def test_more_runs_than_there_is_room_for_wait_in_the_queue(start_platform) -> None:
    async with start_platform(max_concurrent_runs=1) as api:
        first = await api.start("suite_holds")
        second, third = await api.start("suite_quick"), await api.start("suite_quick")
        await api.until((api.world.marks / "holding").exists)
        assert [(await api.run(run["id"]))["status"] for run in (first, second, third)] == [
            "running",
            "queued",
            "queued",
        ]
        canceled = await api.http.post(f"/runs/{third['id']}/cancel")
        assert canceled.json()["status"] == "canceled"
        await api.http.post(f"/runs/{first['id']}/cancel")
        assert (await api.ended(second["id"]))["status"] == "passed"
        third = await api.run(third["id"])
        assert (third["status"], third["started_at"]) == ("canceled", None)


async def test_the_log_can_be_read_page_by_page(api) -> None:
    run = await api.ended((await api.start("suite_quick"))["id"])
    lines: list[str] = []
    cursor = None
    while True:
        params = {"limit": 4} | ({"starting_after": cursor} if cursor else {})
        page = (await api.http.get(f"/runs/{run['id']}/logs", params=params)).json()
        lines += [line["message"] for line in page["data"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert sum("PASSED" in line for line in lines) == 3
    assert "test session starts" in lines[0]
    assert "3 passed" in lines[-1]


async def test_a_stopping_platform_ends_its_runs_and_keeps_its_queue(start_platform, world, until) -> None:
    async with start_platform(max_concurrent_runs=1) as api:
        held = await api.start("suite_holds")
        queued = await api.start("suite_quick")
        await api.until((world.marks / "holding").exists)
        begin = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begin < 5
    assert not world.alive()
    async with start_platform() as api:
        run = await api.run(held["id"])
        assert run["status"] == "error"
        assert "platform was stopped" in run["status_reason"]
        assert (await api.ended(queued["id"]))["status"] == "passed"


async def test_a_run_whose_suite_has_gone_ends_as_error(start_platform, world) -> None:
    async with start_platform(max_concurrent_runs=1) as api:
        await api.start("suite_holds")
        queued = await api.start("suite_looks")
        await api.until((world.marks / "holding").exists)
    world.suites.write_text(world.suites.read_text().replace("suite_looks", "suite_other"))
    async with start_platform() as api:
        run = await api.ended(queued["id"])
    assert (run["status"], run["status_reason"]) == (
        "error",
        "Project proj_shop has no suite suite_looks any more.",
    )


async def test_lone_surrogates_in_a_case_do_no_harm_to_the_run(api) -> None:
    (api.world.project / "tests" / "test_cases.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.parametrize('text', ['\\ud800', '\\ud801', 'fine'])\n"
        "@pytest.mark.quick\n"
        "def test_text(text):\n    assert text == 'fine', 'is ' + text\n"
    )
    run = await api.ended((await api.start())["id"])
    assert (run["status"], run["status_reason"]) == ("failed", None)
    assert run["summary"] == {"total": 3, "passed": 1, "failed": 2, "error": 0, "skipped": 0}
    results = await api.results(run["id"])
    assert sum("\ufffd" in (result["failure_summary"] or "") for result in results) == 2
    assert len({result["test_case_id"] for result in results}) == 3


LENIENT = """
[[projects]]
id = "proj_lenient"
directory = "lenient"
memory_mb = 1024
failure_policy = { max_failed_share = 0.5 }
suites = [{ id = "suite_all" }, { id = "suite_strict", failure_policy = { critical = ["tc_limits__memory"] } }]
[projects.environments.staging]
base_url = "https://staging.shop.example.com"
variables = { PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" }
"""
LIMITS = """
import os

def test_memory():
    bytearray(2 * 1024**3)

def test_address():
    assert os.environ["ZOF_ENVIRONMENT_URL"] == os.environ["PYTEST_BASE_URL"] == "https://staging.shop.example.com"
"""


async def test_a_project_sets_limits_address_and_what_may_fail(world, start_platform) -> None:
    with world.suites.open("a") as file:
        file.write(LENIENT)
    (world.root / "lenient" / "tests").mkdir(parents=True)
    (world.root / "lenient" / "tests" / "test_limits.py").write_text(LIMITS)
    async with start_platform() as api:
        ended = {}
        for suite in ("suite_all", "suite_strict"):
            run = await api.start(suite, project_id="proj_lenient")
            ended[suite] = await api.ended(run["id"])
            assert ended[suite]["summary"] == {"total": 2, "passed": 1, "failed": 1, "error": 0, "skipped": 0}
            (failed,) = [one for one in await api.results(run["id"]) if one["status"] == "failed"]
            assert failed["failure_summary"].startswith("MemoryError")
    assert [(run["status"], run["status_reason"]) for run in ended.values()] == [
        ("passed", "1 of 2 cases failed, which the failure policy lets pass."),
        ("failed", "A critical case failed: tc_limits__memory."),
    ]
