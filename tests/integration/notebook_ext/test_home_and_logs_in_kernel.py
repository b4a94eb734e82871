"""The home and the log in a real kernel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.gated_zof import Zof
from tests.support.kernel import Kernel, is_type, model_in, update_of


def wait_until(condition: str) -> str:
    """Code that waits for something in the kernel."""
    return (
        "import time\nuntil = time.monotonic() + 10\n"
        f"while not ({condition}) and time.monotonic() < until: time.sleep(0.02)\nassert {condition}"
    )


def rows_in(message: dict[str, Any], model: str) -> list[list[str]]:
    """The lines that a message brings to a log's views."""
    if not is_type(message, "comm_msg") or message["content"]["comm_id"] != model:
        return []
    data = message["content"]["data"].get("content", {})
    return data["rows"] if data.get("op") == "lines" else []


@pytest.fixture
def ended(kernel: Kernel) -> str:
    """A run that has ended, as `ended` in the kernel; gives its id."""
    kernel.run("%load_ext notebook_ext")
    kernel.run("ended = %zof run proj_shop staging suite_mixed\nended.wait(60)")
    return kernel.value("ended.id").strip("'")


def test_the_home_is_read_when_it_is_shown_and_again_when_asked(kernel: Kernel, ended: str) -> None:
    said = kernel.run("home = %zof home\nhome")
    model = model_in(said)
    wire = [m for m in said if m["msg_type"] in {"comm_open", "display_data"}]
    assert len([m for m in wire if is_type(m, "comm_open")]) <= 2
    assert sum(len(json.dumps(m["content"])) for m in wire) <= 30_000
    read = kernel.until(lambda m: "Pass rate" in (update_of(m, "panel", model) or {}).get("html", ""))
    assert "runs created in the last" in update_of(read, "panel")["html"]
    kernel.run("before = home.home")
    kernel.send(model, {"op": "refresh"})
    kernel.run(wait_until("home.home is not before"))
    assert ended in kernel.value("','.join(run.id for run in home.home.runs)")


def test_a_log_is_two_models_and_small(kernel: Kernel, ended: str) -> None:
    said = kernel.run(f"from notebook_ext import LogPanel, watch\nLogPanel(watch({ended!r}))")
    wire = [m for m in said if m["msg_type"] in {"comm_open", "display_data"}]
    assert len([m for m in wire if is_type(m, "comm_open")]) == 2
    assert sum(len(json.dumps(m["content"])) for m in wire) <= 30_000


def test_the_home_is_read_only_while_somebody_sees_it(kernel: Kernel) -> None:
    said = kernel.run("from notebook_ext import HomePanel\nseen = HomePanel(refresh=0.2)\nseen")
    model = model_in(said)
    kernel.until(lambda m: "Pass rate" in (update_of(m, "panel", model) or {}).get("html", ""))
    kernel.run("assert seen._task is None, 'nobody has looked yet'")
    kernel.send(model, {"op": "visible", "view": "v1", "visible": True})
    for _ in range(2):
        kernel.run("before = seen.home")
        kernel.run(wait_until("seen.home is not before"))
    kernel.send(model, {"op": "visible", "view": "v1", "visible": False})
    kernel.run(wait_until("seen._task is None"))


def test_the_home_shows_the_run_that_a_step_leads_to(kernel: Kernel, ended: str) -> None:
    model = model_in(kernel.run("home = %zof home\nhome"))
    kernel.run(wait_until("home.home is not None and not home._reading"))
    # What is next depends on the day's runs: here it is this one.
    kernel.run(
        "from dataclasses import replace\nfrom zof_core.posture import NextStep\n"
        f"step = NextStep('Look.', ({ended!r},))\n"
        "home.home = replace(home.home, posture=replace(home.home.posture, next_steps=(step,)))"
    )
    kernel.send(model, {"op": "look", "run": "run_that_no_step_names"})
    kernel.send(model, {"op": "look", "run": ended})
    kernel.run(wait_until("home._looked is not None and home._looked.snapshot.run is not None"))
    kernel.run(wait_until(f"'Run {ended}' in home.panel['html']"))
    kernel.send(model, {"op": "hide"})
    kernel.run(wait_until(f"'Run {ended}' not in home.panel['html']"))


def test_a_home_without_a_browser_is_whole_when_its_cell_ends(kernel: Kernel) -> None:
    said = kernel.run("HomePanel()", headless=True)
    last = [m for m in said if is_type(m, "update_display_data")][-1]["content"]["data"]
    assert "Pass rate" in last["text/html"]
    assert "Pass rate" in last["text/plain"]
    assert "<button" not in last["text/html"]


def test_a_log_is_followed_to_its_end_and_frozen_on_demand(kernel: Kernel, ended: str) -> None:
    said = kernel.run("log = %zof logs\nlog")
    model = model_in(said)
    kernel.send(model, {"op": "hello", "view": "v1"})
    kernel.send(model, {"op": "more", "from": 0})
    kernel.until(lambda m: any("passed" in row[2] for row in rows_in(m, model)))
    kernel.run(wait_until("log.state['word'] == 'All of it'"))
    begun = len(kernel.messages)
    kernel.run("%zof freeze")
    frozen = [m for m in kernel.messages[begun:] if is_type(m, "update_display_data")]
    assert any(f"Log of {ended}" in m["content"]["data"]["text/html"] for m in frozen)


def test_a_log_of_a_run_that_is_not_there_is_one_sentence(kernel: Kernel, zof: Zof) -> None:
    said = kernel.run("from notebook_ext import LogPanel, watch\nLogPanel(watch('run_nope'))", headless=True)
    last = [m for m in said if is_type(m, "update_display_data")][-1]["content"]["data"]
    assert "knows no run" in last["text/html"]
    assert zof.key not in json.dumps(last)


def test_results_are_a_table(kernel: Kernel, ended: str) -> None:
    said = kernel.run("%zof results --status skipped")
    text = next(m["content"]["data"]["text/plain"] for m in said if is_type(m, "execute_result"))
    assert text.startswith(f"Results of {ended}: 1\n")
    assert "Skipped" in text


def test_two_runs_are_compared(kernel: Kernel, ended: str) -> None:
    kernel.run("other = %zof run proj_shop staging suite_quick\nother.wait(60)")
    other = kernel.value("other.id").strip("'")
    said = kernel.run(f"%zof compare {ended} {other}")
    text = next(m["content"]["data"]["text/plain"] for m in said if is_type(m, "execute_result"))
    assert text.startswith(f"From {ended} to {other}: 2 without a result now; 2 cases as before")
    assert "<td>No result any more</td>" in next(
        m["content"]["data"]["text/html"] for m in said if is_type(m, "execute_result")
    )
