"""The example notebooks as they are in git, each executed from end to end against a Zof as the demo has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from notebook_ext.frontend import WIDGET_MIME
from zof_core import Run, ZofClient
from zof_local.testing import LoopThread
from zof_local.testing.zof import LocalZof
from zofops.examples import example

EXAMPLES = sorted(place.name for place in example("notebooks").glob("*.ipynb"))
QUIET = dict.fromkeys(("suite_pr_smoke", "suite_regression"), "def test_it():\n    pass\n")
SECONDS = 240

pytestmark = pytest.mark.timeout(SECONDS)


class Executed:
    """A notebook that was executed, and what it shows."""

    def __init__(self, notebook: Any) -> None:
        self.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.outputs = [output for cell in self.cells for output in cell.outputs]
        self.whole: str = nbformat.writes(notebook)
        self.notebook = notebook

    @property
    def html(self) -> list[str]:
        return [output.data["text/html"] for output in self.outputs if "text/html" in output.get("data", {})]

    @property
    def printed(self) -> str:
        return "".join(output.text for output in self.outputs if output.output_type == "stream")

    def plot(self, title: str) -> str:
        """A plot's picture with what it says to who does not see it."""
        shown = self.showing(f'<strong class="zof-title">{title}</strong>')
        assert '<figure class="zof-run zof-plot' in shown
        return shown[shown.index('<svg xmlns="http://www.w3.org/2000/svg" role="img"') :]

    def showing(self, text: str) -> str:
        """The one HTML output that holds a text."""
        found = [html for html in self.html if text in html]
        assert len(found) == 1, f"{len(found)} of {len(self.html)} outputs hold {text!r}"
        return found[0]


@contextmanager
def opened(zof: LocalZof) -> Iterator[LocalZof]:
    thread, stack = LoopThread(), AsyncExitStack()
    try:
        yield thread.run(stack.enter_async_context(zof))
    finally:
        thread.run(stack.aclose())
        thread.stop()


def execute(name: str, directory: Path, env: dict[str, str]) -> Executed:
    """Executes an example in an empty directory; a cell that raises fails the test."""
    notebook = nbformat.read(example("notebooks") / name, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": directory}}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ZOFOPS_CONFIG", raising=False)
        for key, value in {**env, "PYTHONPATH": str(Path.cwd())}.items():
            patch.setenv(key, value)
        client.execute()
    return Executed(notebook)


@pytest.fixture(scope="module")
def demo_zof() -> Iterator[LocalZof]:
    """A Zof as `make demo` has it: the example's suites, a nightly schedule, and no run yet."""
    with opened(LocalZof(example("suites.toml"))) as zof:
        with ZofClient(zof.key, base_url=zof.url) as client:
            client.schedules.create(
                project_id="proj_abc",
                environment="staging",
                test_suite_id="suite_regression",
                cron="0 2 * * *",
            )
        yield zof


@pytest.fixture(scope="module")
def executed(demo_zof: LocalZof, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Executed]:
    """Each example is executed once, with the demo's catalogue."""
    done: dict[str, Executed] = {}

    def of(name: str) -> Executed:
        if name not in done:
            env = {**demo_zof.env, "ZOFOPS_CONFIG": str(example("zofops.toml"))}
            done[name] = execute(name, tmp_path_factory.mktemp("example"), env)
        return done[name]

    return of


@pytest.fixture
def runs(demo_zof: LocalZof) -> Callable[[], list[Run]]:
    def listed() -> list[Run]:
        with ZofClient(demo_zof.key, base_url=demo_zof.url) as client:
            return list(client.runs.list_auto(project_id="proj_abc"))

    return listed


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_kept_without_outputs(name: str) -> None:
    notebook = nbformat.read(example("notebooks") / name, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[] for _ in code]
    assert {cell.execution_count for cell in code} == {None}
    assert notebook.cells[0].source.startswith("# ")
    assert notebook.cells[0].cell_type == "markdown"


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_runs_to_its_end_and_shows_html_that_needs_no_kernel(
    name: str, executed: Callable[[str], Executed], demo_zof: LocalZof
) -> None:
    done = executed(name)
    assert all(cell.execution_count for cell in done.cells)
    assert [output for output in done.outputs if output.output_type == "error"] == []
    assert [
        output.text for output in done.outputs if output.output_type == "stream" and output.name == "stderr"
    ] == []
    assert any('class="zof"' in html for html in done.html)
    assert [output for output in done.outputs if WIDGET_MIME in output.get("data", {})] == []
    assert "widgets" not in done.notebook.metadata
    assert demo_zof.key not in done.whole


