"""`%zof` in a real kernel."""

from __future__ import annotations

import pytest

from tests.support.gated_zof import Zof
from tests.support.kernel import WIDGET, Kernel, is_type, model_in


@pytest.fixture
def magic(kernel: Kernel) -> Kernel:
    kernel.run("%load_ext notebook_ext")
    return kernel


def complaint(kernel: Kernel, code: str) -> str:
    """The one line a refused magic leaves."""
    [line] = [message["content"]["text"] for message in kernel.run(code) if is_type(message, "stream")]
    return str(line)


def test_run_shows_its_panel_and_can_be_assigned(magic: Kernel) -> None:
    said = magic.run("%zof run proj_shop staging suite_quick")
    assert model_in(said)
    assert "Passed" in magic.frozen(said)
    said = (
        magic.run("mine = %zof run proj_shop staging --cases nothing_like_it")
        if False
        else magic.run("mine = %zof status")
    )
    assert not [message for message in said if WIDGET in message["content"].get("data", {})]
    assert magic.value("mine.status") == "'passed'"


def test_runs_are_a_table(magic: Kernel) -> None:
    magic.run("get_ipython().run_line_magic('zof', 'run proj_shop staging suite_quick').wait()")
    said = magic.run("%zof runs proj_shop --limit 2")
    data = next(message["content"]["data"] for message in said if is_type(message, "execute_result"))
    assert data["text/html"].count("<tr>") == 3
    assert "suite_quick" in data["text/plain"]


def test_cancel_takes_the_newest_run(magic: Kernel, zof: Zof) -> None:
    zof.close_gate()
    try:
        magic.run("%zof run proj_shop staging suite_gated")
        magic.run("gone = %zof cancel")
        assert magic.value("gone.wait(30).status") == "'canceled'"
    finally:
        zof.open_gate()


def test_a_forms_run_is_the_newest(magic: Kernel) -> None:
    model = model_in(said := magic.run("RunForm(poll_interval=0.2)"))
    value = {"project": "proj_shop", "environment": "staging", "suite": "suite_quick", "cases": []}
    magic.send(model, {"op": "start", "value": value, "confirmation": ""})
    frozen = magic.frozen(said)
    magic.run("newest = %zof status")
    assert magic.value("newest.id").strip("'") in frozen


def test_what_is_wrong_is_one_line(magic: Kernel) -> None:
    assert (
        complaint(magic, "%zof rum a b c") == 'UsageError: %zof has no command "rum". Did you mean "run"?\n'
    )
    assert "knows no project" in complaint(magic, "%zof run proj_nope staging suite_quick")
    assert "Add --confirm production" in complaint(magic, "%zof run proj_shop production suite_quick")
    assert "knows no run" in complaint(magic, "%zof status run_nope")


def test_completion_offers_verbs_and_options(magic: Kernel) -> None:
    assert magic.complete("%zof ca") == ["cancel"]
    assert magic.complete("run = %zof st") == ["status"]
    assert "--limit" in magic.complete("%zof runs proj_shop --l")


def test_plots_are_a_picture_a_sentence_and_a_table(magic: Kernel) -> None:
    magic.run("get_ipython().run_line_magic('zof', 'run proj_shop staging suite_quick').wait()")
    for kind in ("pass-rate", "durations"):
        said = magic.run(f"%zof plot {kind} proj_shop")
        data = next(message["content"]["data"] for message in said if is_type(message, "execute_result"))
        assert '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="' in data["text/html"]
        assert "The data as a table" in data["text/html"]
        assert " run" in data["text/plain"]
    assert (
        magic.value("'no results' in repr(get_ipython().run_line_magic('zof', 'plot failures'))") == "False"
    )
    assert "Did you mean" in complaint(magic, "%zof plot pass-rat")
    assert magic.complete("%zof plot pa") == ["pass-rate"]


def test_several_lines_are_carried_out_in_turn_until_one_fails(magic: Kernel) -> None:
    said = magic.run("%%zof\nrun proj_shop staging suite_quick\n\n# the newest\nruns proj_shop --limit 1\n")
    shown = [m["content"]["data"]["text/plain"] for m in said if is_type(m, "display_data")]
    assert len(shown) == 2
    assert "suite_quick" in shown[0]
    assert shown[1].startswith("Status")
    line = complaint(magic, "%%zof\nstatus run_nope\nruns\nruns")
    assert line.startswith('UsageError: Line 1, "status run_nope": Zof knows no run "run_nope" here.')
    assert line.endswith("The 2 below it were not carried out.\n")


def test_a_cell_with_a_slip_of_the_pen_starts_nothing(magic: Kernel) -> None:
    before = magic.value("len(get_ipython().run_line_magic('zof', 'runs --limit 100').runs)")
    for wrong in ("rusn", "run proj_shop production suite_quick", "run proj_shop"):
        line = complaint(magic, f"%%zof\nrun proj_shop staging suite_quick\n{wrong}")
        assert line.startswith(f'UsageError: Line 2, "{wrong}": ')
        assert line.endswith("Nothing was done.\n")
    assert magic.value("len(get_ipython().run_line_magic('zof', 'runs --limit 100').runs)") == before


def test_artifacts_are_listed(magic: Kernel) -> None:
    magic.run("get_ipython().run_line_magic('zof', 'run proj_shop staging suite_quick').wait()")
    said = magic.run("%zof artifacts")
    text = next(m["content"]["data"]["text/plain"] for m in said if is_type(m, "display_data"))
    assert "junit.xml" in text


def test_completion_asks_nobody_and_is_quick(magic: Kernel) -> None:
    assert magic.complete("%%zof\nrun proj_shop\nplot cov") == ["coverage"]
    magic.run("""
import gc
from threading import get_ident
from time import perf_counter
from notebook_ext.loop import LoopThread
from zof_core.catalogue import Catalogue, CatalogueProject, CatalogueSuite
# Whatever asks Zof is handed to the loop thread, where other tests' panels may be reading; completion is on this one.
asked, here, plain = [], get_ident(), LoopThread.submit
def submit(self, work):
    if get_ident() == here:
        asked.append(work)
    return plain(self, work)
gc.collect()  # a client of an earlier test that is thrown away here would be closed by the loop thread, too
gc.disable()
LoopThread.submit = submit
magics = get_ipython().magics_manager.registry["ZofMagics"]
projects = [CatalogueProject(id=f"proj_{p}", environments=["staging"],
    suites=[CatalogueSuite(id=f"suite_{p}_{s}") for s in range(50)]) for p in range(200)]
kept, magics.connection.catalogue = magics.connection.catalogue, Catalogue(projects=projects)
from types import SimpleNamespace
[matcher] = [one for one in get_ipython().Completer.custom_matchers if one.__name__ == "zof_matcher"]
try:
    took = []
    for line in 20 * ["%zof run proj_199 staging suite_199_4", "%zof pl", "%zof results ", "run = %zof run proj_1"]:
        context = SimpleNamespace(full_text=line, line_with_cursor=line, cursor_position=len(line), cursor_line=0)
        begun = perf_counter()
        found = matcher(context)["completions"]
        took.append(1000 * (perf_counter() - begun))
        assert found, line
finally:
    magics.connection.catalogue = kept
    LoopThread.submit = plain
    gc.enable()
""")
    assert magic.value("asked") == "[]"
    print("completion, median ms:", magic.value("round(sorted(took)[len(took) // 2], 2)"))
