"""The form in a real kernel: what goes over the wire, from the click to the frozen output."""

from __future__ import annotations

import ast
import json
from typing import Any

from tests.support.gated_zof import Zof
from tests.support.kernel import WIDGET, Kernel, is_type, model_in, update_of
from zof_core import ZofClient

COMM_BYTES = 30_000

LARGE = """
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject, CatalogueSuite
suites = [CatalogueSuite(id=f"suite_{n}", name=f"Suite number {n} of the shop") for n in range(400)]
cases = [CatalogueCase(id=f"tc_{n}", name=f"Total of a cart with {n} items") for n in range(5_000)]
large = Catalogue(projects=[CatalogueProject(id="proj_shop", name="Shop", suites=suites, cases=cases)])
"""


def value(
    suite: str = "suite_quick", environment: str = "staging", project: str = "proj_shop"
) -> dict[str, Any]:
    return {"project": project, "environment": environment, "suite": suite, "cases": []}


def start(confirmation: str = "", **wanted: str) -> dict[str, Any]:
    return {"op": "start", "value": value(**wanted), "confirmation": confirmation}


def offer(field: str, word: str) -> dict[str, Any]:
    """A view's question what a field's list is to offer."""
    return {"op": "offer", "field": field, "word": word, "value": value()}


def offers_in(message: dict[str, Any], model: str) -> dict[str, Any]:
    """The answer to such a question, else nothing."""
    if not is_type(message, "comm_msg") or message["content"]["comm_id"] != model:
        return {}
    said = message["content"]["data"].get("content", {})
    return dict(said) if said.get("op") == "offers" else {}


def answer(kernel: Kernel, model: str, since: int = 0) -> dict[str, Any]:
    """The form's state after it has answered a click."""
    found: dict[str, Any] = {}

    def answered(message: dict[str, Any]) -> bool:
        found.update(update_of(message, "state", model) or {})
        return bool(found) and found["answers"] > since and found["phase"] != "starting"

    kernel.until(answered)
    return found


def test_a_form_is_two_models_and_small(kernel: Kernel) -> None:
    said = kernel.run("RunForm(project='proj_shop', environment='staging')")
    assert len([message for message in said if is_type(message, "comm_open")]) <= 2
    wire = sum(len(json.dumps(m["content"])) for m in said if m["msg_type"] in {"comm_open", "display_data"})
    assert wire <= COMM_BYTES
    bundle = next(message["content"]["data"] for message in said if is_type(message, "display_data"))
    assert set(bundle) == {WIDGET, "text/html", "text/plain"}
    assert bundle["text/plain"] == "Zof run: project proj_shop, environment staging, suite —"


def test_running_a_cell_again_forty_times_leaves_one_form_and_no_thread(kernel: Kernel) -> None:
    kernel.run("import threading, ipywidgets, comm")
    count = "len(ipywidgets.widgets.widget._instances), len(comm.get_comm_manager().comms), threading.active_count()"
    code = "RunForm(project='proj_shop', environment='staging')"
    model = model_in(kernel.run(code, cell="again"))
    before = ast.literal_eval(kernel.value(count))
    for _ in range(40):
        gone, model = model, model_in(kernel.run(code, cell="again"))
        kernel.until(lambda m, gone=gone: is_type(m, "comm_close") and m["content"]["comm_id"] == gone)
    # Fewer if what an earlier test left was only now cleared away.
    after = ast.literal_eval(kernel.value(count))
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)


def test_a_form_offers_what_zof_and_the_catalogue_know(kernel: Kernel) -> None:
    model = model_in(kernel.run("RunForm(poll_interval=0.2)"))
    kernel.send(model, offer("project", ""))
    offered = kernel.until(lambda m: offers_in(m, model).get("entries"))  # Zof may be still to be asked
    assert offers_in(offered, model)["entries"] == [{"id": "proj_shop", "name": "Shop"}]


def test_a_form_with_a_large_catalogue_is_as_small_and_finds_what_is_typed(kernel: Kernel) -> None:
    kernel.run(LARGE)
    said = kernel.run("RunForm(catalogue=large, project='proj_shop', environment='staging')")
    assert len([message for message in said if is_type(message, "comm_open")]) <= 2
    wire = sum(len(json.dumps(m["content"])) for m in said if m["msg_type"] in {"comm_open", "display_data"})
    assert wire <= COMM_BYTES
    model = model_in(said)
    kernel.send(model, offer("suite", "number 399"))
    [found] = offers_in(kernel.until(lambda m: offers_in(m, model)), model)["entries"]
    assert found == {"id": "suite_399", "name": "Suite number 399 of the shop"}
    kernel.send(model, offer("cases", "total"))
    answer = kernel.until(lambda m: offers_in(m, model).get("word") == "total")
    assert (len(offers_in(answer, model)["entries"]), offers_in(answer, model)["more"]) == (50, 4950)
    assert len(json.dumps(answer["content"])) <= 10_000


