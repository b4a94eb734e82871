from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notebook_ext.magic_line import PLOT_KINDS
from notebook_ext.plot import Plot
from notebook_ext.plot_reading import PLOTS
from notebook_ext.plots import coverage_plot, durations_plot, failures_plot, pass_rate_plot
from zof_core import Result, Run
from zof_core.catalogue import CatalogueCase

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
BAD = '"><script>alert(1)</script>\x00\x07'
SVG = "{http://www.w3.org/2000/svg}"


def run(name: str, status: str, *, days: float = 0, took: float = 60) -> Run:
    end = NOON + timedelta(days=days)
    return Run(id=name, status=status, started_at=end - timedelta(seconds=took), completed_at=end)


def result(run_id: str, case: str, status: str) -> Result:
    return Result(
        id=f"{run_id}-{case}", run_id=run_id, test_case_id=case, status=status, name=f"name of {case}"
    )


def marks(plot: Plot) -> list[str]:
    """What the marks of the picture stand for; those of the legend have no title."""
    root = ET.fromstring(plot.svg)
    return [title.text or "" for title in root.iterfind(f".//{SVG}path/{SVG}title")]


def test_the_pass_rate_of_a_day_counts_what_passed_failed_or_was_in_error() -> None:
    plot = pass_rate_plot(
        [
            run("run_5", "passed", days=9),
            run("run_1", "passed"),
            run("run_2", "failed"),
            run("run_3", "error"),
            run("run_4", "canceled"),
            run("run_1", "passed"),
            Run(id="run_6", status="running", created_at=NOON),
        ]
    )
    assert plot.spec["data"]["values"] == [
        {"time": "2026-05-20T00:00:00+00:00", "rate": pytest.approx(1 / 3), "runs": 3},
        {"time": "2026-05-29T00:00:00+00:00", "rate": 1.0, "runs": 1},
    ]
    assert plot.rows == (("2026-05-20", "33 %", "1", "3"), ("2026-05-29", "100 %", "1", "1"))
    assert plot.description == (
        "4 runs in 2 days: 50 % passed. Latest: 2026-05-29, 100 % of 1 run. Lowest: 2026-05-20, 33 % of 3 runs."
    )
    assert marks(plot) == ["2026-05-20, 33 % of 3 runs", "2026-05-29, 100 % of 1 run"]
    assert "cancelled ones do not count" in plot.definition


def test_the_pass_rate_of_one_hour_is_not_compared_with_itself() -> None:
    plot = pass_rate_plot([run("run_1", "passed"), run("run_2", "failed")])
    assert plot.description == (
        f"2 runs in 1 hour: 50 % passed. There is only one hour so far: {plot.rows[0][0]}."
    )


def test_runs_of_two_days_are_told_by_the_hour() -> None:
    plot = pass_rate_plot([run("run_1", "passed"), run("run_2", "failed", days=0.5)])
    assert [row[0] for row in plot.rows] == ["2026-05-20 12:00", "2026-05-21 00:00"]
    assert "by the hour (UTC)" in plot.definition


def test_durations_are_told_with_their_status() -> None:
    plot = durations_plot(
        [
            run("run_1", "passed", took=10),
            run("run_2", "failed", days=1, took=90),
            Run(id="run_3", status="passed", created_at=NOON),
        ]
    )
    assert [one["seconds"] for one in plot.spec["data"]["values"]] == [10.0, 90.0]
    assert plot.description == (
        "2 runs: half took 50 s or less. Longest: 1 min 30 s (run_2). Latest: 1 min 30 s (run_2)."
    )
    assert marks(plot) == ["run_1: Passed, 10 s", "run_2: Failed, 1 min 30 s"]
    legend = [text.text for text in ET.fromstring(plot.svg).iterfind(f"{SVG}text")][-2:]
    assert legend == ["Failed", "Passed"]
    shapes = {
        path.get("d", "").lstrip("M0123456789. ")[:4] for path in ET.fromstring(plot.svg).iter(f"{SVG}path")
    }
    assert len(shapes) >= 3, "the statuses differ by shape, not by colour alone"


