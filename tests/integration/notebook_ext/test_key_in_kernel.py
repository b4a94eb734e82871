"""A key typed into a panel: every panel goes on with it, and nothing but the client holds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.notebook_ext.conftest import Zof, fresh_kernel
from tests.support.kernel import Kernel, is_type, model_in, update_of

FIND = """
from tests.support.secrets import places_of

def find():
    typed, shell = ''.join(chr(n) for n in {codes}), get_ipython()
    things = dict(panel=panel, other=other, state=panel.get_state(), connection=panel._connection,
        shown=repr(panel), parent=shell.get_parent(), history=list(shell.history_manager.get_range()))
    return [way for thing in things.values() for way in places_of(typed, thing)]
"""


@pytest.fixture(scope="module")
def kernel(zof: Zof, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One of its own: in that of all other tests there is so much to look through that a search takes minutes."""
    yield from fresh_kernel(zof, tmp_path_factory)


@pytest.fixture
def keyless(kernel: Kernel) -> Iterator[Kernel]:
    """The kernel without a key."""
    kernel.run(
        "import os\nfrom notebook_ext import HomePanel, connection"
        "\nconnection.kept = os.environ.pop('ZOF_API_KEY')"
    )
    yield kernel
    kernel.run("connection._typed_for.clear()\nos.environ['ZOF_API_KEY'] = connection.kept")


def field_of(message: dict[str, Any], model: str) -> str | None:
    """What a message makes of a panel's field for a key."""
    found = update_of(message, "key_field", model)
    return None if found is None else str(found)


def asks(model: str, *words: str) -> Any:
    return lambda m: all(word in (field_of(m, model) or "") for word in ('type="password"', *words))


def test_a_typed_key_opens_every_panel_that_waits_for_one(keyless: Kernel, zof: Zof) -> None:
    form = model_in(keyless.run("panel = RunForm()\npanel"))
    keyless.until(asks(form))
    home = model_in(keyless.run("other = HomePanel()\nother"))
    keyless.until(asks(home))

    keyless.send(form, {"op": "key", "key": "wrong-key-0123456789abcdef"})
    refused = keyless.until(asks(form, "does not accept the API key"))
    assert 'data-tries="1"' in str(field_of(refused, form))
    keyless.send(form, {"op": "key", "key": "no key"})
    keyless.until(asks(form, "has characters that no key can have"))

    start = len(keyless.messages)
    keyless.send(form, {"op": "offer", "field": "project", "word": "", "value": {}})
    keyless.send(form, {"op": "key", "key": zof.key})
    keyless.until(lambda m: field_of(m, form) == "")
    keyless.run("pass")  # looks again from the click on
    keyless._next = start
    keyless.until(lambda m: is_type(m, "comm_msg") and "proj_shop" in json.dumps(m["content"]))
    keyless._next = start
    keyless.until(lambda m: "Pass rate" in (update_of(m, "panel", home) or {}).get("html", ""))
    keyless._next = start
    keyless.until(lambda m: field_of(m, home) == "")

    keyless.run(FIND.format(codes=[ord(char) for char in zof.key]))
    assert keyless.value("find()") == "[]"
    said = keyless.run("panel.run, panel, repr(panel._connection), vars(panel._connection)")
    assert not [m for m in said if is_type(m, "error")]
    assert zof.key not in json.dumps(keyless.messages, default=str)


def test_what_comes_later_finds_the_typed_key(keyless: Kernel, zof: Zof) -> None:
    model = model_in(keyless.run("panel = RunForm()\npanel"))
    keyless.until(asks(model))
    keyless.send(model, {"op": "key", "key": zof.key})
    keyless.until(lambda m: field_of(m, model) == "")
    code = "try:\n    watch('run_nope').refresh()\nexcept Exception as error:\n    said = str(error)\nsaid"
    assert "run_nope" in keyless.value(code)


def test_a_key_for_one_zof_goes_to_no_other(keyless: Kernel, zof: Zof) -> None:
    model = model_in(keyless.run("panel = RunForm()\npanel"))
    keyless.until(asks(model))
    keyless.send(model, {"op": "key", "key": zof.key})
    keyless.until(lambda m: field_of(m, model) == "")
    keyless.run("url = os.environ['ZOF_BASE_URL']\nos.environ['ZOF_BASE_URL'] = 'http://127.0.0.1:9/v1'")
    try:
        elsewhere = model_in(keyless.run("RunForm()"))
        keyless.until(asks(elsewhere))
    finally:
        keyless.run("os.environ['ZOF_BASE_URL'] = url")


def test_a_run_and_a_log_ask_for_a_key_too(keyless: Kernel, zof: Zof) -> None:
    keyless.run("from notebook_ext import LogPanel")
    run = model_in(keyless.run("panel = watch('run_nope')\npanel"))
    keyless.until(asks(run))
    log = model_in(keyless.run("LogPanel(watch('run_nope'))"))
    keyless.until(asks(log))
    keyless.send(log, {"op": "key", "key": zof.key})
    keyless.until(lambda m: "knows no run" in (update_of(m, "state", log) or {}).get("notice", ""))


def test_an_explorer_asks_for_a_key_and_reads_with_it(keyless: Kernel, zof: Zof) -> None:
    keyless.run("from notebook_ext import Explorer")
    explorer = model_in(keyless.run("panel = Explorer()\npanel"))
    keyless.until(asks(explorer))
    keyless.send(explorer, {"op": "key", "key": zof.key})
    keyless.until(lambda m: field_of(m, explorer) == "")
    keyless.run("panel.load()")
    assert keyless.value("panel._state()['notice']") == "''"
    assert "proj_shop" in keyless.value("str(panel._state()['filters'])")
