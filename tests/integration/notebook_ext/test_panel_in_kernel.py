"""The run's panel in a real kernel: live while a cell blocks, quiet when nothing changes, gone when replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.gated_zof import Zof
from tests.support.kernel import PATIENCE, WIDGET, Kernel, is_idle, is_type, model_in, update_of
from zof_core import Run, ZofClient

COUNT = "len(ipywidgets.widgets.widget._instances), threading.active_count()"


@pytest.fixture
def client(zof: Zof) -> Iterator[ZofClient]:
    with ZofClient(zof.key, base_url=zof.url) as client:
        yield client


@pytest.fixture
def gate(zof: Zof, client: ZofClient) -> Iterator[Zof]:
    zof.close_gate()
    yield zof
    zof.open_gate()
    for run in client.runs.list(limit=20):  # what still runs would be held by the next test's gate
        client.runs.wait_until_complete(run.id, deadline=PATIENCE)


def begin(client: ZofClient, suite: str) -> Run:
    return client.runs.create(project_id="proj_shop", environment="staging", test_suite_id=suite)


def content_of(message: dict[str, Any], model: str) -> dict[str, Any]:
    """A custom message's content, else nothing."""
    if not is_type(message, "comm_msg") or message["content"]["comm_id"] != model:
        return {}
    return dict(message["content"]["data"].get("content", {}))


def panel_says(model: str, *words: str) -> Any:
    """Whether a message updates the panel to HTML that holds the words."""

    def says(message: dict[str, Any]) -> bool:
        html = (update_of(message, "panel", model) or {}).get("html", "")
        return bool(html) and all(word in html for word in words)

    return says


def test_it_is_live_while_a_cell_blocks(kernel: Kernel, client: ZofClient, gate: Zof) -> None:
    run = begin(client, "suite_gated")
    model = model_in(said := kernel.run(f"run = watch({run.id!r}, poll_interval=0.1)\nrun"))
    kernel.until(panel_says(model, "Running", "1 of 2 cases"))
    request = kernel.begin("last = run.wait(30)\nlast.status")
    gate.open_gate()
    kernel.until(panel_says(model, "Passed"))
    frozen = kernel.frozen(said)
    result = kernel.until(lambda m: is_type(m, "execute_result"))
    assert result["content"]["data"]["text/plain"] == "'passed'"
    assert "Passed" in frozen
    kernel.until(lambda m: is_idle(m, request))


def test_it_lists_cases_as_they_end_and_the_files_at_the_end(
    kernel: Kernel, client: ZofClient, gate: Zof
) -> None:
    run = begin(client, "suite_gated")
    kernel.run("from notebook_ext import RunPanel")
    said = kernel.run(f"files = RunPanel(watch({run.id!r}, poll_interval=0.1))\nipywidgets.Box([files])")
    model = kernel.value("files.model_id").strip("'")
    del said
    kernel.until(panel_says(model, "Last: test_comes_first, passed", "zof-outcome"))
    gate.open_gate()
    ended = kernel.until(panel_says(model, "test_waits_at_the_gate", "junit.xml", "log.txt"))
    html = update_of(ended, "panel", model)["html"]
    found = re.search(r'data-id="([^"]+)"[^>]*>(?:(?!</button>).)*junit\.xml', html)
    assert found is not None
    kernel.send(model, {"op": "save", "id": found[1]})
    file = kernel.until(lambda m: content_of(m, model).get("op") == "file")
    assert content_of(file, model) == {
        "op": "file", "id": found[1], "name": "junit.xml", "type": "application/xml",
    }  # fmt: skip
    assert b'testsuite name="pytest"' in bytes(file["buffers"][0])