def test_the_map_shows_the_cases_that_failed_most_often_first() -> None:
    runs = [run("run_2", "failed", days=1), run("run_1", "failed"), run("run_3", "passed", days=2)]
    results = [
        result("run_1", "tc_a", "failed"),
        result("run_1", "tc_b", "failed"),
        result("run_2", "tc_b", "error"),
        result("run_2", "tc_a", "passed"),
        result("run_2", "tc_c", "passed"),
        result("run_other", "tc_d", "failed"),
    ]
    plot = failures_plot(runs, results)
    assert plot.description == (
        "2 runs: 2 cases failed or ended in error. Most often: name of tc_b in 2, name of tc_a in 1."
    )
    assert sorted(marks(plot)) == [
        "name of tc_a in run_1: Failed",
        "name of tc_a in run_2: Passed",
        "name of tc_b in run_1: Failed",
        "name of tc_b in run_2: Error",
    ]
    assert plot.rows[0] == ("name of tc_b (tc_b)", "2", "2", "Error", "run_2, run_1")
    assert plot.spec["encoding"]["y"]["sort"] == ["tc_b", "tc_a"]


def test_a_long_name_is_shortened_so_that_a_wide_font_does_not_run_out_of_the_picture() -> None:
    case = "tc_payments_refunds_never_exceed_the_payment"
    plot = failures_plot([run("run_1", "failed")], [result("run_1", case, "failed")])
    texts = ET.fromstring(plot.svg).iterfind(f"{SVG}text")
    [name] = [text for text in texts if (text.text or "").startswith("name of tc_")]
    assert name.get("text-anchor") == "end"
    assert len(name.text or "") * 7.5 <= float(name.get("x", "0"))


def test_a_map_without_failures_says_so() -> None:
    plot = failures_plot([run("run_1", "passed")], [result("run_1", "tc_a", "passed")])
    assert plot.description == "1 run: 0 cases failed or ended in error in any of them."
    assert plot.svg == ""


def test_coverage_is_of_requirements_by_module() -> None:
    cases = [
        CatalogueCase(id="tc_a", module="cart", requirement="REQ-1"),
        CatalogueCase(id="tc_b", module="cart", requirement="REQ-2"),
        CatalogueCase(id="tc_c", module="login"),
    ]
    plot = coverage_plot(cases, [run("run_1", "failed")], [result("run_1", "tc_a", "failed")])
    assert plot.rows == (("cart", "50 %", "1", "2"), ("login", "0 %", "0", "1"))
    assert plot.description == (
        "33 % of requirements covered (1 of 3) in 2 modules. Nothing is covered in: login."
    )
    assert "not code coverage" in plot.definition


@pytest.mark.parametrize(
    ("plot", "words"),
    [
        (pass_rate_plot([]), "There are no runs that passed"),
        (durations_plot([]), "There are no runs that have ended"),
        (failures_plot([], []), "There are no results"),
        (coverage_plot([], [], []), "The catalogue names no cases"),
    ],
)
def test_nothing_is_said_to_be_nothing(plot: Plot, words: str) -> None:
    shown = plot._repr_mimebundle_()
    assert words in shown["text/html"]
    assert words in shown["text/plain"]
    assert "<svg" not in shown["text/html"]
    assert "<details" not in shown["text/html"]
    assert plot.spec["data"]["values"] == []


def test_much_is_cut_and_said_to_be() -> None:
    runs = [run(f"run_{number}", "failed", days=number) for number in range(400)]
    results = [result(one.id, f"tc_{number}", "failed") for one in runs for number in range(40)]
    assert "The newest 90 of 400 days are shown." in pass_rate_plot(runs).description
    assert "The newest 200 of 400 runs are shown." in durations_plot(runs).description
    told = failures_plot(runs, results)
    assert "The newest 40 of 400 runs are shown. The first 30 of 40 cases are shown." in told.description
    assert len(told._repr_mimebundle_()["text/html"]) < 200_000


