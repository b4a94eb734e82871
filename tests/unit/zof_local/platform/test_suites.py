"""suites.toml: what is accepted, and how a mistake is named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from zof_local.platform.errors import PlatformError
from zof_local.platform.suites import load_suites, parse_suites

GOOD = """
[[projects]]
id = "proj_a"
directory = "shop"
[projects.environments.staging]
variables = { BASE_URL = "http://staging.example" }
[[projects.suites]]
id = "suite_smoke"
name = "Smoke"
args = ["-m", "smoke"]
"""


def test_names_and_limits_have_defaults() -> None:
    project = parse_suites(tomllib.loads(GOOD), Path("/base")).project("proj_a", "org_local")
    assert project is not None
    assert (project.title, project.directory) == ("proj_a", Path("/base/shop"))
    suite = project.suite("suite_smoke")
    assert suite is not None
    assert (suite.title, suite.args, suite.timeout_seconds) == ("Smoke", ("-m", "smoke"), None)
    assert (project.timeout_seconds, project.memory_mb) == (900.0, 0)
    assert project.environments["staging"].variables == {"BASE_URL": "http://staging.example"}


def test_projects_belong_to_their_organization() -> None:
    suites = parse_suites(tomllib.loads(GOOD), Path())
    assert suites.project("proj_a", "org_other") is None
    assert suites.of("org_other") == ()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("proj_a", "proj a"), "projects[0].id"),
        (('directory = "shop"', ""), "projects[0].directory: Field required"),
        (('args = ["-m", "smoke"]', 'args = "-m smoke"'), "projects[0].suites[0].args"),
        (('args = ["-m", "smoke"]', 'argument = "x"'), "projects[0].suites[0].argument: Extra inputs"),
        (('name = "Smoke"', "timeout_seconds = 0"), "projects[0].suites[0].timeout_seconds"),
        (
            ('[projects.environments.staging]\nvariables = { BASE_URL = "http://staging.example" }', ""),
            "environments",
        ),
        (('name = "Smoke"', "failure_policy = { max_failed_share = 5 }"), "failure_policy.max_failed_share"),
        (
            ("variables = {", 'base_url = "staging"\nvariables = {'),
            "projects[0].environments.staging.base_url",
        ),
        (("BASE_URL", '"BASE-URL"'), "projects[0].environments.staging.variables"),
        (
            ('name = "Smoke"', 'name = "Smoke"\n[[projects.suites]]\nid = "suite_smoke"'),
            "projects[0].suites: 'suite_smoke' stands here more than once",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(change: tuple[str, str], place: str) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD
    with pytest.raises(PlatformError) as caught:
        parse_suites(tomllib.loads(text), Path(), "my.toml")
    assert str(caught.value).startswith("my.toml: ")
    assert place in str(caught.value)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    path = tmp_path / "suites.toml"
    with pytest.raises(PlatformError, match="cannot be read"):
        load_suites(path)
    path.write_text("[[projects")
    with pytest.raises(PlatformError, match="not valid TOML"):
        load_suites(path)
    path.write_text(GOOD)
    with pytest.raises(PlatformError, match="no directory"):
        load_suites(path)
    (tmp_path / "shop").mkdir()
    assert load_suites(path).projects[0].directory == (tmp_path / "shop").resolve()
    path.write_text(GOOD.replace('directory = "shop"', 'directory = "shop"\npython = "venv/bin/python"'))
    with pytest.raises(PlatformError, match="no interpreter"):
        load_suites(path)


def test_the_example_has_what_the_demo_promises() -> None:
    suites = load_suites(Path(__file__).parents[4] / "examples" / "suites.toml")
    project = suites.project("proj_abc", "org_local")
    assert project is not None
    assert project.title == "Checkout"
    assert set(project.environments) == {"staging", "production"}
    assert [(suite.id, suite.title) for suite in project.suites] == [
        ("suite_pr_smoke", "PR smoke"),
        ("suite_regression", "Regression"),
    ]