def test_a_click_starts_a_run_that_freezes_into_the_output(kernel: Kernel) -> None:
    said = kernel.run(
        "form = RunForm(project='proj_shop', environment='staging', suite='suite_quick', poll_interval=0.2)\nform"
    )
    model = model_in(said)
    kernel.send(model, start())
    assert answer(kernel, model)["phase"] == "running"
    html = kernel.frozen(said)
    assert "Passed" in html
    assert "<b>2</b> passed" in html
    assert "Run this cell again" in html
    assert "<summary>Show code</summary>" in html, "what was run can be copied"
    assert "Start run" not in html
    assert "Cancel" not in html
    kernel.until(lambda m: is_type(m, "comm_close") and m["content"]["comm_id"] == model)
    assert kernel.value("form.run.status") == "'passed'"


def test_a_double_click_starts_one_run(kernel: Kernel, zof: Zof) -> None:
    with ZofClient(zof.key, base_url=zof.url) as client:
        before = {run.id for run in client.runs.list_auto(project_id="proj_shop")}
        model = model_in(said := kernel.run("RunForm(poll_interval=0.2)"))
        kernel.send(model, start())
        kernel.send(model, start())
        assert "Passed" in kernel.frozen(said)
        after = {run.id for run in client.runs.list_auto(project_id="proj_shop")}
    assert len(after - before) == 1


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_sent(kernel: Kernel) -> None:
    model = model_in(kernel.run("form = RunForm(poll_interval=0.2)\nform"))
    kernel.send(model, start(project="", suite="has space"))
    state = answer(kernel, model)
    assert state["phase"] == "ready"
    assert set(state["problems"]) == {"project", "suite"}
    assert "has a space" in state["problems"]["suite"]
    assert kernel.value("repr(form.run)") == "'None'"


def test_production_wants_its_name_typed(kernel: Kernel) -> None:
    model = model_in(said := kernel.run("form = RunForm(poll_interval=0.2)\nform"))
    kernel.send(model, start(environment="production", confirmation="yes"))
    state = answer(kernel, model)
    assert state["confirm"] == "production"
    assert state["problems"] == {
        "confirmation": 'This starts a run in "production". Type "production" here to confirm.'
    }
    kernel.send(model, start(environment="production", confirmation="production"))
    assert answer(kernel, model, state["answers"])["phase"] == "running"
    assert "Passed" in kernel.frozen(said)


def test_what_zof_refuses_stands_beside_its_field_and_the_form_recovers(kernel: Kernel) -> None:
    model = model_in(said := kernel.run("RunForm(poll_interval=0.2)"))
    kernel.send(model, start(project="proj_nope"))
    state = answer(kernel, model)
    assert "knows no project" in state["problems"]["project"]
    assert "proj_nope" in state["problems"]["project"]
    kernel.send(model, start())
    assert answer(kernel, model, state["answers"])["phase"] == "running"
    assert "Passed" in kernel.frozen(said)


def test_a_wrong_key_and_a_weak_one_are_one_sentence_each(kernel: Kernel, zof: Zof) -> None:
    kernel.run("from zof_core import ZofClient")
    model = model_in(kernel.run("RunForm(ZofClient('wrong-key-0123456789abcdef'))"))
    notice = kernel.until(lambda m: (update_of(m, "state", model) or {}).get("notice"))
    assert "does not accept the API key" in update_of(notice, "state")["notice"]
    model = model_in(kernel.run(f"RunForm(ZofClient({zof.viewer_key!r}))"))
    kernel.send(model, start())
    state = answer(kernel, model)
    assert "may not start runs" in state["notice"]
    assert state["phase"] == "ready"


def test_no_key_is_one_sentence_in_the_panel(kernel: Kernel) -> None:
    kernel.run("import os\nkept = os.environ.pop('ZOF_API_KEY')")
    try:
        model = model_in(said := kernel.run("RunForm(poll_interval=0.2)"))
        notice = kernel.until(lambda m: (update_of(m, "state", model) or {}).get("notice"))
        assert "There is no API key. Set ZOF_API_KEY" in update_of(notice, "state")["notice"]
    finally:
        kernel.run("os.environ['ZOF_API_KEY'] = kept")
    kernel.send(model, start())
    assert answer(kernel, model)["phase"] == "running"
    assert "Passed" in kernel.frozen(said)


def test_values_can_be_set_and_observed(kernel: Kernel) -> None:
    model = model_in(
        kernel.run(
            "seen = []\nform = RunForm()\nform.observe(lambda c: seen.append(c['new']), 'value')\nform"
        )
    )
    kernel.set(model, value=value(suite="suite_mixed"))
    kernel.until(
        lambda m: "suite" not in (update_of(m, "state", model) or {"problems": {"suite": 1}})["problems"]
    )
    assert "suite_mixed" in kernel.value("seen[-1]")
    kernel.run("form.value = {'project': ' proj_x ', 'suite': 7}")
    assert kernel.value("form.value['project'], form.value['suite']") == "('proj_x', '')"


def test_the_key_is_in_no_message(kernel: Kernel, zof: Zof) -> None:
    kernel.run("from zof_core import ZofClient")
    kernel.run("form = RunForm(ZofClient())\nform", cell="secrets")
    kernel.run("repr(form), repr(form._connection), form.get_state(), vars(form), vars(form._connection)")
    assert zof.key not in json.dumps(kernel.messages, default=str)