def test_artifacts_can_be_fetched_from_code(kernel: Kernel, client: ZofClient, zof: Zof) -> None:
    run = begin(client, "suite_quick")
    kernel.run(f"run = watch({run.id!r}, poll_interval=0.1)\nrun.wait(60)")
    assert kernel.value("repr(run.artifacts)").strip("'").startswith(f"Artifacts of {run.id}\\nFile ")
    code = "place = run.artifacts['junit.xml'].download()\nplace.name, 'testsuite' in place.read_text()"
    assert kernel.value(code) == "('junit.xml', True)"
    assert "There is: " in kernel.value(
        "try:\n    run.artifacts['x']\nexcept KeyError as e:\n    r = str(e)\nr"
    )
    said = kernel.run("run.artifacts")
    assert len([message for message in said if is_type(message, "comm_open")]) <= 2
    assert zof.key not in json.dumps(kernel.messages, default=str)


def test_it_says_how_long_it_will_take_where_that_is_known(
    kernel: Kernel, client: ZofClient, gate: Zof
) -> None:
    gate.open_gate()
    for _ in range(3):
        client.runs.wait_until_complete(begin(client, "suite_gated").id, deadline=PATIENCE)
    gate.close_gate()
    run = begin(client, "suite_gated")
    # So that the end is ahead however slow this machine is.
    code = "from zof_core import usual\nusual.median = lambda seconds: 3600.0\n"
    model = model_in(kernel.run(f"{code}watch({run.id!r}, poll_interval=0.1)"))
    shown = kernel.until(panel_says(model, "data-until"))
    assert "median of the last" in update_of(shown, "panel", model)["html"]


def test_a_panel_is_two_models_and_small(kernel: Kernel, client: ZofClient, gate: Zof) -> None:
    run = begin(client, "suite_gated")
    start = len(kernel.messages)
    said = kernel.run(f"run = watch({run.id!r}, poll_interval=0.1)\nrun")
    model = model_in(said)
    kernel.until(panel_says(model, "1 of 2 cases"))
    opened = [message for message in said if is_type(message, "comm_open")]
    assert len(opened) <= 2
    updates = [m for m in kernel.messages[start:] if update_of(m, "panel", model)]
    wire = [*opened, *updates, *(m for m in said if is_type(m, "display_data"))]
    assert sum(len(json.dumps(m["content"])) for m in wire) <= 30_000


def test_it_is_silent_while_nothing_changes(kernel: Kernel, client: ZofClient, gate: Zof) -> None:
    run = begin(client, "suite_gated")
    model = model_in(kernel.run(f"run = watch({run.id!r}, poll_interval=0.05)\nrun"))
    kernel.until(panel_says(model, "1 of 2 cases"))
    before = len(kernel.messages)
    request = kernel.begin(
        "import time\nuntil = time.monotonic() + 1.5\nwhile time.monotonic() < until: time.sleep(0.05)"
    )
    kernel.until(lambda m: is_idle(m, request))
    assert [m for m in kernel.messages[before:] if update_of(m, "panel", model)] == []


def test_cancel_works_from_the_panel_and_from_code(kernel: Kernel, client: ZofClient, gate: Zof) -> None:
    run = begin(client, "suite_gated")
    model = model_in(said := kernel.run(f"run = watch({run.id!r}, poll_interval=0.1)\nrun"))
    kernel.until(panel_says(model, "Running", "Cancel run"))
    kernel.send(model, {"op": "cancel"})
    frozen = kernel.frozen(said)
    assert "Cancelled" in frozen
    other = begin(client, "suite_gated")
    code = f"run = watch({other.id!r}, poll_interval=0.1)\nrun.cancel()\nrun.wait(30).status"
    assert kernel.value(code) == "'canceled'"


def test_waiting_can_be_interrupted_and_the_run_goes_on(kernel: Kernel, client: ZofClient, gate: Zof) -> None:
    run = begin(client, "suite_gated")
    request = kernel.begin(
        f"run = watch({run.id!r}, poll_interval=0.1)\nprint('waiting', flush=True)\nrun.wait()"
    )
    kernel.until(lambda m: is_type(m, "stream") and "waiting" in m["content"]["text"])
    kernel.interrupt()
    error = kernel.until(lambda m: is_type(m, "error"))
    assert error["content"]["ename"] == "KeyboardInterrupt"
    kernel.until(lambda m: is_idle(m, request))
    assert kernel.value("run.status") == "'running'"
    assert "ZofTimeoutError" in kernel.value(
        "try:\n    run.wait(0.2)\nexcept Exception as e:\n    r = repr(e)\nr"
    )


