"""The explorer in a real kernel, with a Zof of 250 runs that also fails in every way there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.kernel import Kernel, is_type, model_in, update_of
from tests.support.listing_zof import KEY, TROUBLES, ListingZof


@pytest.fixture(scope="module")
def listing() -> Iterator[ListingZof]:
    with ListingZof() as zof:
        yield zof


@pytest.fixture(scope="module")
def explorer_kernel(listing: ListingZof, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    started = Kernel(listing.env, tmp_path_factory.mktemp("kernel"))
    started.run(
        "%load_ext notebook_ext\nfrom notebook_ext import Explorer\nfrom zof_core import ZofClient\n"
        "zof = ZofClient(max_retries=0, on_limit='raise')"
    )
    yield started
    started.stop()


@pytest.fixture
def kernel(explorer_kernel: Kernel, listing: ListingZof) -> Kernel:
    listing.trouble = ""
    return explorer_kernel


def state_that(kernel: Kernel, model: str, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The next state of a panel for which something holds."""

    def wanted(message: dict[str, Any]) -> bool:
        state = update_of(message, "state", model)
        return bool(state and holds(state))

    return dict(update_of(kernel.until(wanted), "state"))


def quiet(**wanted: Any) -> Callable[[dict[str, Any]], bool]:
    """A state that reads nothing any more and has these values."""
    return lambda state: not state["busy"] and all(state[name] == value for name, value in wanted.items())


def choices(state: dict[str, Any], key: str) -> list[str]:
    return [value for one in state["filters"] if one["key"] == key for value, _ in one["choices"]]


def test_it_shows_the_newest_runs_and_loads_more_when_asked(kernel: Kernel, listing: ListingZof) -> None:
    said = kernel.run("explorer = Explorer(zof)\nexplorer")
    wire = [m for m in said if m["msg_type"] in {"comm_open", "display_data"}]
    assert len([m for m in wire if is_type(m, "comm_open")]) <= 2
    assert sum(len(json.dumps(m["content"])) for m in wire) <= 30_000
    model = model_in(said)
    state = state_that(kernel, model, quiet(counted="100 runs loaded, and there are more"))
    assert [row[2] for row in state["rows"]][:2] == ["run_0", "run_1"]
    assert choices(state, "environment") == ["", "production", "staging"]
    asked = len([path for path in listing.requests if "/runs?" in path])
    kernel.send(model, {"op": "more"})
    state = state_that(kernel, model, quiet(counted="250 runs"))
    assert (state["more"], state["count"]) == ("", 250)
    assert choices(state, "project") == ["", "proj_shop", "proj_abc"]  # by name: Mobile app, Webshop
    assert len([path for path in listing.requests if "/runs?" in path]) == asked + 2


def test_runs_are_filtered_by_zof_and_by_what_was_read(kernel: Kernel, listing: ListingZof) -> None:
    said = kernel.run("%zof explore proj_abc")
    model = model_in(said)
    state_that(kernel, model, quiet(counted="100 runs loaded, and there are more"))
    kernel.send(model, {"op": "filter", "key": "run_status", "value": "failed"})
    state = state_that(kernel, model, quiet(counted="42 runs"))
    assert "status=failed" in listing.requests[-1]
    kernel.send(model, {"op": "filter", "key": "environment", "value": "production"})
    state = state_that(kernel, model, lambda state: state["count"] < 42)
    kernel.send(model, {"op": "filter", "key": "after", "value": "2026-05-19"})
    kernel.send(model, {"op": "filter", "key": "before", "value": "no day"})
    kernel.send(model, {"op": "filter", "key": "project", "value": "../../x\n"})
    state = state_that(kernel, model, lambda state: "project" in state["notice"])
    kernel.send(model, {"op": "filter", "key": "project", "value": ""})
    state = state_that(kernel, model, quiet(notice=""))
    assert {one["key"]: one["value"] for one in state["filters"]} == {
        "project": "", "run_status": "failed", "environment": "production", "suite": "",
        "after": "2026-05-19", "before": "",
    }  # fmt: skip
    assert all(row[5] == "production" for row in state["rows"])


def test_a_refused_project_is_said_though_a_reading_was_just_asked_for(kernel: Kernel) -> None:
    model = model_in(kernel.run("explorer = Explorer(zof)\nexplorer"))
    state_that(kernel, model, quiet(count=100))
    kernel.run(
        "async def two_at_once():\n"
        "    explorer.heard({'op': 'filter', 'key': 'run_status', 'value': 'failed'})\n"
        "    explorer.heard({'op': 'filter', 'key': 'project', 'value': '../../x'})\n"
        "explorer._loop.run(two_at_once())"
    )
    state = state_that(kernel, model, quiet(counted="83 runs"))
    assert "project" in state["notice"]


