import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_ext import form_model
from notebook_ext.form_model import FormValue
from zof_core import Project, ZofApiError, ZofInvalidRequestError, ZofNotFoundError, ZofServerError
from zof_core.catalogue import Catalogue, CatalogueProject, CatalogueSuite
from zof_core.validation import run_request_problems

CATALOGUE = Catalogue(
    projects=[
        CatalogueProject(
            id="proj_abc",
            name="Checkout",
            environments=["staging", "production"],
            suites=[CatalogueSuite(id="suite_pr_smoke", name="PR smoke")],
        )
    ]
)
GOOD = FormValue("proj_abc", "staging", "suite_pr_smoke")


KEYS = st.sampled_from(["project", "environment", "suite", "cases"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=8,
)


@given(ANYTHING)
def test_whatever_comes_from_a_browser_is_a_value(raw: object) -> None:
    value = FormValue.of(raw)
    assert FormValue.of(value.as_dict()) == value


def test_the_rules_are_the_clients() -> None:
    value = FormValue("has space", "", "")
    mine = form_model.problems(value)
    theirs = run_request_problems(project_id="has space", environment="", test_suite_id="")
    assert set(mine) == {"project", "environment", "suite"}
    heads = ("project_id", "environment", "test_suite_id")
    assert [sentence.partition(" ")[2].partition(" ")[2] for sentence in mine.values()] == [
        sentence.removeprefix(f"{head} ") for head, sentence in zip(heads, theirs.values(), strict=True)
    ]
    assert mine["project"].startswith('The project "has space" has a space in it.')
    assert mine["environment"].startswith("The environment is missing.")
    assert form_model.problems(GOOD) == {}


def test_cases_go_before_a_suite() -> None:
    value = FormValue("proj_abc", "staging", "suite_pr_smoke", ("tc_1", "tc 2"))
    assert value.arguments() == {
        "project_id": "proj_abc",
        "environment": "staging",
        "test_case_ids": ["tc_1", "tc 2"],
    }
    assert "number 2" in form_model.problems(value)["cases"]
    assert value.shown()[2] == ("Test cases", "tc_1, tc 2")


@pytest.mark.parametrize("environment", ["production", "Production", "prod"])
@pytest.mark.parametrize(
    ("typed", "allowed"), [("", False), (None, False), ("staging", False), (True, False)]
)
def test_production_is_confirmed_by_its_name(environment: str, typed: object, allowed: bool) -> None:
    value = FormValue("proj_abc", environment, "suite_pr_smoke")
    assert bool(form_model.confirmation_problem(value, typed)) is not allowed
    assert form_model.confirmation_problem(value, f" {environment} ") == ""


def test_staging_needs_no_confirmation() -> None:
    assert form_model.confirmation_for(GOOD) == ""
    assert form_model.confirmation_problem(GOOD, None) == ""


def test_an_error_goes_to_its_field_or_to_the_form() -> None:
    unknown = ZofNotFoundError("no", status=404, param="project_id", subject={"project_id": "proj_x"})
    field, sentence = form_model.api_problem(unknown, FormValue("proj_x"), Catalogue())
    assert field == "project"
    assert "proj_x" in sentence
    assert form_model.api_problem(ZofServerError("no", status=500), GOOD, CATALOGUE)[0] == ""


@pytest.mark.parametrize(
    ("kind", "param", "value", "says"),
    [
        (
            ZofNotFoundError,
            "project_id",
            FormValue("proj_ab", "staging", "suite_pr_smoke"),
            'Zof knows no project "proj_ab" here. Did you mean "proj_abc"?',
        ),
        (
            ZofNotFoundError,
            "test_suite_id",
            FormValue("proj_abc", "staging", "suite_pr_smok"),
            'Zof knows no suite "suite_pr_smok" here. Did you mean "suite_pr_smoke"?',
        ),
        (
            ZofInvalidRequestError,
            "environment",
            FormValue("proj_abc", "stagign", "suite_pr_smoke"),
            'Zof knows no environment "stagign" here. Did you mean "staging"?',
        ),
    ],
)
def test_a_name_zof_does_not_know_brings_the_one_that_was_meant(
    kind: type[ZofApiError], param: str, value: FormValue, says: str
) -> None:
    error = kind("no", status=404, param=param)
    assert form_model.api_problem(error, value, CATALOGUE)[1] == says
    assert "Did you mean" not in form_model.api_problem(error, value, Catalogue())[1]


def test_a_mistyped_name_is_a_hint_and_no_problem() -> None:
    value = FormValue("proj_abc", "stagin", "suite_pr_smok")
    assert form_model.hints(value, CATALOGUE) == {
        "environment": 'Not in the catalogue. Did you mean "staging"?',
        "suite": 'Not in the catalogue. Did you mean "suite_pr_smoke"?',
    }
    assert form_model.problems(value) == {}
    assert form_model.hints(FormValue("entirely_else", "qa7", "zzz"), CATALOGUE) == {}


def test_projects_of_zof_join_the_catalogue() -> None:
    known = [Project(id="proj_abc", name="Other name"), Project(id="proj_new", name="New")]
    joined = form_model.with_projects(CATALOGUE, known)
    assert [(project.id, project.name) for project in joined.projects] == [
        ("proj_abc", "Checkout"),
        ("proj_new", "New"),
    ]
    assert [suite.id for suite in joined.projects[0].suites] == ["suite_pr_smoke"]
