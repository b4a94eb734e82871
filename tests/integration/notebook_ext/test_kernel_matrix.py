"""The panel's promises again, on each kernel whose threads and comms behave in their own way.

An ipykernel of another version is installed beside ours and put before it; everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

import pytest

from tests.integration.notebook_ext.test_panel_in_kernel import (
    begin,
    client,
    content_of,
    gate,
    panel_says,
    test_cancel_works_from_the_panel_and_from_code,
    test_it_is_live_while_a_cell_blocks,
    test_running_a_cell_again_leaves_one_panel_and_no_thread,
)
from tests.support.gated_zof import Zof
from tests.support.kernel import Kernel, installed_ipykernel, is_idle, is_type, model_in
from zof_core import ZofClient

__all__ = [
    "client",
    "gate",
    "test_cancel_works_from_the_panel_and_from_code",
    "test_it_is_live_while_a_cell_blocks",
    "test_running_a_cell_again_leaves_one_panel_and_no_thread",
]

VERSIONS = ("6.31.0", "7.3.0", "7.4.0")
"""The last of 6, the last that hears clicks on a subshell's loop, the first that hears them on the main one again."""


@pytest.fixture(scope="module", params=VERSIONS)
def kernel_version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def kernel(kernel_version: str, zof: Zof, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    path = ""
    if version("ipykernel") != kernel_version:
        path = str(installed_ipykernel(kernel_version, tmp_path_factory.mktemp("ipykernel")))
    started = Kernel({**zof.env, "PYTHONPATH": path}, tmp_path_factory.mktemp("kernel"))
    started.run("import ipywidgets, notebook_ext\nfrom notebook_ext import RunForm, watch")
    yield started
    started.stop()


def test_it_is_the_kernel_that_was_asked_for(kernel: Kernel, kernel_version: str) -> None:
    assert kernel.value("__import__('ipykernel').__version__") == repr(kernel_version)


def test_what_a_cell_prints_stays_in_its_cell(kernel: Kernel, client: ZofClient, gate: Zof) -> None:
    run = begin(client, "suite_gated")
    model = model_in(kernel.run(f"run = watch({run.id!r}, poll_interval=0.05)\nrun"))
    kernel.until(panel_says(model, "1 of 2 cases"))
    request = kernel.begin("print('mine', flush=True)\nrun.wait(30)\nprint('and mine', flush=True)")
    gate.open_gate()
    kernel.until(lambda m: is_idle(m, request))
    printed = [m for m in kernel.messages if is_type(m, "stream")][-2:]
    assert [m["content"]["text"] for m in printed] == ["mine\n", "and mine\n"]
    assert {m["parent_header"]["msg_id"] for m in printed} == {request}


def test_a_click_while_a_cell_blocks_acts_then_or_when_the_cell_ends(
    kernel: Kernel, client: ZofClient, gate: Zof
) -> None:
    run = begin(client, "suite_gated")
    model = model_in(said := kernel.run(f"run = watch({run.id!r}, poll_interval=0.1)\nrun"))
    kernel.until(panel_says(model, "Cancel run"))
    request = kernel.begin(
        "import time\nuntil = time.monotonic() + 1\nwhile time.monotonic() < until: time.sleep(0.05)"
    )
    kernel.send(model, {"op": "cancel", "asks": True})
    assert "Cancelled" in kernel.frozen(said)
    # On the main shell no kernel hears it before: a panel that gets no answer says that it waits.
    order = [m for m in kernel.messages if is_idle(m, request) or content_of(m, model).get("op") == "heard"]
    assert [is_idle(m, request) for m in order] == [True, False]


def test_a_finished_panel_is_html_for_the_next_kernel(kernel: Kernel, client: ZofClient) -> None:
    run = begin(client, "suite_quick")
    said = kernel.run(f"watch({run.id!r}, poll_interval=0.1)")
    html = kernel.frozen(said)
    assert "Passed" in html
    assert "<button" not in html
