"""pydantic's complaints as sentences."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from zof_local.platform.models import RunCreate
from zof_local.platform.refusals import field_problem

GOOD = {"project_id": "proj_a", "environment": "staging", "test_suite_id": "suite_a"}


@pytest.mark.parametrize(
    ("changes", "param", "message"),
    [
        ({"project_id": None}, "project_id", "project_id must be a text."),
        ({"project_id": ""}, "project_id", "project_id must not be empty."),
        ({"project_id": "x" * 201}, "project_id", "project_id is longer than 200 characters."),
        ({"project_id": "\ud800"}, "project_id", "project_id is not valid Unicode text."),
        ({"test_case_ids": "tc_a"}, "test_case_ids", "test_case_ids must be a list."),
        ({"test_case_ids": []}, "test_case_ids", "test_case_ids must not be empty."),
        ({"test_case_ids": ["tc_a"] * 501}, "test_case_ids", "test_case_ids holds more than 500 entries."),
        ({"test_case_ids": ["tc_a", 7]}, "test_case_ids", "test_case_ids[1] must be a text."),
    ],
)
def test_each_names_its_field(changes: dict[str, object], param: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RunCreate.model_validate(GOOD | changes)
    first = caught.value.errors()[0]
    problem = field_problem({**first, "loc": ("body", *first["loc"])})
    assert (problem.status, problem.param, problem.message) == (400, param, message)


def test_a_missing_field_and_a_broken_body() -> None:
    assert (
        field_problem({"type": "missing", "loc": ("body", "environment")}).message
        == "environment is missing."
    )
    assert (
        field_problem({"type": "json_invalid", "loc": ("body", 3)}).message
        == "The request body is not valid JSON."
    )
    assert "JSON object" in field_problem({"type": "missing", "loc": ("body",)}).message