def test_a_failure_is_traced_from_its_run_to_the_cases_that_run_again(
    executed: Callable[[str], Executed], runs: Callable[[], list[Run]]
) -> None:
    done = executed("failure_triage.ipynb")
    regions = [html for html in done.html if 'aria-label="Run run_' in html]
    assert len(regions) == 4  # two were started, the newest was looked at, its failed cases ran again
    assert all("Failed" in html for html in regions)
    assert "5 test cases" in regions[-1]
    again = next(run for run in runs() if run.test_case_ids)
    assert f'aria-label="Run {again.id}"' in regions[-1]
    assert "tc_payments__refunds_never_exceed_the_payment" in (again.test_case_ids or [])
    assert len(again.test_case_ids or []) == 5

    assert "DID NOT RAISE PaymentError" in done.showing("Results of run_")
    assert "tests/test_pricing.py" in done.showing('class="dataframe"')
    assert "test_the_warehouse_knows_every_article  (error, " in done.printed
    assert re.search(
        r"^E +ConnectionError: the warehouse does not answer", done.printed, re.MULTILINE
    )  # of the log
    assert "5 still failing; 46 cases as before" in done.showing("From run_")
    assert "0 cases in the last 2 runs" in done.showing("Flaky cases")
    assert "test_refunds_never_exceed_the_payment in 2" in done.plot("Failures by case and run")


def test_a_gate_gives_its_verdict_with_reasons_and_runs_that_there_are(
    executed: Callable[[str], Executed], runs: Callable[[], list[Run]]
) -> None:
    done = executed("gate_report.ipynb")
    report = done.showing("Release of proj_abc: not met (").replace("<wbr>", "")
    smoke = next(run for run in runs() if run.test_suite_id == "suite_pr_smoke")
    assert f"suite_pr_smoke: {smoke.id} passed." in report
    assert "tc_payments__refunds_never_exceed_the_payment" in report
    evidence = set(re.findall(r"<code>(run_\w+)</code>", report))
    assert smoke.id in evidence
    assert evidence <= {run.id for run in runs()}
    assert "href=" not in report  # a link of the platform's opens its console

    assert "**Release of proj_abc: not met (" in done.printed
    assert f"| suite_pr_smoke: {smoke.id} passed. | `{smoke.id}` |" in done.printed
    assert "90 % of requirements covered (9 of 10)" in done.plot("Coverage by module")
    home = done.showing("Command center")
    assert "Look into the critical failures" in home
    assert "0 2 * * *" in home


def test_a_trend_has_its_plots_its_days_and_what_is_usual(executed: Callable[[str], Executed]) -> None:
    done = executed("nightly_trend.ipynb")
    assert "suite_regression on staging: 0 2 * * *, next at " in done.printed
    assert "4 runs in the last 30 days." in done.printed
    assert "0 % passed" in done.plot("Pass rate")
    assert "4 runs: half took " in done.plot("Durations of runs")
    assert "median_seconds" in done.showing("most_failed_cases")
    assert "median of the last 3 runs of this suite on staging" in done.printed
    assert re.search(r"\d+ of 42 cases got slower", done.printed)
    assert "latest ms" in done.showing("usual ms")


def test_where_nothing_fails_and_no_catalogue_is_named_they_say_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with opened(LocalZof(QUIET)) as zof:
        triage, gate, trend = (
            execute(f"{name}.ipynb", tmp_path_factory.mktemp("example"), zof.env)
            for name in ("failure_triage", "gate_report", "nightly_trend")
        )
    assert "No run of suite_regression on staging has failed." in triage.printed
    assert "Nothing failed, so nothing is to be run again." in triage.printed
    assert "no difference; 1 case as before" in triage.showing("From run_")
    assert "The catalogue lists no cases, so coverage cannot be computed." in gate.showing("not met (4 of 6")
    assert "proj_abc has no schedule of a suite; suite_regression on staging it is." in trend.printed
    assert "0 of 1 cases got slower." in trend.printed
