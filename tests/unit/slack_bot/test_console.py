"""Addresses of runs in Zof's Console."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.config import load_config
from slack_bot.console import checked_template, console_url
from slack_bot.errors import ConfigError
from slack_bot.views.card import run_card, run_summary
from slack_bot.views.details import details_blocks
from slack_bot.views.words import Names
from zof_core import Run
from zof_core.catalogue import Catalogue

TEMPLATE = "https://app.zof.example/{project_id}/runs/{run_id}"


@pytest.mark.parametrize(
    "template",
    [
        TEMPLATE,
        "http://127.0.0.1:8123/console/runs/{run_id}",
        "https://x.example/?run={run_id}#{environment}",
    ],
)
def test_what_is_a_template(template: str) -> None:
    assert checked_template(template) == template


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("https://app.zof.example/runs", "has no {run_id}"),
        ("http://app.zof.example/runs/{run_id}", "must begin with https://"),
        ("javascript:alert({run_id})", "must begin with https://"),
        ("https://{run_id}.example/", "must begin with https://"),
        ("https://user:pw@app.example/{run_id}", "must begin with https://"),
        ("https://app.example/{run_id}/{user}", "no others"),
        ("https://app.example/{run_id.__class__}", "no others"),
        ("https://app.example/{run_id!r}", "no others"),
        ("https://app.example/{run_id:>9}", "no others"),
        ("https://app.example/{run_id}/{}", "no others"),
        ("https://app.example/{run_id", "a brace that does not stand for anything"),
        ("", "has no {run_id}"),
    ],
)
def test_what_is_none_is_refused_with_the_file_s_name(tmp_path: Path, template: str, says: str) -> None:
    path = tmp_path / "zofops.toml"
    path.write_text(f'console_url = "{template}"\n', "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert says in str(caught.value)
    assert f"{path}: `console_url`: " in str(caught.value)


def test_it_is_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "zofops.toml"
    path.write_text(f'console_url = "{TEMPLATE}"\n[people]\n', "utf-8")
    assert load_config(path).console_url == TEMPLATE


@given(st.text(min_size=1, max_size=40))
def test_an_id_never_leaves_its_place_in_the_address(run_id: str) -> None:
    run = Run.model_construct(id=run_id, url=None, project_id="p", environment="staging")
    url = console_url(run, TEMPLATE)
    assert url is not None
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "app.zof.example", "", "")
    assert parts.path.count("/") == 3
    assert unquote(parts.path.rsplit("/", 1)[1]) == run_id


def test_the_address_that_zof_gives_comes_first(make_run: Any) -> None:
    told = "https://console.zof.example/runs/run_1"
    assert console_url(make_run(), TEMPLATE) == told
    assert (
        console_url(make_run(url="javascript:1"), TEMPLATE) == "https://app.zof.example/proj_abc/runs/run_1"
    )
    assert console_url(make_run(url=None), None) is None


def test_the_button_stands_wherever_a_run_is_shown(make_run: Any, make_row: Any) -> None:
    run = make_run("passed", url=None)
    row = make_row(run)
    for template, there in ((TEMPLATE, True), (None, False)):
        shown = [
            str(run_card(row, template).blocks),
            str(run_summary(row.findings, project=None, suite=None, console=template).blocks),
            str(details_blocks(run, Names(Catalogue()), [], 0, console=template)),
        ]
        assert [("https://app.zof.example/proj_abc/runs/run_1" in one) is there for one in shown] == [
            True
        ] * 3
