from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core import ZofInvalidRequestError, ZofValidationError
from zof_core.requests import escaped_id
from zof_core.validation import (
    checked_idempotency_key,
    checked_limit,
    id_problem,
    run_request,
    run_request_problems,
)

GOOD = {"project_id": "proj_abc", "environment": "staging", "test_suite_id": "suite_pr_smoke"}


def test_a_good_request_has_no_problems() -> None:
    assert run_request_problems(**GOOD) == {}
    request = run_request(project_id="proj_abc", environment="QA lab 2", test_case_ids=("tc_1", "tc_2"))
    assert request.model_dump(exclude_none=True) == {
        "project_id": "proj_abc",
        "environment": "QA lab 2",
        "test_case_ids": ["tc_1", "tc_2"],
    }


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (
            {"project_id": ""},
            "project_id",
            "project_id is missing. Give the id of a project, such as proj_abc123.",
        ),
        ({"project_id": None}, "project_id", "is missing"),
        ({"project_id": "proj abc"}, "project_id", '"proj abc" has a space in it'),
        ({"project_id": "proj\u00a0abc"}, "project_id", "has a space in it"),
        ({"project_id": "../runs"}, "project_id", "has a slash in it"),
        ({"project_id": "a\\b"}, "project_id", "has a slash in it"),
        ({"project_id": ".."}, "project_id", "cannot be an id"),
        ({"project_id": "a\x00b"}, "project_id", "cannot be an id"),
        ({"project_id": "a\u202eb"}, "project_id", "cannot be an id"),
        ({"project_id": "a\ud800"}, "project_id", "cannot be an id"),
        ({"project_id": "p" * 256}, "project_id", "256 characters long; 255 are allowed"),
        ({"project_id": 7}, "project_id", "must be text, not int"),
        (
            {"environment": ""},
            "environment",
            "environment is missing. Name one, such as staging or production",
        ),
        ({"environment": "  "}, "environment", "is missing"),
        ({"environment": None}, "environment", "is missing"),
        ({"environment": " staging"}, "environment", "begins or ends with a space"),
        ({"environment": "sta\nging"}, "environment", "cannot be printed"),
        ({"environment": ["staging"]}, "environment", "must be text, not list"),
        ({"test_suite_id": None}, "test_suite_id", "Nothing to run was named"),
        ({"test_suite_id": ""}, "test_suite_id", "test_suite_id is missing"),
        ({"test_case_ids": ["tc_1"]}, "test_case_ids", "Both a suite and cases were named"),
        ({"test_suite_id": None, "test_case_ids": []}, "test_case_ids", "test_case_ids is empty"),
        ({"test_suite_id": None, "test_case_ids": "tc_1"}, "test_case_ids", "must be a list of ids"),
        (
            {"test_suite_id": None, "test_case_ids": ["tc_1", "tc 2"]},
            "test_case_ids",
            'test_case_ids, number 2: "tc 2" has a space in it',
        ),
        ({"test_suite_id": None, "test_case_ids": ["tc"] * 1001}, "test_case_ids", "names 1001 cases; 1000"),
    ],
)
def test_what_is_wrong_is_named(change: dict, field: str, said: str) -> None:
    problems = run_request_problems(**{**GOOD, **change})
    assert list(problems) == [field]
    assert said in problems[field]
    with pytest.raises(ZofValidationError) as caught:
        run_request(**{**GOOD, **change})
    assert (caught.value.param, caught.value.code, caught.value.status) == (field, "invalid_request", None)
    assert isinstance(caught.value, ZofInvalidRequestError)


def test_all_problems_are_named_at_once() -> None:
    problems = run_request_problems(project_id="", environment="")
    assert list(problems) == ["project_id", "environment", "test_suite_id"]


@pytest.mark.parametrize("value", [0, 101, -1, True, "20", 1.5])
def test_a_limit_outside_the_documented_bounds_is_refused(value: object) -> None:
    with pytest.raises(ZofValidationError, match="from 1 to 100"):
        checked_limit(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["", "a b", "a\r\nX-Evil: 1", "ä", "k" * 256, 7])
def test_a_key_that_cannot_stand_in_a_header_is_refused(value: object) -> None:
    with pytest.raises(ZofValidationError) as caught:
        checked_idempotency_key(value)  # type: ignore[arg-type]
    assert caught.value.param == "idempotency_key"


@given(st.text())
def test_no_id_breaks_out_of_its_path(value: str) -> None:
    if id_problem("run_id", value) is not None:
        with pytest.raises(ZofValidationError):
            escaped_id("run_id", value)
        return
    segment = escaped_id("run_id", value)
    assert not set(segment) & set("/?#\\ ")
    assert segment not in {"", ".", ".."}
    assert segment.isascii()
    assert unquote(segment) == value


@given(st.one_of(st.text(), st.none(), st.integers(), st.binary(), st.lists(st.text())), st.text())
def test_checking_never_fails_itself(anything: object, text: str) -> None:
    problems = run_request_problems(
        project_id=anything,  # type: ignore[arg-type]
        environment=anything,  # type: ignore[arg-type]
        test_suite_id=text,
        test_case_ids=anything,  # type: ignore[arg-type]
    )
    assert all(problem.isprintable() for problem in problems.values())