def bad_plots() -> list[Plot]:
    bad = Run(id=BAD, status=BAD, project_id=BAD, created_at=NOON, started_at=NOON, completed_at=NOON)
    runs = [bad, Run(id=BAD + "2", status="failed", created_at=NOON, completed_at=NOON + timedelta(hours=1))]
    results = [
        Result(id="r", run_id=one.id, test_case_id=BAD, name=BAD, module=BAD, status="failed") for one in runs
    ]
    cases = [CatalogueCase(id=BAD, module=BAD, requirement=BAD)]
    return [draw(cases, runs, results) for draw in PLOTS.values()]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs), attrs


@pytest.mark.parametrize("plot", bad_plots(), ids=list(PLOTS))
def test_hostile_names_stay_text(plot: Plot) -> None:
    html = plot._repr_mimebundle_()["text/html"]
    tags = _Tags()
    tags.feed(html)
    assert "script" not in tags.seen
    assert "details" in tags.seen
    assert "\x00" not in html
    assert "\x07" not in repr(plot)
    root = ET.fromstring(plot.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    json.dumps(plot.spec, allow_nan=False)


@pytest.mark.parametrize("plot", bad_plots(), ids=list(PLOTS))
def test_colours_are_the_themes(plot: Plot) -> None:
    for element in ET.fromstring(plot.svg).iter():
        for name in ("fill", "stroke"):
            assert element.get(name) in {None, "none", "currentColor"}
        for rule in (element.get("style") or "").split(";"):
            name, _, value = rule.partition(":")
            if name in {"fill", "stroke", "color"}:
                assert value == "none" or "currentColor" in value


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
some_runs = st.lists(
    st.builds(
        Run,
        id=st.sampled_from(["run_1", "run_2", "run_3", "run_4"]),
        status=st.sampled_from(["passed", "failed", "error", "canceled", "running", "odd"]),
        created_at=st.none() | moments,
        started_at=st.none() | moments,
        completed_at=st.none() | moments,
    )
)
some_results = st.lists(
    st.builds(
        Result,
        id=st.just("res"),
        run_id=st.none() | st.sampled_from(["run_1", "run_2", "run_5"]),
        test_case_id=st.none() | st.sampled_from(["tc_1", "tc_2"]),
        status=st.sampled_from(["passed", "failed", "error", "skipped"]),
    )
)


@pytest.mark.parametrize("draw", PLOTS.values(), ids=list(PLOTS))
@settings(max_examples=40)
@given(runs=some_runs, results=some_results)
def test_whatever_comes_is_drawn_within_the_picture(
    draw: Callable[..., Plot], runs: list[Run], results: list[Result]
) -> None:
    plot = draw([CatalogueCase(id="tc_1"), CatalogueCase(id="tc_2", module="m")], runs, results)
    assert bool(plot.svg) == bool(plot.rows) == bool(plot.spec["data"]["values"])
    json.dumps(plot.spec, allow_nan=False)
    if plot.svg:
        height = float((root := ET.fromstring(plot.svg)).get("height", "0"))
        for text in root.iter(f"{SVG}text"):
            assert 0 <= float(text.get("x", "-1")) <= 720
            assert 0 <= float(text.get("y", "-1")) <= height


def test_the_magic_offers_every_plot() -> None:
    assert tuple(PLOTS) == PLOT_KINDS


def test_altair_is_asked_for_only_when_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(
        ImportError, match=r"^to_altair\(\) needs altair\. Install it with: pip install altair$"
    ):
        pass_rate_plot([]).to_altair()


def test_no_library_of_data_or_plots_is_loaded() -> None:
    code = (
        "import sys, notebook_ext.plots, notebook_ext.plot_reading\n"
        "print(sorted({'pandas', 'numpy', 'altair', 'matplotlib', 'polars'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
