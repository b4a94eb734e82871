import pytest

from notebook_ext.frontend import current_execution, execution_of

LAB = {"header": {"msg_id": "m1"}, "metadata": {"cellId": "c1"}, "content": {"allow_stdin": True}}


def test_a_notebook_names_its_cell() -> None:
    execution = execution_of(LAB, {})
    assert (execution.cell_id, execution.message_id, execution.headless) == ("c1", "m1", False)


def test_colab_names_its_cell_in_a_place_of_its_own() -> None:
    parent = {"metadata": {"colab": {"cell_id": "x1"}}, "content": {"allow_stdin": False}}
    assert (execution_of(parent, {}).cell_id, execution_of(parent, {}).headless) == ("x1", False)
    assert execution_of({"metadata": {"colab": "?"}}, {}).cell_id == ""


@pytest.mark.parametrize(
    ("parent", "environ", "headless"),
    [
        ({"metadata": {}, "content": {"allow_stdin": False}}, {}, True),
        ({"metadata": {}, "content": {"allow_stdin": True}}, {}, False),
        ({"metadata": {"cellId": "c"}, "content": {"allow_stdin": False}}, {}, False),
        ({"metadata": {}, "content": {}}, {"SERVER_SOFTWARE": "voila/0.5"}, False),
        ({}, {}, True),
    ],
)
def test_nobody_looks_without_a_cell_and_without_input(
    parent: dict[str, object], environ: dict[str, str], headless: bool
) -> None:
    assert execution_of(parent, environ).headless is headless


def test_plain_python_is_headless() -> None:
    assert current_execution().headless