def test_a_run_opens_and_two_are_compared(kernel: Kernel) -> None:
    model = model_in(kernel.run("explorer = Explorer(zof)\nexplorer"))
    state_that(kernel, model, quiet(count=100))
    kernel.send(model, {"op": "open", "row": 1, "view": "v1"})
    state = state_that(kernel, model, quiet(title="Results", count=40))
    assert state["where"] == "run_1"
    assert [row[1] for row in state["rows"]][:3] == ["failed", "failed", "passed"]
    assert [action["op"] for action in state["actions"]] == ["runs"]
    kernel.send(model, {"op": "runs"})
    state_that(kernel, model, quiet(title="Runs", count=100))
    for row in (5, 4, 3):  # a third one takes the place of the first
        kernel.send(model, {"op": "pick", "row": row})
    state = state_that(kernel, model, lambda state: state["picked"] == [4, 3])
    assert [bool(action["off"]) for action in state["actions"]] == [True, False, False]
    kernel.send(model, {"op": "comparison"})
    state = state_that(kernel, model, quiet(title="Comparison", where="run_4 → run_3", count=2))
    assert state["counted"] == "2 changes, 38 as before"
    assert [row[1] for row in state["rows"]] == ["New failure", "Fixed"]
    assert kernel.value("[word for word, _ in explorer.items]") == "['New failure', 'Fixed']"
    kernel.send(model, {"op": "open", "row": 0, "view": "v1"})
    kernel.until(
        lambda m: is_type(m, "comm_msg") and m["content"]["data"].get("content", {}).get("op") == "detail"
    )


def test_cases_that_flip_are_listed_with_their_sequence(kernel: Kernel) -> None:
    model = model_in(kernel.run("explorer = Explorer(zof, environment='staging')\nexplorer"))
    state_that(kernel, model, quiet(count=80))
    kernel.send(model, {"op": "flaky"})
    state = state_that(kernel, model, quiet(title="Flaky cases", counted="2 cases in the last 10 runs"))
    row = state["rows"][0]
    assert row[1] == "test_checkout_000"
    assert set(row[6]) == {"passed", "failed"}
    assert len(row[6]) == 10
    assert set(state["legend"]) == {"passed", "failed"}
    kernel.send(model, {"op": "filter", "key": "last", "value": "5"})
    state_that(kernel, model, quiet(counted="2 cases in the last 5 runs"))
    assert kernel.value("explorer.to_df()['outcomes'].map(len).tolist()") == "[5, 5]"


def test_code_does_what_the_page_does(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run("e = Explorer(zof, project='proj_abc', after='2026-05-18', before='2026-05-19')")
    assert kernel.value("e.load(), {run.project_id for run in e.items}") == "(24, {'proj_abc'})"
    kernel.run("e.arrange(search='failed production')\ne.show_flaky(last=4)")
    kernel.run("e.show_runs()\ne.arrange(search='', sort='id')")
    assert kernel.value("e.items[0].id, e.table.size") == "('run_13', 24)"
    kernel.run(f"e.show_results('run_13')\ne.to_csv({str(tmp_path / 'r.csv')!r})")
    text = (tmp_path / "r.csv").read_text()
    assert text.count("\n") > 40
    assert "\n=" not in text.replace("\n=1+1", "")
    kernel.run("e.show_comparison('run_13', 'run_15')")
    assert "as before" in kernel.value("e.text()")


SAYS = {
    "401": "Zof does not accept the API key",
    "403": "The API key is valid, but its role may not list runs",
    "429": "Zof's rate limit for this API key is reached. Try again in 7 s.",
    "500": "Zof itself failed (status 500).",
    "garbage": "An answer came from 127.0.0.1:",
    "nothing": "Zof cannot be reached at 127.0.0.1",
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_is_one_sentence_and_trying_again_recovers(
    kernel: Kernel, listing: ListingZof, trouble: str
) -> None:
    listing.trouble = trouble
    said = kernel.run("Explorer(zof)")
    model = model_in(said)
    state = state_that(kernel, model, lambda state: state["notice"] and not state["busy"])
    assert state["notice"].startswith(SAYS[trouble])
    assert len(state["notice"]) < 400
    assert (state["empty"], state["count"]) == ("Nothing was read.", 0)
    assert KEY not in json.dumps(state)
    listing.trouble = ""
    kernel.send(model, {"op": "again"})
    state = state_that(kernel, model, quiet(count=100, notice=""))
    listing.trouble = trouble
    kernel.send(model, {"op": "more"})  # what was read stays beside the trouble
    state = state_that(kernel, model, lambda state: state["notice"] and not state["busy"])
    assert state["count"] == 100
    assert "Traceback" not in json.dumps(kernel.messages[-50:], default=str)


def test_without_a_page_the_first_runs_are_in_the_file(kernel: Kernel, listing: ListingZof) -> None:
    said = kernel.run("Explorer(zof, project='proj_abc')", headless=True)
    last = [m for m in said if is_type(m, "update_display_data")][-1]["content"]["data"]
    counted = "Runs (proj_abc): 100 runs loaded, and there are more, of which the first 50 are here"
    assert counted in last["text/html"]
    assert "<button" not in last["text/html"]
    assert "javascript:" not in last["text/html"]
    listing.trouble = "500"
    said = kernel.run("Explorer(zof)", headless=True)
    last = [m for m in said if is_type(m, "update_display_data")][-1]["content"]["data"]
    assert "Zof itself failed" in last["text/html"]


def test_frozen_results_keep_hostile_names_as_text(kernel: Kernel) -> None:
    kernel.run("from IPython.display import display\ne = Explorer(zof)\ne.load()\ne.show_results('run_1')")
    said = kernel.run("e")
    kernel.run("%zof freeze")
    frozen = kernel.frozen(said)
    assert "Results (run_1): 40 results" in frozen
    assert "&lt;img src=x" in frozen
    assert "<img" not in frozen
    assert "\u202e" not in frozen
