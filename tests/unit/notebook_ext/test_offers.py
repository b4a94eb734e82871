import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.form_model import FormValue
from notebook_ext.offers import MOST, MOST_CHARACTERS, names, offers
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject, CatalogueSuite

SHOP = CatalogueProject(
    id="proj_shop",
    name="Shop",
    environments=["staging", "qa"],
    suites=[CatalogueSuite(id="suite_all", name="Everything"), CatalogueSuite(id="suite_a", name="A part")],
    cases=[
        CatalogueCase(id="tc_1", name="Cart total"),
        CatalogueCase(id="tc_11", name="Total of an empty cart"),
        CatalogueCase(id="tc_2", name="Login", module="accounts"),
    ],
)
OTHER = CatalogueProject(
    id="proj_other", environments=["staging", "production"], suites=[CatalogueSuite(id="suite_a")]
)
CATALOGUE = Catalogue(projects=[SHOP, OTHER])


def found(field: str, word: str = "", **chosen: object) -> list[str]:
    return [entry["id"] for entry in offers(CATALOGUE, FormValue.of(chosen), field, word)["entries"]]


def test_a_chosen_project_narrows_the_others_down_and_an_unknown_one_does_not() -> None:
    assert found("environment", project="proj_other") == ["staging", "production"]
    assert found("environment") == ["staging", "qa", "production"]
    assert found("environment", project="proj_new") == ["staging", "qa", "production"]
    assert found("project", project="proj_other") == ["proj_shop", "proj_other"]


@pytest.mark.parametrize(
    ("field", "word", "ids"),
    [
        ("cases", "cart TOTAL", ["tc_1", "tc_11"]),
        ("cases", "tc_1", ["tc_1", "tc_11"]),
        ("cases", "login", ["tc_2"]),
        ("cases", "nothing of it", []),
        ("suite", "every", ["suite_all"]),
        ("suite", "suite_a", ["suite_a", "suite_all"]),  # what is meant literally comes first
        ("confirmation", "", []),
    ],
)
def test_what_is_typed_is_looked_for_in_ids_and_names(field: str, word: str, ids: list[str]) -> None:
    assert found(field, word) == ids


def test_cases_that_are_there_already_are_not_offered_again() -> None:
    assert found("cases", "", cases=["tc_1", "tc_2"]) == ["tc_11"]
    assert found("cases", "tc_2", cases=["tc_1", "tc_2"]) == ["tc_2"]


def test_the_same_suite_of_two_projects_is_offered_once_with_its_name() -> None:
    both = Catalogue(projects=[OTHER, SHOP])
    assert offers(both, FormValue(), "suite", "suite_a")["entries"][0] == {"id": "suite_a", "name": "A part"}


@given(st.lists(st.tuples(st.text(min_size=1), st.text() | st.none())), st.text())
def test_a_list_is_never_long(cases: list[tuple[str, str | None]], word: str) -> None:
    known = [CatalogueCase(id=key, name=name) for key, name in cases]
    catalogue = Catalogue(projects=[CatalogueProject(id="proj", cases=known)])
    answer = offers(catalogue, FormValue("proj"), "cases", word)
    entries = answer["entries"]
    assert len(entries) <= MOST
    assert len(entries) <= 1 or sum(len(one["id"]) + len(one["name"]) for one in entries) <= MOST_CHARACTERS
    assert answer["more"] >= 0
    assert bool(entries) or not answer["more"]


def test_long_names_are_cut_and_the_rest_is_counted() -> None:
    known = [CatalogueCase(id=f"tc_{n}" + "x" * 500, name="n" * 10_000) for n in range(60)]
    catalogue = Catalogue(projects=[CatalogueProject(id="proj", cases=known)])
    answer = offers(catalogue, FormValue("proj"), "cases", "")
    assert len(str(answer["entries"])) <= MOST_CHARACTERS + 30 * MOST
    assert len(answer["entries"]) + answer["more"] == 60


def test_names_of_what_is_chosen() -> None:
    assert names(CATALOGUE, FormValue("proj_shop", "staging", "suite_a")) == {
        "proj_shop": "Shop",
        "suite_a": "A part",
    }
    assert names(CATALOGUE, FormValue("proj_other", "", "suite_new")) == {}
