from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zof_core import ZofValidationError
from zof_core.catalogue import Catalogue, load_catalogue, merged, nearest
from zof_core.models import Project


def _write(tmp_path: Path, text: str) -> Path:
    place = tmp_path / "zofops.toml"
    place.write_text(text, encoding="utf-8")
    return place


def test_projects_with_environments_and_suites(tmp_path: Path) -> None:
    place = _write(
        tmp_path,
        """
        [people]
        U1 = { name = "Dana" }

        [[catalogue.projects]]
        id = "proj_abc"
        name = "Checkout"
        environments = ["staging", "production"]

        [[catalogue.projects.suites]]
        id = "suite_pr_smoke"
        name = "PR smoke"

        [[catalogue.projects]]
        id = "proj_2"
        """,
    )
    catalogue = load_catalogue(place)
    assert [project.id for project in catalogue.projects] == ["proj_abc", "proj_2"]
    project = catalogue.project("proj_abc")
    assert project is not None
    assert (project.name, project.environments) == ("Checkout", ["staging", "production"])
    assert [(suite.id, suite.name) for suite in project.suites] == [("suite_pr_smoke", "PR smoke")]
    assert catalogue.project("proj_9") is None


def test_a_file_without_catalogue_is_an_empty_one(tmp_path: Path) -> None:
    assert load_catalogue(_write(tmp_path, "[people]\n")) == Catalogue()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[catalogue.projects", "is not TOML"),
        ("[[catalogue.projects]]\nname = 'x'", "catalogue.projects.0.id: Field required"),
        ("[[catalogue.projects]]\nid = 'p'\nenviroments = []", "catalogue.projects.0.enviroments"),
        ("[[catalogue.projects]]\nid = 'p'\n[[catalogue.projects]]\nid = 'p'", 'names "p" twice'),
        ("catalogue = 3", "catalogue"),
        ("[[projects]]\nid = 'p'", "Write [[catalogue.projects]]"),
        ("a = " + "[" * 5000, "is not TOML"),
        ("[[catalogue.projects]]\nid = 'a b'", "catalogue.projects.0: project_id"),
        ("[[catalogue.projects]]\nid = 'p'\nenvironments = ['']", "catalogue.projects.0: environment"),
        (
            "[[catalogue.projects]]\nid = 'p'\nsuites = [{ id = 'a/b' }]",
            "catalogue.projects.0: test_suite_id",
        ),
        ("[[catalogue.projects]]\nid = 'p'\ncases = [{ id = '\\u0007' }]", "catalogue.projects.0:"),
    ],
)
def test_a_wrong_file_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    place = _write(tmp_path, text)
    with pytest.raises(ZofValidationError) as caught:
        load_catalogue(place)
    assert said in caught.value.message
    assert str(place) in caught.value.message


@pytest.mark.parametrize("path", [5, None, b"zofops.toml", "\0"])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(ZofValidationError, match="catalogue"):
        load_catalogue(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ZofValidationError, match="cannot be read"):
        load_catalogue(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("suite_pr_smok", "suite_pr_smoke"),
        ("SUITE_REGRESION", "suite_regression"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_word(word: str, found: str | None) -> None:
    assert nearest(word, ["suite_pr_smoke", "suite_regression"]) == found


def test_a_listed_project_without_an_id_keeps_nobody_from_the_others() -> None:
    listed = [Project(id="", name="Nameless"), Project(id="proj_abc", name="Checkout")]
    assert [project.id for project in merged(Catalogue(), listed, []).projects] == ["proj_abc"]
