from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from zof_core import Page, Run, RunSummary
from zof_core.models import Application, Artifact, Report, Result, ZofModel, normal_status


@pytest.mark.parametrize("status", ["passed", "failed", "error", "canceled", "cancelled"])
def test_the_documented_ends_are_ends(status: str) -> None:
    assert Run(id="run_1", status=status).is_terminal


@pytest.mark.parametrize("status", ["queued", "running", "paused_by_policy", ""])
def test_any_other_status_is_no_end(status: str) -> None:
    assert not Run(id="run_1", status=status).is_terminal


def test_both_spellings_are_one() -> None:
    assert Run(id="run_1", status="cancelled") == Run(id="run_1", status="canceled")
    assert normal_status("cancelled") == "canceled"


def test_unknown_fields_are_kept() -> None:
    run = Run.model_validate_json(b'{"id":"run_1","status":"queued","priority":"P0","labels":{"team":"a"}}')
    assert run.model_extra == {"priority": "P0", "labels": {"team": "a"}}


def test_a_repr_shows_what_was_said_and_no_address() -> None:
    """A notebook saves what a cell shows, and whoever has a signed address may come in."""
    signed = "https://files.test/a?signature=s3cr3t"
    run = Run.model_validate(
        {"id": "run_1", "status": "queued", "url": signed, "report_url": signed, "branch": "main"}
    )
    assert repr(run) == "Run(id='run_1', status='queued', branch='main')"
    shown: list[ZofModel] = [
        Artifact(id="a", url=signed),
        Result(id="r", status="passed", log_url=signed),
        Report(id="r", url=signed),
    ]
    shown += [Application(id="a", urls={"staging": signed}), Page[Run](data=[run])]
    assert "s3cr3t" not in f"{shown!r} {[str(one) for one in shown]}"


def test_runs_do_not_change() -> None:
    run = Run(id="run_1", status="queued", summary=RunSummary(total=1))
    with pytest.raises(ValidationError):
        run.status = "passed"  # type: ignore[misc]


def test_a_page_iterates_over_its_items() -> None:
    page = Page[Run](
        data=[Run(id="run_2", status="queued"), Run(id="run_1", status="passed")], has_more=False
    )
    assert [run.id for run in page] == ["run_2", "run_1"]
    assert (len(page), page[0].id, [run.id for run in page[1:]]) == (2, "run_2", ["run_1"])


def test_models_can_be_pickled() -> None:
    run = Run.model_validate_json(b'{"id":"run_1","status":"queued","summary":{"total":3},"extra":1}')
    assert pickle.loads(pickle.dumps(run)) == run


@pytest.mark.parametrize("again", [lambda page: pickle.loads(pickle.dumps(page)), copy.copy, copy.deepcopy])
def test_a_page_can_be_pickled_and_copied(again: Callable[[Page[Run]], Page[Run]]) -> None:
    body = {
        "data": [{"id": "run_1", "status": "passed", "shard": 3}],
        "has_more": True,
        "next_cursor": "run_1",
        "total": 9,
    }
    page = Page[Run].model_validate(body)
    assert again(page) == page
    assert type(again(page)) is Page[Run]
    assert again(page)[0].model_extra == {"shard": 3}
