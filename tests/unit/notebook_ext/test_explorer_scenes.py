from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.explorer_scenes import (
    Query,
    Scene,
    actions,
    counted,
    day_text,
    filters,
    flaky_scene,
    older_first,
    told_of,
)
from notebook_ext.table_data import Wish, table_of
from zof_core import Run, ZofValidationError


def test_days_are_utc_and_both_included() -> None:
    query = Query(project="proj_abc", status="failed", after="2026-05-20", before="2026-05-21").call().query
    assert query["project_id"] == "proj_abc"
    assert query["status"] == "failed"
    assert str(query["created_after"]).startswith("2026-05-20T00:00:00")
    assert str(query["created_before"]).startswith("2026-05-22T00:00:00")
    assert day_text(date(2026, 5, 20)) == "2026-05-20"
    assert day_text(datetime(2026, 5, 20, 1, tzinfo=timezone(timedelta(hours=2)))) == "2026-05-19"
    assert day_text(None) == ""
    with pytest.raises(ValueError, match='"yesterday" is no day'):
        day_text("yesterday")
    with pytest.raises(ZofValidationError):
        Query(project="a\nb").call()


@given(st.sampled_from(["project", "run_status", "after", "before", "x"]), st.text(max_size=12))
def test_a_filter_of_the_page_is_taken_only_if_it_can_be(key: str, value: str) -> None:
    asked = Query().asking(key, value)
    assert (
        asked in {Query(), Query(project=value)}
        or asked.status == value
        or value in {asked.after, asked.before}
    )
    if key != "project":
        asked.call()


@pytest.mark.parametrize(
    ("scene", "how", "said"),
    [
        (Scene(), {"whole": 1, "found": 1}, "1 run"),
        (Scene(), {"whole": 1000, "found": 12}, "12 of 1,000 runs"),
        (Scene(), {"whole": 100, "found": 100, "lacking": True}, "100 runs loaded, and there are more"),
        (Scene("comparison", ("a", "b")), {"whole": 2, "found": 2, "unchanged": 7}, "2 changes, 7 as before"),
        (flaky_scene("abcd", 3), {"whole": 0, "found": 0}, "0 cases in the last 3 runs"),
        (
            flaky_scene("a", 3),
            {"whole": 1, "found": 1, "lacking": True},
            "1 case in the last 1 run, of the results read so far",
        ),
    ],
)
def test_what_is_counted_is_told(scene: Scene, how: dict[str, int], said: str) -> None:
    assert counted(scene, **{"lacking": False, "unchanged": None, **how}) == said


def test_a_name_stands_alone() -> None:
    wish = Wish(search="login", where=(("environment", "staging"),))
    query = Query("proj_abc", "failed", "2026-05-20", "2026-05-21")
    assert told_of(Scene(), query, wish) == (
        'Runs (proj_abc, failed, staging, from 2026-05-20, to 2026-05-21, with "login")'
    )
    assert told_of(Scene("comparison", ("run_1", "run_2")), query, Wish()) == "Comparison (run_1 → run_2)"
    assert told_of(flaky_scene(["run_1"], 3), query, Wish()) == "Flaky cases"


def test_what_can_be_done_depends_on_what_is_picked() -> None:
    assert [one["op"] for one in actions(Scene(), picked=2, rows=5) if not one["off"]] == [
        "comparison",
        "flaky",
    ]
    assert [one["op"] for one in actions(Scene(), picked=1, rows=5) if not one["off"]] == ["results", "flaky"]
    assert [one["op"] for one in actions(Scene(), picked=0, rows=0) if not one["off"]] == []
    assert [one["op"] for one in actions(Scene("results", ("a",)), picked=0, rows=1)] == ["runs"]


def test_a_chosen_value_is_offered_even_where_nothing_has_it() -> None:
    table = table_of({"environment": ["staging", "qa"], "suite": ["a", "b"]})
    wish = Wish(where=(("environment", "gone"),))
    listed = filters(Scene(), Query(project="proj_x"), wish, table, projects={"proj_a": "A"}, last=10)
    values = {one["key"]: [value for value, _ in one.get("choices", [])] for one in listed}
    assert values["environment"] == ["", "qa", "staging", "gone"]
    assert values["project"] == ["", "proj_a", "proj_x"]
    assert values["after"] == []
    lasts = filters(flaky_scene("ab", 7), Query(), Wish(), table, projects={}, last=7)[0]
    assert [value for value, _ in lasts["choices"]] == ["5", "7", "10", "20", "50"]


def test_the_older_run_comes_first() -> None:
    new, old = (
        Run(id=name, status="passed", created_at=datetime(2026, 5, day, tzinfo=UTC))
        for name, day in [("n", 2), ("o", 1)]
    )
    assert older_first([new, old]) == older_first([old, new]) == ("o", "n")
    assert older_first([new, Run(id="undated", status="passed")]) == ("undated", "n")
