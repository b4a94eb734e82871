from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zof_core
from zof_core import (
    Attempt,
    ZofApiError,
    ZofDecodeError,
    ZofInvalidRequestError,
    ZofServerError,
    ZofValidationError,
)
from zof_core.errors import clean_text, error_class
from zof_core.validation import checked_limit

FAMILY = [
    kind for kind in vars(zof_core).values() if isinstance(kind, type) and issubclass(kind, ZofApiError)
]


@pytest.mark.parametrize("kind", FAMILY)
def test_errors_can_be_pickled_and_copied(kind: type[ZofApiError]) -> None:
    error = kind(
        "No such run.",
        code="not_found",
        param="run_id",
        status=404,
        request_id="req_1",
        retry_after=1.5,
        attempts=(Attempt(1, 404, "req_1", None, 0.2, 0.0),),
        hint="Check the id.",
        operation="runs.retrieve",
        permission="runs:read",
        subject={"run_id": "run_1"},
        host="api.zof.ai",
    )
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_an_error_says_what_support_will_ask_for() -> None:
    error = ZofServerError(
        "Something went wrong.",
        status=503,
        code="internal_error",
        request_id="req_9",
        attempts=(Attempt(1, 503, None, None, 0, 0),) * 2,
        hint="Try later.",
    )
    assert str(error) == (
        "Something went wrong (status 503, code internal_error, request req_9, 2 attempts). Try later."
    )


def test_every_status_has_a_class() -> None:
    assert {error_class(status) for status in range(500, 600)} == {ZofServerError}
    assert {error_class(status) for status in range(300, 400)} == {ZofDecodeError}
    assert error_class(400) is error_class(422) is ZofInvalidRequestError
    documented = {error_class(status) for status in (400, 401, 403, 404, 409, 429, 500)}
    assert len(documented) == 7


@given(st.text(), st.integers(1, 300))
def test_other_peoples_text_is_one_printable_line(text: str, limit: int) -> None:
    cleaned = clean_text(text, limit)
    assert cleaned.isprintable()
    assert len(cleaned) <= limit


class _Mute:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("value", [10**5000, _Mute(), [_Mute()], {10**5000: 1}], ids=type)
def test_what_cannot_be_written_out_is_named_by_its_kind(value: object) -> None:
    assert clean_text(value) == f"<{type(value).__name__}>"
    with pytest.raises(ZofValidationError, match="limit"):
        checked_limit(value)  # type: ignore[arg-type]  # what is no limit
