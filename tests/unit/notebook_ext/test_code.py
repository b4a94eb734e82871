from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notebook_ext.code import magic_code, python_code
from notebook_ext.form_model import FormValue, problems
from notebook_ext.magic_line import parse, run_wanted
from zof_core.testing import FakeZof

SUITE = FormValue("proj_abc", "staging", "suite_pr_smoke")
CASES = FormValue("proj_abc", "production", "", ("tc_1", "tc_2"))

_names = st.text(min_size=1, max_size=12).map(str.strip)
_values = st.builds(
    FormValue, _names, _names, st.one_of(st.just(""), _names), st.lists(_names, max_size=3).map(tuple)
)


def test_the_line_and_the_script_start_the_same() -> None:
    assert magic_code(SUITE) == "%zof run proj_abc staging suite_pr_smoke"
    assert magic_code(CASES) == "%zof run proj_abc production --cases tc_1,tc_2 --confirm production"
    assert 'environment="staging"' in python_code(SUITE)
    assert 'test_case_ids=["tc_1", "tc_2"]' in python_code(CASES)


def test_there_is_no_code_for_what_could_not_be_started() -> None:
    assert python_code(FormValue()) == magic_code(FormValue()) == ""


@given(_values)
@example(FormValue("proj_é", "🚀 canary", "", ("tc_🚀",)))
def test_the_script_starts_what_the_form_would(value: FormValue) -> None:
    if problems(value):
        assert python_code(value) == ""
        return
    fake = FakeZof()
    fake.add_project(value.project)
    space: dict[str, object] = {}
    code = python_code(value).replace("from zof_core import ZofClient", "")
    exec(code, {"ZofClient": fake.client, "print": lambda *_: None}, space)
    with fake.client() as zof:
        [run] = zof.runs.list()
    assert (run.project_id, run.environment) == (value.project, value.environment)
    assert run.test_case_ids == (list(value.cases) or None)
    assert run.test_suite_id == (None if value.cases else value.suite)


@given(_values)
def test_the_line_is_read_as_what_the_form_holds(value: FormValue) -> None:
    if line := magic_code(value):
        assert run_wanted(parse(line.removeprefix("%zof "))).arguments() == value.arguments()


@pytest.mark.parametrize("odd", ["--confirm", "$HOME", "{x}", "a\nb"])
def test_a_name_that_a_line_cannot_hold_gets_none(odd: str) -> None:
    assert magic_code(FormValue("proj_abc", odd, "suite_1")) == ""
    assert magic_code(FormValue("proj_abc", "staging", "", ("tc,1", "tc_2"))) == ""