def test_await_gives_the_run(kernel: Kernel, client: ZofClient) -> None:
    run = begin(client, "suite_mixed")
    code = f"run = watch({run.id!r}, poll_interval=0.1)\nended = await run\nended.status, len(run.results)"
    assert kernel.value(code) == "('failed', 4)"
    html = kernel.value("run._repr_mimebundle_()['text/html']")
    assert "test_holds" in html
    assert "&lt;b&gt;two&lt;/b&gt;" in html
    assert "<b>two</b>" not in html


def test_a_run_that_has_ended_is_shown_and_frozen_at_once(kernel: Kernel, client: ZofClient) -> None:
    run = begin(client, "suite_quick")
    client.runs.wait_until_complete(run.id, deadline=30)
    said = kernel.run(f"watch({run.id!r})")
    frozen = kernel.frozen(said)
    assert "2 cases" in frozen


def test_an_unknown_run_is_one_sentence(kernel: Kernel) -> None:
    start = len(kernel.messages)
    said = kernel.run("watch('run_nope')")
    frozen = kernel.frozen(said)
    assert "Zof knows no run &quot;run_nope&quot; here." in frozen
    assert not [m for m in kernel.messages[start:] if is_type(m, "stream")]


def test_running_a_cell_again_leaves_one_panel_and_no_thread(
    kernel: Kernel, client: ZofClient, gate: Zof
) -> None:
    run = begin(client, "suite_gated")
    kernel.run("import threading, ipywidgets")
    code = f"watch({run.id!r}, poll_interval=0.1)"
    model = model_in(kernel.run(code, cell="again"))
    kernel.until(panel_says(model, "1 of 2 cases"))
    before = kernel.value(COUNT)
    for _ in range(5):
        gone, model = model, model_in(kernel.run(code, cell="again"))
        kernel.until(lambda m, gone=gone: is_type(m, "comm_close") and m["content"]["comm_id"] == gone)
        kernel.until(panel_says(model, "1 of 2 cases"))
    assert kernel.value(COUNT) == before


def test_a_view_that_is_left_keeps_the_channel_open(kernel: Kernel, client: ZofClient) -> None:
    run = begin(client, "suite_quick")
    model = model_in(said := kernel.run(f"run = watch({run.id!r}, poll_interval=0.1)\nrun"))
    kernel.send(model, {"op": "hello", "view": "one"})
    kernel.frozen(said)
    assert model in kernel.value("list(ipywidgets.widgets.widget._instances)")
    kernel.send(model, {"op": "bye", "view": "one"})
    kernel.until(lambda m: is_type(m, "comm_close") and m["content"]["comm_id"] == model)


def test_it_composes_in_a_box(kernel: Kernel, client: ZofClient) -> None:
    run = begin(client, "suite_quick")
    kernel.run("from notebook_ext import RunPanel\nimport ipywidgets")
    said = kernel.run(f"panel = RunPanel(watch({run.id!r}, poll_interval=0.1))\nipywidgets.HBox([panel])")
    assert any(
        WIDGET in m["content"].get("data", {})
        for m in said
        if m["msg_type"] in {"display_data", "execute_result"}
    )
    kernel.until(panel_says(kernel.value("panel.model_id").strip("'"), "Passed"))


def test_it_survives_an_outage(kernel: Kernel, client: ZofClient, gate: Zof) -> None:
    run = begin(client, "suite_gated")
    model = model_in(said := kernel.run(f"run = watch({run.id!r}, poll_interval=0.1)\nrun"))
    kernel.until(panel_says(model, "1 of 2 cases"))
    gate.stop()
    try:
        kernel.until(panel_says(model, "UTC — Zof is not answering, retrying.", "1 of 2 cases"))
    finally:
        gate.start()
    frozen = kernel.frozen(said)
    assert "not answering" not in frozen
